"""`triage records ...`: what the desk knows of accounts, bills, uptime and credits, and where it has it from."""

from __future__ import annotations

import dataclasses
import json
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.commands.console import day_of, instant_of, say, settings_of, table
from triage.commands.desk import clock
from triage.errors import UsageError
from triage.model import Records, StatusPage, UptimeRecord
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.doors.records import Tally
    from triage.policy.cycles import CycleRule


def import_records(arguments: Namespace) -> int:
    """Take a folder of CSV files into the desk's database. Where any line is wrong, nothing is written."""
    from triage import wiring
    from triage.doors.records import read_records

    settings = settings_of(arguments)
    known = wiring.load_records(settings).accounts
    accounts = None if known is None else {account.id for account in known}
    found = read_records(arguments.folder, accounts)
    if found == Records():
        raise UsageError(
            f"{arguments.folder} holds none of accounts.csv, databases.csv, bills.csv, uptime.csv, credits.csv."
        )
    _tell(wiring.import_records(settings, found, clock(), "csv", gone=lambda _key: arguments.replace))
    return 0


def uptime_records(arguments: Namespace) -> int:
    """Derive uptime from what a status page lists, for the calendar months and every billing cycle in use."""
    from triage import wiring
    from triage.doors.statuspage import combine
    from triage.policy import load_pack
    from triage.policy.uptime import derive_uptime

    settings = settings_of(arguments)
    now = clock()
    answers = [_answer(name, arguments, now) for name in arguments.pages]
    page = combine((answer, name) for answer, name, _ in answers)
    as_of = min(*(at for _, _, at in answers), page.until or now, now)
    pack, records = load_pack(wiring.pack_folder(settings)), wiring.load_records(settings)
    first = day_of("--since", arguments.since) if arguments.since else _first_day(page)
    periods = billing_periods(records, pack.cycle_rule, first, as_of)
    found = derive_uptime(page, periods, pack.uptime, as_of)
    for name in page.components:
        if pack.uptime.place(name) is None:
            say(f"{name}: stands for no product in `uptime:` of the pack; left out.")
    published = {(r.product, r.region, r.start, r.end): r for r in records.uptime or () if r.source == "published"}
    for row in found if arguments.explain else ():
        _explain(row, published.get((row.product, row.region, row.start, row.end)))
    _tell(wiring.import_records(settings, Records(uptime=found), now, "status page"))
    return 0


def billing_periods(records: Records, rule: CycleRule, first: date, as_of: datetime) -> tuple[tuple[date, date], ...]:
    """Every billing cycle of every account, and every calendar month, from `first` on that is over at `as_of`."""
    days = {1, *(account.billing_day for account in records.accounts or () if account.billing_day is not None)}
    months = range(first.year * 12 + first.month - 1, as_of.year * 12 + as_of.month)
    spans = {
        (rule.first_day(day, month), rule.first_day(day, month + 1) - timedelta(days=1))
        for day in days
        for month in months
    }
    return tuple(sorted(span for span in spans if span[0] >= first))


def _answer(name: str, arguments: Namespace, now: datetime) -> tuple[Any, str, datetime]:
    """What a status page answered, where it is from, and when it was so: a file as of its date, unless told otherwise."""
    from triage.doors.statuspage import fetch_answer, read_answer

    if "://" in name:
        return fetch_answer(name), name, now
    answer = read_answer(Path(name))
    saved = datetime.fromtimestamp(Path(name).stat().st_mtime, UTC)
    return answer, name, instant_of("--as-of", arguments.as_of) if arguments.as_of else saved


def _first_day(page: StatusPage) -> date:
    """The day from which the page says something."""
    since = page.since or min((window.start for window in page.windows), default=None)
    if since is None:
        raise UsageError("The page lists no outage at all. Say with --since DATE from which day on this holds.")
    return since.date() if page.since else since.date().replace(day=1)


def _explain(row: UptimeRecord, published: UptimeRecord | None) -> None:
    print(f"{row.product} {row.region} {row.start} to {row.end}: {row.percent} %")
    print("\n".join(f"    {line}" for line in row.derivation))
    if published is not None:
        print(f"    {published.percent} % was published, and goes before it")


def bills_records(arguments: Namespace) -> int:
    """Take bills over from Stripe. Lines that are no bill of a known account's service are told and left out."""
    from triage import wiring
    from triage.doors.stripe_bills import Terms, line_of, read_stripe_bills
    from triage.policy import load_pack

    settings = settings_of(arguments)
    since = day_of("--since", arguments.since) if arguments.since else None
    pack, records = load_pack(wiring.pack_folder(settings)), wiring.load_records(settings)
    found = read_stripe_bills(wiring.stripe_source(settings), Terms(pack.currency, pack.cycle_rule, records), since)
    for line in found.left_out:
        say(f"left out: {line}")
    _tell(
        wiring.import_records(
            settings, Records(bills=found.rows), clock(), "stripe", gone=lambda key: line_of(key) in found.seen
        )
    )
    if found.left_out:
        say(f"{len(found.left_out)} lines left out.")
    return 0


def list_records(arguments: Namespace) -> int:
    """How many rows of each kind, or the rows of one."""
    from triage import wiring
    from triage.desk.records import KINDS

    settings = settings_of(arguments)
    records = wiring.load_records(settings)
    if arguments.kind is None:
        _count(records, settings)
        return 0
    rows = getattr(records, arguments.kind) or ()
    if arguments.json:
        for row in rows:
            print(json.dumps(dataclasses.asdict(row), ensure_ascii=False, default=str))
        return 0
    kind = KINDS[arguments.kind]
    names = [field.name for field in dataclasses.fields(kind) if field.name != "derivation"]
    table(names, [[_cell(getattr(row, name)) for name in names] for row in rows])
    return 0


def _count(records: Records, settings: Settings) -> None:
    from triage import wiring
    from triage.desk.records import KINDS

    stored = wiring.imported_records(settings)
    rows = []
    for kind in KINDS:
        known, imported = getattr(records, kind), stored.get(kind, {}).values()
        sources = Counter(each.source for each in imported)
        last = max((each.at for each in imported), default=None)
        rows.append(
            [
                kind,
                "not known" if known is None else str(len(known)),
                ", ".join(f"{count} from {source}" for source, count in sorted(sources.items())) or "-",
                "-" if last is None else f"{last.astimezone(settings.zone):%Y-%m-%d %H:%M}",
            ]
        )
    table(["kind", "known", "in the database", "last import"], rows)


def _cell(value: Any) -> str:
    """A cell as the CSV files have it; `?` for what is not known."""
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _tell(tallies: Mapping[str, Tally]) -> None:
    for kind, tally in tallies.items():
        print(f"{kind}: {tally}")
