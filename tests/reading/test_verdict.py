"""Only readings that can stand are weighed, and doubt is counted in costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.reading.labels import ALONE, CATEGORIES, INDEX, LABELS, RIGHTS, TOGETHER
from triage.reading.verdict import Costs, judge, read_costs

LOGIT = st.floats(-12, 12, allow_nan=False)


def logits(**given: float) -> np.ndarray:
    values = np.full(len(LABELS), -6.0, np.float32)
    for label, value in given.items():
        values[INDEX[label]] = value
    return values


@given(st.lists(LOGIT, min_size=len(LABELS), max_size=len(LABELS)))
def test_chances_add_up(values: list[float]) -> None:
    chances = judge(np.array(values, np.float32)).chances
    alone = sum(chances[label] for label in ALONE)
    assert 0 <= alone <= 1 + 1e-6
    assert all(chances[label] <= 1 - alone + 1e-6 for label in TOGETHER)
    assert all(chances[right] <= chances["data_request"] + 1e-6 for right in RIGHTS)


@given(st.lists(LOGIT, min_size=len(LABELS), max_size=len(LABELS)))
def test_what_is_chosen_can_stand(values: list[float]) -> None:
    chosen = set(judge(np.array(values, np.float32)).chosen)
    assert chosen & set(CATEGORIES)
    assert len(chosen & set(CATEGORIES)) == 1 or not chosen & set(ALONE)
    assert bool(chosen & set(RIGHTS)) == ("data_request" in chosen)


def test_a_right_brings_its_request() -> None:
    assert judge(logits(erasure=6, data_request=0)).chosen == ("data_request", "erasure")


def test_a_request_without_a_clear_right_takes_the_likeliest() -> None:
    assert judge(logits(data_request=8, access=-1)).chosen == ("data_request", "access")


@pytest.mark.parametrize(("look", "doubted"), [(0.1, True), (5.0, False)])
def test_doubt_is_a_matter_of_cost(look: float, doubted: bool) -> None:
    costs = Costs(missed={"data_request": 6.0}, needless={}, look=look)
    verdict = judge(logits(other=2.5, data_request=1.5, erasure=0))
    assert verdict.chosen == ("other",)
    assert bool(verdict.doubts(costs)) is doubted


def test_the_shipped_costs_name_labels_only() -> None:
    costs = read_costs()
    assert set(costs.missed) | set(costs.needless) <= set(LABELS)
    assert costs.missed["data_request"] > costs.needless.get("data_request", 1)
