"""What letters need of a rule pack, and no more: where a clause stands, what it says, what it rules out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from triage.policy.pack import BUILT_IN, Clause, Document, Pack, gives, looks_at
from triage.policy.steps import Limit, Table


@dataclass(frozen=True)
class Terms:
    """A pack as letters see it on one day (the day of receipt, in the pack's zone)."""

    pack: Pack
    day: date

    def section(self, clause: str) -> str:
        """Where a clause stands, as a person would cite it; empty for a clause that the pack does not have."""
        found = self.pack.clause(clause)
        return found.shown if found else ""

    def says(self, clause: str) -> str:
        """The clause's text in force, in the pack's own words; empty where there is none."""
        return self._says.get(clause, "")

    @cached_property
    def _says(self) -> dict[str, str]:
        return {
            clause.id: next((version.says for version in clause.in_force(self.day) if not version.absent), "")
            for clause in self.pack.clauses
        }

    def documents(self, clauses: Iterable[str]) -> tuple[Document, ...]:
        """The documents in which clauses stand, each once."""
        found = (self.pack.clause(clause) for clause in clauses)
        return tuple(dict.fromkeys(self.pack.documents[clause.document] for clause in found if clause))

    def about(self, label: str) -> tuple[Clause, ...]:
        """The clauses that bear on a category or right and are in force, in the pack's order."""
        clauses = self.pack.clauses
        return tuple(c for c in clauses if (label in c.categories or label in c.rights) and self.says(c.id))

    @cached_property
    def published(self) -> tuple[str, ...]:
        """The words of every clause in force: figures that stand there may be said."""
        return tuple(says for clause in self.pack.clauses if (says := self.says(clause.id)))

    @cached_property
    def forbidden(self) -> frozenset[str]:
        """What no letter may promise."""
        return frozenset(label for c in self.pack.clauses if self.says(c.id) for label in c.forbids)

    @property
    def handed_over(self) -> frozenset[str]:
        """The categories of mail that go to a person of ours at once."""
        handing = [clause for clause in self.pack.clauses if clause.hands_over and self.says(clause.id)]
        return frozenset(category for clause in handing for category in clause.categories)

    def type_of(self, fact: str) -> str:
        """The type of a fact, one of `triage.policy.logic.TYPES`; `text` where the pack does not say."""
        kind = self.pack.facts.get(fact)
        return kind.type if kind else self._computed.get(fact, "text")

    def asks_customer(self, fact: str) -> bool:
        kind = self.pack.facts.get(fact)
        return kind is not None and kind.ask == "customer"

    def means(self, fact: str) -> str:
        kind = self.pack.facts.get(fact)
        return kind.means if kind else ""

    def weighs_amount(self, clause: str) -> bool:
        """Whether a clause judges by an amount that was computed."""
        return any(self._computed.get(fact) == "money" for fact in self._needs.get(clause, ()))

    def upstream(self, clause: str) -> frozenset[str]:
        """The clauses whose computed values a clause looks at, also by way of others."""
        found: set[str] = set()
        left = [clause]
        while left:
            wanted = self._needs.get(left.pop(), frozenset())
            makers = {other for other, given in self._gives.items() if given & wanted} - found - {clause}
            found |= makers
            left += makers
        return frozenset(found)

    @cached_property
    def _gives(self) -> dict[str, frozenset[str]]:
        return {c.id: gives(c) for c in self.pack.clauses}

    @cached_property
    def _needs(self) -> dict[str, frozenset[str]]:
        return {c.id: looks_at(c) for c in self.pack.clauses}

    @cached_property
    def _computed(self) -> dict[str, str]:
        steps = [version.step for clause in self.pack.clauses for version in clause.versions if version.step]
        kinds = {
            step.gives: "percent" if isinstance(step, Table) else "instant" if isinstance(step, Limit) else "money"
            for step in steps
        }
        return BUILT_IN | kinds


class _Same:
    """A pack as a key by identity: it holds mappings, and comparing it would cost more than is saved."""

    __slots__ = ("pack",)

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return id(self.pack)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.pack is self.pack


def terms_of(pack: Pack, day: date) -> Terms:
    """The terms of a pack on a day, made once."""
    return _terms_of(_Same(pack), day)


@lru_cache(maxsize=64)
def _terms_of(same: _Same, day: date) -> Terms:
    return Terms(same.pack, day)
