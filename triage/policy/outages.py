"""When it was down: which billing cycles the incidents of a claim touch, and what of that is not known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import NamedTuple

from triage.policy.cycles import Cycle, CycleRule, merge
from triage.policy.facts import OutageFacts
from triage.policy.logic import INCIDENTS
from triage.policy.pack import Pack
from triage.policy.sentences import show

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Outage:
    """What a claim's incidents come to.

    cycles: each cycle surely touched, with its incidents. open: names of facts without which more cycles may be touched;
    open_incidents: the incidents that these are of. spans: those of known start and end, overlapping ones made one.
    """

    cycles: dict[Cycle, list[OutageFacts]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    open_incidents: list[OutageFacts] = field(default_factory=list)
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def read_outage(incidents: tuple[OutageFacts, ...] | None, billing_day: int | None, pack: Pack) -> Outage:
    """The cycles that incidents touch by the account's billing day and the pack's reading of cycles."""
    outage = Outage(spans=merge(map(_exact, incidents or ())) if incidents and len(incidents) > 1 else [])
    if not incidents:
        outage.open.append(INCIDENTS)
    if billing_day is None:
        outage.open.append("account.billing_day")
    for number, incident in enumerate(incidents or ()):
        if _ends_before_it_starts(incident):
            outage.conflicts.append(
                f"incidents[{number}] ends ({show(incident.end_at)}) before it starts ({show(incident.start_at)})"
            )
            touched = _Touched([], ["start_at", "end_at"])
        else:
            touched = _touched(incident, billing_day, pack.cycle_rule)
        outage.open += [f"incidents[{number}].{name}" for name in touched.gaps]
        if touched.gaps or billing_day is None:
            outage.open_incidents.append(incident)
        for cycle in touched.sure:
            outage.cycles.setdefault(cycle, []).append(incident)
    if not outage.cycles and not outage.open:
        outage.conflicts.append("the outage has no length and lies where one billing cycle ends and the next begins")
    return outage


def _ends_before_it_starts(incident: OutageFacts) -> bool:
    return incident.start_at is not None and incident.end_at is not None and incident.end_at < incident.start_at


class _Touched(NamedTuple):
    """The cycles that an incident surely touches, and which of its ends leave open whether there are more."""

    sure: Iterable[Cycle]
    gaps: list[str]


def _touched(incident: OutageFacts, billing_day: int | None, rule: CycleRule) -> _Touched:
    """With one end known, the cycle around that end is touched all the same; a day that lies in one cycle is as good as an
    instant in it.
    """
    start, end = incident.start_at, incident.end_at
    if start is not None and end is not None:
        return _Touched(rule.touched(billing_day, start, end) if billing_day is not None else (), [])
    starts = (start, start) if start is not None else incident.start_between
    ends = (end, end) if end is not None else incident.end_between
    gaps = [name for name, at in (("start_at", start), ("end_at", end)) if at is None]
    if billing_day is None:
        return _Touched((), [] if starts and ends else gaps)
    sure = {c for c in (_around(starts, billing_day, rule), _around(ends, billing_day, rule)) if c}
    if starts and ends:
        if starts[1] < ends[0]:
            sure.update(rule.touched(billing_day, starts[1], ends[0]))
        if sure == {rule.at(billing_day, starts[0]), *rule.touched(billing_day, starts[0], ends[1])}:
            gaps = []
    return _Touched(sure, gaps)


def _around(between: tuple[datetime, datetime] | None, billing_day: int, rule: CycleRule) -> Cycle | None:
    """The one cycle inside which an instant surely lies. On its very border the incident may have no length and touch none."""
    if between is None:
        return None
    first, last = (rule.at(billing_day, instant) for instant in between)
    return first if first == last and (between[0] > first.start or rule.border) else None


# --- whose terms ----------------------------------------------------------------------------------------------------


def governing_days(
    incidents: Sequence[OutageFacts], outage: Outage, received_at: datetime | None, pack: Pack
) -> tuple[date, ...] | None:
    """The days whose terms govern these incidents; None: not known, any text may.

    An incident belongs to the text of the day on which it began; one that overlaps with others began when the first of
    them did. One that is not wholly known may prove to be one with these, so its day counts too.
    """
    if pack.versions_by == "day of receipt":
        return None if received_at is None else (received_at.astimezone(pack.zone).date(),)
    all_of_them = [*incidents, *outage.open_incidents]
    days: set[date] = set()
    for incident in all_of_them:
        if incident.start_at is not None:
            days.add(_began(incident.start_at, outage).astimezone(pack.zone).date())
        elif incident.start_between is not None:
            first, last = (instant.astimezone(pack.zone).date() for instant in incident.start_between)
            days.update((first, last, *(day for day in pack.turning_days if first < day < last)))
        else:
            return None
    return tuple(sorted(days)) or None


def _began(start: datetime, outage: Outage) -> datetime:
    before = bisect_right(outage.spans, start, key=itemgetter(0))
    first, last = outage.spans[before - 1] if before else (start, start)
    return first if start <= last else start


def _exact(incident: OutageFacts) -> tuple[datetime, datetime]:
    """An incident as a span; one that is not wholly known as a span that meets no other."""
    start, end = incident.start_at, incident.end_at
    return (start, end) if start is not None and end is not None and start <= end else (_NEVER, _NEVER)
