"""Which of the days a mail names are the outage's, and from when to when.

Dates and times that stand together form a window ("3 March, 14:00-16:30 UTC"). A window is an outage's when the words
around it tell of one, and not of an invoice, a meeting or a deadline. A time without a zone is taken in the zone stated
elsewhere in the mail, else at the offset of the mail's own Date, else in UTC. "In March" names no day and gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import pairwise

from triage.model import Evidence, Incident
from triage.reading.facts.dates import DateMention, find_dates
from triage.reading.facts.lexicon import LANGUAGES, Cue, Lexicon, lexicon
from triage.reading.facts.logs import log_lines, log_windows
from triage.reading.facts.page import Page
from triage.reading.facts.times import Duration, Instant, TimeMention, find_durations, find_instants, find_times

_OLDEST = timedelta(days=800)
_NEAR = 40.0
"""Characters over which a cue loses half its weight."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the mail tells about when and where it was written. zone: the sender's, None when not known."""

    language: str
    today: date
    zone: tzinfo | None


@dataclass(slots=True)
class Window:
    """Days, and times of day where stated, that stand together. start, end: offsets in the page."""

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
    spans: list[tuple[int, int]] = field(default_factory=list)
    score: float = 0.0
    against: float = 0.0
    back: float = 0.0
    length: timedelta | None = None

    @property
    def dated(self) -> bool:
        return self.first != date.min

    @property
    def has_times(self) -> bool:
        return self.opens is not None or self.opened_at is not None


_Element = DateMention | TimeMention | Instant


def find_windows(page: Page, context: Context) -> list[Window]:
    """All windows of a part, judged by nothing yet, in order."""
    instants = [i for i in find_instants(page) if not _in_log(page, i)]
    stamps = [(i.start, i.end) for i in instants] + [(s, e) for s, e, _ in log_lines(page)]
    dates = [d for d in find_dates(page, context.language, context.today) if _outside(d.start, d.end, stamps)]
    times = [t for t in find_times(page, context.language) if _outside(t.start, t.end, stamps)]
    dates = [d for d in dates if all(d.end <= t.start or d.start >= t.end for t in times) or d.kind != "day"]
    times = [t for t in times if all(t.end <= d.start or t.start >= d.end for d in dates)]
    elements: list[_Element] = [*dates, *times, *instants]
    elements.sort(key=lambda element: element.start)
    words = _joints(context.language)
    windows = [w for chain in _chains(elements, page.flat, words) for w in _of_chain(chain, page)]
    _add_durations(windows, find_durations(page, context.language), page)
    return windows


def _in_log(page: Page, instant: Instant) -> bool:
    return any(start <= instant.start < end for start, end, _ in log_lines(page))


def _outside(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return all(end <= s or start >= e for s, e in spans)


# --- what stands together --------------------------------------------------------------------------------------------


class _Joints:
    """The words that may stand between the parts of one window, compiled for a language."""

    def __init__(self, words: Lexicon) -> None:
        self.cjk = bool(re.search(r"[\u3040-\u9fff\uac00-\ud7af]", "".join(words.words["fill"])))
        fill = words.alternation("fill", "from", "between", "after_range", "night", "am", "pm", "oclock", "last")
        unit = rf"(?:{words.alternation('to')}|{words.alternation('and')}|{fill})"
        edge = "" if self.cjk else r"(?![a-z])"
        self.gap = re.compile(rf"(?:[\s,;:()@'.\"|-]|{unit}{edge})*")
        self.to = re.compile(rf"(?:^|(?<![a-z])){words.alternation('to')}{edge}|-")
        self.also = re.compile(rf"(?:^|(?<![a-z])){words.alternation('and')}{edge}|[&,;]")
        self.between = re.compile(rf"(?:^|(?<![a-z])){words.alternation('between')}(?![a-z])(?:[\s,]|{fill})*$")
        self.until = re.compile(
            rf"(?:^|(?<![a-z])){words.alternation('to')}{'' if self.cjk else '(?![a-z])'}[\s]?(?:{fill}\s?)?$"
        )
        self.after = re.compile(
            rf"[\s']{{0,2}}(?:[a-z]{{1,3}} )?{words.alternation('after_range')}"
            if words.words["after_range"]
            else r"(?!)"
        )


@cache
def _joints(language: str) -> _Joints:
    return _Joints(lexicon(language if language in LANGUAGES else "en"))


def _chains(elements: Sequence[_Element], flat: str, joints: _Joints) -> Iterator[list[tuple[_Element, str]]]:
    """Runs of elements that belong together, each with how it is joined to the one before: "", "join", "to", "and"."""
    chain: list[tuple[_Element, str]] = []
    for element in elements:
        joint = _joint(chain, element, flat, joints) if chain else ""
        if chain and not joint:
            yield chain
            chain = []
        chain.append((element, joint))
    if chain:
        yield chain


def _joint(chain: list[tuple[_Element, str]], element: _Element, flat: str, joints: _Joints) -> str:
    left = chain[-1][0]
    gap = flat[left.end : element.start]
    if len(gap) > 48 or "\n\n" in gap or joints.gap.fullmatch(gap) is None or re.search(r"[.;]\s", gap):
        return ""
    dated, timed = isinstance(element, DateMention), isinstance(element, TimeMention)
    side = _last_side(chain)
    if (
        (dated and any(isinstance(e, DateMention) for e in side))
        or (timed and any(isinstance(e, TimeMention) for e in side))
        or isinstance(element, Instant)
        or isinstance(left, Instant)
    ):
        between = joints.between.search(flat, max(0, _start_of(chain) - 30), _start_of(chain))
        if isinstance(left, DateMention) and left.listed and isinstance(element, DateMention) and element.listed:
            return "and"
        if between or (joints.to.search(gap) and not _only_comma(gap)):
            return "to"
        if joints.after.match(flat, element.end):
            return "to"
        return "and" if joints.also.search(gap) else ""
    if (
        timed
        and joints.to.search(gap)
        and re.search(r"-|until|till|bis|jusqu|hasta|fino|ate|tot|kadar", gap)
        and not re.fullmatch(r"\s*-\s*", gap)
    ):
        return "join"
    return "join"


def _only_comma(gap: str) -> bool:
    return gap.strip() in {",", ";", ""}


def _start_of(chain: list[tuple[_Element, str]]) -> int:
    """Start of the subchain that is being built."""
    start = chain[-1][0].start
    for element, joint in reversed(chain):
        start = element.start
        if joint == "and":
            break
    return start


def _last_side(chain: list[tuple[_Element, str]]) -> list[_Element]:
    side: list[_Element] = []
    for element, joint in reversed(chain):
        side.append(element)
        if joint in {"to", "and"}:
            break
    return side


def _of_chain(chain: list[tuple[_Element, str]], page: Page) -> Iterator[Window]:
    """One window for each part of a chain between its "and"s; times at the end of a list of days hold for each day."""
    parts: list[list[tuple[_Element, str]]] = []
    for element, joint in chain:
        if joint == "and" or not parts:
            parts.append([])
        parts[-1].append((element, joint))
    windows = [_window(part, page) for part in parts]
    for previous, window in pairwise(windows):
        if not window.dated and previous.dated:
            _take_days(window, previous)
    for window in windows:
        if not window.dated and windows[-1].dated and windows[-1] is not window:
            _take_days(window, windows[-1])
    last = windows[-1]
    if last.opens and last.dated:
        for window in windows[:-1]:
            if not window.has_times and window.dated and window.kind == last.kind:
                window.opens, window.closes = last.opens, last.closes
                _overnight(window)
    return iter(windows)


def _take_days(window: Window, other: Window) -> None:
    window.first, window.last, window.kind, window.order = other.first, other.first, other.kind, other.order
    window.alternatives, window.weekday, window.ahead = other.alternatives, other.weekday, other.ahead
    window.spans = [*other.spans[:1], *window.spans]
    _overnight(window)


def _window(part: list[tuple[_Element, str]], page: Page) -> Window:
    elements = [element for element, _ in part]
    window = Window(page, elements[0].start, elements[-1].end)
    days = [e for e in elements if isinstance(e, DateMention)]
    times = [e for e in elements if isinstance(e, TimeMention)]
    instants = [e for e in elements if isinstance(e, Instant)]
    if instants:
        _set_instants(window, instants, times)
        return window
    if days:
        head, tail = days[0], days[-1]
        window.first, window.last = head.first, tail.last
        if window.last < window.first and tail.kind != "full":
            later = (
                tail.last.replace(year=tail.last.year + 1) if (tail.last.month, tail.last.day) != (2, 29) else tail.last
            )
            window.last = later if later > window.first else window.first
        window.last = max(window.first, window.last)
        window.kind, window.order, window.weekday = head.kind, head.order, head.weekday
        window.alternatives = _paired(head, tail)
        window.ahead = all(day.ahead for day in days)
        window.spans = [day.span for day in days]
        window.start = min(window.start, *(s for s, _ in window.spans))
    if times:
        window.opens = times[0]
        if len(times) > 1 and any(joint == "to" for _, joint in part):
            window.closes = times[-1]
            zone = times[0].zone or times[-1].zone
            window.opens, window.closes = (replace(t, zone=t.zone or zone) for t in (times[0], times[-1]))
    _overnight(window, both_days=len(days) > 1)
    return window


def _set_instants(window: Window, instants: list[Instant], times: list[TimeMention]) -> None:
    window.opened_at = instants[0].at
    window.closed_at = instants[-1].at if len(instants) > 1 else None
    window.first = instants[0].at.date()
    if times and window.closed_at is None:
        at = datetime.combine(window.first, time(), instants[0].at.tzinfo) + timedelta(minutes=times[-1].minutes)
        window.closed_at = at if at > window.opened_at else at + timedelta(days=1)
    if window.closed_at and (window.closed_at.tzinfo is None) != (window.opened_at.tzinfo is None):
        zone = window.closed_at.tzinfo or window.opened_at.tzinfo
        window.opened_at, window.closed_at = (
            window.opened_at.replace(tzinfo=zone),
            window.closed_at.replace(tzinfo=zone),
        )
    window.last = max(window.first, window.closed_at.date() if window.closed_at else window.first)
    window.kind = "instant"
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


def _overnight(window: Window, both_days: bool = False) -> None:
    """A window that ends at an earlier hour than it began ends on the next day."""
    if not window.dated or window.first != window.last or both_days or not (window.opens and window.closes):
        return
    if window.closes.minutes <= window.opens.minutes and window.closes.minutes < 1440:
        window.last = window.first + timedelta(days=1)
        window.alternatives = tuple((first, first + timedelta(days=1)) for first, _ in window.alternatives)


def _add_durations(windows: list[Window], durations: list[Duration], page: Page) -> None:
    """ "from 14:00 for two hours" ends at 16:00."""
    for window in windows:
        if window.opens and not window.closes:
            near = [d for d in durations if 0 <= d.start - window.end <= 40 or 0 <= window.start - d.end <= 20]
            near = [d for d in near if "\n\n" not in page.flat[min(window.end, d.end) : max(window.start, d.start)]]
            if near:
                window.length = near[0].length


# --- whose days they are ---------------------------------------------------------------------------------------------

_BREAK = re.compile(r"[,;:()]| - ")


def judge(windows: list[Window], cues: list[Cue], page: Page) -> None:
    """Weigh the words around each window: for an outage, against it, for the end of one."""
    sentences = page.sentences
    for window in windows:
        start, end = window.start, window.end
        near = _sentence_of(sentences, start, end)
        for cue in cues:
            if cue.kind not in {"down", "back", "other", "fine"}:
                continue
            if cue.end < near[0] - 400 or cue.start > near[1] + 400:
                continue
            weight = _weight(cue, start, end, near, page.flat, sentences)
            if cue.kind == "other":
                window.against = max(window.against, weight)
            elif cue.kind == "fine":
                window.against = max(window.against, weight * 0.8)
            else:
                window.score = max(window.score, weight)
                if cue.kind == "back":
                    window.back = max(window.back, weight)


def _sentence_of(sentences: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    left = next((s for s, e in sentences if s <= start < e), 0)
    right = next((e for s, e in sentences if s < end <= e), end)
    return left, max(right, end)


def _weight(
    cue: Cue, start: int, end: int, near: tuple[int, int], flat: str, sentences: list[tuple[int, int]]
) -> float:
    if cue.start >= start and cue.end <= end:
        distance, between = 0, ""
    elif cue.end <= start:
        distance, between = start - cue.end, flat[cue.end : start]
    else:
        distance, between = max(0, cue.start - end), flat[end : cue.start]
    weight = 1.0 / (1.0 + distance / _NEAR) * 0.8 ** len(_BREAK.findall(between))
    if cue.start < near[0] or cue.end > near[1]:
        crossed = sum(1 for s, e in sentences if (cue.end <= e <= start) or (end <= s and s <= cue.start))
        if crossed > 2:
            return 0.0
        weight *= 0.45 ** max(1, crossed)
        if "\n\n" in between:
            weight *= 0.6
    return weight


def is_outage(window: Window) -> bool:
    """Whether the words around a window speak of an outage rather than of anything else."""
    return not window.ahead and window.dated and window.score > 0.12 and window.score >= window.against * 0.9


# --- numeric dates that read two ways --------------------------------------------------------------------------------


def settle(windows: list[Window], order: str, today: date) -> None:
    """Resolve dates that read two ways by what decides: the weekday named, the order of other dates, the day of the mail.

    order: `dmy` or `mdy` where the rest of the mail or the sender's locale fixes it, else empty.
    """
    known = {w.first for w in windows if w.dated and not w.alternatives}
    for window in windows:
        if not window.alternatives:
            continue
        mdy = (window.first, window.last)
        dmy = window.alternatives[0]
        keep = [r for r in (mdy, dmy) if window.weekday is None or r[0].weekday() == window.weekday] or [mdy, dmy]
        keep = [r for r in keep if r[0] <= today + timedelta(days=1)] or keep
        if len(keep) == 2 and order:
            keep = [mdy if order == "mdy" else dmy]
        if len(keep) == 2 and known & {mdy[0], dmy[0]}:
            keep = [r for r in keep if r[0] in known]
        if len(keep) == 2:
            keep = _plausible(keep, today)
        window.first, window.last = max(keep) if len(keep) == 2 else keep[0]
        window.alternatives = (min(keep),) if len(keep) == 2 else ()
        window.ahead = window.first > today + timedelta(days=1)


def _plausible(readings: list[tuple[date, date]], today: date) -> list[tuple[date, date]]:
    """Without readings that are absurd beside the other: an outage of months, or half a year ago against weeks ago."""
    short = [r for r in readings if r[1] - r[0] <= timedelta(days=10)]
    if len(short) == 1 and any(r[1] - r[0] > timedelta(days=20) for r in readings):
        return short
    ages = sorted(readings, key=lambda r: today - r[0])
    if today - ages[0][0] <= timedelta(days=62) and today - ages[1][0] >= timedelta(days=180):
        return ages[:1]
    return readings


# --- from windows to incidents ---------------------------------------------------------------------------------------


def incidents_of(windows: list[Window], context: Context, stated: tzinfo | None) -> list[Incident]:
    """The outages that these windows tell, merged where two phrases speak of one. stated: the one zone the mail names."""
    chosen = _told_once(windows)
    return [_incident(window, context, stated) for window in chosen]


def assemble(windows: list[Window]) -> list[Window]:
    """Windows judged to be an outage's, with loose times and ends ("it came back at 16:30") put where they belong."""
    chosen: list[Window] = []
    for window in windows:
        previous = chosen[-1] if chosen else None
        if not window.dated:
            if previous is not None and window.page is previous.page:
                _add_loose_times(previous, window)
            continue
        if not is_outage(window):
            continue
        if previous is not None and window.page is previous.page and _ends(previous, window):
            previous.last = max(previous.last, window.last)
            previous.closes = previous.closes or window.closes or window.opens
            previous.closed_at = previous.closed_at or window.closed_at or window.opened_at
            previous.spans.extend(window.spans)
            continue
        chosen.append(window)
    return chosen


def _ends(previous: Window, window: Window) -> bool:
    """Whether this window tells when the previous one was over."""
    if window.back <= 0.3 or window.back < window.score or previous.closes or previous.closed_at:
        return False
    return previous.first <= window.first <= previous.first + timedelta(days=4) and window.start - previous.end < 250


def _add_loose_times(previous: Window, window: Window) -> None:
    if window.start - previous.end > 300 or window.against > max(window.score, 0.3):
        return
    if previous.opens is None and previous.opened_at is None:
        previous.opens, previous.closes, previous.length = window.opens, window.closes, window.length
        previous.spans.append((window.start, window.end))
        _overnight(previous)
    elif previous.closes is None and previous.closed_at is None and window.back > 0.3 and window.opens:
        previous.closes = window.opens
        previous.spans.append((window.start, window.end))
        _overnight(previous)


def _told_once(windows: list[Window]) -> list[Window]:
    """Each outage once: a second phrase for the same days, or for a day inside a longer outage, adds nothing."""
    kept: list[Window] = []
    for window in sorted(windows, key=_rank):
        if any(_same(other, window) for other in kept):
            continue
        kept.append(window)
    return sorted(kept, key=lambda w: (w.first, _minutes(w), w.start))


def _rank(window: Window) -> tuple[int, int, int, int]:
    days = (window.last - window.first).days
    exact = {"full": 0, "instant": 0, "date": 0, "day": 1, "relative": 1, "weekday": 2}.get(window.kind, 3)
    return (exact, -days, -int(window.has_times), window.start if window.page.part == "text" else 10**9 + window.start)


def _same(kept: Window, window: Window) -> bool:
    if kept.first <= window.first and window.last <= kept.last:
        both_timed = kept.has_times and window.has_times and kept.closes and window.closes
        return not (both_timed and kept.first == window.first and kept.last == window.last and _apart(kept, window))
    if window.kind == "weekday" and kept.kind in {"full", "date", "instant"}:
        return kept.first.weekday() == window.weekday and kept.first < window.first
    return False


def _apart(one: Window, other: Window) -> bool:
    if not (one.opens and one.closes and other.opens and other.closes):
        return False
    return one.closes.minutes <= other.opens.minutes or other.closes.minutes <= one.opens.minutes


def _minutes(window: Window) -> int:
    return window.opens.minutes if window.opens else 0


def _incident(window: Window, context: Context, stated: tzinfo | None) -> Incident:
    zone = (
        (window.opens and window.opens.zone) or (window.closes and window.closes.zone) or stated or context.zone or UTC
    )
    start_at = _at(window.first, window.opens, zone) or _aware(window.opened_at, zone)
    end_at = _at(window.last, window.closes, zone) or _aware(window.closed_at, zone)
    last = window.last
    if start_at and end_at is None and window.length and window.first == window.last:
        end_at = start_at + window.length
        last = end_at.astimezone(zone).date() if window.opens else end_at.date()
        if (end_at.astimezone(zone).hour, end_at.astimezone(zone).minute) == (0, 0):
            last = window.last
    if start_at and end_at and end_at < start_at:
        end_at = None
    return Incident(
        start=window.first,
        end=max(last, window.first),
        start_at=start_at,
        end_at=end_at,
        ambiguous=bool(window.alternatives),
        alternatives=window.alternatives,
        evidence=_evidence(window),
    )


def _at(day: date, mention: TimeMention | None, zone: tzinfo) -> datetime | None:
    if mention is None:
        return None
    local = datetime.combine(day, time(), mention.zone or zone) + timedelta(
        minutes=mention.minutes, seconds=mention.seconds
    )
    return local.astimezone(UTC)


def _aware(at: datetime | None, zone: tzinfo) -> datetime | None:
    return None if at is None else (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _evidence(window: Window) -> tuple[Evidence, ...]:
    spans = [(window.start, window.end), *window.spans]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(window.page.evidence(start, end, f"incident.{window.kind}") for start, end in merged)


def log_incidents(page: Page, context: Context) -> list[Incident]:
    """The outages that a log tells by its lines of trouble."""
    found = []
    for window in log_windows(page):
        start, end = _aware(window.first.at, context.zone or UTC), _aware(window.last.at, context.zone or UTC)
        evidence = tuple(
            dict.fromkeys(page.evidence(i.start, i.end, "incident.log") for i in (window.first, window.last))
        )
        found.append(Incident(window.first.at.date(), window.last.at.date(), start, end, evidence=evidence))
    return found


def stated_zone(windows: list[Window]) -> tzinfo | None:
    """The zone that the mail gives with its times, where it gives just one."""
    zones = {str(t.zone): t.zone for w in windows for t in (w.opens, w.closes) if t and t.zone}
    return next(iter(zones.values())) if len(zones) == 1 else None
