"""A mail put together from its parts: the one function that the rest of the program calls."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from triage.mail import automated, characters, headers, html, marks, mime, phrases, quotes, signature
from triage.model import Address, Attachment, Message

MAX_TEXT = 1_000_000
MAX_ATTACHMENT_TEXT = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TEXT_NAMES = (
    *(".txt", ".log", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".md", ".yaml", ".yml", ".xml", ".ini", ".conf"),
    *(".cfg", ".eml", ".ics", ".sql", ".py", ".js", ".ts", ".sh", ".toml"),
)
_META_CHARSET = re.compile(rb"<meta\b[^>]{0,200}\bcharset\s?=\s?[\"']?([\w-]{1,40})", re.I)
#: One letter beyond ASCII, its UTF-8 bytes in quoted-printable; and the mark of a line that goes on.
_QUOTED_LETTER = re.compile(
    r"=(?:C[2-9A-F]|D[0-9A-F]|E[0-9A-F]=[89AB][0-9A-F]|F[0-4]=[89AB][0-9A-F]=[89AB][0-9A-F])=[89AB][0-9A-F]"
)
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
_TEXT_TYPES = re.compile(
    r"text/|application/(?:x-)?(?:json|ndjson|jsonl|json-lines|csv|xml|yaml|log|sql)$"
    r"|message/(?:(?:global-)?delivery-status|feedback-report|disposition-notification)"
)


class _Words(NamedTuple):
    """The text of a mail, taken apart."""

    own: str
    quoted: str
    signature: str
    hidden: tuple[str, ...]
    forwarded: bool


@dataclass(slots=True)
class _Body:
    """What is gathered on the walk through the parts."""

    pieces: list[tuple[str, str]] = field(default_factory=list)  # (plain, html) of each stretch of the body
    attachments: list[Attachment] = field(default_factory=list)
    embedded: list[str] = field(default_factory=list)  # mails inside the mail, as a person sees them
    defects: list[str] = field(default_factory=list)
    keeps_attachments: bool = True
    names: dict[str, int] = field(default_factory=dict)  # of attachments, and how often each stood

    def attach(self, part: mime.Part, text: str | None = None) -> None:
        if not self.keeps_attachments:
            return
        name = _name(part)
        self.names[name] = count = self.names.get(name, 0) + 1
        name = name if count == 1 else f"{name} ({count})"
        self.attachments.append(_attachment(part, name, self.defects, text))


def parse(raw: bytes, *, source: str, received_at: datetime | None = None) -> Message:
    """The mail in `raw`, read as far as it can be; never raises.

    source: where it came from, for people. received_at: when our server got it, aware; without it the topmost Received
    header counts, then Date, then 1970-01-01 with a defect.
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    try:
        return _parse(raw, source, sha256, received_at)
    except Exception as error:  # the promise of this function: a mail is never lost to a defect of the reader
        text, _, _ = characters.readable(raw[:MAX_TEXT].decode("utf-8", "replace"))
        return Message(
            source=source,
            sha256=sha256,
            received_at=_utc(received_at) or EPOCH,
            text=text,
            defects=(f"The mail could not be taken apart ({type(error).__name__}) and is shown as it arrived.",),
        )


def _utc(stamp: datetime | None) -> datetime | None:
    if stamp is None:
        return None
    return headers.in_utc(stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC))


def _parse(raw: bytes, source: str, sha256: str, received_at: datetime | None) -> Message:
    defects: list[str] = []
    root = mime.parse(raw, defects)
    body = _Body(defects=defects)
    _gather(root, body)
    if not body.pieces:
        body.pieces += _only_text(root, defects)
    charset = root.parameters.get("charset", "")
    values = tuple((name, headers.words(value, charset)) for name, value in root.headers)
    first = _first(values)
    subject = first("subject")
    senders = headers.addresses(root.header("from"), charset) or headers.addresses(root.header("sender"), charset)
    words = _words(body, next((one.name for one in senders), ""))
    quoted = "\n\n".join(filter(None, [words.quoted, *body.embedded]))[:MAX_TEXT]
    date = headers.moment(first("date"))
    return Message(
        source=source,
        sha256=sha256,
        received_at=_utc(received_at) or _arrival(first, date, defects),
        message_id=next(iter(headers.identifiers(root.header("message-id"))), None),
        date=date,
        sender=next((one for one in senders if one.email), senders[0] if senders else None),
        reply_to=headers.addresses(root.header("reply-to"), charset),
        to=_every(root, "to", charset),
        cc=_every(root, "cc", charset),
        subject=subject,
        text=words.own,
        quoted=quoted,
        signature=words.signature,
        html=characters.clean("\n".join(page for _, page in body.pieces if page)) or None,
        attachments=tuple(body.attachments),
        in_reply_to=headers.identifiers(root.header("in-reply-to")),
        references=headers.identifiers(root.header("references")),
        headers=values,
        automated=automated.signs(values, root, senders, subject, words.own or words.quoted),
        forwarded=words.forwarded
        or bool(body.embedded)
        or (bool(quoted) and phrases.FORWARD_SUBJECT.match(subject) is not None),
        hidden=words.hidden,
        defects=tuple(dict.fromkeys(defects)),
    )


def _first(values: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    table: dict[str, str] = {}
    for name, value in values:
        table.setdefault(name.lower(), value)
    return lambda name: table.get(name, "")


def _every(root: mime.Part, name: str, charset: str) -> tuple[Address, ...]:
    """The addresses of all headers of that name: some programs write one for each."""
    found = root.by_name.get(name, [])
    return tuple(dict.fromkeys(one for value in found for one in headers.addresses(value, charset)))


def _arrival(first: Callable[[str], str], date: datetime | None, defects: list[str]) -> datetime:
    arrived = headers.received(first("received")) if first("received") else None
    arrived = arrived or _utc(date)
    if arrived is None:
        defects.append("The mail does not say when it arrived or was sent; 1970-01-01 stands for that.")
        return EPOCH
    return arrived


# --- the parts ------------------------------------------------------------------------------------------------------


def _gather(part: mime.Part, body: _Body) -> None:
    kind = part.content_type
    if kind.startswith("multipart/"):
        if kind == "multipart/alternative":
            _gather_alternative(part, body)
        else:
            for child in part.children:
                _gather(child, body)
    elif kind in {"message/rfc822", "message/global", "message/news"} and part.children:
        body.embedded.append(_shown(part.children[0]))
        body.attach(part, text=body.embedded[-1])
    elif kind.startswith("text/") and not _is_attached(part, body):
        text = _text(part, body.defects)
        if kind == "text/html" or (kind == "text/plain" and _is_html(text)):
            body.pieces.append(("", text))
        elif kind in {"text/plain", "text/enriched", "text/markdown", "text/x-markdown"}:
            body.pieces.append((_unflowed(text, part), ""))
        else:
            body.attach(part, text=text)
    else:
        body.attach(part)


def _only_text(root: mime.Part, defects: list[str]) -> list[tuple[str, str]]:
    """The text of a mail that has only text shown as an attachment: some programs send their words so."""
    for part in root.walk():
        if part.content_type in {"text/plain", "text/html"} and (part is root or part.disposition == "inline"):
            text = _text(part, defects)
            return [("", text) if part.content_type == "text/html" else (text, "")]
    return []


def _gather_alternative(part: mime.Part, body: _Body) -> None:
    inner = _Body(defects=body.defects, keeps_attachments=body.keeps_attachments, names=body.names)
    for child in part.children:
        _gather(child, inner)
    plain = "\n\n".join(text for text, _ in inner.pieces if text)
    page = "\n".join(text for _, text in inner.pieces if text)
    if plain or page:
        body.pieces.append((plain, page))
    body.attachments += inner.attachments
    body.embedded += inner.embedded


def _is_attached(part: mime.Part, body: _Body) -> bool:
    if part.disposition == "attachment":
        return True
    return bool(part.name) and (
        bool(body.pieces) or part.content_type not in {"text/plain", "text/html"} or part.disposition == "inline"
    )


def _is_html(text: str) -> bool:
    head = text[:300].lstrip().lower()
    return head.startswith(("<!doctype html", "<html", "<head", "<body"))


def _text(part: mime.Part, defects: list[str]) -> str:
    data = mime.content(part, defects)
    if len(data) > 4 * MAX_TEXT:
        data = data[: 4 * MAX_TEXT]
        defects.append("The text is very long; only its beginning was read.")
    declared = part.parameters.get("charset", "")
    if not declared and part.content_type == "text/html" and (found := _META_CHARSET.search(data[:3_000])):
        declared = found.group(1).decode("ascii")
    text, told = characters.decode(data, declared)
    if told:
        defects.append(told)
    if "=" in text and part.header("content-transfer-encoding").strip().lower() != b"quoted-printable":
        text = _unquoted(text, defects)
    return marks.without(text)


def _unquoted(text: str, defects: list[str]) -> str:
    """A text that is quoted-printable without a header that says so: its UTF-8 letters tell. RFC 2045, 6.7."""
    if not _QUOTED_LETTER.search(text):
        return text
    defects.append("The text is quoted-printable though its header does not say so; it was decoded.")
    text = _SOFT_BREAK.sub("", text).replace("=20\n", " \n").replace("=20\r\n", " \r\n").replace("=3D", "=")
    return _QUOTED_LETTER.sub(lambda found: _letter(found.group()), text)


def _letter(quoted: str) -> str:
    try:
        return bytes.fromhex(quoted.replace("=", "")).decode("utf-8")
    except UnicodeDecodeError:
        return quoted


def _unflowed(text: str, part: mime.Part) -> str:
    """Lines that a mail program broke, put together again. RFC 3676."""
    if part.parameters.get("format", "").lower() != "flowed":
        return text
    space = "" if part.parameters.get("delsp", "").lower() == "yes" else " "
    out: list[list[str]] = []
    flows = False
    for line in text.splitlines():
        if flows and line.strip() and line[:1] != ">" and out[-1][0][:1] != ">":
            out[-1].append(line)
        else:
            out.append([line])
        flows = line.endswith(" ") and line != "-- "
    return "\n".join(space.join(piece.rstrip(" ") for piece in pieces) for pieces in out)


def _attachment(part: mime.Part, name: str, defects: list[str], text: str | None = None) -> Attachment:
    data = mime.content(part, defects)
    if text is None and (_TEXT_TYPES.match(part.content_type) or name.lower().endswith(_TEXT_NAMES)):
        text, _ = characters.decode(data[:MAX_ATTACHMENT_TEXT], part.parameters.get("charset", ""))
    if text is not None:
        text = characters.readable(text)[0]
    return Attachment(name, part.content_type, len(data), hashlib.sha256(data).hexdigest(), text)


def _name(part: mime.Part) -> str:
    given = headers.words(part.name.encode("utf-8", "surrogatepass")).replace("\\", "/").rpartition("/")[2]
    return given[:200].strip() or part.content_type.replace("/", ".")


def _shown(part: mime.Part) -> str:
    """A mail inside the mail as a person sees it: its main headers, its text, then the mails inside it."""
    inner = _Body(keeps_attachments=False)
    _gather(part, inner)
    head = [
        f"{name.title()}: {headers.words(part.header(name))}"
        for name in ("from", "date", "to", "subject")
        if part.header(name)
    ]
    texts = [plain or quotes.marks_out(html.page(page).text) for plain, page in inner.pieces]
    shown = "\n\n".join(filter(None, ["\n".join(head), *texts, *inner.embedded]))
    return characters.readable(shown[:MAX_TEXT])[0]


# --- the words ------------------------------------------------------------------------------------------------------


def _words(body: _Body, sender: str) -> _Words:
    """The newest message's own words, and what was set aside on the way."""
    texts: list[str] = []
    hidden: list[str] = []
    forwarded = False
    for plain, source in body.pieces:
        page = html.page(source) if source else html.Page()
        hidden += page.hidden
        body.defects += page.defects
        forwarded = forwarded or page.forwarded
        texts.append(_better(plain, page))
    joined = "\n\n".join(texts)
    if len(joined) > MAX_TEXT:
        body.defects.append("The text is very long; only its beginning was read.")
    text, invisible, spelt = characters.readable(joined[:MAX_TEXT])
    if invisible:
        body.defects.append(f"The text held {invisible} invisible characters; they were taken out.")
    cut = quotes.split(text)
    own, signed = signature.split(characters.tidied(cut.own), sender)
    return _Words(
        characters.tidied(own),
        characters.tidied(cut.quoted),
        signed,
        tuple(dict.fromkeys([*hidden, *spelt])),
        forwarded or cut.forwarded,
    )


def _better(plain: str, page: html.Page) -> str:
    """Of the two forms of a text, the one to read: the plain one, unless it is a stub or HTML says more of its shape."""
    if not page.text:
        return plain
    if not plain.strip() or len(page.text.split()) > 2 * len(plain.split()) + 20:
        return page.text
    told_by_html = marks.QUOTED in page.text or marks.REST_QUOTED in page.text
    if page.has_table or (told_by_html and not quotes.split(characters.readable(plain)[0]).quoted):
        return page.text
    return plain
