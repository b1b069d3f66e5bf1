"""Header values as a person reads them, and times that can be counted from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.mails import read
from triage.mail import headers, parse
from triage.model import Address


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        pytest.param(b"=?utf-8?b?R3LD?= =?utf-8?b?vMOfZQ==?=", "Grüße", id="cut inside a character"),
        pytest.param(b"=?utf-8?q?one?=\r\n =?utf-8?q?two?=", "onetwo", id="no space between encoded words"),
        pytest.param(b"=?utf-8?q?one?= and =?utf-8?q?two?=", "one and two", id="words between"),
        pytest.param(b"=?iso-8859-1*de?q?Gr=FC=DFe?=", "Grüße", id="with a language"),
        pytest.param(b"=?utf-8?q?two words?=", "two words", id="a space where none may be"),
        pytest.param(b"=?x-none?q?Gr=C3=BC=C3=9Fe?=", "Grüße", id="unknown charset"),
        pytest.param(b"=?utf-8?b?R3LDvMOfZQ?=", "Grüße", id="no padding"),
        pytest.param(b"=?utf-8?b?!!?=", "", id="no base64"),
        pytest.param(b"=?utf-8?q?open", "=?utf-8?q?open", id="never closed"),
        pytest.param("Grüße".encode(), "Grüße", id="raw UTF-8"),
        pytest.param("Grüße".encode("cp1252"), "Grüße", id="raw windows-1252"),
        pytest.param(b"=?iso-2022-jp?b?GyRCPmMzMhsoQg==?=", "障害", id="iso-2022-jp"),
        pytest.param(b"a\x00b\x07c", "abc", id="control characters"),
        pytest.param(b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x", id="line breaks smuggled in"),
        pytest.param("pay\u200bpal \u202egnp".encode(), "paypal gnp", id="invisible characters"),
    ],
)
def test_words(value: bytes, words: str) -> None:
    assert headers.words(value) == words


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"Dana Whitfield <Dana@Northpeak.Example>", [("Dana Whitfield", "dana@northpeak.example")]),
        (
            b'"Whitfield, Dana" <dana@a.example>, joe@b.example',
            [("Whitfield, Dana", "dana@a.example"), ("", "joe@b.example")],
        ),
        pytest.param(
            b"=?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <j@a.example>", [("Müller, Jörg", "j@a.example")], id="encoded comma"
        ),
        pytest.param(b"dana@a.example (Dana)", [("Dana", "dana@a.example")], id="name in a comment"),
        pytest.param(b"undisclosed-recipients:;", [], id="empty group"),
        pytest.param(b"Team: a@a.example, b@a.example;", [("", "a@a.example"), ("", "b@a.example")], id="group"),
        pytest.param(b"Dana <dana@a.example", [("Dana", "dana@a.example")], id="bracket not closed"),
        pytest.param(b"<dana@a.example>", [("", "dana@a.example")], id="address alone"),
        pytest.param(b"Dana Whitfield", [("Dana Whitfield", "")], id="name alone"),
        pytest.param(b"dana@a.example <dana@a.example>", [("dana@a.example", "dana@a.example")], id="address as name"),
        pytest.param(b"'dana@a.example'", [("", "dana@a.example")], id="in quotes"),
        pytest.param(b"a@a.example; b@a.example", [("", "a@a.example"), ("", "b@a.example")], id="semicolons"),
        pytest.param(b"", [], id="empty"),
    ],
)
def test_addresses(value: bytes, found: list[tuple[str, str]]) -> None:
    assert headers.addresses(value) == tuple(Address(*one) for one in found)


@given(st.binary(max_size=300))
def test_any_header_is_read(value: bytes) -> None:
    for address in headers.addresses(value):
        assert "\n" not in address.name + address.email
    assert isinstance(headers.words(value).encode(), bytes)


@pytest.mark.parametrize(
    ("text", "hour_utc"),
    [
        ("Tue, 3 Mar 2026 10:00:00 +0100", 9),
        ("3 Mar 2026 10:00 GMT", 10),
        ("Tue, 03 Mar 2026 10:00:00 EST", 15),
        ("Tue, 3 Mar 26 10:00:00 +0000 (UTC)", 10),
        ("2026-03-03T10:00:00+01:00", 9),
        ("2026-03-03 10:00:00", 10),
        ("Tue, 3 Mar 2026 10:00:60 +0000", 10),
    ],
)
def test_dates(text: str, hour_utc: int) -> None:
    found = headers.moment(text)
    assert found is not None
    assert found.astimezone(UTC).replace(minute=0, second=0) == datetime(2026, 3, 3, hour_utc, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "Tue, 99 Mar 2026 10:00:00", "Tue, 3 Mar 999999 10:00:00 +0000", "1" * 5000]
)
def test_dates_that_are_none(text: str) -> None:
    assert headers.moment(text) is None


def test_the_date_keeps_the_senders_offset() -> None:
    message = read(b"Date: Tue, 3 Mar 2026 23:30:00 -0800\r\n\r\nHi")
    assert message.date == datetime(2026, 3, 3, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert message.received_at == datetime(2026, 3, 4, 7, 30, tzinfo=UTC)


def test_time_of_receipt_is_what_is_given_then_the_topmost_received_then_the_date() -> None:
    date = b"Date: Tue, 3 Mar 2026 10:00:00 +0000\r\n"
    passed = b"Received: from a by b; Tue, 3 Mar 2026 11:00:00 +0000\r\nReceived: from c by a; Tue, 3 Mar 2026 10:30:00 +0000\r\n"
    given_at = datetime(2026, 3, 3, 13, tzinfo=timezone(timedelta(hours=1)))
    assert parse(passed + date + b"\r\nHi", source="t", received_at=given_at).received_at == datetime(
        2026, 3, 3, 12, tzinfo=UTC
    )
    assert read(passed + date + b"\r\nHi").received_at.hour == 11
    assert read(date + b"\r\nHi").received_at.hour == 10


def test_a_mail_without_any_time_says_so() -> None:
    message = read(b"Subject: x\r\n\r\nHi")
    assert message.received_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert any("1970" in defect for defect in message.defects)


def test_several_headers_of_one_name() -> None:
    message = read(b"Subject: first\r\nSubject: second\r\nTo: a@a.example\r\nTo: b@a.example\r\n\r\nHi")
    assert message.subject == "first"
    assert [one.email for one in message.to] == ["a@a.example", "b@a.example"]
    assert [value for name, value in message.headers if name == "Subject"] == ["first", "second"]


def test_thread() -> None:
    message = read(b"In-Reply-To: <b@x.example>\r\nReferences: <a@x.example>\r\n <b@x.example> <a@x.example>\r\n\r\nHi")
    assert message.in_reply_to == ("<b@x.example>",)
    assert message.references == ("<a@x.example>", "<b@x.example>")
