"""From settings to working parts: the one place that knows which part is built from what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from triage import pipeline
from triage.doors.mailbox import Fetched, Mailbox
from triage.errors import ConfigError
from triage.mail import parse
from triage.mail.reader import EPOCH
from triage.model import Decision, Draft, Message, Records
from triage.paths import rule_pack, shipped
from triage.pipeline import Kit
from triage.policy import Pack, load_pack
from triage.reading import Reader
from triage.reading.vocabulary import load_vocabulary
from triage.reply import Writer
from triage.settings import MailboxSettings, Settings, secret, stripe_key

if TYPE_CHECKING:
    from triage.desk.cases import Desk, Finish
    from triage.desk.records import Stored
    from triage.doors.records import Tally
    from triage.doors.stripe_bills import StripeSource

Clock = Callable[[], datetime]


def pack_folder(settings: Settings) -> Path:
    return rule_pack(settings.desk.pack, settings.folder)


def load_reader(settings: Settings) -> Reader:
    """The reader. Takes a second or two: spaCy and the weights are loaded here."""
    return Reader.load(load_vocabulary(pack_folder(settings) / "vocabulary.yaml"))


def load_kit(settings: Settings) -> Kit:
    """The terms and the templates. Raises ConfigError with file, line and remedy."""
    return Kit(
        pack=load_pack(pack_folder(settings)),
        writer=load_writer(settings),
        zone=settings.zone,
        name=settings.desk.name,
        address=settings.desk.address,
        laws=load_laws(settings),
    )


def load_laws(settings: Settings) -> tuple[Pack, ...]:
    """The statutory pack, narrowed to the laws of the settings. Raises ConfigError for one that it does not have."""
    wanted = [law.strip() for law in settings.desk.laws.split(",") if law.strip()]
    if not wanted:
        return ()
    statutory = load_pack(shipped("rules") / "statutory")
    for law in wanted:
        if law not in statutory.documents:
            raise ConfigError("[desk]", f"laws names {law!r}.", f"There are: {', '.join(statutory.documents)}.")
    return (statutory.narrowed(wanted),)


def load_writer(settings: Settings) -> Writer:
    """The shipped letters, over them the pack's own sentences, over them the operator's."""
    packs = pack_folder(settings) / "replies"
    folders = [shipped("templates") / "replies", *([packs] if packs.is_dir() else [])]
    if settings.desk.templates:
        folders.append(settings.path(settings.desk.templates) / "replies")
    return Writer.load(folders, tuple(filter(None, [settings.desk.authserv])))


def load_records(settings: Settings, *, stored: bool = True) -> Records:
    """What the desk knows of accounts: the CSV folder of the settings and what was imported; of one row the newer stands.

    stored: False leaves the desk's database alone.
    """
    stored = stored and settings.path(settings.desk.database).is_file()
    if not stored and not settings.desk.records:
        return Records()
    from triage.desk.records import newest
    from triage.doors.records import read_records, written_at

    imported = imported_records(settings) if stored else {}
    if not settings.desk.records:
        return newest(Records(), {}, imported)
    folder = settings.path(settings.desk.records)
    return newest(read_records(folder, imported.get("accounts")), written_at(folder), imported)


def imported_records(settings: Settings) -> Stored:
    """What was imported into the desk's database; nothing where there is none yet."""
    from triage.desk.records import stored_records
    from triage.desk.store import Store

    database = settings.path(settings.desk.database)
    if not database.is_file():
        return {}
    with Store(database) as store:
        return stored_records(store)


def import_records(
    settings: Settings, new: Records, at: datetime, source: str, gone: Callable[[str], bool] = lambda _key: False
) -> dict[str, Tally]:
    """Put rows into the desk's database; see `triage.desk.records.import_records`."""
    from triage.desk import records
    from triage.desk.store import Store

    with Store(settings.path(settings.desk.database)) as store:
        return records.import_records(store, new, at, source, gone)


def stripe_source(settings: Settings) -> StripeSource:
    """Stripe as the settings have it, with its key. Raises ConfigError."""
    from triage.doors.stripe_bills import StripeSource

    section = settings.stripe
    return StripeSource(
        key=stripe_key(settings),
        account_key=section.account_key,
        product_key=section.product_key,
        region_key=section.region_key,
        one_time_key=section.one_time_key,
        api_base=section.api_base,
        timeout=section.timeout,
    )


@contextmanager
def open_desk(settings: Settings, finish: Finish | None = None) -> Iterator[Desk]:
    """The desk over its database, closed at the end. finish: see `Desk`; needed only where drafts are edited."""
    from triage.desk.cases import Desk
    from triage.desk.store import Store

    with Store(settings.path(settings.desk.database)) as store:
        yield Desk(store) if finish is None else Desk(store, finish)


def open_mailbox(name: str, box: MailboxSettings, settings: Settings) -> Mailbox:
    """The mailbox of a section, connected lazily or at once, as its kind has it. Raises MailboxError, ConfigError."""
    if box.kind == "files":
        from triage.doors.files import open_files

        return open_files(settings.path(box.path), name)
    from triage.doors.imap import Account, ImapMailbox

    account = Account(
        host=box.host,
        user=box.user,
        secret=lambda: secret(box, name, settings),
        port=box.port or None,
        security=box.security,  # type: ignore[arg-type]  # one of the choices of the settings
        auth=box.auth,  # type: ignore[arg-type]
        ca_file=settings.path(box.ca_file) if box.ca_file else None,
        timeout=box.timeout,
    )
    return ImapMailbox(account, box.folder, name)


class Thinker:
    """The core as the desk calls it: from fetched bytes to a decision, and from an edited draft to a checked one."""

    kit: Kit
    records: Records
    reader: Reader

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._taken: dict[str, object] = {}
        self.refresh()

    def refresh(self) -> None:
        """Take up what was changed since: terms, templates, vocabulary, records. Costs a look at the files' times.

        Raises ConfigError where a change is faulty; what was good before stays at work, part by part.
        """
        pack, own = pack_folder(self._settings), self._settings.desk.templates
        words = pack / "vocabulary.yaml"
        letters = [self._settings.path(own)] if own else []
        parts: dict[str, tuple[object, Callable[[Settings], object]]] = {
            "kit": (_stamp(pack, *letters), load_kit),
            "records": (self._records_stamp(), load_records),
            "reader": (_stamp(words), load_reader),
        }
        for name, (stamp, load) in parts.items():
            if self._taken.get(name) != stamp:
                setattr(self, name, load(self._settings))
                self._taken[name] = stamp

    def _records_stamp(self) -> object:
        folder, database = self._settings.desk.records, self._settings.path(self._settings.desk.database)
        imported: object = None
        if database.is_file():
            with open_desk(self._settings) as desk:
                imported = desk.store.imports()
        return (_stamp(self._settings.path(folder)) if folder else None, imported)

    def consider(self, fetched: Fetched, now: datetime) -> Decision:
        return pipeline.consider(_parsed(fetched, now), self.reader, self.records, self.kit)

    def unreadable(self, fetched: Fetched, now: datetime) -> Decision:
        return pipeline.unreadable(_parsed(fetched, now), self.kit)

    def finish(self, draft: Draft, decision: Decision, now: datetime) -> Draft:
        return pipeline.revise(draft, decision, self.records, self.kit, on=now)


def _stamp(*places: Path) -> object:
    """Changes whenever a file in these places does."""
    files = [
        file
        for place in places
        for file in ([place] if place.is_file() else sorted(place.rglob("*")))
        if file.is_file()
    ]
    return [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files]


def _parsed(fetched: Fetched, now: datetime) -> Message:
    """The mail with the time of its receipt: as the server says, else as the mail says, but never in the future."""
    source = f"{fetched.mailbox};UIDVALIDITY={fetched.uidvalidity};UID={fetched.uid}"
    message = parse(fetched.raw, source=source, received_at=fetched.received_at)
    if fetched.received_at is None and not EPOCH < message.received_at <= now:
        defect = "When this mail arrived is not known; its deadlines run from the moment it was first seen."
        return replace(message, received_at=now, defects=(*message.defects, defect))
    return message
