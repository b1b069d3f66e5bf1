"""Numbers, dates, amounts and identifiers in prose, found strictly as the language of a letter writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from triage.policy.yamlfile import Block
from triage.reply.locale import Locale


@dataclass(frozen=True, slots=True)
class Quantity:
    """kind: `date`, `money`, `percent`, `duration`, `number`, `identifier`. key: what it means, whatever the spelling:
    (year or None, month, day); (amount, currency); (percent,); (count, unit); (number as written,); (as written,)."""

    kind: str
    key: tuple[object, ...]
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Units:
    """How a language names what numbers count, from its `checks.yaml`.

    units: word to `days`, `hours`...; currencies: word or sign to ISO code; numbers: word to count;
    percent: words and signs.
    """

    units: Mapping[str, str]
    currencies: Mapping[str, str]
    numbers: Mapping[str, int]
    percent: Sequence[str]
    months: Mapping[str, int]
    locale: Locale
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, block: Block, locale: Locale) -> Units:
        """Raises ConfigError where `checks.yaml` lacks a list."""
        short = block.texts("short months")
        if len(short) != 12:
            block.wrong("short months", "Twelve months are wanted.", "List them from January to December.")
        units = _words(block, "units")
        currencies = _words(block, "currencies")
        numbers = {fold(word): int(number) for word, number in block.block("numbers").items()}
        percent = tuple(fold(word) for word in block.texts("percent"))
        months = {fold(name): 1 + place % 12 for place, name in enumerate((*locale.months, *short))}
        found = cls(units, currencies, numbers, percent, months, locale)
        return cls(units, currencies, numbers, percent, months, locale, _patterns(found))


def _words(block: Block, key: str) -> dict[str, str]:
    inner = block.block(key)
    return {fold(word): inner.text(word) for word in inner}


def fold(text: str) -> str:
    """Text for comparing: compatible forms made one, case and the Turkish dot gone, nothing invisible left."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u0307", "").translate(_SAME)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")


_SAME = str.maketrans("ı’‘", "i''")

_NUMBER = r"\d(?:[\d.,'’ \u00a0\u202f]*\d)?"


def _either(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _patterns(units: Units) -> dict[str, re.Pattern[str]]:
    month, currency = _either(tuple(units.months)), _either(tuple(units.currencies))
    count = rf"(?:{_NUMBER}|{_either(tuple(units.numbers))})"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
    return {
        "date": re.compile(
            rf"(?<!\d)(?P<y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)"
            rf"|(?<![\d.,])(?P<d2>\d{{1,2}})[./](?P<m2>\d{{1,2}})[./](?P<y2>\d{{4}}|\d\d)(?!\d)"
            rf"|(?<!\d){day} ?(?:de |of )?(?P<month>{month})\b\.?,? ?(?:de |del )?(?P<year>\d{{4}})?"
            rf"|\b(?P<month2>{month})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year2>\d{{4}}))?"
        ),
        "money": re.compile(rf"(?P<a>{_NUMBER}) ?(?P<c>{currency})(?!\w)|(?<!\w)(?P<c2>{currency}) ?(?P<a2>{_NUMBER})"),
        "percent": re.compile(
            rf"(?P<a>{count})[ -]?(?:{_either(units.percent)})(?!\w)|(?:{_either(units.percent)}) ?(?P<a2>{_NUMBER})"
        ),
        "duration": re.compile(rf"(?<!\w)(?P<a>{count})[ -]?(?P<u>{_either(tuple(units.units))})(?!\w)"),
    }


_IDENTIFIER = re.compile(
    r"[^\s@<>()\[\]{}\"'“”„«»,;:]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b(?=[\w.-]*[a-z])(?=(?:[\w.-]*\d){2}|[\w.]*-[\w.-]*\d)[\w][\w.-]{4,}\w"
)
_URL = re.compile(r"https?://\S+")
_PLAIN = re.compile(r"\d+(?:[.,:]\d+)*")


def find(text: str, units: Units) -> Iterator[Quantity]:
    """All quantities of a text, dates first; what one pattern took, no other sees. Positions are in `fold(text)`."""
    folded = _URL.sub(lambda m: " " * len(m[0]), fold(text))
    for kind, read in _READERS.items():
        kept = folded
        for match in units.patterns[kind].finditer(folded):
            key = read(match, units)
            if key is not None:
                yield Quantity(kind, key, match[0].strip(), match.start())
                kept = _blank(kept, match)
        folded = kept
    kept = folded
    for match in _IDENTIFIER.finditer(folded):
        yield Quantity("identifier", (match[0],), match[0], match.start())
        kept = _blank(kept, match)
    for match in _PLAIN.finditer(kept):
        yield Quantity("number", (match[0],), match[0], match.start())


def _blank(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :]


def _date(match: re.Match[str], units: Units) -> tuple[object, ...] | None:
    if match["m1"]:
        return int(match["y1"]), int(match["m1"]), int(match["d1"])
    if match["m2"]:
        year = int(match["y2"])
        return (year if year > 99 else 2000 + year), int(match["m2"]), int(match["d2"])
    named, month, day = (
        match["year"] or match["year2"],
        match["month"] or match["month2"],
        match["day"] or match["day2"],
    )
    return (int(named) if named else None), units.months[month], int(day)


def _money(match: re.Match[str], units: Units) -> tuple[object, ...] | None:
    amount = number(match["a"] or match["a2"], units)
    return None if amount is None else (amount, units.currencies[match["c"] or match["c2"]])


def _percent(match: re.Match[str], units: Units) -> tuple[object, ...] | None:
    amount = number(match["a"] or match["a2"], units)
    return None if amount is None else (amount,)


def _duration(match: re.Match[str], units: Units) -> tuple[object, ...] | None:
    amount = number(match["a"], units)
    return None if amount is None else (amount, units.units[match["u"]])


_READERS: Mapping[str, Callable[[re.Match[str], Units], tuple[object, ...] | None]] = {
    "date": _date,
    "money": _money,
    "percent": _percent,
    "duration": _duration,
}


def number(text: str, units: Units) -> Decimal | None:
    """A number as the language writes it (`1.234,50` in German); else with a decimal point; None when neither."""
    if text in units.numbers:
        return Decimal(units.numbers[text])
    compact = re.sub(r"['’\s]", "", text)
    group, point = re.escape(units.locale.group.strip() or " "), re.escape(units.locale.decimal)
    if re.fullmatch(rf"\d{{1,3}}(?:{group}\d{{3}})+(?:{point}\d+)?|\d+(?:{point}\d+)?", compact):
        return Decimal(re.sub(group, "", compact).replace(units.locale.decimal, "."))
    return Decimal(compact) if re.fullmatch(r"\d+(?:\.\d+)?", compact) else None
