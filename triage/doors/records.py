"""Records from CSV: accounts, databases, bills, uptime and credits, a file each, in one folder.

A file that is not there leaves its kind unknown; an empty cell leaves its value unknown. Every wrong line is reported with
file, line and remedy, all at once. Reading the same files again gives the same records: each row has a key of its own
(`key_of`), by which a newer one takes the place of the older. `docs/policy.md` lists the columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from triage.errors import ConfigError
from triage.model import AccountRecord, BillRecord, CreditRecord, DatabaseRecord, Records, UptimeRecord


class BadRecords(ConfigError):
    """Lines of record files that cannot be read. `errors` has each; the text has all, a line each."""

    def __init__(self, errors: list[ConfigError]) -> None:
        first = errors[0]
        super().__init__(first.where, first.what, first.remedy, first.line)
        self.errors = tuple(errors)
        self.args = ("\n".join(str(error) for error in errors),)


def read_records(folder: Path, accounts: Collection[str] | None = None) -> Records:
    """The records in a folder. Raises ConfigError for a missing folder, BadRecords for wrong lines.

    accounts: ids of those known besides; rows may speak of them. None: of accounts only the folder says anything.
    """
    if not folder.is_dir():
        raise ConfigError(str(folder), "There is no such folder of records.", "Create it, or correct the path.")
    errors: list[ConfigError] = []
    files = {name: _read(folder / f"{name}.csv", kind, errors) for name, kind in _KINDS.items()}
    errors += _dangling(files, accounts)
    if errors:
        raise BadRecords(sorted(errors, key=lambda error: (error.where, error.line or 0)))
    found: dict[str, Any] = {name: file.records for name, file in files.items()}
    return Records(**found)


def written_at(folder: Path) -> dict[str, datetime]:
    """When each file of a folder was last written, UTC."""
    files = {name: folder / f"{name}.csv" for name in _KINDS}
    return {name: datetime.fromtimestamp(path.stat().st_mtime, UTC) for name, path in files.items() if path.is_file()}


def key_of(record: object) -> str:
    """What makes a record the same one in a second import."""
    if isinstance(record, (AccountRecord, DatabaseRecord, BillRecord)):
        return record.id
    if isinstance(record, UptimeRecord):
        return f"{record.product} {record.region} {record.start} {record.end} {record.source}"
    if isinstance(record, CreditRecord):
        return f"{record.account} {record.product} {record.region} {record.cycle}"
    raise TypeError(f"not a record: {record!r}")


@dataclass(frozen=True, slots=True)
class Tally:
    """What an import does to the rows of one kind."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def __str__(self) -> str:
        said = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
        return f"{said}, {self.removed} removed" if self.removed else said


def tally(before: Mapping[str, object], rows: Iterable[object], removed: int = 0) -> Tally:
    """Compare rows with those of the same key that are there before."""
    rows = tuple(rows)
    new = sum(key_of(row) not in before for row in rows)
    same = sum(before.get(key_of(row)) == row for row in rows)
    return Tally(new, len(rows) - new - same, same, removed)


# --- one file -------------------------------------------------------------------------------------------------------


class _Kind:
    """A kind of record: its columns, which of them every row needs, and how a row becomes a record."""

    def __init__(self, needed: str, optional: str, build: Callable[[_Cells], object]) -> None:
        self.needed, self.optional = tuple(needed.split()), tuple(optional.split())
        self.build = build

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.needed, *self.optional)


@dataclass(frozen=True, slots=True)
class _File:
    """What a file holds: its records, each once, with the line of each key. None: it is not there, or nobody can tell."""

    path: Path
    records: tuple[Any, ...] | None
    lines: Mapping[str, int]
    wrong: bool = False


def _read(path: Path, kind: _Kind, errors: list[ConfigError]) -> _File:
    records: dict[str, object] = {}
    lines: dict[str, int] = {}
    before = len(errors)
    try:
        rows = _rows(path, kind, errors)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        errors.append(ConfigError(str(path), f"This is not CSV in UTF-8 ({error}).", "Save it again as CSV in UTF-8."))
        return _File(path, None, {}, wrong=True)
    for line, row in rows or ():
        try:
            record = _record(str(path), line, row, kind)
        except ConfigError as error:
            errors.append(error)
            continue
        key = key_of(record)
        if records.setdefault(key, record) != record:
            what = f"This row contradicts line {lines[key]}, which has the same key."
            errors.append(ConfigError(str(path), what, "Keep one of the two.", line))
        lines.setdefault(key, line)
    return _File(path, None if rows is None else tuple(records.values()), lines, wrong=len(errors) > before)


def _rows(path: Path, kind: _Kind, errors: list[ConfigError]) -> list[tuple[int, dict[str | None, Any]]] | None:
    """Each row with its line. Spreadsheets write commas or semicolons, some with a byte order mark."""
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [(name or "").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    before = len(errors)
    _check_header(str(path), header, kind, errors)
    return [(reader.line_num, row) for row in reader] if len(errors) == before else None


def _check_header(where: str, header: list[str], kind: _Kind, errors: list[ConfigError]) -> None:
    for name in kind.needed:
        if name not in header:
            errors.append(
                ConfigError(where, f"The column `{name}` is missing.", f"Columns: {', '.join(kind.columns)}.", 1)
            )
    for name in header:
        if name not in kind.columns:
            errors.append(
                ConfigError(where, f"The column `{name}` is not known.", f"Columns: {', '.join(kind.columns)}.", 1)
            )
    if len(set(header)) < len(header):
        errors.append(ConfigError(where, "A column stands twice.", "Keep one of them.", 1))


def _record(where: str, line: int, row: Mapping[str | None, Any], kind: _Kind) -> object:
    if None in row or None in row.values():
        raise ConfigError(where, "The row has not as many cells as the header.", "Quote cells that hold a comma.", line)
    cells = _Cells(where, line, {str(name): str(value).strip() for name, value in row.items()})
    for name in kind.needed:
        cells.need(name)
    return kind.build(cells)


_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,12})?")


class _Cells:
    """The cells of one row, read by type. An empty cell is not known."""

    def __init__(self, where: str, line: int, cells: Mapping[str, str]) -> None:
        self.where, self.line, self.cells = where, line, cells

    def wrong(self, name: str, wanted: str) -> ConfigError:
        return ConfigError(self.where, f"`{name}` is `{self.cells.get(name)}`.", f"Write {wanted}.", self.line)

    def need(self, name: str) -> None:
        if not self.text(name):
            raise ConfigError(self.where, f"`{name}` is empty.", "Every row needs it.", self.line)

    def text(self, name: str) -> str:
        return self.cells.get(name, "")

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(part for part in re.split(r"[\s;|]+", self.text(name)) if part)

    def flag(self, name: str) -> bool | None:
        word = self.text(name).casefold()
        if word not in ("", "yes", "no", "true", "false"):
            raise self.wrong(name, "yes or no, or nothing")
        return None if not word else word in ("yes", "true")

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise self.wrong(name, "a date such as 2026-03-01") from None

    def decimal(self, name: str) -> Decimal | None:
        text = self.text(name)
        if text and not _DECIMAL.fullmatch(text):
            raise self.wrong(name, "a plain number such as 180.00")
        return Decimal(text) if text else None

    def percent(self, name: str) -> Decimal:
        value = self.decimal(name)
        if value is None or not 0 <= value <= 100:
            raise self.wrong(name, "a percentage from 0 to 100 such as 99.95")
        return value

    def billing_day(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not text.isdigit() or not 1 <= int(text) <= 31:
            raise self.wrong(name, "a day of the month from 1 to 31")
        return int(text)

    def addresses(self, *names: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in names:
            for address in self.texts(name):
                if address.count("@") != 1 or address.startswith("@") or address.endswith("@"):
                    raise self.wrong(name, "e-mail addresses with a space between them")
                found[address.casefold()] = None
        return tuple(found)


def _account(cells: _Cells) -> AccountRecord:
    return AccountRecord(
        id=cells.text("id"),
        name=cells.text("name"),
        team=cells.text("team"),
        customer_id=cells.text("customer_id"),
        plan=cells.text("plan") or None,
        billing_day=cells.billing_day("billing_day"),
        addresses=cells.addresses("email", "billing_email", "members"),
    )


def _database(cells: _Cells) -> DatabaseRecord:
    return DatabaseRecord(
        id=cells.text("id"),
        account=cells.text("account"),
        name=cells.text("name"),
        endpoint=cells.text("endpoint").casefold(),
        product=cells.text("product") or None,
        kind=cells.text("kind") or None,
        region=cells.text("region") or None,
        read_regions=cells.texts("read_regions"),
    )


def _bill(cells: _Cells) -> BillRecord:
    return BillRecord(
        id=cells.text("id"),
        account=cells.text("account"),
        product=cells.text("product"),
        region=cells.text("region"),
        cycle=cells.day("cycle"),
        amount=cells.decimal("amount"),
        one_time=cells.flag("one_time"),
        text=cells.text("text"),
    )


def _uptime(cells: _Cells) -> UptimeRecord:
    start, end = cells.day("start"), cells.day("end")
    if end < start:
        raise cells.wrong("end", f"a day not before {start}")
    return UptimeRecord(cells.text("product"), cells.text("region"), start, end, cells.percent("percent"))


def _credit(cells: _Cells) -> CreditRecord:
    return CreditRecord(
        account=cells.text("account"),
        product=cells.text("product"),
        region=cells.text("region"),
        cycle=cells.day("cycle"),
        amount=cells.decimal("amount"),
    )


_KINDS = {
    "accounts": _Kind("id", "name team customer_id plan billing_day email billing_email members", _account),
    "databases": _Kind("id account", "name endpoint product kind region read_regions", _database),
    "bills": _Kind("id account product region cycle", "amount one_time text", _bill),
    "uptime": _Kind("product region start end percent", "", _uptime),
    "credits": _Kind("account product region cycle", "amount", _credit),
}


def _dangling(files: Mapping[str, _File], known: Collection[str] | None) -> list[ConfigError]:
    """Rows that speak of an account which nobody has: most often a typing error. Left open where accounts are in doubt."""
    own = files["accounts"].records
    if files["accounts"].wrong or (own is None and known is None):
        return []
    accounts = {account.id for account in own or ()} | set(known or ())
    return [
        ConfigError(
            str(file.path),
            f"{key_of(row)}: there is no account `{row.account}`.",
            "Add it to accounts.csv.",
            file.lines[key_of(row)],
        )
        for file in (files[name] for name in ("databases", "bills", "credits"))
        for row in file.records or ()
        if row.account not in accounts
    ]


def columns() -> dict[str, tuple[str, ...]]:
    """The columns of each file, those that every row needs first."""
    return {name: kind.columns for name, kind in _KINDS.items()}
