"""Facts out of a file: what is wrong with one set is told by its place, and the others are answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from triage.cli import main

GOOD = b'{"claimant": "northpeak"}'


def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes) -> tuple[int, int, str]:
    """Exit code, number of answers, and what was said."""
    (tmp_path / "facts.json").write_bytes(data)
    code = main(["assess", str(tmp_path / "facts.json"), "--json"])
    out, err = capsys.readouterr()
    return code, len([json.loads(line) for line in out.split("\n") if line]), err


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (b'{"claimant": "a", "claimant": "b"}', "`claimant` stands here twice"),
        (b'{"account": {"plan": "free", "plan": "payg"}}', "account: `plan` stands here twice"),
        (b'{"elsewhere": {"plan": "free", "plan": "payg"}}', "elsewhere: `plan` stands here twice"),
        (b'{"cycles": [{"start": "2026-03-01", "uptime_percent": 1e400}]}', "cycles[0].uptime_percent: the number"),
        (
            b'{"cycles": [{"start": "2026-03-01", "uptime_percent": 1e99999999999999999999}]}',
            "cycles[0].uptime_percent: ",
        ),
        (b'{"cycles": [{"start": "2026-03-01", "uptime_percent": NaN}]}', "cycles[0].uptime_percent: the number"),
        (b'{"account": {"billing_day": %s}}' % (b"9" * 6000), "account.billing_day: a day of the month"),
        (b'{"claimant": "\\ud800"}', "claimant: a text of whole characters"),
        (b'{"claimant": "\xff"}', "this is not UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    ],
)
def test_one_set_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: bytes, told: str
) -> None:
    code, answers, said = asked(tmp_path, capsys, GOOD + b"\n" + wrong + b"\n" + GOOD)
    assert (code, answers) == (1, 2)
    assert "facts.json:2: " in said
    assert told in said


def test_a_set_in_a_list_is_named_by_its_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answers, said = asked(tmp_path, capsys, b'[%s, {"region": "a", "region": "b"}, %s]' % (GOOD, GOOD))
    assert (code, answers) == (1, 2)
    assert "facts.json[1]: `region` stands here twice" in said


def test_a_document_over_several_lines_is_one_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answers, said = asked(tmp_path, capsys, b'{\n "claimant": "a",\n "region": }\n')
    assert (code, answers) == (1, 0)
    assert len(said.splitlines()) == 1
    assert "line 3" in said


@pytest.mark.parametrize("empty", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_holds_no_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str], empty: bytes) -> None:
    code, answers, said = asked(tmp_path, capsys, empty)
    assert (code, answers) == (1, 0)
    assert "there are no facts in it" in said


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(tmp_path / "none.json"), "--json"]) == 1
    assert "none.json cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf" + GOOD + b"\r\n" + GOOD, b'{"claimant": "a\xe2\x80\xa8b"}\n' + GOOD],
    ids=["byte order mark and CRLF", "a line separator within a text"],
)
def test_lines_are_what_line_feeds_part(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes) -> None:
    assert asked(tmp_path, capsys, data) == (0, 2, "")
