"""Facts of a credit claim and the terms -> findings, amounts and a verdict.

One cycle: a clause that fails settles it, whatever is unknown; else anything unknown leaves it undetermined; else it is
eligible. The claim is eligible if any cycle is, else undetermined if any is, else ineligible. The version of the terms is
that in force when the cycle's incidents began. Two texts that answer differently leave the clause unknown, and the
conflict is shown. Adding a true fact settles unknowns; it never turns a yes into a no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Any

from triage.model import Assessment, Credit, Finding, Outcome, Result
from triage.policy.cycles import Cycle
from triage.policy.facts import ClaimFacts, CycleFacts, OutageFacts, Value
from triage.policy.judging import Answered, Judged, judge
from triage.policy.logic import INCIDENTS
from triage.policy.others import typed
from triage.policy.outages import Outage, governing_days, read_outage
from triage.policy.pack import Pack
from triage.policy.sentences import show
from triage.policy.steps import added
from triage.policy.wanting import wanted, who_knows

Watch = Callable[[Judged], None]


def assess(facts: ClaimFacts, pack: Pack, watch: Watch | None = None) -> Assessment:
    """The verdict on a claim. Raises FactsError for a fact that the pack does not know. Source: the pack's credit clauses.

    watch: is shown each cycle as it was judged, with all its values.
    """
    claim = _claim_sheet(facts, pack)
    outage = read_outage(facts.incidents, claim["account.billing_day"], pack)
    known = {entry.start: entry for entry in _unique_cycles(facts.cycles, outage.conflicts)}
    credits: list[Credit] = []
    answered: Answered = {}
    for cycle in sorted(outage.cycles):
        sheet = _cycle_sheet(claim, cycle, known.get(cycle.day), outage.cycles[cycle], pack)
        sheet["claim.credited_this_year"] = _credited(credits, cycle.day.year)
        days = governing_days(outage.cycles[cycle], outage, facts.received_at, pack)
        credits.append(_judge_cycle(cycle, sheet, days, pack, answered, watch))
    rest = _judge_rest(claim, outage, facts, pack, watch) if outage.open or not credits else None
    return _verdict(credits, rest, [*facts.conflicts, *outage.conflicts], pack)


def cycles_of(facts: ClaimFacts, pack: Pack) -> tuple[date, ...]:
    """The first day of each billing cycle that the incidents surely touch, in order."""
    outage = read_outage(facts.incidents, pack.billing_day_fixed or facts.account.billing_day, pack)
    return tuple(cycle.day for cycle in sorted(outage.cycles))


# --- what is known --------------------------------------------------------------------------------------------------


def _claim_sheet(facts: ClaimFacts, pack: Pack) -> dict[str, Any]:
    account, service = facts.account, facts.service
    sheet: dict[str, Any] = {
        "received_at": facts.received_at,
        "claimant": facts.claimant,
        "region": facts.region,
        "account.id": account.id,
        "account.plan": account.plan,
        "account.billing_day": pack.billing_day_fixed or account.billing_day,
        "service.product": service.product,
        "service.kind": service.kind,
        "service.owner": service.owner,
        "zone": pack.zone,
    }
    if facts.others:
        sheet.update(_others(facts.others, pack))
    return sheet


def _others(others: Iterable[tuple[str, Value]], pack: Pack) -> Mapping[str, Any]:
    return {name: typed(name, value, pack) for name, value in others}


def _unique_cycles(cycles: Sequence[CycleFacts], conflicts: list[str]) -> Iterable[CycleFacts]:
    """One entry a cycle. What two entries say differently is not known, and said so."""
    by_start: dict[date, list[CycleFacts]] = {}
    for entry in cycles:
        by_start.setdefault(entry.start, []).append(entry)
    return [same[0] if len(same) == 1 else _reconciled(same, conflicts) for same in by_start.values()]


def _reconciled(same: Sequence[CycleFacts], conflicts: list[str]) -> CycleFacts:
    start = same[0].start
    named = {name: [getattr(each, name) for each in same] for name in ("uptime_percent", "bill", "already_credited")}
    others: dict[str, list[Value]] = {}
    for name, value in (pair for each in same for pair in each.others):
        others.setdefault(name, []).append(value)

    def agreed(name: str, values: Sequence[Any]) -> Any:
        said = list(dict.fromkeys(value for value in values if value is not None))
        if len(said) > 1:
            conflicts.append(f"cycle {start}: {name} is given differently, as {' and as '.join(map(show, said))}")
        return said[0] if len(said) == 1 else None

    kept = ((name, agreed(name, values)) for name, values in sorted(others.items()))
    facts = {name: agreed(name, values) for name, values in named.items()}
    return CycleFacts(start=start, others=tuple((name, value) for name, value in kept if value is not None), **facts)


def _cycle_sheet(
    claim: Mapping[str, Any], cycle: Cycle, known: CycleFacts | None, incidents: Sequence[OutageFacts], pack: Pack
) -> dict[str, Any]:
    starts = [incident.start_at for incident in incidents if incident.start_at is not None]
    ends = [incident.end_at for incident in incidents if incident.end_at is not None]
    whole = len(starts) == len(ends) == len(incidents)
    sheet = dict(claim)
    sheet["cycle.start"], sheet["cycle.end"] = cycle.start, cycle.end
    sheet["cycle.incident_start"] = min(starts) if whole else None
    sheet["cycle.incident_end"] = max(ends) if whole else None
    day = claim["account.billing_day"]
    sheet["end of later cycle"] = lambda count: pack.cycle_rule.start(day, cycle.month + count + 1)
    sheet[INCIDENTS] = [
        {"incident.start_at": i.start_at, "incident.end_at": i.end_at, **(_others(i.others, pack) if i.others else {})}
        for i in incidents
    ]
    if known is not None:
        sheet["cycle.uptime_percent"] = known.uptime_percent
        sheet["cycle.bill"] = known.bill
        sheet["cycle.already_credited"] = known.already_credited
        if known.others:
            sheet.update(_others(known.others, pack))
    return sheet


def _credited(before: Sequence[Credit], year: int) -> Decimal | None:
    """What this very claim brings for earlier cycles, in order, of a calendar year; not known while one of them is undetermined."""
    this_year = takewhile(lambda credit: credit.cycle.year == year, reversed(before))
    same = [credit for credit in this_year if credit.outcome is not Outcome.INELIGIBLE]
    if any(credit.outcome is Outcome.UNDETERMINED for credit in same):
        return None
    return added(credit.credit for credit in same if credit.credit is not None)


# --- judging --------------------------------------------------------------------------------------------------------


def _judge_cycle(
    cycle: Cycle,
    sheet: dict[str, Any],
    days: tuple[date, ...] | None,
    pack: Pack,
    answered: Answered,
    watch: Watch | None,
) -> Credit:
    judged = judge(sheet, days, pack, answered)
    if watch is not None:
        watch(judged)
    outcome, values = _outcome(judged.findings), judged.values
    tier = values.get("cycle.tier_percent")
    return Credit(
        cycle=cycle.day,
        outcome=outcome,
        uptime_percent=sheet.get("cycle.uptime_percent"),
        tier_percent=None if tier is None else Decimal(tier),
        base=values.get("cycle.base"),
        credit=values.get("cycle.credit"),
        currency=pack.currency,
        claim_before=values.get("cycle.claim_before"),
        findings=judged.findings,
        missing=wanted(judged.programs, values, cycle.day) if outcome is Outcome.UNDETERMINED else (),
        service=sheet.get("service.product") or "",
        region=sheet.get("region") or "",
    )


def _judge_rest(claim: dict[str, Any], outage: Outage, facts: ClaimFacts, pack: Pack, watch: Watch | None) -> Credit:
    """What can be said of cycles that are not known yet: a clause that looks at no cycle may fail for all of them."""
    if not outage.open:  # incidents without any length on the border of two cycles: nothing was touched
        return Credit(cycle=date.min, outcome=Outcome.INELIGIBLE)
    judged = judge(dict(claim), governing_days((), outage, facts.received_at, pack), pack, {})
    if watch is not None:
        watch(judged)
    outcome = _outcome(judged.findings)
    missing = (*outage.open, *wanted(judged.programs, judged.values, None)) if outcome is not Outcome.INELIGIBLE else ()
    return Credit(cycle=date.min, outcome=outcome, findings=judged.findings, missing=missing)


def _outcome(findings: Iterable[Finding]) -> Outcome:
    results = {finding.result for finding in findings}
    if Result.FAILS in results:
        return Outcome.INELIGIBLE
    return Outcome.UNDETERMINED if Result.UNKNOWN in results else Outcome.ELIGIBLE


# --- the verdict ----------------------------------------------------------------------------------------------------


def _verdict(credits: list[Credit], rest: Credit | None, conflicts: list[str], pack: Pack) -> Assessment:
    judged = [*credits, *([rest] if rest is not None else [])]
    outcomes = {credit.outcome for credit in judged}
    outcome = next((o for o in (Outcome.ELIGIBLE, Outcome.UNDETERMINED) if o in outcomes), Outcome.INELIGIBLE)
    total = added(c.credit for c in credits if c.outcome is Outcome.ELIGIBLE and c.credit is not None)
    missing = tuple(dict.fromkeys(name for credit in judged for name in credit.missing))
    customer = tuple(name for name in missing if who_knows(name, pack) == "customer")
    return Assessment(
        outcome=outcome,
        credits=tuple(credits),
        total=None if outcome is Outcome.UNDETERMINED else total,
        missing=missing,
        clauses=_distinct(credits or judged),
        ask_customer=customer,
        ask_desk=tuple(name for name in missing if name not in customer),
        conflicts=tuple(conflicts),
        pack=pack.name,
        digest=pack.digest,
    )


def _distinct(credits: Sequence[Credit]) -> tuple[Finding, ...]:
    """The findings of all cycles; what was found alike for several stands once."""
    if len(credits) == 1:
        return credits[0].findings
    return tuple({(f.id, f.because, f.version, f.inputs): f for credit in credits for f in credit.findings}.values())
