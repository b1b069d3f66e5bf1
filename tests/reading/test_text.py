"""Folding keeps offsets; sentences are where a reader would see them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.reading.text import fold, is_code, sentences, words


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(max_size=2000))
def test_sentences_lie_in_the_text_in_order(text: str) -> None:
    found = sentences(text, longest=80)
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert "".join("".join(text[s.start : s.end] for s in found).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("sent", "folded"),
    [
        pytest.param("LÖSCHEN", "loschen", id="case and umlaut"),
        pytest.param("łódź İstanbul", "lodz istanbul", id="letters that do not decompose"),
        pytest.param("dеlеtе my аccоunt", "delete my account", id="Cyrillic letters inside Latin words"),
        pytest.param("удалите мой аккаунт", "удалите мои аккаунт".replace("мои", "мой"), id="Russian stays Russian"),
        pytest.param("ｄｅｌｅｔｅ", "delete", id="full-width letters"),
    ],
)
def test_fold(sent: str, folded: str) -> None:
    assert fold(sent) == folded


def test_a_full_stop_after_an_abbreviation_ends_no_sentence() -> None:
    text = "Bitte z.B. Nr. 5 löschen. Danke!"
    assert [text[s.start : s.end] for s in sentences(text)] == ["Bitte z.B. Nr. 5 löschen.", "Danke!"]


def test_words_know_where_they_stand() -> None:
    text = "don't delete データを it"
    assert [(text[a:b], w) for w, a, b in words(text)] == [(w, w) for w in ("don't", "delete", "データを", "it")]


@pytest.mark.parametrize(
    "line", ["2025-11-18T11:48:00Z ERR connect ECONNREFUSED", '{"a": 1, "b": [2, 3, 4]}', "    at foo (x.js:1)"]
)
def test_machine_lines_are_told_from_prose(line: str) -> None:
    assert is_code(line)
    assert not is_code("Since 14:30 on Monday we get errors from every client.")
