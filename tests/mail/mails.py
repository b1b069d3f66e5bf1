"""Mails for these tests, put together byte by byte."""

from __future__ import annotations

from triage.mail import parse
from triage.model import Message

HEAD = b"From: Dana Whitfield <dana@northpeak.example>\r\nTo: support@upstash.com\r\nDate: Tue, 3 Mar 2026 10:00:00 +0100\r\n"


def read(raw: bytes) -> Message:
    return parse(raw, source="test")


def plain(text: str, headers: str = "") -> Message:
    """A person's plain mail with this text."""
    body = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode("utf-8", "surrogatepass")
    return read(HEAD + headers.encode() + body)


def html(source: str) -> Message:
    """A person's mail with only this HTML."""
    return read(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + source.encode())


def mixed(*parts: bytes, kind: bytes = b"mixed") -> Message:
    """A multipart mail of these parts, each with its own headers."""
    body = b"".join(b"--=_b\r\n" + part + b"\r\n" for part in parts)
    return read(HEAD + b"Content-Type: multipart/" + kind + b'; boundary="=_b"\r\n\r\n' + body + b"--=_b--\r\n")
