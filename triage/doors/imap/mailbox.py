"""A folder on an IMAP server, read without leaving a trace: EXAMINE and BODY.PEEK[] only."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from triage.doors.imap.account import BUSY, Account, LoginRefused, connect, lost
from triage.doors.imap.answers import esearch_uids, fetch_items, number, search_uids, uid_set, words
from triage.doors.imap.client import Connection
from triage.doors.imap.names import Folder, listed, mailbox_name
from triage.doors.mailbox import Fetched, Selected
from triage.errors import MailboxError

IDLE_RENEWAL = 9 * 60  # seconds; servers end IDLE after 30 minutes, some networks forget a silent connection after ten
TRUST_FOR = 15 * 60  # seconds for which a server is believed that says nothing has changed
NOOP_EVERY = 20.0  # seconds between two questions where the server has no IDLE
MAILS_AT_ONCE = 50
LARGE = 256 << 10  # bytes; a larger mail comes alone, so that no answer is beyond bounds
TRIES = 3  # of one step, the connection being made anew in between
BACKOFF_LIMIT = 300.0  # seconds

T = TypeVar("T")


class NoSuchFolder(MailboxError):
    """The server has no folder of this name; the text lists those it has."""


class ImapMailbox:
    """One folder on an IMAP server; a `triage.doors.mailbox.Mailbox`.

    folder: as people write it (`Kunden/Störungen`), or a special use such as `\\Junk`. name: defaults to the folder.
    Connects when first asked. A lost connection is made anew up to `TRIES` times, waiting in between (`backoff`).
    unreadable: UID -> the server's words, for mails that the server itself cannot hand out; they are left out of `fetch`.
    """

    ordered = True

    def __init__(self, account: Account, folder: str = "INBOX", name: str | None = None) -> None:
        self.account, self.folder, self.name = account, folder, name or folder
        self.unreadable: dict[int, str] = {}
        self._connection: Connection | None = None
        self._selected: Selected | None = None
        self._all_uids: tuple[Selected, Sequence[int]] | None = None
        self._can_idle, self._changed = True, False
        self._examined_at = 0.0
        self._closed = threading.Event()
        self._turn = threading.RLock()  # imaplib2 gives threads that share a connection each other's answers

    def examine(self) -> Selected:
        """As in `Mailbox`. On a connection that is open and where nothing has changed this costs one NOOP."""
        return self._persistently(self._look)

    def uids(self) -> Sequence[int]:
        return self._persistently(self._search_all)

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """As in `Mailbox`. While one batch is being worked on the next one comes in; no more than these two are held."""
        with ThreadPoolExecutor(1) as ahead:
            coming: Future[list[Fetched]] | None = None
            try:
                for batch in self._batches(uids):
                    before, coming = coming, ahead.submit(self._persistently, partial(self._mails, batch))
                    if before is not None:
                        yield from before.result()
                        del before
                if coming is not None:
                    yield from coming.result()
            except (KeyboardInterrupt, SystemExit):
                self.close()  # else a server that does not answer would hold up the end of the program
                raise

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        wanted = sorted(set(uids))
        large = self._persistently(partial(self._larger, wanted[0], wanted[-1])) if len(wanted) > 1 else ()
        return batches(wanted, frozenset(large))

    def fetch_after(self, uid: int) -> Iterator[Fetched]:
        return self.fetch(self._persistently(lambda: self._search(f"UID {uid + 1}:*", at_least=uid + 1)))

    def wait(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while not self._closed.is_set() and (left := end - time.monotonic()) > 0:
            try:
                if self._persistently(partial(self._wait_once, left)):
                    return True
            except MailboxError:
                if not self._closed.is_set():
                    raise
        return False

    def folders(self) -> tuple[str, ...]:
        """Names of all folders of the account that can be opened."""
        return self._persistently(
            lambda: tuple(f.name for f in _folders(self._connected()) if "\\noselect" not in f.flags)
        )

    def close(self) -> None:
        self._closed.set()
        if self._turn.acquire(blocking=False):
            self._disconnect()
            self._turn.release()
        elif self._connection is not None:  # another thread waits on it: it finds the connection gone
            self._connection.abandon()

    # --- one step each, on an open connection -------------------------------------------------------------------

    def _look(self) -> Selected:
        before = self._selected
        connection = self._opened()
        if self._selected is not None and self._selected is not before:
            return self._selected  # opened just now
        recent = time.monotonic() - self._examined_at < TRUST_FOR
        if self._selected is not None and recent and not self._news(connection):
            _expect_ok(connection.noop(), "NOOP")
            if not self._news(connection):
                return self._selected
        return self._examine(connection)

    def _news(self, connection: Connection) -> bool:
        """Whether mails came or went since the last EXAMINE."""
        for kind in ("EXISTS", "EXPUNGE", "VANISHED"):
            self._changed |= bool(connection.take(kind))
        return self._changed

    def _search_all(self) -> Sequence[int]:
        """Searched for anew only when a mail has come or gone: a look at an unchanged mailbox costs the same at any size."""
        selected = self._look()
        if self._all_uids is None or self._all_uids[0] is not selected:
            self._all_uids = selected, self._search("ALL", at_least=1)
        return self._all_uids[1]

    def _search(self, criteria: str, at_least: int) -> Sequence[int]:
        """UIDs, ascending. `n:*` always includes the last mail, however small its UID (RFC 9051, 6.4.4), hence `at_least`."""
        connection = self._opened()
        extended = "ESEARCH" in connection.capabilities
        lines = _expect_ok(connection.uid("SEARCH", "RETURN (ALL)" if extended else None, criteria), "SEARCH")
        try:
            found = esearch_uids(connection.take("ESEARCH")) if extended else search_uids(lines)
        except ValueError as error:
            raise MailboxError(f"{self.account.host} answers SEARCH with nonsense: {error}.") from error
        return sorted(uid for uid in set(found) if uid >= at_least)

    def _larger(self, first: int, last: int) -> Sequence[int]:
        return self._search(f"UID {first}:{last} LARGER {LARGE}", at_least=first)

    def _mails(self, batch: Sequence[int]) -> list[Fetched]:
        """A batch; where the server refuses it, mail by mail, so that one which it cannot hand out stops no other."""
        found, refusal = self._ask_for(batch)
        if BUSY.search(refusal):
            raise MailboxError(f"{self.account.host} hands out no mail now: {refusal} The next poll tries again.")
        missing = [uid for uid in batch if uid not in found]
        if refusal and len(batch) > 1:
            for uid in missing:
                again, refused = self._ask_for([uid])
                found |= again
                if refused and uid not in again:
                    self.unreadable[uid] = refused
        elif refusal and missing:
            self.unreadable[missing[0]] = refusal
        for uid in found:
            self.unreadable.pop(uid, None)
        return [found[uid] for uid in batch if uid in found]

    def _ask_for(self, uids: Sequence[int]) -> tuple[dict[int, Fetched], str]:
        """What the server gave, and its words when it refused something."""
        connection = self._opened()
        typ, answers = connection.uid("FETCH", uid_set(uids), "(UID FLAGS INTERNALDATE BODY.PEEK[])")
        if typ != "OK":
            refusal, answers = words(answers), connection.take("FETCH")
        else:
            refusal = ""
        validity, wanted = self._selected.uidvalidity if self._selected else 0, set(uids)
        return {
            item.uid: Fetched(self.name, validity, item.uid, item.received_at, item.raw, item.flags)
            for item in fetch_items(answers)
            if item.raw is not None and item.uid in wanted
        }, refusal

    def _wait_once(self, left: float) -> bool:
        connection = self._opened()
        if self._came(connection):
            return True
        if self._can_idle and "IDLE" in connection.capabilities:
            try:
                connection.idle(min(left, IDLE_RENEWAL))
                return self._came(connection)
            except Connection.abort:
                raise
            except Connection.error:
                self._can_idle = False  # announced, yet refused
        if not self._closed.wait(min(left, NOOP_EVERY)):
            _expect_ok(connection.noop(), "NOOP")
        return self._came(connection)

    def _came(self, connection: Connection) -> bool:
        came = bool(connection.take("EXISTS"))
        self._changed |= came
        return came

    # --- the connection -----------------------------------------------------------------------------------------

    def _opened(self) -> Connection:
        """A connection with the folder open. Raises `MailboxError` when the folder was renumbered meanwhile."""
        connection = self._connected()
        if connection.state != "SELECTED":
            before = self._selected
            now = self._examine(connection)
            if before is not None and before.uidvalidity != now.uidvalidity:
                raise MailboxError(f"{self.name} was renumbered by its server. The next poll looks at all of it again.")
        return connection

    def _connected(self) -> Connection:
        if self._closed.is_set():
            raise MailboxError(f"{self.name} is closed.")
        if self._connection is None or self._connection.Terminate:
            self._disconnect()
            self._connection = connect(self.account)
            if self._closed.is_set():  # meanwhile
                self._disconnect()
                raise MailboxError(f"{self.name} is closed.")
        return self._connection

    def _examine(self, connection: Connection) -> Selected:
        typ, data = connection.select(mailbox_name(self._folder_on(connection)), readonly=True)
        if typ != "OK":
            raise self._cannot_open(connection, words(data))
        self._selected = Selected(
            uidvalidity=number(connection.take("UIDVALIDITY")) or 0,
            uidnext=number(connection.take("UIDNEXT")),
            exists=number(data) or 0,
            modseq=number(connection.take("HIGHESTMODSEQ")),
        )
        self._changed, self._examined_at = False, time.monotonic()
        return self._selected

    def _folder_on(self, connection: Connection) -> str:
        if not self.folder.startswith("\\"):
            return self.folder
        marked = (f.name for f in _folders(connection) if self.folder.lower() in f.flags)
        found = next(marked, None)
        if found is None:
            raise self._cannot_open(connection, "no folder has this special use.")
        return found

    def _cannot_open(self, connection: Connection, why: str) -> MailboxError:
        if BUSY.search(why):
            return MailboxError(f"{self.account.host} cannot open {self.folder} now: {why} The next poll tries again.")
        existing = ", ".join(f.name for f in _folders(connection) if "\\noselect" not in f.flags)
        return NoSuchFolder(
            f"{self.account.host} does not open the folder {self.folder}: {why} Name one of those that exist: {existing or 'none'}."
        )

    def _persistently(self, step: Callable[[], T]) -> T:
        """Do a step; all steps only read, so one that a lost connection cut short is simply done again."""
        for attempt in range(TRIES):
            try:
                with self._turn:
                    return step()
            except (Connection.error, OSError) as error:
                self._disconnect()
                failure = lost(self.account, error)
            except (LoginRefused, NoSuchFolder):
                self._disconnect()
                raise
            except MailboxError as error:
                if attempt == 0 or self._connection is not None:
                    raise
                failure = error
            if self._closed.is_set() or attempt == TRIES - 1:
                break
            self._closed.wait(backoff(attempt))
        raise failure

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close_quietly()


def batches(uids: Sequence[int], large: Set[int]) -> Iterator[list[int]]:
    """UIDs in batches of `MAILS_AT_ONCE`, in their order; each of the large ones alone."""
    batch: list[int] = []
    for uid in uids:
        if batch and (len(batch) >= MAILS_AT_ONCE or uid in large or batch[-1] in large):
            yield batch
            batch = []
        batch.append(uid)
    if batch:
        yield batch


def backoff(attempt: int, spread: Callable[[], float] = random.random) -> float:
    """Seconds to wait after failure number `attempt` (from 0): doubling from 1 s to five minutes, less a random half."""
    return float(min(BACKOFF_LIMIT, 2.0 ** min(attempt, 20)) * (1 - spread() / 2))


def _folders(connection: Connection) -> list[Folder]:
    typ, answers = connection.list('""', '"*"')
    return listed(answers) if typ == "OK" else []


def _expect_ok(answer: tuple[str, list[Any]], command: str) -> list[Any]:
    typ, data = answer
    if typ != "OK":
        raise MailboxError(f"The server refuses {command}: {words(data)} The next poll tries again.")
    return data
