"""How many credit claims a second one core judges, and what the reasons cost.

    python benchmarks/policy.py [--claims N] [--cases N]

The baseline is the same arithmetic written out by hand: Decimals, no unknowns, no versions, no reasons. Its rate in the same
run makes the ratio comparable between machines. The second figure is a whole impact run over open cases: every case
judged and dated by two packs.
"""

from __future__ import annotations

import argparse
import calendar
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from triage.model import Label, Reading
from triage.policy import ClaimFacts, assess, load_pack
from triage.policy.facts import AccountFacts, BillLine, CycleFacts, OutageFacts, ServiceFacts
from triage.policy.impact import OpenCase, impact

RULES = Path(__file__).resolve().parent.parent / "rules"


def random_claim(rng: random.Random) -> ClaimFacts:
    """A claim with every fact known: one to three outages in one to three billing cycles."""
    billing_day = rng.randint(1, 31)
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randint(0, 400_000))
    spans = [(start + timedelta(days=20 * n), rng.randint(1, 3000)) for n in range(rng.randint(1, 3))]
    incidents = tuple(OutageFacts(at, at + timedelta(minutes=minutes)) for at, minutes in spans)
    return ClaimFacts(
        received_at=start + timedelta(days=rng.randint(1, 120)),
        claimant="northpeak",
        account=AccountFacts("northpeak", rng.choice(["payg", "fixed", "free"]), billing_day),
        service=ServiceFacts("redis", "regional", "northpeak"),
        region="eu-central-1",
        incidents=incidents,
        cycles=tuple(_cycle(rng, billing_day, start, n) for n in range(-1, 4)),
    )


def _cycle(rng: random.Random, billing_day: int, start: datetime, offset: int) -> CycleFacts:
    month = start.year * 12 + start.month - 1 + offset
    bill = tuple(BillLine(Decimal(rng.randint(100, 99999)) / 100, rng.random() < 0.2) for _ in range(3))
    return CycleFacts(cycle_start(billing_day, month).date(), Decimal(rng.randint(90000, 100000)) / 1000, bill, False)


def cycle_start(billing_day: int, month: int) -> datetime:
    year, month0 = divmod(month, 12)
    return datetime(year, month0 + 1, min(billing_day, calendar.monthrange(year, month0 + 1)[1]), tzinfo=UTC)


def by_hand(facts: ClaimFacts) -> Decimal:
    """The sum of the credits, with the terms written into the code and no question left open."""
    day, known, total = facts.account.billing_day or 1, {cycle.start: cycle for cycle in facts.cycles}, Decimal("0.00")
    months: set[int] = set()
    for incident in facts.incidents or ():
        assert incident.start_at is not None
        assert incident.end_at is not None
        month = incident.start_at.year * 12 + incident.start_at.month - 1
        month -= cycle_start(day, month) > incident.start_at
        while cycle_start(day, month) < incident.end_at:
            months.add(month)
            month += 1
    if facts.account.plan == "free" or facts.claimant != facts.service.owner:
        return total
    for month in sorted(months):
        cycle = known[cycle_start(day, month).date()]
        assert cycle.uptime_percent is not None
        tier = next(t for bound, t in TIERS if cycle.uptime_percent >= bound)
        base = sum((line.amount for line in cycle.bill or () if not line.one_time and line.amount), Decimal(0))
        credit = (base * tier / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert facts.received_at is not None
        if tier and credit > 1 and facts.received_at < cycle_start(day, month + 3) and not cycle.already_credited:
            total += credit
    return total


TIERS = ((Decimal("99.99"), 0), (Decimal("99.0"), 10), (Decimal("95.0"), 30), (Decimal(0), 60))


def rate(work: Callable[[ClaimFacts], object], claims: list[ClaimFacts]) -> float:
    """Claims a second of processor time on one core, the best of three passes."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for claim in claims:
            work(claim)
        best = min(best, time.process_time() - began)
    return len(claims) / best


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--claims", type=int, default=5000)
    arguments.add_argument("--cases", type=int, default=20000)
    options = arguments.parse_args()
    rng = random.Random(4)
    pack = load_pack(RULES / "upstash")
    claims = [random_claim(rng) for _ in range(options.claims)]
    differing = sum(assess(claim, pack).total != by_hand(claim) for claim in claims)
    ours, bare = rate(lambda claim: assess(claim, pack), claims), rate(by_hand, claims)
    print(f"assessments        {ours:10,.0f} a second, every clause with version, inputs and reason")
    print(f"by hand            {bare:10,.0f} a second, totals only ({differing} of {len(claims)} differ)")
    print(f"ratio              {bare / ours:10.1f} times the bare arithmetic")
    cases = [_case(number, rng, claims) for number in range(options.cases)]
    began = time.process_time()
    changes = sum(1 for _ in impact(pack, replace(pack, name="changed", digest="changed", currency="EUR"), cases))
    took = time.process_time() - began
    print(
        f"impact             {took:10.1f} s for {len(cases):,} open cases, {took / len(cases) * 1e5:.1f} s for 100,000; {changes} changes"
    )


def _case(number: int, rng: random.Random, claims: list[ClaimFacts]) -> OpenCase:
    """Half of the open cases are claims, which is far more than a desk has."""
    received_at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=rng.randint(0, 40000))
    if number % 2:
        return OpenCase(f"C-{number}", received_at, _CLAIM, (rng.choice(claims),))
    return OpenCase(f"C-{number}", received_at, _REQUEST)


_CLAIM = Reading("en", (Label("sla_credit_claim", 0.98),))
_REQUEST = Reading("en", (Label("data_request", 0.98),), (Label("erasure", 0.98),))


if __name__ == "__main__":
    main()
