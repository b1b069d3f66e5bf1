"""A folder on a real IMAP server, and on servers that misbehave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import Talk, playing
from triage.doors.imap import Account, ImapMailbox, LoginRefused, NoSuchFolder, mailbox
from triage.doors.imap.names import mailbox_name
from triage.errors import MailboxError

Scripted = Callable[..., ImapMailbox]

RECEIVED = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


def mail(subject: str, body: str = "Hello") -> bytes:
    return f"From: dana@northpeak.example\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


@pytest.fixture
def inbox(server: Dovecot, account: Account) -> ImapMailbox:
    return ImapMailbox(account)


pytestmark = pytest.mark.usefixtures("quick_backoff")


@pytest.fixture
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "backoff", lambda attempt: 0.05)


# --- what is there --------------------------------------------------------------------------------------------------


@pytest.mark.dovecot
@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_mails_come_as_they_were_delivered(server: Dovecot, account: Account, security: str) -> None:
    server.deliver(mail("one"), RECEIVED)
    server.deliver(mail("two", "Grüße {5}"), flags="\\Seen $Forwarded")
    port = server.imaps if security == "tls" else server.imap
    inbox = ImapMailbox(replace(account, security=security, port=port))  # type: ignore[arg-type]
    selected = inbox.examine()
    first, second = inbox.fetch(inbox.uids())
    inbox.close()
    assert (selected.exists, selected.uidnext) == (2, 3)
    assert (first.mailbox, first.uid, first.uidvalidity) == ("INBOX", 1, selected.uidvalidity)
    assert (first.raw, first.received_at) == (mail("one"), RECEIVED)
    assert second.raw == mail("two", "Grüße {5}")
    assert {"\\Seen", "$Forwarded"} <= set(second.flags)


@pytest.mark.dovecot
def test_reading_leaves_no_trace(server: Dovecot, inbox: ImapMailbox) -> None:
    server.deliver(mail("one"))
    assert len(list(inbox.fetch_after(0))) == 1
    inbox.close()
    with server.client() as client:
        client.select("INBOX")
        assert client.search(None, "UNSEEN") == ("OK", [b"1"])
        assert client.search(None, "RECENT") == ("OK", [b"1"])


@pytest.mark.dovecot
def test_empty_mailbox(inbox: ImapMailbox) -> None:
    assert inbox.examine().exists == 0
    assert inbox.uids() == []
    assert list(inbox.fetch_after(0)) == []
    assert list(inbox.fetch([])) == []


@pytest.mark.dovecot
def test_after_the_last_there_is_nothing(server: Dovecot, inbox: ImapMailbox) -> None:
    for subject in ("one", "two", "three"):
        server.deliver(mail(subject))
    assert [found.uid for found in inbox.fetch_after(1)] == [2, 3]
    assert list(inbox.fetch_after(3)) == []


@pytest.mark.dovecot
def test_mails_that_are_gone_are_left_out(server: Dovecot, inbox: ImapMailbox) -> None:
    for number in range(4):
        server.deliver(mail(str(number)))
    wanted = inbox.uids()
    with server.client() as client:
        client.select("INBOX")
        client.uid("STORE", "1,3", "+FLAGS", "(\\Deleted)")
        client.expunge()
    assert [found.uid for found in inbox.fetch(wanted)] == [2, 4]
    assert inbox.uids() == [2, 4]
    assert inbox.examine().exists == 2


def test_unchanged_mailbox_is_not_searched_again(scripted: Scripted) -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.answer("SEARCH", "* SEARCH 1")
        talk.answer("NOOP", "* 1 FETCH (FLAGS (\\Seen))")
        talk.answer("NOOP")
        talk.answer("NOOP", "* 2 EXISTS")
        talk.open_inbox(exists=2)
        talk.answer("SEARCH", "* SEARCH 1 2")
        talk.answer("NOOP", "* 1 EXPUNGE")
        talk.open_inbox(exists=1)
        talk.answer("SEARCH", "* SEARCH 2")

    with playing(script) as server:
        inbox = scripted(server.port)
        assert inbox.uids() == [1]
        assert inbox.examine().exists == 1
        assert inbox.uids() == [1]
        assert inbox.uids() == [1, 2]
        assert inbox.uids() == [2]


def test_server_that_says_nothing_has_changed_is_not_believed_for_ever(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "TRUST_FOR", 0)

    def script(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.answer("SEARCH", "* SEARCH 1")
        talk.open_inbox(exists=2)
        talk.answer("SEARCH", "* SEARCH 1 2")

    with playing(script) as server:
        inbox = scripted(server.port)
        assert [inbox.uids(), inbox.uids()] == [[1], [1, 2]]


@pytest.mark.dovecot
def test_large_mails_come_alone_and_whole(server: Dovecot, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "LARGE", 5_000)
    sent = [mail(str(number), "x" * size) for number, size in enumerate((10, 200_000, 9_000, 3_000, 10))]
    for raw in sent:
        server.deliver(raw)
    assert [found.raw for found in inbox.fetch_after(0)] == sent


@pytest.mark.dovecot
def test_one_mailbox_may_be_used_by_several_threads(server: Dovecot, inbox: ImapMailbox) -> None:
    sent = {number: mail(str(number)) for number in range(1, 31)}
    for raw in sent.values():
        server.deliver(raw)
    wrong: list[int] = []

    def ask() -> None:
        for uid, raw in sent.items():
            wrong.extend(uid for found in inbox.fetch([uid]) if found.raw != raw)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- folders --------------------------------------------------------------------------------------------------------


@pytest.mark.dovecot
@pytest.mark.parametrize("folder", ["My Folder", "Kunden/Störungen", 'say "hi" \\ & go', "日本語", "(x) {3}"])
def test_folder_of_any_name(server: Dovecot, account: Account, folder: str) -> None:
    written = mailbox_name(folder)
    with server.client() as client:
        assert client.create(written)[0] == "OK"
        client.append(written, "", None, mail(folder))
    found = ImapMailbox(account, folder)
    assert [mail.raw for mail in found.fetch_after(0)] == [mail(folder)]
    assert found.name == folder
    assert folder in found.folders()


@pytest.mark.dovecot
def test_folder_by_its_use(server: Dovecot, account: Account) -> None:
    server.deliver(mail("win a car"), folder="Spam")
    assert len(ImapMailbox(account, "\\Junk").uids()) == 1


@pytest.mark.dovecot
def test_folder_that_does_not_exist(server: Dovecot, account: Account) -> None:
    with pytest.raises(NoSuchFolder, match=r"folder Suport.*Drafts, .*INBOX"):
        ImapMailbox(account, "Suport").examine()


@pytest.mark.dovecot
def test_folder_name_cannot_carry_a_command(server: Dovecot, account: Account) -> None:
    with pytest.raises(NoSuchFolder):
        ImapMailbox(account, 'x"\r\nZ1 DELETE Spam').examine()
    assert ImapMailbox(account, "Spam").examine().exists == 0


# --- news -----------------------------------------------------------------------------------------------------------


@pytest.mark.dovecot
def test_wakes_up_to_a_new_mail(server: Dovecot, inbox: ImapMailbox) -> None:
    before = inbox.examine()
    threading.Timer(0.2, server.deliver, [mail("news")]).start()
    began = time.monotonic()
    assert inbox.wait(20) is True
    assert time.monotonic() - began < 2  # Dovecot itself tells it half a second late
    after = inbox.examine()
    assert (before.exists, after.exists) == (0, 1)
    assert [found.raw for found in inbox.fetch(inbox.uids())] == [mail("news")]


@pytest.mark.dovecot
def test_waiting_ends_in_time(inbox: ImapMailbox) -> None:
    began = time.monotonic()
    assert inbox.wait(0.5) is False
    assert time.monotonic() - began < 2.5


@pytest.mark.dovecot
def test_mail_that_came_between_look_and_wait_is_news(server: Dovecot, inbox: ImapMailbox) -> None:
    inbox.examine()
    server.deliver(mail("quick"))
    began = time.monotonic()
    assert inbox.wait(20) is True
    assert time.monotonic() - began < 2


@pytest.mark.dovecot
def test_closing_ends_a_wait(inbox: ImapMailbox) -> None:
    inbox.examine()
    threading.Timer(0.3, inbox.close).start()
    began = time.monotonic()
    assert inbox.wait(20) is False
    assert time.monotonic() - began < 3
    with pytest.raises(MailboxError, match="closed"):
        inbox.examine()


@pytest.mark.dovecot
def test_idle_is_renewed(server: Dovecot, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "IDLE_RENEWAL", 0.3)
    inbox.examine()
    threading.Timer(0.7, server.deliver, [mail("late")]).start()
    assert inbox.wait(10) is True


def test_without_idle_it_asks(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "NOOP_EVERY", 0.05)

    def script(talk: Talk) -> None:
        talk.let_in("IMAP4rev1")
        talk.open_inbox()
        talk.answer("NOOP")
        talk.answer("NOOP", "* 2 EXISTS")

    with playing(script) as server:
        assert scripted(server.port).wait(5) is True


def test_refused_idle_is_not_asked_for_again(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "NOOP_EVERY", 0.05)

    def script(talk: Talk) -> None:
        talk.let_in("IMAP4rev1 IDLE")
        talk.open_inbox()
        talk.answer("IDLE", result="NO not now")
        talk.answer("NOOP")
        talk.answer("NOOP", "* 2 EXISTS")

    with playing(script) as server:
        assert scripted(server.port).wait(5) is True


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.dovecot
def test_wrong_password(server: Dovecot, account: Account) -> None:
    with pytest.raises(LoginRefused, match=r"refuses the login of alice.*Check user and password") as caught:
        ImapMailbox(replace(account, secret=lambda: "hunter2")).examine()
    assert "hunter2" not in str(caught.value) + repr(account)


@pytest.mark.dovecot
def test_access_token(server: Dovecot, account: Account) -> None:
    server.access_tokens["good"] = "alice"
    asked: list[str] = []

    def token() -> str:
        asked.append("token")
        return "good"

    inbox = ImapMailbox(replace(account, auth="oauth", secret=token))
    assert inbox.examine().exists == 0
    assert asked == ["token"]
    with pytest.raises(LoginRefused, match="access token"):
        ImapMailbox(replace(account, auth="oauth", secret=lambda: "stale")).examine()


@pytest.mark.parametrize(
    ("capabilities", "mechanism", "first"),
    [
        ("IMAP4rev1 AUTH=XOAUTH2", "XOAUTH2", b"user=alice\1auth=Bearer hunter2\1\1"),
        ("IMAP4rev1 AUTH=XOAUTH2 AUTH=OAUTHBEARER", "OAUTHBEARER", b"n,a=alice,\1host="),
    ],
)
def test_refused_token_shows_no_token(capabilities: str, mechanism: str, first: bytes) -> None:
    import base64

    said: list[bytes] = []

    def script(talk: Talk) -> None:
        talk.greet(capabilities)
        tag = talk.expect(f"AUTHENTICATE {mechanism}")
        talk.send("+ \r\n")
        said.append(base64.b64decode(talk.line()))
        talk.send("+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
        said.append(base64.b64decode(talk.line()))
        talk.send(f"{tag} NO [AUTHENTICATIONFAILED] no\r\n")

    with playing(script) as server:
        refused = Account("127.0.0.1", "alice", lambda: "hunter2", server.port, "none", "oauth", timeout=2)
        with pytest.raises(LoginRefused) as caught:
            ImapMailbox(refused).examine()
    assert said[0].startswith(first)
    assert said[1] in {b"", b"\1"}
    assert "hunter2" not in str(caught.value)


def test_server_that_repeats_the_password(scripted: Scripted) -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        talk.answer("LOGIN", result="NO alice/hunter2 is wrong")

    with playing(script) as server, pytest.raises(LoginRefused) as caught:
        scripted(server.port).examine()
    assert "hunter2" not in str(caught.value)


def test_password_in_clear_goes_to_this_machine_only() -> None:
    with pytest.raises(MailboxError, match="in clear"):
        ImapMailbox(Account("192.0.2.1", "alice", lambda: "secret", security="none")).examine()


@pytest.mark.dovecot
def test_certificate_that_is_not_trusted_says_what_to_do(server: Dovecot, account: Account) -> None:
    with pytest.raises(MailboxError, match=r"not trusted.*ca_file"):
        ImapMailbox(replace(account, ca_file=None)).examine()


@pytest.mark.dovecot
def test_certificate_of_another_host_says_so(tmp_path: Path, account: Account) -> None:
    import ssl

    authority = Authority(tmp_path)
    made = authority.issue("other", "DNS:imap.other.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.cert, made.key)
    with playing(Talk.greet, context=context) as server, pytest.raises(MailboxError, match="is for another host"):
        ImapMailbox(replace(account, port=server.port, ca_file=authority.ca.cert)).examine()


@pytest.mark.dovecot
def test_wrong_port_says_so(server: Dovecot, account: Account) -> None:
    with pytest.raises(MailboxError, match="does not speak TLS"):
        ImapMailbox(replace(account, port=server.imap)).examine()
    with pytest.raises(MailboxError, match="accepts no connection"):
        ImapMailbox(replace(account, port=1)).examine()


def test_unknown_host_says_so(account: Account) -> None:
    with pytest.raises(MailboxError, match="not known"):
        ImapMailbox(replace(account, host="imap.invalid")).examine()


def test_starttls_that_is_not_offered_ends_there(account: Account) -> None:
    with playing(Talk.greet) as server, pytest.raises(MailboxError, match=r"offers no STARTTLS\. Use security tls"):
        ImapMailbox(replace(account, host="127.0.0.1", port=server.port, security="starttls")).examine()


def test_server_that_lets_in_before_starttls_is_not_believed(account: Account) -> None:
    def script(talk: Talk) -> None:
        talk.send("* PREAUTH welcome\r\n")
        talk.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS")

    with playing(script) as server, pytest.raises(MailboxError, match="Use security tls"):
        ImapMailbox(replace(account, host="127.0.0.1", port=server.port, security="starttls")).examine()


def test_ca_file_that_is_missing(account: Account, tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="ca_file"):
        ImapMailbox(replace(account, ca_file=tmp_path / "no.pem")).examine()


@pytest.mark.dovecot
def test_restarted_server_is_found_again(server: Dovecot, inbox: ImapMailbox) -> None:
    server.deliver(mail("one"))
    assert inbox.uids() == [1]
    server.stop()
    server.start()
    server.deliver(mail("two"))
    assert [found.uid for found in inbox.fetch_after(1)] == [2]


@pytest.mark.parametrize("farewell", ["* BYE shutting down\r\n", "* 1 FETCH (UID 1 BODY[] {5}\r\nab", ""])
def test_connection_lost_in_the_midst_of_a_mail(scripted: Scripted, farewell: str) -> None:
    def cut(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.expect("BODY.PEEK[]")
        talk.send(farewell)

    def whole(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.answer("BODY.PEEK[]", "* 1 FETCH (UID 1 BODY[] {5}\r\nabcde)")

    with playing(cut, whole) as server:
        assert [found.raw for found in scripted(server.port).fetch([1])] == [b"abcde"]


def test_folder_renumbered_while_the_connection_was_lost(scripted: Scripted) -> None:
    def before(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox(uidvalidity=7)
        talk.expect("BODY.PEEK[]")

    def after(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox(uidvalidity=8)
        talk.answer("NOOP")

    with playing(before, after) as server:
        inbox = scripted(server.port)
        with pytest.raises(MailboxError, match="renumbered"):
            list(inbox.fetch([1]))
        assert inbox.examine().uidvalidity == 8


def test_mail_that_the_server_cannot_hand_out_stops_no_other(scripted: Scripted) -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.answer("LARGER", "* SEARCH")
        talk.answer("FETCH 1:3", "* 1 FETCH (UID 1 BODY[] {3}\r\none)", result="NO [SERVERBUG] broken")
        talk.answer("FETCH 2 ", result="NO [SERVERBUG] broken")
        talk.answer("FETCH 3 ", "* 3 FETCH (UID 3 BODY[] {3}\r\nthr)")

    with playing(script) as server:
        inbox = scripted(server.port)
        assert [found.uid for found in inbox.fetch([1, 2, 3])] == [1, 3]
        assert inbox.unreadable == {2: "[SERVERBUG] broken."}


def test_server_that_throttles_is_left_in_peace(scripted: Scripted) -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.answer("LARGER", "* SEARCH")
        talk.answer("FETCH 1:3", result="NO [THROTTLED] too fast")
        assert talk.line().endswith(b"LOGOUT")

    with playing(script) as server:
        inbox = scripted(server.port)
        with pytest.raises(MailboxError, match="THROTTLED"):
            list(inbox.fetch([1, 2, 3]))
        inbox.close()


@pytest.mark.parametrize("words", ["[UNAVAILABLE] backend is down", "[INUSE] locked", "[THROTTLED] too fast"])
def test_server_that_is_busy_is_asked_later(scripted: Scripted, words: str) -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.answer("EXAMINE", result=f"NO {words}")

    with playing(script) as server, pytest.raises(MailboxError, match="The next poll tries again") as caught:
        scripted(server.port).examine()
    assert not isinstance(caught.value, NoSuchFolder)


def test_half_open_connection_is_noticed(scripted: Scripted) -> None:
    def dead(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.say_nothing()

    def alive(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.answer("SEARCH", "* SEARCH 1")

    with playing(dead, alive) as server:
        inbox = scripted(server.port, timeout=0.5)
        inbox.examine()
        assert inbox.uids() == [1]
