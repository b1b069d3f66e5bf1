"""What letters need of a rule pack, and no more: where a clause stands, and in which words it may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Terms(Protocol):
    """A rule pack as letters see it."""

    def section(self, clause: str) -> str:
        """Where the clause stands in the published documents, as a person would cite it; empty when unknown."""
        ...

    def link(self, clause: str) -> str:
        """Where the document can be read; empty when unknown."""
        ...

    def has(self, clause: str) -> bool: ...

    def unproven(self, right: str) -> bool:
        """Whether a right may be carried out for whoever asks, because nobody is harmed by it (an unsubscription)."""
        ...


@dataclass(frozen=True, slots=True)
class PackTerms:
    """A pack of `triage.policy` seen through `Terms`."""

    pack: Any

    def section(self, clause: str) -> str:
        return ""

    def link(self, clause: str) -> str:
        return ""

    def has(self, clause: str) -> bool:
        return True

    def unproven(self, right: str) -> bool:
        return right == "marketing_opt_out"
