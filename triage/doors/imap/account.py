"""Where and as whom to log in, and what to tell people when that does not work."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from triage.doors.imap.answers import sentence
from triage.doors.imap.client import Connection
from triage.errors import MailboxError

BUSY = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|THROTTLED|OVERQUOTA)\b", re.IGNORECASE)


class LoginRefused(MailboxError):
    """The server does not know this login: trying again would only lock the account."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom to log in.

    port: None means 993 for `tls`, else 143. security: `none` only to this machine itself.
    secret: gives the password or, for the OAuth mechanisms, a valid access token; called once a login.
    ca_file: certificates to trust instead of the system's. timeout: seconds, for each step and each silence.
    """

    host: str
    user: str
    secret: Callable[[], str] = field(repr=False)
    port: int | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    auth: Literal["password", "oauth"] = "password"
    ca_file: Path | None = None
    timeout: float = 30.0

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port_used}"

    @property
    def port_used(self) -> int:
        return self.port or (993 if self.security == "tls" else 143)


def connect(account: Account) -> Connection:
    """Connect and log in. Raises `MailboxError` (`LoginRefused` for the login), which says what to do and holds no secret."""
    if account.security == "none" and not _is_this_machine(account.host):
        raise MailboxError(f"{account.host} would be sent the password in clear. Set security to tls or starttls.")
    try:
        context = _tls_context(account) if account.security != "none" else None
        connection = Connection(
            account.host,
            account.port_used,
            context=context if account.security == "tls" else None,
            timeout=account.timeout,
        )
    except (OSError, Connection.error, ValueError) as error:
        raise _cannot_connect(account, error) from error
    try:
        if account.security == "starttls" and context is not None:
            _start_tls(connection, context, account)
        _log_in(connection, account)
    except BaseException as error:
        connection.close_quietly()
        if isinstance(error, OSError | Connection.error):
            raise _cannot_connect(account, error) from error
        raise
    return connection


def _tls_context(account: Account) -> ssl.SSLContext:
    """The system's trust, or that of `ca_file`; certificate and host name are always verified."""
    try:
        context = ssl.create_default_context(cafile=account.ca_file)
    except OSError as error:
        raise MailboxError(f"{account.ca_file} holds no certificates ({error}). Name a PEM file in ca_file.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _start_tls(connection: Connection, context: ssl.SSLContext, account: Account) -> None:
    try:
        connection.start_tls(context)
    except Connection.abort:
        raise
    except Connection.error as error:
        raise MailboxError(f"{account.address}: {sentence(str(error))} Use security tls, on port 993.") from error


def _log_in(connection: Connection, account: Account) -> None:
    if connection.state == "AUTH":  # PREAUTH: the server knows us by the way we came
        return
    secret = account.secret()
    try:
        if account.auth == "oauth":
            connection.log_in_with_token(account.user, secret)
        else:
            connection.log_in(account.user, secret)
    except Connection.abort:
        raise
    except Connection.error as error:
        raise _login_refused(account, str(error).replace(secret, "…") if secret else str(error)) from None
    except ValueError:
        raise LoginRefused(
            f"The login for {account.user} holds a line break or a NUL. Store it anew without one."
        ) from None


def _cannot_connect(account: Account, error: BaseException) -> MailboxError:
    """In the words of whoever must mend it. The errors given here hold no secret."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxError(_about_certificate(account, error))
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return MailboxError(
            f"{account.address} does not speak TLS there. Use port 993 with security tls, or 143 with starttls."
        )
    if isinstance(error, ssl.SSLError):
        return MailboxError(
            f"{account.address} and we agree on no TLS ({error.reason or error}). It must offer TLS 1.2 or newer."
        )
    if isinstance(error, socket.gaierror):
        return MailboxError(f"The host {account.host} is not known. Check its spelling, and the network.")
    if isinstance(error, ConnectionRefusedError):
        return MailboxError(f"{account.address} accepts no connection. Check host and port; is the server running?")
    if isinstance(error, TimeoutError):
        return MailboxError(
            f"{account.address} has not answered for {account.timeout:g} s. Check host, port, firewall."
        )
    return lost(account, error)


def _about_certificate(account: Account, error: ssl.SSLCertVerificationError) -> str:
    why = error.verify_message.rstrip(".")
    if "ostname mismatch" in why or "IP address mismatch" in why:
        return f"The certificate of {account.address} is for another host ({why}). Use the name that it is made out for as host."
    if "expired" in why:
        return f"The certificate of {account.address} has expired. The server's keeper must renew it."
    return f"The certificate of {account.address} is not trusted ({why}). If it is yours, name its CA's PEM file in ca_file."


def lost(account: Account, error: BaseException) -> MailboxError:
    words = sentence(" ".join(str(error).split())[:300] or type(error).__name__)
    return MailboxError(f"The connection to {account.address} failed: {words} The next poll tries again.")


def _login_refused(account: Account, words: str) -> MailboxError:
    if BUSY.search(words):
        return MailboxError(f"{account.host} lets nobody in now: {sentence(words)} The next poll tries again.")
    what = (
        "the access token: grant access anew"
        if account.auth == "oauth"
        else "user and password (many providers want an app password)"
    )
    return LoginRefused(f"{account.host} refuses the login of {account.user}: {sentence(words)} Check {what}.")


def _is_this_machine(host: str) -> bool:
    with suppress(OSError):
        return all(
            info[4][0] in {"::1"} or str(info[4][0]).startswith("127.") for info in socket.getaddrinfo(host, None)
        )
    return False
