"""A rule pack: the terms of one operator as records. `loading` reads one from its folder; `docs/policy.md` has the format."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo

from triage.model import Result
from triage.policy.cycles import CycleRule
from triage.policy.logic import Condition
from triage.policy.periods import Counting, Period
from triage.policy.sentences import Sentence
from triage.policy.steps import Limit, Step
from triage.policy.uptime import UptimeReading


@dataclass(frozen=True, slots=True)
class Document:
    """A published document that clauses cite. title: as cited; updated: its own date of last change, where it has one."""

    id: str
    title: str
    url: str
    updated: date | None = None


@dataclass(frozen=True, slots=True)
class FactKind:
    """A fact that clauses may need. ask: who can say it, `customer` or `desk`; type: one of `logic.TYPES`."""

    name: str
    type: str
    means: str
    ask: str = "desk"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """A period that a clause sets for us, from the receipt of a mail.

    categories, rights: for mails about any of these; not_categories: but never about these; empty: all.
    may_pause: whether the time in which we wait for the sender is added. extension: how far we may extend it, and only
    if we say so to the sender before it ends.
    """

    kind: str
    period: Period
    counting: Counting
    categories: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    not_categories: tuple[str, ...] = ()
    may_pause: bool = False
    extension: Period | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A clause as it reads from `since` on (None: from ever; the document names no day) until the next version.

    absent: the clause does not exist in this time. until: an explicit first day without it. only_if: where it speaks at all.
    inputs: the facts it looks at, by name.
    """

    since: date | None
    says: str
    line: int
    until: date | None = None
    absent: bool = False
    step: Step | None = None
    only_if: Condition | None = None
    condition: Condition | None = None
    deadline: DeadlineRule | None = None
    sentences: Mapping[Result, Sentence] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered rule. question: `credit`, `deadline` or `statement` (a promise or fact that is only told).

    shown: how replies cite the place. rights, categories, topics: what mails it bears on. allows, forbids: what a
    reply may promise on its strength, and what none may. hands_over: such a mail goes to a person at once.
    """

    id: str
    document: str
    section: str
    shown: str
    question: str
    versions: tuple[Version, ...]
    where: str
    line: int
    link: str = ""
    overrides: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    hands_over: bool = False

    def in_force(self, day: date) -> tuple[Version, ...]:
        """The versions in force on a day: one, or none in a gap, or several where the pack contradicts itself."""
        begun = [v for v in self.versions if v.since is None or v.since <= day]
        latest = max((v.since or date.min for v in begun), default=date.min)
        return tuple(
            v
            for v in begun
            if (v.until is None and (v.since or date.min) == latest) or (v.until is not None and day < v.until)
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """A clause in the version that governs. version None: no text of it is in force on the day asked about.

    once: it looks at the claim alone, so that its answer is the same for every cycle.
    """

    clause: Clause
    version: Version | None
    once: bool = False


Program = tuple[Ruling, ...]


@dataclass(frozen=True)
class Pack:
    """The terms of one operator. digest: of all its files, kept with every verdict.

    credit_clauses: in the order in which they build on each other; deadline_clauses: those that set a date. turning_days: every day on which one of them changes.
    versions_by: the day whose terms govern a cycle: `start of the incident` or `day of receipt`.
    billing_day_fixed: 1 where cycles are calendar months, else None: the account's own day.
    """

    name: str
    operator: str
    path: str
    digest: str
    zone: tzinfo
    currency: str
    documents: Mapping[str, Document]
    facts: Mapping[str, FactKind]
    clauses: tuple[Clause, ...]
    credit_clauses: tuple[Clause, ...] = ()
    deadline_clauses: tuple[Clause, ...] = ()
    turning_days: tuple[date, ...] = ()
    cycle_rule: CycleRule = field(default_factory=CycleRule)
    billing_day_fixed: int | None = None
    versions_by: str = "start of the incident"
    bounds_settle: bool = False
    contacts: Mapping[str, str] = field(default_factory=dict)
    uptime: UptimeReading = field(default_factory=UptimeReading)
    _programs: dict[int, Program] = field(default_factory=dict, compare=False, repr=False)

    def clause(self, clause_id: str) -> Clause | None:
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    def narrowed(self, documents: Collection[str]) -> Pack:
        """The pack with the clauses of some of its documents only, such as the laws that a desk keeps."""

        def kept(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
            return tuple(clause for clause in clauses if clause.document in documents)

        credit, due = kept(self.credit_clauses), kept(self.deadline_clauses)
        return replace(self, clauses=kept(self.clauses), credit_clauses=credit, deadline_clauses=due, _programs={})

    def for_right(self, right: str) -> tuple[Clause, ...]:
        """The clauses that grant a right, in the pack's order."""
        return tuple(clause for clause in self.clauses if right in clause.rights)

    def credit_program(self, day: date) -> Program:
        """The credit clauses in force on a day, in the order in which they build on each other."""
        era = bisect_right(self.turning_days, day)
        if era not in self._programs:
            self._programs[era] = tuple(
                Ruling(clause, version, _once(clause, version))
                for clause in self.credit_clauses
                for version in (clause.in_force(day) or (None,))
                if version is None or not version.absent
            )
        return self._programs[era]


# The types of the facts that the program computes by itself.
BUILT_IN = {
    "cycle.start": "instant",
    "cycle.end": "instant",
    "cycle.incident_start": "instant",
    "cycle.incident_end": "instant",
    "claim.credited_this_year": "money",
}


def gives(clause: Clause) -> frozenset[str]:
    return frozenset(version.step.gives for version in clause.versions if version.step is not None)


def looks_at(clause: Clause) -> frozenset[str]:
    """The facts that a clause needs in any of its versions, given or computed."""
    names: set[str] = set()
    for version in clause.versions:
        names.update(needs(version))
    return frozenset(names)


def needs(version: Version) -> frozenset[str]:
    """The facts that a version needs, given or computed."""
    names: set[str] = set()
    for condition in (version.only_if, version.condition):
        names.update(condition.facts() if condition is not None else ())
    if version.step is not None:
        names.update(version.step.inputs)
        names.discard(version.step.gives)
        if isinstance(version.step, Limit) and version.step.period.unit == "billing cycles":
            names.update({"account.billing_day", "cycle.start"})
    return frozenset(names)


def _once(clause: Clause, version: Version | None) -> bool:
    if version is None or version.step is not None or version.only_if is not None or clause.overrides:
        return False
    return all(
        name.partition(".")[0] in ("received_at", "claimant", "region", "account", "service") for name in version.inputs
    )
