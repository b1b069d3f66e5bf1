"""imaplib2 made safe: one connection to an IMAP server, used by one thread at a time.

imaplib2 3.6 knows the commands and their states; what carries them is replaced here, because as it comes it

- verifies no certificate and never a host name, and lets two threads into one TLS object (`Channel`);
- covers neither connecting nor the TLS handshake by its timeout, and counts it from the last line received (`Channel`, `_command`);
- reads line by line and writes a `repr` of each mail to a log that nobody reads (`Splitter`, `_reader`, `_append_untagged`);
- hangs after ENABLE, after an argument that is not ASCII, when a line comes before a continuation, when a command is given
  at the moment the connection dies, and on lower-case or text-less answers (`enable`, `_command`, `_put_response`, `_request_push`);
- lets CR and LF through, and shows passwords in the text of its errors (`_command`, `_command_complete`).

Sources: RFC 9051 (IMAP), RFC 2177 (IDLE), RFC 2595 (STARTTLS), RFC 4978 (COMPRESS), RFC 7628 (OAUTHBEARER).
"""

from __future__ import annotations

import base64
import binascii
import queue
import re
import ssl
import threading
import time
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from triage.doors.imap.answers import words
from triage.doors.imap.wire import STATUS, Channel, Splitter

with warnings.catch_warnings():  # of escapes in its source, which newer Pythons show on the first import
    warnings.simplefilter("ignore")
    from imaplib2 import imaplib2 as library

RECEIVE_SIZE = 1 << 18  # bytes asked of the socket at once
SLOWEST = 1000  # bytes a second over a whole answer, after PATIENCE timeouts; who is slower holds us up on purpose
PATIENCE = 10

_UNTAGGED_NAME = re.compile(rb"\* (?:\d+ )?([A-Za-z-]+)")
_NEWS = frozenset({"EXISTS", "EXPUNGE", "VANISHED", "BYE"})  # untagged data that no command asks for
_FORBIDDEN = re.compile(rb"[\r\n\0]")


class Connection(library.IMAP4):  # type: ignore[misc]  # imaplib2 has no types
    """A connection to an IMAP server. Commands answer as in imaplib2: NO is a return value, BAD and a lost connection raise.

    context: for TLS from the first byte; None for a plain connection, which `start_tls` may turn into TLS.
    timeout: seconds, for each step of connecting and for the silence of the server during a command.
    Raises OSError when it cannot connect, `Connection.error` when the server is no IMAP server.
    """

    rdth: threading.Thread
    untagged_responses: list[list[Any]]
    literal: Any
    idle_timeout: float | None

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext | None, timeout: float) -> None:
        self._context, self._timeout = context, timeout
        self._last_words: tuple[type[Exception], str] | None = None
        self._somebody_waits = threading.Event()
        self._arrived = self._arrived_before = 0
        self._asked_at = time.monotonic()
        self._stops_at_answer = self._said_too_much = False
        with warnings.catch_warnings():  # it calls Thread.setDaemon
            warnings.simplefilter("ignore", DeprecationWarning)
            super().__init__(host, port, timeout=timeout)

    # --- the transport ------------------------------------------------------------------------------------------

    def open(self, host: str | None = None, port: int | None = None) -> None:
        if host is None or port is None:
            raise ValueError("host and port are needed")
        self.host, self.port = host, port
        self.channel = Channel(host, port, self._timeout, self._context)

    def ssl_wrap_socket(self) -> None:
        raise NotImplementedError("start_tls does this")

    def shutdown(self) -> None:
        self.channel.close()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """STARTTLS. Raises `Connection.error` when the server does not offer or refuses it, OSError when the handshake fails.

        What the server said before is forgotten, and nothing it sent after its OK in clear is taken for an answer.
        """
        if "STARTTLS" not in self.capabilities:
            raise self.error("the server offers no STARTTLS")
        self._stops_at_answer = True
        try:
            typ, data = self._simple_command("STARTTLS")
        finally:
            self._release_state_change()
        self.rdth.join(self._timeout)
        self._stops_at_answer = False
        if typ != "OK" or self._said_too_much:
            self._close_threads()
            raise self.error(
                f"the server refuses STARTTLS: {words(data)}" if typ != "OK" else "somebody meddles with STARTTLS"
            )
        with self.commands_lock:
            self.untagged_responses = []
        self.channel.secure(context)
        self.rdth = threading.Thread(target=self._reader, daemon=True)
        self.rdth.start()
        self._tls_established = True
        self._get_capabilities()

    def start_compressing(self) -> None:
        self.channel.compress()

    # --- the three threads --------------------------------------------------------------------------------------

    def _reader(self) -> None:
        """From the channel to the queue of answers, until the connection ends (or STARTTLS has been answered).

        A list for each time that something came in: to hand on line by line would let the threads take turns by the line.
        """
        splitter = Splitter()
        try:
            while data := self.channel.receive(RECEIVE_SIZE):
                self._arrived += len(data)
                pieces = list(splitter.feed(data))
                self.inq.put(pieces)  # none in the midst of a line: a sign of life all the same
                if self._stops_at_answer and any(piece.startswith(self.tagpre) for piece in pieces):
                    self._said_too_much = bool(splitter.rest) or not pieces[-1].startswith(self.tagpre)
                    return
            reason = "the server closed the connection"
        except (OSError, ValueError, zlib.error) as error:
            reason = str(error)
        self.inq.put((self.abort, reason))

    def _writer(self) -> None:
        """From the queue of requests to the channel."""
        while (request := self.ouq.get()) is not None:
            try:
                self.channel.send(request.data)
            except (OSError, ValueError) as error:  # ValueError: closed between two looks at it
                self.inq.put((self.abort, str(error)))
                return

    def _handler(self) -> None:
        """From the queue of answers to whoever waits for them; when the connection ends, everybody is told."""
        farewell: tuple[type[Exception], str] = (self.abort, "the connection was closed")
        self._somebody_waits.wait(self._timeout)  # a greeting that comes at once would meet nobody
        while not self.Terminate:
            try:
                item = self.inq.get(timeout=self._patience())
            except queue.Empty:
                if self.idle_rqb is not None:
                    item = [] if self._patience() else [library.IDLE_TIMEOUT_RESPONSE]
                elif self.tagged_commands:
                    farewell = (self.abort, f"the server has not answered for {self._timeout:g} s")
                    break
                else:
                    continue
            if not isinstance(item, list):
                farewell = item or farewell
                break
            if self.idle_rqb is None and self.tagged_commands and self._is_held_up():
                farewell = (self.abort, "the server answers too slowly")
                break
            try:
                for response in item:
                    self._put_response(response)
            except Exception as error:  # whatever a hostile server makes the parser do, waiting commands must be told
                farewell = (self.abort, f"the server's answer cannot be read: {type(error).__name__}")
                break
        self._tell_everybody(farewell)

    def _patience(self) -> float:
        """Seconds that the handler waits for an answer: to the end of IDLE, else the timeout."""
        with self.idle_lock:
            if self.idle_rqb is not None and self.idle_timeout is not None:
                return max(0.0, float(self.idle_timeout) - time.time())
        return self._timeout

    def _is_held_up(self) -> bool:
        """Whether an answer trickles in so slowly that it may never end."""
        spent = time.monotonic() - self._asked_at
        return spent > PATIENCE * self._timeout + (self._arrived - self._arrived_before) / SLOWEST

    def _tell_everybody(self, farewell: tuple[type[Exception], str]) -> None:
        self._last_words = farewell
        self.Terminate = True
        self.channel.close()
        with suppress(queue.Full):
            self.ouq.put_nowait(None)
        with self.commands_lock:
            waiting = list(self.tagged_commands.values())
            self.tagged_commands.clear()
            self.state_change_free.set()
        for request in waiting:
            request.abort(*farewell)

    def _close_threads(self) -> None:
        self.channel.close()
        self.inq.put(None)
        with suppress(queue.Full):
            self.ouq.put_nowait(None)
        for thread in (self.rdth, self.wrth, self.inth):
            if thread.is_alive():
                thread.join(self._timeout)

    # --- requests and answers -----------------------------------------------------------------------------------

    def _command(self, name: str, *args: str | bytes | None, **kw: Any) -> Any:
        try:  # before a lock is held or a tag is taken
            encoded = [arg.encode("ascii") if isinstance(arg, str) else arg for arg in args]
            if any(arg and _FORBIDDEN.search(arg) for arg in encoded):
                raise ValueError("an argument of an IMAP command holds CR, LF or NUL")
        except ValueError:  # UnicodeEncodeError is one
            self.literal = self.idle_timeout = None
            raise
        with self.commands_lock:  # what earlier commands have left would pass for an answer to this one
            self.untagged_responses = [kept for kept in self.untagged_responses if kept[0] in _NEWS]
        self._asked_at, self._arrived_before = time.monotonic(), self._arrived
        self.inq.put([])  # the handler now counts its timeout from here
        return super()._command(name, *encoded, **kw)

    def _end_idle(self) -> None:
        if self.idle_rqb is not None:  # from here on it owes an answer; while idling it did not
            self._asked_at, self._arrived_before = time.monotonic(), self._arrived
        super()._end_idle()

    def _request_push(self, *args: Any, **kw: Any) -> Any:
        request = super()._request_push(*args, **kw)
        self._somebody_waits.set()
        if self._last_words is not None:  # nobody is left who would answer
            request.abort(*self._last_words)
        return request

    def _command_complete(self, rqb: Any, kw: dict[str, Any]) -> Any:
        self._check_bye()
        typ, data = rqb.get_response(f"{rqb.name}: %s")
        if typ == "BAD":  # the library's own text quotes the command, passwords and all
            raise self.error(f"the server does not understand {rqb.name}: {words(data)}")
        return self._untagged_response(typ, data, kw["untagged_response"]) if "untagged_response" in kw else (typ, data)

    def _put_response(self, response: bytes) -> None:
        if self._expecting_data or self._literal_expected is not None:
            super()._put_response(response)
            return
        if response.startswith(b"* "):
            held = self._set_continuation_aside()
            try:
                super()._put_response(_normal_untagged(response))
            finally:
                if held is not None:
                    with self.commands_lock:
                        self.tagged_commands["continuation"] = held
        else:
            super()._put_response(_normal_tagged(response))

    def _set_continuation_aside(self) -> Any:
        """Only the greeting is an untagged line that answers; any other one must not cancel what waits for its `+`."""
        if "welcome" not in self.__dict__:
            return None
        with self.commands_lock:
            return self.tagged_commands.pop("continuation", None)

    def _append_untagged(self, typ: str, dat: Any) -> None:
        with self.commands_lock:
            if self.untagged_responses and self.untagged_responses[-1][0] == typ:
                self.untagged_responses[-1][1].append(dat or b"")
            else:
                self.untagged_responses.append([typ, [dat or b""]])

    def _get_untagged_response(self, name: str, leave: bool = False) -> Any:
        with self.commands_lock:
            for place, (typ, data) in enumerate(self.untagged_responses):
                if typ == name:
                    if not leave:
                        del self.untagged_responses[place]
                    return data
        return None

    def _untagged_response(self, typ: str, dat: Any, name: str) -> tuple[str, list[Any]]:
        if typ == "NO":
            return typ, dat
        return typ, self.take(name) or [None]

    def take(self, name: str) -> list[Any]:
        """All untagged data of a kind that has come in since it was last taken, oldest first."""
        taken: list[Any] = []
        while more := self._get_untagged_response(name):
            taken += more
        return taken

    def _log(self, *_: Any) -> None:
        """Nothing is logged: the lines hold passwords and people's mail."""

    _mesg = _print_log = _log

    # --- commands -----------------------------------------------------------------------------------------------

    def log_in(self, user: str, password: str) -> None:
        """LOGIN, or AUTHENTICATE PLAIN where LOGIN cannot say it or is not allowed. Raises `error` when refused."""
        if (user + password).isascii() and "LOGINDISABLED" not in self.capabilities:
            self._enter("LOGIN", _quoted(user), _quoted(password))
        else:
            self.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())

    def log_in_with_token(self, user: str, token: str) -> None:
        """AUTHENTICATE with an OAuth 2 access token: OAUTHBEARER, else XOAUTH2. Raises `error` when refused."""
        if "AUTH=OAUTHBEARER" in self.capabilities:
            first = f"n,a={_saslname(user)},\1host={self.host}\1port={self.port}\1auth=Bearer {token}\1\1"
            self.authenticate("OAUTHBEARER", _first_then(first.encode(), b"\1"))
        else:
            self.authenticate("XOAUTH2", _first_then(f"user={user}\1auth=Bearer {token}\1\1".encode(), b""))

    def authenticate(self, mechanism: str, authobject: Callable[[bytes], bytes], **_: Any) -> Any:
        """SASL. `authobject` answers one challenge (decoded) after the other; when it raises, the exchange is cancelled."""
        self.literal = _Dialogue(authobject).process
        return self._enter("AUTHENTICATE", mechanism.upper())

    def _enter(self, name: str, *args: str) -> Any:
        try:
            typ, data = self._simple_command(name, *args)
            if typ != "OK":
                raise self.error(words(data))
            self.state = library.AUTH
        finally:
            self._release_state_change()
        self._get_capabilities()  # they are other ones now
        return typ, data

    def enable(self, capability: str) -> Any:
        if capability.upper().startswith("UTF8"):
            raise ValueError("with UTF8=ACCEPT some servers store the wrapping of APPEND inside the mail")
        try:
            return super().enable(capability)
        finally:
            self._release_state_change()

    def idle(self, timeout: float, **_: Any) -> bool:
        """IDLE for so many seconds, at most. True as soon as the server tells of a new mail, also just before it idled."""
        self.literal = _Idling(self, timeout).process
        try:
            typ, data = self._simple_command("IDLE")
        finally:
            self.idle_timeout = None
            self._release_state_change()
        if typ != "OK":
            raise self.error(f"the server refuses IDLE: {words(data)}")
        return bool(self._get_untagged_response("EXISTS", leave=True))

    def append(self, mailbox: str, flags: str, date_time: datetime, message: bytes, **kw: Any) -> Any:
        """APPEND. mailbox: as `imap.mailbox_name` writes it; date_time: aware."""
        return super().append(mailbox, flags, date_time, message, **kw)

    def abandon(self) -> None:
        """End it at once, from any thread; whoever waits for an answer is told."""
        self.channel.close()

    def close_quietly(self) -> None:
        """LOGOUT where the server still listens, then let go of socket and threads. Never raises, never takes long."""
        if not self.Terminate:
            self._timeout = min(self._timeout, 2.0)
            with suppress(Exception):
                self.logout()
        with suppress(Exception):
            self._close_threads()


class _Idling(library._IdleCont):  # type: ignore[misc]
    """What is done when the server has said that it idles."""

    def __init__(self, parent: Connection, timeout: float) -> None:
        super().__init__(parent, 1)  # it takes whole seconds only, and for anything else half an hour
        self.timeout = timeout
        parent.idle_timeout = time.time() + timeout

    def process(self, data: bytes, rqb: Any) -> None:
        super().process(data, rqb)
        self.parent.inq.put([])  # the handler now waits for the end of IDLE, no longer for an answer
        if self.parent._get_untagged_response("EXISTS", leave=True):  # it came between our IDLE and the server's `+`
            self.parent._end_idle()


class _Dialogue:
    """Challenges and answers of SASL, in base64."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer

    def process(self, data: bytes | None, rqb: Any) -> bytes:
        del rqb
        try:
            challenge = base64.b64decode(data or b"", validate=True)
        except binascii.Error:  # "+ go ahead" of a server that has nothing to ask
            challenge = b""
        try:
            return base64.b64encode(self._answer(challenge))
        except Exception:
            return b"*"  # cancels; the server then says NO


def _first_then(first: bytes, then: bytes) -> Callable[[bytes], bytes]:
    """Says `first`, and `then` to each later challenge: there the server explains why it refuses, and wants to be heard."""
    answers = iter((first,))
    return lambda _: next(answers, then)


def _saslname(user: str) -> str:
    return user.replace("=", "=3D").replace(",", "=2C")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _normal_untagged(line: bytes) -> bytes:
    """With the name in upper case, and text for people not ending like an announced literal."""
    name = _UNTAGGED_NAME.match(line)
    if name:
        line = line[: name.start(1)] + name[1].upper() + line[name.end(1) :]
    return line[:-2] + b" \r\n" if line.endswith(b"}\r\n") and STATUS.match(line) else line


def _normal_tagged(line: bytes) -> bytes:
    """With the result in upper case, and a space after it where the server says nothing more."""
    tag, space, rest = line.partition(b" ")
    if not space or tag == b"+":
        return line
    result, _, text = rest[:-2].partition(b" ")
    return tag + b" " + result.upper() + b" " + text + b"\r\n"
