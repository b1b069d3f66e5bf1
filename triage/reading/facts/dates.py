"""Calendar dates in running text: every written form, resolved against the day the mail was written.

A `DateMention` says which days a phrase means; whether they are an outage's is for `incidents` to judge. A date without
a year is the latest one not after the mail. A numeric date that reads two ways keeps both readings until `settle`
finds in the mail what decides. Never guesses where a further digit touches the phrase (`3.3.20261`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import islice

from triage.reading.facts.lexicon import EDGE, END, LANGUAGES, Late, Lexicon, any_of, lexicon, slot
from triage.reading.facts.page import Page

MOST = 400
"""Dates that are read from one part; what comes after is a table of something else."""

TRIES = 4000
"""Numbers of one part that are tried as a date."""

_TO_DAY = re.compile(
    r"(?<![a-z])(?:e|y|and|und|et|en|to|until|till|bis|au|a|al|ate|hasta|fino|tot|do|i|through)(?![a-z])|-"
)
"""Between "the 5th" and "the 8th of May": the first day is of the second one's month."""

_AHEAD = timedelta(days=1)
"""A sender's day may be one ahead of ours."""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A phrase that names days. start, end: offsets in the part. first, last: the days, both included.

    kind: `full` (with year), `date` (day and month), `day` (of the month alone), `weekday`, `relative`, `weekend`,
    `week`, `month`. alternatives: other readings as (first, last). listed: one of several days in one phrase, which
    covers `phrase`. order: `dmy`, `mdy` for an all-numeric date that reads two ways, telling what the main reading is. ahead: after the day of the mail. distant: without
    a year, and so long ago that the next such day is meant more likely.
    weekday: the weekday named beside it, 0 = Monday.
    """

    start: int
    end: int
    first: date
    last: date
    kind: str
    alternatives: tuple[tuple[date, date], ...] = ()
    listed: bool = False
    phrase: tuple[int, int] = (0, 0)
    order: str = ""
    weekday: int | None = None
    ahead: bool = False
    distant: bool = False

    @property
    def span(self) -> tuple[int, int]:
        return self.phrase if self.phrase != (0, 0) else (self.start, self.end)


@dataclass(slots=True)
class _Hits:
    """Mentions found so far; a span once taken is not read again."""

    found: list[DateMention] = field(default_factory=list)
    taken: list[tuple[int, int]] = field(default_factory=list)

    def add(self, mentions: Sequence[DateMention], start: int, end: int) -> None:
        if mentions and self.free(start, end):
            self.found.extend(mentions)
            self.taken.append((start, end))

    def free(self, start: int, end: int) -> bool:
        return (
            all(end <= s or start >= e for s, e in self.taken[-12:])
            if len(self.taken) > 64
            else all(end <= s or start >= e for s, e in self.taken)
        )


def find_dates(page: Page, language: str, today: date) -> list[DateMention]:
    """All dates of the part, in order. today: the sender's calendar day when the mail was written."""
    grammar = _grammar(language if language in LANGUAGES else "en")
    hits = _Hits()
    flat = page.flat
    for match in islice(grammar.trigger.finditer(flat), TRIES):
        if len(hits.found) >= MOST:
            break
        position = match.start()
        if hits.taken and position < hits.taken[-1][1]:
            continue
        for mentions, end in grammar.at(flat, position, today):
            hits.add(mentions, mentions[0].start, end)
            break
    for mentions, start, end in grammar.spelled_out(page, today):
        hits.add(mentions, start, end)
    if page.has_cjk:
        for mentions, start, end in grammar.cjk(flat, today):
            hits.add(mentions, start, end)
    relative = (
        reading
        for start, end, kinds in _windows(page, grammar)
        for reading in grammar.relative(flat, start, end, today, kinds)
    )
    for _, mentions, start, end in sorted(islice(relative, MOST), key=lambda reading: (reading[0], reading[2])):
        hits.add(mentions, start, end)
    for mentions, start, end in grammar.bare_days(flat, today):
        hits.add(mentions, start, end)
    hits.found[:] = [grammar.in_named_month(m, hits.found, flat, today) if m.kind == "day" else m for m in hits.found]
    mentions = _with_weekdays(sorted(hits.found, key=lambda m: (m.start, m.end)), flat)
    return [replace(m, distant=True) if _is_distant(m, today) else m for m in mentions if not grammar.habit(flat, m)]


# --- resolving -------------------------------------------------------------------------------------------------------


def make(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def latest(month: int, day: int, today: date) -> date | None:
    """The latest such day not after tomorrow; 29 February looks back for a leap year."""
    for year in range((today + _AHEAD).year, today.year - 5, -1):
        found = make(year, month, day)
        if found and found <= today + _AHEAD:
            return found
    return None


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm of Meeus, Jones and Butcher."""
    golden, century, part = year % 19, year // 100, year % 100
    full = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    step = (32 + 2 * (century % 4) + 2 * (part // 4) - full - part % 4) % 7
    late = (golden + 11 * full + 22 * step) // 451
    month, day = divmod(full + step - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _feast(rule: str, today: date) -> date | None:
    """The latest such feast: `12-24` is a day of the year, `E-2` two days before Easter."""
    if not rule.startswith("E"):
        return latest(int(rule[:2]), int(rule[3:]), today)
    days = (easter(year) + timedelta(days=int(rule[1:])) for year in (today.year, today.year - 1))
    return next((day for day in days if day <= today + _AHEAD), None)


def _is_distant(mention: DateMention, today: date) -> bool:
    """A day without a year that lies ten months back comes round again within two."""
    return mention.kind == "date" and today - mention.last > timedelta(days=300)


def _year(text: str) -> int:
    return int(text) + (2000 if int(text) < 70 else 1900) if len(text) == 2 else int(text)


def _recent_weekday(weekday: int, today: date, weeks: int = 0) -> date:
    """The latest such weekday before today, `weeks` weeks further back."""
    back = (today.weekday() - weekday - 1) % 7 + 1
    return today - timedelta(days=back + 7 * weeks)


# --- grammar ---------------------------------------------------------------------------------------------------------

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL = r"(?:st|nd|rd|th|er|eme|ste|de|e|a|o|\.)?(?![a-z0-9])"
_YEAR = (
    r"(?:\s{0,3},?\s{0,2}(?:of |de |del |do |d'|yil )?(?:(?P<y>(?:1[89]|20|21)\d\d)|'(?P<yy>\d\d))(?!\d)(?![.,:]\d))?"
)
_CLOCK = r"(?:[t ]\s?\d{1,2}:\d{2})?"


class _Grammar:
    """The date patterns of one language, compiled once."""

    def __init__(self, words: Lexicon, language: str) -> None:
        self.words, self.language = words, language
        month = f"(?P<m>{any_of(words.months)})"
        suffix = words.month_suffix
        weekdays = any_of(words.weekdays)
        short = any_of({**words.short_weekdays, **words.weekdays})
        joint = (
            rf"(?:\s{{0,3}}(?:{words.alternation('to')}|{words.alternation('and')}|[-/&,+]|, ?{words.alternation('and')})"
            rf"\s{{0,3}}(?:(?:{short}\.?,?|the|le|el|il|den|dem|am|dia|o|de|du|on|op|na|em|il|zum|dnia|w) |l'|dell'|all'){{0,2}})"
        )
        days = rf"(?P<days>{_DAY}{_ORDINAL}(?:{joint}{_DAY}{_ORDINAL}){{0,7}})"
        of = r"\s{0,3}(?:(?:of|de|del|di|d'|des|do|of the month of|del mese di|del mes de)\s{0,2}|[-/. ]\s?)?"
        after = suffix if suffix else r"\.?"
        self.day_month = re.compile(
            rf"{days}(?:\s?\([^)\n]{{2,12}}\))?{of}{month}{after}(?:{END}|(?=\d)){_YEAR}(?!\d|\s\d{{5}})"
        )
        self.month_day = re.compile(
            rf"{month}\.?{END}[\s-]{{0,3}}(?:the )?{days}(?![:/]\d|\d|[.,]\d|\s?%|\s?(?:am|pm|a\.m|p\.m|h|hrs?|hours?|min|minutes|o'clock)(?![a-z])){_YEAR}"
        )
        self.trigger = re.compile(
            rf"(?<![\da-z.,/:-])(?<!\d\s[./])\d{{1,4}}|(?<=[.]){_DAY}(?=[./-]\d)|(?<![a-z0-9])(?={any_of(words.months)}{END})"
        )
        self.ymd = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?![\d])(?![-/]\d)")
        self.dmy = re.compile(
            r"(?P<a>\d{1,2})(?:(?P<s>[./-])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2}(?!\s?[:%]))|(?P<s2>\. )(?P<b2>\d{1,2})\.\s?(?P<y2>\d{4}))(?![\d/])(?!\.\d)"
        )
        self.ymon = re.compile(rf"(?P<y>(?:19|20)\d\d)[-/. ](?:of )?{month}[-/. ](?P<d>{_DAY})(?!\d)")
        self.dm_dots = re.compile(r"(?P<a>\d{1,2})\.\s?(?P<b>\d{1,2})\.(?!\s?\d{1,2}\.\d|\d)")
        self.dm_bare = re.compile(
            r"(?P<a>\d{1,2})(?P<s>[./])(?P<b>\d{1,2})(?![\d/:%€$]|\.\d|\s?%|\s?(?:uhr|h\b|uur|ms|s\b|eur|usd|pm|am|gb|mb|stunden|hours|std)|\s(?:of|von|der|des)\s)"
        )
        self.partial = re.compile(
            rf"(?!\d{{1,2}}/\d{{1,2}}(?![\d.]))(?P<days>{_DAY}\.?(?:{joint}{_DAY}\.?){{0,7}}){joint}(?=(?:{_DAY})(?:[./]\s?\d{{1,2}}[./]|/\d{{1,2}}(?!\d)))"
        )
        self.before_bare = re.compile(
            r"(?:\b(?:on|from|since|until|till|and|to|am|vom|bis|und|ab|seit|den|zum|le|du|au|el|del|al|il|dal|em|no|de|dia|op|van|tot|dnia|od|do|w|i|"
            r"e|y|et|between|zwischen|tra|entre|tussen|date|datum|fecha|data|tarih|"
            + short
            + r")\.?,?[\s(:]{1,2}|(?:^|\n)[\s*-]*|[-(:;,|)]\s?)$"
        )
        self.month_name = re.compile(
            rf"(?<![a-z0-9]){any_of({m for m in words.months if len(m) > 3 or m in {'may', 'mai', 'mei', 'maj'}})}{END}"
        )
        self.day_list = re.compile(
            rf"(?:\(|(?<![a-z])(?:dias|les|los|giorni|tagen|tage|dagen|dniach|dni|days) )(?P<days>{_DAY}{_ORDINAL}(?:{joint}{_DAY}{_ORDINAL}){{1,6}})(?=\)|[ ,.;]|$)(?!\s?(?:uhr|h|uur|%|eur|min|{any_of(words.units)}))"
        )
        ordinals = any_of({*words.ordinals, *(name.replace("-", " ") for name in words.ordinals)})
        self.ordinal_date = (
            Late(
                rf"(?<![a-z])(?:(?P<o1>{ordinals})\s(?:of |de |di |do |d')?(?P<m1>{any_of(words.months)})|(?P<m2>{any_of(words.months)})\s(?:the )?(?P<o2>{ordinals})){END}{_YEAR}"
            )
            if words.ordinals
            else None
        )
        self.ordinal_words = {part for name in words.ordinals for part in name.split("-")}
        self.relative_patterns = list(self._relative_patterns(weekdays, any_of(words.months)))
        self.connectors = {word for key in ("to", "and", "from", "between") for word in words.words[key]}
        self.triggers = self._triggers()
        self.cjk_date = re.compile(
            r"(?:(?:令和(?P<reiwa>\d{1,2}|元)|(?P<y>\d{4}))\s?[年년]\s?)?(?P<m>\d{1,2})\s?[月월]\s?(?P<days>\d{1,2}\s?[日号일]?"
            r"(?:\s?(?:\([^)]{1,3}\))?\s?(?:[-~、と及び・到至和]|から|および|부터|와)\s?\d{1,2}(?=\s?[日号일])\s?[日号일])*)(?<=[日号일])"
        )
        self.cjk_slash = re.compile(r"(?<![\d/.])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/.%])")

    # --- at a digit or the name of a month ---------------------------------------------------------------------

    def at(self, flat: str, position: int, today: date) -> Iterator[tuple[list[DateMention], int]]:
        """Readings of what starts here, the most specific first."""
        if not flat[position].isdigit():
            if match := self.month_day.match(flat, position):
                yield from self._days_of(match, match.start("days"), today, month_first=True)
            return
        for pattern, reader in (
            (self.ymd, self._read_ymd),
            (self.dmy, self._read_dmy),
            (self.ymon, self._read_ymon),
            (self.day_month, self._read_day_month),
            (self.partial, self._read_partial),
            (self.dm_dots, self._read_dots),
            (self.dm_bare, self._read_bare),
        ):
            if match := pattern.match(flat, position):
                mentions = list(reader(match, flat, today))
                if mentions:
                    yield mentions, max(match.end(), mentions[-1].end)

    def bare_days(self, flat: str, today: date) -> Iterator[tuple[list[DateMention], int, int]]:
        """Days counted up without their month: "los días 6 y 8", "(14, 21 et 28)"."""
        for match in self.day_list.finditer(flat):
            offset = match.start("days")
            parts = [(m.start() + offset, m.end() + offset, int(m[1])) for m in _DAY_IN_LIST.finditer(match["days"])]
            days = [self._day_of_month("day_alone", number, (0, 0), today) for _, _, number in parts]
            known = [day.first for day in days if day]
            if len(known) == len(parts) > 1:
                yield (
                    _listed(parts, known, (offset, match.end("days")), "day", month_first=False),
                    offset,
                    match.end("days"),
                )

    def in_named_month(
        self, mention: DateMention, others: Sequence[DateMention], flat: str, today: date
    ) -> DateMention:
        """A day alone is of the month named shortly before it ("in May ... the 19th")."""
        if mention.weekday is not None:
            return mention
        follows = next((o for o in others if o.kind in {"date", "full"} and 0 <= o.start - mention.end <= 30), None)
        if follows and _TO_DAY.search(flat, mention.end, follows.start):
            day = make(follows.first.year, follows.first.month, mention.first.day)
            if day and day <= follows.first:
                return replace(mention, first=day, last=day)
        named = [
            (m.end(), self.words.months[m.group()])
            for m in self.month_name.finditer(flat, max(0, mention.start - 220), mention.start)
        ]
        named += [(m.end(), int(m[1])) for m in _CJK_MONTH.finditer(flat, max(0, mention.start - 120), mention.start)]
        named += [(o.end, o.last.month) for o in others if o.kind in {"date", "full"} and o.end <= mention.start]
        if not named:
            return mention
        first = latest(max(named)[1], 1, today)
        day = first and make(first.year, first.month, mention.first.day)
        return replace(mention, first=day, last=day) if day and day <= today + _AHEAD else mention

    def spelled_out(self, page: Page, today: date) -> Iterator[tuple[list[DateMention], int, int]]:
        """ "the third of March", "September twenty third"."""
        counted = not page.word_set.isdisjoint(self.ordinal_words)
        if self.ordinal_date is None or not counted or page.word_set.isdisjoint(self.words.months):
            return
        for match in self.ordinal_date.pattern.finditer(page.flat):
            name = match["o1"] or match["o2"]
            day = self.words.ordinals.get(name) or self.words.ordinals[name.replace(" ", "-")]
            month = self.words.months[match["m1"] or match["m2"]]
            found = make(int(match["y"]), month, day) if match["y"] else latest(month, day, today)
            if found:
                yield [_mention(match, found, "full" if match["y"] else "date", today)], match.start(), match.end()

    def _read_ymd(self, match: re.Match[str], _flat: str, today: date) -> Iterator[DateMention]:
        found = make(int(match["y"]), int(match["m"]), int(match["d"]))
        if found:
            yield _mention(match, found, "full", today)

    def _read_ymon(self, match: re.Match[str], _flat: str, today: date) -> Iterator[DateMention]:
        found = make(int(match["y"]), self.words.months[match["m"]], int(match["d"]))
        if found:
            yield _mention(match, found, "full", today)

    def _read_dmy(self, match: re.Match[str], _flat: str, today: date) -> Iterator[DateMention]:
        year = _year(match["y"] or match["y2"])
        if not 1900 <= year <= 2199:
            return
        first, second = int(match["a"]), int(match["b"] or match["b2"])
        dmy, mdy = make(year, second, first), make(year, first, second)
        yield from self._numeric(match, dmy, mdy, "full", match["s"] or ".", today)

    def _read_dots(self, match: re.Match[str], _flat: str, today: date) -> Iterator[DateMention]:
        found = latest(int(match["b"]), int(match["a"]), today) if int(match["b"]) <= 12 else None
        if found:
            yield _mention(match, found, "date", today)

    def _read_bare(self, match: re.Match[str], flat: str, today: date) -> Iterator[DateMention]:
        """`3/3`, `3.3`: only after a word or a place that announces a date, for it may be a fraction or a version."""
        first, second = int(match["a"]), int(match["b"])
        telling = (
            match["s"] == "/" and max(first, second) > 12 and flat[match.start() - 1 : match.start()] in {" ", "\n", ""}
        )
        if not telling and not self.before_bare.search(flat, max(0, match.start() - 16), match.start()):
            return
        if match.group() == "24/7" or (match["s"] == "." and self.words.order == "either"):
            return
        dmy = latest(second, first, today) if second <= 12 else None
        mdy = latest(first, second, today) if first <= 12 else None
        yield from self._numeric(match, dmy, mdy, "date", match["s"], today)

    def _numeric(
        self, match: re.Match[str], dmy: date | None, mdy: date | None, kind: str, separator: str, today: date
    ) -> Iterator[DateMention]:
        """One mention with the readings the calendar allows. Dots, and languages that write the day first, settle it."""
        if self.words.order == "ymd" and kind == "date":
            dmy = None if mdy else dmy
        elif separator == "." and kind == "date":
            mdy = None
        elif separator == "." or self.words.order in {"dmy", "ymd"}:
            mdy = None if dmy else mdy
        if dmy and mdy and dmy != mdy:
            yield replace(_mention(match, mdy, kind, today), alternatives=((dmy, dmy),), order="mdy")
        elif dmy or mdy:
            found = dmy or mdy
            assert found is not None
            order = "" if dmy == mdy or separator == "." or self.words.order != "either" else "dmy!" if dmy else "mdy!"
            yield replace(_mention(match, found, kind, today), order=order)

    def _read_day_month(self, match: re.Match[str], _flat: str, today: date) -> Iterator[DateMention]:
        for mentions, _ in self._days_of(match, match.start("days"), today):
            yield from mentions

    def _read_partial(self, match: re.Match[str], flat: str, today: date) -> Iterator[DateMention]:
        """`3.-5.3.2026`, `3. und 5.3.`: the first days take month and year from the date that follows."""
        readers = ((self.dmy, self._read_dmy), (self.dm_dots, self._read_dots), (self.dm_bare, self._read_bare))
        rest, reader = next(((m, r) for p, r in readers if (m := p.match(flat, match.end()))), (None, None))
        if rest is None or reader is None:
            return
        mentions = list(reader(rest, flat, today))
        if not mentions:
            return
        final = mentions[0]
        days = [int(day) for day in re.findall(r"\d{1,2}", match["days"])]
        dates = [make(final.first.year, final.first.month, day) for day in days]
        ranged = self._is_range(flat, match.start(), flat[match.start("days") : rest.end()])
        span = (match.start(), rest.end())
        if ranged and len(dates) == 1 and dates[0] and dates[0] <= final.first:
            yield DateMention(*span, dates[0], final.last, final.kind, ahead=final.ahead)
        elif not ranged and None not in dates:
            places = [m.span() for m in re.finditer(r"\d{1,2}\.?", match["days"])]
            for (start, end), day in zip(places, dates, strict=False):
                if day:
                    left = match.start("days")
                    yield DateMention(left + start, left + end, day, day, final.kind, listed=True, phrase=span)
            yield replace(final, listed=True, phrase=span)

    def _days_of(
        self, match: re.Match[str], offset: int, today: date, month_first: bool = False
    ) -> Iterator[tuple[list[DateMention], int]]:
        """Days that share one name of a month: a single one, a range, or a list."""
        foreign = self.language != "en" and match["m"] in self.words.own_months
        if month_first and foreign and not match["y"] and not re.search(r"\d(?:st|nd|rd|th|er)|[,]", match["days"]):
            return
        month = self.words.months[match["m"]]
        parts = [(m.start() + offset, m.end() + offset, int(m[1])) for m in _DAY_IN_LIST.finditer(match["days"])]
        year = _year(match["y"] or match["yy"]) if match["y"] or match["yy"] else None
        dates = [make(year, month, day) if year else latest(month, day, today) for _, _, day in parts]
        if not dates or any(day is None for day in dates):
            return
        known = [day for day in dates if day]
        span = (match.start(), match.end())
        kind = "full" if year else "date"
        ahead = known[-1] > today + _AHEAD
        if len(known) == 2 and self._is_range(match.string, span[0], match["days"]) and known[0] <= known[1]:
            yield [DateMention(*span, known[0], known[1], kind, ahead=ahead)], match.end()
        elif len(known) == 1:
            yield [DateMention(*span, known[0], known[0], kind, ahead=ahead)], match.end()
        else:
            yield _listed(parts, known, span, kind, month_first), match.end()

    def _is_range(self, text: str, start: int, days: str) -> bool:
        """Whether days are joined as from-to rather than counted up; "between the 3rd and the 5th" is from-to."""
        joint = re.sub(r"\d+(?:st|nd|rd|th|er|ste|de|e)?\.?", " ", days).replace("t/m", "tot")
        words = set(re.findall(r"[^\W\d_]+|[-/~&,+]", joint))
        listing = words & ({",", "&", "+", "/"} | set(self.words.words["and"]))
        before = text[max(0, start - 18) : start]
        if listing and not words & {"-", "~"}:
            return bool(re.search(rf"\b{self.words.alternation('between')}\b", before))
        return not listing

    def habit(self, flat: str, mention: DateMention) -> bool:
        """Whether a bare weekday is named as a habit ("every Monday", "le lundi")."""
        if mention.kind != "weekday":
            return False
        return _HABIT.search(flat, max(0, mention.start - 14), mention.start) is not None and not re.search(
            r"(?:dernier|passe)$", flat[mention.start : mention.end]
        )

    # --- weekdays, yesterday, days ago -------------------------------------------------------------------------

    def _relative_patterns(self, weekdays: str, months: str) -> Iterator[tuple[str, Late]]:
        words = self.words
        number = rf"\d{{1,3}}|{any_of(words.numbers)}"
        slots = {"w": weekdays, "n": number, "d": _DAY, "m": months}
        if words.feasts:  # before weekdays, for some are named after one: "Viernes Santo"
            spaced = self.language not in {"ja", "zh", "ko"}
            yield "feast", Late(rf"{EDGE if spaced else ''}(?P<feast>{any_of(words.feasts)}){END if spaced else ''}")
        for kind in _TEMPLATES:
            source = words.templates(kind, slots)
            if source is not None:
                yield kind, Late(source)
        number_follows = r"(?!\d|[.,:/]\d|\s?(?:%|h|hrs?|uhr|uur|pm|am|heures?|horas?|ore|ora|stunden|hours?|min|minut|personas|mensen|mann|leute|people|x|mal|a (?:las )?\d{1,2}\s?h|a\.m|p\.m|o'clock|godz|saat|eur|usd)(?![a-z]))"
        days = any_of({**words.short_weekdays, **words.weekdays})
        yield (
            "weekday_day",
            Late(
                rf"(?<![^\W_])(?P<w0>{days})\.?,?\s(?:(?:the|den|dem|der|le|el|il|dia|de|o|dnia|morning|evening|night|abend|soir|noche),?\s){{0,2}}(?P<d0>{_DAY})(?:st|nd|rd|th|er|e|\.|º)?{number_follows}"
            ),
        )
        # A weekday beside "last", "next", or bare.
        ahead = rf"(?:{words.alternation('next')} {weekdays}|{weekdays} {words.alternation('next_after')})"
        yield (
            "next",
            Late(rf"(?<![^\W_])(?:{ahead}){END}" if words.words["next"] or words.words["next_after"] else r"(?!)"),
        )
        cjk = self.language in {"ja", "zh", "ko"}
        edge, close = (
            ("", "")
            if cjk
            else (
                "(?<![^\\W_])",
                END
                if not words.month_suffix
                else rf"(?='[a-z]|(?:yi|ye|da|de|dan|den|ya|ye|yu|a|e|na|ne|gunu|gecesi|i|dir)?{END})",
            )
        )
        last = rf"(?:{words.alternation('last')} )?" if words.words["last"] else ""
        after = rf"(?: {words.alternation('last_after')}(?![^\W_]))?" if words.words["last_after"] else ""
        yield "weekday", Late(rf"{edge}{last}(?P<w0>{weekdays}){close}{after}")
        short = any_of({name for name in words.short_weekdays if name not in words.weekdays})
        if words.words["short_after"]:
            yield "weekday", Late(rf"{edge}(?:{words.alternation('short_after')} (?P<w0>{short})){END}{after}")
        yield "day_word", Late(rf"{edge}(?P<day>{any_of(words.day_words)}){'' if cjk else END}")

    def _triggers(self) -> dict[str, frozenset[str]]:
        """Words without which no relative date is written, each with the kinds of date it may belong to."""
        words = self.words
        found = dict.fromkeys(
            {part for name in words.day_words for part in re.findall(r"[^\W_]{3,}", name)[-1:]}, _DAY_WORD
        )
        for name in words.feasts:
            found[re.findall(r"[^\W_]+", name)[-1]] = _FEAST
        for kind in _TEMPLATES:
            for word in words.template_words(kind):
                found[word] = found.get(word, frozenset()) | {kind} | _SINGLE
        for name in words.months:
            found[name] = found.get(name, frozenset()) | {"whole_month", "day_last_month"}
        for name in (*words.weekdays, *words.short_weekdays):
            found[re.split(r"[- ]", name)[0]] = _WITH_WEEKDAY
        for name in words.weekdays if words.month_suffix else ():
            found.update(dict.fromkeys((name + ending for ending in _CASES), _WITH_WEEKDAY))
        return found

    def relative(
        self, flat: str, start: int, end: int, today: date, kinds: frozenset[str]
    ) -> Iterator[tuple[int, list[DateMention], int, int]]:
        """(rank, mention, start, end): of readings that overlap, the one of lower rank is the fuller one."""
        for rank, (kind, pattern) in enumerate(self.relative_patterns):
            if kind in kinds:
                for match in pattern.pattern.finditer(flat, start, end):
                    found = self._resolve(kind, match, today)
                    if found:
                        yield rank, [found], match.start(), match.end()

    def _resolve(self, kind: str, match: re.Match[str], today: date) -> DateMention | None:
        name = slot(match, "w")
        weekday = self.words.weekdays.get(name, self.words.short_weekdays.get(name, 0))
        span = (match.start(), match.end())
        if kind == "day_word":
            shift = self.words.day_words[match["day"]]
            day = today + timedelta(days=shift)
            return DateMention(*span, day, day, "relative", ahead=shift > 0)
        if kind == "feast":
            found = _feast(self.words.feasts[match["feast"]], today)
            return DateMention(*span, found, found, "feast") if found else None
        if kind in {"days_ago", "weeks_ago"}:
            count = self._number(slot(match, "n") or "1")
            if count is None or count != int(count) or count > 400:
                return None
            day = today - timedelta(days=int(count) * (7 if kind == "weeks_ago" else 1))
            return DateMention(*span, day, day, "relative" if kind == "days_ago" else "vague")
        if kind == "weekday" and match.string[span[0] : match.start("w0")].strip() in self.connectors:
            span = (match.start("w0"), span[1])
        if kind in {"weekday", "two_back", "week_before", "this_week"}:
            return DateMention(*span, *self._weekday(kind, weekday, today), "weekday", weekday=weekday)
        if kind == "next":
            return DateMention(*span, today + timedelta(days=7), today + timedelta(days=7), "weekday", ahead=True)
        if kind in {"weekend", "weekend_before"}:
            saturday = _recent_weekday(5, today, weeks=kind == "weekend_before")
            if today.weekday() == 6 and _LAST_ONE.search(match.group()):
                saturday -= timedelta(days=7)
            return DateMention(*span, saturday, saturday + timedelta(days=1), "weekend")
        if kind == "whole_week":
            monday = today - timedelta(days=today.weekday() + 7)
            return DateMention(*span, monday, monday + timedelta(days=6), "week")
        if kind == "whole_month":
            first = latest(self.words.months[slot(match, "m")], 1, today)
            last = first and (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            return DateMention(*span, first, last, "month") if first and last else None
        day_start = next(match.start(k) for k, text in match.groupdict().items() if text and k[0] == "d")
        if kind == "weekday_day":
            return self._day_of_weekday(match, weekday, int(slot(match, "d")), today)
        return self._day_of_month(kind, int(slot(match, "d")), (day_start, match.end()), today)

    def _weekday(self, kind: str, weekday: int, today: date) -> tuple[date, date]:
        if kind == "two_back":
            day = _recent_weekday(weekday, today, weeks=1)
        elif kind == "week_before":
            day = today - timedelta(days=today.weekday() + 7 - weekday)
        elif kind == "this_week":
            day = today - timedelta(days=today.weekday() - weekday)
        else:
            day = _recent_weekday(weekday, today)
        return day, day

    def _day_of_month(self, kind: str, day: int, span: tuple[int, int], today: date) -> DateMention | None:
        month = today.replace(day=1)
        if kind == "day_last_month":
            month = (month - timedelta(days=1)).replace(day=1)
        found = make(month.year, month.month, day)
        if (found is None or found > today + _AHEAD) and kind != "day_last_month":
            month = (month - timedelta(days=1)).replace(day=1)
            found = make(month.year, month.month, day)
        return DateMention(*span, found, found, "day", distant=False) if found else None

    def _day_of_weekday(self, match: re.Match[str], weekday: int, day: int, today: date) -> DateMention | None:
        """ "Saturday 15": the latest 15th that is a Saturday, of the last two months; else the latest 15th."""
        month = today.replace(day=1)
        found: list[date] = []
        for _ in range(3):
            candidate = make(month.year, month.month, day)
            if candidate and candidate <= today + _AHEAD:
                found.append(candidate)
            month = (month - _AHEAD).replace(day=1)
        fitting = [candidate for candidate in found if candidate.weekday() == weekday] or found
        return DateMention(*match.span(), fitting[0], fitting[0], "day", weekday=weekday) if fitting else None

    def _number(self, text: str) -> float | None:
        return float(text) if text.isdigit() else self.words.numbers.get(text)

    # --- Chinese, Japanese, Korean -----------------------------------------------------------------------------

    def cjk(self, flat: str, today: date) -> Iterator[tuple[list[DateMention], int, int]]:
        for match in self.cjk_date.finditer(flat):
            year = int(match["y"]) if match["y"] else None
            if match["reiwa"]:
                year = 2018 + (1 if match["reiwa"] == "元" else int(match["reiwa"]))
            month = int(match["m"])
            text = re.sub(r"\([^)]*\)", "", match["days"])
            parts = [
                (m.start() + match.start("days"), m.end() + match.start("days"), int(m[1]))
                for m in _CJK_DAY.finditer(match["days"])
            ]
            dates = (
                [make(year, month, d) if year else latest(month, d, today) for _, _, d in parts] if month <= 12 else []
            )
            known = [d for d in dates if d]
            if not known or len(known) != len(dates):
                continue
            span = (match.start(), match.end())
            kind = "full" if year else "date"
            if len(known) == 1:
                yield [DateMention(*span, known[0], known[0], kind, ahead=known[0] > today + _AHEAD)], *span
            elif re.search(r"[-~到至]|から|부터", text) and len(known) == 2 and known[0] <= known[1]:
                yield [DateMention(*span, known[0], known[1], kind, ahead=known[1] > today + _AHEAD)], *span
            else:
                yield _listed(parts, known, span, kind, month_first=True), *span
            if (after := _CJK_NEXT.match(flat, span[1])) and "から" not in match["days"]:
                following = _after(known[-1], int(after["d"]))
                if following and following <= today + _AHEAD:
                    yield (
                        [DateMention(after.start("d"), after.end(), following, following, kind)],
                        after.start("d"),
                        after.end(),
                    )
        yield from self._kanji(flat, today)
        for match in _CJK_SPAN.finditer(flat):
            named = list(_CJK_MONTH_DAY.finditer(flat, max(0, match.start() - 80), match.start()))
            month = (
                int(named[-1][1])
                if named
                else (today if int(match[1]) <= today.day else today.replace(day=1) - _AHEAD).month
            )
            first = latest(month, int(match[1]), today)
            last = first and _after(first, int(match[2]))
            if first and last and last <= today + _AHEAD:
                yield [DateMention(match.start(), match.end(), first, last, "date")], match.start(), match.end()
        for match in self.cjk_slash.finditer(flat):
            found = latest(int(match["m"]), int(match["d"]), today)
            if found:
                yield [_mention(match, found, "date", today)], match.start(), match.end()

    def _kanji(self, flat: str, today: date) -> Iterator[tuple[list[DateMention], int, int]]:
        """Dates in numerals of old style: 五月五日, and the days that follow in the same month."""
        month = 0
        for match in _KANJI_DATE.finditer(flat):
            month = _kanji_number(match["m"]) if match["m"] else month
            found = latest(month, _kanji_number(match["d"]), today) if month else None
            if found:
                yield [_mention(match, found, "date", today)], match.start(), match.end()


def _kanji_number(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _KANJI.index(text)
    return 10 * (_KANJI.index(tens) if tens else 1) + (_KANJI.index(ones) if ones else 0)


_TEMPLATES = (
    "two_back", "week_before", "this_week", "days_ago", "weeks_ago", "weekend_before", "weekend", "whole_week", "whole_month", "day_last_month", "day_alone",
)  # fmt: skip
_ALL = frozenset((*_TEMPLATES, "weekday_day", "weekday", "next", "day_word", "feast"))
_DAY_ALONE = frozenset({"day_alone", "day_last_month"})
_WITH_WEEKDAY = frozenset(
    {"two_back", "week_before", "this_week", "next", "weekday_day", "weekday", "days_ago", "weeks_ago"}
)
_DAY_WORD = frozenset({"day_word"})
_SINGLE = frozenset({"day_alone"})
_FEAST = frozenset({"feast"})
_CASES = ("yi", "ye", "da", "de", "dan", "den", "ya", "yu", "a", "e", "na", "ne", "i", "dir", "nin", "in")
"""Endings that a Turkish weekday takes without an apostrophe."""
_REACH = 48
_HABIT = re.compile(
    r"(?<![a-z])(?:every|each|any|jeden|jede|jedes|immer|chaque|tous les|le|cada|todos los|los|todas as|aos|as|ogni|tutti i|elke|iedere|kazdy|kazda|kazdego|her|毎週|hver|varje)\s?$"
)
_LAST_ONE = re.compile(
    r"last|past|letzt|vergangen|dernier|passe|pasado|scors|passad|ultim|vorig|zeszl|minion|ubiegl|gecen|先週|上"
)


def _after(day: date, number: int) -> date | None:
    """The next day of that number after `day`."""
    found = make(day.year, day.month, number)
    if found and found > day:
        return found
    month = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return make(month.year, month.month, number)


_DAY_IN_LIST = re.compile(rf"(?<!\d)({_DAY})(?:st|nd|rd|th|er|ste|de|e|\.)?(?!\d)")
_CJK_MONTH = re.compile(r"(?<!\d)(1[0-2]|[1-9])\s?[月월](?!\s?\d)")
_KANJI = "〇一二三四五六七八九"
_CJK_MONTH_DAY = re.compile(r"(?<!\d)(1[0-2]|[1-9])\s?[月월]")
_CJK_SPAN = re.compile(
    r"(?<![\d月/年])(\d{1,2})[日号일][^\d\n。]{0,6}(?:から|-|~|至|到)[^\d\n。]{0,6}?翌?(\d{1,2})[日号일](?![間前])"
)
_CJK_NEXT = re.compile(
    r"[^\d\n。]{0,8}(?:\d{1,2}[時点:]\d{0,2}分?半?)?\s?(?:から|-|~|至|到|より)[^\d\n。]{0,6}?翌?\s?(?P<d>\d{1,2})\s?[日号일](?![間前])"
)
_KANJI_DATE = re.compile(
    r"(?:(?P<m>十[一二]?|[一二三四五六七八九])月)?(?P<d>三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])日(?![間前目])"
)
_CJK_DAY = re.compile(r"(\d{1,2})\s?[日号일]?")


@cache
def _grammar(language: str) -> _Grammar:
    return _Grammar(lexicon(language), language)


def _mention(match: re.Match[str], day: date, kind: str, today: date) -> DateMention:
    return DateMention(match.start(), match.end(), day, day, kind, ahead=day > today + _AHEAD)


def _listed(
    parts: list[tuple[int, int, int]], dates: list[date], span: tuple[int, int], kind: str, month_first: bool
) -> list[DateMention]:
    """One mention a day; the one that touches the month's name carries it in its span."""
    mentions = []
    for index, ((start, end, _), day) in enumerate(zip(parts, dates, strict=True)):
        left = span[0] if month_first and index == 0 else start
        right = span[1] if index == len(dates) - 1 else end
        mentions.append(DateMention(left, right, day, day, kind, listed=True, phrase=span))
    return mentions


def _windows(page: Page, grammar: _Grammar) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Stretches that may hold a relative date, and which kinds: what lies around a telling word, within its sentence."""
    if grammar.language in {"ja", "zh", "ko"}:
        yield 0, len(page.flat), _ALL
        return
    starts = [start for start, _ in page.sentences]
    found: list[tuple[int, int, frozenset[str]]] = []
    for start, end, word in page.words:
        kinds = grammar.triggers.get(word)
        if kinds is None:
            if not word[0].isdigit() or len(word) > 4:
                continue
            kinds = _DAY_ALONE
        left, right = page.sentences[bisect_right(starts, start) - 1]
        left, right = max(left, start - _REACH), min(right, end + _REACH)
        if found and found[-1][2] == kinds and left <= found[-1][1]:
            found[-1] = (found[-1][0], right, kinds)
        else:
            found.append((left, right, kinds))
    yield from found


def _with_weekdays(mentions: list[DateMention], flat: str) -> list[DateMention]:
    """Merge a weekday with the date that it stands beside ("Tuesday, 3 March", "3 March (Tuesday)")."""
    merged: list[DateMention] = []
    for mention in mentions:
        previous = merged[-1] if merged else None
        if previous and _beside(previous, mention, flat):
            weekday, day = (previous, mention) if previous.kind == "weekday" else (mention, previous)
            merged[-1] = replace(day, start=previous.start, end=mention.end, weekday=weekday.weekday)
        else:
            merged.append(mention)
    return merged


_BESIDE = re.compile(
    r"[\s,.(]{0,3}(?:the |den |dem |le |el |il |dia |o |de |dnia |,? ?on |is |ist |it's |est |es |e |jest |w |wir haben |we |was )?\)?"
)


def _beside(left: DateMention, right: DateMention, flat: str) -> bool:
    kinds = {left.kind, right.kind}
    if kinds == {"weekday", "relative"}:
        weekday, day = (left, right) if left.kind == "weekday" else (right, left)
        return day.first.weekday() == weekday.weekday and _BESIDE.fullmatch(flat, left.end, right.start) is not None
    if "weekday" not in kinds or not kinds & {"full", "date", "day"}:
        return False
    if right.start - left.end > 8 or _BESIDE.fullmatch(flat, left.end, right.start) is None:
        return False
    weekday, day = (left, right) if left.kind == "weekday" else (right, left)
    return weekday is left or day.first.weekday() == weekday.weekday or "(" in flat[left.end : right.start]
