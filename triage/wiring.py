"""From settings to working parts: the one place that knows which part is built from what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from triage import pipeline
from triage.desk.cases import Desk
from triage.desk.store import Store
from triage.doors.mailbox import Fetched, Mailbox
from triage.errors import ConfigError
from triage.mail import parse
from triage.model import Decision, Message
from triage.paths import shipped
from triage.pipeline import Kit
from triage.policy import Pack, Records, load_pack
from triage.reading import Reader
from triage.reading.vocabulary import load_vocabulary
from triage.reply import Writer
from triage.settings import MailboxSettings, Settings, secret

Clock = Callable[[], datetime]


def pack_folder(settings: Settings) -> Path:
    """The folder of the terms to judge by: one of the operator's own, else a shipped one. Raises ConfigError."""
    own, ours = settings.path(settings.desk.pack), shipped("rules") / settings.desk.pack
    for folder in (own, ours):
        if (folder / "pack.yaml").is_file():
            return folder
    have = ", ".join(sorted(found.parent.name for found in shipped("rules").glob("*/pack.yaml")))
    raise ConfigError(
        "[desk]", f"there is no rule pack {settings.desk.pack!r}.", f"Name a folder, or a shipped pack: {have}."
    )


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
