"""Every promise of the published documents has a clause, a case and words in a reply; docs/promises.md is the list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from triage.policy import load_pack
from triage.policy.scenario import load_scenarios

PACK = load_pack(Path("rules/upstash"))
REPLIES = Path("templates/replies")
_ROW = re.compile(r"\| (?P<promise>.+) \| (?P<section>.+) \| `(?P<clause>[\w.]+)` \| `(?P<words>[^`]+)` \|")


class Row(NamedTuple):
    promise: str
    section: str
    clause: str
    words: str


ROWS = [
    Row(**match.groupdict())
    for line in Path("docs/promises.md").read_text(encoding="utf-8").splitlines()
    if (match := _ROW.fullmatch(line))
]


def test_every_clause_is_in_the_list_and_every_row_names_a_clause() -> None:
    assert {row.clause for row in ROWS} == {clause.id for clause in PACK.clauses}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.clause)
def test_the_section_is_the_one_that_the_clause_cites(row: Row) -> None:
    clause = PACK.clause(row.clause)
    assert clause is not None
    assert clause.section == row.section


@pytest.mark.parametrize("language", sorted(path.name for path in REPLIES.iterdir() if path.is_dir()))
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.clause)
def test_each_promise_has_words_in_every_language(row: Row, language: str) -> None:
    file, _, place = row.words.partition(": ")
    text = (REPLIES / language / file).read_text(encoding="utf-8")
    if file.endswith(".j2"):
        assert text.strip()
        return
    words = yaml.safe_load(text)
    for key in place.split(".") if place else [row.clause]:
        words = words[key]
    assert words


def test_each_clause_stands_in_a_case() -> None:
    named: set[str] = set()
    for scenario in load_scenarios(PACK):
        expected = scenario.expected
        named |= {*expected, *expected.get("by", {}).values(), *expected.get("bearing", ())}
    assert {clause.id for clause in PACK.clauses} - named == set()
