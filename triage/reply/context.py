"""What a letter can speak of: the matters of one mail as marks for values, each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from triage.errors import ConfigError
from triage.model import Assessment, Credit, Deadline, Finding, Incident, Known, Message, Outcome, Reading, Result
from triage.policy.pack import Clause
from triage.reply.checks import mentions
from triage.reply.letter import Slots
from triage.reply.library import Language
from triage.reply.terms import Terms

NAMES = frozenset(
    """desk sender address subject received outage claim rights actions asked due needs which_account lookups verify
    matters cite documents stated phrase inputs""".split()  # noqa: SIM905 - a list of words reads better as words
)
MOST_READ = 20_000
"""How many characters of each part of a mail a letter may draw on: as many as it quotes."""
_NAME = re.compile(r"[^\W\d_]+(?:[.'’\- ]+[^\W\d_]+)*\.?")


@dataclass(frozen=True, slots=True)
class Matter:
    """All that one letter is written from. vouched: the reader may be told what our records hold; open_rights: those
    that may be carried out for whoever asks; zone: an IANA name; desk: who signs."""

    message: Message
    reading: Reading
    assessment: Assessment | None
    deadlines: tuple[Deadline, ...]
    terms: Terms
    vouched: bool
    zone: str
    desk: str
    contact: str
    known: Known | None = None
    open_rights: frozenset[str] = frozenset()

    @property
    def rights(self) -> tuple[str, ...]:
        return tuple(right.label for right in self.reading.rights) if self.reading.is_about("data_request") else ()

    @property
    def claims(self) -> bool:
        return self.reading.is_about("sla_credit_claim")

    @property
    def must_verify(self) -> bool:
        """Whether to ask who it is before anything of an account is said or done."""
        asks = self.reading.is_about("data_request") and not (self.rights and self.open_rights.issuperset(self.rights))
        return not self.vouched and (self.claims or asks)

    @property
    def granted(self) -> tuple[str, ...]:
        """The rights that may be carried out now; the others wait until it is known who asks."""
        return tuple(right for right in self.rights if not self.must_verify or right in self.open_rights)

    @property
    def shown(self) -> Assessment | None:
        """The assessment, where the reader may see it."""
        return self.assessment if self.vouched and self.claims else None


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

    def series(self, marks: Sequence[Markup]) -> Markup | None:
        return Markup(self.language.locale.list(marks)) if marks else None  # noqa: S704 - marks and the locale's words

    def phrase(self, group: str, key: str, **more: object) -> Markup | None:
        """A phrase of the language, None where it has none of that name."""
        if (group, key) not in self.language.phrases:
            return None
        return self.language.render((group, key), {**self._common(), **more}).strip()

    def stated(self, key: str) -> list[Markup]:
        """The sentences that the language has under `key` for clauses in force that bear on the mail, in the pack's
        order; of a clause with words under `when`, only if the sender uses one of them."""
        ids = [
            clause.id
            for clause in self.matter.terms.pack.clauses
            if self._bears(clause) and self._brought_up(clause.id)
        ]
        return [said + self.put("", "clause", each) for each in ids if (said := self.phrase(each, key))]

    def _bears(self, clause: Clause) -> bool:
        reading = self.matter.reading
        labels = {each.label for each in (*reading.categories, *reading.rights)}
        about = {*clause.categories, *clause.rights}
        return (not about or bool(labels & about)) and bool(self.matter.terms.says(clause.id))

    def _brought_up(self, clause: str) -> bool:
        message, when = self.matter.message, self.language.phrases.get((clause, "when"))
        return when is None or mentions(f"{message.subject}\n{message.text[:MOST_READ]}", when.text.split(","))

    def _action(self, right: str) -> Markup:
        """What will be done on a right, with what clauses add to it."""
        granting = [clause.id for clause in self.matter.terms.about(right) if clause.allows]
        cited = Markup().join(self.put("", "clause", each) for each in granting)
        return Markup(" ").join(filter(None, [(self.phrase("right", right) or Markup()) + cited, *self.stated(right)]))

    def cite(self, clause: str) -> Markup | None:
        section = self.matter.terms.section(clause)
        return self.put(section, "clause", clause) if section else None

    def documents(self) -> list[Mapping[str, Markup]]:
        """The published documents that the letter rests on so far, each with `title` and `url`."""
        assessment, kinds = self.matter.shown, {"clause", "pack"}
        if self.matter.rights or self.matter.reading.is_about("privacy_concern"):
            kinds.add("deadline")  # the date by which we answer any mail makes no claim a matter of privacy
        cited = [value.source for value in self.slots.used if value.kind in kinds]
        cited += [finding.id for finding in assessment.clauses] if assessment else []
        return [
            {"title": self.put(found.title, "clause", found.id), "url": self.put(found.url, "clause", found.id)}
            for found in self.matter.terms.documents(cited)
        ]

    def moment(self, at: datetime, kind: str, source: str) -> Markup:
        return self.put(self.language.locale.moment(at, self.matter.zone), kind, source)

    def amount(self, number: Decimal | None, currency: str, source: str) -> Markup | None:
        return None if number is None else self.put(self.language.locale.amount(number, currency), "computed", source)

    def share(self, number: Decimal | None, source: str) -> Markup | None:
        return None if number is None else self.put(self.language.locale.share(number), "computed", source)

    def day(self, day: date, kind: str, source: str) -> Markup:
        return self.put(self.language.locale.day(day), kind, source)

    def variables(self) -> dict[str, Any]:
        """The variables of `NAMES`."""
        matter, sender = self.matter, self.matter.message.sender
        name = greeting_name(sender.name) if sender else ""
        waiting = [self.phrase("asked", right) for right in matter.rights if right not in matter.granted]
        return self._common() | {
            "desk": self.put(matter.desk, "desk", "desk_name"),
            "sender": self.put(name, "quoted", "From") if name else None,
            "address": self.put(sender.email if sender else "", "quoted", "From"),
            "subject": self.put(matter.message.subject, "quoted", "Subject"),
            "received": self.moment(matter.message.received_at, "quoted", "received_at"),
            "outage": self._outage(),
            "claim": claim(self, matter.shown) if matter.shown else None,
            "actions": [self._action(right) for right in matter.granted],
            "asked": self.series([noun for noun in waiting if noun]),
            **self._needs(),
            "lookups": self._lookups(),
            "verify": matter.must_verify,
            "matters": len(matter.reading.categories),
            "inputs": {},
        }

    def _outage(self) -> Markup | None:
        """Where and when the service was down, as the sender says; None where the mail does not say."""
        reading, locale = self.matter.reading, self.language.locale
        places = [self.put(fact.value, "quoted", "regions") for fact in reading.regions]
        certain = (incident for incident in reading.incidents if not incident.ambiguous)
        times = dict.fromkeys((incident.start, incident.end) for incident in certain)
        days = [self.put(locale.days(start, end), "quoted", "incidents") for start, end in times]
        parts = [part for part in (self.series(places), self.series(days)) if part]
        return Markup(locale.comma.join(parts)) if parts else None  # noqa: S704 - marks and the locale's words

    def _common(self) -> dict[str, Any]:
        return {
            "cite": self.cite,
            "documents": self.documents,
            "stated": self.stated,
            "phrase": self.phrase,
            "due": self._due(),
            "rights": self.matter.granted,
        }

    def _due(self) -> Maybe:
        return Maybe({d.kind: self.moment(d.due_at, "deadline", d.clause) for d in reversed(self.matter.deadlines)})

    def _needs(self) -> Mapping[str, Any]:
        """What to ask the sender, each once. which_account: the account is asked together with who is writing."""
        asked = self._missing()
        ambiguous = [each for each in self.matter.reading.incidents if each.ambiguous and self.matter.claims]
        which = [question for question in map(self._which_day, ambiguous) if question]
        if which:  # the day may be all that was missing
            asked = [name for name in asked if not name.startswith("incident")]
        needs = [*which, *self._asked("question", asked)]
        account = self.phrase("question", "account")
        joined = self.matter.must_verify and account in needs
        return {"needs": [need for need in needs if not (joined and need == account)], "which_account": joined}

    def _missing(self) -> list[str]:
        """The facts worth asking the sender for: what the mail lacks, unless records have it or the verdict stands
        without it, and what would settle the claim."""
        matter, shown = self.matter, self.matter.shown
        settled = {"identity", "account"} if matter.vouched else {"identity"}
        lacking = [name for name in matter.reading.missing if name not in settled]
        if shown and shown.outcome is not Outcome.UNDETERMINED:
            lacking = []
        if shown and shown.outcome is not Outcome.INELIGIBLE:
            facts = map(plain_fact, shown.missing)
            lacking += [name for name in facts if matter.terms.asks_customer(name)]
        return lacking

    def _which_day(self, incident: Incident) -> Markup | None:
        """The question that settles a numeric date which reads two ways."""
        readings = dict.fromkeys([(incident.start, incident.end), *incident.alternatives])
        days = [self.put(self.language.locale.days(*each), "quoted", "incidents") for each in readings]
        return (
            self.phrase("question", "ambiguous_date", inputs={"first": days[0], "second": days[1]})
            if days[1:]
            else None
        )

    def _lookups(self) -> list[Markup]:
        """What the desk looks up itself."""
        missing = map(plain_fact, self.matter.shown.missing) if self.matter.shown else ()
        return self._asked("lookup", [name for name in missing if not self.matter.terms.asks_customer(name)])

    def _asked(self, group: str, names: Iterable[str]) -> list[Markup]:
        """Phrases by the name of a fact; one that the language does not know is asked in the pack's own words."""
        found: dict[str, Markup] = {}
        for name in dict.fromkeys(names):
            means = self.matter.terms.means(name)
            said = self.phrase(group, name)
            if said is None and means:
                said = self.phrase(group, "any", inputs={"means": self.put(means, "pack", name)})
            if said is not None:
                found.setdefault(self.slots.fill(said), said)
        return list(found.values())


def plain_fact(name: str) -> str:
    """The fact of the pack that an assessment found missing somewhere: `incidents[0].end_at` is `incident.end_at`."""
    stem = re.sub(r"\[[^\]]*\]", "", name)
    return re.sub(r"^(incident|cycle)s\.", r"\1.", stem)


def greeting_name(name: str) -> str:
    """The name to greet by; empty when the header holds something else than a person's or company's plain name."""
    plain = " ".join(name.split())
    return plain if len(plain) <= 60 and _NAME.fullmatch(plain) else ""


# --- a credit claim -------------------------------------------------------------------------------------------------


def claim(pen: Pen, assessment: Assessment) -> Mapping[str, Any]:
    """The variable `claim`: what the terms say of it, cycle by cycle.

    total; cycles, each with start, place (where there are several), eligible, ineligible, uptime, tier, base, credit, claim_before, reasons, and exact,
    whether the credit is just that share of the base; general: the reasons that hold for every cycle. What is not known
    is None.
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
    """The clauses that fail, without those that fail only because of one before them (no tier, hence no amount)."""
    failing = {finding.id: finding for finding in findings if finding.result is Result.FAILS}
    return [f for f in failing.values() if not pen.matter.terms.upstream(f.id) & failing.keys()]


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
