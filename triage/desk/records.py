"""The records that were imported into the desk's database, each with the time of its import.

A row is the same one in a later import when its key is (`triage.doors.records.key_of`); of two the newer stands. The folder
of CSV files in the settings is read as if each file had been imported when it was last written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from triage.desk.store import Store
from triage.doors.records import Tally, key_of, tally
from triage.model import AccountRecord, BillRecord, CreditRecord, DatabaseRecord, Records, UptimeRecord

KINDS: Mapping[str, type] = {
    "accounts": AccountRecord,
    "databases": DatabaseRecord,
    "bills": BillRecord,
    "uptime": UptimeRecord,
    "credits": CreditRecord,
}


_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Imported(Generic[_Row]):
    """A record, when it was imported (aware, UTC), and from what: `csv`, `status page` or `stripe`."""

    record: _Row
    at: datetime
    source: str


Stored = Mapping[str, Mapping[str, Imported[Any]]]
"""Kind, then key. A kind of which nothing was ever imported is not there, which is not the same as one without rows."""

_MARK = ""
"""Key of the row that says a kind was imported, though it may have no rows: no credits given is something to know."""


def stored_records(store: Store) -> Stored:
    """All that was imported."""
    found = {kind: [_adapter(kind).validate_json(text) for text in store.records(kind)] for kind in KINDS}
    return {
        kind: {key_of(each.record): each for each in rows if each.record is not None}
        for kind, rows in found.items()
        if rows
    }


def import_records(
    store: Store, new: Records, at: datetime, source: str, gone: Callable[[str], bool] = lambda _key: False
) -> dict[str, Tally]:
    """Put rows in place of those of the same key, or beside the others; all kinds or none.

    gone: whether a row of an earlier import from the same source, by its key, goes when it is not among the new ones; asked
    only for kinds that `new` has.
    """
    tallies: dict[str, Tally] = {}
    with store.atomic():
        before = stored_records(store)
        for kind in KINDS:
            rows: Iterable[Any] | None = getattr(new, kind)
            if rows is not None:
                after = {key_of(row): Imported(row, at, source) for row in rows}
                there = before.get(kind, {})
                old = {key for key, each in there.items() if key not in after and each.source == source and gone(key)}
                _save(store, kind, {**{key: each for key, each in there.items() if key not in old}, **after}, at)
                tallies[kind] = tally({key: each.record for key, each in there.items()}, rows, len(old))
    return tallies


def _save(store: Store, kind: str, rows: Mapping[str, Imported[Any]], at: datetime) -> None:
    adapter = _adapter(kind)
    marked = {_MARK: Imported(None, at, ""), **rows}
    store.save_records(kind, ((key, adapter.dump_json(each).decode()) for key, each in marked.items()))


def newest(folder: Records, written: Mapping[str, datetime], stored: Stored) -> Records:
    """Both as one: of two rows with the same key, the one that was imported last; written: when each CSV file was."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        own: Iterable[Any] | None = getattr(folder, kind)
        rows = {key_of(row): Imported(row, written[kind], "csv") for row in own or ()}
        for key, each in stored.get(kind, {}).items():
            if key not in rows or rows[key].at <= each.at:
                rows[key] = each
        found[kind] = None if own is None and kind not in stored else tuple(each.record for each in rows.values())
    return Records(**found)


@lru_cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    """For rows of a kind and its mark."""
    return TypeAdapter(Imported[KINDS[kind] | None])  # type: ignore[valid-type]  # known only when it runs
