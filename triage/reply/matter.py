"""The matter of one letter: a mail, what was read and judged of it, and what its sender may be told."""

from __future__ import annotations

import re
from dataclasses import dataclass

from triage.model import Assessment, Deadline, Known, Message, Outcome, Reading
from triage.reply.terms import Terms


@dataclass(frozen=True, slots=True)
class Matter:
    """All that one letter is written from.

    vouched: the reader may be told what our records hold; forged: our own server says that the mail is not from its
    sender; for_another: what is asked seems to concern somebody else than the sender. open_rights: those that may be
    carried out for whoever asks; zone: an IANA name; desk: who signs.
    """

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
    forged: bool = False
    for_another: bool = False

    @property
    def rights(self) -> tuple[str, ...]:
        return tuple(right.label for right in self.reading.rights) if self.reading.is_about("data_request") else ()

    @property
    def claims(self) -> bool:
        return self.reading.is_about("sla_credit_claim")

    @property
    def unanswered(self) -> bool:
        """Whether no draft may be written: no person wrote the mail, or it must go to one of ours as it is."""
        kept = {"automated", "legal_demand"} | self.terms.handed_over
        return any(self.reading.is_about(label) for label in kept)

    @property
    def must_verify(self) -> bool:
        """Whether to ask who it is before anything of an account is said or done."""
        return self.behalf or (not self.vouched and (self.claims or self._asks))

    @property
    def behalf(self) -> bool:
        """Whether what is asked concerns somebody else, so that the sender's own standing would prove nothing. One who
        also claims a credit without being known as the owner has to show that first."""
        return self.for_another and self._asks and (self.vouched or not self.claims)

    @property
    def _asks(self) -> bool:
        """Whether a right is asked for that not everybody may have carried out."""
        return self.reading.is_about("data_request") and not (self.rights and self.open_rights.issuperset(self.rights))

    @property
    def proof(self) -> str:
        """The name of the question on who asks; empty where it need not be asked."""
        if not self.must_verify:
            return ""
        if self.behalf:
            return "other_person"
        sender = self.message.sender
        stated = {fact.value.casefold() for fact in self.reading.account if fact.kind == "email"}
        return "identity_stated" if sender and sender.email.casefold() in stated else "identity"

    @property
    def granted(self) -> tuple[str, ...]:
        """The rights that may be carried out now; the others wait until it is known who asks."""
        return tuple(right for right in self.rights if not self.must_verify or right in self.open_rights)

    @property
    def shown(self) -> Assessment | None:
        """The assessment, where the reader may see it."""
        return self.assessment if self.vouched and self.claims else None

    def missing(self) -> list[str]:
        """The facts worth asking the sender for, by name: what the mail lacks, unless records have it or the verdict
        stands without it, and what would settle the claim."""
        settled = {"identity", "account"} if self.vouched else {"identity"}
        lacking = [name for name in self.reading.missing if name not in settled]
        if self.shown and self.shown.outcome is not Outcome.UNDETERMINED:
            lacking = []
        if self.shown and self.shown.outcome is not Outcome.INELIGIBLE:
            lacking += [name for name in self._open_facts() if self.terms.asks_customer(name)]
        return lacking

    def lookups(self) -> list[str]:
        """The facts that the desk looks up itself."""
        return [name for name in self._open_facts() if not self.terms.asks_customer(name)]

    def _open_facts(self) -> list[str]:
        return [plain_fact(name) for name in self.shown.missing] if self.shown else []


def plain_fact(name: str) -> str:
    """The fact of the pack that an assessment found missing somewhere: `incidents[0].end_at` is `incident.end_at`."""
    stem = re.sub(r"\[[^\]]*\]", "", name)
    return re.sub(r"^(incident|cycle)s\.", r"\1.", stem)
