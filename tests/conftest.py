"""The real servers that tests may ask for, each started once a session and only when a test wants it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers import dovecot as dovecot_server
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer, running_smtp_server

SKIP_SERVERS = os.environ.get("TRIAGE_SKIP_SERVERS") == "1"


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A private Dovecot on loopback. Its absence is a failure: mail intake that was tried on no real server is not tested."""
    if SKIP_SERVERS:
        pytest.skip("TRIAGE_SKIP_SERVERS=1: not tried on a real mail server")
    if not dovecot_server.is_installed():
        pytest.fail(
            "Dovecot is not installed: run scripts/install-test-parts, or set TRIAGE_SKIP_SERVERS=1 to do without."
        )
    with dovecot_server.running_dovecot() as server:
        yield server


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """An SMTP server on loopback that keeps what it is given."""
    with running_smtp_server() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SKIP_SERVERS:
        terminalreporter.write_line(
            "TRIAGE_SKIP_SERVERS=1: NOTHING WAS TRIED ON A REAL MAIL SERVER", red=True, bold=True
        )
