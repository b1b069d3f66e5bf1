"""Any bytes are read, without an exception, a lost body, or work out of proportion."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mail.mails import HEAD, read
from triage.mail import mime
from triage.model import Message

PIECES = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--b", b"--b--", b"--", b"Content-Type: ", b"multipart/mixed; boundary=b", b"multipart/alternative",
    b"message/rfc822", b"text/html; charset=utf-8", b"text/plain; charset=utf-16", b"Content-Transfer-Encoding: base64", b"quoted-printable",
    b"x-uuencode", b"R3LDvMOfZQ==", b"=C3=BC", b"=", b"=?utf-8?q?", b"=?=", b"Subject: ", b"From: ", b"Date: Tue, 3 Mar 2026 10:00:00 +0000",
    b"Received: ;", b"<div style='display:none'>", b"<blockquote type=cite>", b"<table><tr><td>", b"</", b"<style>.a{", b"&#x110000;", b"&#0;",
    b"> quoted", b"On 3 Mar 2026, x@y.z wrote:", b"-- ", b"Hello", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\x1b$B", "\u202e\u200b\ufdd0\ufdd2".encode(),
    b"name*0*=utf-8''%", b"filename=\"", b"(", b"<a@b.example>", b",", b":", b";", b"begin 644 a\n", b"Auto-Submitted: auto-replied",
]  # fmt: skip

MAILS = st.one_of(
    st.binary(max_size=600),
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=40).map(b"".join),
    st.text(max_size=300).map(
        lambda text: HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + text.encode("utf-8", "surrogatepass")
    ),
)


def shown(message: Message) -> list[str]:
    texts = [
        message.subject,
        message.text,
        message.quoted,
        message.signature,
        message.html or "",
        *message.hidden,
        *message.defects,
    ]
    texts += [text for one in message.attachments for text in (one.name, one.content_type, one.text or "")]
    texts += [text for pair in message.headers for text in pair]
    texts += [text for sign in message.automated for text in (sign.rule, sign.found)]
    people = [*([message.sender] if message.sender else []), *message.to, *message.cc, *message.reply_to]
    return [
        *texts,
        *(text for one in people for text in (one.name, one.email)),
        *message.references,
        *message.in_reply_to,
    ]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MAILS)
def test_any_bytes_are_read_into_text_that_can_be_stored(raw: bytes) -> None:
    message = read(raw)
    assert not any("could not be taken apart" in defect for defect in message.defects)
    assert message.received_at.utcoffset() == timedelta(0)
    for text in shown(message):
        text.encode("utf-8")
        assert "\x00" not in text
    for text in (message.text, message.quoted, message.signature):
        assert not any(mark in text for mark in "\r\ufdd0\ufdd1\ufdd2\u200b\u202e\u00a0")
        assert "\n\n\n" not in text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="abc äöü>.,", min_size=1, max_size=30), max_size=8))
def test_no_word_of_a_plain_mail_is_lost(lines: list[str]) -> None:
    message = read(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "\r\n".join(lines).encode())
    words = f"{message.text}\n{message.quoted}\n{message.signature}".split()
    assert sorted("".join(words)) == sorted("".join(" ".join(lines).split()))


PLAIN = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
PARTED = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
HOSTILE = {
    "one line of a megabyte": PLAIN + b"a" * 1_000_000,
    "a megabyte of spaces": PLAIN + b" " * 1_000_000 + b"x",
    "a megabyte of >": PLAIN + b"> " * 500_000,
    "attributions": PLAIN + b"On 3 Mar 2026, x wrote:\n" * 40_000,
    "half attributions": PLAIN + b"On 3 Mar 2026 wrote " * 50_000,
    "headers in the text": PLAIN + b"From: a@b.example\n" * 50_000,
    "rules": PLAIN + b"-----\n" * 150_000,
    "signature dashes": PLAIN + b"--\n" * 200_000,
    "accents piled up": PLAIN + b"e" + "\u0301\u0316".encode() * 200_000,
    "invisible characters": PLAIN + "\u200bа".encode() * 200_000,
    "flowed lines": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 200_000,
    "nested tags": HTML + b"<div>" * 20_000 + b"x",
    "tags nested by the hundred thousand": HTML + b"<div>" * 200_000 + b"x",
    "many tags far down": HTML + b"<div>" * 2_000 + b"<div>x</div>" * 80_000,
    "nested quotations": HTML + b"<blockquote type=cite>" * 10_000 + b"x",
    "nested Gmail quotations": HTML + b"<div class=gmail_quote>" * 5_000 + b"x",
    "nested hidden tags": HTML + b"<div style='display:none'>" * 20_000 + b"x",
    "nested tables": HTML + b"<table><tr><td>" * 5_000 + b"x",
    "unclosed tags": HTML + b"<a href=x" * 100_000,
    "style sheet": HTML + b"<style>" + b".a{display:none}" * 30_000 + b"</style>x",
    "unclosed comments of style": HTML + b"<style>" + b"/*" * 50_000 + b"</style>x",
    "thousands of parts": PARTED + b"--x\r\n\r\nHi\r\n" * 20_000,
    "thousands of attachments of one name": PARTED
    + b"--x\r\nContent-Disposition: attachment; filename=a\r\n\r\nHi\r\n" * 5_000,
    "delimiters that are none": PARTED + b"--x y\r\n" * 500_000,
    "parts in parts": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(1_500))
    + b"\r\nHi",
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"Hi",
    "headers": b"X-A: b\r\n" * 100_000 + b"\r\nHi",
    "folded header": b"Subject: a" + b"\r\n b" * 100_000 + b"\r\n\r\nHi",
    "nested comments": b"From: " + b"(" * 100_000 + b"\r\n\r\nHi",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nHi",
    "parameters": b"Content-Type: text/plain;" + b" a=b;" * 50_000 + b"\r\n\r\nHi",
    "base64 padding": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUI=" * 500_000,
    "boundary by sight": HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + b"--a:b\r\n" * 100_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mail_costs_no_more_than_its_size(raw: bytes) -> None:
    """Ten times what a slow machine takes; what grows faster than the mail takes minutes."""
    started = time.process_time()
    read(raw)
    assert time.process_time() - started < 10


def test_many_parts_and_depths_are_bounded_and_told() -> None:
    defects: list[str] = []
    root = mime.parse(HOSTILE["thousands of parts"], defects)
    assert sum(1 for _ in root.walk()) <= mime.MAX_PARTS + 1
    assert defects
    assert read(HOSTILE["thousands of parts"]).text.startswith("Hi")
    assert "Hi" in read(HOSTILE["parts in parts"]).text


def test_a_defect_of_the_reader_loses_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(mime, "parse", fail)
    message = read(HEAD + b"\r\nPlease delete my account.")
    assert "Please delete my account." in message.text
    assert any("could not be taken apart" in defect for defect in message.defects)
