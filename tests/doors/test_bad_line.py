"""Over a line that breaks again and again, every mail arrives, whole and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.faulty import bad_line
from triage.doors.imap import Account, ImapMailbox, mailbox
from triage.errors import MailboxError


@pytest.mark.dovecot
@pytest.mark.parametrize("seed", range(4))
def test_every_mail_arrives_once_and_whole(
    server: Dovecot, account: Account, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "backoff", lambda attempt: 0.0)
    monkeypatch.setattr(mailbox, "MAILS_AT_ONCE", 5)
    sent = {uid: b"Subject: %d\r\n\r\n" % uid + b"line of text\r\n" * (uid * 97 % 3000) for uid in range(1, 26)}
    with server.client() as client:
        for raw in sent.values():
            client.append("INBOX", "", None, raw)
    taken: dict[int, bytes] = {}
    with bad_line(server.imaps, seed, most=sum(map(len, sent.values())) // 2) as line:
        inbox = ImapMailbox(replace(account, port=line.port, timeout=0.5))
        for _ in range(200):
            try:
                for found in inbox.fetch(sorted(set(inbox.uids()) - set(taken))):
                    assert found.uid not in taken
                    taken[found.uid] = found.raw
            except MailboxError:
                continue
            if len(taken) == len(sent):
                break
        inbox.close()
    assert len(line.faults) > 1, "the line never broke: this tried nothing"
    assert taken == sent
