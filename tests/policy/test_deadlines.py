"""Due instants and how they were counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.test_credits import claim
from triage.model import Label, Reading
from triage.policy import ClockEvent, assess, claim_facts_from_json, claim_limits, deadlines, load_pack
from triage.policy.periods import Period

PACKS = {name: load_pack(Path("rules") / name) for name in ("upstash", "brightwater", "statutory")}
UPSTASH, BRIGHTWATER, LAWS = PACKS.values()
RECEIVED = datetime(2026, 3, 18, 8, 12, 0, 250000, tzinfo=UTC)


def mail(category: str, *rights: str) -> Reading:
    return Reading("en", (Label(category, 0.9),), tuple(Label(right, 0.9) for right in rights))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("category", ["privacy_concern", "data_request", "sla_credit_claim", "legal_demand", "other"])
def test_fifteen_days_from_the_very_instant_for_every_person(category: str) -> None:
    (due,) = deadlines(mail(category), RECEIVED, UPSTASH)
    assert (due.kind, due.clause, due.due_at) == ("respond", "privacy.respond", RECEIVED + timedelta(days=15))
    assert "2026-03-18" in due.derivation[1]


def test_nothing_is_due_on_automated_mail() -> None:
    assert deadlines(mail("automated"), RECEIVED, UPSTASH) == ()


def test_a_mail_that_could_not_be_read_is_due_all_the_same() -> None:
    assert [due.kind for due in deadlines(Reading("und"), RECEIVED, UPSTASH)] == ["respond"]


def test_fifteen_days_are_not_stretched_by_a_change_of_clocks() -> None:
    received = datetime.fromisoformat("2026-03-20T08:00:00+01:00")
    (due,) = deadlines(mail("other"), received, UPSTASH, zone="Europe/Berlin")
    assert due.due_at - received == timedelta(days=15)


@pytest.mark.parametrize("right", ["erasure", "cancellation"])
def test_thirty_days_to_erase(right: str) -> None:
    due = {each.kind: each for each in deadlines(mail("data_request", right), RECEIVED, UPSTASH)}
    assert due["erase"].due_at == RECEIVED + timedelta(days=30)
    assert due["erase"].clause == "privacy.erase"


def test_business_days_are_listed_one_by_one() -> None:
    due = {each.kind: each for each in deadlines(mail("privacy_concern"), at("2026-04-01T10:00"), BRIGHTWATER)}
    steps = due["respond"].derivation
    assert any(step.startswith("Fri 2026-04-03: ") and step.endswith(", not counted") for step in steps)  # Good Friday
    assert "Tue 2026-04-07: business day 2" in steps
    assert "Fri 2026-04-17: business day 10" in steps
    assert due["respond"].due_at == at("2026-04-17T21:59:59")  # the end of that day in Berlin


def test_the_earliest_of_own_promise_and_laws_governs_and_says_why() -> None:
    due = {each.kind: each for each in deadlines(mail("data_request", "access"), RECEIVED, UPSTASH, also=(LAWS,))}
    assert due["respond"].clause == "privacy.respond"
    assert any("governs" in step and "gdpr.respond" in step for step in due["respond"].derivation)
    late = deadlines(mail("data_request", "access"), RECEIVED, LAWS.narrowed(["gdpr"]))
    assert [each.clause for each in late] == ["gdpr.respond"]


def test_an_extension_counts_only_where_the_clause_allows_it_and_with_notice() -> None:
    gdpr = LAWS.narrowed(["gdpr"])
    told = ClockEvent(
        "extended", at("2026-04-10T09:00"), reason="many requests", base="Art. 12(3)", noticed_at=at("2026-04-10T09:05")
    )
    untold = ClockEvent("extended", at("2026-04-10T09:00"), reason="many requests", base="Art. 12(3)")
    request = mail("data_request", "access")
    (plain,) = deadlines(request, RECEIVED, gdpr)
    (extended,) = deadlines(request, RECEIVED, gdpr, events=[told])
    (refused,) = deadlines(request, RECEIVED, gdpr, events=[untold])
    assert (plain.due_at.date().isoformat(), extended.due_at.date().isoformat()) == ("2026-04-20", "2026-06-18")
    assert refused.due_at == plain.due_at
    assert any("no notice" in step for step in refused.derivation)
    (own,) = deadlines(mail("privacy_concern"), RECEIVED, UPSTASH, events=[told])
    assert own.due_at == RECEIVED + timedelta(days=15)
    assert any("allows none" in step for step in own.derivation)


def test_a_pause_moves_the_date_only_where_the_clause_stops_the_clock() -> None:
    events = [
        ClockEvent("paused", at("2026-04-07T09:00"), reason="asked who it is"),
        ClockEvent("resumed", at("2026-04-09T10:00")),
    ]
    received = at("2026-04-01T10:00")
    (theirs,) = deadlines(mail("privacy_concern"), received, BRIGHTWATER, events=events)
    assert theirs.due_at == at("2026-04-17T21:59:59") + timedelta(days=2, hours=1)
    (ours,) = deadlines(mail("privacy_concern"), received, UPSTASH, events=events)
    assert ours.due_at == received + timedelta(days=15)
    assert any("lets the clock run on" in step for step in ours.derivation)


def test_a_pause_after_the_date_does_not_mend_it() -> None:
    events = [ClockEvent("paused", at("2026-04-20T09:00")), ClockEvent("resumed", at("2026-04-29T09:00"))]
    (due,) = deadlines(mail("privacy_concern"), at("2026-04-01T10:00"), BRIGHTWATER, events=events)
    assert due.due_at == at("2026-04-17T21:59:59")
    assert "had passed" in due.derivation[-1]


def test_a_running_pause_never_blanks_the_date() -> None:
    events = [ClockEvent("paused", at("2026-04-07T09:00"), reason="asked who it is")]
    (due,) = deadlines(mail("privacy_concern"), at("2026-04-01T10:00"), BRIGHTWATER, events=events)
    assert due.due_at == at("2026-04-17T21:59:59")
    assert "still paused" in due.derivation[-1]


INSTANTS = st.datetimes(datetime(2019, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (given a zone)
PAUSES = st.lists(
    st.tuples(st.sampled_from(["paused", "resumed", "extended"]), st.integers(0, 60 * 24 * 40)), max_size=8
)


@given(
    INSTANTS,
    PAUSES,
    st.sampled_from(list(PACKS)),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo"]),
)
def test_due_is_never_before_receipt_and_events_never_make_it_earlier(received, events, name, zone) -> None:  # type: ignore[no-untyped-def]
    clock = [ClockEvent(what, received + timedelta(minutes=minutes), noticed_at=received) for what, minutes in events]
    pack, request = PACKS[name], mail("data_request", "access", "erasure", "objection")
    plain = {due.clause: due.due_at for due in deadlines(request, received, pack, zone=zone)}
    moved = {due.clause: due.due_at for due in deadlines(request, received, pack, events=clock, zone=zone)}
    for clause, due in moved.items():
        assert due > received
        assert due >= plain.get(clause, due)
    again = deadlines(request, received, pack, events=clock[::-1], zone=zone)
    assert moved == {due.clause: due.due_at for due in again}, "the order in which events are handed in does not matter"


def test_the_time_limit_of_a_claim_is_a_deadline_too() -> None:
    (limit,) = claim_limits(assess(claim_facts_from_json(claim()), UPSTASH), UPSTASH)
    assert (limit.kind, limit.clause, limit.due_at) == ("claim", "sla.time_limit", at("2026-06-01T00:00"))


def test_periods_say_what_they_are() -> None:
    assert (str(Period(1, "months")), str(Period(10, "business days"))) == ("1 month", "10 business days")
