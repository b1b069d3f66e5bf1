"""What a changed pack would change in open cases: verdicts, amounts, dates. Nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from triage.model import Assessment, Deadline, Reading
from triage.policy.claims import assess_claims
from triage.policy.deadlines import ClockEvent, deadlines
from triage.policy.facts import ClaimFacts
from triage.policy.pack import Pack
from triage.policy.sentences import show


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What is needed of a case to judge it again. claims: empty where no credit is claimed."""

    id: str
    received_at: datetime
    reading: Reading
    claims: tuple[ClaimFacts, ...] = ()
    events: tuple[ClockEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different. what: `verdict`, `amount`, `missing` or `due KIND`; before and after as shown."""

    case: str
    what: str
    before: str
    after: str


def impact(old: Pack, new: Pack, cases: Iterable[OpenCase], zone: tzinfo | str | None = None) -> Iterator[Change]:
    """Every change, case by case, in the order of the cases."""
    for case in cases:
        if case.claims:
            yield from _verdicts(case, assess_claims(case.claims, old), assess_claims(case.claims, new))
        yield from _dates(case, _due(case, old, zone), _due(case, new, zone))


@dataclass(frozen=True, slots=True)
class Summary:
    """cases: how many were looked at; changed: how many would change; by_kind: how many changes of each kind."""

    cases: int
    changed: int
    by_kind: tuple[tuple[str, int], ...]
    total_before: Decimal
    total_after: Decimal


def summarise(cases: Sequence[OpenCase], changes: Sequence[Change]) -> Summary:
    """The changes counted; totals are those of amounts that change."""
    kinds: dict[str, int] = {}
    for change in changes:
        kinds[change.what] = kinds.get(change.what, 0) + 1
    amounts = [change for change in changes if change.what == "amount"]
    return Summary(
        cases=len(cases),
        changed=len({change.case for change in changes}),
        by_kind=tuple(sorted(kinds.items())),
        total_before=sum((_amount(change.before) for change in amounts), Decimal(0)),
        total_after=sum((_amount(change.after) for change in amounts), Decimal(0)),
    )


def _amount(text: str) -> Decimal:
    return Decimal(0) if text == show(None) else Decimal(text)


def _verdicts(case: OpenCase, before: Assessment, after: Assessment) -> Iterator[Change]:
    if before.outcome is not after.outcome:
        yield Change(case.id, "verdict", str(before.outcome), str(after.outcome))
    if before.total != after.total:
        yield Change(case.id, "amount", show(before.total), show(after.total))
    if before.missing != after.missing:
        yield Change(case.id, "missing", ", ".join(before.missing), ", ".join(after.missing))


def _due(case: OpenCase, pack: Pack, zone: tzinfo | str | None) -> dict[str, Deadline]:
    return {each.kind: each for each in deadlines(case.reading, case.received_at, pack, events=case.events, zone=zone)}


def _dates(case: OpenCase, before: dict[str, Deadline], after: dict[str, Deadline]) -> Iterator[Change]:
    for kind in dict.fromkeys((*before, *after)):
        old, new = before.get(kind), after.get(kind)
        if (old and old.due_at) != (new and new.due_at):
            yield Change(
                case.id, f"due {kind}", show(old.due_at) if old else "none", show(new.due_at) if new else "none"
            )
