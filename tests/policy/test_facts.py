"""Facts from JSON: exact, strict, and told by their path where they cannot be read."""

from __future__ import annotations

import json
from decimal import Decimal
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
