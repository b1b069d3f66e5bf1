"""What the records hold on one mail: a pure look-up in memory.

Nothing a customer writes becomes a record. What the mail says differently from the records is reported in `conflicts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from triage.model import AccountRecord, Address, DatabaseRecord, Fact, Known, Reading, Records

_Row = TypeVar("_Row")


def known_for(reading: Reading, sender: Address | None, records: Records) -> Known:
    """The account, its services and their bills, uptime and credits, as far as the records have them.

    The account is the one that the mail states; else the owner of the database it names; else the one account for which
    the sender's address may speak. Two answers that differ are a conflict, and then it is not known.
    """
    conflicts: list[str] = []
    stated = _stated(reading.account, records, conflicts)
    named = _named(reading.resources, records, conflicts)
    speaking = _speaking(sender, records)
    claimant = _claimant(stated, named, speaking, conflicts)
    owner = _single({database.account for database in named})
    account = claimant or _account(owner, records)
    databases = named or _concerned(reading, account, records, conflicts)
    whose = {account.id} if account is not None else set()
    whose |= {database.account for database in databases}
    products = {database.product for database in databases}
    _compare_regions(reading, named, conflicts)
    return Known(
        account=account,
        claimant=claimant.id if claimant is not None else None,
        addresses=account.addresses if account is not None else (),
        databases=databases,
        bills=_only(records.bills, lambda bill: bill.account in whose),
        uptime=_only(records.uptime, lambda row: not products or row.product in products),
        credits=_only(records.credits, lambda credit: credit.account in whose),
        found_by=_found_by(stated, named, speaking, account),
        conflicts=tuple(conflicts),
    )


def _stated(facts: Iterable[Fact], records: Records, conflicts: list[str]) -> AccountRecord | None:
    """The account that the mail states, where all that it states points to one."""
    found: dict[str, AccountRecord] = {}
    for fact in facts:
        matches = [account for account in records.accounts or () if _matches(account, fact)]
        if not matches and records.accounts is not None:
            conflicts.append(f"the mail states the account {fact.value}, which the records do not have")
        if len(matches) == 1:
            found[matches[0].id] = matches[0]
    if len(found) > 1:
        conflicts.append(f"the mail states more than one account: {', '.join(sorted(found))}")
    return next(iter(found.values())) if len(found) == 1 else None


def _matches(account: AccountRecord, fact: Fact) -> bool:
    value = fact.value.casefold()
    if fact.kind == "email":
        return value in account.addresses
    names = (account.team, account.id, account.name) if fact.kind == "team" else (account.customer_id, account.id)
    return value in {name.casefold() for name in names if name}


def _named(facts: Iterable[Fact], records: Records, conflicts: list[str]) -> tuple[DatabaseRecord, ...]:
    """The databases that the mail names. A name that several accounts use is not enough to tell which is meant."""
    found: dict[str, DatabaseRecord] = {}
    for fact in facts:
        value = fact.value.casefold()
        matches = [
            each for each in records.databases or () if value == getattr(each, fact.kind or "name", "").casefold()
        ]
        if not matches and records.databases is not None and fact.kind != "name":
            conflicts.append(f"the mail names {fact.value}, which the records do not have")
        if len(matches) == 1 or fact.kind != "name":
            found.update({each.id: each for each in matches})
    return tuple(found.values())


def _speaking(sender: Address | None, records: Records) -> tuple[AccountRecord, ...]:
    if sender is None or not sender.email:
        return ()
    return tuple(account for account in records.accounts or () if sender.email.casefold() in account.addresses)


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
    own = [database for database in records.databases if database.account == account.id]
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
    return next((account for account in records.accounts or () if account.id == account_id), None)


def _single(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _only(rows: tuple[_Row, ...] | None, wanted: Callable[[_Row], bool]) -> tuple[_Row, ...] | None:
    return None if rows is None else tuple(filter(wanted, rows))
