"""What an IMAP server's answers say (RFC 9051, 7; ESEARCH: RFC 4731)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

MOST_MAILS = 5_000_000

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INTERNALDATE = re.compile(r" ?(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_UID = re.compile(rb"[( ]UID (\d{1,10})\b", re.IGNORECASE)
_DATE = re.compile(rb'[( ]INTERNALDATE "([^"]*)"', re.IGNORECASE)
_FLAGS = re.compile(rb"[( ]FLAGS \(([^)]*)\)", re.IGNORECASE)
_FETCH_STARTS = re.compile(rb"\d+ \(")
_QUOTED_BODY = re.compile(rb'BODY\[\] "((?:[^"\\]|\\.)*)"', re.DOTALL | re.IGNORECASE)


class Item(NamedTuple):
    """One mail's part of the answer to a FETCH."""

    uid: int
    received_at: datetime | None
    flags: tuple[str, ...]
    raw: bytes | None


def fetch_items(answers: Sequence[Any]) -> Iterator[Item]:
    """The mails in the answers to a FETCH, whatever the order of items; those without a UID (mere flag changes) are left out.

    answers: as imaplib2 gives them: bytes, or (bytes up to a literal, the literal), the rest of a line following as bytes.
    """
    for line, literals in _whole_answers(answers):
        quoted = _QUOTED_BODY.search(line)
        rest = line.replace(quoted[0], b"") if quoted else line
        uid = _UID.search(rest)
        if not uid:
            continue
        date, flags = _DATE.search(rest), _FLAGS.search(rest)
        raw = re.sub(rb"\\(.)", rb"\1", quoted[1], flags=re.DOTALL) if quoted else next(iter(literals), None)
        yield Item(
            uid=int(uid[1]),
            received_at=internal_date(date[1].decode("ascii", "replace")) if date else None,
            flags=tuple(flags[1].decode("utf-8", "replace").split()) if flags else (),
            raw=raw,
        )


def _whole_answers(answers: Sequence[Any]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Each FETCH answer as one line and the literals that stood in it."""
    line, literals = b"", list[bytes]()
    for answer in answers:
        text, literal = answer if isinstance(answer, tuple) else (answer, None)
        if text and _FETCH_STARTS.match(text) and line:
            yield line, literals
            line, literals = b"", []
        line += text or b""
        if literal is not None:
            literals.append(literal)
    if line:
        yield line, literals


def internal_date(text: str) -> datetime | None:
    """INTERNALDATE as an aware UTC time; also with one digit or a leading space for the day. None when it is none."""
    found = _INTERNALDATE.fullmatch(text)
    if not found or found[2] not in _MONTHS:
        return None
    day, hour, minute, second, zone_hour, zone_minute = (int(found[n]) for n in (1, 4, 5, 6, 8, 9))
    offset = timedelta(hours=zone_hour, minutes=zone_minute) * (-1 if found[7] == "-" else 1)
    try:
        local = datetime(
            int(found[3]), _MONTHS.index(found[2]) + 1, day, hour, minute, min(second, 59), tzinfo=timezone(offset)
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def uid_set(uids: Sequence[int]) -> str:
    """Ascending UIDs as a sequence set: `1:3,7`."""
    spans: list[list[int]] = []
    for uid in uids:
        if spans and uid == spans[-1][1] + 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in spans)


def search_uids(answers: Sequence[bytes | None]) -> list[int]:
    """The UIDs of `1 2 3 7`. Raises ValueError on nonsense."""
    return [int(uid) for answer in answers for uid in (answer or b"").split()]


def esearch_uids(answers: Sequence[bytes]) -> list[int]:
    """The UIDs of `(TAG "A1") UID ALL 1:3,7`; an answer without ALL means that there are none. Raises ValueError on nonsense."""
    found: list[int] = []
    for answer in answers:
        listed = re.search(rb"\bALL ([\d:,]+)", answer or b"", re.IGNORECASE)
        for span in listed[1].split(b",") if listed else ():
            first, _, last = span.partition(b":")
            low, high = sorted((int(first), int(last or first)))
            if len(found) + high - low > MOST_MAILS:
                raise ValueError("more UIDs than any mailbox has mails")
            found += range(low, high + 1)
    return found


def number(data: Sequence[Any]) -> int | None:
    digits = re.match(rb"\d{1,20}", data[-1] or b"") if data else None
    return int(digits[0]) if digits else None


def words(data: Sequence[Any]) -> str:
    last = data[-1] if data else b""
    words = last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last or "")
    return sentence("".join(c for c in " ".join(words.split()) if c.isprintable())[:300])


def sentence(words: str) -> str:
    return words if not words or words.endswith((".", "!", "?", ")")) else f"{words}."
