"""The review page over a desk with a few cases, in this process and as a real server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from tests.desk.conftest import NOON, decision
from triage.desk.cases import Desk
from triage.desk.store import MailboxRow, Store
from triage.model import Decision
from triage.paths import shipped
from triage.web.app import make_app


def fill(database: Path, *decisions: Decision) -> None:
    with Store(database) as store:
        desk = Desk(store)
        for number, made in enumerate(decisions):
            desk.receive(store.keep(b"raw mail %d" % number), 10, made, NOON)
        store.note_poll(MailboxRow("support", 1, NOON, len(decisions), 0))


def app_over(database: Path) -> Starlette:
    @contextlib.contextmanager
    def open_desk() -> Iterator[Desk]:
        with Store(database) as store:
            yield Desk(store)

    templates = shipped("templates") / "web"
    about = {"zone": ZoneInfo("UTC"), "desk_name": "Upstash Support", "actor": "ada", "address": "support@upstash.com"}
    return make_app(open_desk, lambda: NOON, templates, **about)  # type: ignore[arg-type]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "desk.db"
    fill(path, decision("Credit for March"), decision("Unsure", doubt="It may be two matters."))
    return path


@pytest.fixture
def address(database: Path) -> Iterator[str]:
    """The page served by a real uvicorn on a free port."""
    import socket

    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app_over(database), log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
