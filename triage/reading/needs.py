"""What still has to be asked of the sender."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from triage.model import Fact, Message
from triage.reading.facts import Facts

FILE = Path(__file__).parent / "needs.yaml"


@dataclass(frozen=True, slots=True)
class Needs:
    """by_matter: category -> names of facts, of `account`, `region`, `incident_dates`, `identity`.
    without_identity: rights that need no proof of who asks."""

    by_matter: Mapping[str, tuple[str, ...]]
    without_identity: frozenset[str]

    def missing(
        self, message: Message, facts: Facts, categories: Collection[str], rights: Collection[str]
    ) -> tuple[str, ...]:
        """The facts that the categories need and the mail does not state, each once."""
        wanted = dict.fromkeys(name for category in categories for name in self.by_matter.get(category, ()))
        stated = {
            "account": bool(facts.account),
            "region": bool(facts.regions),
            "incident_dates": bool(facts.incidents),
            "identity": set(rights) <= self.without_identity or _is_the_sender(message, facts.account),
        }
        return tuple(name for name in wanted if not stated[name])


def read_needs(path: Path = FILE) -> Needs:
    import yaml

    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    free = frozenset(table.pop("without_identity", ()))
    return Needs({matter: tuple(names) for matter, names in table.items()}, free)


def _is_the_sender(message: Message, account: Collection[Fact]) -> bool:
    """Whether the account stated is the address that the mail comes from."""
    sender = message.sender.email if message.sender else ""
    return bool(sender) and any(fact.kind == "email" and fact.value.lower() == sender for fact in account)
