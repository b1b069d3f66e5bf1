"""Whatever a sender writes stays data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tests.reply.cases import CASES, LANGUAGES, MESSAGE
from triage.model import Address, Fact, Reading

ELIGIBLE = CASES["claim eligible"]
ATTACKS = (
    "{{ 7*7 }}",
    "{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}",
    "{{ cycler.__init__.__globals__ }}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</blockquote></p><a href=javascript:alert(1)>x</a>",
    "\ue0000\ue001",
    "a\r\nBcc: victim@elsewhere.example",
    "\u202egnp.exe",
    "- item\n\n# heading\n\n> quote",
    "[[placeholder]]",
)


def allowed(html: str) -> bool:
    tree = LexborHTMLParser(html)
    tags = {node.tag for node in tree.css("body *")}
    return tags <= {"p", "ul", "li", "strong", "br", "blockquote"} and not tree.css("[href], [src], [style], [onerror]")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_values_stay_inert(attack: str, language: str) -> None:
    message = replace(MESSAGE, sender=Address(attack, "dana@northpeak.example"), subject=attack, text=attack)
    draft = ELIGIBLE.but(message=message, regions=(attack,)).draft(language)
    assert "49" not in draft.text
    assert allowed(draft.html)
    assert "\n" not in draft.subject
    assert "\r" not in draft.subject
    own = draft.text.split("\n> ")[0]
    assert "\u202e" not in draft.text
    assert own.count("\n\n") == ELIGIBLE.draft(language).text.split("\n> ")[0].count("\n\n")


@pytest.mark.parametrize(
    "name",
    [
        "You won 1000 USD",
        "Click https://evil.example",
        "a@b.example",
        "Support\r\nBcc: x@y.example",
        "x" * 61,
        "<b>Dana</b>",
        "{{x}}",
        "",
    ],
)
def test_a_name_that_is_no_name_is_not_greeted(name: str) -> None:
    draft = CASES["concern"].but(message=replace(MESSAGE, sender=Address(name, "d@northpeak.example"))).draft()
    assert draft.text.startswith("Hello,\n")


@pytest.mark.parametrize(
    "name", ["Dana Whitfield", "Jörg-Åke O’Neill", "Şule Işık", "J. R. van den Berg", "李小龍", "Kleinert GmbH"]
)
def test_a_name_is_greeted(name: str) -> None:
    draft = CASES["concern"].but(message=replace(MESSAGE, sender=Address(name, "d@northpeak.example"))).draft()
    assert draft.text.startswith(f"Dear {name},\n")


@given(st.text(), st.text(max_size=300), st.text(max_size=80))
@settings(max_examples=40, deadline=None)
def test_any_mail_gets_a_sound_draft(text: str, subject: str, name: str) -> None:
    message = replace(MESSAGE, sender=Address(name, "dana@northpeak.example"), subject=subject, text=text)
    draft = ELIGIBLE.but(message=message, regions=(subject,)).draft()
    assert allowed(draft.html)
    assert draft.subject.isprintable() or all(c == " " or c.isprintable() for c in draft.subject)
    quoted = draft.text.partition("wrote:\n")[2]
    assert not quoted or all(line.startswith(">") for line in quoted.rstrip("\n").split("\n"))


def test_a_huge_mail_is_quoted_in_part() -> None:
    draft = CASES["concern"].but(message=replace(MESSAGE, text="x" * 1_000_000)).draft()
    assert len(draft.text) < 25_000
    assert draft.text.endswith("> […]\n")
    lines = CASES["concern"].but(message=replace(MESSAGE, text="line\n" * 5000)).draft()
    assert lines.text.count("> line") == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_to_an_unknown_sender_reveals_nothing_of_the_records(language: str) -> None:
    """The same words go to everybody: whether the account exists, owes or is owed changes nothing."""
    known = CASES["claim from an unknown sender"]
    nobody = known.but(known=None, assessment=None)
    free = known.but(assessment=CASES["claim: free plan"].assessment)
    assert known.draft(language).text == nobody.draft(language).text == free.draft(language).text


def test_an_answer_to_another_address_reveals_nothing() -> None:
    elsewhere = replace(MESSAGE, reply_to=(Address("", "dana@elsewhere.example"),))
    draft = ELIGIBLE.but(message=elsewhere).draft()
    assert [address.email for address in draft.to] == ["dana@elsewhere.example"]
    assert "18.00" not in draft.text


@pytest.mark.parametrize("category", ["automated", "legal_demand"])
def test_no_draft_to_machines_and_authorities(category: str) -> None:
    from tests.reply.cases import Case, writer

    case = Case((category,))
    positional, named = case.arguments("en")
    assert writer().draft(case.message, *positional, **named) is None


def test_facts_named_by_the_sender_are_only_ever_shown_as_they_stand() -> None:
    reading = Reading("en", ELIGIBLE.reading("en").categories, regions=(Fact("eu-{{ 1 }}\n\nPay me"),))
    positional, named = ELIGIBLE.arguments("en")
    from tests.reply.cases import writer

    draft = writer().draft(MESSAGE, reading, *positional[1:], **named)
    assert draft is not None
    assert "(eu-{{ 1 }} Pay me)" in draft.text
    assert [problem.code for problem in draft.problems] == ["placeholder"]
