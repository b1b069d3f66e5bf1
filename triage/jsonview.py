"""What `triage read --json` prints of a mail. Instants are ISO 8601 in UTC with `Z`, dates `YYYY-MM-DD`; every field is present."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from triage.model import Deadline, Decision, Draft, Evidence, Fact, Incident, Label


def decision_view(decision: Decision, assessment: dict[str, Any] | None) -> dict[str, Any]:
    """One mail's line. assessment: the view of the assessment, None where there is none."""
    message, reading = decision.message, decision.reading
    return {
        "source": message.source,
        "message_id": message.message_id,
        "received_at": instant(message.received_at),
        "from": message.sender.email or message.sender.name if message.sender else None,
        "subject": message.subject,
        "language": reading.language,
        "text": message.text,
        "categories": [_label(label) for label in reading.categories],
        "rights": [_label(label) for label in reading.rights],
        "account": [_fact(fact) for fact in reading.account],
        "resources": [_fact(fact) for fact in reading.resources],
        "regions": [{"value": fact.value, "evidence": _evidence(fact.evidence)} for fact in reading.regions],
        "incidents": [_incident(incident) for incident in reading.incidents],
        "missing": list(reading.missing),
        "deadlines": [_deadline(deadline) for deadline in decision.deadlines],
        "assessment": assessment,
        "draft": _draft(decision.draft),
        "doubts": [{"code": doubt.code, "because": doubt.because} for doubt in reading.doubts],
        "notes": list(decision.notes),
        "defects": list(message.defects),
    }


def instant(at: datetime | None) -> str | None:
    """`2026-03-18T08:12:00Z`; None stays None."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _evidence(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [{"part": e.part, "start": e.start, "end": e.end, "text": e.text} for e in evidence]


def _label(label: Label) -> dict[str, Any]:
    return {"label": label.label, "confidence": round(label.confidence, 4), "evidence": _evidence(label.evidence)}


def _fact(fact: Fact) -> dict[str, Any]:
    return {"value": fact.value, "kind": fact.kind, "evidence": _evidence(fact.evidence)}


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "start": incident.start.isoformat(),
        "end": incident.end.isoformat(),
        "start_at": instant(incident.start_at),
        "end_at": instant(incident.end_at),
        "ambiguous": incident.ambiguous,
        "alternatives": [{"start": a.isoformat(), "end": b.isoformat()} for a, b in incident.alternatives],
        "evidence": _evidence(incident.evidence),
    }


def _deadline(deadline: Deadline) -> dict[str, Any]:
    return {
        "kind": deadline.kind,
        "due_at": instant(deadline.due_at),
        "clause": deadline.clause,
        "derivation": list(deadline.derivation),
    }


def _draft(draft: Draft | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    problems = [{"code": problem.code, "because": problem.because} for problem in draft.problems]
    return {
        "subject": draft.subject,
        "text": draft.text,
        "html": draft.html,
        "language": draft.language,
        "problems": problems,
    }
