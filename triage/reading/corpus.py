"""The corpora: files of mails with gold labels, as docs/corpus.md describes them, and folders of mail with gold beside.

Every sample becomes a real mail and goes through `triage.mail.parse`, so that quoted history and signature are set aside
as they will be when it counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from triage.errors import ConfigError
from triage.mail import parse
from triage.model import Incident, Message

_HEADERS = frozenset(
    {"from", "received", "subject", "language", "categories", "rights", "account", "resources", "regions", "incidents"}
)


@dataclass(frozen=True, slots=True)
class Gold:
    """What a careful person read. None: not measured for this mail."""

    language: str | None = None
    categories: frozenset[str] | None = None
    rights: frozenset[str] | None = None
    account: frozenset[tuple[str, str]] | None = None
    resources: frozenset[tuple[str, str]] | None = None
    regions: frozenset[str] | None = None
    incidents: tuple[Incident, ...] | None = None
    missing: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail with its gold. voice: the file it stands in, whose mails are never split between training and measuring."""

    id: str
    voice: str
    message: Message
    gold: Gold


def load(path: Path) -> list[Sample]:
    """All samples of a corpus file, of a folder of corpus files, of a folder of `.eml` with `.json` of the same name, or
    of a Maildir with a folder `expected` in it, whose other folders are not looked at.

    Raises ConfigError with file and line where a sample cannot be understood or nothing is found.
    """
    if (path / "expected").is_dir():
        return list(_mail_with_gold(path / "new", path / "expected"))
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    samples = [sample for file in files for sample in _read(file)]
    if path.is_dir():
        samples.extend(_mail_with_gold(path))
    if not samples:
        raise ConfigError(str(path), "holds no samples.", "Name a corpus, or a folder of .eml with gold .json beside.")
    return samples


def _read(file: Path) -> Iterator[Sample]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(file), "cannot be read.", "Name a corpus file in UTF-8.") from error
    starts = [number for number, line in enumerate(lines) if line.startswith("%% ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _sample(file, start, lines[start:end])


def _sample(file: Path, start: int, lines: list[str]) -> Sample:
    ident = lines[0][3:].strip()
    headers: dict[str, str] = {}
    number = 1
    while number < len(lines) and lines[number].strip():
        name, colon, value = lines[number].partition(":")
        if not colon or name not in _HEADERS:
            raise ConfigError(
                str(file), f"line {lines[number]!r} is no header.", "See docs/corpus.md.", start + number + 1
            )
        headers[name] = value.strip()
        number += 1
    body = "\n".join(lines[number + 1 :]).strip("\n") + "\n"
    try:
        gold = _gold(headers)
        message = parse(_mail(ident, headers, body), source=ident)
    except ValueError as error:
        raise ConfigError(str(file), f"mail {ident}: {error}.", "See docs/corpus.md.", start + 1) from error
    return Sample(ident, file.stem, message, gold)


def _mail(ident: str, headers: Mapping[str, str], body: str) -> bytes:
    """The sample as a mail on the wire, received at the time of its header."""
    received = _instant(headers["received"])
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    mail["Received"] = f"from mx.example by desk.example with ESMTP; {format_datetime(received)}"
    mail["Message-ID"] = f"<{ident}@corpus.example>"
    mail["Date"] = format_datetime(received)
    mail["From"] = headers.get("from", "")
    mail["To"] = "support@upstash.com"
    mail["Subject"] = headers.get("subject", "")
    mail.set_content(body, cte="base64")
    return mail.as_bytes()


def _gold(headers: Mapping[str, str]) -> Gold:
    return Gold(
        language=headers.get("language"),
        categories=_labels(headers, "categories"),
        rights=_labels(headers, "rights", empty_of="categories"),
        account=_pairs(headers, "account"),
        resources=_pairs(headers, "resources"),
        regions=_labels(headers, "regions"),
        incidents=_incidents(headers["incidents"]) if "incidents" in headers else None,
    )


def _labels(headers: Mapping[str, str], name: str, empty_of: str = "") -> frozenset[str] | None:
    if name not in headers and empty_of not in headers:
        return None
    return frozenset(part.strip() for part in headers.get(name, "").split(",") if part.strip())


def _pairs(headers: Mapping[str, str], name: str) -> frozenset[tuple[str, str]] | None:
    if name not in headers:
        return None
    parts = (part.split(None, 1) for part in headers[name].split(";") if part.strip())
    return frozenset((kind, value.strip()) for kind, value in parts)


def _incidents(value: str) -> tuple[Incident, ...]:
    return tuple(_incident(part.strip()) for part in value.split(";") if part.strip())


def _incident(text: str) -> Incident:
    """`[~]START[..END] [START_AT/END_AT] [| START[..END]]`"""
    main, _, other = text.removeprefix("~").partition("|")
    days, _, instants = main.strip().partition(" ")
    first, last = _days(days)
    start_at, end_at = (_instant(part) if part else None for part in (instants.strip() or "/").split("/"))
    alternatives = (_days(other.strip()),) if other.strip() else ()
    return Incident(first, last, start_at, end_at, text.startswith("~"), alternatives)


def _days(text: str) -> tuple[date, date]:
    first, _, last = text.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    if moment.utcoffset() is None:
        raise ValueError(f"time {text!r} has no offset")
    return moment.astimezone(UTC)


def _mail_with_gold(folder: Path, beside: Path | None = None) -> Iterator[Sample]:
    """beside: where the gold lies; by default with the mail."""
    for mail in sorted(folder.rglob("*.eml")):
        gold = (beside or mail.parent) / f"{mail.stem}.json"
        if gold.is_file():
            try:
                expected = _from_json(json.loads(gold.read_text(encoding="utf-8")))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ConfigError(str(gold), f"is no gold file ({error}).", "See docs/corpus.md.") from error
            yield Sample(mail.stem, mail.parent.name, parse(mail.read_bytes(), source=mail.name), expected)


def _from_json(value: Mapping[str, Any]) -> Gold:
    """Gold in the shape of `triage read --json`; fields left out are not measured, lists may hold bare values."""
    return Gold(
        language=value.get("language"),
        categories=_names(value, "categories", "label"),
        rights=_names(value, "rights", "label"),
        account=_kinds(value, "account"),
        resources=_kinds(value, "resources"),
        regions=_names(value, "regions", "value"),
        incidents=_spans(value["incidents"]) if value.get("incidents") is not None else None,
        missing=_names(value, "missing", "value"),
    )


def _names(value: Mapping[str, Any], name: str, key: str) -> frozenset[str] | None:
    entries = value.get(name)
    return None if entries is None else frozenset(str(e[key]) if isinstance(e, dict) else str(e) for e in entries)


def _kinds(value: Mapping[str, Any], name: str) -> frozenset[tuple[str, str]] | None:
    entries = value.get(name)
    return None if entries is None else frozenset((str(e.get("kind", "")), str(e["value"])) for e in entries)


def _spans(entries: list[Mapping[str, Any]]) -> tuple[Incident, ...]:
    return tuple(
        Incident(
            start=date.fromisoformat(entry["start"]),
            end=date.fromisoformat(entry.get("end") or entry["start"]),
            start_at=_instant(entry["start_at"]) if entry.get("start_at") else None,
            end_at=_instant(entry["end_at"]) if entry.get("end_at") else None,
            ambiguous=bool(entry.get("ambiguous")),
        )
        for entry in entries
    )
