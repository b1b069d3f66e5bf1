"""Terms that change: each incident is judged by the text of its day, and clashing texts decide nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.policy.claims import forget, random_claim
from tests.policy.test_credits import claim, verdict
from triage.errors import ConfigError
from triage.policy import FactsError, Pack, load_pack

# On this day the coverage really changed, from paid tiers to databases with a production add-on or an enterprise plan.
SECOND_VERSION = """
      - effective from: 2025-09-17
        says: Only databases with the production add-on, and those of enterprise plans, are covered.
        condition:
          any of:
            - account.plan: {is: enterprise}
            - service.production_add_on: {is: true}
        holds: the database has the production add-on, or the plan is enterprise
        fails: the database has no production add-on and the plan is {account.plan}
        unknown: it is not known whether the database has the production add-on
"""


def changed(folder: Path, clause: str, version: str, facts: str = "") -> Pack:
    """The shipped pack with a further version of a clause, as a policy owner would write it."""
    shipped = Path("rules/upstash")
    (folder / "clauses").mkdir()
    (folder / "pack.yaml").write_text(
        shipped.joinpath("pack.yaml").read_text().replace("facts:\n", f"facts:\n{facts}", 1)
    )
    text = shipped.joinpath("clauses/sla.yaml").read_text()
    start = text.index(f"- id: {clause}\n")
    end = text.index("\n  - id: ", start)
    (folder / "clauses/sla.yaml").write_text(text[:end].rstrip("\n") + version + text[end:])
    return load_pack(folder)


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    facts = "  service.production_add_on: {type: yes or no, ask: desk, means: whether it has the add-on}\n"
    return changed(tmp_path, "sla.free_tier", SECOND_VERSION, facts)


def on(day: str, **more: Any) -> dict[str, Any]:
    facts = claim(
        received_at="2025-10-20T09:00:00Z",
        incidents=[{"start_at": f"{day}T14:00:00Z", "end_at": f"{day}T16:30:00Z"}],
        cycle__start="2025-09-01",
        **more,
    )
    facts["service"]["production_add_on"] = False
    return facts


def coverage(answer: dict[str, Any]) -> dict[str, Any]:
    return next(finding for finding in answer["clauses"] if finding["id"] == "sla.free_tier")


def test_an_incident_is_judged_by_the_text_of_its_day_and_cites_it(pack: Pack) -> None:
    before, after = verdict(on("2025-09-10"), pack), verdict(on("2025-09-20"), pack)
    assert (before["outcome"], coverage(before)["version"]) == ("eligible", None)
    assert (after["outcome"], coverage(after)["version"]) == ("ineligible", "2025-09-17")
    assert "production add-on" in coverage(after)["because"]


@pytest.mark.parametrize(
    ("start", "outcome"), [("2025-09-16T23:59:59Z", "eligible"), ("2025-09-17T00:00:00Z", "ineligible")]
)
def test_the_turning_instant(pack: Pack, start: str, outcome: str) -> None:
    facts = on("2025-09-17")
    facts["incidents"] = [{"start_at": start, "end_at": "2025-09-17T16:00:00Z"}]
    assert verdict(facts, pack)["outcome"] == outcome


def test_one_cycle_with_incidents_under_two_texts_that_differ_is_undetermined(pack: Pack) -> None:
    facts = on("2025-09-10")
    facts["incidents"] += on("2025-09-20")["incidents"]
    answer = verdict(facts, pack)
    assert answer["outcome"] == "undetermined"
    assert "2025-09-17" in coverage(answer)["because"]
    assert "answer differently" in coverage(answer)["because"]


def test_two_texts_that_agree_are_no_conflict(pack: Pack) -> None:
    facts = on("2025-09-10", account__plan="enterprise")
    facts["incidents"] += on("2025-09-20")["incidents"]
    assert verdict(facts, pack)["outcome"] == "eligible"


def test_overlapping_incidents_are_one_that_began_under_the_first_text(pack: Pack) -> None:
    facts = on("2025-09-16")
    facts["incidents"] = [
        {"start_at": "2025-09-16T22:00:00Z", "end_at": "2025-09-17T02:00:00Z"},
        {"start_at": "2025-09-17T01:00:00Z", "end_at": "2025-09-17T03:00:00Z"},
    ]
    assert verdict(facts, pack)["outcome"] == "eligible"


def test_the_new_text_asks_for_one_fact_that_could_settle_it(pack: Pack) -> None:
    facts = on("2025-09-20")
    del facts["service"]["production_add_on"]
    answer = verdict(facts, pack)
    assert (answer["outcome"], answer["missing"]) == ("undetermined", ["service.production_add_on"])


def test_an_incident_of_unknown_day_is_judged_by_every_text(pack: Pack) -> None:
    facts = on("2025-09-20")
    facts["incidents"] = [{"end_at": "2025-09-20T16:30:00Z"}]
    assert verdict(facts, pack)["outcome"] == "undetermined"
    facts["account"]["plan"] = "free"
    assert verdict(facts, pack)["outcome"] == "ineligible"


def test_before_the_first_text_nothing_is_decided(tmp_path: Path) -> None:
    text = """
      - effective from: 2099-01-01
        absent: true
"""
    pack = changed(tmp_path, "sla.minimum", text)
    file = tmp_path / "clauses/sla.yaml"
    file.write_text(file.read_text().replace("unstated", "2026-03-03"))
    pack = load_pack(tmp_path)
    assert verdict(claim(), pack)["outcome"] == "eligible"
    day_before = [{"start_at": "2026-03-02T23:00:00Z", "end_at": "2026-03-03T01:00:00Z"}]
    answer = verdict(claim(incidents=day_before), pack)
    assert answer["outcome"] == "undetermined"
    assert {finding["result"] for finding in answer["clauses"]} == {"unknown"}
    assert "in force on 2026-03-02" in answer["clauses"][0]["because"]


def test_two_versions_in_force_at_once_that_differ_decide_nothing(tmp_path: Path) -> None:
    text = """
      - effective from: unstated
        says: Only enterprise plans are covered.
        condition:
          account.plan: {is: enterprise}
        holds: plan is enterprise
        fails: plan is {account.plan}
        unknown: the plan is not known
"""
    pack = changed(tmp_path, "sla.free_tier", text)
    answer = verdict(claim(), pack)
    assert (answer["outcome"], coverage(answer)["result"]) == ("undetermined", "unknown")
    assert verdict(claim(account__plan="enterprise"), pack)["outcome"] == "eligible"
    assert verdict(claim(account__plan="free"), pack)["outcome"] == "ineligible"


def test_a_fact_that_the_terms_do_not_know_is_refused() -> None:
    facts = claim()
    facts["account"]["plann"] = "payg"
    with pytest.raises(FactsError, match=r"account\.plann.*Did you mean account\.plan"):
        verdict(facts)


def test_a_tier_is_added_without_touching_the_program(tmp_path: Path) -> None:
    pack = changed(tmp_path, "sla.free_tier", "")
    file = tmp_path / "clauses/sla.yaml"
    file.write_text(
        file.read_text().replace(
            "- {below that: true, gives: 60}",
            "- {at least: 90.0, gives: 60}\n            - {below that: true, gives: 100}",
        )
    )
    pack = load_pack(tmp_path)
    assert verdict(claim(cycle__uptime_percent="89.9"), pack)["total"] == "180.00"


def test_a_broken_pack_names_file_line_and_remedy(tmp_path: Path) -> None:
    changed(tmp_path, "sla.free_tier", "")
    file = tmp_path / "clauses/sla.yaml"
    file.write_text(file.read_text().replace("{is not: free}", "{is nott: free}"))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "nott" in text)
    with pytest.raises(ConfigError, match=rf"sla\.yaml:{line}: `is nott` is not known here. Did you mean `is not`"):
        load_pack(tmp_path)


def test_bounds_settle_an_amount_only_where_the_pack_reads_it_so(tmp_path: Path) -> None:
    """A bill of 1.67 brings 1.00 at the most, so no uptime makes it more than one dollar; 1.68 could bring 1.01."""
    plain = changed(tmp_path, "sla.free_tier", "")
    file = tmp_path / "pack.yaml"
    file.write_text(file.read_text().replace("by their bounds: false", "by their bounds: true"))
    bounded = load_pack(tmp_path)
    small = claim(cycle__uptime_percent=None, cycle__bill=[{"amount": "1.67", "one_time": False}])
    assert verdict(small, plain)["outcome"] == "undetermined"
    answer = verdict(small, bounded)
    assert (answer["outcome"], answer["missing"]) == ("ineligible", [])
    assert "0.00 to 1.00 USD is not more than 1.00 USD" in {finding["because"] for finding in answer["clauses"]}
    enough = claim(cycle__uptime_percent=None, cycle__bill=[{"amount": "1.68", "one_time": False}])
    assert verdict(enough, bounded)["outcome"] == "undetermined"
    unsure = claim(cycle__bill=[{"amount": "9.00", "one_time": None}])
    assert (verdict(unsure, plain)["outcome"], verdict(unsure, bounded)["outcome"]) == ("undetermined", "ineligible")


def test_bounds_never_turn_a_yes_into_a_no(tmp_path: Path) -> None:
    changed(tmp_path, "sla.free_tier", "")
    file = tmp_path / "pack.yaml"
    file.write_text(file.read_text().replace("by their bounds: false", "by their bounds: true"))
    pack, rng = load_pack(tmp_path), random.Random(31)
    for _ in range(500):
        whole = random_claim(rng)
        before, after = verdict(forget(whole, rng, 0.2), pack), verdict(whole, pack)
        if before["outcome"] == "ineligible" and not after["conflicts"]:
            assert after["outcome"] == "ineligible", whole


def test_learning_a_fact_never_turns_a_verdict_under_two_texts(pack: Pack) -> None:
    """Outages about the day on which the text changed, merged and apart, with ends and plans unknown at random."""
    rng = random.Random(9)
    turning = datetime(2025, 9, 17, tzinfo=UTC)
    for _ in range(1500):
        facts = on("2025-09-10", account__plan=rng.choice(["payg", "free", "enterprise"]))
        facts["service"]["production_add_on"] = rng.random() < 0.5
        facts["account"]["billing_day"] = rng.choice([1, 16, 17, 18])
        first_day = f"2025-{'08' if facts['account']['billing_day'] > 1 else '09'}-{facts['account']['billing_day']:02}"
        later = {**facts["cycles"][0], "start": f"2025-09-{facts['account']['billing_day']:02}"}
        facts["cycles"] = [{**later, "start": first_day}, later]
        starts = [turning + timedelta(hours=rng.randint(-60, 60)) for _ in range(rng.randint(1, 3))]
        facts["incidents"] = [
            {"start_at": start.isoformat(), "end_at": (start + timedelta(hours=rng.randint(1, 50))).isoformat()}
            for start in starts
        ]
        partial = forget(facts, rng, 0.15)
        before, after = verdict(partial, pack), verdict(facts, pack)
        if before["outcome"] == "ineligible":
            assert after["outcome"] == "ineligible", [partial, facts]
        known = {credit["cycle"]: credit["outcome"] for credit in after["credits"]}
        for credit in before["credits"]:
            if credit["outcome"] != "undetermined":
                assert known[credit["cycle"]] == credit["outcome"], [partial, facts]


def test_an_outage_without_length_between_two_cycles_is_told() -> None:
    instant = {"start_at": "2026-03-01T00:00:00Z", "end_at": "2026-03-01T00:00:00Z"}
    answer = verdict(claim(incidents=[instant]))
    assert (answer["outcome"], answer["credits"]) == ("ineligible", [])
    assert "no length" in answer["conflicts"][0]
