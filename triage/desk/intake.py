"""From a mailbox into cases: nothing lost, nothing doubled, whatever stops it.

What is new is the difference between the UIDs in the mailbox and the intake ledger, never a flag and never a window of
time. Each mail is one transaction: its case, deadlines and draft, and the line of the ledger that accounts for it. A mail
that cannot be read is a case for a person, with its deadline running; a poll that is killed anywhere is simply polled again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from triage.desk.cases import Desk
from triage.desk.store import MailboxRow
from triage.doors.mailbox import Fetched, Mailbox
from triage.model import Decision

log = logging.getLogger(__name__)

Consider = Callable[[Fetched, datetime], Decision]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll's figures. taken: mails accounted for now; cases: those of them that opened a case (a copy opens none);
    unaccounted: on the server at the poll's start and still not in the ledger at its end, 0 after a good poll."""

    mailbox: str
    on_server: int
    taken: int
    cases: int
    unreadable: int
    unaccounted: int


def poll(
    mailbox: Mailbox,
    desk: Desk,
    consider: Consider,
    unreadable: Consider,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
) -> Poll:
    """Take every mail that the intake ledger does not hold yet. Raises MailboxError when the mailbox cannot be read."""
    store = desk.store
    selected = mailbox.examine()
    present = set(mailbox.uids())
    todo = sorted(present - store.known_uids(mailbox.name, selected.uidvalidity))
    taken = opened = failed = 0
    for fetched in mailbox.fetch(todo):
        sha256 = store.keep(fetched.raw)
        is_new = store.case_of_mail(sha256) is None
        if is_new:
            try:
                decision = consider(fetched, clock())
            except Exception as error:  # whatever a mail does to the core, it becomes a case for a person
                log.warning("A mail could not be read (%s); it goes to a person.", type(error).__name__)
                decision, failed = unreadable(fetched, clock()), failed + 1
        with store.atomic():
            is_new = is_new and store.case_of_mail(sha256) is None  # another poll may have been quicker
            if is_new:
                desk.receive(sha256, len(fetched.raw), decision, clock())
            store.account_for(fetched.mailbox, fetched.uidvalidity, fetched.uid, sha256, clock())
        taken, opened = taken + 1, opened + is_new
        if progress is not None:
            progress(taken, len(todo))
    unaccounted = present - store.known_uids(mailbox.name, selected.uidvalidity)
    if unaccounted:
        unaccounted &= set(mailbox.uids())  # a mail that somebody deleted meanwhile is not owed
    store.note_poll(MailboxRow(mailbox.name, selected.uidvalidity, clock(), len(present), len(unaccounted)))
    return Poll(mailbox.name, len(present), taken, opened, failed, len(unaccounted))
