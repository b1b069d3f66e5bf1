"""An assessment as JSON: what `triage assess --json` prints."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from triage.model import Assessment, Credit, Finding


def assessment_to_json(assessment: Assessment) -> dict[str, Any]:
    """Plain JSON values: money and percentages as decimal strings, instants in UTC with `Z`, unknown as null."""
    cycles = _cycles(assessment)
    return {
        "outcome": str(assessment.outcome),
        "credits": [_credit(credit) for credit in assessment.credits],
        "total": _decimal(assessment.total),
        "missing": list(assessment.missing),
        "clauses": [_finding(finding) | {"cycles": cycles.get(finding, [])} for finding in assessment.clauses],
        "ask": {"customer": list(assessment.ask_customer), "desk": list(assessment.ask_desk)},
        "conflicts": list(assessment.conflicts),
        "pack": assessment.pack,
        "digest": assessment.digest,
    }


def _credit(credit: Credit) -> dict[str, Any]:
    return {
        "cycle": credit.cycle.isoformat(),
        "uptime_percent": _decimal(credit.uptime_percent),
        "tier_percent": _decimal(credit.tier_percent),
        "base": _decimal(credit.base),
        "credit": _decimal(credit.credit),
        "currency": credit.currency,
        "claim_before": _instant(credit.claim_before),
        "outcome": str(credit.outcome),
        "missing": list(credit.missing),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "section": finding.section,
        "result": str(finding.result),
        "because": finding.because,
        "version": _day(finding.version),
        "inputs": dict(finding.inputs),
    }


def _cycles(assessment: Assessment) -> dict[Finding, list[str]]:
    """The cycles, in order, that each finding was made for."""
    found: dict[Finding, list[str]] = {}
    for credit in assessment.credits:
        for finding in dict.fromkeys(credit.findings):
            found.setdefault(finding, []).append(credit.cycle.isoformat())
    return found


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
