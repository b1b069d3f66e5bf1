"""Whatever the bytes look like, the words in them are read."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.mail.mails import HEAD, mixed, plain, read

TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"


def test_plain_mail() -> None:
    message = plain("Hello,\r\nplease delete my account.\r\n", "Subject: Delete\r\nMessage-ID: <a@b.example>\r\n")
    assert message.text == "Hello,\nplease delete my account."
    assert (message.subject, message.message_id) == ("Delete", "<a@b.example>")
    assert message.sender is not None
    assert (message.sender.name, message.sender.email) == ("Dana Whitfield", "dana@northpeak.example")
    assert message.defects == ()


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        pytest.param("text/plain; charset=iso-8859-1", "Grüße".encode("latin-1"), "Grüße", id="latin-1"),
        pytest.param(
            "text/plain; charset=iso-8859-1",
            b"\x93quoted\x94 \x80 5",
            "“quoted” € 5",
            id="latin-1 that is windows-1252",
        ),
        pytest.param("text/plain; charset=iso-8859-1", "Grüße".encode(), "Grüße", id="latin-1 that is UTF-8"),
        pytest.param("text/plain", "Grüße".encode(), "Grüße", id="no charset, UTF-8"),
        pytest.param("text/plain", "Grüße".encode("cp1252"), "Grüße", id="no charset, windows-1252"),
        pytest.param("text/plain; charset=us-ascii", "déjà vu".encode("cp1252"), "déjà vu", id="ascii that is not"),
        pytest.param("text/plain; charset=x-unknown", "Grüße".encode(), "Grüße", id="unknown charset"),
        pytest.param("text/plain; charset=unicode_escape", b"a\\u0041", "a\\u0041", id="a codec that is no charset"),
        pytest.param("text/plain; charset=rot13", b"Hello", "Hello", id="a codec that reads no bytes"),
        pytest.param('text/plain; charset="utf-8', "Grüße".encode(), "Grüße", id="quote not closed"),
        pytest.param("text/plain; charset=iso-2022-jp", "障害".encode("iso2022_jp"), "障害", id="iso-2022-jp"),
        pytest.param("text/plain", "障害について".encode("iso2022_jp"), "障害について", id="iso-2022-jp unlabelled"),
        pytest.param(
            "text/plain; charset=shift_jis", "①障害".encode("cp932"), "①障害", id="shift_jis with NEC characters"
        ),
        pytest.param(
            "text/plain",
            "サービスが停止しました。返金をお願いします。".encode("euc_jp"),
            "サービスが停止しました。返金をお願いします。",
            id="euc-jp unlabelled",
        ),
        pytest.param(
            "text/plain; charset=gb2312", "数据库宕机镕".encode("gb18030"), "数据库宕机镕", id="gb2312 that is gbk"
        ),
        pytest.param(
            "text/plain",
            "Здравствуйте, удалите мои данные".encode("koi8-r"),
            "Здравствуйте, удалите мои данные",
            id="koi8-r unlabelled",
        ),
        pytest.param(
            "text/plain",
            "Здравствуйте, удалите мои данные".encode("cp1251"),
            "Здравствуйте, удалите мои данные",
            id="windows-1251 unlabelled",
        ),
        pytest.param("text/plain; charset=iso-8859-9", "şğı ÇÖÜ".encode("cp1254"), "şğı ÇÖÜ", id="turkish"),
        pytest.param("text/plain; charset=utf-16", "Hëllo".encode("utf-16"), "Hëllo", id="utf-16 with a mark"),
        pytest.param("text/plain", "Hëllo there".encode("utf-16-le"), "Hëllo there", id="utf-16 without a mark"),
        pytest.param("text/plain; charset=utf-7", b"Gr+APwA3w-e", "Grüße", id="utf-7"),
        pytest.param(
            "text/plain; charset=utf-8",
            b"Gr\xc3\xbc\xc3\x9fe \xff end",
            "Grüße \ufffd end",
            id="UTF-8 with a broken byte",
        ),
    ],
)
def test_charsets(content_type: str, body: bytes, text: str) -> None:
    assert read(HEAD + f"Content-Type: {content_type}\r\n\r\n".encode() + body).text == text


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        pytest.param("quoted-printable", b"Gr=C3=BC=\r\n=C3=9Fe =\r\n", "Grüße", id="quoted-printable"),
        pytest.param("quoted-printable", b"a=ZZb =4", "a=ZZb =4", id="broken quoted-printable"),
        pytest.param("base64", base64.b64encode("Grüße".encode()), "Grüße", id="base64"),
        pytest.param("base64", b"R3LDvMOfZQ", "Grüße", id="base64 without padding"),
        pytest.param("base64", b"SGVsbG8=\r\nIHdvcmxk", "Hello world", id="two runs of base64"),
        pytest.param(
            "base64", b"Hello, this is no base64 at all.", "Hello, this is no base64 at all.", id="not base64"
        ),
        pytest.param("x-uuencode", b"begin 644 a\n%2&5L;&\\ \n`\nend\n", "Hello", id="uuencode"),
        pytest.param("8bit", "Grüße".encode(), "Grüße", id="8bit"),
        pytest.param("x-made-up", b"Hello", "Hello", id="unknown encoding"),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes, text: str) -> None:
    head = HEAD + f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    assert read(head + body).text.startswith(text)


def test_base64_with_a_mailing_lists_line_breaks_and_junk_keeps_its_words() -> None:
    data = base64.encodebytes(b"Please delete my account today. " * 10)
    message = read(HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + data.replace(b"\n", b"!\n", 1))
    assert message.text.count("Please delete my account today.") == 10
    assert any("base64" in defect for defect in message.defects)


@pytest.mark.parametrize("newline", [b"\r\n", b"\n", b"\r"], ids=["CRLF", "LF", "bare CR"])
def test_line_ends(newline: bytes) -> None:
    raw = b"Subject: Hi\n there\nFrom: a@b.example\n\none\ntwo\n".replace(b"\n", newline)
    message = read(raw)
    assert (message.subject, message.text) == ("Hi there", "one\ntwo")


def test_parts_in_order_with_attachments() -> None:
    log = b"2026-03-03T10:00:01Z timeout\r\n"
    message = mixed(
        TEXT + b"See the log.",
        b'Content-Type: application/octet-stream; name="app.log"\r\nContent-Disposition: attachment\r\n\r\n' + log,
        TEXT + b"Thanks",
    )
    assert message.text == "See the log.\n\nThanks"
    (attached,) = message.attachments
    assert (attached.name, attached.size) == ("app.log", len(log))
    assert attached.sha256 == hashlib.sha256(log).hexdigest()
    assert attached.text == "2026-03-03T10:00:01Z timeout"
    assert message.part("attachment:app.log") == attached.text


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson", "a.log", "a.json", "a.txt", "a.tsv", "a.yaml"])
def test_text_attachments_are_read(name: str) -> None:
    message = mixed(
        TEXT + b"Hi",
        f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename={name}\r\n\r\na;b".encode(),
    )
    assert message.attachments[0].text == "a;b"


def test_attachments_of_one_name_are_told_apart() -> None:
    part = b"Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n"
    message = mixed(TEXT + b"Hi", part + b"1", part + b"2")
    assert [message.part(f"attachment:{one.name}") for one in message.attachments] == ["1", "2"]


def test_an_attachments_name_is_no_path() -> None:
    message = mixed(
        TEXT + b"Hi",
        b'Content-Type: text/csv\r\nContent-Disposition: attachment; filename="../../etc\\passwd"\r\n\r\n1',
    )
    assert message.attachments[0].name == "passwd"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b"attachment; filename*=utf-8''R%C3%BCckgabe.csv", "Rückgabe.csv"),
        (b"attachment; filename*0*=utf-8''R%C3%BCck; filename*1=gabe.csv", "Rückgabe.csv"),
        (b'attachment; filename="=?utf-8?q?R=C3=BCckgabe=2Ecsv?="', "Rückgabe.csv"),
        ("attachment; filename=Rückgabe.csv".encode(), "Rückgabe.csv"),
        (b'attachment; filename="a;b\\".csv"', 'a;b".csv'),
    ],
)
def test_names_of_attachments(disposition: bytes, name: str) -> None:
    message = mixed(TEXT + b"Hi", b"Content-Type: text/csv\r\nContent-Disposition: " + disposition + b"\r\n\r\n1")
    assert message.attachments[0].name == name


def test_winmail_dat_stays_an_attachment() -> None:
    message = mixed(
        TEXT + b"Hi",
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+Ig==",
    )
    assert message.text == "Hi"
    assert (message.attachments[0].name, message.attachments[0].size) == ("winmail.dat", 4)
    assert message.attachments[0].text is None


def test_missing_last_delimiter() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + TEXT + b"Hello"
    assert read(raw).text == "Hello"


@pytest.mark.parametrize(
    "header", [b"multipart/mixed", b"multipart/mixed; boundary=wrong", b"multipart/mixed; boundary="]
)
def test_missing_boundary_is_found_by_sight(header: bytes) -> None:
    raw = HEAD + b"Content-Type: " + header + b"\r\n\r\n--real\r\n" + TEXT + b"Hello\r\n--real--\r\n"
    message = read(raw)
    assert message.text == "Hello"
    assert any("by sight" in defect for defect in message.defects)


def test_multipart_without_parts_is_read_as_text() -> None:
    assert read(HEAD + b"Content-Type: multipart/alternative; boundary=x\r\n\r\nHello there").text == "Hello there"


def test_a_boundary_that_starts_another() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=b1\r\n\r\n--b1\r\n" + TEXT + b"inner\r\n--b1--\r\n"
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        + inner
        + b"--b\r\n"
        + TEXT
        + b"outer\r\n--b--"
    )
    assert read(raw).text == "inner\n\nouter"


def test_header_line_without_a_colon_does_not_end_the_headers() -> None:
    message = read(
        b"From: a@b.example\r\nSubject: A long subject that\r\nwas broken badly\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xc3\xbc\xc3\x9fe"
    )
    assert message.subject == "A long subject that was broken badly"
    assert message.text == "Grüße"
    assert any("header line" in defect for defect in message.defects)


def test_body_without_an_empty_line_before_it() -> None:
    assert (
        read(b"From: a@b.example\r\nSubject: Hi\r\nHello there, all is down.\r\n").text == "Hello there, all is down."
    )


@pytest.mark.parametrize(
    "raw", [b"Just text, no header.", b"Note: this is no header\r\n\r\nbut a letter", b"\r\n\r\nHello"]
)
def test_no_headers_at_all(raw: bytes) -> None:
    assert read(raw).text == raw.decode().strip().replace("\r\n", "\n")


def test_mbox_separator_is_no_header() -> None:
    message = read(b"From dana@northpeak.example Tue Mar  3 10:00:00 2026\nSubject: Hi\n\nHello\n")
    assert (message.subject, message.text) == ("Hi", "Hello")


def test_html_that_says_it_is_plain() -> None:
    message = plain("<html><body><p>Hello <b>there</b></p></body></html>")
    assert message.text == "Hello there"


def test_alternative_prefers_plain_unless_it_is_a_stub() -> None:
    page = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + b"The cache was down for hours. " * 10 + b"</p>"
    assert (
        mixed(
            TEXT + b"The cache was down.",
            b"Content-Type: text/html\r\n\r\n<p>The cache was down.</p>",
            kind=b"alternative",
        ).text
        == "The cache was down."
    )
    assert mixed(TEXT + b"Your program shows no HTML.", page, kind=b"alternative").text.startswith("The cache was down")
    assert mixed(TEXT + b" ", page, kind=b"alternative").text.startswith("The cache was down")


def test_html_is_kept_as_sent() -> None:
    source = b'<p onclick="x()">Hello</p>'
    assert mixed(b"Content-Type: text/html\r\n\r\n" + source, kind=b"related").html == source.decode()


def test_flowed_text_is_put_together() -> None:
    message = read(
        HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\nThe database was \r\ndown for hours.\r\nThanks\r\n"
    )
    assert message.text == "The database was down for hours.\nThanks"


def test_a_forwarded_mail_inside_the_mail() -> None:
    inner = b"From: Mia <mia@shop.example>\r\nSubject: Delete me\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nPlease delete my data.\r\n"
    message = mixed(TEXT + b"Please see to this.", b"Content-Type: message/rfc822\r\n\r\n" + inner)
    assert message.text == "Please see to this."
    assert message.forwarded
    assert "Please delete my data." in message.quoted
    assert "Subject: Delete me" in message.quoted
    assert message.attachments[0].text == message.quoted


def test_a_forwarded_mail_in_base64() -> None:
    inner = base64.encodebytes(b"Subject: Inner\r\n\r\nInner words\r\n")
    message = mixed(
        TEXT + b"Note", b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner
    )
    assert "Inner words" in message.quoted


def test_signed_mail_shows_its_words() -> None:
    message = mixed(
        TEXT + b"Hello",
        b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN",
        kind=b"signed",
    )
    assert message.text == "Hello"
    assert [one.name for one in message.attachments] == ["signature.asc"]


def test_a_text_that_is_the_only_part_is_the_body_although_it_has_a_name() -> None:
    message = read(HEAD + b'Content-Type: text/plain; name="message.txt"\r\n\r\nHello')
    assert message.text == "Hello"


@pytest.mark.parametrize("disposition", [b"inline; filename=a.txt", b"attachment; filename=a.txt", b"attachment"])
def test_words_sent_as_an_attachment_alone_are_read(disposition: bytes) -> None:
    message = read(HEAD + b"Content-Disposition: " + disposition + b"\r\n" + TEXT + b"Please delete my account.")
    assert message.text == "Please delete my account."


def test_the_charset_that_html_names_counts_where_the_header_names_none() -> None:
    page = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2"></head><body>zażółć</body></html>'
    assert read(HEAD + b"Content-Type: text/html\r\n\r\n" + page.encode("iso-8859-2")).text == "zażółć"
