"""Billing cycles and the time an incident took."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache


@dataclass(frozen=True, slots=True, order=True)
class Cycle:
    """One billing cycle, `[start, end)`, in UTC. `month` counts from year 0 (`year * 12 + month - 1`); day: its first day."""

    start: datetime
    end: datetime
    month: int
    day: date


@dataclass(frozen=True, slots=True)
class CycleRule:
    """How an account's billing cycles lie.

    zone: where the midnight is that a cycle starts at.
    short_month: `last day` or `first of the next month`: where a month lacks the billing day.
    border: whether an incident that ends exactly where a cycle starts touches that cycle.
    """

    zone: tzinfo = UTC
    short_month: str = "last day"
    border: bool = False

    def first_day(self, billing_day: int, month: int) -> date:
        year, month0 = divmod(month, 12)
        if billing_day <= 28:
            return date(year, month0 + 1, billing_day)
        last = monthrange(year, month0 + 1)[1]
        if billing_day > last and self.short_month != "last day":
            return date(year, month0 + 1, last) + timedelta(days=1)
        return date(year, month0 + 1, min(billing_day, last))

    def start(self, billing_day: int, month: int) -> datetime:
        """The start, UTC, of the cycle that belongs to a month."""
        return _start(self, billing_day, month)

    def cycle(self, billing_day: int, month: int) -> Cycle:
        start, end = _start(self, billing_day, month), _start(self, billing_day, month + 1)
        return Cycle(start, end, month, self.first_day(billing_day, month))

    def at(self, billing_day: int, instant: datetime) -> Cycle:
        """The cycle that holds an instant (aware)."""
        moment = instant.astimezone(self.zone)
        month = moment.year * 12 + moment.month - 1
        while self.start(billing_day, month) > instant:
            month -= 1
        return self.cycle(billing_day, month)

    def touched(self, billing_day: int, start: datetime, end: datetime) -> Iterator[Cycle]:
        """Every cycle that the time from start to end touches, in order; start before or at end.

        An instant (start = end) touches the cycle around it, and none where it lies on the border of two.
        """
        cycle = self.at(billing_day, start)
        while cycle.start < end or (self.border and cycle.start == end):
            yield cycle
            cycle = self.cycle(billing_day, cycle.month + 1)


@lru_cache(maxsize=4096)
def _start(rule: CycleRule, billing_day: int, month: int) -> datetime:
    return datetime.combine(rule.first_day(billing_day, month), time(), rule.zone).astimezone(UTC)


def merge(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans in order, those that overlap or meet made one, so that no second counts twice."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
