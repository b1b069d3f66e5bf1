"""Service credits: the engine against a second reading of the terms, and the edges one by one."""

from __future__ import annotations

import copy
import json
import random
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from tests.policy.claims import forget, random_claim, random_claims
from tests.policy.oracle import judge
from triage.policy import Pack, assess, assessment_to_json, claim_facts_from_json, load_pack

Facts = dict[str, Any]
PACK = load_pack(Path("rules/upstash"))

CLAIM: Facts = {
    "received_at": "2026-05-12T09:00:00Z",
    "claimant": "northpeak",
    "account": {"id": "northpeak", "plan": "payg", "billing_day": 1},
    "service": {"product": "redis", "kind": "regional", "owner": "northpeak"},
    "region": "eu-central-1",
    "incidents": [{"start_at": "2026-03-03T14:00:00Z", "end_at": "2026-03-03T16:30:00Z"}],
    "cycles": [
        {
            "start": "2026-03-01",
            "uptime_percent": "99.663",
            "bill": [{"amount": "180.00", "one_time": False}, {"amount": "500.00", "one_time": True}],
            "already_credited": False,
        }
    ],
}


def claim(**changes: Any) -> Facts:
    """The claim above with some facts changed; `a__b` is `b` of `a`, `cycle__b` is `b` of its one cycle."""
    facts = copy.deepcopy(CLAIM)
    for path, value in changes.items():
        *parents, name = path.split("__")
        part = facts
        for parent in parents:
            part = facts["cycles"][0] if parent == "cycle" else part[parent]
        part[name] = value
    return facts


def verdict(facts: Facts, pack: Pack = PACK) -> Facts:
    return assessment_to_json(assess(claim_facts_from_json(facts), pack))


def in_words(facts: Facts) -> Facts:
    """What the second reading and the engine are compared by."""
    answer = verdict(facts)
    return {
        "outcome": answer["outcome"],
        "total": None if answer["total"] is None else Fraction(answer["total"]),
        "cycles": [
            {
                "cycle": credit["cycle"],
                "outcome": credit["outcome"],
                "credit": None if credit["credit"] is None else Fraction(credit["credit"]),
                "claim_before": datetime.fromisoformat(credit["claim_before"]),
            }
            for credit in answer["credits"]
        ],
    }


def test_the_engine_agrees_with_a_second_reading_of_the_terms() -> None:
    outcomes = set()
    for facts in random_claims(seed=4, count=2500):
        expected = judge(facts)
        for cycle in expected["cycles"]:
            cycle["cycle"] = cycle["cycle"].isoformat()
        assert in_words(facts) == expected, json.dumps(facts)
        outcomes.add(expected["outcome"])
    assert outcomes == {"eligible", "ineligible", "undetermined"}


def test_learning_a_fact_never_turns_a_yes_into_a_no_or_a_no_into_a_yes() -> None:
    rng = random.Random(17)
    for _ in range(1000):
        whole = random_claim(rng)
        partial = forget(whole, rng, 0.2)
        before, after = verdict(partial), verdict(whole)
        if after["conflicts"]:  # facts that contradict each other cannot all be true
            continue
        if before["outcome"] == "ineligible":
            assert after["outcome"] == "ineligible", json.dumps([partial, whole])
        later = {credit["cycle"]: credit["outcome"] for credit in after["credits"]}
        for credit in before["credits"]:
            if credit["outcome"] == "eligible":
                assert later[credit["cycle"]] == "eligible", json.dumps([partial, whole])


def test_what_is_missing_is_enough_to_settle_it() -> None:
    """Supplying every fact that is asked for leaves nothing to ask of what was asked."""
    rng = random.Random(23)
    for _ in range(500):
        whole = random_claim(rng)
        answer = verdict(forget(whole, rng, 0.15))
        if answer["outcome"] == "undetermined":
            assert answer["missing"] or answer["conflicts"]
        assert sorted(answer["missing"]) == sorted(answer["ask"]["customer"] + answer["ask"]["desk"])


@pytest.mark.parametrize(
    ("uptime", "tier", "credit"),
    [
        pytest.param("99.99", "0", "0.00", id="the goal itself is met"),
        pytest.param("99.9899999999", "10", "18.00", id="a hair below the goal"),
        pytest.param("99.0", "10", "18.00", id="99.0 is still the first tier"),
        pytest.param("98.9999999999", "30", "54.00", id="a hair below 99"),
        pytest.param("95.0", "30", "54.00", id="95.0 is still the second tier"),
        pytest.param("94.9999999999", "60", "108.00", id="a hair below 95"),
        pytest.param("0", "60", "108.00", id="down all month"),
    ],
)
def test_tiers(uptime: str, tier: str, credit: str) -> None:
    (found,) = verdict(claim(cycle__uptime_percent=uptime))["credits"]
    assert (found["tier_percent"], found["credit"]) == (tier, credit)


@pytest.mark.parametrize(
    ("amount", "credit", "outcome"),
    [
        pytest.param("10.00", "1.00", "ineligible", id="exactly one dollar is not more than one"),
        pytest.param("10.04", "1.00", "ineligible", id="rounds down to one dollar"),
        pytest.param("10.05", "1.01", "eligible", id="half a cent rounds up"),
        pytest.param("0.1", "0.01", "ineligible", id="a cent"),
    ],
)
def test_the_minimum_looks_at_the_rounded_amount(amount: str, credit: str, outcome: str) -> None:
    answer = verdict(claim(cycle__bill=[{"amount": amount, "one_time": False}]))
    assert (answer["credits"][0]["credit"], answer["outcome"]) == (credit, outcome)
    assert answer["total"] == (credit if outcome == "eligible" else "0.00")


@pytest.mark.parametrize(
    ("billing_day", "start", "end", "cycles"),
    [
        pytest.param(31, "2026-02-27T23:00Z", "2026-02-28T00:00Z", ["2026-01-31"], id="ends where the cycle starts"),
        pytest.param(31, "2026-02-28T00:00Z", "2026-02-28T00:01Z", ["2026-02-28"], id="31 becomes 28 February"),
        pytest.param(31, "2028-02-28T12:00Z", "2028-02-29T00:01Z", ["2028-01-31", "2028-02-29"], id="leap day"),
        pytest.param(30, "2026-02-27T12:00Z", "2026-03-30T00:00Z", ["2026-01-30", "2026-02-28"], id="two of three"),
        pytest.param(1, "2026-02-28T22:30Z", "2026-03-01T01:30Z", ["2026-02-01", "2026-03-01"], id="over the edge"),
        pytest.param(
            15,
            "2026-01-01T00:00Z",
            "2026-03-20T00:00Z",
            ["2025-12-15", "2026-01-15", "2026-02-15", "2026-03-15"],
            id="long",
        ),
        pytest.param(
            1, "2026-03-01T01:00+02:00", "2026-03-01T03:00+02:00", ["2026-02-01", "2026-03-01"], id="other zone"
        ),
    ],
)
def test_affected_cycles(billing_day: int, start: str, end: str, cycles: list[str]) -> None:
    facts = claim(account__billing_day=billing_day, incidents=[{"start_at": start, "end_at": end}])
    assert [credit["cycle"] for credit in verdict(facts)["credits"]] == cycles


@pytest.mark.parametrize(
    ("billing_day", "incident", "claim_before"),
    [
        (1, "2026-03-03T14:00:00Z", "2026-06-01T00:00:00Z"),
        (31, "2026-01-31T00:00:00Z", "2026-04-30T00:00:00Z"),
        (31, "2025-11-30T00:00:00Z", "2026-02-28T00:00:00Z"),
        (29, "2027-12-01T00:00:00Z", "2028-02-29T00:00:00Z"),
    ],
)
def test_time_limit(billing_day: int, incident: str, claim_before: str) -> None:
    facts = claim(
        account__billing_day=billing_day, incidents=[{"start_at": incident, "end_at": incident.replace(":00Z", ":01Z")}]
    )
    assert [credit["claim_before"] for credit in verdict(facts)["credits"]] == [claim_before]


@pytest.mark.parametrize(
    ("received_at", "outcome"),
    [("2026-05-31T23:59:59.999999Z", "eligible"), ("2026-06-01T00:00:00Z", "ineligible"), (None, "undetermined")],
)
def test_received_before_the_limit(received_at: str | None, outcome: str) -> None:
    assert verdict(claim(received_at=received_at))["outcome"] == outcome


@pytest.mark.parametrize(
    "wrong",
    [
        {"account__plan": "free"},
        {"service__product": "qstash"},
        {"service__kind": "serverless"},
        {"claimant": "bau-petersen"},
        {"cycle__already_credited": True},
        {"cycle__uptime_percent": "99.99"},
        {"cycle__bill": []},
        {"received_at": "2026-06-01T00:00:00Z"},
    ],
)
def test_a_clause_that_fails_settles_it_whatever_is_unknown(wrong: Facts) -> None:
    """All else is taken away, but for what that clause looks at."""
    bare: Facts = {
        "account": {"billing_day": 1},
        "incidents": CLAIM["incidents"],
        "cycles": [{"start": "2026-03-01"}],
        "service": {},
    }
    facts = claim(**wrong)
    for path in (
        *wrong,
        *(["service__owner"] if "claimant" in wrong else []),
        *(["cycle__uptime_percent"] if "cycle__bill" in wrong else []),
    ):
        *parents, name = path.split("__")
        target, source = bare, facts
        for parent in parents:
            target = target["cycles"][0] if parent == "cycle" else target[parent]
            source = source["cycles"][0] if parent == "cycle" else source[parent]
        target[name] = source[name]
    answer = verdict(bare)
    assert (answer["outcome"], answer["total"], answer["missing"]) == ("ineligible", "0.00", [])


@pytest.mark.parametrize(
    ("unknown", "missing", "who"),
    [
        ({"account__plan": None}, ["account.plan"], "desk"),
        ({"service__owner": None}, ["service.owner"], "desk"),
        ({"claimant": None}, ["claimant"], "customer"),
        ({"incidents": None}, ["incidents"], "customer"),
        ({"incidents": []}, ["incidents"], "customer"),
        ({"account__billing_day": None}, ["account.billing_day"], "desk"),
        ({"cycle__uptime_percent": None}, ["cycles[2026-03-01].uptime_percent"], "desk"),
        ({"cycle__bill": None}, ["cycles[2026-03-01].bill"], "desk"),
        ({"cycle__bill": [{"amount": None, "one_time": False}]}, ["cycles[2026-03-01].bill"], "desk"),
        ({"cycle__bill": [{"amount": "9.00", "one_time": None}]}, ["cycles[2026-03-01].bill"], "desk"),
        ({"cycle__already_credited": None}, ["cycles[2026-03-01].already_credited"], "desk"),
    ],
)
def test_missing_names_exactly_the_unknown_fact_and_who_can_say_it(
    unknown: Facts, missing: list[str], who: str
) -> None:
    answer = verdict(claim(**unknown))
    assert (answer["outcome"], answer["total"], answer["missing"]) == ("undetermined", None, missing)
    assert answer["ask"][who] == missing


def test_a_one_time_line_without_amount_does_not_matter() -> None:
    bill = [{"amount": "180.00", "one_time": False}, {"amount": None, "one_time": True}]
    assert verdict(claim(cycle__bill=bill))["total"] == "18.00"


def test_a_cycle_counts_once_however_many_incidents_it_had() -> None:
    spans = [("03T14:00", "03T16:30"), ("03T15:00", "03T18:00"), ("10T13:00", "10T15:30")]
    incidents = [{"start_at": f"2026-03-{start}:00Z", "end_at": f"2026-03-{end}:00Z"} for start, end in spans]
    answer = verdict(claim(incidents=incidents))
    assert (len(answer["credits"]), answer["total"]) == (1, "18.00")


def test_several_cycles_partly_in_time() -> None:
    facts = claim(incidents=[{"start_at": "2026-02-28T22:00:00Z", "end_at": "2026-03-01T02:00:00Z"}])
    facts["cycles"].append({**facts["cycles"][0], "start": "2026-02-01"})
    answer = verdict(facts)
    assert [(c["cycle"], c["outcome"]) for c in answer["credits"]] == [
        ("2026-02-01", "ineligible"),
        ("2026-03-01", "eligible"),
    ]
    assert (answer["outcome"], answer["total"]) == ("eligible", "18.00")


def test_an_end_before_the_start_is_shown_and_decides_nothing() -> None:
    answer = verdict(claim(incidents=[{"start_at": "2026-03-03T16:30:00Z", "end_at": "2026-03-03T14:00:00Z"}]))
    assert answer["outcome"] == "undetermined"
    assert "ends" in answer["conflicts"][0]


def test_two_entries_for_a_cycle_that_differ_are_a_conflict() -> None:
    facts = claim()
    other = {**facts["cycles"][0], "uptime_percent": "99.999"}
    facts["cycles"] += [other, other]  # said twice, it is no truer
    answer = verdict(facts)
    assert (answer["outcome"], answer["missing"]) == ("undetermined", ["cycles[2026-03-01].uptime_percent"])
    assert "99.663" in answer["conflicts"][0]


def test_every_finding_keeps_clause_place_inputs_and_reason() -> None:
    answer = verdict(claim())
    by_id = {finding["id"]: finding for finding in answer["clauses"]}
    assert by_id["sla.free_tier"] == {
        "id": "sla.free_tier",
        "section": "SLA, introduction",
        "result": "holds",
        "because": "plan is payg",
        "version": None,
        "inputs": {"account.plan": "payg"},
        "cycles": ["2026-03-01"],
    }
    assert by_id["sla.base"]["inputs"] == {"cycle.bill": "180.00, 500.00 once"}
    assert by_id["sla.amount"]["because"] == "10 % of 180.00 USD is 18.00 USD"


def test_amounts_are_exact_far_beyond_floats() -> None:
    bill = [{"amount": "0.1", "one_time": False}] * 3 + [{"amount": "100000000000000000000.05", "one_time": False}]
    (credit,) = verdict(claim(cycle__bill=bill))["credits"]
    assert Decimal(credit["base"]) == Decimal("100000000000000000000.35")
    assert credit["credit"] == "10000000000000000000.04"


def test_an_outage_of_a_thousand_years_is_judged_in_seconds() -> None:
    years = [{"start_at": "1900-01-01T00:00:00Z", "end_at": "2900-01-01T00:00:00Z"}]
    before = process_time()
    assert len(verdict(claim(incidents=years))["credits"]) == 12_000
    assert process_time() - before < 10
