"""What the published policy says on a topic is told to those who bring it up, and passes the checks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reply.cases import CASES, LANGUAGES, MESSAGE, writer
from triage.reply.checks import mentions

TOLD = sorted(key[0] for key in writer().languages["en"].phrases if key[1] == "told")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("clause", TOLD)
def test_each_word_brings_up_its_clause(clause: str, language: str) -> None:
    phrases = writer().languages[language].phrases
    words = phrases[clause, "when"].text.split(",")
    for phrase in words:
        assert mentions(f"— {phrase.replace('*', '').replace('...', '').upper()} —", words), phrase
    message = replace(MESSAGE, text=words[0].replace("*", "").replace("...", ""))
    draft = CASES["concern"].but(message=message).draft(language)
    assert phrases[clause, "told"].text in draft.text
    assert draft.problems == ()
    assert any(f"clause {clause}" in source for _, source in draft.sources)


ON_CLAIMS = sorted(key[0] for key in writer().languages["en"].phrases if key[1] == "claim" and key[0] != "heading")
LETTERS = ("claim eligible", "claim: too small", "claim open: we look it up", "claim from an unknown sender")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("clause", ON_CLAIMS)
def test_a_claim_that_asks_about_the_terms_is_told(clause: str, language: str) -> None:
    phrases = writer().languages[language].phrases
    words = phrases[clause, "when"].text.split(",")
    for phrase in words:
        assert mentions(f"— {phrase.replace('*', '').replace('...', '').upper()} —", words), phrase
    message = replace(MESSAGE, text=words[0].replace("*", "").replace("...", ""))
    for name in LETTERS:
        draft = CASES[name].but(message=message).draft(language)
        assert phrases[clause, "claim"].text in " ".join(draft.text.split()), name
        assert draft.problems == ()
        assert any(f"clause {clause}" in source for _, source in draft.sources)


def test_nothing_is_told_that_was_not_brought_up() -> None:
    draft = CASES["concern"].but(message=replace(MESSAGE, text="You forgot my birthday.")).draft()
    assert "policy.j2" not in " ".join(source for _, source in draft.sources)


def test_topics_are_for_people_with_a_concern_not_for_claims() -> None:
    message = replace(MESSAGE, text="Our cookie shop was down, pixels and all.")
    assert "Cookies keep you" not in CASES["claim eligible"].but(message=message).draft().text
