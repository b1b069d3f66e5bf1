"""A bad line: a proxy that breaks each connection after so many bytes from the server, in one of several ways."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator

FAULTS = ("close", "reset", "garbage", "stall", "trickle")


class FaultyProxy:
    """Each connection to `port` is passed on to `target` and breaks after `bytes_until(n)` bytes, n counting connections.

    close: the stream ends; reset: TCP RST; garbage: noise instead of data; stall: silence for a while, then the end;
    trickle: what follows comes in pieces of a few bytes, and whole.
    """

    def __init__(self, target: int, seed: int, most: int) -> None:
        self.target, self.most = target, most
        self.faults: list[str] = []
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._open = False
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while self._open:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            fault, after = self._chance.choice(FAULTS), self._chance.randrange(self.most)
            self.faults.append(fault)
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pass_back, args=(server, client, fault, after), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        self._end(server)

    def _pass_back(self, server: socket.socket, client: socket.socket, fault: str, left: int) -> None:
        with contextlib.suppress(OSError):
            while left > 0 and (data := server.recv(min(65536, left))):
                client.sendall(data)
                left -= len(data)
            self._break(server, client, fault)
        self._end(server)
        self._end(client)

    def _break(self, server: socket.socket, client: socket.socket, fault: str) -> None:
        if fault == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        elif fault == "garbage":
            client.sendall(random.Random(1).randbytes(4096))
        elif fault == "stall":
            time.sleep(1)
        elif fault == "trickle":
            while data := server.recv(65536):
                for start in range(0, len(data), 777):
                    client.sendall(data[start : start + 777])

    def _end(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


@contextlib.contextmanager
def bad_line(target: int, seed: int, most: int) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(target, seed, most)
    try:
        yield proxy
    finally:
        proxy.close()
