"""Facts of a credit claim and the terms -> findings, amounts and a verdict.

One cycle: a clause that fails settles it, whatever is unknown; else anything unknown leaves it undetermined; else it is
eligible. The claim is eligible if any cycle is, else undetermined if any is, else ineligible. The version of the terms is
that in force when the cycle's incidents began. Two texts that answer differently leave the clause unknown, and the
conflict is shown. Adding a true fact settles unknowns; it never turns a yes into a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from triage.model import Assessment, Credit, Finding, Outcome, Result
from triage.policy.cycles import Cycle, CycleRule, merge
from triage.policy.facts import ClaimFacts, CycleFacts, OutageFacts, Value
from triage.policy.judging import Answered, judge
from triage.policy.logic import INCIDENTS
from triage.policy.others import typed
from triage.policy.pack import Pack
from triage.policy.sentences import show
from triage.policy.wanting import wanted, who_knows

_ZERO = Decimal("0.00")


def assess(facts: ClaimFacts, pack: Pack) -> Assessment:
    """The verdict on a claim. Raises FactsError for a fact that the pack does not know. Source: the pack's credit clauses."""
    claim = _claim_sheet(facts, pack)
    outage = _read_incidents(facts.incidents, claim["account.billing_day"], pack)
    known = {entry.start: entry for entry in _unique_cycles(facts.cycles, outage.conflicts)}
    credits: list[Credit] = []
    answered: Answered = {}
    for cycle in sorted(outage.cycles):
        sheet = _cycle_sheet(claim, cycle, known.get(cycle.day), outage.cycles[cycle], pack)
        sheet["claim.credited_this_year"] = _credited(credits, cycle.day.year)
        credits.append(_judge_cycle(cycle, sheet, _days(outage.cycles[cycle], facts, pack), pack, answered))
    rest = _judge_rest(claim, outage, facts, pack) if outage.open or not credits else None
    return _verdict(credits, rest, [*facts.conflicts, *outage.conflicts], pack)


def cycles_of(facts: ClaimFacts, pack: Pack) -> tuple[date, ...]:
    """The first day of each billing cycle that the incidents surely touch, in order."""
    outage = _read_incidents(facts.incidents, pack.billing_day_fixed or facts.account.billing_day, pack)
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


@dataclass(slots=True)
class _Outage:
    """cycles: each cycle surely touched, with its incidents; open: facts without which more cycles may be touched."""

    cycles: dict[Cycle, list[OutageFacts]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    open_incidents: list[OutageFacts] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def _read_incidents(incidents: tuple[OutageFacts, ...] | None, billing_day: int | None, pack: Pack) -> _Outage:
    outage = _Outage()
    if not incidents:
        outage.open.append(INCIDENTS)
    if billing_day is None:
        outage.open.append("account.billing_day")
    for number, incident in enumerate(incidents or ()):
        if _ends_before_it_starts(incident):
            outage.conflicts.append(
                f"incidents[{number}] ends ({show(incident.end_at)}) before it starts ({show(incident.start_at)})"
            )
            touched = _Touched([], ["start_at", "end_at"])
        else:
            touched = _touched(incident, billing_day, pack.cycle_rule)
        outage.open += [f"incidents[{number}].{name}" for name in touched.gaps]
        if touched.gaps or billing_day is None:
            outage.open_incidents.append(incident)
        for cycle in touched.sure:
            outage.cycles.setdefault(cycle, []).append(incident)
    return outage


def _ends_before_it_starts(incident: OutageFacts) -> bool:
    return incident.start_at is not None and incident.end_at is not None and incident.end_at < incident.start_at


class _Touched(NamedTuple):
    """The cycles that an incident surely touches, and which of its ends leave open whether there are more."""

    sure: Iterable[Cycle]
    gaps: list[str]


def _touched(incident: OutageFacts, billing_day: int | None, rule: CycleRule) -> _Touched:
    """With one end known, the cycle around that end is touched all the same; a day that lies in one cycle is as good as an
    instant in it.
    """
    start, end = incident.start_at, incident.end_at
    if start is not None and end is not None:
        return _Touched(rule.touched(billing_day, start, end) if billing_day is not None else (), [])
    starts = (start, start) if start is not None else incident.start_between
    ends = (end, end) if end is not None else incident.end_between
    gaps = [name for name, at in (("start_at", start), ("end_at", end)) if at is None]
    if billing_day is None:
        return _Touched((), [] if starts and ends else gaps)
    sure = {c for c in (_around(starts, billing_day, rule), _around(ends, billing_day, rule)) if c}
    if starts and ends:
        if starts[1] < ends[0]:
            sure.update(rule.touched(billing_day, starts[1], ends[0]))
        if sure == {rule.at(billing_day, starts[0]), *rule.touched(billing_day, starts[0], ends[1])}:
            gaps = []
    return _Touched(sure, gaps)


def _around(between: tuple[datetime, datetime] | None, billing_day: int, rule: CycleRule) -> Cycle | None:
    """The one cycle inside which an instant surely lies. On its very border the incident may have no length and touch none."""
    if between is None:
        return None
    first, last = (rule.at(billing_day, instant) for instant in between)
    return first if first == last and (between[0] > first.start or rule.border) else None


def _days(incidents: Sequence[OutageFacts], facts: ClaimFacts, pack: Pack) -> tuple[date, ...] | None:
    """The days whose terms govern; None: not known, any text may."""
    if pack.versions_by == "day of receipt":
        return None if facts.received_at is None else (facts.received_at.astimezone(pack.zone).date(),)
    if not incidents or any(i.start_at is None and i.start_between is None for i in incidents):
        return None
    exact = [(i.start_at, max(i.start_at, i.end_at or i.start_at)) for i in incidents if i.start_at is not None]
    days = {start.astimezone(pack.zone).date() for start, _ in (merge(exact) if len(exact) > 1 else exact)}
    for incident in incidents:
        if incident.start_at is None and incident.start_between is not None:
            first, last = (instant.astimezone(pack.zone).date() for instant in incident.start_between)
            days.update((first, last, *(day for day in pack.turning_days if first < day < last)))
    return tuple(sorted(days))


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
    """What this very claim brings for earlier cycles of a calendar year; not known while one of them is undetermined."""
    same = [credit for credit in before if credit.cycle.year == year and credit.outcome is not Outcome.INELIGIBLE]
    if any(credit.outcome is Outcome.UNDETERMINED for credit in same):
        return None
    return sum((credit.credit for credit in same if credit.credit is not None), _ZERO)


# --- judging --------------------------------------------------------------------------------------------------------


def _judge_cycle(
    cycle: Cycle, sheet: dict[str, Any], days: tuple[date, ...] | None, pack: Pack, answered: Answered
) -> Credit:
    judged = judge(sheet, days, pack, answered)
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


def _judge_rest(claim: dict[str, Any], outage: _Outage, facts: ClaimFacts, pack: Pack) -> Credit:
    """What can be said of cycles that are not known yet: a clause that looks at no cycle may fail for all of them."""
    if not outage.open:  # incidents without any length on the border of two cycles: nothing was touched
        return Credit(cycle=date.min, outcome=Outcome.INELIGIBLE)
    judged = judge(dict(claim), _days(outage.open_incidents, facts, pack), pack, {})
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
    total = sum((c.credit for c in credits if c.outcome is Outcome.ELIGIBLE and c.credit is not None), _ZERO)
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
