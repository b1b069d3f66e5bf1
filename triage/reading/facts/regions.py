"""Regions that a mail names, in whatever words, and which of them were affected.

A name is an operator's code in any spelling (`eu-central1`, `EU_CENTRAL_1`), a city, an area, a country beside words of
a database or an outage, or the prefix of an older endpoint host. Where a name means regions of two providers, the one
that the mail names is taken, else the vocabulary's default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from triage.model import Evidence, Fact
from triage.reading.facts.lexicon import Cue
from triage.reading.facts.page import Page, fold
from triage.reading.vocabulary import Region, Vocabulary

_MOST = 200
"""Places that are read from one part."""

_CJK = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")


@dataclass(slots=True)
class Place:
    """A place where a region is named. sure: by code, city or area rather than by country. score: how the words around
    it speak for it as the affected one; below zero, against it. down: how near words of trouble are."""

    page: Page
    start: int
    end: int
    code: str
    rule: str
    sure: bool = True
    score: float = 0.0
    down: float = 0.0


_Entry = tuple[tuple[str, ...], str, str]


@dataclass(frozen=True)
class _Index:
    exact: dict[str, list[_Entry]]
    stems: dict[str, list[_Entry]]
    infix: re.Pattern[str]
    infix_codes: dict[str, list[tuple[str, str]]]
    codes: dict[str, str]
    code: re.Pattern[str]
    prefixes: dict[str, str]
    providers: dict[str, str]
    words: dict[str, str]
    seen: dict[str, list[_Entry]] = field(default_factory=dict)

    def candidates(self, word: str) -> list[_Entry]:
        """Names that begin with this word."""
        found = self.seen.get(word)
        if found is None:
            found = list(self.exact.get(word, ()))
            if not found:
                found = [
                    entry for length in range(3, min(len(word), 24) + 1) for entry in self.stems.get(word[:length], ())
                ]
            if len(self.seen) < 100_000:
                self.seen[word] = found
        return found


def find_places(page: Page, vocabulary: Vocabulary, masked: Sequence[tuple[int, int]]) -> list[Place]:
    """Every naming of a region in the part, in order; nothing inside `masked` spans (addresses, hosts, links)."""
    places = [p for p in _named(page, vocabulary) if not any(p.start < e and p.end > s for s, e in masked)]
    return sorted(places, key=lambda place: place.start)[:_MOST]


def _named(page: Page, vocabulary: Vocabulary) -> list[Place]:
    """Every naming of a region, found once a page."""
    if "places" in page.kept:
        return list(page.kept["places"])
    index = _index(vocabulary)
    places = list(islice(_by_code(page, index), _MOST))
    named = list(islice(_by_name(page, index), _MOST))
    named += islice(_by_infix(page, index), _MOST) if page.has_cjk else []
    taken = [(p.start, p.end) for p in places]
    for start, end, readings in sorted(named, key=lambda n: (n[0], n[0] - n[1])):
        if any(start < e and end > s for s, e in taken):
            continue
        taken.append((start, end))
        code, kind = _provider_choice(readings, page, start, index, vocabulary)
        places.append(Place(page, start, end, code, f"region.{kind}", sure=kind != "country"))
    page.kept["places"] = places
    return places


def host_region(host: str, vocabulary: Vocabulary) -> str | None:
    """Region that an endpoint host carries: an older prefix (`usw2-...`) or a code (`qstash-eu-central-1`)."""
    index = _index(vocabulary)
    label = host.split(".")[0]
    match = index.code.search(label)
    if match:
        found = index.codes.get(re.sub(r"[^a-z0-9]", "", match["code"]))
        if found:
            return found
    return index.prefixes.get(label.split("-")[0]) if "-" in label else None


# --- which one was affected ------------------------------------------------------------------------------------------

_CLAUSE = re.compile(r"[,;:()]| - |\n")
_CONTRAST = re.compile(
    r"(?<![a-z])(?:but|while|whereas|however|although|though|aber|wahrend|hingegen|dagegen|jedoch|nur|mais|tandis|alors que|pero|mientras|sino|ma|mentre|invece|"
    r"mas|enquanto|porem|maar|terwijl|ale|natomiast|podczas|ama|ancak|fakat|ise|unlike|not|nicht|pas|non|no|nao|niet|nie|degil|sondern|only|medan|men)(?![a-z])|が、|けど|一方|ただ"
)
_NEGATED = re.compile(
    r"(?:(?<![a-z])(?:not|n't|nicht|kein[a-z]*|pas(?: (?:la|le|de|sur|a))?|non|no|nao|niet|geen|nie|ikke|inte|rather than|instead of|statt|anstatt|plutot que|au lieu de|en vez de|"
    r"anziche|invece di|em vez de|in plaats van|zamiast|unlike|except|besides|ausser|sauf|excepto|salvo|tranne|behalve|oprocz|disinda|haric)(?![a-z])[\s\"']{0,2}(?:the |in |en |a |o |el |il |la |de |der |die |das |bei |our |unsere? |in der )?)$"
)


_ONLY = re.compile(
    r"(?<![a-z])(?:only|nur|uniquement|seulement|solo|soltanto|solamente|apenas|somente|alleen|tylko|sadece|yalnizca|pouze|jen)(?![a-z])|のみ|だけ"
)
_CLOCK = re.compile(r"[- ]?(?:time|zeit|tijd|saati|local time|ortszeit)(?![a-z])|時間")


def weigh(places: Sequence[Place], cues: Sequence[Cue], page: Page, claim: bool) -> None:
    """Score each place by the cues of its sentence: trouble speaks for it, well-being, a move or a seat against.

    claim: whether money is claimed for an outage; then a place named without more is taken for the one that was down.
    """
    flat = page.flat
    for place in places:
        left = page.sentence(place.start)[0]
        right = max(place.end, page.sentence(place.end - 1)[1])
        near = dict.fromkeys(("down", "fine", "moved", "home", "base", "back"), 0.0)
        for cue in cues:
            inside = left <= cue.end and cue.start <= right
            if cue.kind == "fine" and inside and _is_others(cue, place, places, flat):
                continue
            if cue.kind in near and inside and (cue.end <= place.start or cue.start >= place.end):
                near[cue.kind] = max(near[cue.kind], _closeness(cue, place, flat, places))
        place.down = max(near["down"], 0.8 * near["back"])
        place.score = (0.5 if claim else 0.05) + place.down + 0.3 * near["base"]
        if near["fine"] > 0.25 and near["fine"] > 0.8 * place.down:
            place.score -= 1.0 + near["fine"]
        if near["moved"] > 0.4 and near["moved"] > place.down:
            place.score -= 0.9 * near["moved"]
        if near["home"] > 0.6 and near["home"] > place.down + 0.1:
            place.score -= 1.2
        spared = _NEGATED.search(flat, max(0, place.start - 30), place.start) or _WORKED.match(flat, place.end)
        if spared or _CLOCK.match(flat, place.end):
            place.score -= 1.5
        elif _ONLY.search(flat, max(0, place.start - 12), min(len(flat), place.end + 8)):
            place.score += 0.5
        if not place.sure:
            place.score -= 0.2


_WORKED = re.compile(
    r",?\s(?:(?:por fortuna|por suerte|afortunadamente|en cambio|zum gluck|glucklicherweise|dagegen|luckily|thankfully|fortunately|heureusement|par chance|"
    r"per fortuna|invece|felizmente|por sorte|gelukkig|na szczescie|dobrze),?\s)?(?:si|ja|schon|did|yes|oui|sim|tak|wel|iban?|lief|liefen|ging|gingen|held|worked|works)(?![a-z])(?=[\s,]*(?:[.;!]|\n|$))"
)
"""After a place: that it went on working, told by a bare yes ("São Paulo, por fortuna, sí")."""
_STOP = re.compile(r"[.!?;:\n。]")
_LIST = re.compile(
    r"\s?(?:[,/&+・、とや]|および|及び|和|and|und|et|y|e|en|i|ve|och|og|a|oraz|or|oder|ou|o)?\s?(?:and |in |the |à )?"
)
_ELSEWHERE = re.compile(
    r"(?<![a-z-])(?:eu|us|europe|europa|asia|asien|asie|others?|rest|reste|resto|andere[rn]?|autres?|otr[ao]s?|altr[eio]|outr[ao]s?|overige|pozostale|diger(?:leri)?)(?![a-z-])"
)


def _is_others(cue: Cue, place: Place, places: Sequence[Place], flat: str) -> bool:
    """Whether a word of well-being is said of another place, which stands nearer to it or between."""
    if cue.start < place.end:
        return False
    if _ELSEWHERE.search(flat, place.end, cue.start):
        return True
    return any(
        other.code != place.code
        and not _LIST.fullmatch(flat, min(place.end, other.end), max(place.start, other.start))
        and (
            place.end <= other.start < cue.start
            or (
                0 <= other.start - cue.end < min(12, cue.start - place.end)
                and not _STOP.search(flat, cue.end, other.start)
            )
        )
        for other in places
    )


def _closeness(cue: Cue, place: Place, flat: str, places: Sequence[Place]) -> float:
    if cue.end <= place.start:
        between, distance = flat[cue.end : place.start], place.start - cue.end
    else:
        between, distance = flat[place.end : cue.start], cue.start - place.end
    low, high = min(cue.end, place.end), max(cue.start, place.start)
    breaks = len(_CLAUSE.findall(between))
    contrast = len(_CONTRAST.findall(between))
    others = sum(1 for p in places if p is not place and low <= p.start and p.end <= high and p.code != place.code)
    return 1.0 / (1.0 + distance / 35.0) * 0.7**breaks * 0.35**contrast * 0.6**others


def affected(places: Sequence[Place]) -> list[Fact]:
    """The regions that were down, each once with the places that tell it."""
    best: dict[str, float] = {}
    down: dict[str, float] = {}
    worst: dict[str, float] = {}
    for place in places:
        best[place.code] = max(best.get(place.code, -9.0), place.score)
        worst[place.code] = min(worst.get(place.code, 9.0), place.score)
        down[place.code] = max(down.get(place.code, 0.0), place.down)
    if not best:
        return []
    chosen = {code for code, score in best.items() if score > 0 and (worst[code] > -0.5 or down[code] > 0.5)}
    if not chosen and len(best) == 1:
        chosen = {code for code, score in best.items() if score > -0.5}
    clear = max((down[code] for code in chosen), default=0.0)
    if clear > 0.5:
        chosen = {code for code in chosen if down[code] > 0.2 * clear}
    return [
        Fact(code, "", tuple(_evidence(p) for p in places if p.code == code and (p.score > 0 or p.score == best[code])))
        for code in best
        if code in chosen
    ]


def _evidence(place: Place) -> Evidence:
    return place.page.evidence(place.start, place.end, place.rule)


# --- finding names ---------------------------------------------------------------------------------------------------


def _by_code(page: Page, index: _Index) -> Iterator[Place]:
    for match in index.code.finditer(page.flat):
        squeezed = re.sub(r"[^a-z0-9]", "", match["code"])
        code = index.codes.get(squeezed) or _nearest(squeezed, index.codes)
        if code:
            yield Place(page, match.start("code"), match.end("code"), code, "region.code")


def _nearest(squeezed: str, codes: dict[str, str]) -> str | None:
    """The one code that a misspelling is a letter away from; digits are never corrected."""
    digits = re.sub(r"\D", "", squeezed)
    near = {
        code
        for known, code in codes.items()
        if re.sub(r"\D", "", known) == digits and _one_letter_away(squeezed, known)
    }
    return near.pop() if len(near) == 1 else None


def _one_letter_away(left: str, right: str) -> bool:
    if left[:2] != right[:2] or abs(len(left) - len(right)) > 1:
        return False
    if len(left) == len(right):
        different = [i for i in range(len(left)) if left[i] != right[i]]
        swapped = len(different) == 2 and different[1] - different[0] == 1 and sorted(left) == sorted(right)
        return len(different) == 1 or swapped
    short, long = sorted((left, right), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


_Named = tuple[int, int, list[tuple[str, str]]]


def _by_name(page: Page, index: _Index) -> Iterator[_Named]:
    words, flat = page.words, page.flat
    for position, (start, end, word) in enumerate(words):
        candidates = index.candidates(word)
        if not candidates and word not in index.prefixes:
            continue
        longest, readings = 0, []
        for rest, code, kind in candidates:
            last = end if not rest else _phrase_end(words, flat, position, rest)
            if last > longest:
                longest, readings = last, [(code, kind)]
            elif last and last == longest:
                readings.append((code, kind))
        if readings:
            yield start, longest, readings
        elif word in index.prefixes and not flat[end : end + 2].startswith(("-", ".")) and re.search(r"\d$", word):
            yield start, end, [(index.prefixes[word], "prefix")]


def _phrase_end(words: list[tuple[int, int, str]], flat: str, position: int, rest: tuple[str, ...]) -> int:
    end = words[position][1]
    for offset, wanted in enumerate(rest, 1):
        if position + offset >= len(words):
            return 0
        start, stop, word = words[position + offset]
        matches = word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
        if not matches or start - end > 2 or "\n\n" in flat[end:start]:
            return 0
        end = stop
    return end


def _by_infix(page: Page, index: _Index) -> Iterator[_Named]:
    for match in index.infix.finditer(page.flat):
        yield match.start(), match.end(), index.infix_codes[match.group()]


def _provider_choice(
    readings: list[tuple[str, str]], page: Page, start: int, index: _Index, vocabulary: Vocabulary
) -> tuple[str, str]:
    if len({code for code, _ in readings}) == 1:
        return readings[0]
    sentence = next(((s, e) for s, e in page.sentences if s <= start < e), (0, len(page.flat)))
    named = [
        (abs(left - start), index.words[word])
        for left, right, word in page.words
        if word in index.words
        and not _PRODUCT.match(page.flat, right)
        and (word in index.providers.values() or sentence[0] - 120 <= left <= sentence[1] + 120)
    ]
    if page.has_cjk:
        named += [
            (abs(m.start() - start), index.words[m.group()])
            for word in index.words
            for m in re.finditer(re.escape(word), page.flat)
        ]
    provider = min(named)[1] if named else vocabulary.default_provider
    of_provider = [r for r in readings if index.providers[r[0]] == provider]
    of_default = [r for r in readings if index.providers[r[0]] == vocabulary.default_provider]
    return (of_provider or of_default or readings)[0]


_PRODUCT = re.compile(
    r"[ -]?(?:analytics|ads|maps|drive|docs|sheets|workspace|tag|fonts|meet|calendar|search|play|chrome|mail|form)"
)


@lru_cache(maxsize=8)
def _index(vocabulary: Vocabulary) -> _Index:
    exact: dict[str, list[_Entry]] = {}
    stems: dict[str, list[_Entry]] = {}
    infix: dict[str, list[tuple[str, str]]] = {}
    for region in vocabulary.regions:
        for kind, name in _names(region):
            folded = fold(name)
            if _CJK.search(folded):
                infix.setdefault(folded, []).append((region.code, kind))
                continue
            first, *rest = re.findall(r"[^\W_]+\*?", folded)
            target = stems if first.endswith("*") else exact
            entry = (tuple(rest), region.code, kind)
            listed = target.setdefault(first.rstrip("*"), [])
            if entry not in listed:
                listed.append(entry)
    codes = {re.sub(r"[^a-z0-9]", "", region.code): region.code for region in vocabulary.regions}
    areas = sorted({region.code.split("-")[0] for region in vocabulary.regions}, key=len, reverse=True)
    return _Index(
        exact,
        stems,
        re.compile("|".join(sorted(map(re.escape, infix), key=len, reverse=True)) or r"(?!)"),
        infix,
        codes,
        re.compile(
            rf"(?<![a-z0-9])(?P<code>(?:{'|'.join(areas)})[ _.-]?[a-z]{{4,10}}[ _.-]?\d)(?:[a-f](?![a-z]))?(?![0-9])"
        ),
        {prefix: region.code for region in vocabulary.regions for prefix in region.prefixes},
        {region.code: region.provider for region in vocabulary.regions},
        {fold(word): provider for provider, words in vocabulary.providers for word in words if " " not in word},
    )


def _names(region: Region) -> Iterator[tuple[str, str]]:
    for kind, names in (("city", region.cities), ("area", region.areas), ("country", region.countries)):
        for name in names:
            yield kind, name
