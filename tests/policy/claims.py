"""Random credit claims on and around every edge of the terms, with facts missing at random; seeded, so that a failure repeats."""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Facts = dict[str, Any]

UPTIMES = [
    *("100", "99.99", "99.990", "99.9899999999", "99.9900000001", "99.98", "99.0", "99.00", "98.9999999999"),
    *("99.0000000001", "95.0", "94.9999999999", "95.0000000001", "94", "0", "97.5", "99.663"),
]
AMOUNTS = [
    *("0", "1.66", "1.67", "1.675", "1.68", "3.33", "3.34", "3.35", "3.350", "10.00", "10.04", "10.05", "10.0499999"),
    *("180.00", "500.00", "0.01", "-5.00", "123456789.99", "1.00", "16.75", "10.06"),
]


def random_claims(seed: int, count: int) -> Iterator[Facts]:
    rng = random.Random(seed)
    for _ in range(count):
        yield random_claim(rng)


def random_claim(rng: random.Random) -> Facts:
    billing_day = rng.choice([1, 2, 15, 27, 28, 29, 30, 31, rng.randint(1, 31)])
    incidents = [incident(rng, billing_day) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    gap = rng.choice([0.0, 0.0, 0.02, 0.05, 0.15])
    sound = rng.random() < 0.6  # else almost every claim would fail by something, and the amounts never matter
    cycles = _cycles(rng, billing_day, incidents)
    facts = {
        "received_at": iso(_received(rng, billing_day, incidents)),
        "claimant": "northpeak" if sound else rng.choice(["northpeak", "bau-petersen"]),
        "account": {
            "id": "northpeak",
            "plan": rng.choice(["payg", "fixed", "pro", "enterprise", *([] if sound else ["free"])]),
            "billing_day": billing_day,
        },
        "service": {
            "product": "redis" if sound else rng.choice(["redis", "redis", "qstash"]),
            "kind": rng.choice(["regional", "global", *([] if sound else ["serverless"])]),
            "owner": "northpeak",
        },
        "region": "eu-central-1",
        "incidents": incidents,
        "cycles": cycles,
    }
    return forget(facts, rng, gap)


def forget(value: Any, rng: random.Random, chance: float, key: str = "") -> Any:
    """The same facts with some of them null or left out. The name of a cycle is no fact that can be missing."""
    if isinstance(value, dict):
        kept = {name: forget(each, rng, chance, name) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None or name == "start" or rng.random() < 0.5}
    if key != "start" and chance and rng.random() < chance:
        return None
    return [forget(each, rng, chance, "start") for each in value] if isinstance(value, list) else value


def incident(rng: random.Random, billing_day: int) -> Facts:
    start = _near_edge(rng, billing_day)
    lengths = [timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=2), timedelta(days=1)]
    length = rng.choice([*lengths, timedelta(days=rng.randint(2, 70)), timedelta(minutes=rng.randint(1, 3000))])
    end = start + length
    if rng.random() < 0.3:
        end = max(start, _edge(billing_day, end.year, end.month))
    if rng.random() < 0.02:
        start, end = end, start
    return {"start_at": iso(start), "end_at": iso(end)}


def _near_edge(rng: random.Random, billing_day: int) -> datetime:
    year, month = (
        rng.choice([2023, 2024, 2025, 2026, 2027, 2028]),
        rng.choice([1, 2, 2, 3, 3, 4, 12, rng.randint(1, 12)]),
    )
    near = [timedelta(0), timedelta(seconds=1), timedelta(microseconds=1), timedelta(hours=5), timedelta(days=1)]
    offset = rng.choice([*near, *(-each for each in near), timedelta(minutes=rng.randint(0, 40000))])
    return _edge(billing_day, year, month) + offset


def _edge(billing_day: int, year: int, month: int) -> datetime:
    return datetime(year, month, min(billing_day, calendar.monthrange(year, month)[1]), tzinfo=UTC)


def _received(rng: random.Random, billing_day: int, incidents: list[Facts]) -> datetime:
    ends = [datetime.fromisoformat(each["end_at"]) for each in incidents]
    after = rng.choice(ends) + timedelta(days=rng.choice([0, 10, 40, 60, 85, 100, 400]))
    if rng.random() < 0.5:
        offsets = [timedelta(0), timedelta(seconds=1), timedelta(seconds=-1), timedelta(microseconds=-1)]
        return _edge(billing_day, after.year, after.month) + rng.choice(offsets)
    return after


def _cycles(rng: random.Random, billing_day: int, incidents: list[Facts]) -> list[Facts]:
    """An entry for every month about the incidents, so that touched cycles and untouched ones both are listed."""
    starts: set[datetime] = set()
    for each in incidents:
        month = datetime.fromisoformat(min(each["start_at"], each["end_at"])).replace(day=1) - timedelta(days=40)
        for _ in range(7):
            starts.add(_edge(billing_day, month.year, month.month))
            month = month.replace(day=1) + timedelta(days=32)
    good = rng.random() < 0.5
    return [_cycle(rng, start, good) for start in sorted(starts) if rng.random() < 0.95]


def _cycle(rng: random.Random, start: datetime, good: bool) -> Facts:
    lines = [
        {"amount": rng.choice(AMOUNTS), "one_time": rng.random() < 0.25} for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))
    ]
    return {
        "start": start.date().isoformat(),
        "uptime_percent": rng.choice(["99.5", "97.123"] if good else UPTIMES),
        "bill": lines,
        "already_credited": rng.random() < 0.1,
    }


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
