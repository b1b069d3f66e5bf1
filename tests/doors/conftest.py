from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import pytest

from tests.servers.dovecot import PASSWORDS, Dovecot
from triage.doors.imap import Account, ImapMailbox
from triage.doors.imap.client import Connection

Open = Callable[..., ImapMailbox]


@pytest.fixture
def server(dovecot: Dovecot) -> Dovecot:
    """Dovecot, with nothing in alice's mailbox."""
    dovecot.empty("alice")
    return dovecot


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return Account("localhost", "alice", lambda: PASSWORDS["alice"], dovecot.imaps, ca_file=dovecot.ca_file, timeout=5)


@pytest.fixture
def connection(server: Dovecot) -> Iterator[Connection]:
    """Logged in as alice over TLS, with INBOX not yet open."""
    made = Connection("localhost", server.imaps, context=ssl.create_default_context(cafile=server.ca_file), timeout=5)
    made.log_in("alice", PASSWORDS["alice"])
    yield made
    made.close_quietly()


@pytest.fixture
def scripted() -> Iterator[Callable[[int], ImapMailbox]]:
    """Opens the INBOX of a scripted server at a port."""
    opened: list[ImapMailbox] = []

    def open_at(port: int, timeout: float = 2) -> ImapMailbox:
        opened.append(ImapMailbox(Account("127.0.0.1", "alice", lambda: "hunter2", port, "none", timeout=timeout)))
        return opened[-1]

    yield open_at
    for mailbox in opened:
        mailbox.close()
