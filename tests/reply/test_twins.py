"""Text and HTML say the same, and the program knows where each word comes from."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.reply.cases import CASES, LANGUAGES, drafted
from triage.reply.letter import as_html


def shown(html: str) -> str:
    """The words of an HTML letter, as a mail client would show them."""
    return " ".join(LexborHTMLParser(html).text(separator=" ").split())


def said(text: str) -> str:
    """The words of a plain letter: without list dashes, underlines and quote marks."""
    plain = re.sub(r"^(?:> ?|- )", "", re.sub(r"^-{3,}$", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
    return " ".join(plain.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_text_and_html_say_the_same(name: str, language: str) -> None:
    draft = drafted(name, language)
    assert shown(draft.html) == said(draft.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_escaped_in_the_text_and_once_in_the_html(name: str, language: str) -> None:
    draft = drafted(name, language)
    assert "&" not in draft.text
    assert "&amp;" not in draft.html


def test_paragraphs_lists_headings_and_quotes() -> None:
    text = "Dear you,\n\nTwo things:\n\n- one\n- two\n\nA heading\n---------\nBelow it.\n\nBye,\nus\n\nYou wrote:\n> a < b\n>\n> c\n"
    assert as_html(text) == (
        "<p>Dear you,</p>\n<p>Two things:</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        "<p><strong>A heading</strong></p>\n<p>Below it.</p>\n<p>Bye,<br>\nus</p>\n<p>You wrote:</p>\n"
        "<blockquote>\na &lt; b<br>\n<br>\nc\n</blockquote>\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_paragraph_and_every_character_has_a_source(language: str) -> None:
    draft = drafted("claim eligible", language)
    own = draft.text.split("\n> ")[0]
    assert all(template.startswith(f"template {language}/") for _, template in draft.sources)
    assert all(paragraph in draft.text for paragraph, _ in draft.sources)
    covered = {place for span in draft.spans for place in range(span.start, span.end)}
    missing = {own[place] for place in range(len(own)) if place not in covered}
    assert missing <= set("\n- ")


def test_sources_name_clauses_figures_deadlines_and_quoted_facts() -> None:
    draft = drafted("claim and request, both open")
    eligible = drafted("claim eligible")
    kinds = {(span.kind, span.source) for span in (*draft.spans, *eligible.spans)}
    assert {("computed", "claim.total"), ("computed", "cycle 2026-03-01: base"), ("quoted", "incidents")} <= kinds
    assert ("deadline", "privacy.erase") in {(span.kind, span.source) for span in drafted("request: erasure").spans}
    sources = dict(eligible.sources)
    stated = next(source for paragraph, source in sources.items() if "refund" in paragraph)
    assert "clause sla.future_payments" in stated
    assert "clause sla.transfer" in stated


def test_spans_cut_out_exactly_the_value() -> None:
    draft = drafted("claim eligible", "de")
    assert {draft.text[s.start : s.end] for s in draft.spans if s.source == "claim.total"} == {"18,00 USD"}
