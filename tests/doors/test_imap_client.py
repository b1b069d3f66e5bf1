"""One test for each way in which imaplib2 3.6, as it comes, hangs, leaks or trusts too much."""

from __future__ import annotations

import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.certificates import Authority
from tests.servers.dovecot import PASSWORDS, Dovecot
from tests.servers.scripted import Talk, playing
from triage.doors.imap.client import Connection
from triage.doors.imap.wire import Splitter

HALF_A_MEGABYTE = b"Subject: long\r\n\r\n" + b"all work and no play\r\n" * 25_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def plain(port: int, timeout: float = 2) -> Connection:
    return Connection("127.0.0.1", port, context=None, timeout=timeout)


def server_context(authority: Authority, name: str, names: str) -> ssl.SSLContext:
    made = authority.issue(name, names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.cert, made.key)
    return context


@pytest.fixture
def no_threads_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + 2
    while (left := set(threading.enumerate()) - before) and time.monotonic() < end:
        time.sleep(0.01)
    assert not left


# --- TLS ------------------------------------------------------------------------------------------------------------


def test_certificate_that_nobody_vouches_for_is_refused(authority: Authority, no_threads_left: None) -> None:
    with (
        playing(Talk.greet, context=server_context(authority, "mine", "DNS:localhost")) as server,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        Connection("localhost", server.port, context=ssl.create_default_context(), timeout=2)


def test_certificate_for_another_host_is_refused(authority: Authority) -> None:
    trusting = ssl.create_default_context(cafile=authority.ca.cert)
    with (
        playing(Talk.greet, context=server_context(authority, "other", "DNS:imap.other.example")) as server,
        pytest.raises(ssl.SSLCertVerificationError, match="mismatch"),
    ):
        Connection("localhost", server.port, context=trusting, timeout=2)


@pytest.mark.dovecot
def test_starttls_verifies_too(server: Dovecot, no_threads_left: None) -> None:
    connection = Connection("localhost", server.imap, context=None, timeout=2)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.start_tls(ssl.create_default_context())
    connection.close_quietly()


@pytest.mark.dovecot
def test_starttls_works_every_time(server: Dovecot, no_threads_left: None) -> None:
    context = ssl.create_default_context(cafile=server.ca_file)
    for _ in range(60):
        connection = Connection("localhost", server.imap, context=None, timeout=5)
        connection.start_tls(context)
        connection.log_in("alice", PASSWORDS["alice"])
        assert connection.select("INBOX", readonly=True)[0] == "OK"
        connection.close_quietly()


def test_starttls_that_is_not_offered_is_not_done_without(no_threads_left: None) -> None:
    with playing(Talk.greet) as server:
        connection = plain(server.port)
        with pytest.raises(Connection.error, match="offers no STARTTLS"):
            connection.start_tls(ssl.create_default_context())
        connection.close_quietly()


def test_starttls_refused_leaves_nothing_behind(no_threads_left: None) -> None:
    def script(talk: Talk) -> None:
        talk.greet("IMAP4rev1 STARTTLS")
        talk.answer("STARTTLS", result="NO not today")

    with playing(script) as server:
        connection = plain(server.port)
        with pytest.raises(Connection.error, match="not today"):
            connection.start_tls(ssl.create_default_context())
        connection.close_quietly()


def test_answers_slipped_in_before_tls_are_noticed() -> None:
    def script(talk: Talk) -> None:
        talk.greet("IMAP4rev1 STARTTLS")
        tag = talk.expect("STARTTLS")
        talk.send(f"{tag} OK go on\r\n* CAPABILITY IMAP4rev1 AUTH=EVIL\r\n")

    with playing(script) as server:
        connection = plain(server.port)
        with pytest.raises(Connection.error, match="meddles"):
            connection.start_tls(ssl.create_default_context())
        connection.close_quietly()


# --- time -----------------------------------------------------------------------------------------------------------


def test_mute_server_is_given_up(no_threads_left: None) -> None:
    with playing(Talk.say_nothing) as server:
        began = time.monotonic()
        with pytest.raises(Connection.abort, match="not answered"):
            plain(server.port, timeout=0.5)
        assert time.monotonic() - began < 1.5


def test_mute_tls_port_is_given_up(no_threads_left: None) -> None:
    with playing(Talk.say_nothing) as server, pytest.raises(TimeoutError):
        Connection("127.0.0.1", server.port, context=ssl.create_default_context(), timeout=0.5)


def test_server_that_accepts_nobody_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:  # fills the queue, so that the next one waits for its turn
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        with pytest.raises(TimeoutError):
            plain(port, timeout=0.5)
        for client in waiting:
            client.close()


def test_timeout_counts_from_the_command() -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        tag = talk.expect("NOOP")
        time.sleep(0.6)
        talk.send(f"{tag} OK\r\n")

    with playing(script) as server:
        connection = plain(server.port, timeout=1)
        connection.log_in("alice", "x")
        time.sleep(0.7)  # the server is quiet because nothing was asked of it
        assert connection.noop()[0] == "OK"
        connection.close_quietly()


def test_slow_literal_is_no_silence() -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        tag = talk.expect("FETCH")
        talk.send("* 1 FETCH (UID 1 BODY[] {6000}\r\n")
        for _ in range(6):
            talk.send(b"x" * 1000)
            time.sleep(0.3)
        talk.send(f")\r\n{tag} OK\r\n")

    with playing(script) as server:
        connection = plain(server.port, timeout=1.2)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        typ, data = connection.uid("FETCH", "1", "(BODY.PEEK[])")
        assert (typ, data[0][1]) == ("OK", b"x" * 6000)
        connection.close_quietly()


def test_answer_that_trickles_without_end_is_given_up() -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.expect("NOOP")
        while True:
            talk.send("x")
            time.sleep(0.02)

    with playing(script) as server:
        connection = plain(server.port, timeout=0.1)
        connection.log_in("alice", "x")
        with pytest.raises(Connection.abort, match="too slowly"):
            connection.noop()
        connection.close_quietly()


def test_large_mail_of_one_line_is_no_slower() -> None:
    body = b"x" * (16 << 20)

    def script(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        tag = talk.expect("FETCH")
        talk.send(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % len(body))
        talk.send(body)
        talk.send(f")\r\n{tag} OK\r\n")

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        began = time.monotonic()
        _, data = connection.uid("FETCH", "1", "(BODY.PEEK[])")
        assert time.monotonic() - began < 2  # as it comes, imaplib2 takes more than that by the square of the size
        assert data[0][1] == body
        connection.close_quietly()


def test_command_given_to_a_dead_connection_is_told_so() -> None:
    with playing(Talk.let_in) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        time.sleep(0.2)  # the server has gone meanwhile
        with pytest.raises(Connection.abort):
            connection.noop()
        connection.close_quietly()


def test_requests_pushed_after_the_end_are_answered() -> None:
    with playing(Talk.let_in) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        connection.inth.join(2)
        with pytest.raises(Connection.abort):
            connection._request_push(name="NOOP").get_response()
        connection.close_quietly()


# --- IDLE -----------------------------------------------------------------------------------------------------------


@pytest.mark.dovecot
def test_idle_takes_fractions_of_a_second(connection: Connection) -> None:
    connection.select("INBOX", readonly=True)
    began = time.monotonic()
    assert connection.idle(0.5) is False
    assert time.monotonic() - began < 2


@pytest.mark.dovecot
def test_idle_tells_news_from_the_end_of_time(server: Dovecot, connection: Connection) -> None:
    connection.select("INBOX", readonly=True)
    threading.Timer(0.2, server.deliver, [b"Subject: news\r\n\r\n"]).start()
    began = time.monotonic()
    assert connection.idle(8) is True
    assert time.monotonic() - began < 3
    assert connection.noop()[0] == "OK"


def test_news_before_the_server_idles_is_news_and_harms_nothing() -> None:
    def script(talk: Talk) -> None:
        talk.let_in("IMAP4rev1 IDLE")
        talk.open_inbox()
        tag = talk.expect("IDLE")
        talk.send("* OK Still here\r\n* 4 EXISTS\r\n+ idling\r\n")
        assert talk.line() == b"DONE"
        talk.send(f"{tag} OK\r\n")
        talk.answer("NOOP")

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        assert connection.idle(5) is True
        assert connection.noop()[0] == "OK"
        connection.close_quietly()


def test_refused_idle_does_not_shorten_later_commands() -> None:
    def script(talk: Talk) -> None:
        talk.let_in("IMAP4rev1 IDLE")
        talk.open_inbox()
        talk.answer("IDLE", result="BAD what?")
        tag = talk.expect("NOOP")
        time.sleep(1.3)
        talk.send(f"{tag} OK\r\n")

    with playing(script) as server:
        connection = plain(server.port, timeout=3)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        with pytest.raises(Connection.error):
            connection.idle(1)
        assert connection.noop()[0] == "OK"
        connection.close_quietly()


def test_long_idle_is_no_slow_answer() -> None:
    def script(talk: Talk) -> None:
        talk.let_in("IMAP4rev1 IDLE")
        talk.open_inbox()
        tag = talk.expect("IDLE")
        talk.send("+ idling\r\n")
        assert talk.line() == b"DONE"
        talk.send(f"* 1 FETCH (FLAGS ())\r\n{tag} OK\r\n")
        talk.answer("NOOP")

    with playing(script) as server:
        connection = plain(server.port, timeout=0.1)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        assert connection.idle(1.5) is False
        assert connection.noop()[0] == "OK"
        connection.close_quietly()


def test_server_that_never_idles_is_given_up() -> None:
    def script(talk: Talk) -> None:
        talk.let_in("IMAP4rev1 IDLE")
        talk.open_inbox()
        talk.expect("IDLE")
        talk.say_nothing()

    with playing(script) as server:
        connection = plain(server.port, timeout=0.5)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        with pytest.raises(Connection.abort, match="not answered"):
            connection.idle(60)
        connection.close_quietly()


# --- commands and answers -------------------------------------------------------------------------------------------


@pytest.mark.dovecot
def test_enable_does_not_block_what_follows(connection: Connection) -> None:
    assert connection.enable("CONDSTORE")[0] == "OK"
    assert connection.select("INBOX", readonly=True)[0] == "OK"


@pytest.mark.dovecot
def test_compressed_mail_arrives_whole(server: Dovecot, connection: Connection) -> None:
    server.deliver(HALF_A_MEGABYTE * 3)
    connection.enable_compression()
    assert connection.channel._inflate is not None
    connection.select("INBOX", readonly=True)
    _, data = connection.uid("FETCH", "1", "(BODY.PEEK[])")
    assert data[0][1] == HALF_A_MEGABYTE * 3


@pytest.mark.dovecot
def test_argument_that_cannot_be_sent_does_no_harm(connection: Connection) -> None:
    connection.select("INBOX", readonly=True)
    with pytest.raises(ValueError, match="ascii"):
        connection.uid("SEARCH", "SUBJECT", '"ä"')
    assert connection.noop()[0] == "OK"


@pytest.mark.dovecot
@pytest.mark.parametrize("breaks", ['"x"\r\nZ1 DELETE INBOX', "x\ny", "x\0y"])
def test_argument_cannot_carry_a_second_command(connection: Connection, breaks: str) -> None:
    connection.select("INBOX", readonly=True)
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        connection.uid("SEARCH", "SUBJECT", breaks)
    assert connection.noop()[0] == "OK"


@pytest.mark.dovecot
def test_capabilities_are_those_after_login(connection: Connection) -> None:
    assert "CONDSTORE" in connection.capabilities


@pytest.mark.dovecot
def test_utf8_accept_is_not_enabled(connection: Connection) -> None:
    with pytest.raises(ValueError, match="UTF8"):
        connection.enable("UTF8=ACCEPT")
    assert connection.noop()[0] == "OK"


@pytest.mark.dovecot
def test_append_keeps_the_time_it_is_given(server: Dovecot, connection: Connection) -> None:
    connection.append('"Sent"', "(\\Seen)", datetime(2026, 3, 3, 14, 0, tzinfo=UTC), b"Subject: sent\r\n\r\n")
    connection.select('"Sent"', readonly=True)
    _, data = connection.uid("FETCH", "1", "(INTERNALDATE)")
    assert b"3-Mar-2026 14:00:00 +0000" in data[0]


def test_untagged_line_before_the_go_ahead_of_a_literal() -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        tag = talk.expect("APPEND")
        talk.send("* 4 EXISTS\r\n+ go\r\n")
        talk.line(), talk.line(), talk.line()
        talk.send(f"{tag} OK [APPENDUID 1 2] done\r\n")

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        assert connection.append('"Drafts"', "", datetime(2026, 1, 1, tzinfo=UTC), b"Subject: x\r\n\r\n")[0] == "OK"
        connection.close_quietly()


def test_refused_fetch_leaves_nothing_for_the_next() -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.open_inbox()
        talk.answer("FETCH 1", "* 1 FETCH (UID 1 FLAGS ())", result="NO [EXPUNGEISSUED] some are gone")
        talk.answer("FETCH 2", "* 2 FETCH (UID 2 FLAGS ())")

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        assert connection.uid("FETCH", "1", "(FLAGS)")[0] == "NO"
        assert connection.uid("FETCH", "2", "(FLAGS)") == ("OK", [b"2 (UID 2 FLAGS ())"])
        connection.close_quietly()


def test_nothing_piles_up_on_a_long_connection() -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        for _ in range(50):
            talk.answer("NOOP", "* OK [HIGHESTMODSEQ 5] changed", "* 1 FETCH (FLAGS ())", "* 3 RECENT")

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        for _ in range(50):
            connection.noop()
        assert len(connection.untagged_responses) < 10
        connection.close_quietly()


def test_readonly_mailbox_stays_usable() -> None:
    def script(talk: Talk) -> None:
        talk.let_in()
        talk.answer("EXAMINE", "* 1 EXISTS", result="OK [READ-ONLY] done")
        talk.answer("NOOP", "* OK [READ-ONLY] still")
        talk.answer("NOOP")

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        assert [connection.noop()[0], connection.noop()[0]] == ["OK", "OK"]
        connection.close_quietly()


def test_lower_case_and_wordless_answers_are_understood() -> None:
    def script(talk: Talk) -> None:
        talk.send("* ok ready {5}\r\n")
        tag = talk.expect("CAPABILITY")
        talk.send(f"* capability imap4rev1\n{tag} ok\r\n")
        talk.answer("LOGIN", "* ok welcome {99}")
        talk.answer("CAPABILITY", "* CAPABILITY IMAP4rev1")
        talk.answer("EXAMINE", "* 1 exists")
        talk.answer("SEARCH", "* search 3 1 2")

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        connection.select("INBOX", readonly=True)
        assert connection.uid("SEARCH", "ALL") == ("OK", [b"3 1 2"])
        connection.close_quietly()


@pytest.mark.parametrize("flood", [b"* 1 FETCH (BODY[] {99999999999}\r\n", b"* OK " + b"x" * (1 << 16)])
def test_answer_without_end_ends_the_connection(flood: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.doors.imap.wire.LINE_LIMIT", 1 << 15)

    def script(talk: Talk) -> None:
        talk.let_in()
        talk.expect("NOOP")
        talk.send(flood)
        talk.line()

    with playing(script) as server:
        connection = plain(server.port)
        connection.log_in("alice", "x")
        with pytest.raises(Connection.abort, match=r"the server (sent|announced)"):
            connection.noop()
        connection.close_quietly()


# --- secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["BAD what?", "NO [AUTHENTICATIONFAILED] no"])
def test_no_error_and_no_log_holds_the_password(result: str, capfd: pytest.CaptureFixture[str]) -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        talk.answer("LOGIN", result=result)

    with playing(script) as server:
        connection = plain(server.port)
        with pytest.raises(Connection.error) as caught:
            connection.log_in("alice", "hunter2")
        connection.close_quietly()
    assert "hunter2" not in f"{caught.value!r} {caught.getrepr(chain=True)}".replace('log_in("alice", "hunter2")', "")
    assert capfd.readouterr() == ("", "")


@pytest.mark.dovecot
def test_password_beyond_ascii_with_quotes(dovecot: Dovecot) -> None:
    context = ssl.create_default_context(cafile=dovecot.ca_file)
    connection = Connection("localhost", dovecot.imaps, context=context, timeout=5)
    connection.log_in("carol", PASSWORDS["carol"])
    assert connection.select("INBOX", readonly=True)[0] == "OK"
    connection.close_quietly()


def test_authentication_whose_answer_fails_is_cancelled() -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        tag = talk.expect("AUTHENTICATE PLAIN")
        talk.send("+ go ahead\r\n")
        assert talk.line() == b"*"
        talk.send(f"{tag} BAD cancelled\r\n")
        talk.answer("LOGIN")
        talk.answer("CAPABILITY", "* CAPABILITY IMAP4rev1")

    def fail(challenge: bytes) -> bytes:
        raise RuntimeError(challenge)

    with playing(script) as server:
        connection = plain(server.port)
        with pytest.raises(Connection.error):
            connection.authenticate("PLAIN", fail)
        connection.log_in("alice", "x")
        assert connection.state == "AUTH"
        connection.close_quietly()


# --- the library's own age ------------------------------------------------------------------------------------------


@pytest.mark.dovecot
def test_works_where_warnings_are_errors(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    context = ssl.create_default_context(cafile=server.ca_file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        connection = Connection("localhost", server.imap, context=None, timeout=2)
        connection.start_tls(context)
        connection.log_in("alice", PASSWORDS["alice"])
        assert connection.select("INBOX", readonly=True)[0] == "OK"
        connection.close_quietly()
    assert not raised


@pytest.mark.dovecot
def test_connections_leave_no_threads(server: Dovecot, no_threads_left: None) -> None:
    for _ in range(5):
        connection = Connection("localhost", server.imap, context=None, timeout=2)
        connection.close_quietly()
        connection.close_quietly()


# --- the splitter ---------------------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [b"* OK hello {5}\r\n", b"* 1 EXISTS\r\n", b"ABCD12 OK done {3}\r\n", b"+ go {1}\r\n", b"* OK bare\n"]
)
LITERALS = st.binary(max_size=40).map(lambda body: b"* 1 FETCH (BODY[] {%d}\r\n" % len(body) + body + b")\r\n")


@given(st.lists(LINES | LITERALS), st.lists(st.integers(1, 50)))
def test_splitter_does_not_care_how_bytes_were_cut(answers: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(answers)
    splitter, pieces, start = Splitter(), [], 0
    for length in [*cuts, len(stream)]:
        pieces += splitter.feed(stream[start : start + length])
        start += length
    assert pieces == list(Splitter().feed(stream))
    assert b"".join(pieces) == stream.replace(b"bare\n", b"bare\r\n")
    assert splitter.rest == b""
