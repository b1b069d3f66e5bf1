"""What is due, as the team reads it in the morning: a function of the open cases and the day.

Every open case stands in exactly one section. No customer's words, name or address are in it: case number, kind, due, age.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from triage.desk.store import CaseRow, MailboxRow

SECTIONS = ("Overdue", "Due today", "Due in 3 days", "Due in 7 days", "Later", "Without a deadline")


@dataclass(frozen=True, slots=True)
class Line:
    """One case. due_at: aware, in the desk's zone."""

    case: int
    state: str
    kinds: tuple[str, ...]
    due_kind: str
    due_at: datetime | None
    age_days: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A day's digest. sections: in the order of SECTIONS, each with its lines by due instant; empty ones included."""

    day: date
    zone: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    mailboxes: tuple[MailboxRow, ...]

    @property
    def open_cases(self) -> int:
        return sum(len(lines) for _, lines in self.sections)

    @property
    def unaccounted(self) -> int:
        return sum(box.unaccounted for box in self.mailboxes)


def digest_of(rows: Iterable[CaseRow], mailboxes: Sequence[MailboxRow], day: date, zone: ZoneInfo) -> Digest:
    """The digest of `day`, a calendar date in `zone`, over all open cases."""
    sections: dict[str, list[Line]] = {name: [] for name in SECTIONS}
    start = datetime.combine(day, time(), zone)
    for row in rows:
        due = None if row.due_at is None else row.due_at.astimezone(zone)
        age_days = max(0, (day - row.received_at.astimezone(zone).date()).days)
        sections[_section(due, start)].append(Line(row.id, row.state.value, row.kinds, row.due_kind, due, age_days))
    ordered = tuple((name, tuple(sorted(lines, key=_urgency))) for name, lines in sections.items())
    return Digest(day, str(zone), ordered, tuple(mailboxes))


def _section(due: datetime | None, start: datetime) -> str:
    if due is None:
        return "Without a deadline"
    if due < start:
        return "Overdue"
    for name, days in (("Due today", 0), ("Due in 3 days", 3), ("Due in 7 days", 7)):
        if due.date() <= (start + timedelta(days=days)).date():
            return name
    return "Later"


def _urgency(line: Line) -> tuple[float, int]:
    return (line.due_at.timestamp() if line.due_at else float("inf"), line.case)


def as_text(digest: Digest, templates: Path) -> str:
    """The digest as plain text, from `digest.txt`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(templates)
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  # plain text
    )
    return environment.get_template("digest.txt").render(digest=digest)


def as_json(digest: Digest) -> dict[str, Any]:
    """The digest for programs; instants in ISO 8601."""
    return {
        "day": digest.day.isoformat(),
        "zone": digest.zone,
        "open_cases": digest.open_cases,
        "unaccounted": digest.unaccounted,
        "sections": {name: [_line_json(line) for line in lines] for name, lines in digest.sections},
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "case": line.case,
        "state": line.state,
        "kinds": list(line.kinds),
        "due_kind": line.due_kind,
        "due_at": line.due_at.isoformat() if line.due_at else None,
        "age_days": line.age_days,
    }
