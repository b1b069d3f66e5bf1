"""One table of states: where a case can stand, and what may happen to it there.

A case's state is nothing but its ledger folded through this table; a pair that is not in the table is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from triage.errors import UsageError


class State(StrEnum):
    NEW = "new"  # received, nothing decided yet; never seen outside the transaction of its intake
    DRAFTED = "drafted"  # a proposed reply waits for a person's yes
    NEEDS_PERSON = "needs a person"  # no reply can be proposed, or the reading is in doubt
    FILED = "filed"  # automated mail: kept with the time of its receipt, never answered
    APPROVED = "approved"  # a person said yes to exactly this text; it is ready to go out
    ANSWERED = "answered"  # the reply went out
    DISMISSED = "dismissed"  # a person decided that no reply is owed, and said why


class Kind(StrEnum):
    """What the ledger records."""

    RECEIVED = "received"
    PROPOSED = "proposed"
    HANDED_OVER = "handed over"
    FILED = "filed"
    REVISED = "revised"
    APPROVED = "approved"
    APPROVAL_WITHDRAWN = "approval withdrawn"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's ledger. at: aware UTC; actor: who did it (`desk` for the program itself)."""

    kind: Kind
    at: datetime
    actor: str
    data: dict[str, Any] = field(default_factory=dict)


TABLE: dict[tuple[State | None, Kind], State] = {
    (None, Kind.RECEIVED): State.NEW,
    (State.NEW, Kind.PROPOSED): State.DRAFTED,
    (State.NEW, Kind.HANDED_OVER): State.NEEDS_PERSON,
    (State.NEW, Kind.FILED): State.FILED,
    (State.DRAFTED, Kind.REVISED): State.DRAFTED,
    (State.NEEDS_PERSON, Kind.REVISED): State.DRAFTED,
    (State.DRAFTED, Kind.APPROVED): State.APPROVED,
    (State.NEEDS_PERSON, Kind.APPROVED): State.APPROVED,
    (State.APPROVED, Kind.APPROVAL_WITHDRAWN): State.DRAFTED,
    (State.APPROVED, Kind.ANSWERED): State.ANSWERED,
    (State.NEEDS_PERSON, Kind.ANSWERED): State.ANSWERED,  # answered by hand, from a mail client or by telephone
    (State.DRAFTED, Kind.ANSWERED): State.ANSWERED,
    (State.DRAFTED, Kind.DISMISSED): State.DISMISSED,
    (State.NEEDS_PERSON, Kind.DISMISSED): State.DISMISSED,
    (State.APPROVED, Kind.DISMISSED): State.DISMISSED,
    (State.FILED, Kind.DISMISSED): State.DISMISSED,
    (State.FILED, Kind.REOPENED): State.NEEDS_PERSON,
    (State.ANSWERED, Kind.REOPENED): State.NEEDS_PERSON,
    (State.DISMISSED, Kind.REOPENED): State.NEEDS_PERSON,
}

OPEN = frozenset({State.NEW, State.DRAFTED, State.NEEDS_PERSON, State.APPROVED})
"""States in which a deadline still runs."""


def after(state: State | None, kind: Kind) -> State:
    """The state that follows. Raises UsageError, naming what is possible instead, where the table has no such pair."""
    try:
        return TABLE[state, kind]
    except KeyError:
        possible = sorted(k.value for s, k in TABLE if s == state)
        raise UsageError(
            f"A case that is {state.value if state else 'not yet received'} cannot be {kind.value}. "
            f"Possible now: {', '.join(possible)}."
        ) from None


def possible(state: State) -> frozenset[Kind]:
    """What may happen to a case in this state."""
    return frozenset(k for s, k in TABLE if s == state)


def fold(events: Iterable[Event]) -> State:
    """The state that a whole ledger leads to."""
    state: State | None = None
    for event in events:
        state = after(state, event.kind)
    if state is None:
        raise ValueError("an empty ledger has no state")
    return state
