"""A verdict or a deadline told step by step, so that a person can follow it with the published text beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from triage.model import Assessment, Credit, Deadline, Finding, Outcome
from triage.policy.pack import Pack, Version
from triage.policy.sentences import show
from triage.policy.wanting import fact_name

_SIGNS = {"holds": "yes", "fails": "NO", "unknown": "?"}


def explain_assessment(assessment: Assessment, pack: Pack) -> str:
    """Clause by clause: what it says, in which version, what it looked at, what it answered and why; then what follows."""
    lines = [*_clauses(assessment.clauses, pack)]
    for credit in assessment.credits:
        lines += ["", *_credit(credit)]
    lines += ["", f"The claim is {assessment.outcome}" + (f": {show(assessment.total)}." if assessment.total else ".")]
    lines += [f"Conflict: {conflict}." for conflict in assessment.conflicts]
    lines += _questions("Ask the customer for", assessment.ask_customer, pack)
    lines += _questions("Look up", assessment.ask_desk, pack)
    lines += [f"Judged by the pack {assessment.pack}, {assessment.digest[:12]}."]
    return "\n".join(lines)


def explain_deadlines(due: Iterable[Deadline]) -> str:
    """Each deadline with its derivation, a line a step."""
    lines: list[str] = []
    for deadline in due:
        lines.append(f"{deadline.kind}: due {show(deadline.due_at)} ({deadline.clause})")
        lines += [f"    {step}" for step in deadline.derivation]
    return "\n".join(lines)


def _clauses(findings: Sequence[Finding], pack: Pack) -> Iterator[str]:
    for finding in findings:
        clause = pack.clause(finding.id)
        versions = [v for v in clause.versions if v.since == finding.version] if clause is not None else []
        yield f"[{_SIGNS[finding.result]:>3}] {finding.id} ({finding.section}{_since(versions)}): {finding.because}"
        yield from (f"          says: {version.says}" for version in versions[:1])
        if finding.inputs:
            yield f"          from: {'; '.join(f'{name} {value}' for name, value in finding.inputs)}"


def _since(versions: Sequence[Version]) -> str:
    return f", text of {versions[0].since}" if versions and versions[0].since else ""


def _credit(credit: Credit) -> Iterator[str]:
    yield f"Billing cycle from {credit.cycle}: {credit.outcome}"
    if credit.credit is not None:
        rate, amount = show(credit.tier_percent), f"{show(credit.credit)} {credit.currency}"
        yield f"    {show(credit.base)} {credit.currency} x {rate} % = {amount}"
        if credit.outcome is not Outcome.ELIGIBLE:
            yield "    this amount is not granted by that"
    if credit.claim_before is not None:
        yield f"    to be claimed before {show(credit.claim_before)}"


def _questions(lead: str, names: Sequence[str], pack: Pack) -> list[str]:
    kinds = {name: pack.facts.get(fact_name(name)) for name in names}
    return [f"{lead}: {name}" + (f" ({kind.means})" if kind else "") for name, kind in kinds.items()]
