"""Between what an unknown value surely lies: for packs that let that settle a clause.

A bill of 1.00 can bring no credit of more than 1.00 at any percentage, so a minimum of more than 1.00 fails whatever the uptime
was. Whether that may be said before the uptime is known is a reading of the pack; where it may not, the clause stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from triage.model import Result
from triage.policy.facts import BillLine
from triage.policy.logic import ORDERED, Condition, Sheet, Test
from triage.policy.steps import BillSum, Cap, Share, Step, Table, added

Bounds = tuple[Decimal, Decimal]
_ZERO = Decimal("0.00")


def bounds_of(step: Step, sheet: Sheet, known: Mapping[str, Bounds]) -> Bounds | None:
    """The least and the greatest value that a step can still give. known: the bounds of its inputs. None: anything."""
    if isinstance(step, Table):
        values = [row.gives for row in step.rows]
        return min(values), max(values)
    if isinstance(step, BillSum):
        return _sum(sheet.get(step.of), step.one_time)
    if isinstance(step, Share):
        amounts, percents = _between(step.of, sheet, known), _between(step.percent, sheet, known)
        if amounts is None or percents is None:
            return None
        corners = [step.part(amount, percent) for amount in amounts for percent in percents]
        return min(corners), max(corners)
    if isinstance(step, Cap):
        between = _between(step.of, sheet, known)
        return None if between is None else (_ZERO, max(between[1], _ZERO))
    return None


def settled(condition: Condition, bounds: Mapping[str, Bounds]) -> Result:
    """What a test of an unknown value comes to where both of its bounds answer alike; else unknown."""
    if not isinstance(condition, Test) or condition.word not in ORDERED or condition.fact not in bounds:
        return Result.UNKNOWN
    answers = {condition.check(end, condition.value) for end in bounds[condition.fact]}
    if len(answers) > 1:
        return Result.UNKNOWN
    return Result.HOLDS if True in answers else Result.FAILS


def _sum(lines: tuple[BillLine, ...] | None, one_time: bool) -> Bounds | None:
    """A line that may have been paid once counts or does not; one of unknown amount may be anything."""
    lows: list[Decimal] = []
    highs: list[Decimal] = []
    for line in lines or (BillLine(),):
        if line.one_time and not one_time:
            continue
        if line.amount is None:
            return None
        sure = one_time or line.one_time is not None
        lows.append(line.amount if sure or line.amount < 0 else _ZERO)
        highs.append(line.amount if sure or line.amount > 0 else _ZERO)
    return added(lows), added(highs)


def _between(name: str, sheet: Sheet, known: Mapping[str, Bounds]) -> Bounds | None:
    value = sheet.get(name)
    return known.get(name) if value is None else (value, value)
