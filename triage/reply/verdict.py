"""What the terms say of a credit claim, as marks for a letter: amounts by cycle, and the reasons of failing clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from triage.errors import ConfigError
from triage.model import Assessment, Credit, Finding, Outcome, Result
from triage.reply.pen import Pen


def claim(pen: Pen, assessment: Assessment) -> Mapping[str, Any]:
    """The variable `claim`: what the terms say of it, cycle by cycle.

    total; cycles, each with start, place (where there are several), eligible, ineligible, uptime, tier, base, credit,
    claim_before, reasons, and exact, whether the credit is just that share of the base; general: the reasons that hold
    for every cycle. What is not known is None.
    """
    currency = next((credit.currency for credit in assessment.credits), pen.matter.terms.pack.currency)
    several = len({(credit.service, credit.region) for credit in assessment.credits}) > 1
    only = assessment.credits[0] if len(assessment.credits) == 1 else None
    shared = _shared([_failing(pen, credit.findings) for credit in assessment.credits])
    if not assessment.credits:
        shared = _failing(pen, assessment.clauses)
    return {
        "total": pen.amount(assessment.total, currency, "claim.total"),
        "cycles": [_cycle(pen, credit, shared, several) for credit in assessment.credits],
        "general": [_reason(pen, finding, only) for finding in shared],
    }


def _cycle(pen: Pen, credit: Credit, shared: Sequence[Finding], several: bool) -> Mapping[str, Any]:
    figures = _figures(pen, credit)
    place = ", ".join(part for part in (credit.service, credit.region) if part) if several else ""
    return {
        "eligible": credit.outcome is Outcome.ELIGIBLE,
        "ineligible": credit.outcome is Outcome.INELIGIBLE,
        "start": pen.day(credit.cycle, "computed", f"cycle {credit.cycle}"),
        "place": pen.put(place, "computed", f"cycle {credit.cycle}: service") if place else None,
        "uptime": figures.get("cycle.uptime_percent"),
        "tier": figures.get("cycle.tier_percent"),
        "base": figures.get("cycle.base"),
        "credit": figures.get("cycle.credit"),
        "claim_before": figures.get("cycle.claim_before"),
        "exact": _exact(credit),
        "reasons": [_reason(pen, f, credit) for f in _failing(pen, credit.findings) if f not in shared],
    }


def _exact(credit: Credit) -> bool:
    """Whether the credit is the tier's share of the base, to the cent; not so where a clause caps it, for instance."""
    if credit.base is None or credit.tier_percent is None or credit.credit is None:
        return False
    return abs(credit.base * credit.tier_percent / 100 - credit.credit) < Decimal("0.01")


def _failing(pen: Pen, findings: Sequence[Finding]) -> list[Finding]:
    """The clauses that fail, without those that fail only because of one before them (no tier, hence no amount), and
    without those on an amount where another one rules a credit out whatever it came to."""
    terms = pen.matter.terms
    failing = {finding.id: finding for finding in findings if finding.result is Result.FAILS}
    first = [f for f in failing.values() if not terms.upstream(f.id) & failing.keys()]
    return [f for f in first if not terms.weighs_amount(f.id)] or first


def _shared(by_cycle: Sequence[Sequence[Finding]]) -> list[Finding]:
    """The findings that every cycle has alike."""
    if not by_cycle:
        return []
    return [finding for finding in by_cycle[0] if all(finding in others for others in by_cycle[1:])]


def _reason(pen: Pen, finding: Finding, credit: Credit | None = None) -> Markup:
    """The sentence on a clause in the letter's language; the pack's own words where the language has none for it."""
    inputs = _figures(pen, credit) | {name: _input(pen, finding.id, name, shown) for name, shown in finding.inputs}
    cited = pen.put("", "clause", finding.id)
    try:
        said = pen.phrase(finding.id, finding.result.value, inputs=inputs)
    except ConfigError:  # the sentence speaks of a fact that this version of the clause does not look at
        said = None
    if said is not None:
        return said + cited
    own = {
        "because": pen.put(finding.because, "pack", finding.id),
        "section": pen.put(finding.section, "clause", finding.id),
    }
    return pen.phrase("clause", "any", inputs=own) or cited


def _figures(pen: Pen, credit: Credit | None) -> dict[str, Markup]:
    """The figures of a cycle under the names that rule packs give them, as far as they are known."""
    if credit is None:
        return {}
    at, before = f"cycle {credit.cycle}", credit.claim_before
    found = {
        "cycle.uptime_percent": pen.share(credit.uptime_percent, f"{at}: uptime"),
        "cycle.tier_percent": pen.share(credit.tier_percent, f"{at}: tier"),
        "cycle.base": pen.amount(credit.base, credit.currency, f"{at}: base"),
        "cycle.credit": pen.amount(credit.credit, credit.currency, f"{at}: credit"),
        "cycle.claim_before": pen.moment(before, "computed", f"{at}: time limit") if before else None,
    }
    return {name: mark for name, mark in found.items() if mark is not None}


def _input(pen: Pen, clause: str, name: str, shown: str) -> Markup:
    """A fact that a clause looked at, as the language writes its type; as the pack shows it where it cannot be read."""
    source = f"{clause}: {name}"
    kind = pen.matter.terms.type_of(name)
    try:
        if kind == "instant":
            return pen.moment(datetime.fromisoformat(shown.replace(" UTC", "+00:00")), "computed", source)
        if kind == "day":
            return pen.day(date.fromisoformat(shown), "computed", source)
        if kind == "percent":
            return pen.put(pen.language.locale.share(Decimal(shown)), "computed", source)
        if kind == "money":
            amount = pen.language.locale.amount(Decimal(shown), pen.matter.terms.pack.currency)
            return pen.put(amount, "computed", source)
    except (ValueError, InvalidOperation):
        pass
    return pen.put(shown, "computed", source)
