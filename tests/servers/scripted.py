"""A server that plays a script: what a real server does once a year, or a hostile one on purpose."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator


class Talk:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._lines = connection.makefile("rb")

    def send(self, text: str | bytes) -> None:
        self.connection.sendall(text.encode() if isinstance(text, str) else text)

    def line(self) -> bytes:
        """The client's next line, without CRLF; empty when it has gone."""
        return self._lines.readline().rstrip(b"\r\n")

    def say_nothing(self) -> None:
        """Until the client has gone."""
        while self.connection.recv(4096):
            pass

    def expect(self, words: str) -> str:
        """Reads a command that must contain these words; its tag."""
        line = self.line().decode("utf-8", "replace")
        if words not in line:
            raise AssertionError(f"{words!r} was expected, {line!r} came")
        return line.split(" ", 1)[0]

    def answer(self, words: str, *lines: str | bytes, result: str = "OK done") -> None:
        """Reads a command and answers it: untagged lines, then the result."""
        tag = self.expect(words)
        for line in lines:
            self.send(line)
            self.send("\r\n")
        self.send(f"{tag} {result}\r\n")

    def greet(self, capabilities: str = "IMAP4rev1") -> None:
        self.send("* OK ready\r\n")
        self.answer("CAPABILITY", f"* CAPABILITY {capabilities}")

    def let_in(self, capabilities: str = "IMAP4rev1") -> None:
        """Greeting, capabilities, LOGIN, capabilities."""
        self.greet(capabilities)
        self.answer("LOGIN")
        self.answer("CAPABILITY", f"* CAPABILITY {capabilities}")

    def open_inbox(self, exists: int = 1, uidvalidity: int = 7) -> None:
        self.answer(
            "EXAMINE", f"* {exists} EXISTS", f"* OK [UIDVALIDITY {uidvalidity}] valid", "* OK [UIDNEXT 100] next"
        )


Script = Callable[[Talk], None]


class ScriptedServer:
    """Plays the first script to the first connection, and so on. `errors`: where a client did not do as expected."""

    def __init__(self, *scripts: Script, context: ssl.SSLContext | None = None) -> None:
        self.errors: list[BaseException] = []
        self._context = context
        self._scripts = scripts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        for script in self._scripts:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                if self._context is not None:
                    connection = self._context.wrap_socket(connection, server_side=True)
                script(Talk(connection))
            except OSError:
                pass  # the client has gone, as it may
            except AssertionError as error:
                self.errors.append(error)
            finally:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()


@contextlib.contextmanager
def playing(*scripts: Script, context: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    server = ScriptedServer(*scripts, context=context)
    try:
        yield server
    finally:
        server.close()
    assert not server.errors, server.errors[0]
