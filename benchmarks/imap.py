"""How fast mail comes in from a real Dovecot, against the standard library's imaplib in the same run.

    python -m benchmarks.imap [--mails 10000] [--rounds 3] [--scratch /dev/shm]

Measured: fetching all mails (2 to 200 KB, log-uniform; over TLS and in clear), a poll with nothing new at two sizes of
mailbox, on a new and on a kept connection, the time from the server's notice of a new mail to having it, and the peak memory of a
process that fetches one large mail. Everything runs on loopback; rounds alternate, and medians are shown.
"""

from __future__ import annotations

import argparse
import imaplib
import os
import random
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.servers.dovecot import MAIL_UID, PASSWORDS, Dovecot, running_dovecot
from triage.doors.imap import Account, ImapMailbox

KEPT_POLLS = 200
WAKE_UPS = 8
LARGE = 50 << 20
SMALL_BOX, LARGE_BOX = 1_000, 100_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mails", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--scratch", type=Path, default=Path("/dev/shm"), help="where Dovecot keeps its mail")
    chosen = options.parse_args()
    tempfile.tempdir = str(chosen.scratch) if chosen.scratch.is_dir() else None
    with running_dovecot() as server:
        full_fetch(server, chosen.mails, chosen.rounds)
        empty_poll(server)
        wake_up(server)
        large_mail(server)


def full_fetch(server: Dovecot, mails: int, rounds: int) -> None:
    total = fill(server, "alice", mails, lambda chance: int(2_000 * 100 ** chance.random()))
    print(f"{mails} mails, {total / 1e6:.0f} MB")
    for security in ("none", "tls"):
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            ours.append(timed(partial(fetch_ours, server, security, mails)))
            theirs.append(timed(partial(fetch_imaplib, server, security, mails)))
        print(
            f"  fetch all, {'TLS' if security == 'tls' else 'in clear':8}  ours {statistics.median(ours):6.2f} s"
            f"  imaplib {statistics.median(theirs):6.2f} s  ratio {statistics.median(ours) / statistics.median(theirs):.2f}"
        )


def empty_poll(server: Dovecot) -> None:
    """Both mailboxes stay open and take turns, so that whatever else the machine does meets both alike."""
    boxes = {SMALL_BOX: "bob", LARGE_BOX: "carol"}
    opened: dict[int, ImapMailbox] = {}
    for size, user in boxes.items():
        fill(server, user, size, lambda _: 700)
        opened[size] = ImapMailbox(account(server, "tls", user))
        opened[size].examine()  # lets Dovecot make its index
    first = {size: timed(mailbox.uids) for size, mailbox in opened.items()}
    fresh: dict[int, list[float]] = {size: [] for size in boxes}
    kept: dict[int, list[float]] = {size: [] for size in boxes}
    for number in range(KEPT_POLLS):
        for size, mailbox in opened.items():
            kept[size].append(timed(partial(look, mailbox)))
            if number % 20 == 0:
                fresh[size].append(timed(partial(fresh_poll, server, boxes[size])))
    for size, mailbox in opened.items():
        print(
            f"  nothing new in {size:6}  kept connection {statistics.median(kept[size]) * 1000:5.2f} ms"
            f"  new connection {statistics.median(fresh[size]) * 1000:5.1f} ms"
            f"  first list of UIDs {first[size] * 1000:6.1f} ms"
        )
        mailbox.close()
    ratio = statistics.median(kept[LARGE_BOX]) / statistics.median(kept[SMALL_BOX])
    print(f"  kept connection, {LARGE_BOX} to {SMALL_BOX} mails: ratio {ratio:.2f}")


def wake_up(server: Dovecot) -> None:
    server.empty("bob")
    server.deliver(b"Subject: first\r\n\r\n", user="bob")
    mailbox = ImapMailbox(account(server, "tls", "bob"))
    last = mailbox.examine().exists
    delays = []
    for number in range(WAKE_UPS):
        delivered: list[float] = []

        def deliver(number: int = number, delivered: list[float] = delivered) -> None:
            server.drop(b"Subject: news\r\n\r\n", f"{1_800_000_000 + number}.M{number}P1.localhost", user="bob")
            delivered.append(time.perf_counter())

        threading.Timer(0.3, deliver).start()
        while not mailbox.wait(10):
            pass
        (found,) = mailbox.fetch_after(last)
        delays.append(time.perf_counter() - delivered[0])
        last = found.uid
    mailbox.close()
    print(
        f"  from delivery to the mail in hand: median {statistics.median(delays):.3f} s, Dovecot's own delay of 0.5 s included"
    )


def large_mail(server: Dovecot) -> None:
    server.empty("bob")
    server.deliver(b"Subject: large\r\n\r\n" + (b"x" * 76 + b"\r\n") * (LARGE // 78), user="bob")
    script = (
        "import re, sys; from pathlib import Path; from triage.doors.imap import Account, ImapMailbox\n"
        "def peak(): return int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) * 1024\n"
        "port, ca = sys.argv[1:]\n"
        f"box = ImapMailbox(Account('localhost', 'bob', lambda: {PASSWORDS['bob']!r}, int(port), ca_file=Path(ca)))\n"
        "box.examine(); before = peak()\n"
        "size = sum(len(mail.raw) for mail in box.fetch_after(0)); box.close()\n"
        "print(size, peak() - before)"
    )
    command = [sys.executable, "-c", script, str(server.imaps), str(server.ca_file)]
    size, peak = map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    print(f"  one mail of {size / 1e6:.0f} MB: {peak / size:.1f} times its size in memory at the peak")


def account(server: Dovecot, security: str, user: str = "alice") -> Account:
    port = server.imaps if security == "tls" else server.imap
    return Account(server.host, user, lambda: PASSWORDS[user], port, security, ca_file=server.ca_file)  # type: ignore[arg-type]


def fetch_ours(server: Dovecot, security: str, expected: int) -> None:
    mailbox = ImapMailbox(account(server, security))
    assert sum(1 for _ in mailbox.fetch(mailbox.uids())) == expected
    mailbox.close()


def fetch_imaplib(server: Dovecot, security: str, expected: int) -> None:
    context = ssl.create_default_context(cafile=server.ca_file)
    client = (
        imaplib.IMAP4_SSL(server.host, server.imaps, ssl_context=context)
        if security == "tls"
        else imaplib.IMAP4(server.host, server.imap)
    )
    client.login("alice", PASSWORDS["alice"])
    client.select("INBOX", readonly=True)
    uids = client.uid("SEARCH", "ALL")[1][0].split()
    found = 0
    for start in range(0, len(uids), 100):
        batch = b",".join(uids[start : start + 100]).decode()
        _, data = client.uid("FETCH", batch, "(UID FLAGS INTERNALDATE BODY.PEEK[])")
        found += sum(1 for part in data if isinstance(part, tuple))
    assert found == expected
    client.logout()


def fresh_poll(server: Dovecot, user: str) -> None:
    mailbox = ImapMailbox(account(server, "tls", user))
    mailbox.examine()
    mailbox.close()


def fill(server: Dovecot, user: str, count: int, size_of: Callable[[random.Random], int]) -> int:
    """Write mails straight into a Maildir; their bytes."""
    chance = random.Random(42)
    server.deliver(b"Subject: first\r\n\r\n", user=user)  # makes the Maildir
    with server.client(user) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Deleted)")
        client.expunge()
    folder, total = server.maildir(user) / "cur", 0
    for number in range(count):
        body = "".join(f"{chance.getrandbits(280):070x}\n" for _ in range(max(1, size_of(chance) // 71)))
        raw = f"From: someone@example.com\nSubject: mail {number}\n\n{body}".encode()
        wire = len(raw) + raw.count(b"\n")
        path = folder / f"{1_700_000_000 + number}.M{number}P1.localhost,S={len(raw)},W={wire}:2,S"
        path.write_bytes(raw)
        if os.geteuid() == 0:
            os.chown(path, MAIL_UID, MAIL_UID)
        total += wire
    return total


def look(mailbox: ImapMailbox) -> None:
    mailbox.examine()
    mailbox.uids()


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
