"""A private Dovecot on loopback: real IMAP with TLS, STARTTLS, IDLE and OAuth, for as long as a test session lasts.

Runs as root and as any other user. `PASSWORDS` are its users; `access_tokens` maps OAuth tokens to users.
"""

from __future__ import annotations

import contextlib
import ctypes
import imaplib
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from tests.servers.certificates import Authority

PASSWORD = "secret"
PASSWORDS = {"alice": PASSWORD, "bob": PASSWORD, "carol": 'pässwort \\ "€"'}
MAIL_UID = 5000  # Dovecot serves nobody's mail as root; this user need not exist

CONFIGURATION = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login_user}
first_valid_uid = 0
first_valid_gid = 0
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_username_format = %Ln
auth_username_chars =
auth_failure_delay = 0
mail_location = maildir:{base}/mail/%n/Maildir
mail_plugins = zlib
mail_max_userip_connections = 100
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service imap {{
  process_min_avail = 1
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.ext
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%n {base}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {base}/users
  override_fields = uid={uid} gid={gid} home={base}/mail/%n
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Spam {{
    auto = create
    special_use = \\Junk
  }}
}}
protocol imap {{
  mail_plugins = $mail_plugins imap_zlib
}}
"""

INTROSPECTION = """\
introspection_mode = post
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


def is_installed() -> bool:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


class Dovecot:
    """A running server. `imap` (plain and STARTTLS), `imaps` and `lmtp` are its ports; `ca_file` is what to trust."""

    host = "localhost"

    def __init__(self, folder: Path) -> None:
        self.base = folder
        self.access_tokens: dict[str, str] = {}
        self.imap, self.imaps, self.lmtp = _free_ports(3)
        self.authority = Authority(folder)
        self.ca_file = self.authority.ca.cert
        self._introspection = _introspection_server(self.access_tokens)
        self._configure()

    def start(self) -> None:
        shutil.rmtree(self.base / "run", ignore_errors=True)
        (self.base / "run").mkdir()
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        self._master = subprocess.Popen(
            ["dovecot", "-F", "-c", str(self.base / "dovecot.conf")],
            env={**os.environ, "PATH": path},
            preexec_fn=_end_with_parent,
        )
        _wait_for(self.imaps)

    def stop(self) -> None:
        """Ends exactly the processes that `start` started."""
        master = self._master.pid
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True, text=True, check=False
        )
        self._master.terminate()
        time.sleep(0.1)
        self._master.kill()
        self._master.wait()
        for pid in map(int, listed.stdout.split()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        self.stop()
        self._introspection.shutdown()
        self._introspection.server_close()

    @contextlib.contextmanager
    def client(self, user: str = "alice") -> Iterator[imaplib.IMAP4_SSL]:
        """A second opinion: a connection of the standard library, logged in, that may write."""
        context = ssl.create_default_context(cafile=self.ca_file)
        with imaplib.IMAP4_SSL(self.host, self.imaps, ssl_context=context, timeout=10) as client:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORDS[user]}".encode())
            yield client

    def deliver(
        self,
        raw: bytes,
        received_at: datetime | None = None,
        *,
        user: str = "alice",
        folder: str = "INBOX",
        flags: str = "",
    ) -> None:
        """Put a mail into a folder by APPEND. folder: as the server spells it; received_at: aware, now when left out."""
        with self.client(user) as client:
            when = imaplib.Time2Internaldate(received_at or datetime.now(UTC))
            typ, words = client.append(f'"{folder}"', flags, when, raw)
            assert typ == "OK", words

    def empty(self, user: str = "alice") -> None:
        """A user without mail or folders of her own, whose INBOX gets a new UIDVALIDITY."""
        shutil.rmtree(self.base / "mail" / user, ignore_errors=True)

    def maildir(self, user: str = "alice") -> Path:
        return self.base / "mail" / user / "Maildir"

    def drop(self, raw: bytes, name: str, *, user: str = "alice") -> None:
        """Put a mail into the INBOX behind the server's back, as a delivery agent does."""
        path = self.maildir(user) / "tmp" / name
        path.write_bytes(raw)
        if os.geteuid() == 0:
            os.chown(path, MAIL_UID, MAIL_UID)
        path.rename(self.maildir(user) / "new" / name)

    def _configure(self) -> None:
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        certificate = self.authority.issue("dovecot")
        (self.base / "state").mkdir()
        (self.base / "mail").mkdir()
        if root:
            os.chown(self.base / "mail", MAIL_UID, MAIL_UID)
        (self.base / "users").write_text(
            "".join(f"{user}:{{PLAIN}}{password}::::::\n" for user, password in PASSWORDS.items())
        )
        (self.base / "oauth2.ext").write_text(INTROSPECTION.format(port=self._introspection.server_address[1]))
        (self.base / "dovecot.conf").write_text(
            CONFIGURATION.format(
                base=self.base,
                user=me.pw_name,
                group=subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip(),
                login_user="dovenull" if root else me.pw_name,
                cert=certificate.cert,
                key=certificate.key,
                imap=self.imap,
                imaps=self.imaps,
                lmtp=self.lmtp,
                uid=MAIL_UID if root else me.pw_uid,
                gid=MAIL_UID if root else me.pw_gid,
            )
        )


@contextlib.contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """A Dovecot in a folder of its own, which its mail user can reach; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="triage-dovecot-"))
    folder.chmod(0o755)
    server = Dovecot(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


def _introspection_server(tokens: dict[str, str]) -> ThreadingHTTPServer:
    """Answers Dovecot's question whose access token this is (RFC 7662)."""

    class Introspection(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            user = tokens.get(form.get("token", [""])[0])
            answer = json.dumps({"active": True, "username": user} if user else {"active": False}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Introspection)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _end_with_parent() -> None:
    """In the new process: be told to end when the tests are killed, so that no server stays behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(held.getsockname()[1]) for held in sockets]
    for held in sockets:
        held.close()
    return ports


def _wait_for(port: int, patience: float = 10.0) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
