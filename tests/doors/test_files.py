"""Mail in files: taken once, whatever mail clients do to the files meanwhile, and nothing written."""

from __future__ import annotations

import logging
import mailbox
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from triage.doors import files
from triage.doors.files import open_files
from triage.errors import MailboxError


def mail(subject: str, body: str = "Hello") -> bytes:
    return f"From: dana@northpeak.example\nSubject: {subject}\n\n{body}\n".encode()


def raws(path: Path) -> list[bytes]:
    return sorted(found.raw for found in open_files(path).fetch_after(0))


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return tmp_path / "Maildir"


# --- any kind -------------------------------------------------------------------------------------------------------


def _maildir(path: Path, mails: list[bytes]) -> Path:
    made = mailbox.Maildir(path, create=True)
    for raw in mails:
        made.add(raw)
    return path


def _mbox(path: Path, mails: list[bytes]) -> Path:
    made = mailbox.mbox(path)
    for raw in mails:
        made.add(raw)
    made.close()
    return path


def _folder(path: Path, mails: list[bytes]) -> Path:
    path.mkdir()
    for number, raw in enumerate(mails):
        (path / f"{number}.eml").write_bytes(raw)
    return path


KINDS = [_maildir, _mbox, _folder]


@pytest.mark.parametrize("make", KINDS)
def test_same_mails_from_every_kind(tmp_path: Path, make: Callable[[Path, list[bytes]], Path]) -> None:
    sent = [mail("one"), mail("two", "From me to you\n\nFrom the start"), mail("three", "Grüße\n\n\n")]
    opened = open_files(make(tmp_path / "mails", sent))
    found = list(opened.fetch(opened.uids()))
    assert sorted(one.raw for one in found) == sorted(sent)
    assert [one.uid for one in found] == sorted(opened.uids())
    assert {one.uidvalidity for one in found} == {opened.examine().uidvalidity}
    assert {one.received_at for one in found} == {None}


@pytest.mark.parametrize("make", KINDS)
def test_second_look_finds_the_same(tmp_path: Path, make: Callable[[Path, list[bytes]], Path]) -> None:
    path = make(tmp_path / "mails", [mail("one"), mail("two")])
    opened = open_files(path)
    assert opened.uids() == opened.uids() == open_files(path).uids()
    assert opened.examine().exists == 2


@pytest.mark.parametrize("make", KINDS)
def test_empty_mailbox(tmp_path: Path, make: Callable[[Path, list[bytes]], Path]) -> None:
    path = make(tmp_path / "mails.mbox", [])
    path.touch()
    assert list(open_files(path).fetch_after(0)) == []


@pytest.mark.parametrize("make", KINDS)
def test_nothing_is_written(tmp_path: Path, make: Callable[[Path, list[bytes]], Path]) -> None:
    path = make(tmp_path / "mails", [mail("one"), mail("two")])

    def everything() -> list[object]:
        return [(found, found.stat().st_mtime_ns, found.stat().st_size) for found in sorted(tmp_path.rglob("*"))]

    before = everything()
    opened = open_files(path)
    opened.examine()
    list(opened.fetch_after(0))
    opened.wait(0)
    opened.close()
    assert everything() == before


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="does not exist"):
        open_files(tmp_path / "no")


@pytest.mark.parametrize("make", KINDS)
def test_mailbox_that_goes_away(tmp_path: Path, make: Callable[[Path, list[bytes]], Path]) -> None:
    path = make(tmp_path / "mails", [mail("one")])
    opened = open_files(path)
    opened.uids()
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(MailboxError, match="does not exist"):
        opened.uids()


def test_one_file_is_one_mail(tmp_path: Path) -> None:
    path = tmp_path / "claim"
    path.write_bytes(b"anything at all")
    assert raws(path) == [b"anything at all"]


# --- news -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", KINDS)
def test_wakes_up_to_a_new_mail(tmp_path: Path, make: Callable[[Path, list[bytes]], Path]) -> None:
    path = make(tmp_path / "mails", [mail("one")])
    opened = open_files(path)
    known = set(opened.uids())
    assert opened.wait(0.05) is False

    def arrive() -> None:
        if path.is_file():
            path.write_bytes(path.read_bytes() + b"From x@y.example Tue Mar  3 14:00:00 2026\n" + mail("two") + b"\n")
        else:
            folder = path / "new" if (path / "new").is_dir() else path
            (folder / "1790000000.M1P1.host.eml").write_bytes(mail("two"))

    threading.Timer(0.1, arrive).start()
    assert opened.wait(5) is True
    assert [found.raw for found in opened.fetch(sorted(set(opened.uids()) - known))] == [mail("two")]


def test_closing_ends_a_wait(maildir: Path) -> None:
    opened = open_files(maildir)
    threading.Timer(0.1, opened.close).start()
    began = time.monotonic()
    assert opened.wait(10) is False
    assert time.monotonic() - began < 2


# --- Maildir --------------------------------------------------------------------------------------------------------


class AMaildirInUse(RuleBasedStateMachine):
    """Deliver, mark, move, remove, poll, in any order: each mail that was there during a poll is taken exactly once."""

    names: Bundle[str] = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        (self.path / "new").mkdir()
        (self.path / "cur").mkdir()
        self.number = 0
        self.there: dict[str, bytes] = {}
        self.due: list[bytes] = []
        self.taken: list[bytes] = []
        self.known: set[int] = set()

    @rule(target=names, size=st.booleans(), given_by_hand=st.booleans())
    def deliver(self, size: bool, given_by_hand: bool) -> str:
        self.number += 1
        name = (
            f"claim {self.number}, second, S.eml" if given_by_hand else f"179000000{self.number}.M{self.number}P7.host"
        )
        raw = mail(str(self.number))
        (self.path / "new" / (name + (f",S={len(raw)}" if size and not given_by_hand else ""))).write_bytes(raw)
        self.there[name] = raw
        return name

    @rule(name=names, flags=st.sampled_from(["", "S", "RS", "FST"]), size=st.booleans())
    def mark(self, name: str, flags: str, size: bool) -> None:
        for path in self.path.glob("*/*"):
            if path.name.startswith(name) and name in self.there:
                field = ",S=9" if size and not name.startswith("claim") else ""
                path.rename(self.path / "cur" / f"{name}{field}:2,{flags}")

    @rule(name=consumes(names))
    def remove(self, name: str) -> None:
        for path in self.path.glob("*/*"):
            if path.name.startswith(name):
                path.unlink()
        self.there.pop(name, None)

    @rule()
    def poll(self) -> None:
        opened = open_files(self.path)
        new = sorted(set(opened.uids()) - self.known)
        self.taken += [found.raw for found in opened.fetch(new)]
        self.known |= set(new)
        self.due += [raw for raw in self.there.values() if raw not in self.due]

    @invariant()
    def neither_lost_nor_doubled(self) -> None:
        assert sorted(self.taken) == sorted(self.due)

    def teardown(self) -> None:
        self.folder.cleanup()


AMaildirInUse.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestAMaildirInUse = AMaildirInUse.TestCase


def test_maildir_as_git_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / ".gitkeep").touch()
    (tmp_path / "new" / "claim.eml").write_bytes(mail("one"))
    (tmp_path / "new" / "claim.json").write_text("{}")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "notes.eml").write_bytes(mail("not ours"))
    assert raws(tmp_path) == [mail("one")]


def test_flags_are_read_from_the_name(maildir: Path) -> None:
    (maildir / "cur" / "1790000000.M1P1.host:2,FS").write_bytes(mail("one"))
    (found,) = open_files(maildir).fetch_after(0)
    assert set(found.flags) == {"\\Seen", "\\Flagged"}


def test_name_used_again_for_another_mail(maildir: Path) -> None:
    path = maildir / "new" / "claim.eml"
    opened = open_files(maildir)
    path.write_bytes(mail("one"))
    before = set(opened.uids())
    path.unlink()
    path.write_bytes(mail("two"))
    assert len(set(opened.uids()) - before) == 1


def test_two_deliveries_of_the_same_bytes_are_two_mails(maildir: Path) -> None:
    for name in ("1790000000.M1P1.host", "1790000000.M2P1.host"):
        (maildir / "new" / name).write_bytes(mail("one"))
    assert len(open_files(maildir).uids()) == 2


def test_mail_moved_between_look_and_fetch(maildir: Path) -> None:
    (maildir / "new" / "1790000000.M1P1.host").write_bytes(mail("one"))
    (maildir / "new" / "1790000000.M2P1.host").write_bytes(mail("two"))
    opened = open_files(maildir)
    coming = opened.fetch(opened.uids())
    first = next(coming)
    for path in list((maildir / "new").iterdir()):
        path.rename(maildir / "cur" / f"{path.name}:2,S")
    assert sorted([first.raw, *(found.raw for found in coming)]) == [mail("one"), mail("two")]


def test_file_replaced_between_look_and_fetch(tmp_path: Path) -> None:
    (tmp_path / "claim.eml").write_bytes(mail("one"))
    opened = open_files(tmp_path)
    known = opened.uids()
    (tmp_path / "claim.eml").write_bytes(mail("another"))
    assert list(opened.fetch(known)) == []
    assert [found.raw for found in opened.fetch(opened.uids())] == [mail("another")]


def test_mail_gone_between_look_and_fetch(maildir: Path) -> None:
    (maildir / "new" / "1790000000.M1P1.host").write_bytes(mail("one"))
    opened = open_files(maildir)
    known = opened.uids()
    (maildir / "new" / "1790000000.M1P1.host").unlink()
    assert list(opened.fetch(known)) == []


def test_links_that_lead_out_are_not_read(maildir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "private").write_bytes(b"Subject: not a mail\n\nsecret")
    (maildir / "new" / "1790000000.M1P1.host").symlink_to(tmp_path / "private")
    (maildir / "cur" / "1790000000.M2P1.host:2,").write_bytes(mail("one"))
    (maildir / "cur" / "1790000000.M3P1.host:2,").symlink_to(maildir / "cur" / "1790000000.M2P1.host:2,")
    opened = open_files(maildir)
    with caplog.at_level(logging.WARNING):
        assert {found.raw for found in opened.fetch_after(0)} == {mail("one")}
        opened.uids()
    assert caplog.text.count("leads out of the mailbox") == 1


def test_pipe_in_a_mailbox_does_not_stop_it(maildir: Path) -> None:
    os.mkfifo(maildir / "new" / "1790000000.M1P1.host")
    (maildir / "new" / "1790000000.M2P1.host").write_bytes(mail("one"))
    assert raws(maildir) == [mail("one")]


def test_poll_with_nothing_new_opens_no_mail(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (maildir / "new" / "1790000000.M1P1.host").write_bytes(mail("one"))
    (maildir / "new" / "by hand.eml").write_bytes(mail("two"))
    opened = open_files(maildir)
    before = opened.uids()
    monkeypatch.setattr(files, "_opened", lambda path: pytest.fail(f"{path} was opened"))
    assert opened.uids() == before


# --- folder of .eml -------------------------------------------------------------------------------------------------


def test_folder_takes_mails_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"\xff\x00 not much of a mail")
    (tmp_path / "B.EML").write_bytes(mail("B"))
    (tmp_path / "1790000000.M1P1.host").write_bytes(mail("without a suffix"))
    (tmp_path / "a.json").write_text('{"From": 1}')
    (tmp_path / "README.md").write_text("From: nobody\n")
    (tmp_path / "notes").write_text("Nothing here.\n")
    (tmp_path / ".hidden.eml").write_bytes(mail("hidden"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.eml").write_bytes(mail("c"))
    assert raws(tmp_path) == sorted([b"\xff\x00 not much of a mail", mail("B"), mail("without a suffix")])


def test_renamed_mail_is_no_new_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail("one"))
    before = open_files(tmp_path).uids()
    (tmp_path / "a.eml").rename(tmp_path / "b.eml")
    assert open_files(tmp_path).uids() == before


# --- mbox -----------------------------------------------------------------------------------------------------------

SEPARATOR = b"From dana@northpeak.example Tue Mar  3 14:00:00 2026\n"


def test_mbox_splits_only_where_a_mail_begins(tmp_path: Path) -> None:
    path = tmp_path / "mails"
    path.write_bytes(
        b"From - Tue, 3 Mar 2026 14:00:00 +0100\n" + mail("one", "text\n\nFrom Monday on\nit was down\n\n>From x")
        + b"\n" + SEPARATOR + mail("two", "text\n" + SEPARATOR.decode() + "more") + b"\n" + SEPARATOR + mail("three")
    )  # fmt: skip
    first, second, third = sorted(raws(path), key=lambda raw: raw.index(b"Subject: ") and raw)
    assert first == mail("one", "text\n\nFrom Monday on\nit was down\n\nFrom x")
    assert third == mail("two", "text\n" + SEPARATOR.decode() + "more")
    assert second == mail("three")


def test_mbox_with_crlf(tmp_path: Path) -> None:
    path = tmp_path / "mails"
    one, two = mail("one").replace(b"\n", b"\r\n"), mail("two").replace(b"\n", b"\r\n")
    path.write_bytes((SEPARATOR + one + b"\n" + SEPARATOR + two).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert raws(path) == [one, two]


def test_marks_in_an_mbox_make_no_new_mail(tmp_path: Path) -> None:
    path = tmp_path / "mails"
    path.write_bytes(SEPARATOR + mail("one") + b"\n" + SEPARATOR + mail("two") + b"\n")
    opened = open_files(path)
    before = opened.uids()
    path.write_bytes(path.read_bytes().replace(b"Subject: two", b"Status: RO\nX-Keywords:\n  a\nSubject: two"))
    assert opened.uids() == before
    path.write_bytes(SEPARATOR + mail("two") + b"\n")
    assert set(opened.uids()) < set(before)


def test_mbox_that_is_rewritten_between_look_and_fetch(tmp_path: Path) -> None:
    path = tmp_path / "mails"
    path.write_bytes(SEPARATOR + mail("one") + b"\n" + SEPARATOR + mail("two") + b"\n")
    opened = open_files(path)
    coming = opened.fetch(opened.uids())
    first = next(coming)
    path.write_bytes(SEPARATOR + mail("zero, and longer") + b"\n" + path.read_bytes())
    assert sorted([first.raw, *(found.raw for found in coming)]) == [mail("one"), mail("two")]


def test_mbox_that_is_being_written_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LOCK_PATIENCE", 0.2)
    path = tmp_path / "mails"
    path.write_bytes(SEPARATOR + mail("one"))
    opened = open_files(path)
    (tmp_path / "mails.lock").touch()
    with pytest.raises(MailboxError, match=r"remove mails\.lock"):
        opened.uids()
    (tmp_path / "mails.lock").unlink()
    assert len(opened.uids()) == 1
