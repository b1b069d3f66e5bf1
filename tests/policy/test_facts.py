"""Facts from JSON: exact, strict, and told by their path where they cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.test_credits import claim, verdict
from triage.policy import FactsError, claim_facts_from_json


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"account__billing_day": 32}, "account.billing_day: a day of the month"),
        ({"account__billing_day": True}, "account.billing_day"),
        ({"account__plan": 1}, "account.plan: a text"),
        ({"cycle__uptime_percent": 99.9}, r"cycles\[0\].uptime_percent: .*not a float"),
        ({"cycle__uptime_percent": "100.1"}, "percentage from 0 to 100"),
        ({"cycle__uptime_percent": "99,9"}, "a decimal such as"),
        ({"cycle__uptime_percent": "NaN"}, "a decimal such as"),
        ({"cycle__start": "2026-3-1"}, r"cycles\[0\].start: a date"),
        ({"received_at": "9999-12-31T23:59:59Z"}, "a time with offset"),
        ({"cycle__bill": [{"amount": "1", "onetime": False}]}, r"bill\[0\].onetime is not known"),
        ({"cycle__already_credited": "no"}, "true or false"),
        ({"received_at": "2026-05-12T09:00:00"}, "a time with offset"),
        ({"received_at": "2026-05-12"}, "a time with offset"),
        ({"incidents": [{"start_at": "yesterday"}]}, r"incidents\[0\].start_at"),
        ({"incidents": {"start_at": None}}, "incidents: a list"),
        ({"account": "northpeak"}, "account: an object is wanted"),
        ({"bill": {"a": 1}}, "bill is not known here"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_path(wrong: dict[str, Any], told: str) -> None:
    facts = claim(**wrong)
    with pytest.raises(FactsError, match=told):
        claim_facts_from_json(facts)


def test_json_numbers_are_as_good_as_strings_when_parsed_exactly() -> None:
    text = json.dumps(claim()).replace('"99.663"', "99.663").replace('"180.00"', "180.00")
    facts = claim_facts_from_json(json.loads(text, parse_float=Decimal))
    assert facts == claim_facts_from_json(claim())


@pytest.mark.parametrize("empty", [{}, {"account": None, "service": None, "cycles": None, "incidents": None}])
def test_nothing_known_is_undetermined(empty: dict[str, Any]) -> None:
    assert verdict(empty)["outcome"] == "undetermined"


def test_a_cycle_that_does_not_say_which_it_is_says_nothing() -> None:
    answer = verdict(claim(cycle__start=None))
    assert answer["outcome"] == "undetermined"
    assert "cycles[2026-03-01].bill" in answer["missing"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*claim(), "start", "bill", "plan"]), inner, max_size=5)
    ),
)


@given(JSON)
def test_any_json_is_judged_or_refused(value: Any) -> None:
    try:
        answer = verdict(value)
    except FactsError:
        return
    json.dumps(answer)
    assert answer["outcome"] in ("eligible", "ineligible", "undetermined")


def test_the_answer_is_plain_json_with_every_field() -> None:
    answer = json.loads(json.dumps(verdict(claim())))
    assert set(answer) >= {"outcome", "credits", "total", "missing", "clauses"}
    assert set(answer["credits"][0]) >= {
        *("cycle", "uptime_percent", "tier_percent", "base", "credit", "currency", "claim_before", "outcome"),
    }
    assert answer["credits"][0]["claim_before"] == "2026-06-01T00:00:00Z"


@pytest.mark.parametrize("nearly", ["94." + "9" * 60, "98." + "9" * 60, "99.98" + "9" * 60])
def test_a_tier_is_met_to_the_last_of_many_digits(nearly: str) -> None:
    below, above = verdict(claim(cycle__uptime_percent=nearly)), verdict(claim(cycle__uptime_percent=nearly[:-1] + "8"))
    assert below["credits"][0]["tier_percent"] == above["credits"][0]["tier_percent"]
    reached = verdict(claim(cycle__uptime_percent=str(round(float(nearly), 2))))
    assert reached["credits"][0]["tier_percent"] != below["credits"][0]["tier_percent"]


def test_no_digit_of_a_total_is_lost() -> None:
    whole = "1" + "0" * 39
    facts = claim(
        incidents=[{"start_at": "2026-03-03T14:00:00Z", "end_at": "2026-04-03T16:30:00Z"}],
        cycles=[
            {
                "start": start,
                "uptime_percent": "99.5",
                "already_credited": False,
                "bill": [{"amount": amount, "one_time": False}],
            }
            for start, amount in (("2026-03-01", whole), ("2026-04-01", "20.10"))
        ],
    )
    assert verdict(facts)["total"] == "1" + "0" * 37 + "2.01"


@pytest.mark.parametrize(("written", "read"), [("27", 27), ("1", 1), (31, 31)])
def test_a_billing_day_may_stand_in_quotes(written: object, read: int) -> None:
    assert claim_facts_from_json(claim(account__billing_day=written)).account.billing_day == read


@pytest.mark.parametrize("wrong", ["0", "32", "first", "1.0", Decimal("1.0")])
def test_a_billing_day_is_a_whole_day_of_a_month(wrong: object) -> None:
    with pytest.raises(FactsError, match="a day of the month from 1 to 31"):
        claim_facts_from_json(claim(account__billing_day=wrong))


def test_many_incidents_are_judged_in_a_moment() -> None:
    began = datetime(2000, 1, 1, tzinfo=UTC)
    starts = [began + timedelta(hours=3 * number) for number in range(20_000)]
    incidents = [{"start_at": s.isoformat(), "end_at": (s + timedelta(hours=1)).isoformat()} for s in starts]
    before = process_time()
    assert len(verdict(claim(incidents=incidents))["credits"]) == 83
    assert process_time() - before < 5
