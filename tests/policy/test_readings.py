"""Every reading of the terms is a setting of the pack: each other value changes what it says and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.policy.test_credits import claim, verdict
from triage.errors import ConfigError
from triage.policy import Pack, load_pack
from triage.policy.check import check_pack


def read_as(tmp_path: Path, old: str, new: str, file: str = "pack.yaml") -> Pack:
    folder = Path(shutil.copytree("rules/upstash", tmp_path / "read"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return load_pack(folder)


def cycles(pack: Pack, start: str, end: str, billing_day: int = 1) -> list[str]:
    facts = claim(account__billing_day=billing_day, incidents=[{"start_at": start, "end_at": end}])
    return [credit["cycle"] for credit in verdict(facts, pack)["credits"]]


def test_a_month_without_the_billing_day(tmp_path: Path) -> None:
    pack = read_as(tmp_path, "month without that day: last day", "month without that day: first of the next month")
    assert cycles(pack, "2026-02-28T12:00Z", "2026-02-28T13:00Z", 31) == ["2026-01-31"]
    assert cycles(pack, "2026-03-01T12:00Z", "2026-03-01T13:00Z", 31) == ["2026-03-01"]
    assert cycles(pack, "2026-03-31T12:00Z", "2026-03-31T13:00Z", 31) == ["2026-03-31"]


def test_the_midnight_of_another_zone(tmp_path: Path) -> None:
    pack = read_as(tmp_path, "at midnight in: UTC", "at midnight in: Europe/Berlin")
    assert cycles(pack, "2026-02-28T23:30Z", "2026-02-28T23:45Z") == ["2026-03-01"]
    answer = verdict(claim(), pack)
    assert answer["credits"][0]["claim_before"] == "2026-05-31T22:00:00Z"


def test_an_incident_that_ends_where_a_cycle_starts(tmp_path: Path) -> None:
    pack = read_as(tmp_path, "a cycle starts: does not touch it", "a cycle starts: touches it")
    assert cycles(pack, "2026-02-28T22:00Z", "2026-03-01T00:00Z") == ["2026-02-01", "2026-03-01"]


def test_cycles_that_are_calendar_months_need_no_billing_day(tmp_path: Path) -> None:
    pack = read_as(
        tmp_path, "billing cycle starts: on the billing day", "billing cycle starts: on the first of the month"
    )
    assert verdict(claim(account__billing_day=None), pack)["total"] == "18.00"


def test_the_terms_of_the_day_of_receipt(tmp_path: Path) -> None:
    pack = read_as(tmp_path, "in force on: start of the incident", "in force on: day of receipt")
    clauses = Path(pack.path, "clauses/sla.yaml")
    later = "- {effective from: 2026-05-01, absent: true}\n      - effective from: unstated\n        says: Services"
    clauses.write_text(clauses.read_text().replace("- effective from: unstated\n        says: Services", later, 1))
    pack = load_pack(Path(pack.path))
    assert (
        verdict(claim(account__plan="free"), pack)["outcome"] == "eligible"
    )  # received on 12 May, when the clause was gone
    assert verdict(claim(account__plan="free", received_at="2026-04-12T09:00:00Z"), pack)["outcome"] == "ineligible"
    unknown = verdict(claim(account__plan="free", received_at=None), pack)
    assert unknown["outcome"] == "undetermined"
    assert unknown["missing"] == ["received_at"]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("rounded: half up", "rounded: down", {"amount": "10.09", "credit": "1.00"}),
        ("one-time lines: left out", "one-time lines: counted", {"amount": "180.00", "credit": "68.00"}),
        ("{more than: 1.00}", "{at least: 1.00}", {"amount": "10.00", "credit": "1.00"}),
    ],
)
def test_what_counts_and_how_it_is_rounded(tmp_path: Path, old: str, new: str, changes: dict[str, Any]) -> None:
    pack = read_as(tmp_path, old, new, "clauses/sla.yaml")
    bill = [{"amount": changes["amount"], "one_time": False}]
    if "counted" in new:
        bill.append({"amount": "500.00", "one_time": True})
    (credit,) = verdict(claim(cycle__bill=bill), pack)["credits"]
    assert credit["credit"] == changes["credit"]
    assert (credit["outcome"] == "eligible") == ("down" not in new)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    folder = Path(shutil.copytree("rules/upstash", tmp_path / "read"))
    clauses = folder / "clauses/sla.yaml"
    clauses.write_text(
        clauses.read_text().replace("{is not: free}", "{is nott: free}").replace("{is: false}", "{is: nope}")
    )
    assert [complaint.what for complaint in check_pack(folder)] == [
        "`is nott` is not known here.",
        "`nope` is not a value of type yes or no, which `cycle.already_credited` has.",
    ]
    with pytest.raises(ConfigError, match=r"nott(.|\n)*nope"):
        load_pack(folder)


def test_a_special_clause_speaks_only_where_it_surely_applies() -> None:
    """A dedicated machine earns 25 % below 99.95, others 5 % below 99.9; which it is, is not known."""
    pack = load_pack(Path("rules/brightwater"))
    facts: dict[str, Any] = {
        **claim(received_at="2026-03-20T09:00:00Z", account__billing_day=None, cycle__uptime_percent="99.7"),
        "account": {"plan": None, "paid_up": True},
        "service": {"product": "hosting", "owner": "northpeak"},
    }
    facts["incidents"][0]["cause"] = "fault"
    facts["cycles"][0]["credited_this_year"] = "0"
    answer = verdict(facts, pack)
    assert (answer["outcome"], answer["credits"][0]["tier_percent"]) == ("undetermined", None)
    assert answer["missing"] == ["account.plan"]
    for plan, tier in (("business", "5"), ("dedicated", "25")):
        facts["account"]["plan"] = plan
        assert verdict(facts, pack)["credits"][0]["tier_percent"] == tier
