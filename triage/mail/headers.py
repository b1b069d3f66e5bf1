"""Header values to addresses, identifiers, times and words. RFC 5322, 2047; broken ones are read as far as they go."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from triage.mail import characters
from triage.model import Address

MAX_ADDRESSES = 1_000
_MAX_VALUE = 100_000

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_ANGLE_ID = re.compile(r"<([^<>\s]{1,998})>")
_MAILBOX = re.compile(r"[^\s<>()\[\]\\,;:\"@']{1,256}@[^\s<>()\\,;:\"@']{1,256}")
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?\s*(Z|[+-]\d\d:?\d\d)?")
_HEX_PAIR = re.compile(rb"=([0-9A-Fa-f]{2})")


def words(value: bytes, body_charset: str = "") -> str:
    """A header's value as a person reads it: encoded words decoded, raw 8-bit bytes too. RFC 2047.

    body_charset: what raw bytes are likely in when they are not UTF-8, "" when not known.
    """
    value = value[:_MAX_VALUE]
    text = (
        value.decode("ascii") if value.isascii() and b"\x1b" not in value else characters.decode(value, body_charset)[0]
    )
    if "=?" in text:
        text = _decoded(text)
    return characters.one_line(text)


def _decoded(text: str) -> str:
    """Neighbouring words of one charset are put together before decoding: many programs cut inside a character."""
    text = _BETWEEN_WORDS.sub(r"\1", text)
    out: list[str] = []
    held: list[bytes] = []
    held_charset = ""
    position = 0
    for match in _WORD.finditer(text):
        name = match.group(1).partition("*")[0].lower()
        if held and (match.start() != position or name != held_charset):
            out.append(characters.decode(b"".join(held), held_charset)[0])
            held.clear()
        out.append(text[position : match.start()])
        held.append(_word_bytes(match.group(2), match.group(3)))
        held_charset, position = name, match.end()
    if held:
        out.append(characters.decode(b"".join(held), held_charset)[0])
    out.append(text[position:])
    return "".join(out)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "surrogatepass")
    if encoding in "qQ":
        return _HEX_PAIR.sub(lambda m: bytes([int(m.group(1), 16)]), data.replace(b"_", b" "))
    letters = data.translate(None, b" \t\r\n").rstrip(b"=")
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return data


def addresses(value: bytes, body_charset: str = "") -> tuple[Address, ...]:
    """The mailboxes of an address header; groups are dissolved, comments are names where no other name stands."""
    value = value[:_MAX_VALUE]
    text = value.decode("ascii") if value.isascii() else characters.decode(value, body_charset)[0]
    found = (_mailbox(item, body_charset) for item in _items(text))
    return tuple(address for address in found if address is not None)[:MAX_ADDRESSES]


def _items(text: str) -> list[str]:
    """The header cut at commas and semicolons that stand in no quotes, comments or angle brackets."""
    items: list[str] = []
    start, quoted, angle, depth = 0, False, False, 0
    skip = False
    for index, char in enumerate(text):
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == "<" and not depth:
            angle = True
        elif char == ">" and not depth:
            angle = False
        elif char in ",;" and not depth and not angle:
            items.append(text[start:index])
            start = index + 1
        elif char == ":" and not depth and not angle and text.find("@", start, index) < 0:
            start = index + 1  # the name of a group
    items.append(text[start:])
    return [item for item in items if item.strip()]


def _mailbox(item: str, body_charset: str) -> Address | None:
    opening = item.rfind("<")
    closing = item.find(">", opening) if opening >= 0 else -1
    if opening >= 0:
        email = item[opening + 1 : closing if closing >= 0 else len(item)]
        name = item[:opening]
    else:
        comment = re.search(r"\(([^()]*)\)", item)
        name = comment.group(1) if comment else ""
        email = item.replace(comment.group(), " ") if comment else item
    email = email.strip().strip("'").removeprefix("mailto:")
    name = words(name.encode("utf-8", "surrogatepass"), body_charset).strip(" \"'")
    name = name.replace('\\"', '"').replace("\\\\", "\\")
    if "@" not in email or " " in email:
        mailbox = (_MAILBOX.search(item) or _MAILBOX.search(name)) if "@" in item or "@" in name else None
        if mailbox is None:
            name = name or words(item.encode("utf-8", "surrogatepass"), body_charset).strip(" \"'<>")
            return Address(name, "") if name else None
        email = mailbox.group()
        name = name if name != email else ""
    return Address(name, characters.one_line(email).lower())


def identifiers(value: bytes) -> tuple[str, ...]:
    """Message identifiers with their angle brackets, in order, each once."""
    text = characters.one_line(value[:_MAX_VALUE].decode("utf-8", "replace"))
    found = [f"<{one}>" for one in _ANGLE_ID.findall(text)]
    if not found:
        found = [f"<{one}>" for one in text.split() if "@" in one]
    return tuple(dict.fromkeys(found))[:1_000]


def moment(text: str) -> datetime | None:
    """A Date header's instant in its own offset; None when it cannot be read. A missing zone is read as UTC."""
    text = text.strip()[:200]
    if not text or not any(char.isdigit() for char in text):
        return None
    try:
        parsed = parsedate_tz(text)
        if parsed is not None and parsed[0] >= 1970:
            offset = timedelta(seconds=parsed[9] or 0)
            zone = timezone(offset) if timedelta(hours=-24) < offset < timedelta(hours=24) else UTC
            return datetime(*parsed[:5], min(parsed[5], 59), tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    found = _ISO_TIME.search(text)
    if found is None:
        return None
    try:
        read = datetime.fromisoformat(found.group().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def received(value: str) -> datetime | None:
    """When a server took the mail, by its Received header: the time after the last semicolon, UTC."""
    stamp = moment(value.rpartition(";")[2])
    return in_utc(stamp) if stamp else None


def in_utc(stamp: datetime) -> datetime | None:
    try:
        return stamp.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
