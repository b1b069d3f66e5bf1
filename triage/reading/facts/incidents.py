"""Which of the days a mail names are the outage's, and from when to when.

A window of days and times (`windows`) is an outage's when the words around it tell of one, and not of an invoice, a
meeting or a deadline; in a mail that claims money for an outage, days are the outage's unless the words beside them say
otherwise. A time without a zone is taken in the zone stated elsewhere in the mail, else at the offset of the mail's own
Date; where neither is known it is told as a day alone. "In March" names no day and gives none; "the whole of March" gives all its days.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from triage.model import Evidence, Incident
from triage.reading.facts.lexicon import Cue
from triage.reading.facts.logs import log_windows
from triage.reading.facts.page import Page
from triage.reading.facts.times import TimeMention
from triage.reading.facts.windows import EXACT, Context, Window, lasting, overnight
from triage.reading.facts.zones import named_zones

_DAY = timedelta(days=1)
_NEAR = 40.0
"""Characters over which a cue loses half its weight."""
_BESIDE = 20.0
"""The same for words of other matters, which must stand beside a date to claim it."""
_WITHIN = 0.9
_TODAY = frozenset(
    [
        "today",
        "heute",
        "hoy",
        "oggi",
        "hoje",
        "vandaag",
        "dzisiaj",
        "dzis",
        "bugun",
        "idag",
        "dnes",
        "сегодня",
        "今日",
        "本日",
        "今天",
        "오늘",
    ]
) | {"aujourd'hui", "i dag"}
_OLD = timedelta(days=800)


# --- whose days they are ---------------------------------------------------------------------------------------------

_BREAK = re.compile(r"[,;:()]| - ")
_NEGATED = re.compile(
    r"(?<![a-z])(?:not|nicht|pas|non|no|nao|niet|nie|rather than|instead of|statt|anstatt|plutot que|en vez de|invece di|em vez de)\s(?:on |am |le |el |il |em |op |the |den |vom |w )?$"
)


def judge(windows: Sequence[Window], cues: Sequence[Cue], page: Page) -> None:
    """Weigh the words around each window: for an outage, for anything else, for the end of an outage."""
    told = [cue for cue in cues if cue.kind in {"down", "back", "other", "fine"}]
    for window in windows:
        left = page.sentence(window.start)[0]
        right = max(window.end, page.sentence(window.end - 1)[1])
        for cue in told:
            if cue.end < left - 300 or cue.start > right + 300:
                continue
            weight = _weight(cue, window.start, window.end, (left, right), page)
            if cue.kind in {"other", "fine"} and (cue.start < left or cue.end > right or weight == _WITHIN):
                continue
            if cue.kind == "other":
                window.other = max(window.other, weight)
            elif cue.kind == "fine":
                window.other = max(window.other, weight * 0.8)
            else:
                window.outage = max(window.outage, weight)
                if cue.kind == "back":
                    window.over = max(window.over, weight)
        failing = any(cue.kind == "down" and 0 <= window.start - cue.end < 12 for cue in told)
        if not failing and _NEGATED.search(page.flat, max(0, window.start - 20), window.start):
            window.other = 2.0
        if window.distant:
            window.other = max(window.other, 0.6)


def _weight(cue: Cue, start: int, end: int, near: tuple[int, int], page: Page) -> float:
    """How much a cue says about a span: by distance, clauses and sentences between."""
    if cue.start < end and cue.end > start:
        return _WITHIN
    low, high = (cue.end, start) if cue.end <= start else (end, cue.start)
    between = page.flat[low:high]
    weight = (
        1.0
        / (1.0 + len(between) / (_BESIDE if cue.kind in {"other", "fine"} else _NEAR))
        * (0.6 if cue.kind == "fine" else 0.8) ** len(_BREAK.findall(between))
    )
    if cue.start >= near[0] and cue.end <= near[1]:
        return max(weight, 0.12)
    crossed = bisect_left(page.starts, high) - bisect_right(page.starts, low)
    if crossed > 2:
        return 0.0
    return float(weight * 0.45 ** max(1, crossed) * (0.6 if "\n\n" in between else 1.0))


def is_outage(window: Window, claim: bool, today: date) -> bool:
    """Whether the words around a window speak of an outage rather than of anything else."""
    if window.ahead or not window.dated or today - window.last > _OLD:
        return False
    if not claim:
        return window.outage > 0.12 and window.outage >= window.other * 0.9
    bare = window.page.flat[window.start : window.end].strip() in _TODAY
    if bare and window.first == window.last == today:
        return window.outage > 0.15 and window.outage >= window.other
    timed = 0.2 if window.has_start and window.has_end else 0.0
    return window.other <= max(window.outage, 0.42) + 0.05 + timed


# --- numeric dates that read two ways --------------------------------------------------------------------------------


def settle(windows: Sequence[Window], order: str, today: date) -> None:
    """Resolve dates that read two ways by what decides: the weekday named, the order of other dates, the day of the mail.

    order: `dmy` or `mdy` where the rest of the mail or the sender's locale fixes it, else empty. What nothing decides
    keeps the later reading first.
    """
    known = {w.first for w in windows if w.dated and not w.alternatives and w.kind in EXACT}
    for window in windows:
        if not window.alternatives:
            continue
        mdy, dmy = (window.first, window.last), window.alternatives[0]
        keep = [r for r in (mdy, dmy) if window.weekday is None or r[0].weekday() == window.weekday] or [mdy, dmy]
        keep = [r for r in keep if r[0] <= today + _DAY] or keep
        if len(keep) == 2 and known & {mdy[0], dmy[0]}:
            keep = [r for r in keep if r[0] in known]
        if len(keep) == 2 and order:
            keep = [mdy if order == "mdy" else dmy]
        if len(keep) == 2:
            keep = _plausible(keep, today)
        window.first, window.last = max(keep)
        window.alternatives = (min(keep),) if len(keep) == 2 else ()
        window.ahead = window.first > today + _DAY


def _plausible(readings: list[tuple[date, date]], today: date) -> list[tuple[date, date]]:
    """Without readings that are absurd beside the other: an outage of months, or half a year ago against weeks ago."""
    short = [r for r in readings if r[1] - r[0] <= timedelta(days=10)]
    if len(short) == 1 and any(r[1] - r[0] > timedelta(days=20) for r in readings):
        return short
    newer, older = sorted(readings, key=lambda reading: today - reading[0])
    if today - newer[0] <= timedelta(days=62) and today - older[0] >= timedelta(days=180):
        return [newer]
    return readings


# --- from windows to incidents ---------------------------------------------------------------------------------------


def choose(windows: Sequence[Window], claim: bool, today: date) -> list[Window]:
    """The windows of one part that are outages, with loose hours and ends ("it came back at 16:30") put where they belong."""
    chosen: list[Window] = []
    for dated, hours in pairwise(windows):
        near = hours.start - dated.end < 120 and hours.outage > hours.other
        if dated.dated and not hours.dated and hours.has_start and hours.has_end and near and not dated.has_start:
            dated.outage = max(dated.outage, 0.9 * hours.outage)
    for window in windows:
        previous = chosen[-1] if chosen else None
        if not window.dated:
            if previous is not None:
                _add_hours(previous, window)
        elif not is_outage(window, claim, today):
            continue
        elif previous is not None and _ends(previous, window):
            previous.last = max(previous.last, window.last)
            previous.closes = previous.closes or window.closes or window.opens
            previous.closed_at = previous.closed_at or window.closed_at or window.opened_at
            previous.spans.extend(window.spans)
        else:
            chosen.append(window)
    return chosen


def _ends(previous: Window, window: Window) -> bool:
    """Whether this window tells when the previous one was over."""
    if window.over <= 0.3 or window.over < window.outage or previous.has_end:
        return False
    return previous.first <= window.first <= previous.first + 4 * _DAY and window.start - previous.end < 250


def _add_hours(previous: Window, window: Window) -> None:
    if window.start - previous.end > 300 or window.other > max(window.outage, 0.45):
        return
    if not previous.has_start and not previous.has_end:
        previous.opens, previous.closes, previous.length = window.opens, window.closes, window.length
    elif not previous.has_end and window.over > 0.3 and window.opens and previous.opens:
        previous.closes = window.opens
    else:
        return
    previous.spans.append((window.start, window.end))
    overnight(previous)


def told_once(windows: Sequence[Window]) -> list[Window]:
    """Each outage once: a second phrase for the same days, or a vaguer one beside exact dates, adds nothing."""
    kept: list[Window] = []
    for window in sorted(windows, key=_rank):
        if not any(_repeats(window, other) for other in kept):
            kept = [other for other in kept if not _inside(other, window)]
            kept.append(window)
    return sorted(kept, key=lambda w: (w.first, w.opens.minutes if w.opens else 0, w.start))


def _rank(window: Window) -> tuple[int, int, int, int]:
    precise = {"full": 0, "instant": 0, "date": 0, "day": 1, "relative": 1, "weekday": 2}.get(window.kind, 3)
    precise += 10 * (window.page.part != "text")
    place = window.start if window.page.part == "text" else 10**9 + window.start
    return precise, -(window.last - window.first).days, -int(window.has_start), place


def _repeats(window: Window, kept: Window) -> bool:
    if kept.first <= window.first and window.last <= kept.last:
        return not (kept.first == window.first and kept.last == window.last and _apart(kept, window))
    if window.page is not kept.page and window.first <= kept.last and kept.first <= window.last:
        return True
    if window.kind in {"month", "week"}:
        return window.first <= kept.first <= window.last
    if window.kind == "feast":
        return True
    if window.kind == "weekend" and not _inside(kept, window):
        return abs((kept.first - window.first).days) <= 9
    if window.kind == "weekday" and kept.kind in EXACT:
        return kept.first.weekday() == window.weekday and kept.first < window.first
    return False


def _inside(other: Window, window: Window) -> bool:
    """Whether a kept single day is part of the longer stretch that another phrase tells."""
    return window.first <= other.first and other.last <= window.last and not other.has_start and window.kind != "month"


def _apart(one: Window, other: Window) -> bool:
    """Whether two windows of one day are two outages of that day."""
    if not (one.opens and one.closes and other.opens and other.closes):
        return False
    return one.closes.minutes <= other.opens.minutes or other.closes.minutes <= one.opens.minutes


def incident_of(window: Window, context: Context, stated: tzinfo | None) -> Incident:
    """The outage that a window tells. stated: the one zone that the mail names, None when none or several."""
    zones = [t.zone for t in (window.opens, window.closes) if t and t.zone]
    zone = zones[0] if zones else stated or context.zone
    start_at = _at(window.first, window.opens, zone) or _aware(window.opened_at, zone)
    end_at = _at(window.last, window.closes, zone) or _aware(window.closed_at, zone)
    last = window.last
    if start_at and end_at is None and window.length and window.first == window.last:
        end_at = start_at + window.length
        ended = end_at.astimezone(zone or start_at.tzinfo)
        last = (ended - timedelta(microseconds=1)).date()
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


def _at(day: date, mention: TimeMention | None, zone: tzinfo | None) -> datetime | None:
    zone = mention.zone or zone if mention else None
    if mention is None or zone is None:
        return None
    shift = timedelta(minutes=mention.minutes, seconds=mention.seconds)
    return (datetime.combine(day, time(), zone) + shift).astimezone(UTC)


def _aware(at: datetime | None, zone: tzinfo | None) -> datetime | None:
    if at is None or (at.tzinfo is None and zone is None):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _evidence(window: Window) -> tuple[Evidence, ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(window.start, window.end), *window.spans}):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(window.page.evidence(start, end, f"incident.{window.kind}") for start, end in merged)


def stated_zone(windows: Sequence[Window], text: str) -> tzinfo | None:
    """The zone that the mail gives with its times, or anywhere ("all times UTC"), where it gives just one."""
    zones = {str(t.zone): t.zone for w in windows for t in (w.opens, w.closes) if t and t.zone}
    found = list(zones.values()) or named_zones(text)
    return found[0] if len(found) == 1 else None


def from_log(page: Page, context: Context) -> list[Incident]:
    """The outages that a log tells by its lines of trouble; stamps without a zone are a machine's, in UTC, unless the
    sender's zone is known."""
    zone = context.zone or UTC
    found = []
    for window in log_windows(page):
        ends = dict.fromkeys(page.evidence(i.start, i.end, "incident.log") for i in (window.first, window.last))
        found.append(
            Incident(
                window.first.at.date(),
                window.last.at.date(),
                _aware(window.first.at, zone),
                _aware(window.last.at, zone),
                evidence=tuple(ends),
            )
        )
    return found


def going_on(page: Page, cues: Sequence[Cue], windows: Sequence[Window], today: date, language: str) -> Incident | None:
    """An outage that the mail reports while it lasts ("is eu-west-1 down right now?"): today's."""
    for start, end in page.sentences:
        here = [cue for cue in cues if start <= cue.start and cue.end <= end]
        down = next((cue for cue in here if cue.kind == "down"), None)
        now = next((cue for cue in here if cue.kind == "now"), None)
        if down and now:
            evidence = tuple(page.evidence(cue.start, cue.end, f"incident.{cue.kind}") for cue in (now, down))
            return Incident(today, today, evidence=evidence)
    since = next(((w.start, w.end) for w in windows if w.since and not w.dated), None) or lasting(page, language)
    if since is not None and any(cue.kind == "down" for cue in cues):
        return Incident(today, today, evidence=(page.evidence(*since, "incident.since"),))
    return None
