"""An SMTP server on loopback that keeps what it is given."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Sent:
    """One mail as handed over: the envelope's addresses and the bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class SmtpServer:
    """`sent` grows as mails come in. `refuse_recipient` and `refuse_data`: an answer such as `550 no such user`."""

    host: str = "127.0.0.1"
    port: int = 0
    sent: list[Sent] = field(default_factory=list)
    refuse_recipient: str = ""
    refuse_data: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_data:
            return self.refuse_data
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.sent.append(Sent(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        return "250 OK"


@contextlib.contextmanager
def running_smtp_server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    controller = Controller(server, hostname=server.host, port=0)
    controller.start()
    try:
        assert controller.server is not None
        server.port = controller.server.sockets[0].getsockname()[1]
        yield server
    finally:
        controller.stop()
