"""Whatever comes in: no exception, exact evidence, the same answer twice, and bounded time."""

from __future__ import annotations

import time

import pytest
from facts_build import QUICK, facts, mail, vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.reading.facts import extract
from triage.reading.facts.lexicon import LANGUAGES, any_of, lexicon
from triage.reading.facts.page import fold

PIECES = [
    "3 March",
    "03/04/2026",
    "14:00",
    "from",
    "to",
    "until",
    "bis",
    "3.3.",
    "Tuesday",
    "gestern",
    "今日",
    "3月3日",
    "us-east-1",
    "Frankfurt",
    "down",
    "outage",
    "refund",
    "team acme",
    "a@b.example",
    "orders-prod",
    "database",
    "1772546400",
    "2026-03-03T14:00:00Z",
    "UTC",
    ",",
    ".",
    "\n",
    "\n\n",
    "(",
    ")",
    "-",
    "and",
    "und",
    "24:00",
    "29 Feb",
    "31.02.2026",
    "99/99/9999",
    "İ",
    "ß",
    "Σ",
    "́",
    "\u202e",
    "0",
    "le 3",
    "dia 32",
]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)),
    st.sampled_from(LANGUAGES),
)
def test_any_text_is_read_with_exact_evidence(text: str, language: str) -> None:
    message = mail(text, subject=text[:80], quoted=text, forwarded=True)
    found = extract(message, language, vocabulary(), {"sla_credit_claim"})
    for fact in (*found.account, *found.resources, *found.regions, *found.incidents):
        assert fact.evidence
        for e in fact.evidence:
            assert message.part(e.part)[e.start : e.end] == e.text != ""
    for incident in found.incidents:
        assert incident.start <= incident.end
        assert incident.ambiguous == bool(incident.alternatives)
    assert extract(message, language, vocabulary(), {"sla_credit_claim"}) == found


@given(st.text(max_size=200))
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    "unit",
    ["a", "1", "1/", "3.", "3 March ", "14:00 ", "a@", "a-", "Frankfurt ", "down ", "Tuesday ", "team ", "2026-03-03T14:00:00Z error\n",
     "1, ", "database ", "月", "3月", "(", "\n", "x@x.example ", "us-", "\"", "from 3 to ", "customer id "],
)  # fmt: skip
def test_a_megabyte_on_one_line_takes_bounded_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    facts(text)
    assert time.process_time() - started < QUICK


def test_every_language_has_its_tables() -> None:
    for language in LANGUAGES:
        words = lexicon(language)
        assert len(set(words.weekdays.values())) == 7
        assert set(words.months.values()) == set(range(1, 13))


@given(st.lists(st.text("abc-é.", min_size=1, max_size=6), max_size=12))
def test_a_list_of_words_matches_its_words_the_longest_first(words: list[str]) -> None:
    import re

    pattern = re.compile(any_of(words))
    for word in words:
        match = pattern.match(word + "\n")
        assert match is not None
        assert len(match.group()) >= len(word)
    assert pattern.match("\n") is None
