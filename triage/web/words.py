"""How instants and spans are said on a page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def on(at: datetime, zone: ZoneInfo) -> str:
    """An instant in the desk's zone, as `Thu 2 Apr 2026, 10:12`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def left(due: datetime, now: datetime) -> str:
    """What is left until `due`: `in 3 days`, `in 5 hours`, `overdue by 2 days`."""
    return f"overdue by {_span(now - due)}" if due < now else f"in {_span(due - now)}"


def age(at: datetime, now: datetime) -> str:
    """How long ago: `4 hours`, `12 days`."""
    return _span(max(now - at, timedelta()))


def plain(name: str) -> str:
    """A name that programs use, for people: `cycles[2026-02-01].uptime_percent` is `uptime percent of the cycle from 2026-02-01`."""
    found = re.fullmatch(r"cycles\[([\d-]+)\]\.(.*)", name)
    words = found[2] if found else name
    return words.replace("_", " ").replace(".", " ") + (f" of the cycle from {found[1]}" if found else "")


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or (minutes >= size and name != "day"):
            count = minutes // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a minute"
