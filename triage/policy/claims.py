"""What a mail and the records say -> the facts that a credit claim is judged by.

The mail gives when and where; plan, owner, uptime, bill and credits come from the records alone. A customer's word for
any of these is never a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from triage.model import Assessment, DatabaseRecord, Finding, Incident, Known, Outcome, Reading
from triage.policy.assess import assess
from triage.policy.cycles import CycleRule
from triage.policy.facts import AccountFacts, BillLine, ClaimFacts, CycleFacts, OutageFacts, ServiceFacts
from triage.policy.known import places
from triage.policy.pack import Pack

_EASTMOST, _WESTMOST = timedelta(hours=14), timedelta(hours=12)
"""How far a calendar day somewhere on earth reaches before and after the same day in UTC."""


def claims(reading: Reading, known: Known, received_at: datetime) -> tuple[ClaimFacts, ...]:
    """One set of facts for each affected service (a product in a region). At least one, however little is known."""
    services = _services(reading, known) or [(None, _only_region(reading))]
    return tuple(_facts(reading, known, received_at, database, region) for database, region in services)


def claim_facts(reading: Reading, known: Known, received_at: datetime) -> ClaimFacts:
    """The facts of a claim for one service; where the mail concerns several, those of the first. See `claims`."""
    return claims(reading, known, received_at)[0]


def assess_claims(claims: Sequence[ClaimFacts], pack: Pack) -> Assessment:
    """One verdict on a mail that claims for several services: eligible if any is, and the credits of all.

    Each cycle counts once per service and region.
    """
    verdicts = [assess(facts, pack) for facts in claims]
    if len(verdicts) == 1:
        return verdicts[0]
    outcomes = {verdict.outcome for verdict in verdicts}
    outcome = next((o for o in (Outcome.ELIGIBLE, Outcome.UNDETERMINED) if o in outcomes), Outcome.INELIGIBLE)
    totals = [verdict.total for verdict in verdicts if verdict.total is not None]
    first = verdicts[0]
    return Assessment(
        outcome=outcome,
        credits=tuple(credit for verdict in verdicts for credit in verdict.credits),
        total=None if outcome is Outcome.UNDETERMINED else sum(totals[1:], totals[0]),
        missing=_all(verdict.missing for verdict in verdicts),
        clauses=_findings(verdicts),
        ask_customer=_all(verdict.ask_customer for verdict in verdicts),
        ask_desk=_all(verdict.ask_desk for verdict in verdicts),
        conflicts=_all(verdict.conflicts for verdict in verdicts),
        pack=first.pack,
        digest=first.digest,
    )


def _all(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def _findings(verdicts: Sequence[Assessment]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(finding for verdict in verdicts for finding in verdict.clauses))


# --- which services -------------------------------------------------------------------------------------------------

_Service = tuple[DatabaseRecord | None, str | None]


def _services(reading: Reading, known: Known) -> list[_Service]:
    """Each product, owner and region once: that is how bills and credits are kept."""
    stated = [fact.value for fact in reading.regions]
    found: dict[tuple[str | None, str, str | None], _Service] = {}
    for database in known.databases:
        for region in _regions(database, stated):
            found.setdefault((database.product, database.account, region), (database, region))
    return list(found.values())


def _regions(database: DatabaseRecord, stated: list[str]) -> list[str | None]:
    """The affected regions of a database: those stated that it stands in; unstated, its only one."""
    there = places(database)
    if not stated:
        return [there[0]] if len(there) == 1 else [None]
    if not there:
        return [*stated]
    return [region for region in stated if region in there] or [None]


def _only_region(reading: Reading) -> str | None:
    return reading.regions[0].value if len(reading.regions) == 1 else None


# --- their facts ----------------------------------------------------------------------------------------------------


def _facts(
    reading: Reading, known: Known, received_at: datetime, database: DatabaseRecord | None, region: str | None
) -> ClaimFacts:
    account = known.account
    product = database.product if database is not None else None
    return ClaimFacts(
        received_at=received_at,
        claimant=known.claimant,
        account=AccountFacts(account.id, account.plan, account.billing_day) if account is not None else AccountFacts(),
        service=ServiceFacts(product, database.kind, database.account) if database is not None else ServiceFacts(),
        region=region,
        incidents=tuple(map(_outage, reading.incidents)) or None,
        cycles=_cycles(known, database, region),
        conflicts=(*known.conflicts, *_ambiguities(reading.incidents)),
    )


def _outage(incident: Incident) -> OutageFacts:
    """An instant where the mail states a time of day; else the span in which the stated day lies, in any zone."""
    days = [(incident.start, incident.end), *incident.alternatives]
    return OutageFacts(
        start_at=None if incident.ambiguous else incident.start_at,
        end_at=None if incident.ambiguous else incident.end_at,
        start_between=_span([start for start, _ in days]),
        end_between=_span([end for _, end in days]),
    )


def _span(days: list[date]) -> tuple[datetime, datetime]:
    first = datetime.combine(min(days), time(), UTC) - _EASTMOST
    return first, datetime.combine(max(days), time(), UTC) + timedelta(days=1) + _WESTMOST


def _ambiguities(incidents: Sequence[Incident]) -> tuple[str, ...]:
    return tuple(
        f"the outage's date reads two ways: {incident.start} or {' or '.join(str(start) for start, _ in incident.alternatives)}"
        for incident in incidents
        if incident.ambiguous and incident.alternatives
    )


def _cycles(known: Known, database: DatabaseRecord | None, region: str | None) -> tuple[CycleFacts, ...]:
    """What the records hold of each cycle of one service."""
    if database is None or region is None or known.account is None or known.account.id != database.account:
        return ()
    mine = (database.account, database.product, region)
    lines: dict[date, list[BillLine]] = {}
    for bill in known.bills or ():
        if (bill.account, bill.product, bill.region) == mine:
            lines.setdefault(bill.cycle, []).append(BillLine(bill.amount, bill.one_time))
    credited = {c.cycle for c in known.credits or () if (c.account, c.product, c.region) == mine}
    uptime = _uptime(known, database, region)
    starts = sorted({*lines, *credited, *uptime})
    return tuple(
        CycleFacts(
            start=start,
            uptime_percent=uptime.get(start),
            bill=tuple(lines[start]) if start in lines else None,
            already_credited=None if known.credits is None else start in credited,
        )
        for start in starts
    )


def _uptime(known: Known, database: DatabaseRecord, region: str) -> dict[date, Decimal]:
    """The uptime of each of the account's cycles for which the very same days were published, or else derived."""
    billing_day = known.account.billing_day if known.account is not None else None
    found: dict[date, tuple[bool, Decimal]] = {}
    for row in known.uptime or ():
        if (row.product, row.region) != (database.product, region) or not _is_cycle(row.start, row.end, billing_day):
            continue
        published = row.source == "published"
        if row.start not in found or published:
            found[row.start] = (published, row.percent)
    return {start: percent for start, (_, percent) in found.items()}


def _is_cycle(start: date, end: date, billing_day: int | None) -> bool:
    if billing_day is None:
        return False
    rule, month = CycleRule(), start.year * 12 + start.month - 1
    return rule.first_day(billing_day, month) == start and rule.first_day(billing_day, month + 1) == end + timedelta(
        days=1
    )
