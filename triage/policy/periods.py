"""Periods as clauses grant them (`15 days`, `1 month`, `10 business days`) and the instants on which they end.

Every end comes with its derivation, a line a step, so that a person can count along on a calendar.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from triage.policy.yamlfile import Block

_PERIOD = re.compile(
    r"(\d{1,4}) (day|days|business day|business days|month|months|hour|hours|billing cycle|billing cycles)"
)

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Period:
    """unit: `hours`, `days`, `business days`, `months` or `billing cycles`."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit if self.count != 1 else self.unit[:-1]}"


def read_period(block: Block, key: str) -> Period:
    text = block.text(key)
    match = _PERIOD.fullmatch(text)
    if match is None:
        block.wrong(key, f"`{text}` is not a period.", "Write a number and a unit: 15 days, 10 business days, 1 month.")
    unit = match[2] if match[2].endswith("s") else match[2] + "s"
    return Period(int(match[1]), unit)


@dataclass(frozen=True, slots=True)
class Counting:
    """How a period is counted.

    whole_days: False counts from the very instant (15 days are 360 hours); True leaves the first day out and ends with
        the last second of the last day in the zone.
    day_off: `stays` or `next working day`: what happens when whole days end on a weekend or public holiday.
    calendar: country, and optionally a part of it (`DE`, `DE-BE`), whose public holidays count; empty: weekends only.
    """

    whole_days: bool = False
    day_off: str = "stays"
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class End:
    at: datetime
    derivation: tuple[str, ...]


def end_of(start: datetime, period: Period, counting: Counting, zone: tzinfo) -> End:
    """When a period that starts at `start` (aware) ends, UTC. With whole days the end is the last instant that is in time
    plus one second: midnight after the last day, shown as that day's end."""
    if not counting.whole_days and period.unit in ("days", "hours"):
        span = timedelta(days=period.count) if period.unit == "days" else timedelta(hours=period.count)
        at = (start + span).astimezone(UTC)
        return End(at, (f"received {_instant(start)}", f"plus {period}, counted from that instant: {_instant(at)}"))
    return _whole_days(start, period, counting, zone)


def _whole_days(start: datetime, period: Period, counting: Counting, zone: tzinfo) -> End:
    is_off = days_off(counting.calendar)
    first = start.astimezone(zone).date()
    lines = [f"received {_instant(start)}, which is {_day(first)} in {zone}; that day is not counted"]
    if period.unit == "business days":
        last = _business_days(first, period.count, is_off, lines)
    else:
        last = add_months(first, period.count) if period.unit == "months" else first + timedelta(days=period.count)
        lines.append(f"plus {period}: {_day(last)}")
    if counting.day_off == "next working day":
        while reason := is_off(last):
            following = last + timedelta(days=1)
            lines.append(f"{_day(last)} is {reason}: moves to {_day(following)}")
            last = following
    at = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC) - timedelta(seconds=1)
    lines.append(f"ends with that day: {_instant(at)}")
    return End(at, tuple(lines))


def _business_days(first: date, count: int, is_off: Callable[[date], str], lines: list[str]) -> date:
    last, counted = first, 0
    while counted < count:
        last += timedelta(days=1)
        if reason := is_off(last):
            lines.append(f"{_day(last)}: {reason}, not counted")
        else:
            counted += 1
            lines.append(f"{_day(last)}: business day {counted}")
    return last


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


@lru_cache(maxsize=64)
def days_off(calendar: str) -> Callable[[date], str]:
    """Why a day is not a business day, as a word; empty when it is one."""
    holidays = _holidays(calendar) if calendar else {}

    def reason(day: date) -> str:
        if day.weekday() >= 5:
            return "a weekend"
        return str(holidays[day]) if day in holidays else ""

    return reason


def _holidays(calendar: str) -> dict[date, str]:
    import holidays  # half a second: only where business days are counted

    country, _, part = calendar.partition("-")
    found: dict[date, str] = holidays.country_holidays(country, subdiv=part or None)
    return found


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _day(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"
