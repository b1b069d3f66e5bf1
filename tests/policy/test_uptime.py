"""Uptime derived from status pages: merged, weighted as the pack says, with the derivation shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.doors.statuspage import merge_pages, parse_status_page, read_status_page
from triage.errors import ConfigError
from triage.model import StatusPage, UptimeRecord, Window
from triage.policy import load_pack
from triage.policy.uptime import derive_uptime

PACK = load_pack(Path("rules/upstash"))
MARCH = [(date(2026, 3, 1), date(2026, 3, 31))]
AS_OF = datetime(2026, 4, 2, tzinfo=UTC)


def derived(page: StatusPage, **changes: Decimal) -> tuple[UptimeRecord, ...]:
    reading = replace(PACK.uptime, weights={**PACK.uptime.weights, **changes})
    return derive_uptime(page, MARCH, reading, AS_OF)


def update(at: str, old: str, new: str) -> dict[str, Any]:
    component = {"code": "c1", "name": "AWS eu-central-1", "old_status": old, "new_status": new}
    return {"status": "update", "created_at": at, "display_at": at, "affected_components": [component]}


STATUSPAGE = {
    "page": {"id": "p1", "name": "Upstash"},
    "incidents": [
        {
            "name": "Frankfurt unreachable",
            "impact": "critical",
            "created_at": "2026-03-03T14:00:00Z",
            "started_at": "2026-03-03T14:00:00Z",
            "resolved_at": "2026-03-03T16:30:00.000Z",
            "components": [{"id": "c1", "name": "AWS eu-central-1"}],
            "incident_updates": [  # newest first, as the page serves them
                update("2026-03-03T16:30:00Z", "partial_outage", "operational"),
                update("2026-03-03T16:00:00Z", "major_outage", "partial_outage"),
                update("2026-03-03T14:00:00Z", "operational", "major_outage"),
            ],
        },
        {
            "name": "Ireland slow",
            "impact": "major",
            "created_at": "2026-03-09T10:00:00Z",
            "resolved_at": "2026-03-09T11:00:00Z",
            "components": [{"id": "c2", "name": "AWS eu-west-1"}],
            "incident_updates": [{"created_at": "2026-03-09T10:00:00Z", "affected_components": None}],
        },
    ],
}


def test_statuspage_states_change_within_an_incident() -> None:
    frankfurt, ireland = derived(parse_status_page(STATUSPAGE, "page"))
    assert (frankfurt.product, frankfurt.region, frankfurt.source) == ("redis", "eu-central-1", "derived")
    # two hours whole and half an hour at 0.3: 7740 of 2678400 seconds
    assert frankfurt.percent == Decimal("99.7110")
    assert "major_outage from 2026-03-03 14:00:00 to 2026-03-03 16:00:00 UTC, counted 1" in frankfurt.derivation[0]
    assert frankfurt.derivation[-1] == "100 x (2678400 s - 7740 s) / 2678400 s = 99.7110 %"
    # an hour at 0.3, known by the impact alone
    assert ireland.percent == Decimal("99.9597")


def test_the_weighting_is_a_setting() -> None:
    page = parse_status_page(STATUSPAGE, "page")
    frankfurt, _ = derived(page, partial_outage=Decimal(1))
    assert frankfurt.percent == Decimal("99.6640")


def test_better_stack_counts_seconds_a_day() -> None:
    history = [
        {"day": f"2026-03-{day:02}", "status": "operational", "downtime_duration": 0, "maintenance_duration": 0}
        for day in range(1, 32)
    ]
    history[2].update(downtime_duration=9000, maintenance_duration=600, status="downtime")
    attributes = {"public_name": "Redis eu-central-1", "status_history": history}
    page = {
        "data": {"type": "status_page", "attributes": {}},
        "included": [{"type": "status_page_resource", "attributes": attributes}],
    }
    (record,) = derived(parse_status_page(page, "page"))
    assert record.percent == Decimal("99.6640")
    (record,) = derived(parse_status_page(page, "page"), under_maintenance=Decimal(1))
    assert record.percent == Decimal("99.6416")
    del history[:2]
    assert derived(parse_status_page(page, "page")) == ()  # the page does not reach back to the first of March


def test_instatus_lists_incidents_with_their_impact() -> None:
    incident = {
        "name": {"default": "Outage"},
        "impact": "MAJOROUTAGE",
        "started": "2026-03-03T14:00:00.000Z",
        "resolved": "2026-03-03T16:30:00.000Z",
        "components": [{"name": "AWS eu-central-1"}],
    }
    (record,) = derived(parse_status_page([incident], "page"))
    assert record.percent == Decimal("99.6640")


def test_a_full_list_says_nothing_of_the_time_before_it() -> None:
    one = STATUSPAGE["incidents"][0]
    page = parse_status_page({"incidents": [one] * 50}, "page")
    assert page.since == datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert derived(page) == ()


def test_a_period_that_is_not_over_has_no_uptime() -> None:
    page = parse_status_page(STATUSPAGE, "page")
    assert derive_uptime(page, MARCH, PACK.uptime, datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == ()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"incidents": [{"name": "x", "created_at": "soon"}]},
        [{"started": "soon", "name": "x", "components": [{"name": "y"}], "impact": "MAJOROUTAGE"}],
        {"data": {"type": "status_page"}},
    ],
)
def test_what_is_no_status_page_is_refused(answer: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.json"
    file.write_text(json.dumps(answer))
    with pytest.raises(ConfigError, match=r"page\.json"):
        read_status_page(file)


INSTANTS = st.datetimes(datetime(2026, 2, 25), datetime(2026, 4, 5), timezones=st.just(UTC))  # noqa: DTZ001 (given a zone)
WINDOWS = st.tuples(INSTANTS, INSTANTS, st.sampled_from(["major_outage", "partial_outage", "under_maintenance"])).map(
    lambda each: Window("AWS eu-central-1", min(each[:2]), max(each[:2]), each[2])
)


@given(st.lists(WINDOWS, max_size=6), st.lists(WINDOWS, max_size=3))
def test_more_outage_never_raises_uptime_and_repeats_count_once(windows: list[Window], more: list[Window]) -> None:
    def percent(*parts: list[Window]) -> Decimal:
        page = merge_pages([StatusPage(("AWS eu-central-1",), tuple(part)) for part in parts])
        (record,) = derived(page)
        return record.percent

    assert Decimal(0) <= percent(windows, more) <= percent(windows) <= 100
    assert percent(windows, windows) == percent(windows)
