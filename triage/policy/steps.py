"""Values that a clause derives from facts: a table, a sum, a share, a period, a cap.

A step's value is None as long as a fact it needs is unknown. Arithmetic is exact: numbers come in with at most 100 digits
on either side of the point, and nothing is rounded except where the clause says so.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any, Protocol

from triage.policy.logic import Sheet
from triage.policy.periods import Counting, Period, end_of, read_period
from triage.policy.yamlfile import Block

_EXACT = decimal.Context(prec=1000, rounding=decimal.ROUND_HALF_UP)
ROUNDING = {"half up": decimal.ROUND_HALF_UP, "half even": decimal.ROUND_HALF_EVEN, "down": decimal.ROUND_DOWN}
_HUNDREDTH = Decimal("0.01")


def added(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum of amounts of money, to the cent at least."""
    return reduce(_EXACT.add, amounts, Decimal("0.00"))


class Step(Protocol):
    @property
    def gives(self) -> str: ...

    @property
    def inputs(self) -> tuple[str, ...]: ...

    def run(self, sheet: Sheet) -> Any: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: applies from `at_least` up to the row above. None: everything below that."""

    at_least: Decimal | None
    gives: Decimal
    line: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows from the highest bound to the lowest; the first whose bound is reached gives the value."""

    gives: str
    of: str
    rows: tuple[Row, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of,)

    def run(self, sheet: Sheet) -> Decimal | None:
        value = sheet.get(self.of)
        if value is None:
            return None
        return next((row.gives for row in self.rows if row.at_least is None or value >= row.at_least), None)


@dataclass(frozen=True, slots=True)
class BillSum:
    """The sum of bill lines. `one_time`: whether lines paid once count too."""

    gives: str
    of: str
    one_time: bool

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of,)

    def run(self, sheet: Sheet) -> Decimal | None:
        lines = sheet.get(self.of)
        if lines is None:
            return None
        amounts: list[Decimal] = []
        for line in lines:
            if line.one_time and not self.one_time:
                continue
            if line.amount is None or (line.one_time is None and not self.one_time):
                return None
            amounts.append(line.amount)
        return added(amounts)


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage of an amount, rounded to a multiple of `unit`, a power of ten such as 0.01."""

    gives: str
    of: str
    percent: str
    unit: Decimal
    rounding: str

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of, self.percent)

    def run(self, sheet: Sheet) -> Decimal | None:
        amount, percent = sheet.get(self.of), sheet.get(self.percent)
        return None if amount is None or percent is None else self.part(amount, percent)

    def part(self, amount: Decimal, percent: Decimal) -> Decimal:
        exact = _EXACT.multiply(_EXACT.multiply(amount, percent), _HUNDREDTH)
        return exact.quantize(self.unit, self.rounding, _EXACT)


@dataclass(frozen=True, slots=True)
class Limit:
    """The instant at which a period ends. With billing cycles it is the end of the n-th cycle after the one concerned."""

    gives: str
    start: str
    period: Period
    counting: Counting

    @property
    def inputs(self) -> tuple[str, ...]:
        return () if self.period.unit == "billing cycles" else (self.start,)

    def run(self, sheet: Sheet) -> datetime | None:
        if self.period.unit == "billing cycles":
            end_after = sheet.get("end of later cycle")
            return None if end_after is None else end_after(self.period.count)
        start = sheet.get(self.start)
        if start is None:
            return None
        end = end_of(start, self.period, self.counting, sheet.get("zone") or UTC).at
        return end + timedelta(seconds=1) if self.counting.whole_days else end


@dataclass(frozen=True, slots=True)
class Cap:
    """An amount cut to what is left of a limit: `at_most` less what was given before (`less`)."""

    gives: str
    of: str
    at_most: Decimal
    less: tuple[str, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.of, *self.less)

    def run(self, sheet: Sheet) -> Decimal | None:
        amount: Decimal | None = sheet.get(self.of)
        left = self.at_most
        for name in self.less:
            given = sheet.get(name)
            if given is None:
                return None
            left = _EXACT.subtract(left, given)
        return None if amount is None else max(min(amount, left), Decimal("0.00"))


# --- from a pack ----------------------------------------------------------------------------------------------------

STEPS = ("table", "sum", "share", "limit", "cap")


def read_step(block: Block, types: Mapping[str, str]) -> Step | None:
    """The step that a version of a clause holds, if any. Raises ConfigError with the line."""
    named = [key for key in STEPS if key in block]
    if len(named) > 1:
        block.wrong(named[1], f"A version cannot hold both `{named[0]}` and `{named[1]}`.", "Make two clauses of it.")
    if not named:
        return None
    part = block.block(named[0])
    step = _READERS[named[0]](part)
    for name in (*step.inputs, step.gives):
        if name not in types:
            part.wrong(None, f"`{name}` is not a fact of this pack.", "Declare it under `facts:` in pack.yaml.")
    return step


def _table(block: Block) -> Step:
    block.only("of", "gives", "rows")
    rows: list[Row] = []
    for entry in block.blocks("rows"):
        entry.only("at least", "below that", "gives")
        if rows and rows[-1].at_least is None:
            entry.wrong(None, "A row stands after the row `below that`.", "Put `below that: true` last.")
        if entry.flag("below that", False) == ("at least" in entry):
            entry.wrong(None, "A row needs either `at least` or `below that: true`.", "Write one of the two.")
        bound = entry.number("at least") if "at least" in entry else None
        if rows and bound is not None and rows[-1].at_least is not None and bound >= rows[-1].at_least:
            entry.wrong(
                "at least", f"{bound} does not lie below the row above.", "List rows from the highest to the lowest."
            )
        rows.append(Row(bound, entry.number("gives"), entry.line))
    if not rows or rows[-1].at_least is not None:
        block.wrong("rows", "The table leaves a gap at its lower end.", "End it with `below that: true`.")
    return Table(block.text("gives"), block.text("of"), tuple(rows))


def _sum(block: Block) -> Step:
    block.only("of", "gives", "one-time lines")
    counted = block.choice("one-time lines", ("left out", "counted")) == "counted"
    return BillSum(block.text("gives"), block.text("of"), counted)


def _share(block: Block) -> Step:
    block.only("of", "percent", "gives", "rounded", "to")
    rounding, unit = ROUNDING[block.choice("rounded", tuple(ROUNDING))], block.number("to")
    if unit not in (1, Decimal("0.1"), Decimal("0.01"), Decimal("0.001"), Decimal("0.0001")):
        block.wrong("to", f"{unit} is no unit to round to.", "Write 0.01 for cents, 1 for whole amounts.")
    return Share(block.text("gives"), block.text("of"), block.text("percent"), unit.normalize(), rounding)


def _limit(block: Block) -> Step:
    block.only("from", "period", "gives", "counted", "a day off", "calendar")
    return Limit(block.text("gives"), block.text("from"), read_period(block, "period"), read_counting(block))


def _cap(block: Block) -> Step:
    block.only("of", "at most", "less", "gives")
    return Cap(block.text("gives"), block.text("of"), block.number("at most"), block.texts("less", []))


_READERS = {"table": _table, "sum": _sum, "share": _share, "limit": _limit, "cap": _cap}


def read_counting(block: Block) -> Counting:
    """`counted: from the instant | whole days`, `a day off: stays | next working day`, `calendar: DE-BE`."""
    whole = block.choice("counted", ("from the instant", "whole days"), "from the instant") == "whole days"
    day_off = block.choice("a day off", ("stays", "next working day"), "stays")
    calendar = block.text("calendar", "")
    if calendar and not _calendar_known(calendar):
        block.wrong(
            "calendar", f"`{calendar}` is no calendar of public holidays.", "Write a country such as DE or DE-BE."
        )
    return Counting(whole, day_off, calendar)


def _calendar_known(calendar: str) -> bool:
    import holidays

    country, _, part = calendar.partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not part or part in known[country])
