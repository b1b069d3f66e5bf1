"""The long-running process: polls on a schedule, writes the morning digest, serves the review page."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

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
    refuse_open_address(settings.web.host)
    thinker = Thinker(settings)
    plan = schedule.Scheduler()

    def poll_all() -> None:
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
        serve(settings, thinker, clock, say)
    finally:
        stop.set()
        worker.join(timeout=settings.schedule.poll_every)
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
    *,
    banner: str = "",
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the review page until SIGINT or SIGTERM. ready: called with the address once it answers."""
    import getpass

    import uvicorn

    from triage.web.app import make_app

    refuse_open_address(settings.web.host)
    listener = _listen(settings.web.host, settings.web.port)
    host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
    address = f"http://{host}:{listener.getsockname()[1]}/"
    app = make_app(
        lambda: wiring.open_desk(settings, thinker.finish),
        clock,
        shipped("templates") / "web",
        zone=settings.zone,
        desk_name=settings.desk.name,
        actor=getpass.getuser(),
        address=settings.desk.address,
        banner=banner,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False))
    say(f"The review page is at {address} (Ctrl-C stops)")
    if ready is not None:
        ready(address)  # the socket listens already: a browser that comes now is answered in a moment
    server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
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
