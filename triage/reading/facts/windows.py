"""Dates and times that stand together, as windows: "3 March, 14:00-16:30 UTC", "from Monday evening to Tuesday, 6 am".

What is found here is only what the words say; whether it is an outage's is judged in `incidents`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import pairwise

from triage.reading.facts.dates import DateMention, find_dates
from triage.reading.facts.lexicon import LANGUAGES, Lexicon, lexicon
from triage.reading.facts.logs import log_lines
from triage.reading.facts.page import Page
from triage.reading.facts.times import Duration, Instant, TimeMention, find_durations, find_instants, find_times
from triage.reading.facts.zones import zone_at

EXACT = frozenset({"full", "date", "instant"})
"""Kinds of date that name day and month."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Context:
    """When and where the mail was written. today: the sender's day; zone: the sender's, None when not known."""

    language: str
    today: date
    zone: tzinfo | None


@dataclass(slots=True)
class Window:
    """Days, and times of day where stated, that stand together in a part. start, end: offsets; spans: of its phrases.

    first, last: both included, `date.min` while no day is known. opens, closes: times of day; opened_at, closed_at:
    full time stamps. alternatives, order, weekday, ahead: as in `DateMention`. length: how long, where said.
    outage, other, over: how strongly the words around speak of an outage, of anything else, of an outage's end.
    """

    page: Page
    start: int
    end: int
    first: date = date.min
    last: date = date.min
    opens: TimeMention | None = None
    closes: TimeMention | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    kind: str = ""
    order: str = ""
    alternatives: tuple[tuple[date, date], ...] = ()
    weekday: int | None = None
    ahead: bool = False
    listed: bool = False
    distant: bool = False
    since: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)
    length: timedelta | None = None
    outage: float = 0.0
    other: float = 0.0
    over: float = 0.0

    @property
    def dated(self) -> bool:
        return self.first != date.min

    @property
    def has_start(self) -> bool:
        return self.opens is not None or self.opened_at is not None

    @property
    def has_end(self) -> bool:
        return self.closes is not None or self.closed_at is not None


_Element = DateMention | TimeMention | Instant
_Chain = list[tuple[_Element, str]]


def find_windows(page: Page, context: Context) -> list[Window]:
    """All windows of a part, in order. Lines of a pasted log are left to `logs`."""
    logged = [(start, end) for start, end, _ in log_lines(page)]
    instants = [i for i in find_instants(page) if _outside(i.start, i.end, logged)]
    stamps = [(i.start, i.end) for i in instants] + logged
    dates = [d for d in find_dates(page, context.language, context.today) if _outside(d.start, d.end, stamps)]
    times = [t for t in find_times(page, context.language) if _outside(t.start, t.end, stamps)]
    dates = [d for d in dates if d.kind != "day" or _outside(d.start, d.end, [(t.start, t.end) for t in times])]
    times = [t for t in times if _outside(t.start, t.end, [(d.start, d.end) for d in dates])]
    elements: list[_Element] = [*dates, *times, *instants]
    elements.sort(key=lambda element: element.start)
    joints = _joints(context.language)
    windows = [w for chain in _chains(elements, page.flat, joints) for w in _of_chain(chain, page, context.today)]
    windows = list(_without_doubles(windows, page.flat))
    if any(window.opens and not window.closes for window in windows):
        _add_durations(windows, find_durations(page, context.language), page.flat)
    for window in windows:
        _until_today(window, joints, context.today)
    return windows


def _outside(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return all(end <= s or start >= e for s, e in spans)


# --- what stands together --------------------------------------------------------------------------------------------


class _Joints:
    """The words that may stand between the parts of one window, compiled for a language."""

    def __init__(self, words: Lexicon) -> None:
        cjk = bool(re.search(r"[\u3040-\u9fff\uac00-\ud7af]", "".join(words.words["fill"])))
        lists = ("fill", "from", "between", "after_range", "night", "am", "pm", "oclock", "last")
        fill, to, also = words.alternation(*lists), words.alternation("to"), words.alternation("and")
        start, end = ("", "") if cjk else ("(?<![a-z])", "(?![a-z])")
        self.gap = re.compile(rf"(?:[\s,;:()@'.\"|~/>-]|(?:{to}|{also}|{fill}){end})*+")
        self.to = re.compile(rf"{start}{to}{end}|-")
        self.also = re.compile(rf"{start}{also}{end}|[&,;/]")
        self.also_word = re.compile(rf"{start}{words.alternation('and')}{end}|&")
        self.between = re.compile(rf"{start}{words.alternation('between')}{end}(?:[\s,]|{fill})*$")
        self.since = re.compile(rf"{start}{words.alternation('since')}{end}[\s']{{1,2}}(?:{fill}\s)?$")
        self.since_first = re.compile(rf"{words.alternation('since')}{end}")
        self.after = re.compile(
            rf"[\s']{{0,2}}(?:[a-z]{{1,3}} )?{words.alternation('after_range')}"
            if words.words["after_range"]
            else r"(?!)"
        )


_UNTIL = re.compile(
    r"(?<![a-z])(?:until|till?|bis|jusqu'?(?:a|au)?|hasta|fino|sino|ate|tot|kadar|do)(?![a-z])|まで|から"
)
_COLUMN = re.compile(r"\s{2,}|\t|\||;")
_PROSE = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")
_END_LINE = re.compile(
    r"[^\n\w]{0,6}(?:[a-z]{2,4}\s?)?\n[\s*•|-]{0,6}(?:end(?:ed|e|s)?|until|to|stop(?:ped)?|resolved|recovered|restored|back|up|bis|fin|jusqu'a|hasta|fine|fino a|fim|ate|"
    r"tot|einde|koniec|do|bitis|slut|終了|復旧|结束|恢复|종료)(?: ?(?:time|zeit|at))?[\s:=]{1,4}"
)
"""From the start to the end of an outage on a line of its own: "start: ... / end: ..."."""
_LONGEST_GAP = 48
_BULLET = re.compile(r"\n\s*[-*•]")


@cache
def _joints(language: str) -> _Joints:
    return _Joints(lexicon(language if language in LANGUAGES else "en"))


def _chains(elements: Sequence[_Element], flat: str, joints: _Joints) -> Iterator[_Chain]:
    """Runs of elements that belong together, each with how it is joined to the one before: "", "join", "to", "and"."""
    chain: _Chain = []
    for element in elements:
        joint = _joint(chain, element, flat, joints) if chain else ""
        if chain and not joint:
            yield chain
            chain = []
        chain.append((element, joint))
    if chain:
        yield chain


def _joint(chain: _Chain, element: _Element, flat: str, joints: _Joints) -> str:
    left = chain[-1][0]
    gap = flat[left.end : element.start]
    if isinstance(left, Instant) and isinstance(element, Instant) and _END_LINE.fullmatch(gap):
        return "to"
    if _in_row(left, element, gap, flat):
        return "to" if isinstance(left, TimeMention) else "join"
    if len(gap) > _LONGEST_GAP or _BULLET.search(gap) or "\n\n" in gap or ";" in gap or not joints.gap.fullmatch(gap):
        return ""
    next_line = "\n" in gap and isinstance(element, DateMention) and not joints.to.search(gap)
    if next_line and any(isinstance(other, DateMention) for other, _ in chain):
        return ""
    if isinstance(element, DateMention) and isinstance(left, TimeMention) and joints.also_word.search(gap):
        ends = _UNTIL.search(gap) or any(
            joints.between.search(flat, max(0, at - 30), at) for at in (left.start, chain[0][0].start)
        )
        if not ends and any(isinstance(other, DateMention) for other, _ in chain):
            return "and"
    side = _last_side(chain)
    kind = DateMention if isinstance(element, DateMention) else TimeMention
    if Instant in {type(element), type(left)} or any(isinstance(other, kind) for other in side):
        if isinstance(left, DateMention) and left.listed and isinstance(element, DateMention) and element.listed:
            return "and"
        if Instant in {type(element), type(left)} and gap.strip() in {"/", "-", "->"}:
            return "to"
        opened = chain[0][0].start
        if any(joints.between.search(flat, max(0, at - 30), at) for at in (left.start, opened)) or joints.after.match(
            flat, element.end
        ):
            return "to"
        counted = re.search(r"[a-z&]", gap) and joints.also_word.search(gap) and not _UNTIL.search(gap)
        if gap.strip() not in {",", ";", ""} and joints.to.search(gap) and not counted:
            return "to"
        return "and" if joints.also.search(gap) else ""
    if isinstance(left, DateMention) and isinstance(element, TimeMention) and _UNTIL.search(gap):
        return "to"
    return "join"


def _last_side(chain: _Chain) -> list[_Element]:
    """What stands on this side of the last "to" or "and"."""
    side: list[_Element] = []
    for element, joint in reversed(chain):
        side.append(element)
        if joint in {"to", "and"}:
            break
    return side


def _in_row(left: _Element, right: _Element, gap: str, flat: str) -> bool:
    """Whether two elements are columns of one row of a table: a day and a time, or two times."""
    if not isinstance(right, TimeMention) or isinstance(left, Instant) or "\n" in gap or len(gap) > 60:
        return False
    if _COLUMN.search(gap) is None or _PROSE.search(gap):
        return False
    end = flat.find("\n", right.end)
    row = flat[flat.rfind("\n", 0, left.start) + 1 : end if end >= 0 else len(flat)]
    return len(_COLUMN.findall(row.strip())) >= 2


# --- windows of a chain ----------------------------------------------------------------------------------------------


def _of_chain(chain: _Chain, page: Page, today: date) -> list[Window]:
    """One window for each part of a chain between its "and"s. Times after a list of days hold for each of them;
    two days that follow each other ("Friday and Saturday") are one span."""
    parts: list[_Chain] = []
    for element, joint in chain:
        if joint == "and" or not parts:
            parts.append([])
        parts[-1].append((element, joint))
    windows = [_window(part, page) for part in parts]
    for previous, window in pairwise(windows):
        if not window.dated and previous.dated:
            _take_day(window, previous)
        elif (
            window.kind == "weekday"
            and previous.dated
            and window.first <= previous.first
            and window.weekday is not None
        ):
            _follow_on(window, previous.first, today)
    for window in windows[:-1]:
        if not window.dated and windows[-1].dated:
            _take_day(window, windows[-1])
        elif windows[-1].opens and not window.has_start and window.kind == windows[-1].kind:
            window.opens, window.closes = windows[-1].opens, windows[-1].closes
            overnight(window)
    return _spans_of_days(windows)


def _spans_of_days(windows: list[Window]) -> list[Window]:
    joined: list[Window] = []
    for window in windows:
        previous = joined[-1] if joined else None
        follows = previous is not None and previous.dated and previous.last + _DAY == window.first
        if previous and follows and not previous.has_start and not window.has_start and not window.alternatives:
            previous.last, previous.end = window.last, max(previous.end, window.end)
            previous.spans.extend(window.spans)
        else:
            joined.append(window)
    return joined


def _follow_on(window: Window, day: date, today: date) -> None:
    """ "Thursday the 15th and again Friday": the Friday after that Thursday."""
    assert window.weekday is not None
    following = day + ((window.weekday - day.weekday() - 1) % 7 + 1) * _DAY
    if following <= today:
        window.first = window.last = following


def _take_day(window: Window, other: Window) -> None:
    window.first, window.last, window.kind, window.order = other.first, other.first, other.kind, other.order
    window.alternatives, window.weekday, window.ahead = other.alternatives, other.weekday, other.ahead
    window.spans = [*other.spans[:1], *window.spans]
    overnight(window)


def _window(part: _Chain, page: Page) -> Window:
    elements = [element for element, _ in part]
    window = Window(page, elements[0].start, elements[-1].end)
    instants = [e for e in elements if isinstance(e, Instant)]
    if instants:
        _set_instants(window, instants, [e for e in elements if isinstance(e, TimeMention)])
        return window
    days = [e for e in elements if isinstance(e, DateMention)]
    if days:
        _set_days(window, days)
    _set_times(window, part)
    _set_zone(window)
    overnight(window, several=len(days) > 1)
    return window


def _set_days(window: Window, days: list[DateMention]) -> None:
    head, tail = days[0], days[-1]
    window.first, window.last = head.first, tail.last
    if tail.kind == "full" and head.kind == "date" and tail.order == head.order:
        window.first = _with_year_of(head.first, tail.first)
    if tail.kind == "weekday" and tail is not head and tail.weekday is not None and window.last <= window.first:
        if head.kind == "weekday":
            window.first -= 7 * _DAY
        else:
            window.last = window.first + ((tail.weekday - window.first.weekday() - 1) % 7 + 1) * _DAY
    window.last = max(window.first, window.last)
    window.kind, window.order, window.weekday = head.kind, head.order, head.weekday
    window.alternatives = _paired(head, tail)
    window.ahead = all(day.ahead for day in days)
    window.listed = head.listed
    window.distant = all(day.distant for day in days)
    window.spans = [day.span for day in days]
    window.start = min(window.start, *(start for start, _ in window.spans))


def _with_year_of(day: date, later: date) -> date:
    """ "30 December to 2 January 2026": the first day is the latest such one before the second."""
    for year in (later.year, later.year - 1):
        try:
            found = day.replace(year=year)
        except ValueError:
            continue
        if found <= later:
            return found
    return day


def _set_times(window: Window, part: _Chain) -> None:
    """Opening and closing hour: the time before and the time after the "to"; a zone told once holds for both."""
    side = 0
    sided: list[tuple[int, TimeMention]] = []
    for element, joint in part:
        side += joint == "to"
        if isinstance(element, TimeMention):
            sided.append((side, element))
    if sided and sided[0][0] == 0:
        window.opens = sided[0][1]
    if sided and sided[-1][0] > 0:
        window.closes = sided[-1][1]
    if window.opens and window.closes:
        zone = window.opens.zone or window.closes.zone
        window.opens = replace(window.opens, zone=window.opens.zone or zone)
        window.closes = replace(window.closes, zone=window.closes.zone or zone)


def _set_zone(window: Window) -> None:
    """A zone may stand after the day: "from 22.30 on the 25th to 5.00 on the 26th (Italian time)"."""
    if (
        (window.opens and window.opens.zone)
        or (window.closes and window.closes.zone)
        or not (window.opens or window.closes)
    ):
        return
    found = zone_at(window.page.flat, window.end)
    if found:
        window.opens = replace(window.opens, zone=found[0]) if window.opens else None
        window.closes = replace(window.closes, zone=found[0]) if window.closes else None
        window.end = found[1]


def _set_instants(window: Window, instants: list[Instant], times: list[TimeMention]) -> None:
    opened = instants[0].at
    closed = instants[-1].at if len(instants) > 1 else None
    if times and closed is None:
        closed = datetime.combine(opened.date(), time(), opened.tzinfo) + timedelta(minutes=times[-1].minutes)
        closed = closed if closed > opened else closed + _DAY
    if closed and (closed.tzinfo is None) != (opened.tzinfo is None):
        zone = closed.tzinfo or opened.tzinfo
        opened, closed = opened.replace(tzinfo=opened.tzinfo or zone), closed.replace(tzinfo=closed.tzinfo or zone)
    window.opened_at, window.closed_at, window.kind = opened, closed, "instant"
    window.first = opened.date()
    window.last = max(window.first, closed.date()) if closed else window.first
    window.spans = [(window.start, window.end)]


def _paired(head: DateMention, tail: DateMention) -> tuple[tuple[date, date], ...]:
    """Other readings of a range of two numeric dates, read in the same order at both ends."""
    if head is tail:
        return head.alternatives
    if not head.alternatives and not tail.alternatives:
        return ()
    first = head.alternatives[0][0] if head.alternatives else head.first
    last = tail.alternatives[0][1] if tail.alternatives else tail.last
    return ((first, last),) if first <= last else ()


def overnight(window: Window, several: bool = False) -> None:
    """A window that ends at an earlier hour than it began ends on the next day."""
    if not window.dated or window.first != window.last or several or not (window.opens and window.closes):
        return
    if 0 < window.closes.minutes <= window.opens.minutes:
        window.last = window.first + _DAY
        window.alternatives = tuple((first, first + _DAY) for first, _ in window.alternatives)


_APPOSITION = re.compile(
    r"[\s,(:-]{1,4}(?:(?:also|d\.?h\.?|i\.?e\.?|c'est-a-dire|o sea|cioe|ou seja|tj\.?|the|den|der|dem|vom|am|le|du|el|il|de|em|op|dal|del|dia|no dia|on|nights? of)\s){0,2}"
)


def _without_doubles(windows: list[Window], flat: str) -> Iterator[Window]:
    """Drop the vaguer of two windows where one explains the other: "last Saturday (7 March)", "this weekend, 18 and 19 July"."""
    skip: set[int] = set()
    for index, (left, right) in enumerate(pairwise(windows)):
        gap = flat[left.end : right.start]
        if left.dated and right.dated and len(gap) <= 24 and "\n\n" not in gap and _APPOSITION.fullmatch(gap):
            if right.kind in EXACT and left.kind not in EXACT:
                skip.add(index)
                right.opens, right.closes = right.opens or left.opens, right.closes or left.closes
                right.start = left.start
                overnight(right)
            elif left.kind in EXACT and right.kind not in EXACT and "(" in gap:
                skip.add(index + 1)
    return (window for index, window in enumerate(windows) if index not in skip)


def _add_durations(windows: list[Window], durations: list[Duration], flat: str) -> None:
    """ "from 14:00 for two hours" ends at 16:00."""
    for window in windows:
        if window.opens and not window.closes:
            near = [
                duration
                for duration in durations
                if (0 <= duration.start - window.end <= 40 or 0 <= window.start - duration.end <= 20)
                and not re.search(
                    r"\n\n|[.!?]\s", flat[min(window.end, duration.end) : max(window.start, duration.start)]
                )
            ]
            window.length = near[0].length if near else None


def lasting(page: Page, language: str) -> tuple[int, int] | None:
    """Where the mail says for how long something has been going on ("seit einer Stunde", "od 10 minut")."""
    words = lexicon(language if language in LANGUAGES else "en")
    since = re.compile(rf"(?<![a-z]){words.alternation('since')}\s(?:[a-z]{{2,6}}\s)?$")
    for duration in find_durations(page, language):
        match = since.search(page.flat, max(0, duration.start - 24), duration.start)
        if match:
            return match.start(), duration.end
    return None


def _until_today(window: Window, joints: _Joints, today: date) -> None:
    """ "Since Monday" without an end goes on to the day of the mail."""
    flat = window.page.flat
    window.since = joints.since.search(flat, max(0, window.start - 24), window.start) is not None
    if not window.dated or window.has_end or window.first != window.last or window.first > today or window.ahead:
        return
    start = min((s for s, _ in window.spans), default=window.start)
    phrase = window.page.flat[start : window.end]
    since = joints.since.search(flat, max(0, start - 24), start) or joints.since_first.match(phrase)
    if since and today - window.first <= timedelta(days=31) and not window.alternatives:
        window.last = today
