"""Databases that a mail names: endpoint hosts, UUIDs, and names that stand beside words for a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from triage.model import Evidence, Fact
from triage.reading.facts.page import Page
from triage.reading.vocabulary import Vocabulary

_UUID = re.compile(r"(?<![0-9a-z-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z-])")

_BASE = (
    r"databases?|data base|dbs?|redis|instances?|instanz(?:en)?|caches?|clusters?|datenbank(?:en)?|datenbank-?instanz|base de donnees|bases? de datos|base|bdd|bases?|bd|"
    r"base dati|banco de dados|base de dados|banco|bancos|databanken?|bazy danych|baza danych|baz[aeyio]|bazie|bazach|bazami|bazaj|veritabani(?:miz|mizin|mizi|miza|nin|ni|na|niz)?|veri tabani(?:miz)?|"
    r"stores?|kv|queues?|topics?|databas(?:en)?|databaze|istanz[ae]|instancias?|instancja|klaster|resource|ressource|recurso|endpoint|index|vector index|db-?name|db name|resource name|database name"
)
_CALLED = (
    r"called|named|name(?: is|d)?|namens|mit dem namen|heisst|heissen|heist|genannt|appelee?s?|nommee?s?|qui s'appelle|llamad[ao]s?|de nombre|se llama|chiamat[oa]|di nome|"
    r"denominat[oa]|si chiama|chamad[ao]s?|de nome|se chama|genaamd|heet|met de naam|o nazwie|nazywa sie|adli|isimli|ismi|adi|is|ist|est|es|e|jest|id|=|:"
)
_SHAPE = r"[a-z0-9](?:[a-z0-9]|[-_.](?=[a-z0-9])){1,48}"
_SHAPED = r"(?=[a-z0-9_.-]*[-_0-9])" + _SHAPE
_QUOTED = r"[\"'`\[「『<*_](?P<q>[a-z0-9][\w.-]{0,48}[\w])[\"'`\]」』>*_]"
_AFTER = re.compile(
    rf"(?<![a-z0-9_-])(?:{_BASE})(?:'[a-z]+)?(?:\s?[:=]\s?|\s)(?:\(?(?:{_CALLED})\)?[\s:]{{0,2}}){{0,2}}(?:{_QUOTED}|(?P<n>{_SHAPED}))(?![a-z0-9])"
)
_CALLED_PLAIN = re.compile(
    rf"(?<![a-z0-9_-])(?:{_BASE})\b[^.\n;:!?]{{0,40}}?(?<![a-z])(?:called|named|namens|mit dem namen|heisst|appelee?|nommee?|s'appelle|llamad[ao]|se llama|chiamat[oa]|si chiama|chamad[ao]|se chama|genaamd|heet|o nazwie|nazywa sie)"
    rf"\s[\"'`]?(?P<n>{_SHAPE})(?![a-z0-9])"
)
_COLON = re.compile(
    rf"(?:^|\n|[;,(] ?)[ \t*-]*(?:affected )?(?:{_BASE}|データベース(?:名)?|db名)(?: ?name)?\s?[:=]\s?[\"'`]?(?P<n>{_SHAPE})(?![a-z0-9@])"
)
_BEFORE = re.compile(
    rf"(?:{_QUOTED}|(?<![a-z0-9@._/-])(?P<n>{_SHAPED}))(?:\s?[\"'`」』]?\s?|-)(?:redis |upstash |global |regional |isimli |adli |prod(?:uction)? )?(?:{_BASE})(?![a-z0-9])"
)
_CJK_BEFORE = re.compile(
    rf"[「『\"'`]?(?P<n>{_SHAPE})[」』\"'`]?\s?(?:という|の)?(?:名前の)?(?:データベース|db|インスタンス|redis|キャッシュ)"
)
_CJK_AFTER = re.compile(
    rf"(?:データベース|db|インスタンス|redis)(?:名)?(?:は|が|の|、|:|\s)?\s?(?:「|『|\"|`|\()?\s?(?P<n>{_SHAPE})"
)


def find_resources(page: Page, vocabulary: Vocabulary, masked: list[tuple[int, int]]) -> list[Fact]:
    """Databases named in the part, each once, in order. masked: spans of addresses; endpoint spans are added to it."""
    found: dict[tuple[str, str], list[Evidence]] = {}
    flat = page.flat
    for match in _hosts(vocabulary).finditer(flat):
        if match.group().split(".")[0] not in vocabulary.not_endpoints:
            _add(found, "endpoint", match.group(), page, match.start(), match.end())
            masked.append((match.start(), match.end()))
    for match in _UUID.finditer(flat):
        _add(found, "id", match.group(), page, match.start(), match.end())
        masked.append((match.start(), match.end()))
    for start, end in sorted(_names(page)):
        if not any(start < e and end > s for s, e in masked) and _is_name(flat[start:end], flat, end, vocabulary):
            _add(found, "name", page.text[start:end], page, start, end)
    return [Fact(value, kind, tuple(evidence)) for (kind, value), evidence in found.items()]


def _add(found: dict[tuple[str, str], list[Evidence]], kind: str, value: str, page: Page, start: int, end: int) -> None:
    evidence = page.evidence(start, end, f"resource.{kind}")
    listed = found.setdefault((kind, value), [])
    if evidence not in listed:
        listed.append(evidence)


def _names(page: Page) -> Iterator[tuple[int, int]]:
    patterns = [_AFTER, _CALLED_PLAIN, _COLON, _BEFORE]
    if page.has_cjk:
        patterns += [_CJK_BEFORE, _CJK_AFTER]
    for pattern in patterns:
        for match in pattern.finditer(page.flat):
            group = "q" if "q" in match.groupdict() and match["q"] else "n"
            yield match.span(group)


_NEVER = re.compile(
    r"(?:v?\d+(?:[.,:/-]\d+)*(?:st|nd|rd|th|h|m|s|ms|gb|mb|kb|k|x|am|pm|eur|usd)?|24/7|e-?mail|us|eu|ap|read-only|real-time|multi-region|single-region|pay-as-you-go|"
    r"[a-z]+-(?:related|side|based|like|wide|level|specific|hosted|term|time|backed|name|id|url|ip|key)|(?:non|pre|re|co|de|un)-[a-z]+|.*\.(?:com|io|net|org|example|de|fr|log|csv|json|txt|xlsx|pdf|eml|dev|app)|"
    r"ec2|s3|ipv[46]|http2|utf-8|5xx|4xx|\d+xx|base64|sha256|oauth2|k8s|gdpr|dsgvo)"
)


def _is_name(name: str, flat: str, end: int, vocabulary: Vocabulary) -> bool:
    if _NEVER.fullmatch(name) or name in _common_words() or len(name) < 2:
        return False
    squeezed = name.replace("-", "").replace("_", "")
    codes = {r.code.replace("-", "") for r in vocabulary.regions} | {p for r in vocabulary.regions for p in r.prefixes}
    if (
        squeezed in codes
        or squeezed.rstrip("abcdef") in codes
        or re.fullmatch(
            r"[a-z]{2,6}(?:central|north|south|east|west|northeast|southeast|northwest|southwest)\d?", squeezed
        )
    ):
        return False
    products = {word for _, words in vocabulary.products for word in words} | {
        word for _, words in vocabulary.plans for word in words
    }
    return name not in products and vocabulary.operator.lower() not in name and flat[end : end + 1] != "@"


@cache
def _common_words() -> frozenset[str]:
    return frozenset(
        [
            "the",
            "a",
            "an",
            "our",
            "my",
            "your",
            "is",
            "was",
            "were",
            "are",
            "in",
            "on",
            "at",
            "for",
            "and",
            "or",
            "de",
            "la",
            "le",
            "el",
            "il",
            "der",
            "die",
            "das",
            "den",
            "in",
            "im",
            "auf",
            "war",
            "ist",
            "est",
            "et",
            "e",
            "y",
            "o",
            "us",
            "you",
            "it",
            "this",
            "that",
            "them",
            "his",
            "which",
            "with",
            "not",
            "nicht",
            "pas",
            "no",
            "non",
            "nao",
            "niet",
            "nie",
            "van",
            "het",
            "een",
            "un",
            "una",
            "une",
            "uno",
            "um",
            "uma",
            "w",
            "we",
            "na",
            "z",
            "und",
            "oder",
            "aber",
            "mais",
            "pero",
            "ma",
            "mas",
            "connection",
            "connections",
            "access",
            "url",
            "instance",
            "database",
            "databases",
            "region",
            "cluster",
            "server",
            "host",
            "hosted",
            "located",
            "called",
            "named",
            "stored",
            "running",
            "id",
            "ids",
            "name",
            "production",
            "staging",
            "prod",
        ]
    ) - {"production", "staging", "prod"}


@lru_cache(maxsize=8)
def _hosts(vocabulary: Vocabulary) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z0-9@-])(?:" + "|".join(vocabulary.endpoints) + r")(?![a-z0-9-]|\.[a-z0-9])")
