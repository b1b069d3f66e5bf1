"""A reply stays in its thread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reply.cases import CASES, MESSAGE
from triage.model import Address
from triage.reply.thread import bare_subject, recipients, reply_subject, threading


@pytest.mark.parametrize(
    ("subject", "reply"),
    [
        ("Credit for Frankfurt", "Re: Credit for Frankfurt"),
        ("Re: Credit", "Re: Credit"),
        ("AW: WG: Re[2]: Gutschrift", "Re: Gutschrift"),
        ("RV: RE: Crédito", "Re: Crédito"),
        ("TR : Re : Demande d'avoir", "Re: Demande d'avoir"),
        ("YNT: İLT: Kredi talebi", "Re: Kredi talebi"),
        ("ilt: kredi", "Re: kredi"),
        ("SV: VS: Antw: Kredit", "Re: Kredit"),
        ("回复：退款", "Re: 退款"),
        ("Report: what happened", "Re: Report: what happened"),
        ("Redis: slow", "Re: Redis: slow"),
        ("  spaced \t out ", "Re: spaced out"),
        ("Credit\r\nBcc: victim@elsewhere.example", "Re: Credit Bcc: victim@elsewhere.example"),
        ("Credit\x00\u202e\u200b now", "Re: Credit now"),
        ("Re: ", "Re: Your message"),
        ("", "Re: Your message"),
    ],
)
def test_subject(subject: str, reply: str) -> None:
    assert reply_subject(subject, "Your message") == reply


def test_a_long_subject_is_cut() -> None:
    assert len(bare_subject("x" * 5000)) == 200


def test_threading_continues_the_chain() -> None:
    message = replace(MESSAGE, message_id="<c@x>", in_reply_to=("<b@x>",), references=("<a@x>", "<b@x>"))
    assert threading(message) == ("<c@x>", ("<a@x>", "<b@x>", "<c@x>"))


def test_threading_without_references_takes_the_parent_of_the_parent() -> None:
    assert threading(replace(MESSAGE, message_id="<c@x>", in_reply_to=("<b@x>",))) == ("<c@x>", ("<b@x>", "<c@x>"))


def test_two_parents_without_references_are_no_chain() -> None:
    message = replace(MESSAGE, message_id="<c@x>", in_reply_to=("<a@x>", "<b@x>"))
    assert threading(message) == ("<c@x>", ("<c@x>",))


def test_threading_without_a_usable_id() -> None:
    assert threading(replace(MESSAGE, message_id=None)) == (None, ())
    assert threading(replace(MESSAGE, message_id="<a@x>\r\nBcc: <b@x>"))[0] == "<a@x>"
    assert threading(replace(MESSAGE, message_id="no id", references=("<a@x>",))) == (None, ("<a@x>",))


def test_a_long_chain_keeps_its_first_and_its_latest() -> None:
    chain = tuple(f"<{number}@x>" for number in range(100))
    _, references = threading(replace(MESSAGE, message_id="<last@x>", references=chain))
    assert len(references) == 30
    assert references[0] == "<0@x>"
    assert references[-2:] == ("<99@x>", "<last@x>")


def test_recipients() -> None:
    to_two = replace(
        MESSAGE, reply_to=(Address("", "a@x.example"), Address("", "A@x.example"), Address("", "b@x.example"))
    )
    assert [each.email for each in recipients(to_two, "")] == ["A@x.example", "b@x.example"]
    to_us = replace(MESSAGE, reply_to=(Address("", "Support@upstash.com"),))
    assert recipients(to_us, "support@upstash.com") == ()
    named = replace(MESSAGE, sender=Address("Dana\r\nBcc: b@x.example", "a@x.example"))
    assert recipients(named, "") == (Address("Dana Bcc: b@x.example", "a@x.example"),)
    injected = replace(MESSAGE, sender=Address("", "a@x.example\r\nbcc:b@x.example"))
    assert recipients(injected, "") == ()


def test_the_original_is_quoted_below_an_attribution_in_the_desks_time() -> None:
    text = CASES["concern"].draft("tr").text
    assert text.endswith(
        "Dana Whitfield, 12 Mayıs 2026, 11:00 (Europe/Berlin) tarihinde şunları yazdı:\n"
        "> Hello,\n>\n> please see to this.\n>\n> Dana\n"
    )


def test_in_a_draft() -> None:
    draft = CASES["concern"].draft()
    assert draft.in_reply_to == "<claim-1@northpeak.example>"
    assert draft.references == ("<claim-1@northpeak.example>",)
    assert draft.to == (Address("Dana Whitfield", "dana@northpeak.example"),)
