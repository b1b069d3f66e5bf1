"""Nothing lost, nothing doubled, whatever stops a poll."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk.conftest import NOON, ListMailbox, decision
from triage.desk.cases import Desk
from triage.desk.intake import Poll, poll
from triage.desk.states import State
from triage.desk.store import Store
from triage.doors.mailbox import Fetched
from triage.errors import StoreError
from triage.model import Decision, Doubt, Reading


def clock() -> datetime:
    return NOON


def consider(fetched: Fetched, now: datetime) -> Decision:
    if fetched.raw.startswith(b"poison"):
        raise RecursionError("too deep")
    return decision(fetched.raw.decode("latin-1"))


def unreadable(fetched: Fetched, now: datetime) -> Decision:
    made = decision(draft=False)
    return Decision(
        made.message, Reading("und", doubts=(Doubt("unreadable", "It could not be read."),)), made.deadlines
    )


def take(mailbox: ListMailbox, desk: Desk) -> Poll:
    return poll(mailbox, desk, consider, unreadable, clock)


def test_a_second_poll_takes_nothing(desk: Desk) -> None:
    mailbox = ListMailbox([b"one", b"two"])
    assert take(mailbox, desk).cases == 2
    again = take(mailbox, desk)
    assert (again.taken, again.cases, again.unaccounted) == (0, 0, 0)
    assert len(desk.queue()) == 2


def test_a_mail_that_defeats_the_reader_is_a_case_with_its_deadline(desk: Desk) -> None:
    result = take(ListMailbox([b"one", b"poison", b"three"]), desk)
    assert (result.cases, result.unreadable, result.unaccounted) == (3, 1, 0)
    (row,) = desk.queue([State.NEEDS_PERSON])
    assert row.due_at is not None
    assert desk.store.raw(desk.store.sha256_of(row.id)) == b"poison"


def test_a_renumbered_mailbox_doubles_nothing(desk: Desk) -> None:
    take(ListMailbox([b"one", b"two"], uidvalidity=1), desk)
    again = take(ListMailbox([b"two", b"one", b"three"], uidvalidity=2), desk)
    assert (again.taken, again.cases, again.unaccounted) == (3, 1, 0)
    assert len(desk.queue()) == 3


def test_a_mail_deleted_on_the_server_stays_a_case(desk: Desk) -> None:
    mailbox = ListMailbox([b"one", b"two"])
    take(mailbox, desk)
    del mailbox.mails[1]
    assert take(mailbox, desk).unaccounted == 0
    assert len(desk.queue()) == 2


def test_a_mail_that_cannot_be_fetched_is_counted_as_unaccounted(desk: Desk) -> None:
    class Withholding(ListMailbox):
        def fetch(self, uids):  # type: ignore[no-untyped-def]
            return super().fetch([uid for uid in uids if uid != 2])

    assert take(Withholding([b"one", b"two"]), desk).unaccounted == 1
    assert desk.store.mailboxes()[0].unaccounted == 1


@settings(max_examples=40, deadline=None)
@given(
    history=st.lists(
        st.tuples(st.lists(st.sampled_from([b"a", b"b", b"c", b"d", b"poison"]), max_size=6), st.integers(1, 3)),
        max_size=5,
    )
)
def test_the_cases_are_a_function_of_the_mails(tmp_path_factory: pytest.TempPathFactory, history) -> None:  # type: ignore[no-untyped-def]
    """However a mailbox is renumbered, reordered, duplicated or emptied between polls."""
    with Store(tmp_path_factory.mktemp("desk") / "desk.db") as store:
        desk = Desk(store)
        for renumbering, (mails, _) in enumerate(history, 1):
            take(ListMailbox(mails, uidvalidity=renumbering), desk)
        kept = {desk.store.raw(store.sha256_of(row.id)) for row in desk.queue(State)}
        assert len(desk.queue(State)) == len(kept)
        assert kept == {mail for mails, _ in history for mail in mails}


POLLER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tests.desk.conftest import ListMailbox
    from tests.desk.test_intake import take
    from triage.desk.cases import Desk
    from triage.desk.store import Store
    with Store(Path(sys.argv[1])) as store:
        print("started", flush=True)
        print(take(ListMailbox([b"mail %d" % n for n in range(200)]), Desk(store)).cases)
    """
)


def _poller(database: Path) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", POLLER, str(database)], cwd=root, stdout=subprocess.PIPE)


def test_killed_anywhere_and_polled_again(tmp_path: Path) -> None:
    database = tmp_path / "desk.db"
    for wait in (0.0, 0.02, 0.05, 0.09, 0.14, 0.2):
        process = _poller(database)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    with Store(database) as store:
        desk = Desk(store)
        take(ListMailbox([b"mail %d" % n for n in range(200)]), desk)
        kept = sorted(store.raw(store.sha256_of(row.id)) for row in desk.queue(State))
    assert kept == sorted(b"mail %d" % n for n in range(200))


def test_two_pollers_at_once_are_harmless(tmp_path: Path) -> None:
    database = tmp_path / "desk.db"
    pollers = [_poller(database) for _ in range(2)]
    opened = 0
    for poller in pollers:
        out, _ = poller.communicate(timeout=60)
        assert poller.returncode == 0, out
        opened += int(out.split()[-1])
    assert opened == 200
    with Store(database) as store:
        assert len(Desk(store).queue(State)) == 200


def test_a_new_database_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    def open_it(number: int) -> int:
        together.wait()
        with Store(tmp_path / f"{number // 4}.db") as store:
            return len(store.cases())

    together = Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(open_it, range(8))) == [0] * 8


def test_a_half_written_mail_is_never_read(tmp_path: Path) -> None:
    with Store(tmp_path / "desk.db") as store:
        sha256 = store.keep(b"whole")
        (left,) = [path for path in store.mail_folder.rglob("*") if path.is_file()]
        assert left.name == f"{sha256}.eml"
        assert store.raw(sha256) == b"whole"


def test_a_mail_that_cannot_be_kept_ends_the_poll_with_the_next_step(desk: Desk) -> None:
    desk.store.mail_folder.write_text("a file where the folder would be")
    with pytest.raises(StoreError, match="poll again"):
        take(ListMailbox([b"one"]), desk)
    desk.store.mail_folder.unlink()
    assert take(ListMailbox([b"one"]), desk).cases == 1


def test_a_full_disk_is_said_and_nothing_is_half_done(tmp_path: Path) -> None:
    def take_into_little_room() -> None:
        with Store(tmp_path / "desk.db") as store:
            (pages,) = store._conn.execute("pragma page_count").fetchone()
            store._conn.execute(f"pragma max_page_count = {pages + 8}")
            take(ListMailbox([b"mail %d" % n for n in range(200)]), Desk(store))

    with pytest.raises(StoreError, match="has room"):
        take_into_little_room()
    with Store(tmp_path / "desk.db") as store:
        taken = len(Desk(store).queue(State))
        assert 0 < taken < 200
        assert take(ListMailbox([b"mail %d" % n for n in range(200)]), Desk(store)).cases == 200 - taken
