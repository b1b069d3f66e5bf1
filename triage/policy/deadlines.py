"""Due instants: pure functions of receipt, what the mail is about, the clauses and the events of the case.

Each comes with its derivation. Where several clauses set a deadline of the same kind, the earliest governs and says so.
Pauses and extensions are events; they move a date only as far as the clause allows, and never blank one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from triage.model import Assessment, Deadline, Outcome, Reading
from triage.policy.pack import Clause, DeadlineRule, Pack, Version, gives
from triage.policy.periods import Period, end_of
from triage.policy.sentences import show

LIMIT = "cycle.claim_before"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """Something that happened to the clock of a case.

    what: `paused`, `resumed` or `extended`. kind: of the deadline meant; empty: all. by: how far it is extended.
    reason: why; base: the clause or law that allows it; noticed_at: when the sender was told.
    """

    what: str
    at: datetime
    kind: str = ""
    reason: str = ""
    base: str = ""
    by: Period | None = None
    noticed_at: datetime | None = None


def deadlines(
    reading: Reading,
    received_at: datetime,
    pack: Pack,
    *,
    events: Sequence[ClockEvent] = (),
    zone: tzinfo | str | None = None,
    also: Sequence[Pack] = (),
) -> tuple[Deadline, ...]:
    """The deadlines that a mail sets, earliest first, at most one a kind.

    zone: of the desk (or its IANA name), for clauses that count days; by default the pack's.

    also: further packs, such as statutory ones. Nothing is due on automated mail.
    """
    desk_zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    found = [
        _due(clause, version, received_at, events, desk_zone or each.zone)
        for each in (pack, *also)
        for clause in each.deadline_clauses
        for version in clause.in_force(received_at.astimezone(each.zone).date())
        if version.deadline is not None and concerns(version.deadline, reading)
    ]
    kinds = dict.fromkeys(deadline.kind for deadline in found)
    governing = [_governs([deadline for deadline in found if deadline.kind == kind]) for kind in kinds]
    return tuple(sorted(governing, key=lambda deadline: (deadline.due_at, deadline.kind)))


def claim_limits(assessment: Assessment, pack: Pack) -> tuple[Deadline, ...]:
    """The claim's own time limits: until when each cycle that is not lost could still be claimed, earliest first."""
    makers = [c for c in pack.credit_clauses if LIMIT in gives(c)]
    if not makers:
        return ()
    clause = makers[0]
    limits = {
        Deadline(
            "claim",
            credit.claim_before,
            clause.id,
            (clause.shown, f"billing cycle from {credit.cycle}: {show(credit.claim_before)}"),
        )
        for credit in assessment.credits
        if credit.claim_before is not None and credit.outcome is not Outcome.INELIGIBLE
    }
    return tuple(sorted(limits, key=lambda limit: limit.due_at))


def concerns(rule: DeadlineRule, reading: Reading) -> bool:
    """Whether a mail read like this has the deadline."""
    categories = {label.label for label in reading.categories}
    rights = {label.label for label in reading.rights}
    if categories & set(rule.not_categories):
        return False
    return (not rule.categories or bool(categories & set(rule.categories))) and (
        not rule.rights or bool(rights & set(rule.rights))
    )


def _due(
    clause: Clause, version: Version, received_at: datetime, events: Sequence[ClockEvent], zone: tzinfo
) -> Deadline:
    rule = version.deadline
    assert rule is not None
    end = end_of(received_at, rule.period, rule.counting, zone)
    due, lines = end.at, [f"{clause.shown}: {version.says}", *end.derivation]
    own = sorted((e for e in events if e.kind in ("", rule.kind)), key=lambda e: (e.at, e.what))
    due = _extended(due, rule, received_at, [e for e in own if e.what == "extended"], zone, lines)
    due = _paused(due, rule, [e for e in own if e.what in ("paused", "resumed")], lines)
    return Deadline(rule.kind, due.astimezone(UTC), clause.id, tuple(lines))


def _extended(
    due: datetime,
    rule: DeadlineRule,
    received_at: datetime,
    events: Iterable[ClockEvent],
    zone: tzinfo,
    lines: list[str],
) -> datetime:
    for event in events:
        if rule.extension is None:
            lines.append(f"extension of {show(event.at)} ({event.reason}) not counted: the clause allows none")
        elif event.noticed_at is None or event.noticed_at > due:
            lines.append(f"extension of {show(event.at)} ({event.reason}) not counted: no notice before {show(due)}")
        else:
            whole = Period(rule.period.count + rule.extension.count, rule.period.unit)
            if rule.extension.unit == rule.period.unit:
                end = end_of(received_at, whole, rule.counting, zone).at
            else:
                end = end_of(due, rule.extension, rule.counting, zone).at
            lines.append(
                f"extended by {rule.extension} on {show(event.at)} ({event.reason}; {event.base}): {show(end)}"
            )
            return max(due, end)
    return due


def _paused(due: datetime, rule: DeadlineRule, events: Iterable[ClockEvent], lines: list[str]) -> datetime:
    since: datetime | None = None
    for event in events:
        if not rule.may_pause:
            lines.append(f"{event.what} on {show(event.at)} ({event.reason}): the clause lets the clock run on")
        elif event.what == "paused" and event.at >= due:
            lines.append(f"paused on {show(event.at)} ({event.reason}), when the date had passed: not counted")
        elif event.what == "paused" and since is None:
            since = event.at
            lines.append(f"paused on {show(event.at)} ({event.reason}; {event.base})")
        elif event.what == "resumed" and since is not None:
            due += event.at - since
            lines.append(f"resumed on {show(event.at)}, {event.at - since} later: {show(due)}")
            since = None
    if since is not None:
        lines.append("still paused; the date stands until the clock runs again, then moves by the time waited")
    return due


def _governs(same: Sequence[Deadline]) -> Deadline:
    """The earliest of several deadlines of one kind."""
    first, *later = sorted(same, key=lambda deadline: (deadline.due_at, deadline.clause))
    lines = tuple(f"governs, being earlier than or equal to {each.clause} ({show(each.due_at)})" for each in later)
    return Deadline(first.kind, first.due_at, first.clause, (*first.derivation, *lines))
