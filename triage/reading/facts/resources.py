"""Databases that a mail names: endpoint hosts, UUIDs, and names.

A name is known by the word for a database beside it ("our database orders-prod", "la base turnos"), by what it is called
("it's called fitzlocks"), by quotation marks, or by its shape where an outage is told ("stock-live (Irlande)").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from triage.model import Evidence, Fact
from triage.reading.facts.lexicon import Lexicon, lexicon, word_set
from triage.reading.facts.page import Page
from triage.reading.facts.regions import Place
from triage.reading.vocabulary import Vocabulary

_UUID = re.compile(r"(?<![0-9a-z-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z-])")

_BASE = (
    r"(?:databases?|data base|dbs?|redis|instances?|instanz(?:en)?|caches?|clusters?|datenbank(?:en)?|bases? de donnees|bases? de datos|bases? de dados|bases?|bdd|bbdd|bd|"
    r"base dati|banca dati|bancos? de dados|bancos?|databanken?|bazy danych|baza danych|baz[aeyio]|bazie|bazach|bazami|veritabani(?:miz|mizin|mizi|miza|nin|ni|na|niz)?|veri tabani(?:miz)?|"
    r"stores?|kv|queues?|databas(?:en)?|databaz[aei]|istanz[ae]|instancias?|instancj[aei]|klaster|db-?name|db name|resource|endpoint|keyspace)"
)
_CALLED = (
    r"(?:called|named|namens|mit dem namen|mit namen|heiss?t|heiss?en|hiess?|genannt|appelee?s?|nommee?s?|s'appell?ent|s'appelle|s'appelait|llamad[ao]s?|de nombre|se llama|se llamaba|chiamat[oa]|di nome|"
    r"denominat[oa]|si chiama|chamad[ao]s?|de nome|se chama|chama-se|genaamd|heet|met de naam|o nazwie|nazywa sie|adli|isimli)"
)
_IS = rf"(?:{_CALLED}|name(?:d| is)?|adi|ismi|is|ist|est|es|e|jest|:|=)"
_SLUG = r"[a-z0-9]+(?:[-_][a-z0-9]+)+"
_SHAPED = rf"(?:{_SLUG}|(?=[a-z]*\d)[a-z][a-z0-9]{{3,30}})"
_WORD = r"[a-z0-9]+(?:[-_.][a-z0-9]+)*"
_QUOTED = r"(?<![a-z0-9])[\"'`「『]\s?(?P<q>[a-z0-9](?:[\w.-]|\s(?=[a-z0-9])){1,40}?)\s?[\"'`」』](?![a-z0-9])"
_TAIL = r"(?![a-z0-9_@]|[-.][a-z0-9])"
_HEAD = r"(?<![a-z0-9_@./-])"

_AFTER = re.compile(
    rf"{_HEAD}{_BASE}(?![a-z0-9-])(?:'[a-z]+)?\s{{0,2}}(?:\(?\s?{_IS}\s?[\s:]){{0,2}}\s{{0,2}}\(?(?:{_QUOTED}|(?P<n>{_SHAPED}){_TAIL})"
)
_CALLED_BASE = re.compile(
    rf"{_HEAD}{_BASE}\b[^.\n;:!?]{{0,40}}?(?<![a-z]){_CALLED}\s(?:(?:mesmo|wirklich|echt|really|actually|simply|just|einfach|juste|proprio|gewoon)\s)?(?:{_QUOTED}|(?P<n>{_WORD}){_TAIL})"
)
_CALLED_IT = re.compile(rf"(?<![a-z]){_CALLED}\s(?:{_QUOTED}|(?P<n>{_WORD}){_TAIL})(?=\s?(?:[,.;)\n(]|$))")
_COLON = re.compile(
    rf"(?:^|\n|[;,(] ?)[ \t*•✅|-]*(?:affected |betroffene |betroffen: )?(?:{_BASE}|データベース(?:名)?|db名)(?: ?name| id)?\s?[:=]\s?[\"'`「*]?(?P<n>{_WORD}){_TAIL}"
)
_NOUN = re.compile(
    rf"(?<![\w-])(?:la |nuestra |nossa |notre |ma |mi |nostra |mia |minha |ta |base )?(?:base|bd|bdd|db|banco|baz[aeyi]|bazie|databases?|datenbank|databank|databas|databasen|databaz[ae]|baza danych|banca dati|veritabani)\s(?P<n>[a-z][a-z0-9]{{3,30}}){_TAIL}(?=\s?(?:[,;(.]|$|\n)|\s(?:que?|q|en|a|in|na|esta|est|es|w|em|se|nie|ne)\s)"
)
_OURS = re.compile(
    r"(?<![a-z'])(?:(?:our|my|unsere|meine)\s(?P<n>[a-z][a-z0-9]{3,20})(?:-|\s)(?:database|db|cache|datenbank)|(?P<q>[a-z][a-z0-9]{3,20})\sveri ?taban(?:imiz|im))(?![a-rt-z-])(?!\s[a-z0-9-]+\.[a-z])"
)
"""A plain word before the word for a database is its name where the sender says whose it is: "our checkout database"."""
_BEFORE = re.compile(
    rf"(?:{_QUOTED}|{_HEAD}(?P<n>{_SHAPED}))\s(?:redis |global |regional |isimli |adli )?{_BASE}(?![a-z0-9-])"
)
_CJK_BEFORE = re.compile(
    rf"{_HEAD}(?P<n>{_WORD})[」』\"'`]?\s?(?:という|の)?(?:名前の)?(?:データベース|db|インスタンス|キャッシュ)"
)
_CJK_AFTER = re.compile(
    rf"(?:データベース|db|インスタンス)(?:名)?(?:は|が|の|、|:|：|\s)?\s?[「『\"`(]?\s?(?P<n>{_WORD}){_TAIL}"
)
_QUOTED_SLUG = re.compile(rf"(?<![a-z0-9])[\"'`「『]\s?(?P<n>{_SLUG})\s?[\"'`」』](?![a-z0-9])")
_BARE_SLUG = re.compile(rf"(?<![a-z0-9_@./:#+'-])(?P<n>{_SLUG})(?![a-z0-9_@/-]|\.[a-z0-9]|'[a-z])")

_MARKED_WORD = re.compile(r"(?<![a-z0-9])[\"'`「『]\s?(?P<n>[a-z][a-z0-9]{3,24})\s?[\"'`」』](?![a-z0-9])")

_MOST = 100
"""Names that are read from one part."""

_TELLING = word_set("telling")
_NOT_PARTS = word_set("not_parts")
_COUNTS = word_set("counts")
_KINDS = word_set("kinds")
_NEVER = re.compile(
    r"v?\d+(?:[.,:_/-]\d+)*(?:[a-z]{1,3})?|\d{4}-\d\d-\d\d.*|redis-cli|\d+(?:st|nd|rd|th|h|m|s|ms|gb|mb|kb|k|x|am|pm|eur|usd)?(?:-[a-z]+)*|[a-z]{1,2}-\d+|[a-z]+-\d{1,2}|(?:covid|utf|sha|base|ipv|http|aes|iso|rfc|cve|psd|h)-?\d+.*|"
    r".*\.(?:com|io|net|org|example|de|fr|log|csv|json|txt|xlsx|pdf|eml|dev|app|py|js|ts|go)|ec2|s3|k8s|oauth2|\d+xx|5xx|4xx|[a-f0-9]{12,}|econn.*|[a-z]+_(?:error|timeout|failed|refused|id|url|token|key|rest).*|err_.*|upstash.*|(?:us|eu|ap|sa|ca|af|me)-[a-z]+-\d|(?:se-)?(?:chama|llama)(?:-se)?"
)
_NOT_NAMES = word_set("not_names")


def find_resources(
    page: Page,
    vocabulary: Vocabulary,
    masked: list[tuple[int, int]],
    story: bool,
    places: Sequence[Place] = (),
    language: str = "en",
) -> list[Fact]:
    """Databases named in the part, each once, in order. masked: spans of addresses and account identifiers, to which
    endpoints and ids are added. story: whether an outage is told, so that a bare name may be a database's. places:
    where regions are named, for a name stands beside them."""
    found: dict[tuple[str, str], list[Evidence]] = {}
    flat = page.flat
    for match in _hosts(vocabulary).finditer(flat):
        if match.group().split(".")[0] not in vocabulary.not_endpoints:
            _add(found, "endpoint", match.group(), page, match.start(), match.end())
            masked.append((match.start(), match.end()))
    for match in _UUID.finditer(flat):
        _add(found, "id", match.group(), page, match.start(), match.end())
        masked.append((match.start(), match.end()))
    rules = _rules(vocabulary)
    seated = set(_seated(page, places)) if story else set()
    named = {
        *seated,
        *_names(page, story, rules, lexicon(language)),
        *(_beside(page, places, lexicon(language)) if story else ()),
        *(_in_marks(page, places, lexicon(language)) if story else ()),
    }
    for start, end in sorted(named)[:_MOST]:
        name = flat[start:end]
        numbered = (start, end) in seated and _NUMBERED.fullmatch(name) is not None
        if not any(start < e and end > s for s, e in masked) and (numbered or rules.is_name(name)):
            _add(found, "name", page.text[start:end], page, start, end)
            masked.append((start, end))
    return [Fact(value, kind, tuple(evidence)) for (kind, value), evidence in _one_case(found).items()]


def _add(found: dict[tuple[str, str], list[Evidence]], kind: str, value: str, page: Page, start: int, end: int) -> None:
    found.setdefault((kind, value), []).append(page.evidence(start, end, f"resource.{kind}"))


def _one_case(found: dict[tuple[str, str], list[Evidence]]) -> dict[tuple[str, str], list[Evidence]]:
    """`Orders-Prod` and `orders-prod` are one database, named as it stands first."""
    merged: dict[tuple[str, str], list[Evidence]] = {}
    spelled: dict[str, str] = {}
    for (kind, value), evidence in found.items():
        merged.setdefault((kind, spelled.setdefault(value.lower(), value)), []).extend(evidence)
    return merged


_CALLED_STARTS = (
    "call",
    "name",
    "heis",
    "hies",
    "genan",
    "appel",
    "nomm",
    "llama",
    "chiam",
    "denom",
    "chama",
    "genaa",
    "heet",
    "nazw",
    "adli",
    "isim",
    "nomb",
    "nome",
    "naam",
)


@lru_cache(maxsize=20_000)
def _is_base(word: str) -> bool:
    return re.match(rf"{_BASE}$|data$|data(?:ban|base)|base|bazy|veri|banc|banq|redis", word) is not None


_NUMBERED = re.compile(r"[a-z]{3,}-\d{1,2}")
"""One of several ("node-1"): a name only where a region stands behind it."""
_SEATED = re.compile(
    r"\s?[(（]\s?|\s(?:in|en|a|à|em|na|w|we|i|of|auf|bei|sur|te|op|的)\s(?:the |der |la |el |il )?$|,\s$"
)


def _seated(page: Page, places: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """A hyphenated name with a region behind it: "ferry-board (Dublin)", "ferry-board in Ohio"."""
    for place in places:
        for match in _BARE_SLUG.finditer(page.flat, max(0, place.start - 40), place.start):
            link = page.flat[match.end("n") : place.start]
            if _SEATED.fullmatch(link) and page.text[match.start("n")].islower():
                yield match.span("n")


def _in_marks(page: Page, places: Sequence[Place], words: Lexicon) -> Iterator[tuple[int, int]]:
    """A single word in backticks, or in other quotation marks in a sentence that names a region."""
    for match in _MARKED_WORD.finditer(page.flat):
        start, end = match.span("n")
        original = page.text[start:end]
        tick = page.text[match.start()] == "`"
        if not original.islower() or not original.isascii() or words.is_common(original):
            continue
        left, right = next(((s, e) for s, e in page.sentences if s <= start < e), (start, end))
        if tick or any(left <= place.start < right for place in places):
            yield start, end


def _names(page: Page, story: bool, rules: _Rules, words: Lexicon) -> Iterator[tuple[int, int]]:
    patterns = []
    based = any(_is_base(word) for word in page.word_set)
    if based:
        patterns += [_AFTER, _CALLED_BASE, _COLON, _BEFORE]
    if based and story:
        patterns += [_NOUN, _OURS]
    if story and page.has_word(*_CALLED_STARTS):
        patterns.append(_CALLED_IT)
    if story:
        patterns.append(_QUOTED_SLUG)
    if page.has_cjk:
        patterns += [_CJK_BEFORE, _CJK_AFTER] + ([] if based else [_COLON])
    bases = [start for start, _, word in page.words if _is_base(word)] if based else []
    for pattern in patterns:
        matches: Iterable[re.Match[str] | None] = pattern.finditer(page.flat)
        if pattern in {_AFTER, _CALLED_BASE, _NOUN}:  # these begin with the word for a database
            matches = (pattern.match(page.flat, start) for start in bases)
        elif pattern in {_BEFORE, _OURS} and not page.has_cjk:  # these end with it
            ends = ((start, start + 24) for start in bases)
            matches = (m for start, end in ends for m in pattern.finditer(page.flat, max(0, start - 60), end))
        for match in matches:
            if match is None:
                continue
            group = "q" if match.groupdict().get("q") else "n"
            start, end = match.span(group)
            if pattern in {_NOUN, _OURS} and (words.is_common(match[group]) or match[group] in _KINDS):
                continue
            original = page.text[start:end]
            if pattern in {_CALLED_IT, _CALLED_BASE} and original[:1].isupper() and not original.isupper():
                continue
            yield start, end
    if story:
        for match in _BARE_SLUG.finditer(page.flat):
            if page.text[match.start()].islower() and rules.is_telling(match["n"], page, match.start(), match.end()):
                yield match.span("n")


_LAST_WORD = re.compile(
    r"(?<![a-z0-9_@./-])(?P<q>[\"'「『]\s?)?(?P<n>[a-z][a-z0-9]{3,24})(?(q)\s?[\"'」』],?)\s?(?:[(（]\s?|[・、]|(?(q)(?:[a-z]{2,8} ){0,2}|(?!))\s?)$"
)
_LISTED = re.compile(r"(?:^|[,.:;)\n])\s?(?P<n>[a-z][a-z0-9]{3,24}),\s(?:a |in |en |em |w )?$")
_PLACED_WORD = re.compile(r"[(（]\s?(?P<n>[a-z][a-z0-9-]{3,24})\s?[)）]")
_OF_PLACE = re.compile(r"(?:の|的|에 있는)\s?(?P<n>[a-z][a-z0-9-]{3,24})(?![a-z0-9@.])")


def _beside(page: Page, places: Sequence[Place], words: Lexicon) -> Iterator[tuple[int, int]]:
    """A word that a region stands behind in brackets ("pedidos (São Paulo)", "kenbaiki（東京）"), or that is a region's."""
    for place in places:
        match = _LAST_WORD.search(page.flat, max(0, place.start - 30), place.start)
        match = match or _LISTED.search(page.flat, max(0, place.start - 36), place.start)
        if match is None and page.has_cjk:
            match = _OF_PLACE.match(page.flat, place.end) or _PLACED_WORD.match(page.flat, place.end)
        original = page.text[match.start("n") : match.end("n")] if match else ""
        if (
            match
            and original.islower()
            and original.isascii()
            and (match.groupdict().get("q") or not words.is_common(original))
        ):
            yield match.span("n")


class _Rules:
    """What is no name of a database: the operator's regions, products and plans, numbers, common compounds."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.operator = vocabulary.operator.lower()
        self.codes = {region.code.replace("-", "") for region in vocabulary.regions}
        self.prefixes = {prefix for region in vocabulary.regions for prefix in region.prefixes}
        self.products = {word for _, words in (*vocabulary.products, *vocabulary.plans) for word in words}
        places = {name for region in vocabulary.regions for name in (*region.cities, *region.countries)}
        self.places = {name.rstrip("*") for name in places}

    def is_name(self, name: str) -> bool:
        if (
            _NEVER.fullmatch(name)
            or re.fullmatch(_BASE, name)
            or name in _NOT_NAMES
            or name in self.products
            or name in self.places
        ):
            return False
        squeezed = re.sub(r"[-_]", "", name)
        if squeezed in self.codes or squeezed.rstrip("abcdef") in self.codes or squeezed in self.prefixes:
            return False
        if re.fullmatch(
            r"[a-z]{2,6}(?:central|north|south|east|west|northeast|southeast|northwest|southwest)\d?", squeezed
        ):
            return False
        parts = re.split(r"[-_ ]", name)
        if (
            any(part in self.products for part in parts)
            and any(re.fullmatch(_BASE, part) for part in parts[1:])
            and len(parts) == 2
        ):
            return parts[1] in {"cache", "queue", "store", "redis"}
        return self.operator not in name and not all(part in _NOT_PARTS for part in parts)

    def is_telling(self, name: str, page: Page, start: int, end: int) -> bool:
        """Whether a hyphenated word that stands alone is a database's name: by its parts, or by what is beside it."""
        parts = re.split(r"[-_]", name)
        if not page.text[start:end].isascii() or all(part in _COUNTS for part in parts):
            return False
        if any((part in _NOT_PARTS and not page.has_cjk) or len(part) < 2 for part in parts):
            return False
        if (
            page.has_cjk
            or any(part in _TELLING for part in parts)
            or "_" in name
            or any(part.isdigit() for part in parts[1:])
        ):
            return True
        after = page.flat[end : end + 24]
        before = page.flat[max(0, start - 12) : start]
        beside = re.match(r"\s?[(,:–|-]|\s{2,}", after) or re.search(r"(?:^|\n)[\s*•|-]*$|[,:|(]\s?$|\s{2,}$", before)
        return bool(beside) and len(parts) == 2


@lru_cache(maxsize=8)
def _rules(vocabulary: Vocabulary) -> _Rules:
    return _Rules(vocabulary)


@lru_cache(maxsize=8)
def _hosts(vocabulary: Vocabulary) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z0-9-])(?:" + "|".join(vocabulary.endpoints) + r")(?![a-z0-9-]|\.[a-z0-9])")
