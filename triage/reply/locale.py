"""How a language writes dates, instants, amounts and lists; all of it data from `<language>/locale.yaml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from zoneinfo import ZoneInfo

from triage.policy.yamlfile import Block


@dataclass(frozen=True, slots=True)
class Locale:
    """months: twelve names as they stand within a date. date: from `day month year`; first_day: how the first of a
    month is written; instant: from `date time zone`; money: from `amount currency`; percent: from `number`;
    span: from `start end`; decimal, group: the two number signs; comma, conjunction: between the items of a list.
    subject: stands in for an empty one.
    """

    months: tuple[str, ...]
    date: str
    first_day: str
    instant: str
    span: str
    money: str
    percent: str
    decimal: str
    group: str
    comma: str
    conjunction: str
    subject: str

    @classmethod
    def of(cls, block: Block) -> Locale:
        """Raises ConfigError when a key is missing, unknown or not text."""
        names = [f.name for f in fields(cls)]
        block.only(*names)
        months = block.texts("months")
        if len(months) != 12:
            block.wrong("months", "`months` does not name twelve months.", "List them from January to December.")
        return cls(months, *(block.text(name) for name in names[1:]))

    def day(self, day: dt.date) -> str:
        """`2 April 2026`."""
        number = self.first_day if day.day == 1 else str(day.day)
        return self.date.format(day=number, month=self.months[day.month - 1], year=day.year)

    def days(self, start: dt.date, end: dt.date) -> str:
        """One day, or `3 March 2026 to 5 March 2026`."""
        return self.day(start) if start == end else self.span.format(start=self.day(start), end=self.day(end))

    def moment(self, at: dt.datetime, zone: str) -> str:
        """An instant in a zone of the IANA database, which is named: `2 April 2026, 10:12 (Europe/Berlin)`."""
        local = at.astimezone(ZoneInfo(zone))
        return self.instant.format(date=self.day(local.date()), time=f"{local:%H:%M}", zone=zone.replace("_", " "))

    def number(self, number: Decimal) -> str:
        """All its digits, grouped by thousands."""
        return f"{number:,f}".translate({ord(","): self.group, ord("."): self.decimal})

    def amount(self, number: Decimal, currency: str) -> str:
        return self.money.format(amount=self.number(number), currency=currency)

    def share(self, percent: Decimal) -> str:
        return self.percent.format(number=self.number(percent))

    def list(self, items: Sequence[str]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        if len(items) < 2:
            return "".join(items)
        return self.comma.join(items[:-1]) + self.conjunction + items[-1]
