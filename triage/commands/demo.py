"""`triage demo`: the whole job on the shipped mailbox. Needs no account, no server, no settings."""

from __future__ import annotations

import tempfile
import time
import webbrowser
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from triage.commands.console import progress, say
from triage.errors import UsageError
from triage.paths import shipped
from triage.settings import DeskSettings, MailboxSettings, Settings, WebSettings

DAY = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
"""Where the demo's clock starts, so that the fixtures' mail is as fresh as on the day it was written for."""


def demo(arguments: Namespace) -> int:
    say("Loading the reader ...")
    from triage import service, wiring

    service.end_on_sigterm()
    with _folder(arguments.desk) as folder:
        settings = demo_settings(folder, arguments.port)
        listener = service.listen(settings.web.host, settings.web.port)
        clock = _from(DAY)
        thinker = wiring.Thinker(settings)
        for name, box in settings.mailboxes.items():
            with progress(f"Reading {name}") as line:
                result = service.poll_mailbox(name, box, settings, thinker, clock, line)
            say(f"{result.on_server} mails, {result.cases} new cases, {result.unaccounted} unaccounted.")
        ready = None if arguments.no_browser else _open_browser
        service.serve(settings, thinker, clock, say, listener, banner=_banner(), ready=ready)
    return 0


def demo_settings(folder: Path, port: int = 0) -> Settings:
    """The desk of the demo: the fixtures as a Maildir, their records, and a database in `folder`."""
    fixtures = shipped("mailbox_fixtures")
    return Settings(
        folder=folder,
        desk=DeskSettings(
            name="Upstash Support",
            address="support@upstash.com",
            authserv="mx.upstash.example",
            records=str(fixtures / "records"),
        ),
        mailboxes={"fixtures": MailboxSettings(kind="files", path=str(fixtures))},
        web=WebSettings(port=port),
    )


def _banner() -> str:
    return f"Demo: the clock was set to {DAY:%d %B %Y}, the mail is invented, nothing is ever sent."


def _from(start: datetime) -> Callable[[], datetime]:
    began = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    if named is not None:
        try:
            named.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{named} cannot be made ({error.strerror}). Name a folder of yours in --desk.") from error
        yield named.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="triage-demo-") as made:
        yield Path(made)


def _open_browser(address: str) -> None:
    try:
        webbrowser.open(address)
    except webbrowser.Error:
        say(f"Open {address} in a browser.")
