"""What is known of a claim, and how it is read from JSON.

`None` is *not known* everywhere, never false and never zero. Facts that only some packs use (`service.production_add_on`,
`incident.cause`) travel in `others`, by name; a pack declares them, and `assess` refuses one that the pack does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from triage.errors import TriageError

Value = str | bool | int | Decimal | date | datetime
Others = tuple[tuple[str, Value], ...]


class FactsError(TriageError):
    """A set of facts cannot be read: correct the named value and ask again."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a bill, for one service in one region and one cycle. amount is in the pack's currency."""

    amount: Decimal | None = None
    one_time: bool | None = None


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """What is known of the billing cycle that starts on `start`. uptime_percent is the published monthly figure, 0..100.

    bill: the lines for the affected service in the affected region; empty means that nothing was billed, None not known.
    """

    start: date
    uptime_percent: Decimal | None = None
    bill: tuple[BillLine, ...] | None = None
    already_credited: bool | None = None
    others: Others = ()


@dataclass(frozen=True, slots=True)
class OutageFacts:
    """One outage, aware instants, `[start_at, end_at)`.

    start_between, end_between: where only a day is known, the earliest and latest instant that it leaves open.
    """

    start_at: datetime | None = None
    end_at: datetime | None = None
    others: Others = ()
    start_between: tuple[datetime, datetime] | None = None
    end_between: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account: its plan in the pack's words and the day of the month (1..31) on which a billing cycle starts."""

    id: str | None = None
    plan: str | None = None
    billing_day: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The affected service: product and kind in the pack's words, owner as an account id."""

    product: str | None = None
    kind: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """Everything that a credit claim is judged by. claimant: id of the account that the claim is made for."""

    received_at: datetime | None = None
    claimant: str | None = None
    account: AccountFacts = AccountFacts()
    service: ServiceFacts = ServiceFacts()
    region: str | None = None
    incidents: tuple[OutageFacts, ...] | None = None
    cycles: tuple[CycleFacts, ...] = ()
    others: Others = ()
    conflicts: tuple[str, ...] = ()


# --- from JSON ------------------------------------------------------------------------------------------------------


def claim_facts_from_json(obj: object) -> ClaimFacts:
    """Facts from a parsed JSON object, numbers parsed as int or Decimal (`json.loads(..., parse_float=Decimal)`).

    Raises FactsError naming the path of a value that cannot be read: a float, a time without offset, a percentage outside
    0..100, a word where a number is wanted. Unknown keys become `others`, for the pack to know or to refuse.
    """
    claim = _Reader(obj, "")
    account, service = claim.sub("account"), claim.sub("service")
    incidents, cycles = claim.list("incidents"), claim.list("cycles")
    facts = ClaimFacts(
        received_at=claim.instant("received_at"),
        claimant=claim.text("claimant"),
        account=AccountFacts(account.text("id"), account.text("plan"), account.billing_day("billing_day")),
        service=ServiceFacts(service.text("product"), service.text("kind"), service.text("owner")),
        region=claim.text("region"),
        incidents=None if incidents is None else tuple(map(_outage, incidents)),
        cycles=tuple(entry for entry in map(_cycle, cycles or ()) if entry is not None),
    )
    return replace(facts, others=claim.rest("") + account.rest("account.") + service.rest("service."))


def _outage(entry: _Reader) -> OutageFacts:
    return OutageFacts(entry.instant("start_at"), entry.instant("end_at"), entry.rest("incident."))


def _cycle(entry: _Reader) -> CycleFacts | None:
    """None where the entry does not say which cycle it is about: then it says nothing of any."""
    start, bill = entry.day("start"), entry.list("bill")
    facts = CycleFacts(
        start=start or date.min,
        uptime_percent=entry.percent("uptime_percent"),
        bill=None if bill is None else tuple(map(_bill_line, bill)),
        already_credited=entry.flag("already_credited"),
        others=entry.rest("cycle."),
    )
    return facts if start is not None else None


def _bill_line(entry: _Reader) -> BillLine:
    line = BillLine(entry.decimal("amount"), entry.flag("one_time"))
    if unknown := entry.rest(""):
        raise FactsError(f"{entry.path}.{unknown[0][0]} is not known. A bill line has amount and one_time.")
    return line


_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?")
_BILLING_DAY = re.compile(r"[0-9]{1,2}")
_MOST_DIGITS = 201
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Reader:
    """One JSON object being read: each getter takes a key once; `rest` hands back what nobody took."""

    __slots__ = ("left", "path")

    def __init__(self, obj: object, path: str) -> None:
        if isinstance(obj, FactsError):
            raise FactsError(f"{path or 'The facts'}: {obj}")
        if obj is not None and not isinstance(obj, Mapping):
            raise FactsError(f"{path or 'The facts'}: an object is wanted, not {_kind(obj)}.")
        self.left: dict[str, Any] = dict(obj or {})
        self.path = path

    def take(self, key: str, wanted: type | tuple[type, ...], named: str) -> Any:
        value = self.left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            self.refuse(key, value, named)
        return value

    def refuse(self, key: str, value: object, named: str) -> None:
        raise FactsError(f"{self.at(key)}: {named} is wanted, not {_kind(value)}.")

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def sub(self, key: str) -> _Reader:
        return _Reader(self.left.pop(key, None), self.at(key))

    def list(self, key: str) -> Sequence[_Reader] | None:
        values = self.take(key, list, "a list")
        return None if values is None else [_Reader(v, f"{self.at(key)}[{i}]") for i, v in enumerate(values)]

    def text(self, key: str) -> str | None:
        value: str | None = self.take(key, str, "a text in quotes")
        if value is not None and not _writable(value):
            self.refuse(key, value, "a text of whole characters")
        return value or None

    def flag(self, key: str) -> bool | None:
        value: bool | None = self.take(key, bool, "true or false")
        return value

    def decimal(self, key: str) -> Decimal | None:
        value = self.take(key, (str, int, Decimal), 'a decimal in quotes such as "180.00"')
        if value is None:
            return None
        try:
            if isinstance(value, str) and not _PLAIN_DECIMAL.fullmatch(value):
                raise InvalidOperation
            number = Decimal(value)
        except InvalidOperation:
            raise FactsError(f'{self.at(key)}: a decimal such as "180.00" is wanted, not {value!r}.') from None
        if not within_bounds(number):
            raise FactsError(f"{self.at(key)}: the number is out of all bounds.")
        return number

    def percent(self, key: str) -> Decimal | None:
        value = self.decimal(key)
        if value is not None and not 0 <= value <= 100:
            raise FactsError(f"{self.at(key)}: a percentage from 0 to 100 is wanted, not {value}.")
        return value

    def billing_day(self, key: str) -> int | None:
        value = self.take(key, (int, str), "a day of the month from 1 to 31")
        day = int(value) if isinstance(value, str) and _BILLING_DAY.fullmatch(value) else value
        if day is not None and not (isinstance(day, int) and 1 <= day <= 31):
            self.refuse(key, value, "a day of the month from 1 to 31")
        return day

    def instant(self, key: str) -> datetime | None:
        value = self.take(key, str, 'a time with offset such as "2026-03-18T08:12:00Z"')
        return None if value is None else parse_instant(value, self.at(key))

    def day(self, key: str) -> date | None:
        value = self.take(key, str, 'a date such as "2026-03-01"')
        if value is None:
            return None
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise FactsError(f'{self.at(key)}: a date such as "2026-03-01" is wanted, not {value!r}.') from None

    def rest(self, prefix: str) -> Others:
        """What nobody took, as named facts. Only plain values can be facts."""
        found: list[tuple[str, Value]] = []
        for key, value in sorted(self.left.items()):
            if value is None:
                continue
            if isinstance(value, FactsError):
                raise FactsError(f"{self.at(key)}: {value}")
            if not isinstance(value, (str, bool, int, Decimal)) or (isinstance(value, str) and not _writable(value)):
                raise FactsError(f"{self.at(key)} is not known here.")
            found.append((prefix + key, value))
        return tuple(found)


def parse_instant(value: str, path: str) -> datetime:
    """An aware UTC instant from ISO 8601 with offset. Raises FactsError."""
    try:
        instant = datetime.fromisoformat(value)
        if len(value) <= 10 or instant.tzinfo is None or not 1900 <= instant.year < 3000:
            raise ValueError
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        remedy = 'a time with offset such as "2026-03-18T08:12:00Z" is wanted'
        raise FactsError(f"{path}: {remedy}, not {value!r}.") from None


def within_bounds(number: Decimal) -> bool:
    """Whether arithmetic here keeps a number exact: it has at most 100 digits on either side of the point."""
    return number.is_finite() and -100 <= number.adjusted() <= 100 and len(number.as_tuple().digits) <= _MOST_DIGITS


def _writable(text: str) -> bool:
    """False for half a character (a lone surrogate), which JSON can spell and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else "a number without end"
    if isinstance(value, float):
        return "a float (parse numbers as Decimal, or write them in quotes)"
    if isinstance(value, (Mapping, list)):
        return "an object" if isinstance(value, Mapping) else "a list"
    return repr(value)
