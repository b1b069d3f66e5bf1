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
from triage.policy.logic import INCIDENTS
from triage.policy.others import typed
from triage.policy.pack import BUILT_IN, Pack, Ruling, Version, needs
from triage.policy.sentences import show
from triage.policy.steps import Step

_ZERO = Decimal("0.00")


def assess(facts: ClaimFacts, pack: Pack) -> Assessment:
    """The verdict on a claim. Raises FactsError for a fact that the pack does not know. Source: the pack's credit clauses."""
    claim = _claim_sheet(facts, pack)
    outage = _read_incidents(facts.incidents, claim["account.billing_day"], pack)
    known = {entry.start: entry for entry in _unique_cycles(facts.cycles, outage.conflicts)}
    credits: list[Credit] = []
    for cycle in sorted(outage.cycles):
        sheet = _cycle_sheet(claim, cycle, known.get(cycle.day), outage.cycles[cycle], pack)
        sheet["claim.credited_this_year"] = _credited(credits, cycle.day.year)
        credits.append(_judge_cycle(cycle, sheet, _days(outage.cycles[cycle], facts, pack), pack))
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
    seen: dict[date, CycleFacts] = {}
    for entry in cycles:
        first = seen.setdefault(entry.start, entry)
        if first is not entry and first != entry:
            seen[entry.start] = _reconciled(first, entry, conflicts)
    return seen.values()


def _reconciled(first: CycleFacts, second: CycleFacts, conflicts: list[str]) -> CycleFacts:
    values: dict[str, Any] = {}
    for name in ("uptime_percent", "bill", "already_credited"):
        one, other = getattr(first, name), getattr(second, name)
        if one is not None and other is not None and one != other:
            conflicts.append(f"cycle {first.start}: {name} is given twice, as {show(one)} and as {show(other)}")
        values[name] = one if other is None or one == other else other if one is None else None
    return CycleFacts(start=first.start, others=tuple(sorted({*first.others, *second.others})), **values)


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


def _judge_cycle(cycle: Cycle, sheet: dict[str, Any], days: tuple[date, ...] | None, pack: Pack) -> Credit:
    findings, values = _judge(sheet, days, pack)
    outcome = _outcome(findings)
    unsettled = outcome is Outcome.UNDETERMINED
    return Credit(
        cycle=cycle.day,
        outcome=outcome,
        uptime_percent=sheet.get("cycle.uptime_percent"),
        tier_percent=_number(values.get("cycle.tier_percent")),
        base=values.get("cycle.base"),
        credit=values.get("cycle.credit"),
        currency=pack.currency,
        claim_before=values.get("cycle.claim_before"),
        findings=findings,
        missing=wanted(sheet, days, pack, cycle.day) if unsettled else (),
    )


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _judge(
    sheet: dict[str, Any], days: tuple[date, ...] | None, pack: Pack
) -> tuple[tuple[Finding, ...], dict[str, Any]]:
    """Findings in the order of the clauses, and the computed values, by every text that governs on those days."""
    programs = {id(p): p for p in map(pack.credit_program, _all_days(pack) if days is None else days)}
    runs = []
    for program in programs.values():
        own = dict(sheet) if len(programs) > 1 else sheet
        runs.append(([_apply(ruling, own, days) for ruling in program], own))
    if len(runs) == 1:
        findings, values = runs[0]
        if len({finding.id for finding in findings}) == len(findings):
            return tuple(findings), values
    values = {name: runs[0][1].get(name) for name in runs[0][1] if len({_key(run[1].get(name)) for run in runs}) == 1}
    return _agreed([finding for run in runs for finding in run[0]]), values


def _key(value: Any) -> Any:
    return repr(value) if isinstance(value, (list, dict)) else value


def _all_days(pack: Pack) -> tuple[date, ...]:
    return (date.min, *pack.turning_days)


def _apply(ruling: Ruling, sheet: dict[str, Any], days: tuple[date, ...] | None) -> Finding:
    clause, version = ruling.clause, ruling.version
    if version is None:
        when = ", ".join(day.isoformat() for day in days or ()) or "the day of the incident"
        return Finding(clause.id, clause.shown, Result.UNKNOWN, f"no text of this clause is in force on {when}")
    result = Result.HOLDS
    if version.step is not None:
        value = version.step.run(sheet)
        sheet[version.step.gives] = value
        if value is None:
            result = Result.UNKNOWN
    if version.condition is not None:
        result = version.condition.test(sheet)
    because = version.sentences[result].render(sheet)
    return Finding(clause.id, clause.shown, result, because, version.since, _inputs(version, sheet))


def _inputs(version: Version, sheet: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple([(name, show(sheet.get(name))) for name in sorted(needs(version))])


def _agreed(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding a clause: where texts answer differently it is unknown, and says which text answers what."""
    by_clause: dict[str, list[Finding]] = {}
    for finding in findings:
        by_clause.setdefault(finding.id, []).append(finding)
    return tuple(_one(each) for each in by_clause.values())


def _one(findings: list[Finding]) -> Finding:
    if len({finding.result for finding in findings}) == 1:
        return findings[-1]
    answers = "; ".join(f"the text of {f.version or 'no stated day'}: {f.result} ({f.because})" for f in findings)
    first = findings[0]
    return Finding(
        first.id,
        first.section,
        Result.UNKNOWN,
        f"two texts of this clause answer differently: {answers}",
        None,
        first.inputs,
    )


def _outcome(findings: Iterable[Finding]) -> Outcome:
    results = {finding.result for finding in findings}
    if Result.FAILS in results:
        return Outcome.INELIGIBLE
    return Outcome.UNDETERMINED if Result.UNKNOWN in results else Outcome.ELIGIBLE


def _judge_rest(claim: dict[str, Any], outage: _Outage, facts: ClaimFacts, pack: Pack) -> Credit:
    """What can be said of cycles that are not known yet: a clause that looks at no cycle may fail for all of them."""
    if not outage.open:  # incidents without any length on the border of two cycles: nothing was touched
        return Credit(cycle=date.min, outcome=Outcome.INELIGIBLE)
    sheet, days = dict(claim), _days(outage.open_incidents, facts, pack)
    findings, _ = _judge(sheet, days, pack)
    outcome = _outcome(findings)
    missing = (*outage.open, *wanted(sheet, days, pack, None)) if outcome is not Outcome.INELIGIBLE else ()
    return Credit(cycle=date.min, outcome=outcome, findings=findings, missing=missing)


# --- what is missing ------------------------------------------------------------------------------------------------


def wanted(sheet: Mapping[str, Any], days: tuple[date, ...] | None, pack: Pack, cycle: date | None) -> tuple[str, ...]:
    """The smallest set of unknown facts that would settle every unknown clause, in the order of the clauses.

    cycle None: the cycles are not known yet, so facts of a cycle cannot be asked for.
    """
    makers, names = _makers(days, pack), dict[str, None]()
    for program in {id(p): p for p in map(pack.credit_program, _all_days(pack) if days is None else days)}.values():
        for ruling in program:
            for name in _leaves(_wanted_by(ruling, sheet), sheet, makers):
                if asked := _asked(name, cycle):
                    names[asked] = None
    return tuple(names)


def _makers(days: tuple[date, ...] | None, pack: Pack) -> Mapping[str, Step]:
    programs = map(pack.credit_program, _all_days(pack) if days is None else days)
    return {r.version.step.gives: r.version.step for p in programs for r in p if r.version and r.version.step}


def _wanted_by(ruling: Ruling, sheet: Mapping[str, Any]) -> Iterable[str]:
    version = ruling.version
    if version is None:
        return ()
    if version.condition is not None:
        return sorted(version.condition.wanted(sheet))
    return (version.step.gives,) if version.step is not None and sheet.get(version.step.gives) is None else ()


def _leaves(names: Iterable[str], sheet: Mapping[str, Any], makers: Mapping[str, Step]) -> Iterable[str]:
    """Computed facts taken back to the given facts that they lack."""
    for name in names:
        if name not in makers:
            yield name
            continue
        inputs = makers[name].inputs
        unknown = [each for each in inputs if sheet.get(each) is None]
        yield from _leaves(unknown or inputs, sheet, makers)  # known but incomplete: a bill with a blank in it


def _asked(name: str, cycle: date | None) -> str:
    """The name under which a fact is asked for; empty for what the program computes by itself."""
    head, _, tail = name.partition(".")
    if name in BUILT_IN:
        return ""
    if head == "cycle":
        return f"cycles[{cycle}].{tail}" if cycle else ""
    return f"incidents[].{tail}" if head == "incident" else name


def fact_name(asked: str) -> str:
    """The pack's name of a fact that was asked for: `cycles[2026-03-01].bill` is `cycle.bill`."""
    head, bracket, tail = asked.partition("[")
    return f"{head[:-1]}{tail.partition(']')[2]}" if bracket else asked


# --- the verdict ----------------------------------------------------------------------------------------------------


def _verdict(credits: list[Credit], rest: Credit | None, conflicts: list[str], pack: Pack) -> Assessment:
    judged = [*credits, *([rest] if rest is not None else [])]
    outcomes = {credit.outcome for credit in judged}
    outcome = next((o for o in (Outcome.ELIGIBLE, Outcome.UNDETERMINED) if o in outcomes), Outcome.INELIGIBLE)
    total = sum((c.credit for c in credits if c.outcome is Outcome.ELIGIBLE and c.credit is not None), _ZERO)
    missing = tuple(dict.fromkeys(name for credit in judged for name in credit.missing))
    customer = tuple(name for name in missing if _who(name, pack) == "customer")
    return Assessment(
        outcome=outcome,
        credits=tuple(credits),
        total=None if outcome is Outcome.UNDETERMINED else total,
        missing=missing,
        clauses=tuple(dict.fromkeys(finding for credit in (credits or judged) for finding in credit.findings)),
        ask_customer=customer,
        ask_desk=tuple(name for name in missing if name not in customer),
        conflicts=tuple(conflicts),
        pack=pack.name,
        digest=pack.digest,
    )


def _who(asked: str, pack: Pack) -> str:
    kind = pack.facts.get(fact_name(asked))
    return kind.ask if kind is not None else "desk"
