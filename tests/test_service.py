"""`triage run` as one process: it polls by itself, serves the page, writes the digest, and stops when told to."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from triage import service
from triage.cli import main
from triage.errors import ConfigError
from triage.paths import shipped
from triage.settings import load
from triage.wiring import Thinker

MAIL = "From: a@x.example\nSubject: {0}\nMessage-ID: <{0}@x.example>\nDate: Wed, 18 Mar 2026 08:12:00 +0000\n\nHello, {0}.\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "one.eml").write_text(MAIL.format("one"))
    (tmp_path / "triage.toml").write_text(
        '[mailbox.files]\nkind = "files"\npath = "mail"\n[schedule]\npoll_every = 1\n[web]\nport = 0\n'
    )
    return tmp_path


@pytest.fixture
def running(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "triage", "run", "--config", str(home / "triage.toml")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"http://\S+", line):
            break
    yield process, found[0]  # type: ignore[index]
    process.kill()
    process.wait()


def eventually(holds: Callable[[], bool], patience: float = 30) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.1)


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def test_it_polls_serves_and_stops(home: Path, running: tuple[subprocess.Popen[str], str]) -> None:
    process, address = running
    eventually(lambda: "one" in page(address))
    (home / "mail" / "two.eml").write_text(MAIL.format("two"))
    eventually(lambda: "two" in page(address))
    assert "0 unaccounted" in page(address)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_mailbox_that_is_gone_does_not_end_it(home: Path, running: tuple[subprocess.Popen[str], str]) -> None:
    process, address = running
    eventually(lambda: "one" in page(address))
    (home / "mail").rename(home / "elsewhere")
    time.sleep(2.5)
    (home / "elsewhere" / "two.eml").write_text(MAIL.format("two"))
    (home / "elsewhere").rename(home / "mail")
    eventually(lambda: "two" in page(address))
    assert process.poll() is None


def test_the_digest_is_written_once_a_day_from_its_hour_on(home: Path) -> None:
    settings = load(home / "triage.toml")
    early, late = datetime(2026, 3, 20, 7, 59, tzinfo=UTC), datetime(2026, 3, 20, 21, 30, tzinfo=UTC)
    assert service.digest_when_due(settings, early) is None
    written = service.digest_when_due(settings, late)
    assert written is not None
    assert written.name == "2026-03-20.txt"
    assert service.digest_when_due(settings, late) is None
    assert "No case is open" in written.read_text()
    assert "no good news" in written.read_text()


def test_a_digest_that_cannot_be_written_says_where_to_put_it(home: Path) -> None:
    (home / "digests").write_text("a file where the folder would be")
    with pytest.raises(ConfigError, match="digest_folder"):
        service.digest_when_due(load(home / "triage.toml"), datetime(2026, 3, 20, 21, 30, tzinfo=UTC))


def test_the_page_is_never_opened_to_others() -> None:
    with pytest.raises(ConfigError, match="no login"):
        service.refuse_open_address("0.0.0.0")


def test_a_port_that_is_none_is_said() -> None:
    with pytest.raises(ConfigError, match="port 70000"):
        service.listen("127.0.0.1", 70000)


def test_a_taken_port_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (home / "triage.toml").write_text((home / "triage.toml").read_text().replace("port = 0", f"port = {port}"))
        assert main(["run", "--config", str(home / "triage.toml")]) == 1
    assert f"port {port}" in capsys.readouterr().err


def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "triage", "demo", "--no-browser"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    assert any("http://" in line for line in process.stderr)
    assert list(tmp_path.iterdir())
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert not list(tmp_path.iterdir())


def test_changed_records_and_terms_are_taken_up_and_faulty_ones_are_not(home: Path) -> None:
    shutil.copytree(shipped("rules") / "upstash", home / "own")
    shutil.copytree(shipped("mailbox_fixtures") / "records", home / "records")
    with (home / "triage.toml").open("a") as file:
        file.write('[desk]\npack = "own"\nrecords = "records"\n')
    thinker = Thinker(load(home / "triage.toml"))
    pack, reader, accounts = thinker.kit.pack, thinker.reader, thinker.records.accounts
    thinker.refresh()
    assert thinker.kit.pack is pack
    file = home / "records" / "accounts.csv"
    kept = file.read_text().splitlines()
    file.write_text("\n".join([*kept[:1], *kept[2:]]) + "\n")
    for other in ("databases", "bills", "credits", "uptime"):
        (home / "records" / f"{other}.csv").unlink()
    thinker.refresh()
    assert accounts is not None
    assert thinker.records.accounts is not None
    assert len(thinker.records.accounts) == len(accounts) - 1
    (home / "own" / "pack.yaml").write_text("name: [")
    with pytest.raises(ConfigError, match=r"pack\.yaml:2"):
        thinker.refresh()
    assert thinker.kit.pack is pack
    assert thinker.reader is reader


# --- what the operator may break ------------------------------------------------------------------------------------


def test_a_broken_pack_says_file_line_and_remedy(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(shipped("rules") / "upstash", home / "own")
    clauses = home / "own" / "clauses" / "sla.yaml"
    text = clauses.read_text().splitlines()
    spoiled = next(number for number, line in enumerate(text) if "tiers" in line)
    text.insert(spoiled + 1, "  : [")
    clauses.write_text("\n".join(text))
    with (home / "triage.toml").open("a") as file:
        file.write('[desk]\npack = "own"\n')
    assert main(["check", "--config", str(home / "triage.toml")]) == 1
    out = capsys.readouterr().out
    assert re.search(r"wrong  terms: .*sla\.yaml:\d+: ", out)


def test_a_broken_template_says_file_line_and_remedy(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = home / "own" / "replies" / "en"
    own.mkdir(parents=True)
    (own / "closing.j2").write_text("Kind regards,\n{{ desk_nmae }}\n")
    with (home / "triage.toml").open("a") as file:
        file.write('[desk]\ntemplates = "own"\n')
    assert main(["check", "--config", str(home / "triage.toml")]) == 1
    out = capsys.readouterr().out
    assert re.search(r"wrong  templates: .*closing\.j2:2: .*desk_nmae", out)
