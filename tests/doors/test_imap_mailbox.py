"""A mailbox on a real IMAP server."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import Dovecot
from triage.doors.imap import Account, ImapMailbox

pytestmark = pytest.mark.dovecot


def test_a_mail_comes_as_it_was_delivered(dovecot: Dovecot) -> None:
    dovecot.empty()
    raw = b"Subject: hi\r\n\r\nHello\r\n"
    dovecot.deliver(raw)
    mailbox = ImapMailbox(Account("localhost", "alice", lambda: "secret", dovecot.imaps, ca_file=dovecot.ca_file))
    assert [mail.raw for mail in mailbox.fetch(mailbox.uids())] == [raw]
    mailbox.close()
