"""What the desk asks of a mailbox, wherever its mail is kept.

Every mailbox is read-only: nothing is marked read, moved, renamed or deleted. A mail is known by three things together:
the mailbox's `name`, its UIDVALIDITY and the mail's UID (RFC 9051, 2.3.1.1). What is new is a difference of sets,
`set(mailbox.uids()) - known`, never a window of time and never a flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Position:
    """How far a mailbox was taken. `uid` is the last one taken; it says nothing under another `uidvalidity`."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Selected:
    """A mailbox as it stood when it was looked at.

    uidnext: a number above every UID now in use; None where the mailbox does not say or numbers in no order.
    exists: how many mails it holds.
    modseq: highest modification sequence (RFC 7162), where the server keeps one.
    """

    uidvalidity: int
    uidnext: int | None
    exists: int
    modseq: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as it lies in the mailbox, byte for byte.

    received_at: when the server got it (INTERNALDATE), aware UTC; None for files, which keep no such time.
    flags: as the mailbox has them (`\\Seen`, `$Forwarded`); they decide nothing.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    received_at: datetime | None
    raw: bytes
    flags: tuple[str, ...] = ()

    @property
    def position(self) -> Position:
        return Position(self.mailbox, self.uidvalidity, self.uid)


class Mailbox(Protocol):
    """One mailbox, open for reading. All methods raise `triage.errors.MailboxError` when it cannot be read.

    name: as configured (`INBOX`, a folder's path); unique within the desk.
    ordered: True where a later mail has a greater UID (IMAP), so that a cursor may stand in for `uids()`.
    """

    name: str
    ordered: bool

    def examine(self) -> Selected:
        """Look anew: what is in the mailbox now. Raises `MailboxError` when it is not there."""
        ...

    def uids(self) -> Sequence[int]:
        """UIDs of all mails now in the mailbox, ascending, without fetching any."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Those mails, ascending by UID, held in memory a bounded batch at a time. One that has vanished is left out."""
        ...

    def fetch_after(self, uid: int) -> Iterator[Fetched]:
        """Mails above a UID, ascending. Where UIDs have no order (`ordered` is False) that is every mail."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds. True as soon as something may be new; False when the time is up or it was closed."""
        ...

    def close(self) -> None:
        """Let go of the mailbox; ends a `wait` in another thread. Harmless when called twice."""
        ...
