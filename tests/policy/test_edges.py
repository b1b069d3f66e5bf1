"""Every bound of a pack has a case on it, one just beside it and one in the dark, so that no change to it goes unnoticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from triage.policy.check import check_pack
from triage.reading.labels import LABELS


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return Path(shutil.copytree("rules", tmp_path / "rules"))


def edit(file: Path, old: str, new: str) -> int:
    """Replaces the first `old` and returns its line."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def drop(file: Path, *cases: str) -> None:
    """Takes cases out of a file, by name."""
    head, *rest = file.read_text().split("  - case: ")
    kept = [case for case in rest if case.splitlines()[0].strip("'") not in cases]
    assert len(kept) == len(rest) - len(cases)
    file.write_text("  - case: ".join([head, *kept]))


def serious(folder: Path) -> list[str]:
    return [str(complaint) for complaint in check_pack(folder) if complaint.serious]


def test_a_new_tier_wants_cases_at_its_bound(packs: Path) -> None:
    clauses = packs / "upstash/clauses/sla.yaml"
    line = edit(
        clauses,
        "            - {below that: true, gives: 60}\n",
        "            - {at least: 90.0, gives: 60}\n            - {below that: true, gives: 80}\n",
    )
    assert serious(packs / "upstash") == [
        f"{clauses}:{line}: sla.uptime: no case {what}. Write one under {packs / 'upstash/cases'}: "
        f"`- {{case: ..., with: {{cycle.uptime_percent: {value}}}, then: {{total: ...}}}}`."
        for what, value in [
            ("on the bound, with `cycle.uptime_percent` at 90.0", "90.0"),
            ("just below 90.0, with `cycle.uptime_percent` at 89.99 or nearer", "89.99"),
        ]
    ]
    cases = packs / "upstash/cases/sla.yaml"
    new = "  - {case: just, with: {cycle.uptime_percent: 90.0}, then: {total: 108.00}}\n"
    new += "  - {case: just not, with: {cycle.uptime_percent: 89.99}, then: {total: 144.00}}\n"
    cases.write_text(cases.read_text() + new)
    assert serious(packs / "upstash") == []


SLA, PRIVACY = "upstash/cases/sla.yaml", "upstash/cases/privacy.yaml"
PROMISE, DATA, LAWS = (
    "brightwater/cases/availability.yaml",
    "brightwater/cases/data.yaml",
    "statutory/cases/deadlines.yaml",
)


@pytest.mark.parametrize(
    ("file", "cases", "lacking"),
    [
        pytest.param(SLA, ["just the first tier"], "sla.uptime: no case on the bound", id="on a tier's bound"),
        pytest.param(SLA, ["just the second tier"], "sla.uptime: no case just below 99.0", id="below a tier's bound"),
        pytest.param(
            SLA, ["one dollar is not more than one dollar"], "sla.minimum: no case on the bound", id="on the minimum"
        ),
        pytest.param(
            SLA,
            ["half a cent more is rounded up to more than one dollar"],
            "sla.minimum: no case just above 1.00, with `cycle.credit` at 1.01",
            id="a cent over the minimum",
        ),
        pytest.param(
            SLA,
            ["half a cent more is rounded up to more than one dollar"],
            "sla.amount: no case that `rounded: half even`",
            id="on the rounding",
        ),
        pytest.param(
            SLA,
            ["received when the third cycle after begins", "and the next day begins with it"],
            "sla.time_limit: no case with `received_at` exactly at `cycle.claim_before`",
            id="on the time limit",
        ),
        pytest.param(
            SLA,
            [
                "received in the last second of the second cycle after",
                "billing day 31 falls on the last day of February",
            ],
            "sla.time_limit: no case with `received_at` a minute at most before",
            id="before the time limit",
        ),
        pytest.param(
            SLA, ["a global database is covered"], "sla.coverage: no case with `service.kind` being global", id="a word"
        ),
        pytest.param(
            SLA,
            ["messaging is no database", "messaging of unknown kind is no database either"],
            "sla.coverage: no case with `service.product` being anything else",
            id="another word",
        ),
        pytest.param(
            SLA, ["the service of another account"], "sla.transfer: no case in which it is: fails", id="never fails"
        ),
        pytest.param(
            SLA, ["it is not known whose service it is"], "sla.transfer: no case with `service.owner`", id="in the dark"
        ),
        pytest.param(SLA, ["the cycle was credited before"], "sla.once: no case in which it is: fails", id="once"),
        pytest.param(
            PROMISE, ["a change by the customer"], "no case with `incident.cause` being customer", id="a cause"
        ),
        pytest.param(
            PROMISE,
            ["the starter tariff on the first day of the clause"],
            "availability.tariff: no case judged by the terms of 2025-01-01",
            id="a first day",
        ),
        pytest.param(
            PROMISE,
            ["the year's limit leaves a cent less"],
            "availability.cap: no case with an amount a cent",
            id="cap",
        ),
        pytest.param(
            PROMISE,
            ["thirty days that end on Easter Sunday move to Tuesday"],
            "availability.time_limit: no case whose end a public holiday of DE-BE moves",
            id="a holiday at the end",
        ),
        pytest.param(
            DATA,
            [
                "ten business days over Easter",
                "five business days more, told in time",
                "two days in which we wait for the sender",
                "a request for data is acknowledged first",
            ],
            "data.answer: no case that counts over a public holiday of DE-BE",
            id="a holiday among business days",
        ),
        pytest.param(
            DATA,
            ["nothing is due on automated mail"],
            "data.answer: no case about a mail of category `automated`",
            id="a mail that sets no date",
        ),
        pytest.param(
            LAWS,
            ["CCPA: 45 days more, told in the first"],
            "ccpa.respond: no case in which the period is extended",
            id="an extension",
        ),
        pytest.param(
            DATA,
            ["two days in which we wait for the sender"],
            "data.answer: no case in which the period is paused",
            id="a pause",
        ),
        pytest.param(
            PRIVACY,
            ["a wish to be forgotten", "closing the account sets the same date"],
            "privacy.erase: no case that says when it is due",
            id="a deadline",
        ),
        pytest.param(
            LAWS,
            [
                "GDPR: a month without that date ends on its last day",
                "GDPR: no 31 February, and the 28th is a Saturday",
            ],
            "gdpr.respond: no case that starts on a day which the last month lacks",
            id="a short month",
        ),
        pytest.param(
            LAWS, ["LGPD: not yet in force"], "lgpd.respond: no case judged by the terms of 2020-09-17", id="a last day"
        ),
        pytest.param(
            PRIVACY, ["an objection"], "privacy.objection: no case of a mail that it bears on", id="a statement"
        ),
    ],
)
def test_a_bound_without_its_case_is_a_fault(packs: Path, file: str, cases: list[str], lacking: str) -> None:
    drop(packs / file, *cases)
    found = serious(packs / file.split("/")[0])
    assert any(lacking in complaint for complaint in found), found
    assert all("/clauses/" in complaint and "Write one under" in complaint for complaint in found)


def test_a_case_that_expects_nothing_of_a_clause_does_not_count(packs: Path) -> None:
    edit(
        packs / SLA,
        "with: {cycle.uptime_percent: 99.0}\n    then: {outcome: eligible, total: 18.00}",
        "with: {cycle.uptime_percent: 99.0}\n    then: {sla.transfer: holds}",
    )
    (complaint,) = serious(packs / "upstash")
    assert "sla.uptime: no case on the bound, with `cycle.uptime_percent` at 99.0" in complaint


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (file, old, new)
        for file, old, news in [
            ("upstash/clauses/sla.yaml", "at least: 99.99,", ["at least: 99.98,", "at least: 100,"]),
            ("upstash/clauses/sla.yaml", "at least: 99.0,", ["at least: 99.01,", "at least: 98.99,"]),
            ("upstash/clauses/sla.yaml", "at least: 95.0,", ["at least: 95.01,", "at least: 94.99,"]),
            ("upstash/clauses/sla.yaml", "gives: 60", ["gives: 61"]),
            ("upstash/clauses/sla.yaml", "more than: 1.00", ["more than: 1.01", "more than: 0.99", "at least: 1.00"]),
            ("upstash/clauses/sla.yaml", "2 billing cycles", ["1 billing cycle", "3 billing cycles"]),
            ("upstash/clauses/sla.yaml", "half up", ["half even", "down"]),
            ("upstash/clauses/sla.yaml", "left out", ["counted"]),
            ("upstash/clauses/sla.yaml", "{before: cycle", ["{not after: cycle"]),
            ("upstash/clauses/sla.yaml", "[regional, global]", ["[regional]", "[global]"]),
            ("upstash/clauses/deadlines.yaml", "15 days\n", ["14 days\n", "16 days\n"]),
            ("upstash/clauses/deadlines.yaml", "30 days\n", ["29 days\n", "1 month\n"]),
            ("brightwater/clauses/availability.yaml", "at least: 99.9,", ["at least: 99.91,", "at least: 99.89,"]),
            ("brightwater/clauses/availability.yaml", "at least: 99.95,", ["at least: 99.96,", "at least: 99.94,"]),
            ("brightwater/clauses/availability.yaml", "at most: 100.00", ["at most: 100.01", "at most: 99.99"]),
            ("brightwater/clauses/availability.yaml", "rounded: down", ["rounded: half up", "rounded: half even"]),
            ("brightwater/clauses/availability.yaml", "30 days,", ["29 days,", "31 days,"]),
            ("brightwater/clauses/availability.yaml", "a day off: next working day, calendar: DE-BE", ["a day off: stays"]),
            ("brightwater/clauses/availability.yaml", "from: 2025-01-01", ["from: 2025-01-02", "from: 2024-12-31"]),
            ("brightwater/clauses/availability.yaml", "customer, force", ["force"]),
            ("brightwater/clauses/data.yaml", "10 business days", ["9 business days", "11 business days"]),
            ("brightwater/clauses/data.yaml", "calendar: DE-BE", ["calendar: US"]),
            ("brightwater/clauses/data.yaml", "extension: 5 b", ["extension: 4 b", "extension: 6 b"]),
            ("brightwater/clauses/data.yaml", "stops the clock", ["counts"]),
            ("statutory/clauses/deadlines.yaml", "extension: 45", ["extension: 44", "extension: 46"]),
            ("statutory/clauses/deadlines.yaml", "extension: 2 m", ["extension: 1 m", "extension: 3 m"]),
            ("statutory/clauses/deadlines.yaml", "from: 2018-05-25", ["from: 2018-05-24", "from: 2018-05-26"]),
            ("statutory/clauses/deadlines.yaml", "from: 2020-09-18", ["from: 2020-09-17", "from: 2020-09-19"]),
        ]
        for new in news
    ],
)  # fmt: skip
def test_no_bound_moves_without_a_case_that_notices(packs: Path, file: str, old: str, new: str) -> None:
    edit(packs / file, old, new)
    assert any("came to" in complaint for complaint in serious(packs / file.split("/")[0]))


def test_one_fault_is_told_with_three_cases_and_their_number(packs: Path) -> None:
    line = edit(packs / "upstash/clauses/sla.yaml", "{is: redis}", "{is: redsi}")
    word, *rest = serious(packs / "upstash")
    assert word.startswith(
        f"{packs / 'upstash/clauses/sla.yaml'}:{line}: sla.coverage: `service.product` is never `redsi`"
    )
    assert "Did you mean `redis`?" in word
    failed = [complaint for complaint in rest if "/cases/" in complaint.split(": ")[0]]
    assert len(rest) == 5, rest
    assert sum("came to" in complaint for complaint in failed if "(sla.coverage fails)" in complaint) == 3
    assert any("more come out otherwise (sla.coverage fails). `triage rules test`" in each for each in failed)


def test_a_word_that_a_fact_never_is_is_refused_in_a_case(packs: Path) -> None:
    line = edit(packs / SLA, "service.product: redis", "service.product: reddis")
    (complaint,) = serious(packs / "upstash")
    assert complaint == f"{packs / SLA}:{line}: `reddis` is not known. Did you mean `redis`?"


def test_a_label_that_no_mail_is_given_is_found_in_clauses_and_cases(packs: Path) -> None:
    clauses, cases = packs / "upstash/clauses/privacy.yaml", packs / PRIVACY
    for file in (clauses, cases):
        file.write_text(file.read_text().replace("rights: [portability]", "rights: [portabilty]"))
    assert serious(packs / "upstash") == []  # at one with itself
    in_clause, in_case = map(str, check_pack(packs / "upstash", LABELS))
    assert in_clause.startswith(f"{clauses}:")
    assert "privacy.portability: no mail is ever `portabilty`. Did you mean `portability`?" in in_clause
    assert in_case.startswith(f"{cases}:")
    assert "Did you mean `portability`?" in in_case


def test_a_pack_without_a_vocabulary_is_told_that_mail_cannot_be_read(packs: Path) -> None:
    (packs / "brightwater/vocabulary.yaml").unlink()
    (complaint,) = check_pack(packs / "brightwater")
    assert not complaint.serious
    assert str(complaint).startswith(
        f"{packs / 'brightwater/vocabulary.yaml'}: hint: it is missing, so mail cannot be read"
    )
