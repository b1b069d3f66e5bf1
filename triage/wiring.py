"""From settings to working parts: the one place that knows which part is built from what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from triage import pipeline
from triage.doors.mailbox import Fetched, Mailbox
from triage.mail import parse
from triage.model import Decision, Message, Records
from triage.paths import rule_pack, shipped
from triage.pipeline import Kit
from triage.policy import Pack, load_pack
from triage.reading import Reader
from triage.reading.vocabulary import load_vocabulary
from triage.reply import Writer
from triage.settings import MailboxSettings, Settings, secret

if TYPE_CHECKING:
    from triage.desk.cases import Desk

Clock = Callable[[], datetime]


def pack_folder(settings: Settings) -> Path:
    return rule_pack(settings.desk.pack, settings.folder)


def load_kit(settings: Settings) -> Kit:
    """Everything the core works with. Takes a second or two: spaCy and the weights are loaded here."""
    folder = pack_folder(settings)
    pack: Pack = load_pack(folder)
    return Kit(
        reader=Reader.load(load_vocabulary(folder / "vocabulary.yaml")),
        pack=pack,
        writer=load_writer(settings),
        zone=settings.zone,
        name=settings.desk.name,
        address=settings.desk.address,
    )


def load_writer(settings: Settings) -> Writer:
    own = [settings.path(settings.desk.templates) / "replies"] if settings.desk.templates else []
    return Writer.load([shipped("templates") / "replies", *own])


def load_records(settings: Settings) -> Records:
    """What the desk knows of accounts, from the CSV folder of the settings; nothing where none is set."""
    from triage.doors.records import read_records

    return read_records(settings.path(settings.desk.records)) if settings.desk.records else Records()


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """The desk over its database, closed at the end."""
    from triage.desk.cases import Desk
    from triage.desk.store import Store

    with Store(settings.path(settings.desk.database)) as store:
        yield Desk(store)


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
    """The core as intake calls it: from fetched bytes to a decision."""

    def __init__(self, kit: Kit, records: Records) -> None:
        self.kit, self.records = kit, records

    def consider(self, fetched: Fetched) -> Decision:
        return pipeline.consider(_parsed(fetched), self.records, self.kit)

    def unreadable(self, fetched: Fetched, _: Exception) -> Decision:
        return pipeline.unreadable(_parsed(fetched), self.kit)


def _parsed(fetched: Fetched) -> Message:
    source = f"{fetched.mailbox};UIDVALIDITY={fetched.uidvalidity};UID={fetched.uid}"
    return parse(fetched.raw, source=source, received_at=fetched.received_at)
