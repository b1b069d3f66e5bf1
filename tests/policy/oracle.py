"""A second reading of the service credit terms, slow and plain, written from their text alone.

It shares nothing with `triage.policy`: it works on the JSON that `triage assess` reads, walks through time day by day, and
uses fractions instead of decimals. None is unknown.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

Facts = dict[str, Any]


def judge(facts: Facts) -> Facts:
    """`outcome`, `total` and for each affected cycle outcome, credit and time limit; times as datetimes."""
    account, service = facts.get("account") or {}, facts.get("service") or {}
    standing = [
        unless_unknown(account.get("plan"), lambda plan: plan != "free"),
        both(
            unless_unknown(service.get("product"), lambda product: product == "redis"),
            unless_unknown(service.get("kind"), lambda kind: kind in ("regional", "global")),
        ),
        equal(facts.get("claimant"), service.get("owner")),
    ]
    cycles, more = affected_cycles(facts.get("incidents"), account.get("billing_day"))
    listed = {entry["start"]: entry for entry in facts.get("cycles") or []}
    judged = [judge_cycle(day, listed.get(day.isoformat(), {}), facts, standing) for day in cycles]
    outcomes = [cycle["outcome"] for cycle in judged]
    if more:
        outcomes.append("ineligible" if False in standing else "undetermined")
    outcome = next((word for word in ("eligible", "undetermined") if word in outcomes), "ineligible")
    total = sum((cycle["credit"] for cycle in judged if cycle["outcome"] == "eligible"), Fraction(0))
    return {"outcome": outcome, "total": None if outcome == "undetermined" else total, "cycles": judged}


def judge_cycle(day: date, known: Facts, facts: Facts, standing: list[bool | None]) -> Facts:
    uptime, base = known.get("uptime_percent"), base_of(known.get("bill"))
    tier = None if uptime is None else tier_of(Fraction(uptime))
    credit = None if tier is None or base is None else to_the_cent(base * tier / 100)
    limit = midnight(nth_cycle_after(day, facts["account"]["billing_day"], 3))
    received = facts.get("received_at")
    answers = [
        *standing,
        None if tier is None else tier > 0,
        None if base is None else True,
        None if credit is None else credit > 1,
        None if received is None else instant(received) < limit,
        None if known.get("already_credited") is None else not known["already_credited"],
    ]
    outcome = "ineligible" if False in answers else "undetermined" if None in answers else "eligible"
    return {"cycle": day, "outcome": outcome, "credit": credit, "claim_before": limit}


def tier_of(uptime: Fraction) -> int:
    if uptime < 95:
        return 60
    if uptime < 99:
        return 30
    return 10 if uptime < Fraction(9999, 100) else 0


def base_of(bill: list[Facts] | None) -> Fraction | None:
    if bill is None:
        return None
    total = Fraction(0)
    for line in bill:
        if line.get("one_time") is True:
            continue
        if line.get("one_time") is None or line.get("amount") is None:
            return None
        total += Fraction(line["amount"])
    return total


def to_the_cent(amount: Fraction) -> Fraction:
    sign = -1 if amount < 0 else 1
    return Fraction(sign * int(abs(amount) * 100 + Fraction(1, 2)), 100)


# --- time -----------------------------------------------------------------------------------------------------------


def starts_cycle(day: date, billing_day: int) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    return day.day == min(billing_day, last)


def cycle_day(day: date, billing_day: int) -> date:
    """The first day of the cycle that a day lies in."""
    while not starts_cycle(day, billing_day):
        day -= timedelta(days=1)
    return day


def nth_cycle_after(day: date, billing_day: int, count: int) -> date:
    for _ in range(count):
        day += timedelta(days=1)
        while not starts_cycle(day, billing_day):
            day += timedelta(days=1)
    return day


def affected_cycles(incidents: list[Facts] | None, billing_day: int | None) -> tuple[list[date], bool]:
    """The cycles surely touched, and whether there may be more than these."""
    if not incidents or billing_day is None:
        return [], True
    found: set[date] = set()
    more = False
    for incident in incidents:
        start, end = incident.get("start_at"), incident.get("end_at")
        if start is None or end is None:
            more = True
            one = instant(start or end) if start or end else None
            if one is not None and one != midnight(
                cycle_day(one.date(), billing_day)
            ):  # there it may have no length at all
                found.add(cycle_day(one.date(), billing_day))
        elif instant(end) < instant(start):
            more = True
        else:
            found |= touched(instant(start), instant(end), billing_day)
    return sorted(found), more


def touched(start: datetime, end: datetime, billing_day: int) -> set[date]:
    """Each day that the time touches, taken to its cycle. The end itself is no part of the time."""
    found = set()
    day = start.date()
    while midnight(day) < end:
        found.add(cycle_day(day, billing_day))
        day += timedelta(days=1)
    if start == end and not (starts_cycle(start.date(), billing_day) and start == midnight(start.date())):
        found.add(cycle_day(start.date(), billing_day))
    return found


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# --- three values ---------------------------------------------------------------------------------------------------


def unless_unknown(value: Any, test: Any) -> bool | None:
    return None if value is None else bool(test(value))


def equal(one: Any, other: Any) -> bool | None:
    return None if one is None or other is None else one == other


def both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True
