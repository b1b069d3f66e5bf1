"""`triage init` and `triage check`: from nothing to a desk that runs, with a remedy for each fault."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from collections.abc import Callable, Iterator

from triage import settings as settings_module
from triage.commands.console import settings_of
from triage.errors import TriageError, UsageError
from triage.settings import Settings


def init(arguments: Namespace) -> int:
    """Write the settings file. It holds no secret, only where each is kept."""
    if arguments.file.exists() and not arguments.force:
        raise UsageError(f"{arguments.file} is there already. Use --force to overwrite it, or name another file.")
    try:
        arguments.file.write_text(settings_module.example(), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{arguments.file} cannot be written ({error.strerror}). Name a file in a folder of yours."
        ) from error
    print(f"Wrote {arguments.file}. Fill in the mailbox, then run `triage check`.")
    return 0


def check(arguments: Namespace) -> int:
    """Try each part; say what is right, and of each fault what to do. Exit code 1 when anything is wrong."""
    settings = settings_of(arguments)
    print("ok     settings")
    wrong = 0
    for name, attempt in _attempts(settings):
        try:
            print(f"ok     {name}: {attempt()}")
        except TriageError as error:
            print(f"wrong  {name}: {error}")
            wrong += 1
    print("All is well." if not wrong else f"{wrong} to mend.")
    return 1 if wrong else 0


def _attempts(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "terms", lambda: _terms(settings)
    yield "templates", lambda: _templates(settings)
    yield "records", lambda: _records(settings)
    yield "database", lambda: _database(settings)
    yield "reader", lambda: _reader(settings)
    if not settings.mailboxes:
        yield "mailboxes", _none
    for name in settings.mailboxes:
        yield f"mailbox {name}", lambda name=name: _mailbox(name, settings)  # type: ignore[misc]


def _terms(settings: Settings) -> str:
    from triage import wiring
    from triage.policy import load_pack

    folder = wiring.pack_folder(settings)
    load_pack(folder)
    wiring.load_laws(settings)
    return f"rule pack {folder.name}" + (f", beside it {settings.desk.laws}" if settings.desk.laws else "")


def _templates(settings: Settings) -> str:
    from triage import wiring
    from triage.policy import load_pack

    gaps = wiring.load_writer(settings).gaps(load_pack(wiring.pack_folder(settings)))
    return "all render" + "".join(f"\n       hint: {gap}" for gap in gaps)


def _records(settings: Settings) -> str:
    from triage import wiring

    records = wiring.load_records(settings)
    counted = ((field.name, getattr(records, field.name)) for field in dataclasses.fields(records))
    known = [f"{len(rows)} {kind}" for kind, rows in counted if rows is not None]
    return ", ".join(known) or "none; clauses that need them stay unknown"


def _database(settings: Settings) -> str:
    from triage import wiring

    with wiring.open_desk(settings) as desk:
        return f"{settings.desk.database}, {sum(desk.store.counts().values())} cases"


def _reader(settings: Settings) -> str:
    from triage import wiring

    wiring.load_reader(settings)
    return "weights loaded"


def _none() -> str:
    raise UsageError("no mailbox is set. Add a section [mailbox.support]; `triage init` shows one.")


def _mailbox(name: str, settings: Settings) -> str:
    from triage import wiring

    box = settings.mailboxes[name]
    if box.kind == "imap":
        settings_module.secret(box, name, settings)  # told before the server is asked
    mailbox = wiring.open_mailbox(name, box, settings)
    try:
        selected = mailbox.examine()
        return f"{selected.exists} mails in {box.folder if box.kind == 'imap' else box.path}"
    finally:
        mailbox.close()
