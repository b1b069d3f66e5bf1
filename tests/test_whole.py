"""The whole path on the shipped mailbox: from files and from a real IMAP server, in one go and after being killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from triage import service, wiring
from triage.commands.demo import DAY, demo_settings
from triage.desk.states import State
from triage.mail import parse
from triage.paths import shipped
from triage.settings import MailboxSettings, Settings
from triage.wiring import Thinker

MAILS = sorted((shipped("mailbox_fixtures") / "new").iterdir())


@pytest.fixture(scope="module")
def thinker(tmp_path_factory: pytest.TempPathFactory) -> Thinker:
    return Thinker(demo_settings(tmp_path_factory.mktemp("thinker")))


def poll_all(settings: Settings, thinker: Thinker) -> None:
    for name, box in settings.mailboxes.items():
        result = service.poll_mailbox(name, box, settings, thinker, lambda: DAY)
        assert result.unaccounted == 0


def cases(settings: Settings) -> list[str]:
    """What the desk holds, without what may differ between two mailboxes: the cases' numbers and the mailbox's name."""
    with wiring.open_desk(settings) as desk:
        seen = []
        for row in desk.queue(State):
            case = desk.case(row.id)
            message, reading = case.decision.message, case.decision.reading
            dated = any(name.lower() in {"received", "date"} for name, _ in message.headers)  # else: when it was seen
            about = {
                "state": row.state,
                "subject": row.subject,
                "sender": row.sender,
                "received": dated and row.received_at.isoformat(),
                "due": dated and row.due_at and row.due_at.isoformat(),
                "kinds": row.kinds,
                "rights": row.rights,
                "facts": [
                    repr(f) for f in (*reading.account, *reading.resources, *reading.regions, *reading.incidents)
                ],
                "verdict": case.decision.assessment and case.decision.assessment.outcome,
                "draft": case.draft and case.draft.text,
            }
            seen.append(json.dumps(about, default=str, sort_keys=True))
    return sorted(seen)


def test_a_mail_that_says_no_time_runs_from_when_it_was_seen(tmp_path: Path, thinker: Thinker) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "bare.eml").write_text("Subject: hello\n\nPlease call me.\n")
    future = "Subject: later\nDate: Mon, 1 Jan 2046 00:00:00 +0000\n\nPlease call me.\n"
    (tmp_path / "mail" / "future.eml").write_text(future)
    settings = Settings(folder=tmp_path, mailboxes={"m": MailboxSettings(kind="files", path="mail")})
    poll_all(settings, thinker)
    with wiring.open_desk(settings) as desk:
        assert [row.received_at for row in desk.queue()] == [DAY, DAY]


def test_each_mail_of_the_fixtures_is_one_case(tmp_path: Path, thinker: Thinker) -> None:
    settings = demo_settings(tmp_path)
    poll_all(settings, thinker)
    once = cases(settings)
    poll_all(settings, thinker)
    assert cases(settings) == once
    assert len(once) == len(MAILS)


@pytest.mark.dovecot
def test_files_and_a_real_imap_server_give_the_same_cases(tmp_path: Path, thinker: Thinker, dovecot: Dovecot) -> None:
    from_files = demo_settings(tmp_path / "files")
    poll_all(from_files, thinker)
    dovecot.empty()
    for path in MAILS:
        raw = path.read_bytes()
        dovecot.deliver(raw, max(parse(raw, source=path.name).received_at, datetime(2026, 1, 1, tzinfo=UTC)))
    (tmp_path / "imap").mkdir()
    box = MailboxSettings(
        host="localhost", port=dovecot.imaps, user="alice", secret_in_clear="secret", ca_file=str(dovecot.ca_file)
    )
    base = demo_settings(tmp_path / "imap")
    from_imap = Settings(folder=base.folder, desk=base.desk, mailboxes={"imap": box})
    poll_all(from_imap, thinker)
    assert cases(from_imap) == cases(from_files)


def test_the_program_killed_anywhere_and_started_again(tmp_path: Path, thinker: Thinker) -> None:
    whole = demo_settings(tmp_path / "whole")
    poll_all(whole, thinker)
    fixtures = shipped("mailbox_fixtures")
    (tmp_path / "triage.toml").write_text(
        f'[desk]\nname = "{whole.desk.name}"\naddress = "{whole.desk.address}"\nauthserv = "{whole.desk.authserv}"\nrecords = "{fixtures / "records"}"\n'
        f'[mailbox.fixtures]\nkind = "files"\npath = "{fixtures}"\n'
    )
    command = [sys.executable, "-m", "triage", "poll", "--config", str(tmp_path / "triage.toml")]
    for mails_before_the_kill in kill_points():
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for_mails(tmp_path / "desk-mail", mails_before_the_kill, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    from triage.settings import load

    assert cases(load(tmp_path / "triage.toml")) == cases(whole)


def kill_points() -> Iterator[int]:
    yield from (1, 7, 20, len(MAILS) // 2, len(MAILS) - 1)


def wait_for_mails(folder: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if sum(1 for _ in folder.glob("*/*.eml")) >= count:
            return
        time.sleep(0.002)
