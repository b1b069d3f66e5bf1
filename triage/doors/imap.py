"""A folder on an IMAP server, read without leaving a trace: EXAMINE and BODY.PEEK[] only.

Sources: RFC 9051 (IMAP), RFC 3501 5.1.3 (names in modified UTF-7), RFC 6154 (special use), RFC 4731 (ESEARCH), RFC 7162 (MODSEQ).
"""

from __future__ import annotations

import base64
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from triage.doors.imap_client import Connection
from triage.doors.mailbox import Fetched, Selected
from triage.errors import MailboxError

IDLE_RENEWAL = 9 * 60  # seconds; servers end IDLE after 30 minutes, some networks forget a silent connection after ten
NOOP_EVERY = 20.0  # seconds between two questions where the server has no IDLE
SIZES_AT_ONCE = 1000  # mails whose sizes are asked for together
MAILS_AT_ONCE = 100
BYTES_AT_ONCE = 8 << 20  # of mail in one answer; a larger mail comes alone
TRIES = 3  # of one step, the connection being made anew in between
BACKOFF_LIMIT = 300.0  # seconds

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INTERNALDATE = re.compile(r" ?(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_UID = re.compile(rb"[( ]UID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"[( ]RFC822\.SIZE (\d+)", re.IGNORECASE)
_DATE = re.compile(rb'[( ]INTERNALDATE "([^"]*)"', re.IGNORECASE)
_FLAGS = re.compile(rb"[( ]FLAGS \(([^)]*)\)", re.IGNORECASE)
_FETCH_STARTS = re.compile(rb"\d+ \(")
_QUOTED_BODY = re.compile(rb'BODY\[\] "((?:[^"\\]|\\.)*)"', re.DOTALL | re.IGNORECASE)
_LIST_LINE = re.compile(rb'\((?P<flags>[^)]*)\) (?:"\\?(?P<separator>.)"|NIL) (?P<name>.*)', re.DOTALL | re.IGNORECASE)
_TRY_LATER = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|THROTTLED|OVERQUOTA|SERVERBUG|CONTACTADMIN)\b", re.IGNORECASE)

T = TypeVar("T")


class LoginRefused(MailboxError):
    """The server does not know this login: trying again would only lock the account."""


class NoSuchFolder(MailboxError):
    """The server has no folder of this name; the text lists those it has."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom to log in.

    port: None means 993 for `tls`, else 143. security: `none` only to this machine itself.
    secret: gives the password or, for the OAuth mechanisms, a valid access token; called once a login.
    ca_file: certificates to trust instead of the system's. timeout: seconds, for each step and each silence.
    """

    host: str
    user: str
    secret: Callable[[], str] = field(repr=False)
    port: int | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    auth: Literal["password", "oauth"] = "password"
    ca_file: Path | None = None
    timeout: float = 30.0

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port_used}"

    @property
    def port_used(self) -> int:
        return self.port or (993 if self.security == "tls" else 143)


def connect(account: Account) -> Connection:
    """Connect and log in. Raises `MailboxError` (`LoginRefused` for the login), which says what to do and holds no secret."""
    if account.security == "none" and not _is_this_machine(account.host):
        raise MailboxError(f"{account.host} would be sent the password in clear. Set security to tls or starttls.")
    try:
        context = _tls_context(account) if account.security != "none" else None
        connection = Connection(
            account.host,
            account.port_used,
            context=context if account.security == "tls" else None,
            timeout=account.timeout,
        )
    except (OSError, Connection.error, ValueError) as error:
        raise _cannot_connect(account, error) from error
    try:
        if account.security == "starttls" and context is not None:
            _start_tls(connection, context, account)
        _log_in(connection, account)
    except BaseException as error:
        connection.close_quietly()
        if isinstance(error, OSError | Connection.error):
            raise _cannot_connect(account, error) from error
        raise
    return connection


def _tls_context(account: Account) -> ssl.SSLContext:
    """The system's trust, or that of `ca_file`; certificate and host name are always verified."""
    try:
        context = ssl.create_default_context(cafile=account.ca_file)
    except OSError as error:
        raise MailboxError(f"{account.ca_file} holds no certificates ({error}). Name a PEM file in ca_file.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _start_tls(connection: Connection, context: ssl.SSLContext, account: Account) -> None:
    try:
        connection.start_tls(context)
    except Connection.abort:
        raise
    except Connection.error as error:
        raise MailboxError(f"{account.address}: {_sentence(str(error))} Use security tls, on port 993.") from error


def _log_in(connection: Connection, account: Account) -> None:
    if connection.state == "AUTH":  # PREAUTH: the server knows us by the way we came
        return
    secret = account.secret()
    try:
        if account.auth == "oauth":
            connection.log_in_with_token(account.user, secret)
        else:
            connection.log_in(account.user, secret)
    except Connection.abort:
        raise
    except Connection.error as error:
        raise _login_refused(account, str(error).replace(secret, "…") if secret else str(error)) from None
    except ValueError:
        raise LoginRefused(
            f"The login for {account.user} holds a line break or a NUL. Store it anew without one."
        ) from None


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
        self._can_idle, self._changed = True, False
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
            for batch in self._batches(uids):
                before, coming = coming, ahead.submit(self._persistently, partial(self._mails, batch))
                if before is not None:
                    yield from before.result()
                    del before
            if coming is not None:
                yield from coming.result()

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        wanted = iter(sorted(set(uids)))
        while some := list(islice(wanted, SIZES_AT_ONCE)):
            yield from batches(self._persistently(partial(self._sizes, some)))

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
        connection = self._opened()
        if self._selected is not None and not self._news(connection):
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
        return self._search("ALL", at_least=1)

    def _search(self, criteria: str, at_least: int) -> Sequence[int]:
        """UIDs, ascending. `n:*` always includes the last mail, however small its UID (RFC 9051, 6.4.4), hence `at_least`."""
        connection = self._opened()
        if "ESEARCH" in connection.capabilities:
            _expect_ok(connection.uid("SEARCH", "RETURN (ALL)", criteria), "SEARCH")
            found = _esearch_uids(connection.take("ESEARCH"))
        else:
            lines = _expect_ok(connection.uid("SEARCH", criteria), "SEARCH")
            found = [int(number) for line in lines for number in (line or b"").split() if number.isdigit()]
        return sorted(uid for uid in set(found) if uid >= at_least)

    def _sizes(self, uids: Sequence[int]) -> list[tuple[int, int]]:
        answers = _expect_ok(self._opened().uid("FETCH", uid_set(uids), "(UID RFC822.SIZE)"), "FETCH")
        sizes = {item.uid: item.size or 0 for item in fetch_items(answers)}
        return [(uid, sizes[uid]) for uid in uids if uid in sizes]

    def _mails(self, batch: Sequence[int]) -> list[Fetched]:
        """A batch; where the server refuses it, mail by mail, so that one which it cannot hand out stops no other."""
        found, refusal = self._ask_for(batch)
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
            words, answers = _words(answers), connection.take("FETCH")
        else:
            words = ""
        validity, wanted = self._selected.uidvalidity if self._selected else 0, set(uids)
        return {
            item.uid: Fetched(self.name, validity, item.uid, item.received_at, item.raw, item.flags)
            for item in fetch_items(answers)
            if item.raw is not None and item.uid in wanted
        }, words

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
        return self._connection

    def _examine(self, connection: Connection) -> Selected:
        typ, data = connection.select(mailbox_name(self._folder_on(connection)), readonly=True)
        if typ != "OK":
            raise self._cannot_open(connection, _words(data))
        self._selected = Selected(
            uidvalidity=_number(connection.take("UIDVALIDITY")) or 0,
            uidnext=_number(connection.take("UIDNEXT")),
            exists=_number(data) or 0,
            modseq=_number(connection.take("HIGHESTMODSEQ")),
        )
        self._changed = False
        return self._selected

    def _folder_on(self, connection: Connection) -> str:
        if not self.folder.startswith("\\"):
            return self.folder
        marked = (f.name for f in _folders(connection) if self.folder.lower() in f.flags)
        found = next(marked, None)
        if found is None:
            raise self._cannot_open(connection, "no folder has this special use")
        return found

    def _cannot_open(self, connection: Connection, words: str) -> MailboxError:
        if _TRY_LATER.search(words):
            return MailboxError(
                f"{self.account.host} cannot open {self.folder} now: {words} The next poll tries again."
            )
        existing = ", ".join(f.name for f in _folders(connection) if "\\noselect" not in f.flags)
        return NoSuchFolder(
            f"{self.account.host} does not open the folder {self.folder}: {words} Name one of those that exist: {existing or 'none'}."
        )

    def _persistently(self, step: Callable[[], T]) -> T:
        """Do a step; all steps only read, so one that a lost connection cut short is simply done again."""
        for attempt in range(TRIES):
            try:
                with self._turn:
                    return step()
            except (Connection.error, OSError) as error:
                self._disconnect()
                failure = _lost(self.account, error)
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


def backoff(attempt: int, spread: Callable[[], float] = random.random) -> float:
    """Seconds to wait after failure number `attempt` (from 0): doubling from 1 s to five minutes, less a random half."""
    return float(min(BACKOFF_LIMIT, 2.0 ** min(attempt, 20)) * (1 - spread() / 2))


# --- reading answers ------------------------------------------------------------------------------------------------


class Item(NamedTuple):
    """One mail's part of the answer to a FETCH."""

    uid: int
    size: int | None
    received_at: datetime | None
    flags: tuple[str, ...]
    raw: bytes | None


def fetch_items(answers: Sequence[Any]) -> Iterator[Item]:
    """The mails in the answers to a FETCH, whatever the order of items; those without a UID (mere flag changes) are left out.

    answers: as imaplib2 gives them: bytes, or (bytes up to a literal, the literal), the rest of a line following as bytes.
    """
    for line, literals in _whole_answers(answers):
        quoted = _QUOTED_BODY.search(line)
        rest = line.replace(quoted[0], b"") if quoted else line
        uid = _UID.search(rest)
        if not uid:
            continue
        size, date, flags = _SIZE.search(rest), _DATE.search(rest), _FLAGS.search(rest)
        raw = re.sub(rb"\\(.)", rb"\1", quoted[1], flags=re.DOTALL) if quoted else next(iter(literals), None)
        yield Item(
            uid=int(uid[1]),
            size=int(size[1]) if size else None,
            received_at=internal_date(date[1].decode("ascii", "replace")) if date else None,
            flags=tuple(flags[1].decode("utf-8", "replace").split()) if flags else (),
            raw=raw,
        )


def _whole_answers(answers: Sequence[Any]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Each FETCH answer as one line and the literals that stood in it."""
    line, literals = b"", list[bytes]()
    for answer in answers:
        text, literal = answer if isinstance(answer, tuple) else (answer, None)
        if text and _FETCH_STARTS.match(text) and line:
            yield line, literals
            line, literals = b"", []
        line += text or b""
        if literal is not None:
            literals.append(literal)
    if line:
        yield line, literals


def internal_date(text: str) -> datetime | None:
    """INTERNALDATE as an aware UTC time; also with one digit or a leading space for the day. None when it is none."""
    found = _INTERNALDATE.fullmatch(text)
    if not found or found[2] not in _MONTHS:
        return None
    day, hour, minute, second, zone_hour, zone_minute = (int(found[n]) for n in (1, 4, 5, 6, 8, 9))
    offset = timedelta(hours=zone_hour, minutes=zone_minute) * (-1 if found[7] == "-" else 1)
    try:
        local = datetime(
            int(found[3]), _MONTHS.index(found[2]) + 1, day, hour, minute, min(second, 59), tzinfo=timezone(offset)
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def batches(sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """UIDs in batches of bounded number and bytes; a mail that is larger than a batch comes alone."""
    batch, held = list[int](), 0
    for uid, size in sizes:
        if batch and (len(batch) >= MAILS_AT_ONCE or held + size > BYTES_AT_ONCE):
            yield batch
            batch, held = [], 0
        batch.append(uid)
        held += size
    if batch:
        yield batch


def uid_set(uids: Sequence[int]) -> str:
    """Ascending UIDs as a sequence set: `1:3,7`."""
    spans: list[list[int]] = []
    for uid in uids:
        if spans and uid == spans[-1][1] + 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in spans)


def _esearch_uids(answers: Sequence[bytes]) -> list[int]:
    """The UIDs of `(TAG "A1") UID ALL 1:3,7`; an answer without ALL means that there are none."""
    found: list[int] = []
    for answer in answers:
        listed = re.search(rb"\bALL ([\d:,]+)", answer or b"", re.IGNORECASE)
        for span in listed[1].split(b",") if listed else ():
            first, _, last = span.partition(b":")
            low, high = sorted((int(first), int(last or first)))
            found += range(low, high + 1)
    return found


# --- names of folders -----------------------------------------------------------------------------------------------


class Folder(NamedTuple):
    """A folder as LIST tells of it; flags in lower case, special uses among them (`\\junk`)."""

    name: str
    flags: frozenset[str]


def mailbox_name(name: str) -> str:
    """A folder's name as a command takes it: modified UTF-7, quoted."""
    return '"' + encode_name(name).replace("\\", "\\\\").replace('"', '\\"') + '"'


def encode_name(name: str) -> str:
    """Modified UTF-7 (RFC 3501, 5.1.3): printable ASCII as it is, `&` as `&-`, all else as base64 of UTF-16."""
    written = re.sub(r"[^\x20-\x7e]+|&", lambda found: "&-" if found[0] == "&" else _shifted(found[0]), name)
    return written


def _shifted(text: str) -> str:
    packed = base64.b64encode(text.encode("utf-16-be", "surrogatepass")).decode("ascii")
    return f"&{packed.rstrip('=').replace('/', ',')}-"


def decode_name(name: str) -> str:
    """The opposite of `encode_name`; what is no modified UTF-7 stays as it is."""

    def plain(found: re.Match[str]) -> str:
        code = found[1].replace(",", "/")
        if not code:
            return "&"
        try:
            return base64.b64decode(code + "=" * (-len(code) % 4), validate=True).decode("utf-16-be", "surrogatepass")
        except ValueError:
            return found[0]

    return re.sub(r"&([A-Za-z0-9+,]*)-", plain, name)


def _folders(connection: Connection) -> list[Folder]:
    """All folders. An answer may hold the name as an atom, quoted, or as a literal."""
    typ, answers = connection.list('""', '"*"')
    found = []
    for answer in answers if typ == "OK" else ():
        head, literal = answer if isinstance(answer, tuple) else (answer, None)
        line = _LIST_LINE.match(head or b"")
        if not line:
            continue
        name = literal if literal is not None else line["name"]
        if literal is None and name.startswith(b'"'):
            name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
        flags = frozenset(line["flags"].decode("ascii", "replace").lower().split())
        found.append(Folder(decode_name(name.decode("utf-8", "replace")), flags))
    return found


# --- what went wrong, and what to do --------------------------------------------------------------------------------


def _cannot_connect(account: Account, error: BaseException) -> MailboxError:
    """In the words of whoever must mend it. The errors given here hold no secret."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxError(_about_certificate(account, error))
    if isinstance(error, ssl.SSLError):
        return MailboxError(
            f"{account.address} does not speak TLS there. Use port 993 with security tls, or 143 with starttls. ({error.reason})"
        )
    if isinstance(error, socket.gaierror):
        return MailboxError(f"The host {account.host} is not known. Check its spelling, and the network.")
    if isinstance(error, ConnectionRefusedError):
        return MailboxError(f"{account.address} accepts no connection. Check host and port; is the server running?")
    if isinstance(error, TimeoutError):
        return MailboxError(
            f"{account.address} has not answered for {account.timeout:g} s. Check host, port, firewall."
        )
    return _lost(account, error)


def _about_certificate(account: Account, error: ssl.SSLCertVerificationError) -> str:
    why = error.verify_message.rstrip(".")
    if "ostname mismatch" in why or "IP address mismatch" in why:
        return f"The certificate of {account.address} is for another host ({why}). Use the name that it is made out for as host."
    if "expired" in why:
        return f"The certificate of {account.address} has expired. The server's keeper must renew it."
    return f"The certificate of {account.address} is not trusted ({why}). If it is yours, name its CA's PEM file in ca_file."


def _lost(account: Account, error: BaseException) -> MailboxError:
    words = _sentence(" ".join(str(error).split())[:300] or type(error).__name__)
    return MailboxError(f"The connection to {account.address} failed: {words} The next poll tries again.")


def _login_refused(account: Account, words: str) -> MailboxError:
    if _TRY_LATER.search(words):
        return MailboxError(f"{account.host} lets nobody in now: {_sentence(words)} The next poll tries again.")
    what = (
        "the access token: grant access anew"
        if account.auth == "oauth"
        else "user and password (many providers want an app password)"
    )
    return LoginRefused(f"{account.host} refuses the login of {account.user}: {_sentence(words)} Check {what}.")


def _expect_ok(answer: tuple[str, list[Any]], command: str) -> list[Any]:
    typ, data = answer
    if typ != "OK":
        raise MailboxError(f"The server refuses {command}: {_words(data)} The next poll tries again.")
    return data


def _words(data: Sequence[Any]) -> str:
    last = data[-1] if data else b""
    words = last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last or "")
    return _sentence("".join(c for c in " ".join(words.split()) if c.isprintable())[:300])


def _sentence(words: str) -> str:
    return words if not words or words.endswith((".", "!", "?", ")")) else f"{words}."


def _number(data: Sequence[Any]) -> int | None:
    digits = re.match(rb"\d+", data[-1] or b"") if data else None
    return int(digits[0]) if digits else None


def _is_this_machine(host: str) -> bool:
    with suppress(OSError):
        return all(
            info[4][0] in {"::1"} or str(info[4][0]).startswith("127.") for info in socket.getaddrinfo(host, None)
        )
    return False
