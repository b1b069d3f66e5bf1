"""What the records hold on one mail: a pure look-up in memory.

Nothing a customer writes becomes a record. What the mail says differently from the records is reported in `conflicts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from triage.model import (
    AccountRecord,
    Address,
    BillRecord,
    CreditRecord,
    DatabaseRecord,
    Fact,
    Known,
    Reading,
    Records,
    UptimeRecord,
)

_Row = TypeVar("_Row")


def known_for(reading: Reading, sender: Address | None, records: Records) -> Known:
    """The account, its services and their bills, uptime and credits, as far as the records have them.

    The account is the one that the mail states; else the owner of the database it names; else the one account for which
    the sender's address may speak. Two answers that differ are a conflict, and then it is not known.
    """
    conflicts: list[str] = []
    stated = _stated(reading.account, records, conflicts)
    speaking = _speaking(sender, records)
    named = _named(
        reading.resources, records, {account.id for account in (*speaking, *([stated] if stated else []))}, conflicts
    )
    claimant = _claimant(stated, named, speaking, conflicts)
    owner = _single({database.account for database in named})
    account = claimant or _account(owner, records)
    databases = named or _concerned(reading, account, records, conflicts)
    whose = {account.id} if account is not None else set()
    whose |= {database.account for database in databases}
    products = {database.product or "" for database in databases}
    index = _index(records)
    _compare_regions(reading, named, conflicts)
    return Known(
        account=account,
        claimant=claimant.id if claimant is not None else None,
        addresses=account.addresses if account is not None else (),
        databases=databases,
        bills=_of(index.bills, whose) if records.bills is not None else None,
        uptime=_of(index.uptime, products) if records.uptime is not None else None,
        credits=_of(index.credits, whose) if records.credits is not None else None,
        found_by=_found_by(stated, named, speaking, account),
        conflicts=tuple(conflicts),
    )


def _stated(facts: Iterable[Fact], records: Records, conflicts: list[str]) -> AccountRecord | None:
    """The account that the mail states, where all that it states points to one."""
    found: dict[str, AccountRecord] = {}
    index = _index(records)
    for fact in facts:
        matches = index.accounts.get((fact.kind, fact.value.casefold()), ())
        if not matches and records.accounts is not None:
            conflicts.append(f"the mail states the account {fact.value}, which the records do not have")
        if len(matches) == 1:
            found[matches[0].id] = matches[0]
    if len(found) > 1:
        conflicts.append(f"the mail states more than one account: {', '.join(sorted(found))}")
    return next(iter(found.values())) if len(found) == 1 else None


def _named(
    facts: Iterable[Fact], records: Records, theirs: set[str], conflicts: list[str]
) -> tuple[DatabaseRecord, ...]:
    """The services that the mail names. Of a name or host that several accounts share, only their own is meant."""
    found: dict[str, DatabaseRecord] = {}
    for fact in facts:
        matches = _index(records).databases.get((fact.kind or "name", fact.value.casefold()), ())
        if not matches and records.databases is not None and fact.kind != "name":
            conflicts.append(f"the mail names {fact.value}, which the records do not have")
        if len(matches) > 1:
            matches = [each for each in matches if each.account in theirs]
        found.update({each.id: each for each in matches})
    return tuple(found.values())


def _speaking(sender: Address | None, records: Records) -> tuple[AccountRecord, ...]:
    if sender is None or not sender.email:
        return ()
    return tuple(_index(records).accounts.get(("email", sender.email.casefold()), ()))


def _claimant(
    stated: AccountRecord | None,
    named: tuple[DatabaseRecord, ...],
    speaking: tuple[AccountRecord, ...],
    conflicts: list[str],
) -> AccountRecord | None:
    """For whom the sender speaks. One who speaks for several accounts means the one whose database is named."""
    if stated is not None:
        if speaking and stated not in speaking:
            theirs = ", ".join(account.id for account in speaking)
            conflicts.append(f"the mail states the account {stated.id}, but its sender belongs to {theirs}")
        return stated
    if len(speaking) == 1:
        return speaking[0]
    owners = {database.account for database in named}
    return next((account for account in speaking if owners == {account.id}), None)


def _concerned(
    reading: Reading, account: AccountRecord | None, records: Records, conflicts: list[str]
) -> tuple[DatabaseRecord, ...]:
    """Where no database is named: those that the account has in the regions named, or its only one."""
    if account is None or records.databases is None:
        return ()
    own = _index(records).databases.get(("account", account.id), ())
    regions = {fact.value for fact in reading.regions}
    there = [database for database in own if regions & set(places(database))]
    if regions and own and not there:
        conflicts.append(f"the mail says {', '.join(sorted(regions))}, where {account.id} has nothing by the records")
    return tuple(there) if regions else tuple(own) if len(own) == 1 else ()


def places(database: DatabaseRecord) -> tuple[str, ...]:
    """Every region that a database stands in, the primary one first."""
    return tuple(region for region in (database.region, *database.read_regions) if region)


def _compare_regions(reading: Reading, named: tuple[DatabaseRecord, ...], conflicts: list[str]) -> None:
    stated = {fact.value for fact in reading.regions}
    for database in named:
        there = places(database)
        if stated and there and not stated & set(there):
            label = database.endpoint or database.name or database.id
            conflicts.append(
                f"the mail says {', '.join(sorted(stated))}; by the records {label} is in {', '.join(there)}"
            )


def _found_by(
    stated: AccountRecord | None,
    named: tuple[DatabaseRecord, ...],
    speaking: tuple[AccountRecord, ...],
    account: AccountRecord | None,
) -> str:
    if account is None:
        return ""
    if stated is not None:
        return "the account that the mail states"
    return (
        "the sender's address"
        if account in speaking
        else f"the owner of {named[0].endpoint or named[0].name or named[0].id}"
    )


def _account(account_id: str | None, records: Records) -> AccountRecord | None:
    return next(iter(_index(records).accounts.get(("", account_id or ""), ())), None)


def _single(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _of(rows: Mapping[str, Sequence[_Row]], keys: Iterable[str]) -> tuple[_Row, ...]:
    return tuple(row for key in sorted(keys) for row in rows.get(key, ()))


# --- looking up without going through everything --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Index:
    """By kind of name and the name in lower case. Accounts: `email`, `team`, `customer_id`, and `` for the id itself.

    Bills and credits by account, uptime by product.
    """

    accounts: Mapping[tuple[str, str], Sequence[AccountRecord]]
    databases: Mapping[tuple[str, str], Sequence[DatabaseRecord]]
    bills: Mapping[str, Sequence[BillRecord]]
    uptime: Mapping[str, Sequence[UptimeRecord]]
    credits: Mapping[str, Sequence[CreditRecord]]


class _Same:
    """Records as a key by identity: comparing a hundred thousand rows would cost more than the look-up saves."""

    __slots__ = ("records",)

    def __init__(self, records: Records) -> None:
        self.records = records

    def __hash__(self) -> int:
        return id(self.records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.records is self.records


def _index(records: Records) -> _Index:
    return _indexed(_Same(records))


@lru_cache(maxsize=4)
def _indexed(same: _Same) -> _Index:
    accounts: dict[tuple[str, str], list[AccountRecord]] = {}
    databases: dict[tuple[str, str], list[DatabaseRecord]] = {}
    for account in same.records.accounts or ():
        for key in _account_keys(account):
            accounts.setdefault(key, []).append(account)
    for database in same.records.databases or ():
        names = [("id", database.id), ("name", database.name), ("endpoint", database.endpoint)]
        for key in {("account", database.account), *((kind, name.casefold()) for kind, name in names if name)}:
            databases.setdefault(key, []).append(database)
    bills, credits = same.records.bills or (), same.records.credits or ()
    return _Index(
        accounts,
        databases,
        bills=_by(bills, lambda bill: bill.account),
        uptime=_by(same.records.uptime or (), lambda row: row.product),
        credits=_by(credits, lambda credit: credit.account),
    )


def _by(rows: Iterable[_Row], key: Callable[[_Row], str]) -> Mapping[str, Sequence[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _account_keys(account: AccountRecord) -> set[tuple[str, str]]:
    teams, numbers = (account.team, account.id, account.name), (account.customer_id, account.id)
    named = [("team", name) for name in teams] + [("customer_id", name) for name in numbers]
    keys = {(kind, name.casefold()) for kind, name in named if name}
    return keys | {("email", address) for address in account.addresses} | {("", account.id)}
