"""Packs as their owners meet them: sound as shipped, told where they are not, copied to start a new one."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from triage.errors import ConfigError, UsageError
from triage.policy import load_pack
from triage.policy.check import check_pack
from triage.policy.explain import explain_assessment
from triage.policy.newpack import new_pack
from triage.policy.page import pack_page
from triage.policy.scenario import load_scenarios, try_scenario
from triage.policy.yamlfile import parse_yaml

SHIPPED = [Path("rules") / name for name in ("upstash", "brightwater", "statutory")]


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_shipped_packs_are_sound_and_every_clause_is_tested(folder: Path) -> None:
    assert [str(complaint) for complaint in check_pack(folder)] == []


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_the_page_for_people_has_every_clause_and_its_text(folder: Path) -> None:
    pack = load_pack(folder)
    page = pack_page(pack)
    for clause in pack.clauses:
        assert f"### {clause.id}" in page
        assert all(version.says in page for version in clause.versions)


def test_a_case_that_does_not_come_out_says_what_it_came_to() -> None:
    pack = load_pack(Path("rules/upstash"))
    scenario = next(s for s in load_scenarios(pack) if s.name == "a plain claim")
    assert try_scenario(scenario, pack).differences == ()
    wrong = type(scenario)(scenario.name, scenario.where, scenario.line, {"total": Decimal("20.00")}, scenario.facts)
    assert try_scenario(wrong, pack).differences == ("total: expected 20.00, came to 18.00",)


def test_explaining_a_case_shows_the_arithmetic() -> None:
    pack = load_pack(Path("rules/upstash"))
    scenario = next(s for s in load_scenarios(pack) if s.name == "a plain claim")
    assessment = try_scenario(scenario, pack).assessment
    assert assessment is not None
    text = explain_assessment(assessment, pack)
    assert "180.00 USD x 10 % = 18.00 USD" in text
    assert "to be claimed before 2026-06-01 00:00 UTC" in text


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree("rules/upstash", tmp_path / "copy"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        pytest.param(
            "clauses/sla.yaml", "at least: 99.0,", "at least: 99.995,", "does not lie below", id="tiers out of order"
        ),
        pytest.param("clauses/sla.yaml", "to: 0.01", "to: 0.05", "no unit to round to", id="a rounding that is none"),
        pytest.param(
            "clauses/sla.yaml", "- {below that: true, gives: 60}", "", "leaves a gap", id="gap below the last tier"
        ),
        pytest.param(
            "clauses/sla.yaml", "{is not: free}", "{is not: fre}", "Did you mean `free`", id="a plan that is none"
        ),
        pytest.param(
            "clauses/sla.yaml",
            "account.plan: {is not",
            "account.plam: {is not",
            "Did you mean `account.plan`",
            id="no fact",
        ),
        pytest.param(
            "clauses/sla.yaml",
            "{more than: 1.00}",
            "{more than: one}",
            "not a value of type money",
            id="a word as amount",
        ),
        pytest.param("clauses/sla.yaml", "{before: cycle.", "{before: 1", "is not a fact", id="no such instant"),
        pytest.param(
            "clauses/sla.yaml", "period: 2 billing cycles", "period: two cycles", "not a period", id="no period"
        ),
        pytest.param(
            "clauses/sla.yaml",
            "        fails: plan is",
            "        failz: plan is",
            "`failz` is not known",
            id="misspelt key",
        ),
        pytest.param(
            "clauses/sla.yaml",
            "plan is {account.plan}\n",
            "plan is {account.pln}\n",
            "{account.pln}",
            id="no fact in a sentence",
        ),
        pytest.param("clauses/sla.yaml", "id: sla.coverage", "id: sla.free_tier", "stands twice", id="an id twice"),
        pytest.param("clauses/sla.yaml", "document: sla", "document: slaa", "Did you mean `sla`", id="no document"),
        pytest.param(
            "clauses/sla.yaml", "effective from: unstated", "effective from: 2026-02-30", "no such day", id="no day"
        ),
        pytest.param(
            "clauses/deadlines.yaml", "period: 15 days", "period: 14 days", "expected respond", id="a case fails"
        ),
        pytest.param("pack.yaml", "zone: UTC", "zone: Berlin/Europe", "no time zone", id="no zone"),
        pytest.param(
            "cases/sla.yaml",
            "then: {outcome: eligible, total: 18.00, c",
            "then: {outcom: eligible, c",
            "`outcom`",
            id="case",
        ),
        pytest.param(
            "clauses/sla.yaml",
            "    versions:\n",
            "    versions:\n      - {effective from: unstated, absent: true}\n",
            "2 versions are in force",
            id="overlap",
        ),
        pytest.param(
            "clauses/sla.yaml",
            "effective from: unstated",
            "effective from: 2020-01-01\n        effective until: 2021-01-01",
            "no version is in force from 2021-01-01",
            id="gap in time",
        ),
    ],
)
def test_what_is_wrong_is_found_with_file_and_line(copy: Path, file: str, old: str, new: str, complaint: str) -> None:
    edit(copy, file, old, new)
    found = [each for each in check_pack(copy) if each.serious]
    assert any(complaint in str(each) for each in found), list(map(str, found))
    assert all(each.line for each in found)


@pytest.mark.parametrize(
    "scalar", ["no", "Yes", "on", "010", "0x1F", "1:30", "12:30:45", "1e3", "1_000", ".5", "1.", ".inf", "~", "+5"]
)
def test_yaml_that_could_be_read_as_something_else_is_refused(scalar: str) -> None:
    with pytest.raises(ConfigError, match=r"pack\.yaml:2: .*could be read as something else"):
        parse_yaml(f"first: 1\nsecond: {scalar}\n", "pack.yaml")
    assert parse_yaml(f"second: '{scalar}'\n", "pack.yaml")["second"] == scalar


def test_yaml_numbers_are_exact() -> None:
    block = parse_yaml("a: 99.99\nb: 0.1\nc: 12\nd: 99.990", "pack.yaml")
    assert [str(block[key]) for key in "abcd"] == ["99.99", "0.1", "12", "99.990"]
    assert isinstance(block["a"], Decimal)


@pytest.mark.parametrize(
    "text",
    ["a: 1\na: 2", "a: &x 1\nb: [*y]", "a: &x [1]\nb: *x", "a: !!python/name:os.system 1", "- 1", "a: [", "a: {b: c"],
)
def test_yaml_that_nobody_should_write_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"pack\.yaml"):
        parse_yaml(text, "pack.yaml")


def test_a_new_pack_is_a_sound_copy_under_its_own_name(tmp_path: Path) -> None:
    files = new_pack(tmp_path / "acme", "Acme Cloud", Path("rules/brightwater"))
    pack = load_pack(tmp_path / "acme")
    assert (pack.name, pack.operator) == ("acme", "Acme Cloud")
    assert check_pack(tmp_path / "acme") == ()
    assert tmp_path / "acme/clauses/availability.yaml" in files
    with pytest.raises(UsageError, match="exists already"):
        new_pack(tmp_path / "acme", "Acme Cloud", Path("rules/brightwater"))


def test_a_changed_pack_has_another_fingerprint(copy: Path) -> None:
    before = load_pack(copy).digest
    edit(copy, "clauses/sla.yaml", "gives: 60", "gives: 61")
    assert load_pack(copy).digest != before
