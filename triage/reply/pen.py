"""Writes the values of one letter in one language, each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from triage.model import Address, Incident
from triage.policy.pack import Clause
from triage.reply.checks import mentions
from triage.reply.letter import Slots
from triage.reply.library import Language
from triage.reply.matter import Matter

NAMES = frozenset(
    """desk sender address subject received outage claim rights actions asked due needs which_account lookups verify behalf
    forged matters cite documents stated phrase inputs""".split()  # noqa: SIM905 - a list of words reads better as words
)
MOST_READ = 20_000
"""How many characters of each part of a mail a letter may draw on: as many as it quotes."""
_NAME = re.compile(r"[^\W\d_]+(?:[.'’\- ]+[^\W\d_]+)*\.?")


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
    _shared: dict[str, Any] = field(default_factory=dict)

    def put(self, text: str, kind: str, source: str) -> Markup:
        return self.slots.put(text, kind, source)

    def series(self, marks: Sequence[Markup]) -> Markup | None:
        items = [str(mark) for mark in marks]  # a Markup would escape the words that it is joined to
        return Markup(self.language.locale.list(items)) if items else None  # noqa: S704 - marks and the locale's words

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
        """The variables of `NAMES` but for `claim`, which `verdict` writes."""
        matter, sender = self.matter, self.matter.message.sender
        name = "" if sender is None or matter.forged or self._poses(sender) else greeting_name(sender.name)
        waiting = [self.phrase("asked", right) for right in matter.rights if right not in matter.granted]
        return self._common() | {
            "desk": self.put(matter.desk, "desk", "desk_name"),
            "sender": self.put(name, "quoted", "From") if name else None,
            "address": self.put(sender.email if sender else "", "quoted", "From"),
            "subject": self.put(matter.message.subject, "quoted", "Subject"),
            "received": self.moment(matter.message.received_at, "quoted", "received_at"),
            "outage": self._outage(),
            "actions": [self._action(right) for right in matter.granted],
            "asked": self.series([noun for noun in waiting if noun]),
            **self._needs(),
            "lookups": self._asked("lookup", matter.lookups()),
            "behalf": matter.behalf,
            "forged": matter.forged,
            "matters": len(matter.reading.categories),
            "inputs": {},
        }

    def _poses(self, sender: Address) -> bool:
        """Whether a sender elsewhere goes by the name of the desk or of its operator."""
        pack, desk = self.matter.terms.pack, self.matter.contact.rpartition("@")[2].casefold()
        if desk and sender.email.rpartition("@")[2].casefold() == desk:
            return False
        ours = (self.matter.desk, pack.operator, pack.name)
        return mentions(sender.name, tuple(name for name in ours if name))

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
        """What phrases may use as well as parts."""
        if not self._shared:
            self._shared.update(
                cite=self.cite,
                documents=self.documents,
                stated=self.stated,
                phrase=self.phrase,
                due=self._due(),
                rights=self.matter.granted,
            )
        return self._shared

    def _due(self) -> Maybe:
        return Maybe({d.kind: self.moment(d.due_at, "deadline", d.clause) for d in reversed(self.matter.deadlines)})

    def _needs(self) -> Mapping[str, Any]:
        """What to ask the sender, each once. which_account: the account is asked together with who is writing."""
        asked = self.matter.missing()
        ambiguous = [each for each in self.matter.reading.incidents if each.ambiguous and self.matter.claims]
        which = [question for question in map(self._which_day, ambiguous) if question]
        if which:  # the day may be all that was missing
            asked = [name for name in asked if not name.startswith("incident")]
        needs = [*which, *self._asked("question", asked)]
        account = self.phrase("question", "account")
        proof = self.matter.proof
        joined = bool(proof) and account in needs
        return {
            "verify": self.phrase("question", "identity_account" if joined else proof),
            "needs": [need for need in needs if not (joined and need == account)],
            "which_account": joined,
        }

    def _which_day(self, incident: Incident) -> Markup | None:
        """The question that settles a numeric date which reads two ways."""
        readings = dict.fromkeys([(incident.start, incident.end), *incident.alternatives])
        days = [self.put(self.language.locale.days(*each), "quoted", "incidents") for each in readings]
        return (
            self.phrase("question", "ambiguous_date", inputs={"first": days[0], "second": days[1]})
            if days[1:]
            else None
        )

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


def greeting_name(name: str) -> str:
    """The name to greet by; empty when the header holds something else than a person's or company's plain name."""
    plain = " ".join(name.split())
    return plain if len(plain) <= 60 and _NAME.fullmatch(plain) else ""
