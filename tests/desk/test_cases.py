"""What a person may do to a case, and what he is kept from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.conftest import NOON, decision
from triage.desk.cases import Desk, decode, encode
from triage.desk.states import OPEN, TABLE, Kind, State, fold
from triage.errors import Conflict, UsageError
from triage.model import Decision, Draft, Problem

LATER = NOON + timedelta(hours=1)
Receive = Callable[..., int]


@pytest.mark.parametrize(
    ("about", "state"),
    [
        pytest.param({}, State.DRAFTED, id="a clear claim waits for a yes"),
        pytest.param({"doubt": "It may be two matters."}, State.NEEDS_PERSON, id="a doubt goes to a person"),
        pytest.param({"label": "legal_demand", "draft": False}, State.NEEDS_PERSON, id="no draft: a person"),
        pytest.param({"label": "automated", "draft": False}, State.FILED, id="automated mail is filed"),
    ],
)
def test_a_new_case_goes_where_it_belongs(desk: Desk, receive: Receive, about: dict[str, object], state: State) -> None:
    assert desk.case(receive(**about)).row.state is state


def test_the_same_mail_opens_one_case(desk: Desk) -> None:
    sha256 = desk.store.keep(b"mail")
    assert desk.receive(sha256, 4, decision(), NOON) == desk.receive(sha256, 4, decision(), LATER)
    assert len(desk.queue()) == 1


def test_approve_says_yes_to_exactly_what_was_seen(desk: Desk, receive: Receive) -> None:
    number = receive()
    seen = desk.case(number).version
    desk.revise(number, "Re: Credit", "Hello again", seen=seen, actor="ada", at=NOON)
    with pytest.raises(Conflict, match="changed meanwhile by ada"):
        desk.approve(number, seen=seen, actor="bob", at=LATER)
    assert desk.case(number).row.state is State.DRAFTED
    desk.approve(number, seen=desk.case(number).version, actor="bob", at=LATER)
    assert desk.case(number).row.state is State.APPROVED


def test_a_conflicting_edit_changes_nothing(desk: Desk, receive: Receive) -> None:
    number = receive()
    seen = desk.case(number).version
    desk.revise(number, "S", "ada's text", seen=seen, actor="ada", at=NOON)
    with pytest.raises(Conflict):
        desk.revise(number, "S", "bob's text", seen=seen, actor="bob", at=LATER)
    draft = desk.case(number).draft
    assert draft is not None
    assert draft.text == "ada's text"


def test_a_line_break_cannot_enter_a_subject(desk: Desk, receive: Receive) -> None:
    number = receive()
    case = desk.revise(number, "Re: x\r\nBcc: all@x.example", "t", seen=desk.case(number).version, actor="ada", at=NOON)
    assert case.draft is not None
    assert case.draft.subject == "Re: x Bcc: all@x.example"


def test_an_open_placeholder_is_never_approved(store: object, receive: Receive, desk: Desk) -> None:
    open_place = Problem("placeholder", "Fill in [the reason].")
    guarded = Desk(
        desk.store, lambda draft, _, _at: replace(draft, problems=(open_place,) if "[" in draft.text else ())
    )
    number = receive()
    case = guarded.revise(number, "S", "Because [the reason]", seen=guarded.case(number).version, actor="ada", at=NOON)
    with pytest.raises(UsageError, match=r"Fill in \[the reason\]"):
        guarded.approve(number, seen=case.version, actor="ada", at=NOON, despite=True)
    case = guarded.revise(number, "S", "Because it rained", seen=case.version, actor="ada", at=NOON)
    assert guarded.approve(number, seen=case.version, actor="ada", at=NOON).row.state is State.APPROVED


def test_another_problem_needs_a_second_yes_that_is_kept(receive: Receive, desk: Desk) -> None:
    guarded = Desk(
        desk.store, lambda draft, _, _at: replace(draft, problems=(Problem("number", "12.00 has no source."),))
    )
    number = receive()
    case = guarded.revise(number, "S", "You get 12.00", seen=guarded.case(number).version, actor="ada", at=NOON)
    with pytest.raises(UsageError, match="no source"):
        guarded.approve(number, seen=case.version, actor="ada", at=NOON)
    case = guarded.approve(number, seen=case.version, actor="ada", at=NOON, despite=True)
    assert case.ledger[-1].data["despite"] == ["number"]


def test_what_went_wrong_while_a_draft_waited_is_said_at_approval(receive: Receive, desk: Desk) -> None:
    over = Problem("date_passed", "12 March is over.")
    later = NOON + timedelta(days=9)
    guarded = Desk(desk.store, lambda draft, _, at: replace(draft, problems=(over,) if at >= later else ()))
    number = receive()
    case = guarded.revise(number, "S", "By 12 March", seen=guarded.case(number).version, actor="ada", at=NOON)
    with pytest.raises(UsageError, match="12 March is over"):
        guarded.approve(number, seen=case.version, actor="ada", at=later)
    assert guarded.approve(number, seen=case.version, actor="ada", at=NOON).row.state is State.APPROVED


def test_dismissing_needs_a_reason(desk: Desk, receive: Receive) -> None:
    number = receive()
    with pytest.raises(UsageError, match="Say why"):
        desk.dismiss(number, "  ", seen=desk.case(number).version, actor="ada", at=NOON)
    desk.dismiss(number, "spam", seen=desk.case(number).version, actor="ada", at=NOON)
    assert desk.case(number).ledger[-1].data == {"reason": "spam"}
    assert desk.queue() == []


def test_reopened_runs_from_the_first_receipt(desk: Desk, receive: Receive) -> None:
    number = receive()
    due = desk.case(number).row.due_at
    desk.dismiss(number, "spam", seen=desk.case(number).version, actor="ada", at=NOON)
    assert desk.case(number).row.due_at is None
    desk.reopen(number, "it was not", seen=desk.case(number).version, actor="ada", at=LATER)
    assert desk.case(number).row.due_at == due
    assert desk.case(number).row.state is State.NEEDS_PERSON


def test_what_the_table_lacks_is_refused_with_what_is_possible(desk: Desk, receive: Receive) -> None:
    number = receive(label="automated", draft=False)
    with pytest.raises(UsageError, match=r"filed cannot be answered\. Possible now: dismissed, reopened"):
        desk.answered(number, seen=desk.case(number).version, actor="ada", at=NOON)


def test_an_unknown_case_says_how_to_find_one(desk: Desk) -> None:
    with pytest.raises(UsageError, match="triage list --all"):
        desk.case(7)
    with pytest.raises(UsageError, match="triage list --all"):
        desk.case(10**30)


def test_every_state_can_be_reached_and_every_open_one_can_end() -> None:
    assert set(TABLE.values()) == set(State)
    for state in OPEN - {State.NEW}:
        assert (state, Kind.ANSWERED) in TABLE
        assert (state, Kind.DISMISSED) in TABLE


def test_state_is_the_ledger_folded(desk: Desk, receive: Receive) -> None:
    number = receive()
    desk.approve(number, seen=desk.case(number).version, actor="ada", at=NOON)
    desk.withdraw(number, seen=desk.case(number).version, actor="ada", at=NOON)
    case = desk.case(number)
    assert fold(case.ledger) is case.row.state is State.DRAFTED


def test_the_ledger_cannot_be_rewritten(desk: Desk, receive: Receive) -> None:
    import sqlite3

    receive()
    other = sqlite3.connect(desk.store.path)
    for statement in ("update ledger set actor = 'nobody'", "delete from ledger"):
        with pytest.raises(sqlite3.Error, match="append-only"):
            other.execute(statement)


def test_records_survive_json() -> None:
    made = decision(doubt="perhaps")
    assert decode(Decision, encode(made)) == made
    assert made.draft is not None
    assert decode(Draft, encode(made.draft)) == made.draft
