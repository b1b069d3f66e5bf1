"""What a letter can speak of: the matters of one mail as marks for values, each with its source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from triage.model import Assessment, Credit, Deadline, Finding, Message, Outcome, Reading, Result
from triage.reply.letter import Slots
from triage.reply.library import Language
from triage.reply.terms import Terms

NAMES = frozenset(
    [
        "desk",
        "contact",
        "sender",
        "received",
        "regions",
        "incidents",
        "resources",
        "claim",
        "rights",
        "due",
        "needs",
        "lookups",
        "verify",
        "matters",
        "cite",
        "link",
        "phrase",
        "inputs",
        "address",
        "subject",
    ]
)
_NAME = re.compile(r"[^\W\d_][^\W\d_.'’\- ]*(?:[.'’\- ]+[^\W\d_]+)*\.?")


@dataclass(frozen=True, slots=True)
class Matter:
    """All that one letter is written from. `vouched`: the reader may be told what our records hold."""

    message: Message
    reading: Reading
    assessment: Assessment | None
    deadlines: tuple[Deadline, ...]
    terms: Terms
    vouched: bool
    zone: str
    desk: str
    contact: str

    @property
    def rights(self) -> tuple[str, ...]:
        return tuple(right.label for right in self.reading.rights) if self.reading.is_about("data_request") else ()

    @property
    def claims(self) -> bool:
        return self.reading.is_about("sla_credit_claim")

    @property
    def must_verify(self) -> bool:
        """Whether to ask who it is before anything of an account is said or done."""
        if self.vouched:
            return False
        asks = self.reading.is_about("data_request")
        return self.claims or (asks and not (self.rights and all(self.terms.unproven(right) for right in self.rights)))


class Maybe(dict[str, Any]):
    """A mapping whose missing keys are None: a template asks `{% if due.erase %}`; printing None is refused."""

    def __missing__(self, key: str) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes the values of one letter in one language as marks."""

    language: Language
    slots: Slots
    matter: Matter

    def put(self, text: str, kind: str, source: str) -> Markup:
        return self.slots.put(text, kind, source)

    def list(self, marks: Sequence[Markup]) -> Markup | None:
        return Markup(self.language.locale.list(marks)) if marks else None  # noqa: S704 - marks and the locale's words

    def phrase(self, group: str, key: str, **variables: object) -> Markup | None:
        """A phrase of the language, None where it has none of that name."""
        if (group, key) not in self.language.phrases:
            return None
        return self.language.render((group, key), self.base() | variables).strip()

    def cite(self, clause: str) -> Markup | None:
        section = self.matter.terms.section(clause)
        return self.put(section, "clause", clause) if section else None

    def link(self, clause: str) -> Markup | None:
        link = self.matter.terms.link(clause)
        return self.put(link, "clause", clause) if link else None

    def base(self) -> dict[str, Any]:
        return {"cite": self.cite, "link": self.link, "phrase": self.phrase}

    def moment(self, at: datetime, kind: str, source: str) -> Markup:
        return self.put(self.language.locale.moment(at, self.matter.zone), kind, source)


def variables(pen: Pen) -> dict[str, Any]:
    """The variables of `NAMES` for one letter."""
    matter, reading = pen.matter, pen.matter.reading
    name = greeting_name(matter.message.sender.name if matter.message.sender else "")
    return pen.base() | {
        "desk": pen.put(matter.desk, "desk", "desk_name"),
        "contact": pen.put(matter.contact, "desk", "from_address") if matter.contact else None,
        "sender": pen.put(name, "quoted", "From") if name else None,
        "address": pen.put(matter.message.sender.email if matter.message.sender else "", "quoted", "From"),
        "subject": pen.put(matter.message.subject, "quoted", "Subject"),
        "received": pen.moment(matter.message.received_at, "quoted", "received_at"),
        "regions": pen.list([pen.put(fact.value, "quoted", "regions") for fact in reading.regions]),
        "resources": pen.list([pen.put(fact.value, "quoted", "resources") for fact in reading.resources]),
        "incidents": pen.list(
            [
                pen.put(pen.language.locale.days(incident.start, incident.end), "quoted", "incidents")
                for incident in reading.incidents
                if not incident.ambiguous
            ]
        ),
        "claim": _claim(pen, matter.assessment) if matter.assessment and matter.vouched else None,
        "rights": matter.rights,
        "due": Maybe({d.kind: pen.moment(d.due_at, "deadline", d.clause) for d in matter.deadlines}),
        "needs": _needs(pen),
        "lookups": _phrases(pen, "lookup", matter.assessment.missing if matter.assessment and matter.vouched else ()),
        "verify": matter.must_verify,
        "matters": len(reading.categories),
        "inputs": Maybe(),
    }


def greeting_name(name: str) -> str:
    """The name to greet by; empty when the header holds something else than a person's or company's plain name."""
    plain = " ".join(name.split())
    return plain if len(plain) <= 60 and _NAME.fullmatch(plain) else ""


def _needs(pen: Pen) -> list[Markup]:
    """The questions to ask, each once: what the reading found missing, then what would settle the claim."""
    asked = [name for name in pen.matter.reading.missing if name != "identity"]
    if pen.matter.claims and pen.matter.assessment:
        asked += pen.matter.assessment.missing
    return _phrases(pen, "question", asked)


def _phrases(pen: Pen, group: str, names: Sequence[str]) -> list[Markup]:
    return [said for name in dict.fromkeys(names) if (said := pen.phrase(group, name))]


def _claim(pen: Pen, assessment: Assessment) -> Mapping[str, Any]:
    return {
        "outcome": assessment.outcome.value,
        "total": _amount(pen, assessment.total, _currency(assessment), "claim.total"),
        "cycles": [_cycle(pen, credit) for credit in assessment.credits],
        "reasons": _reasons(pen, assessment.clauses, Result.FAILS),
    }


def _currency(assessment: Assessment) -> str:
    return next((credit.currency for credit in assessment.credits), "USD")


def _cycle(pen: Pen, credit: Credit) -> Mapping[str, Any]:
    at = f"cycle {credit.cycle:%Y-%m-%d}"
    return {
        "outcome": credit.outcome.value,
        "eligible": credit.outcome is Outcome.ELIGIBLE,
        "ineligible": credit.outcome is Outcome.INELIGIBLE,
        "start": pen.put(pen.language.locale.day(credit.cycle), "computed", at),
        "uptime": _share(pen, credit.uptime_percent, f"{at}: uptime"),
        "tier": _share(pen, credit.tier_percent, f"{at}: tier"),
        "base": _amount(pen, credit.base, credit.currency, f"{at}: base"),
        "credit": _amount(pen, credit.credit, credit.currency, f"{at}: credit"),
        "claim_before": pen.moment(credit.claim_before, "computed", f"{at}: time limit")
        if credit.claim_before
        else None,
        "reasons": _reasons(pen, credit.findings, Result.FAILS),
    }


def _amount(pen: Pen, number: Decimal | None, currency: str, source: str) -> Markup | None:
    return None if number is None else pen.put(pen.language.locale.amount(number, currency), "computed", source)


def _share(pen: Pen, number: Decimal | None, source: str) -> Markup | None:
    return None if number is None else pen.put(pen.language.locale.share(number), "computed", source)


def _reasons(pen: Pen, findings: Sequence[Finding], result: Result) -> list[Markup]:
    return [_reason(pen, finding) for finding in findings if finding.result is result]


def _reason(pen: Pen, finding: Finding) -> Markup:
    """The sentence on a clause in the letter's language; the pack's own sentence where the language has none."""
    inputs = Maybe({name: pen.put(value, "computed", f"{finding.id}: {name}") for name, value in finding.inputs})
    said = pen.phrase(finding.id, finding.result.value, inputs=inputs)
    return said or pen.put(finding.because, "clause", finding.id)
