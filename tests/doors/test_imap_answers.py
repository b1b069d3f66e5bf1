"""What servers say, in all the ways in which they say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.doors.imap.answers import esearch_uids, fetch_items, internal_date, search_uids, uid_set
from triage.doors.imap.mailbox import BACKOFF_LIMIT, MAILS_AT_ONCE, backoff, batches
from triage.doors.imap.names import Folder, decode_name, encode_name, listed


def items(*answers: object) -> list[tuple[int, bytes | None]]:
    return [(item.uid, item.raw) for item in fetch_items(answers)]


def test_answers_in_any_order_with_strangers_between() -> None:
    answers = [
        b"2 (FLAGS (\\Seen))",
        (b"1 (FLAGS (\\Seen) BODY[] {3}", b"abc"),
        b" UID 11)",
        (b"3 (UID 13 BODY[] {3}", b"4 ("),
        b")",
        b'5 (UID 15 BODY[] "q \\"uid 9\\" \\\\")',
        b"6 (UID 16 BODY[] NIL)",
    ]
    assert items(*answers) == [(11, b"abc"), (13, b"4 ("), (15, b'q "uid 9" \\'), (16, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03-Feb-2024 12:00:00 +0100", datetime(2024, 2, 3, 11, 0, tzinfo=UTC)),
        (" 3-Feb-2024 12:00:00 +0000", datetime(2024, 2, 3, 12, 0, tzinfo=UTC)),
        ("3-Feb-2024 23:59:60 -1130", datetime(2024, 2, 4, 11, 29, 59, tzinfo=UTC)),
        ("31-Feb-2024 12:00:00 +0000", None),
        ("03-Feb-2024 12:00:00 +2500", None),
        ("yesterday", None),
    ],
)
def test_internal_date(text: str, expected: datetime | None) -> None:
    assert internal_date(text) == expected


@given(st.sets(st.integers(1, 2000)))
def test_sequence_sets_say_the_same_uids(uids: set[int]) -> None:
    written = uid_set(sorted(uids))
    assert esearch_uids([b"(TAG A) UID ALL " + written.encode()] if uids else [b"(TAG A) UID"]) == sorted(uids)


@given(st.sets(st.integers(1, 500)), st.sets(st.integers(1, 500)))
def test_batches_are_bounded_and_leave_nothing_out(uids: set[int], large: set[int]) -> None:
    made = list(batches(sorted(uids), large))
    assert [uid for batch in made for uid in batch] == sorted(uids)
    for batch in made:
        assert len(batch) <= MAILS_AT_ONCE
        assert len(batch) == 1 or not large.intersection(batch)


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_backoff_grows_to_a_limit(attempt: int, chance: float) -> None:
    assert 0.5 <= backoff(attempt, lambda: chance) <= BACKOFF_LIMIT


@given(st.text())
def test_names_survive_modified_utf7(name: str) -> None:
    written = encode_name(name)
    assert all(" " <= letter <= "~" for letter in written)
    assert decode_name(written) == name


def test_modified_utf7_as_the_standard_has_it() -> None:
    assert encode_name("~peter/mail/台北/日本語 & co") == "~peter/mail/&U,BTFw-/&ZeVnLIqe- &- co"


PIECES = st.sampled_from(
    [
        b"1 (",
        b"UID 5",
        b" UID 99999999999999999999",
        b"BODY[] ",
        b"{3}",
        b'"',
        b"\\",
        b"NIL",
        b")",
        b'INTERNALDATE "',
        b"FLAGS (",
    ]
)
ANSWERS = st.lists(PIECES | st.binary(max_size=9)).map(b"".join)


@given(st.lists(ANSWERS | st.tuples(ANSWERS, st.binary())))
def test_no_answer_breaks_the_reading(answers: list[object]) -> None:
    for item in fetch_items(answers):
        assert item.uid <= 9_999_999_999
    listed(answers)


def test_absurd_search_results_are_refused() -> None:
    for nonsense in (b"(TAG A) UID ALL 1:4294967295", b"(TAG A) UID ALL 1::", b"(TAG A) UID ALL " + b"9" * 5000):
        with pytest.raises(ValueError, match=r"UIDs|int|digits"):
            esearch_uids([nonsense])
    with pytest.raises(ValueError, match="int"):
        search_uids([b"1 2 x"])


def test_folders_are_listed_however_their_names_come() -> None:
    answers = [
        b'(\\HasNoChildren) "/" INBOX',
        b'(\\Drafts) "/" "say \\"hi\\""',
        (b'() "." {9}', b"K&APY-ln/x"),
        b"(\\Noselect) NIL &U,BTFw-",
        None,
    ]
    assert listed(answers) == [
        Folder("INBOX", frozenset({"\\hasnochildren"})),
        Folder('say "hi"', frozenset({"\\drafts"})),
        Folder("Köln/x", frozenset()),
        Folder("台北", frozenset({"\\noselect"})),
    ]
