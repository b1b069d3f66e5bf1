"""The desk's memory: one SQLite file through sqlite-utils, and beside it the mail that arrived, byte for byte.

Only this module speaks SQL. Instants are stored as ISO 8601 text in UTC, money as text. The ledger is append-only and the
database itself refuses to change or delete a line of it. The store's verbs are few, so that another database can stand
behind them one day.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from triage.desk.states import Event, Kind, State
from triage.errors import StoreError

migrations = Migrations("triage")

PATIENCE = 30
"""Seconds to wait for another process that is writing."""


@migrations()
def first_tables(db: Database) -> None:
    """Mail, intake ledger, cases with their decisions and drafts, and the case ledger."""
    db.table("mailbox").create(
        {"name": str, "uidvalidity": int, "last_poll_at": str, "on_server": int, "unaccounted": int}, pk="name"
    )
    db.table("mail").create(
        {"sha256": str, "size": int, "message_id": str, "received_at": str, "case_id": int}, pk="sha256"
    )
    db.table("mail").create_index(["message_id"])
    db.table("intake").create(
        {"mailbox": str, "uidvalidity": int, "uid": int, "sha256": str, "fetched_at": str},
        pk=("mailbox", "uidvalidity", "uid"),
    )
    db.table("cases").create(
        {
            "id": int,
            "sha256": str,
            "state": str,
            "received_at": str,
            "due_at": str,
            "due_kind": str,
            "kinds": str,
            "rights": str,
            "language": str,
            "sender": str,
            "subject": str,
            "doubt": str,
        },
        pk="id",
        not_null={"sha256", "state", "received_at"},
    )
    db.table("cases").create_index(["state", "due_at"])
    db.table("cases").create_index(["sha256"], unique=True)
    db.table("decision").create({"case_id": int, "made_at": str, "record": str}, pk="case_id")
    db.table("draft").create(
        {"case_id": int, "revision": int, "author": str, "made_at": str, "record": str}, pk=("case_id", "revision")
    )
    db.table("ledger").create({"id": int, "case_id": int, "at": str, "kind": str, "actor": str, "data": str}, pk="id")
    db.table("ledger").create_index(["case_id", "id"])
    for verb in ("update", "delete"):
        db.execute(
            f"create trigger ledger_no_{verb} before {verb} on ledger "
            f"begin select raise(abort, 'the ledger is append-only'); end"
        )
    db.table("record").create({"kind": str, "key": str, "record": str}, pk=("kind", "key"))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What the queue shows of a case, without its mail. due_at: the earliest open deadline, None when none runs."""

    id: int
    state: State
    received_at: datetime
    due_at: datetime | None
    due_kind: str
    kinds: tuple[str, ...]
    rights: tuple[str, ...]
    language: str
    sender: str
    subject: str
    doubt: str


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """How the last poll of a mailbox went. unaccounted: mails on the server that the intake ledger does not hold."""

    name: str
    uidvalidity: int
    last_poll_at: datetime
    on_server: int
    unaccounted: int


class Store:
    """The open database. Not shared between threads; opening one is cheap. Raises StoreError with the next step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mail_folder = path.parent / f"{path.stem}-mail"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._conn = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
            self._db = Database(self._conn)
            self._write_ahead()
            self._conn.execute("pragma synchronous = full")
            self._conn.execute("pragma foreign_keys = on")
            self._migrate()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The desk's database {path} cannot be opened ({error}). Check that its folder exists, is writable and has "
                "room, and that the file is a database of this program."
            ) from error

    def _write_ahead(self) -> None:
        """Set WAL mode. SQLite itself does not wait for another process that opens a new database at the same moment."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._conn.execute("pragma journal_mode = wal")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(0.02)

    def _migrate(self) -> None:
        # a database of a newer version has migrations that this program does not know
        known = {migration.name for migration in migrations._migrations}
        unknown = {migration.name for migration in migrations.applied(self._db)} - known
        if unknown:
            raise StoreError(
                f"The desk's database {self.path} was made by a newer version of this program "
                f"(it knows {', '.join(sorted(unknown))}). Install that version, or name another database."
            )
        if migrations.pending(self._db):
            with self.atomic():  # of two that find it new, the second waits and then finds nothing left to do
                migrations.apply(self._db)

    def close(self) -> None:
        self._conn.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise StoreError(
                f"The desk's database {self.path} failed ({error}). What was begun is undone. Check that its disk has room "
                "and that its folder is writable, then try again."
            ) from error

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing, and nobody else writes meanwhile. Inside another `atomic` it is part of that one."""
        if self._conn.in_transaction:
            yield
            return
        self._conn.execute("begin immediate")
        try:
            yield
            self._conn.execute("commit")
        except BaseException:
            self._conn.rollback()
            raise

    # --- mail and the intake ledger ---------------------------------------------------------------------------------

    def keep(self, raw: bytes) -> str:
        """Store a mail's bytes under their SHA-256 and return it. Durable before it returns; storing twice is harmless."""
        digest = hashlib.sha256(raw).hexdigest()
        target = self._mail_path(digest)
        if not target.exists():
            try:
                _write(target, raw)
            except OSError as error:
                raise StoreError(
                    f"A mail cannot be kept in {self.mail_folder} ({error.strerror}). Check that its disk has room and that "
                    "it is writable, then poll again."
                ) from error
        return digest

    def raw(self, sha256: str) -> bytes:
        """The bytes of a mail as they arrived."""
        try:
            return self._mail_path(sha256).read_bytes()
        except OSError as error:
            raise StoreError(
                f"The mail {sha256[:12]} is not in {self.mail_folder} ({error}). Restore that folder from the backup "
                "that belongs to this database."
            ) from error

    def _mail_path(self, sha256: str) -> Path:
        return self.mail_folder / sha256[:2] / f"{sha256}.eml"

    def known_uids(self, mailbox: str, uidvalidity: int) -> set[int]:
        rows = self._conn.execute(
            "select uid from intake where mailbox = ? and uidvalidity = ?", [mailbox, uidvalidity]
        )
        return {uid for (uid,) in rows}

    def account_for(self, mailbox: str, uidvalidity: int, uid: int, sha256: str, at: datetime) -> None:
        """Note in the intake ledger that this UID was taken; twice is harmless."""
        self._db.table("intake").insert(
            {"mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid, "sha256": sha256, "fetched_at": _text(at)},
            ignore=True,
        )

    def case_of_mail(self, sha256: str) -> int | None:
        row = self._conn.execute("select case_id from mail where sha256 = ?", [sha256]).fetchone()
        return None if row is None else int(row[0])

    def note_poll(self, row: MailboxRow) -> None:
        self._db.table("mailbox").upsert(
            {
                "name": row.name,
                "uidvalidity": row.uidvalidity,
                "last_poll_at": _text(row.last_poll_at),
                "on_server": row.on_server,
                "unaccounted": row.unaccounted,
            },
            pk="name",
        )

    def mailboxes(self) -> list[MailboxRow]:
        rows = self._conn.execute(
            "select name, uidvalidity, last_poll_at, on_server, unaccounted from mailbox order by name"
        )
        return [MailboxRow(name, validity, _instant(at), count, missing) for name, validity, at, count, missing in rows]

    # --- cases ------------------------------------------------------------------------------------------------------

    def open_case(self, sha256: str, size: int, message_id: str | None, received_at: datetime) -> int:
        """A new, empty case for a mail; its columns follow with `save_case`."""
        self._db.table("cases").insert({"sha256": sha256, "state": State.NEW, "received_at": _text(received_at)})
        (case_id,) = self._conn.execute("select last_insert_rowid()").fetchone()
        self._db.table("mail").insert(
            {
                "sha256": sha256,
                "size": size,
                "message_id": message_id,
                "received_at": _text(received_at),
                "case_id": case_id,
            }
        )
        return int(case_id)

    def save_case(self, row: CaseRow) -> None:
        """Write what the queue shows of a case."""
        self._db.table("cases").update(
            row.id,
            {
                "state": row.state,
                "received_at": _text(row.received_at),
                "due_at": None if row.due_at is None else _text(row.due_at),
                "due_kind": row.due_kind,
                "kinds": ",".join(row.kinds),
                "rights": ",".join(row.rights),
                "language": row.language,
                "sender": row.sender,
                "subject": row.subject,
                "doubt": row.doubt,
            },
        )

    def cases(self, states: Iterable[State] | None = None, limit: int = 1_000_000) -> list[CaseRow]:
        """Cases by due instant, those without one last, then by number."""
        wanted = sorted(State if states is None else states)
        marks = ",".join("?" * len(wanted))
        rows = self._conn.execute(
            f"select {_CASE_COLUMNS} from cases where state in ({marks}) order by due_at is null, due_at, id limit ?",  # noqa: S608
            [*wanted, limit],
        )
        return [_case_row(row) for row in rows]

    def counts(self) -> dict[State, int]:
        rows = dict(self._conn.execute("select state, count(*) from cases group by state").fetchall())
        return {state: rows.get(state.value, 0) for state in State if state is not State.NEW}

    def case(self, case_id: int) -> CaseRow | None:
        if case_id >= 2**63:  # more than SQLite can be asked for
            return None
        row = self._conn.execute(f"select {_CASE_COLUMNS} from cases where id = ?", [case_id]).fetchone()  # noqa: S608
        return None if row is None else _case_row(row)

    def sha256_of(self, case_id: int) -> str:
        (sha256,) = self._conn.execute("select sha256 from cases where id = ?", [case_id]).fetchone()
        return str(sha256)

    def cases_of_thread(self, message_ids: Sequence[str]) -> list[int]:
        """Cases whose mail carries one of these Message-IDs."""
        marks = ",".join("?" * len(message_ids))
        rows = self._conn.execute(f"select case_id from mail where message_id in ({marks})", list(message_ids))  # noqa: S608
        return sorted({case_id for (case_id,) in rows})

    # --- what was decided -------------------------------------------------------------------------------------------

    def save_decision(self, case_id: int, at: datetime, record: str) -> None:
        """record: the decision as JSON, as the desk wrote it."""
        self._db.table("decision").upsert({"case_id": case_id, "made_at": _text(at), "record": record}, pk="case_id")

    def decision(self, case_id: int) -> str:
        (record,) = self._conn.execute("select record from decision where case_id = ?", [case_id]).fetchone()
        return str(record)

    def save_draft(self, case_id: int, author: str, at: datetime, record: str) -> int:
        """A new revision of a case's draft; older ones stay. Returns its number, from 1."""
        (last,) = self._conn.execute("select max(revision) from draft where case_id = ?", [case_id]).fetchone()
        revision = (last or 0) + 1
        self._db.table("draft").insert(
            {"case_id": case_id, "revision": revision, "author": author, "made_at": _text(at), "record": record}
        )
        return revision

    def draft(self, case_id: int) -> tuple[int, str, str] | None:
        """The newest draft as (revision, author, JSON)."""
        row = self._conn.execute(
            "select revision, author, record from draft where case_id = ? order by revision desc limit 1", [case_id]
        ).fetchone()
        return None if row is None else (int(row[0]), str(row[1]), str(row[2]))

    def append(self, case_id: int, event: Event) -> None:
        self._db.table("ledger").insert(
            {
                "case_id": case_id,
                "at": _text(event.at),
                "kind": event.kind,
                "actor": event.actor,
                "data": json.dumps(event.data, ensure_ascii=False, default=str),
            }
        )

    def ledger(self, case_id: int) -> tuple[Event, ...]:
        rows = self._conn.execute("select kind, at, actor, data from ledger where case_id = ? order by id", [case_id])
        return tuple(Event(Kind(kind), _instant(at), actor, json.loads(data)) for kind, at, actor, data in rows)

    # --- what the desk knows besides --------------------------------------------------------------------------------

    def save_records(self, kind: str, records: Iterable[tuple[str, str]]) -> None:
        """Replace all records of a kind by these, as (key, JSON)."""
        with self.atomic():
            self._conn.execute("delete from record where kind = ?", [kind])
            self._db.table("record").insert_all({"kind": kind, "key": key, "record": record} for key, record in records)

    def imports(self) -> tuple[str, ...]:
        """Changes with each import of records: the marks that `triage.desk.records` puts beside them."""
        return tuple(mark for (mark,) in self._conn.execute("select record from record where key = '' order by kind"))

    def records(self, kind: str) -> list[str]:
        rows = self._conn.execute("select record from record where kind = ? order by key", [kind])
        return [record for (record,) in rows]


_CASE_COLUMNS = "id, state, received_at, due_at, due_kind, kinds, rights, language, sender, subject, doubt"


def _case_row(row: Sequence[Any]) -> CaseRow:
    case_id, state, received_at, due_at, due_kind, kinds, rights, language, sender, subject, doubt = row
    return CaseRow(
        case_id,
        State(state),
        _instant(received_at),
        None if due_at is None else _instant(due_at),
        due_kind or "",
        tuple(filter(None, (kinds or "").split(","))),
        tuple(filter(None, (rights or "").split(","))),
        language or "",
        sender or "",
        subject or "",
        doubt or "",
    )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _write(target: Path, raw: bytes) -> None:
    """Write a file whole or not at all, durably: its bytes, its name, and the names of the folders made for it."""
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    for folder in (target.parent, *(folder.parent for folder in made)):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
