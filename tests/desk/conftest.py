"""Mailboxes and decisions for the desk's tests: plain records, no reader is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.desk.cases import Desk
from triage.desk.store import Store
from triage.doors.mailbox import Fetched, Selected
from triage.model import Address, Deadline, Decision, Doubt, Draft, Label, Message, Reading

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


def decision(
    subject: str = "Credit", *, label: str = "sla_credit_claim", doubt: str = "", draft: bool = True
) -> Decision:
    sender = Address("Dana", "dana@northpeak.example")
    message = Message("test", "0" * 64, NOON, f"<{subject}@x.example>", sender=sender, subject=subject, text="Hi, ...")
    return Decision(
        message,
        Reading("en", (Label(label, 0.9),), doubts=(Doubt("low_confidence", doubt),) if doubt else ()),
        (Deadline("respond", NOON + timedelta(days=15), "privacy.respond"),) if label != "automated" else (),
        draft=Draft(f"Re: {subject}", "Hello Dana", "<p>Hello Dana</p>", to=(sender,)) if draft else None,
    )


class ListMailbox:
    """A mailbox in memory that numbers its mails as IMAP does."""

    name, ordered = "INBOX", True

    def __init__(self, mails: Sequence[bytes], uidvalidity: int = 1) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.uidvalidity = uidvalidity

    def examine(self) -> Selected:
        return Selected(self.uidvalidity, max(self.mails, default=0) + 1, len(self.mails))

    def uids(self) -> Sequence[int]:
        return sorted(self.mails)

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        for uid in sorted(uids):
            if uid in self.mails:
                yield Fetched(self.name, self.uidvalidity, uid, NOON, self.mails[uid])

    def fetch_after(self, uid: int) -> Iterator[Fetched]:
        return self.fetch([u for u in self.mails if u > uid])

    def wait(self, timeout: float) -> bool:
        return False

    def close(self) -> None: ...


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "desk.db") as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


@pytest.fixture
def receive(desk: Desk) -> Callable[..., int]:
    """Open a case from a decision; each call is another mail."""
    seen = 0

    def take(**about: object) -> int:
        nonlocal seen
        seen += 1
        sha256 = desk.store.keep(f"mail {seen}".encode())
        return desk.receive(sha256, 6, decision(**about), NOON)  # type: ignore[arg-type]

    return take
