"""The long-running process: polls on a schedule, writes the morning digest, serves the review page."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import schedule

from triage import wiring
from triage.desk.intake import Poll, Progress, poll
from triage.digest import as_text, digest_of
from triage.errors import ConfigError, MailboxError, StoreError
from triage.paths import shipped
from triage.settings import MailboxSettings, Settings
from triage.wiring import Clock, Thinker

log = logging.getLogger(__name__)
Say = Callable[[str], None]


def need_mailboxes(settings: Settings) -> None:
    """Raises ConfigError when no mailbox is set."""
    if not settings.mailboxes:
        raise ConfigError(
            "[mailbox]", "no mailbox is set.", "Add a section [mailbox.support]; `triage init` shows one."
        )


def poll_mailbox(
    name: str,
    box: MailboxSettings,
    settings: Settings,
    thinker: Thinker,
    clock: Clock,
    progress: Progress | None = None,
) -> Poll:
    """One poll of one mailbox, on connections of its own. Raises MailboxError, StoreError."""
    mailbox = wiring.open_mailbox(name, box, settings)
    try:
        with wiring.open_desk(settings) as desk:
            return poll(mailbox, desk, thinker.consider, thinker.unreadable, clock, progress)
    finally:
        mailbox.close()


def digest_when_due(settings: Settings, now: datetime) -> Path | None:
    """Write the digest of the desk's day once its local time has come; None while it has not, or when it is written.

    Asked every minute, so that a day after downtime or a change of the clock is caught up once and never doubled.
    """
    local = now.astimezone(settings.zone)
    target = settings.path(settings.schedule.digest_folder) / f"{local.date().isoformat()}.txt"
    if local.strftime("%H:%M") < settings.schedule.digest_at or target.exists():
        return None
    with wiring.open_desk(settings) as desk:
        report = digest_of(desk.queue(), desk.store.mailboxes(), local.date(), settings.zone)
    text = as_text(report, shipped("templates") / "digest")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        what = f"the digest cannot be written to {target} ({error.strerror})."
        raise ConfigError("[schedule]", what, "Name a folder of yours in digest_folder.") from error
    return target


def run(settings: Settings, clock: Clock, say: Say) -> int:
    """Poll now and then on a schedule, until the page's server is told to stop. One fault never ends it."""
    need_mailboxes(settings)
    end_on_sigterm()
    listener = listen(settings.web.host, settings.web.port)
    thinker = Thinker(settings)
    plan = schedule.Scheduler()

    def poll_all() -> None:
        try:
            thinker.refresh()
        except (ConfigError, StoreError) as error:
            say(f"A change was not taken up, the desk goes on with what it had: {error}")
        for name, box in settings.mailboxes.items():
            try:
                result = poll_mailbox(name, box, settings, thinker, clock)
            except (MailboxError, StoreError, ConfigError) as error:
                say(f"{name}: {error}")
                continue
            if result.taken or result.unaccounted:
                say(f"{name}: {result.taken} new mails, {result.cases} cases, {result.unaccounted} unaccounted")

    def write_digest() -> None:
        try:
            digest_when_due(settings, clock())
        except (ConfigError, StoreError) as error:
            say(str(error))

    plan.every(settings.schedule.poll_every).seconds.do(poll_all)
    if settings.schedule.digest_folder:
        plan.every().minute.do(write_digest)
    stop = threading.Event()
    worker = threading.Thread(target=_keep_time, args=(plan, poll_all, stop), name="schedule", daemon=True)
    worker.start()
    try:
        serve(settings, thinker, clock, say, listener)
    finally:
        stop.set()
        worker.join(timeout=5)  # a poll under way is safe to leave anywhere
    return 0


def _keep_time(plan: schedule.Scheduler, first: Callable[[], None], stop: threading.Event) -> None:
    jobs: list[Callable[[], None]] = [first]
    while not stop.is_set():
        for job in jobs:
            try:
                job()
            except Exception:  # the schedule outlives whatever one of its jobs does
                log.exception("A scheduled job failed; the schedule goes on.")
        jobs = [plan.run_pending]
        stop.wait(1)


def refuse_open_address(host: str) -> None:
    """Raises ConfigError for an address that others could reach: the page has no login yet."""
    if host not in {"127.0.0.1", "::1", "localhost"}:
        remedy = 'Write host = "127.0.0.1" and put a proxy with a login before it.'
        raise ConfigError("[web]", f"the review page has no login and would be open to others on {host}.", remedy)


def serve(
    settings: Settings,
    thinker: Thinker,
    clock: Clock,
    say: Say,
    listener: socket.socket,
    *,
    banner: str = "",
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the review page until SIGINT or SIGTERM. ready: called with the address once it answers."""
    from triage.web.app import make_app

    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    app = make_app(
        lambda: wiring.open_desk(settings, thinker.finish),
        clock,
        shipped("templates") / "web",
        zone=settings.zone,
        desk_name=settings.desk.name,
        actor=_who(),
        address=settings.desk.address,
        banner=banner,
    )
    server = _server(app)
    say(f"The review page is at {address} (Ctrl-C stops)")
    if ready is not None:
        ready(address)  # the socket listens already: a browser that comes now is answered in a moment
    server.run(sockets=[listener])


def end_on_sigterm() -> None:
    """From here on SIGTERM ends the program as reaching its end does: what was opened is closed, what was made is removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def _server(app: Any) -> Any:
    """uvicorn, which ends on SIGINT and SIGTERM and leaves what comes after to us, instead of raising the signal again."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    return Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False))


def _who() -> str:
    """Who decides on the page: the user that the server runs as, until the page has a login."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "desk user"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens for the review page. Raises ConfigError for an address that others reach or a taken port."""
    refuse_open_address(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        remedy = "Write another port, or port = 0 for a free one."
        raise ConfigError("[web]", f"port {port} on {host} cannot be used ({error}).", remedy) from error
    listener.listen(128)
    return listener
