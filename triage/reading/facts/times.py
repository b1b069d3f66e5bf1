"""Times of day in running text: `14:00`, `2 pm`, `14 Uhr`, `14h30`, `saat 14.00`, `午後2時`, noon, and how long something took."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from itertools import pairwise

from triage.reading.facts.lexicon import LANGUAGES, Lexicon, any_of, lexicon
from triage.reading.facts.page import Page
from triage.reading.facts.zones import offset, zone_at

MOST = 600


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time of day. start, end: offsets in the part, with the zone where one follows; minutes: since midnight, up to
    24:00 = 1440; seconds beyond the minute; zone: as stated beside it, None when not; half: `am` or `pm` where told."""

    start: int
    end: int
    minutes: int
    seconds: int = 0
    zone: tzinfo | None = None
    half: str = ""


@dataclass(frozen=True, slots=True)
class Instant:
    """A full point in time, as in a log line or an epoch value. `at` is aware when a zone was written."""

    start: int
    end: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something took ("for two hours")."""

    start: int
    end: int
    length: timedelta


def find_times(page: Page, language: str) -> list[TimeMention]:
    """All times of day of the part, in order."""
    grammar = _grammar(language if language in LANGUAGES else "en")
    flat = page.flat
    found: list[TimeMention] = []
    for match in grammar.matches(page):
        if len(found) >= MOST:
            break
        mention = grammar.read(match)
        if mention and _apart(mention, found):
            found.extend(earlier for earlier in grammar.earlier_half(flat, mention) if _apart(earlier, found))
            found.append(mention)
    found.sort(key=lambda mention: mention.start)
    return [_with_zone(mention, flat) for mention in _share_half(found, flat)]


def _apart(mention: TimeMention, found: list[TimeMention]) -> bool:
    return all(mention.end <= other.start or mention.start >= other.end for other in found[-8:])


def find_durations(page: Page, language: str) -> list[Duration]:
    """All spans of time up to three days."""
    grammar = _grammar(language if language in LANGUAGES else "en")
    return [d for match in grammar.duration.finditer(page.flat) if (d := grammar.read_duration(match))]


_STAMP = re.compile(
    r"(?<![\d.-])(?P<date>(?:19|20)\d\d[-/.]\d{2}[-/.]\d{2})[t ]\s?(?P<h>[01]\d|2[0-4])[:.](?P<mi>[0-5]\d)(?:[:.](?P<s>[0-5]\d)(?:[.,]\d{1,9})?)?"
    r"(?:\s?(?P<z>z|utc|gmt)(?![a-z0-9])|\s?(?P<off>[+-]\d{2}:?\d{2})(?!\d))?"
)
_SYSLOG = re.compile(
    r"(?<![\d])(?P<d>\d{1,2})/(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/(?P<y>\d{4}):(?P<h>\d{2}):(?P<mi>\d{2}):(?P<s>\d{2})(?:\s(?P<off>[+-]\d{4}))?"
)
_EPOCH = re.compile(r"(?<![\d./+-])(?<!\d[:,])(?P<n>1[0-9]{9}(?:[0-9]{3})?)(?:\.\d{1,6})?(?![\d/-])")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def find_instants(page: Page) -> list[Instant]:
    """Time stamps of logs (ISO 8601, common log format) and epoch seconds or milliseconds, in order."""
    if "instants" not in page.kept:
        page.kept["instants"] = _instants(page)
    return list(page.kept["instants"])


def _instants(page: Page) -> list[Instant]:
    found: list[Instant] = []
    flat = page.flat
    if not any(len(word) >= 4 and word[:4].isdigit() for word in page.word_set):
        return found
    for match in _STAMP.finditer(flat):
        year, month, day = (int(part) for part in re.split(r"[-/.]", match["date"]))
        at = _instant(year, month, day, match)
        if at:
            if match["z"]:
                at = at.replace(tzinfo=UTC)
            elif match["off"] and not _is_range_end(match, flat):
                at = at.replace(tzinfo=offset(match["off"]))
            end = match.start("off") if match["off"] and at.tzinfo is None else match.end()
            found.append(Instant(match.start(), end, at))
    for match in _SYSLOG.finditer(flat):
        at = _instant(int(match["y"]), _MONTHS.index(match["mon"]) + 1, int(match["d"]), match)
        if at:
            found.append(
                Instant(match.start(), match.end(), at.replace(tzinfo=offset(match["off"])) if match["off"] else at)
            )
    for match in _EPOCH.finditer(flat):
        number = int(match["n"])
        at = datetime.fromtimestamp(number / 1000 if number >= 10**12 else number, UTC)
        found.append(Instant(match.start(), match.end(), at))
    return sorted(found, key=lambda instant: instant.start)


def _is_range_end(match: re.Match[str], flat: str) -> bool:
    """Whether `-08:30` after a time without seconds is where a range ends rather than an offset: "06:00-08:30 UTC"."""
    loose = match["off"][0] == "-" and not match["s"] and "t" not in match.group()
    return loose or zone_at(flat, match.end()) is not None


def _instant(year: int, month: int, day: int, match: re.Match[str]) -> datetime | None:
    hour = int(match["h"])
    try:
        at = datetime(year, month, day, hour % 24, int(match["mi"]), int(match["s"] or 0))  # noqa: DTZ001  # zone comes next
    except ValueError:
        return None
    return at + timedelta(days=hour == 24)


# --- grammar ---------------------------------------------------------------------------------------------------------


_DIGITS = re.compile(r"\d+")


class _Grammar:
    """The time patterns of one language, compiled once."""

    def __init__(self, words: Lexicon, language: str) -> None:
        self.words = words
        am, pm = words.alternation("am"), words.alternation("pm")
        half = rf"(?:\s?(?:(?P<am>am|a\.m\.?)|(?P<pm>pm|p\.m\.?))(?![a-z])|[ ,]{{0,2}}(?:(?P<amw>{am})|(?P<pmw>{pm}))(?![a-z]))?"
        edge = r"(?<![\d.,:/€$£])(?<!v)(?<![a-gi-ln-y]-)"
        self.clock = re.compile(
            rf"{edge}(?P<h>[01]?\d|2[0-4]):(?P<mi>[0-5]\d)(?::(?P<s>[0-5]\d)(?:[.,]\d+)?)?(?![\d:]|\.\d)(?:\s?(?:uhr|uur|hrs?|h)(?![a-z]))?{half}"
        )
        self.unit = re.compile(
            rf"{edge}(?P<h>[01]?\d|2[0-4])(?:\s?(?:h|u)\s?(?P<mi>[0-5]\d)(?![\d])|[.](?P<mi2>[0-5]\d)\s?(?:uhr|uur|h)(?![a-z])|\s?(?:uhr(?: (?P<mi3>[0-5]\d))?|o'?clock)(?![a-z]))(?!\d){half}"
        )
        self.ampm = re.compile(
            rf"{edge}(?P<h>1[0-2]|0?[1-9])(?:[.:](?P<mi>[0-5]\d))?\s?(?:(?P<am>am|a\.m\.?)|(?P<pm>pm|p\.m\.?))(?![a-z])"
        )
        prefix = words.alternation("hour_prefix")
        self.prefixed = re.compile(
            rf"(?<![a-z])(?P<lead>{prefix})\s?(?P<h>[01]?\d|2[0-4])(?:[.:h](?P<mi>[0-5]\d))?(?![\d/:%]|[.,]\d| ?(?:giorni|dias|dni|minut|%|de (?:{any_of(words.months)})|{any_of(words.months)}))(?:\s?h(?:oras|rs|s)?(?![a-z]))?{half}"
        )
        self.spoken_unit = re.compile(
            rf"{edge}(?P<h>[01]?\d|2[0-4])\s?(?:h|heures|heure|uur|u|hs|horas|часов|часа)(?![a-z]){half}"
        )
        self.cjk = re.compile(
            r"(?:(?P<am>午前|上午|早上|凌晨|오전|새벽|未明)|(?P<pm>午後|下午|晚上|오후|夜))?\s?(?P<h>[01]?\d|2[0-9])\s?[時点시](?!間)(?:\s?(?P<mi>[0-5]?\d)\s?[分분]|(?P<half>半))?(?:\s?(?P<s>\d{1,2})秒)?(?P<mi2>(?!))?"
        )
        self.word = re.compile(rf"(?<![a-z])(?P<word>{any_of(words.hour_words)})(?![a-z])")
        self.cjk_clock = re.compile(
            r"(?:(?P<am>午前|上午|오전)|(?P<pm>午後|下午|오후))\s?(?P<h>\d{1,2}):(?P<mi>[0-5]\d)"
        )
        self.military = re.compile(
            rf"{edge}(?P<h>[01]\d|2[0-3])(?P<mi>[0-5]\d)(?=\s?(?:utc|gmt|z|cet|cest|hrs?|hours|est|pst)(?![a-z]))"
        )
        self.bare_zone = re.compile(rf"{edge}(?P<h>[01]?\d|2[0-4])(?=\s(?:utc|gmt|cet|cest|mez|mesz)(?![a-z]))")
        at_digit = [self.clock, self.unit, self.ampm, self.military, self.bare_zone]
        self.at_digit = at_digit + ([self.spoken_unit] if language in {"fr", "nl", "es", "pt", "it", "ru"} else [])
        self.led = [self.prefixed] if words.words["hour_prefix"] else []
        self.cjk_patterns = [self.cjk_clock, self.cjk]
        joint = rf"\s{{0,2}}(?:{words.alternation('to')}|{words.alternation('and')}|-|/)\s{{0,2}}(?:(?:las|le|as|a|the|um|at|ca|ca\.|circa|about|around|gegen|vers|rond|ok\.|okolo) )?$"
        self.led_in = re.compile(rf"(?<![a-z]){words.alternation('from', 'between')}\s$")
        self.half_range = re.compile(rf"(?<![\d.,:/a-z€$£])(?P<h>[01]?\d|2[0-4])(?:[.:h](?P<mi>[0-5]\d))?{joint}")
        unit_words = set(words.units)
        number = rf"\d{{1,3}}(?:[.,]\d{{1,2}})?|{any_of(words.numbers)}"
        cjk = language in {"ja", "zh", "ko"}
        end = "" if cjk else r"(?![a-z])"
        self.duration = re.compile(
            rf"(?<![\d.,:/a-z-])(?P<n>{number})[\s-]?(?P<u>{any_of(unit_words)}){end}(?:\s?(?:und|and|et|y|e|en|i|ve|,)?\s?(?P<n2>\d{{1,2}})\s?(?P<u2>{any_of(unit_words)}){end})?"
        )

    def matches(self, page: Page) -> Iterator[re.Match[str]]:
        """Everything that looks like a time of day; of two that overlap, the surer comes first."""
        flat = page.flat
        for pattern in self.cjk_patterns if page.has_cjk else []:
            yield from pattern.finditer(flat)
        for digits in _DIGITS.finditer(flat):
            for pattern in self.at_digit:
                if match := pattern.match(flat, digits.start()):
                    yield match
                    break
        for pattern in self.led:
            yield from pattern.finditer(flat)
        yield from self.word.finditer(flat)

    def read(self, match: re.Match[str]) -> TimeMention | None:
        groups = match.groupdict()
        if groups.get("word"):
            clock = self.words.hour_words[match["word"]]
            return TimeMention(match.start(), match.end(), int(clock[:2]) * 60 + int(clock[3:]))
        hour = int(match["h"])
        minute = int(groups.get("mi") or groups.get("mi2") or groups.get("mi3") or 0) + (
            30 if groups.get("half") else 0
        )
        if (groups.get("pm") or groups.get("pmw")) and hour < 12:
            hour += 12
        elif (groups.get("am") or groups.get("amw")) and hour == 12:
            hour = 0
        if hour > 29 or minute > 59:
            return None
        start = match.start() if not groups.get("lead") else match.start("h")
        half = "pm" if groups.get("pm") or groups.get("pmw") else "am" if groups.get("am") or groups.get("amw") else ""
        return TimeMention(start, match.end(), hour * 60 + minute, int(groups.get("s") or 0), half=half)

    def earlier_half(self, flat: str, later: TimeMention) -> list[TimeMention]:
        """The first time of "14 to 16 Uhr" or "2-4 pm", which takes its unit from the second."""
        match = self.half_range.search(flat, max(0, later.start - 22), later.start)
        text = flat[later.start : later.end]
        plain = match is not None and match["mi"] is None and ":" in text and not re.search(r"[apuh]", text)
        if match is None or (plain and not self.led_in.search(flat, max(0, match.start() - 16), match.start())):
            return []
        if re.search(
            r"(?:dia|am|den|vom|el|op|dnia|le|du|the|giorno|il|al)\s$", flat[max(0, match.start() - 7) : match.start()]
        ):
            return []
        hour = int(match["h"])
        if later.half == "pm" and hour < 12 and hour * 60 <= later.minutes - 720:
            hour += 12
        return [
            TimeMention(
                match.start(),
                match.start() + len(match.group("h")) + (1 + len(match["mi"]) if match["mi"] else 0),
                hour * 60 + int(match["mi"] or 0),
            )
        ]

    def read_duration(self, match: re.Match[str]) -> Duration | None:
        length = self._length(match["n"], match["u"])
        if match["n2"]:
            length += self._length(match["n2"], match["u2"])
        if not timedelta(0) < length <= timedelta(days=3):
            return None
        return Duration(match.start(), match.end(), length)

    def _length(self, number: str, unit: str) -> timedelta:
        amount = float(number.replace(",", ".")) if number[0].isdigit() else self.words.numbers[number]
        return timedelta(**{self.words.units[unit] + "s": amount})


@cache
def _grammar(language: str) -> _Grammar:
    return _Grammar(lexicon(language), language)


def _with_zone(mention: TimeMention, flat: str) -> TimeMention:
    found = zone_at(flat, mention.end)
    return mention if found is None else replace(mention, zone=found[0], end=found[1])


def _share_half(found: list[TimeMention], flat: str) -> list[TimeMention]:
    """ "2:00 to 4:30 pm", "a las 9 de la noche y hasta las 11": both are in the half of the day told once."""
    for index, (first, second) in enumerate(pairwise(found)):
        gap = second.start - first.end
        bare = not second.half and ":" not in flat[second.start : second.end]
        if gap <= 6 and second.half == "pm" and not first.half and first.minutes + 720 <= second.minutes:
            found[index] = replace(first, minutes=first.minutes + 720)
        elif gap <= 24 and first.half == "pm" and bare and first.minutes - 720 < second.minutes < 720:
            found[index + 1] = replace(second, minutes=second.minutes + 720, half="pm")
    return found
