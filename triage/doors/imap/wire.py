"""Bytes to and from an IMAP server: a connection that two threads may use, and answers cut out of its stream."""

from __future__ import annotations

import re
import select
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

PIECE_SIZE = 1 << 20  # bytes of a literal handed on at once
LINE_LIMIT = 64 << 20  # bytes; the UIDs of some eight million mails
LITERAL_LIMIT = 512 << 20  # bytes; no mail server passes on a mail of that size

T = TypeVar("T")

_LITERAL_FOLLOWS = re.compile(rb"\{(\d+)\+?\}\r?\n\Z")
# Text for people may end in {5} without a literal to come (RFC 9051, 7.1).
STATUS = re.compile(rb"(?:\+|\* (?:OK|NO|BAD|BYE|PREAUTH)\b|[A-P]+\d+ )", re.IGNORECASE)


class Channel:
    """A TCP or TLS connection that one thread may read while another one writes.

    OpenSSL allows one call at a time on a connection. So the socket never blocks and a lock is held only for the call
    itself; waiting happens outside. timeout: seconds, for connecting, for the handshake, and for a write to make progress.
    Raises OSError (which `ssl.SSLError` is) in all methods.
    """

    def __init__(self, host: str, port: int, timeout: float, context: ssl.SSLContext | None = None) -> None:
        self.host, self.timeout = host, timeout
        self._turn = threading.Lock()
        self._inflate: Any = None
        self._deflate: Any = None
        self.socket: socket.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._notice_dead_peers()
        if context is None:
            self.socket.setblocking(False)
        else:
            self.secure(context)

    def secure(self, context: ssl.SSLContext) -> None:
        """The TLS handshake; the context says what is verified. The connection is closed when it fails."""
        self.socket.settimeout(self.timeout)
        try:
            self.socket = context.wrap_socket(self.socket, server_hostname=self.host)
        except BaseException:
            self.close()
            raise
        self.socket.setblocking(False)

    def compress(self) -> None:
        """Deflate both ways from here on."""
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)

    def receive(self, size: int) -> bytes:
        """Some bytes, waiting for them without limit; none at the end of the stream."""
        while True:
            packed = self._inflate.unconsumed_tail if self._inflate is not None else b""
            packed = packed or self._patiently(lambda: self._drain(size), select.POLLIN, None)
            if self._inflate is None or not packed:
                return packed
            plain: bytes = self._inflate.decompress(packed, PIECE_SIZE)
            if plain:
                return plain

    def send(self, data: bytes) -> None:
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        sent = 0
        while sent < len(data):
            piece = data[sent : sent + PIECE_SIZE]
            sent += self._patiently(partial(self._send_some, piece), select.POLLOUT, self.timeout)

    def close(self) -> None:
        """Ends a `receive` in another thread too."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _send_some(self, data: bytes) -> int:
        return self.socket.send(data)

    def _drain(self, size: int) -> bytes:
        """All that has arrived, up to a size: a TLS record holds 16 KiB at most."""
        pieces = [self.socket.recv(size)]
        taken = len(pieces[0])
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            while pieces[-1] and taken < size:
                pieces.append(self.socket.recv(size - taken))
                taken += len(pieces[-1])
        return b"".join(pieces)

    def _patiently(self, call: Callable[[], T], event: int, timeout: float | None) -> T:
        """Make a call on the socket as soon as the socket can serve it."""
        while True:
            wanted = event
            try:
                with self._turn:
                    return call()
            except ssl.SSLWantReadError:
                wanted = select.POLLIN
            except ssl.SSLWantWriteError:
                wanted = select.POLLOUT
            except BlockingIOError:
                pass
            if self.socket.fileno() < 0:
                raise OSError("the connection was closed")
            poll = select.poll()
            poll.register(self.socket, wanted)
            if not poll.poll(None if timeout is None else timeout * 1000):
                raise TimeoutError(f"nothing could be sent for {timeout:g} s")

    def _notice_dead_peers(self) -> None:
        """Keep-alive after two minutes of silence, so that a connection whose other end is gone does not stay for ever."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                self.socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


class Splitter:
    """Cuts what arrives into lines and pieces of literals, however the bytes were cut on the way.

    Lines end in CRLF, also where the server sent a bare LF. Raises ValueError on a line or a literal beyond all measure.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._literal_left = 0
        self._pieces: list[bytes] = []
        self._held = 0

    @property
    def rest(self) -> bytes:
        """What has arrived of a line that has not ended."""
        return bytes(self._line)

    def feed(self, data: bytes) -> Iterator[bytes]:
        position = 0
        while position < len(data):
            if self._literal_left:
                piece = data[position : position + self._literal_left]
                position += len(piece)
                yield from self._literal(piece)
                continue
            end = data.find(b"\n", position) + 1
            self._line += data[position:end] if end else data[position:]
            if len(self._line) > LINE_LIMIT:
                raise ValueError("the server sent a line without end")
            if not end:
                return
            position = end
            yield self._finish_line()

    def _literal(self, piece: bytes) -> Iterator[bytes]:
        self._pieces.append(piece)
        self._held += len(piece)
        self._literal_left -= len(piece)
        if not self._literal_left or self._held >= PIECE_SIZE:
            yield b"".join(self._pieces)
            self._pieces, self._held = [], 0

    def _finish_line(self) -> bytes:
        line = bytes(self._line)
        self._line.clear()
        if not line.endswith(b"\r\n"):
            line = line[:-1] + b"\r\n"
        follows = None if STATUS.match(line) else _LITERAL_FOLLOWS.search(line)
        if follows:
            self._literal_left = int(follows[1])
            if self._literal_left > LITERAL_LIMIT:
                raise ValueError(f"the server announced a literal of {self._literal_left} bytes")
        return line
