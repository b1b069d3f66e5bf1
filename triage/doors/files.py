"""Mail that lies in files: a Maildir, an mbox, a folder of .eml, one mail in one file.

Files have no UIDs, so each mail gets one that is a function of the mail alone: 63 bits of a hash of what does not change
when a mail client moves it from `new/` to `cur/`, marks it, or removes its neighbours. Polling twice, in any order of
arrival, therefore neither loses a mail nor takes one twice; there is no index to keep and nothing is ever written.

======================  =====================================================================================
mail in                 is known by
======================  =====================================================================================
Maildir                 its unique delivery name, without flags (`:2,RS`) and size fields (`,S=`);
                        by its content when the name was given by a person (`claim.eml`), who may use it again
mbox                    its content, without the headers in which mail clients keep their marks
folder of .eml, file    its content, so that a renamed mail is no new mail and a replaced file is one
======================  =====================================================================================

Byte-identical copies of a mail known by content are one mail. A mail is taken to be complete when it is there: write it
elsewhere and rename it, as Maildir does, or lock the mbox. Not the stdlib's `mailbox`: it splits an mbox at every line
that starts with "From ", also in the middle of a paragraph, and its Maildir opens whatever a link points to.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import re
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

from triage.doors.mailbox import Fetched, Mailbox, Selected
from triage.errors import MailboxError

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds between two looks at the files while waiting
SETTLED_AFTER = 1_000_000_000  # nanoseconds; file systems count time in coarser steps than changes happen
LOCK_PATIENCE = 5.0  # seconds to wait for a program that is writing an mbox

_MAIL_SUFFIXES = frozenset({".eml", ".email", ".mime"})
_DATA_SUFFIXES = frozenset({".json", ".jsonl", ".yaml", ".yml", ".toml", ".csv", ".md", ".txt", ".html", ".gz", ".zip"})
_LOOKS_LIKE_MAIL = re.compile(
    rb"\A(?:>?From [^\n]*\n)?(?:Received|Return-Path|Delivered-To|X-Original-To|From|To|Date|Subject|Message-ID|MIME-Version"
    rb"|DKIM-Signature|ARC-Seal|Authentication-Results|Content-Type|Reply-To|X-[\w-]+):",
    re.IGNORECASE,
)
# A delivery name starts with seconds since 1970 and has two more fields, as in 1750000000.M20P7.host,S=512:2,S
_DELIVERY_NAME = re.compile(r"\d{9,}[._].+\..+", re.DOTALL)
_NAME_TAIL = re.compile(r"(?:,[A-Z][A-Z0-9]*=[^,:]*)*(?:[:;!][12],.*)?\Z", re.DOTALL)
_FLAGS = {"S": "\\Seen", "R": "\\Answered", "F": "\\Flagged", "D": "\\Draft", "T": "\\Deleted", "P": "$Forwarded"}
# A separator has a time of day and a year; one that stands first in the file is trusted as it is.
_SEPARATOR = re.compile(rb"\n\r?\n(From [^\n]*\d:\d\d[^\n]*\d{4}[^\n]*\n)")
_FIRST_LINE = re.compile(rb"From [^\n]*\n")
_HEADER_ENDS = re.compile(rb"\n\r?\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_CLIENT_MARKS = re.compile(
    rb"^(?:Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|X-Mozilla-[\w-]+|Content-Length|Lines):[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)

Stamp = tuple[int, ...]


def open_files(path: Path, name: str | None = None) -> Mailbox:
    """The mailbox at a path, by what lies there. Raises `MailboxError` when nothing does.

    A directory with `cur` or `new` in it is a Maildir, another one a folder of mails; a file whose first line is a
    "From " separator is an mbox, any other file is one mail. name: defaults to the path as given.
    """
    shown = name or str(path)
    if path.is_dir():
        return Maildir(path, shown) if (path / "cur").is_dir() or (path / "new").is_dir() else Folder(path, shown)
    if path.is_file():
        return Mbox(path, shown) if _is_mbox(path) else SingleFile(path, shown)
    raise _missing(path)


def _is_mbox(path: Path) -> bool:
    with _opened(path) as file:
        start = file.read(4096)
    return bool(_FIRST_LINE.match(start)) or (not start and path.suffix == ".mbox")


def uid_of(identity: bytes) -> int:
    """A UID, 1 to 2**63 - 1. Two of a million mails share one with a chance of one in ten million."""
    return int.from_bytes(blake2b(identity, digest_size=8).digest(), "big") % (2**63 - 1) + 1


class _Files:
    """What all mailboxes of files share. `uidvalidity` names the kind: another kind numbers its mails anew."""

    uidvalidity: int
    ordered = False

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._closed = threading.Event()
        self._seen: Stamp | None = None

    def examine(self) -> Selected:
        return Selected(self.uidvalidity, None, len(self.uids()))

    def uids(self) -> Sequence[int]:
        self._seen = self._stamp()
        return sorted(self._index())

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        index, as_of = self._index(), None
        for uid in sorted(set(uids)):
            mail = self._read(uid, index)
            if mail is None and as_of != (now := self._stamp()):  # moved since the index was made, or gone
                index, as_of = self._index(), now
                mail = self._read(uid, index)
            if mail is not None:
                raw, flags = mail
                yield Fetched(self.name, self.uidvalidity, uid, None, raw, flags)

    def fetch_after(self, uid: int) -> Iterator[Fetched]:
        del uid  # these UIDs have no order: only all of them leaves none out
        return self.fetch(self.uids())

    def wait(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        if self._seen is None:
            self._seen = self._stamp()
        while not self._closed.is_set():
            now = self._stamp()
            if now != self._seen:
                self._seen = now
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._closed.wait(min(LOOK_EVERY, left))
        return False

    def close(self) -> None:
        self._closed.set()

    def _index(self) -> dict[int, object]:
        """UID -> where the mail lies."""
        raise NotImplementedError

    def _read(self, uid: int, index: dict[int, object]) -> tuple[bytes, tuple[str, ...]] | None:
        """The mail and its flags; None when it is no longer there."""
        raise NotImplementedError

    def _stamp(self) -> Stamp:
        """Changes whenever a mail may have come; cheap."""
        return _stamp_of(self.path)


class _Directory(_Files):
    """Mails in files of their own: `_index` maps a UID to a path."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        self._hashes: dict[Path, tuple[Stamp, int]] = {}
        self._complained: set[Path] = set()

    def _folders(self) -> tuple[Path, ...]:
        return (self.path,)

    def _uid(self, path: Path) -> int | None:
        raise NotImplementedError

    def _stamp(self) -> Stamp:
        return sum((_stamp_of(folder) for folder in self._folders()), ())

    def _index(self) -> dict[int, object]:
        if not self.path.is_dir():
            raise _missing(self.path)
        index: dict[int, object] = {}
        for folder in self._folders():
            for path in self._files_in(folder):
                uid = self._uid(path)
                if uid is not None:
                    index[uid] = path
        return index

    def _read(self, uid: int, index: dict[int, object]) -> tuple[bytes, tuple[str, ...]] | None:
        path = index.get(uid)
        if not isinstance(path, Path):
            return None
        raw = self._content(path)
        replaced = raw is not None and path in self._hashes and uid_of(raw) != uid
        return None if raw is None or replaced else (raw, _maildir_flags(path.name))

    def _content(self, path: Path) -> bytes | None:
        """One unreadable mail does not stop the others: it is left out, and said so once."""
        try:
            with _opened(path) as file:
                return file.read()
        except FileNotFoundError:
            return None
        except MailboxError as error:
            self._complain(path, str(error))
            return None

    def _complain(self, path: Path, text: str) -> None:
        if path not in self._complained:
            self._complained.add(path)
            log.warning("%s", text)

    def _files_in(self, folder: Path) -> Iterator[Path]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except FileNotFoundError:  # git keeps no empty folders: a Maildir without `cur` has no mail there
            return
        except OSError as error:
            raise MailboxError(f"{folder} cannot be read: {error.strerror}. Check who may read it.") from error
        for entry in entries:
            if entry.name.startswith(".") or entry.is_dir():
                continue
            path = folder / entry.name
            if entry.is_file(follow_symlinks=False) or self._is_ours(path):
                yield path

    def _is_ours(self, path: Path) -> bool:
        """Whether a link stays inside: one that leads out could show any file of this machine on the review page."""
        target = path.resolve()
        inside = target.is_file() and target.is_relative_to(self.path.resolve())
        if not inside and path.is_symlink():
            self._complain(path, f"{path} is a link that leads out of the mailbox; it is not read.")
        return inside

    def _uid_by_content(self, path: Path) -> int | None:
        """Hashed once a version of the file: a poll with nothing new opens nothing."""
        stamp = _stamp_of(path)
        known = self._hashes.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        raw = self._content(path)
        if raw is None:
            return None
        uid = uid_of(raw)
        self._hashes[path] = (stamp, uid)
        return uid


class Maildir(_Directory):
    """A Maildir; `cur` or `new` may be missing. Its subfolders (`.Sent`) are mailboxes of their own."""

    uidvalidity = 1

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        self._known: tuple[Stamp, dict[int, object]] | None = None
        self._named_by_hand = False

    def _index(self) -> dict[int, object]:
        """Read anew only when the folders have changed: a mail in a Maildir never does, unless its name is a person's."""
        stamp = self._stamp()
        if self._known is None or self._known[0] != stamp:
            self._named_by_hand = False
            # A change that follows at once may leave the same time stamp.
            settled = max(stamp[3::4]) < time.time_ns() - SETTLED_AFTER
            index = super()._index()
            self._known = (stamp, index) if settled and not self._named_by_hand else None
            return index
        return self._known[1]

    def _folders(self) -> tuple[Path, ...]:
        # `new` first: a mail that moves to `cur` meanwhile is then met twice rather than not at all
        return (self.path / "new", self.path / "cur")

    def _uid(self, path: Path) -> int | None:
        unique = _NAME_TAIL.sub("", path.name, count=1)
        if unique.endswith(".json"):  # notes beside the mails of a hand-made Maildir
            return None
        if _DELIVERY_NAME.fullmatch(unique):
            return uid_of(os.fsencode(unique))
        self._named_by_hand = True
        return self._uid_by_content(path)


class Folder(_Directory):
    """A folder of mails, one a file, not its subfolders: `.eml`, and other files that start as a mail does."""

    uidvalidity = 3

    def _uid(self, path: Path) -> int | None:
        return self._uid_by_content(path) if path.suffix.lower() in _MAIL_SUFFIXES or _begins_as_mail(path) else None


class SingleFile(_Directory):
    """One mail in one file, whatever its name."""

    uidvalidity = 4

    def _index(self) -> dict[int, object]:
        uid = self._uid_by_content(self.path)
        if uid is None:
            raise _missing(self.path)
        return {uid: self.path}

    def _content(self, path: Path) -> bytes | None:
        with _opened(path) as file:
            return file.read()


class _Span(NamedTuple):
    start: int
    end: int


class Mbox(_Files):
    """An mbox (mboxrd and mboxo; RFC 4155). Taken whole under a shared lock, so that no half-written mail is seen."""

    uidvalidity = 2

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        self._known: tuple[Stamp, dict[int, object]] | None = None

    def _index(self) -> dict[int, object]:
        with _locked(self.path) as file:
            stamp = _stamp_of(self.path)
            if self._known is None or self._known[0] != stamp:
                self._known = stamp, {uid_of(_unmarked(raw)): span for span, raw in _mails_in(file)}
            return self._known[1]

    def _read(self, uid: int, index: dict[int, object]) -> tuple[bytes, tuple[str, ...]] | None:
        span = index.get(uid)
        with _locked(self.path) as file:
            if not isinstance(span, _Span) or self._known is None or self._known[0] != _stamp_of(self.path):
                return None  # rewritten since: offsets mean nothing now
            file.seek(span.start)
            return _unquoted(file.read(span.end - span.start)), ()


def _mails_in(file: BinaryIO) -> Iterator[tuple[_Span, bytes]]:
    """Where each mail of an mbox starts and ends, and the mail, read through a memory map."""
    if os.fstat(file.fileno()).st_size == 0:
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        first = _FIRST_LINE.match(whole)
        starts = [(0, first.end() if first else 0)]
        starts += [found.span(1) for found in _SEPARATOR.finditer(whole)]
        ends = [start for start, _ in starts[1:]] + [len(whole)]
        for (_, body), end in zip(starts, ends, strict=True):
            span = _Span(body, _without_separating_line(whole, body, end))
            yield span, _unquoted(whole[span.start : span.end])


def _without_separating_line(whole: mmap.mmap, start: int, end: int) -> int:
    """The end of a mail without the empty line that an mbox puts after it."""
    for line in (b"\r\n", b"\n"):
        before = end - len(line)
        if before > start and whole[before:end] == line and whole[before - 1 : before] == b"\n":
            return before
    return end


def _unquoted(raw: bytes) -> bytes:
    return _QUOTED_FROM.sub(rb"\1", raw) if b"\n>" in raw else raw


def _unmarked(raw: bytes) -> bytes:
    """A mail without the marks of mail clients in its header."""
    end = _HEADER_ENDS.search(raw)
    header, body = (raw[: end.start() + 1], raw[end.start() + 1 :]) if end else (raw, b"")
    return _CLIENT_MARKS.sub(b"", header) + body


def looks_like_mail(path: Path) -> bool:
    """Whether a file is a mail by its name (`.eml`) or, where the name does not say, by how it begins."""
    if path.suffix.lower() in _MAIL_SUFFIXES:
        return True
    return path.suffix.lower() not in _DATA_SUFFIXES - {".txt"} and _starts_with_headers(path)


def _begins_as_mail(path: Path) -> bool:
    return path.suffix.lower() not in _DATA_SUFFIXES and _starts_with_headers(path)


def _starts_with_headers(path: Path) -> bool:
    try:
        with _opened(path) as file:
            return bool(_LOOKS_LIKE_MAIL.match(file.read(4096)))
    except (FileNotFoundError, MailboxError):
        return False


def _maildir_flags(name: str) -> tuple[str, ...]:
    _, found, letters = name.rpartition(":2,")
    return tuple(_FLAGS[letter] for letter in letters if letter in _FLAGS) if found else ()


def _opened(path: Path) -> BinaryIO:
    """Open for reading; never waits on a pipe. Raises FileNotFoundError, or `MailboxError` when it may not be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise MailboxError(f"{path} cannot be read: {error.strerror}. Check who may read it.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise MailboxError(f"{path} is not a file. Name a Maildir, an mbox, a folder of .eml or one mail.")
    return os.fdopen(descriptor, "rb")


def _locked(path: Path) -> BinaryIO:
    """The mbox, opened, once no other program is writing it (a `.lock` beside it, or a lock on the file itself)."""
    dotlock, end = Path(f"{path}.lock"), time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            file = _opened(path)
        except FileNotFoundError:
            raise _missing(path) from None
        try:
            if not dotlock.exists():
                fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return file
        except OSError:
            pass
        file.close()
        if time.monotonic() > end:
            raise MailboxError(
                f"{path} is locked by another program. The next poll tries again; if no program is using it, remove {dotlock.name}."
            )
        time.sleep(0.1)


def _stamp_of(path: Path) -> Stamp:
    """Device, inode, size and time of change in nanoseconds: other ones mean another content. Zeros when there is nothing."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0, 0)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _missing(path: Path) -> MailboxError:
    return MailboxError(f"{path} does not exist. Name a Maildir, an mbox, a folder of .eml or one mail.")
