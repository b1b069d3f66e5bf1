"""Numbers, dates, amounts and identifiers in prose, found strictly as the language of a letter writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial

from triage.policy.yamlfile import Block
from triage.reply.locale import Locale


@dataclass(frozen=True, slots=True)
class Quantity:
    """kind: `date`, `money`, `percent`, `duration`, `number`, `identifier`. key: what it means, whatever the spelling:
    (year or None, month, day); (amount, currency); (percent,); (count, unit); (number as written,); (as written,)."""

    kind: str
    key: tuple[object, ...]
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """How a language names what numbers count. Each map is from a word or sign, folded.

    units: to `days`, `hours`...; currencies: to ISO codes; numbers: to counts; months: to 1..12; patterns: by kind of
    quantity.
    """

    units: Mapping[str, str]
    currencies: Mapping[str, str]
    numbers: Mapping[str, int]
    months: Mapping[str, int]
    locale: Locale
    patterns: Mapping[str, re.Pattern[str]]

    @classmethod
    def of(cls, block: Block, locale: Locale) -> Units:
        """From a language's `checks.yaml`. Raises ConfigError where it lacks a list."""
        short = block.texts("short months")
        if len(short) != 12:
            block.wrong("short months", "Twelve months are wanted.", "List them from January to December.")
        units, currencies = _words(block, "units"), _words(block, "currencies")
        numbers = {fold(word): int(number) for word, number in block.block("numbers").items()}
        months = {fold(name): 1 + place % 12 for place, name in enumerate((*locale.months, *short))}
        percent = [fold(word) for word in block.texts("percent")]
        return cls(units, currencies, numbers, months, locale, _patterns(units, currencies, numbers, months, percent))


def _words(block: Block, key: str) -> dict[str, str]:
    inner = block.block(key)
    return {fold(word): inner.text(word) for word in inner}


@lru_cache(maxsize=256)
def fold(text: str) -> str:
    """Text for comparing: compatible forms made one, case and the Turkish dot gone, nothing invisible left."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u0307", "").translate(_SAME)
    unseen = {ord(c): None for c in set(plain) if unicodedata.category(c) == "Cf"}
    return plain.translate(unseen) if unseen else plain


_SAME = str.maketrans("ı’‘", "i''")

# A number is at most 26 characters long and starts where no digit stands before: a search over any text stays linear.
_NUMBER = r"(?<!\d)\d(?:[\d.,' ]{0,24}\d)?"


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _patterns(
    units: Iterable[str],
    currencies: Iterable[str],
    numbers: Iterable[str],
    months: Iterable[str],
    percents: Iterable[str],
) -> dict[str, re.Pattern[str]]:
    month, currency, percent, unit = _either(months), _either(currencies), _either(percents), _either(units)
    count = rf"(?P<a>{_NUMBER}|(?:{_either(numbers)})(?=[ -]))"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|o|\.)?"  # º folds to o
    return {
        "date": re.compile(
            rf"(?<!\d)(?P<y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)"
            rf"|(?<![\d.,])(?P<d2>\d{{1,2}})[./](?P<m2>\d{{1,2}})[./](?P<y2>\d{{4}}|\d\d)(?!\d)"
            rf"|(?<!\d){day} ?(?:de |of )?(?P<month>{month})\b\.?,? ?(?:de |del )?(?P<year>\d{{4}})?"
            rf"|\b(?P<month2>{month})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year2>\d{{4}}))?"
        ),
        "money": re.compile(rf"(?P<a>{_NUMBER}) ?(?P<c>{currency})(?!\w)|(?<!\w)(?P<c2>{currency}) ?(?P<a2>{_NUMBER})"),
        "percent": re.compile(rf"{count}[ -]?(?:{percent})(?!\w)|(?:{percent}) ?(?P<a2>{_NUMBER})"),
        "duration": re.compile(rf"(?<!\w){count}[ -]?(?P<u>{unit})(?!\w)"),
    }


_URL = re.compile(r"https?://\S+")
_TOKEN = re.compile(r"[^\s<>()\[\]{}\"'“”„«»,;:!?/|=]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLAIN = re.compile(r"\d+(?:[.,:]\d+)*")
_LONGEST_IDENTIFIER = 254


def find(text: str, units: Units) -> list[Quantity]:
    """All quantities of a text, dates first; what one kind took, no other sees."""
    found: list[Quantity] = []
    left = _URL.sub(" ", fold(text))
    for kind, read in _READERS.items():
        left = _take(left, units.patterns[kind], kind, partial(read, units), found)
    left = _take(left, _TOKEN, "identifier", _identifier, found)
    _take(left, _PLAIN, "number", lambda match: (match[0],), found)
    return found


_Read = Callable[[re.Match[str]], tuple[object, ...] | None]


def _take(text: str, pattern: re.Pattern[str], kind: str, read: _Read, found: list[Quantity]) -> str:
    """Collect what a pattern finds; the text is returned without it."""

    def taken(match: re.Match[str]) -> str:
        key = read(match)
        if key is None:
            return match[0]
        found.append(Quantity(kind, key, str(key[0]) if kind == "identifier" else match[0].strip()))
        return " "

    return pattern.sub(taken, text)


def _identifier(match: re.Match[str]) -> tuple[object, ...] | None:
    """An e-mail address, a UUID, or a word of letters and digits such as a host name or a customer's number."""
    token = match[0].strip(".-_")
    if not 6 <= len(token) <= _LONGEST_IDENTIFIER:
        return None
    address = "." in token.partition("@")[2]
    digits, letters = sum(c.isdigit() for c in token), any(c.isalpha() for c in token)
    code = letters and (digits > 1 or (digits == 1 and "-" in token)) and re.fullmatch(r"[\w.-]+", token)
    return (token,) if address or _UUID.fullmatch(token) or code else None


def _date(units: Units, match: re.Match[str]) -> tuple[object, ...] | None:
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


def _money(units: Units, match: re.Match[str]) -> tuple[object, ...] | None:
    amount = number(match["a"] or match["a2"], units)
    return None if amount is None else (amount, units.currencies[match["c"] or match["c2"]])


def _percent(units: Units, match: re.Match[str]) -> tuple[object, ...] | None:
    amount = number(match["a"] or match["a2"], units)
    return None if amount is None else (amount,)


def _duration(units: Units, match: re.Match[str]) -> tuple[object, ...] | None:
    amount = number(match["a"], units)
    return None if amount is None else (amount, units.units[match["u"]])


_READERS: Mapping[str, Callable[[Units, re.Match[str]], tuple[object, ...] | None]] = {
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
