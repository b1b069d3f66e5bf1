"""What a changed pack would change in open cases."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.policy.test_credits import claim
from triage.model import Label, Reading
from triage.policy import claim_facts_from_json, load_pack
from triage.policy.impact import Change, OpenCase, impact, summarise

RECEIVED = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
CASES = [
    OpenCase("C-1", RECEIVED, Reading("en", (Label("sla_credit_claim", 1.0),)), (claim_facts_from_json(claim()),)),
    OpenCase("C-2", RECEIVED, Reading("en", (Label("other", 1.0),))),
    OpenCase("C-3", RECEIVED, Reading("en", (Label("automated", 1.0),))),
]


def test_the_same_pack_changes_nothing() -> None:
    pack = load_pack(Path("rules/upstash"))
    assert list(impact(pack, pack, CASES)) == []


def test_changed_tiers_and_deadlines_show_in_the_cases_they_touch(tmp_path: Path) -> None:
    folder = Path(shutil.copytree("rules/upstash", tmp_path / "new"))
    for file, old, new in (
        ("sla", "at least: 99.0, gives: 10", "at least: 99.0, gives: 15"),
        ("deadlines", "15 days\n", "10 days\n"),
    ):
        path = folder / f"clauses/{file}.yaml"
        path.write_text(path.read_text().replace(old, new, 1))
    changes = list(impact(load_pack(Path("rules/upstash")), load_pack(folder), CASES))
    assert changes == [
        Change("C-1", "amount", "18.00", "27.00"),
        Change("C-1", "due respond", "2026-05-27 09:00 UTC", "2026-05-22 09:00 UTC"),
        Change("C-2", "due respond", "2026-05-27 09:00 UTC", "2026-05-22 09:00 UTC"),
    ]
    summary = summarise(CASES, changes)
    assert (summary.cases, summary.changed, summary.total_before, summary.total_after) == (
        3,
        2,
        Decimal("18.00"),
        Decimal("27.00"),
    )
