"""Letters on invented matters: an operator's templates are tried when they are loaded, not when a customer waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from triage.model import Address, Assessment, Credit, Deadline, Incident, Label, Message, Outcome, Reading
from triage.policy.pack import Document, Pack
from triage.reply.matter import Matter
from triage.reply.terms import Terms

_AT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_RIGHTS = (
    *("access", "rectification", "completion", "erasure", "objection", "portability", "cancellation"),
    "marketing_opt_out",
)
_CREDIT = Credit(
    date(2026, 1, 1),
    Outcome.ELIGIBLE,
    Decimal("99.5"),
    Decimal(10),
    Decimal("100.00"),
    Decimal("10.00"),
    claim_before=_AT,
)
_CYCLES = (
    _CREDIT,
    replace(_CREDIT, base=None, region="elsewhere"),
    replace(_CREDIT, outcome=Outcome.INELIGIBLE),
    replace(_CREDIT, outcome=Outcome.UNDETERMINED, credit=None),
)


def matters() -> Iterator[Matter]:
    """Every part of a letter with all it can speak of, and with as little as there may be."""
    for matter in _full():
        yield matter
        bare = replace(matter.message, sender=Address("", "name@example.com"))
        yield replace(matter, message=bare, deadlines=(), reading=replace(matter.reading, incidents=(), missing=()))


def _full() -> Iterator[Matter]:
    pack = Pack("", "", "", "", UTC, "USD", {"terms": Document("terms", "Terms", "https://terms.example")}, {}, ())
    message = Message("", "", _AT, sender=Address("A Name", "name@example.com"), text="Words.")
    outage = Incident(_AT.date(), _AT.date())
    unclear = replace(outage, ambiguous=True, alternatives=((date(2026, 1, 1), date(2026, 1, 1)),))
    due = tuple(Deadline(kind, _AT, "") for kind in ("respond", "erase"))
    reading = Reading("en", _labels("sla_credit_claim"), incidents=(outage,))
    blank = Matter(message, reading, None, due, Terms(pack, _AT.date()), True, "UTC", "Desk", "")
    for outcome in Outcome:
        yield replace(blank, assessment=Assessment(outcome, _CYCLES, total=Decimal("10.00"), missing=("x",)))
    yield replace(blank, reading=replace(reading, incidents=(unclear,), missing=("region",)))
    yield replace(blank, vouched=False, reading=replace(reading, missing=("account", "identity")))
    several = _labels("sla_credit_claim", "data_request", "privacy_concern")
    for vouched in (True, False):
        yield replace(blank, vouched=vouched, reading=replace(reading, categories=several, rights=_labels(*_RIGHTS)))
    yield replace(blank, reading=Reading("en", _labels("data_request"), _labels("erasure")))
    yield replace(blank, reading=Reading("en", _labels("data_request"), _labels("access")), for_another=True)
    yield replace(blank, vouched=False, forged=True)
    yield replace(blank, reading=Reading("en", _labels("privacy_concern")))
    yield replace(blank, reading=Reading("en", _labels("other")))


def _labels(*names: str) -> tuple[Label, ...]:
    return tuple(Label(name, 1.0) for name in names)
