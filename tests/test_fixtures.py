"""The demo's mailbox: its mails and their expected readings belong together, and the reader reads them well.

The thresholds leave room below what is measured today. No fixture is ever trained on.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from triage import wiring
from triage.mail import parse
from triage.model import Message, Reading
from triage.paths import shipped
from triage.reading import Reader
from triage.reading.corpus import Sample, load
from triage.reading.evaluate import Report, evaluate
from triage.reading.labels import CATEGORIES, RIGHTS
from triage.reading.vocabulary import load_vocabulary
from triage.settings import Settings

FIXTURES = shipped("mailbox_fixtures")
MAILS = {path.stem: path for path in sorted((FIXTURES / "new").iterdir())}
EXPECTED: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((FIXTURES / "expected").iterdir())
}
FIRST, LAST = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 20, 8, tzinfo=UTC)
LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ja"}
FIELDS = {"language", "categories", "rights", "account", "resources", "regions", "incidents", "missing"}
#: What a person answers for, and nobody may learn of too late.
MUST_NOT_PASS = {"data_request", "privacy_concern", "legal_demand"}


def of(name: str) -> Message:
    return parse(MAILS[name].read_bytes(), source=name)


def said(field: str) -> set[str]:
    """Every value that a field has in some expected reading."""
    return {value for gold in EXPECTED.values() for value in gold.get(field, ())}


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return load(FIXTURES)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = wiring.pack_folder(Settings(folder=tmp_path_factory.mktemp("desk")))
    return Reader.load(load_vocabulary(folder / "vocabulary.yaml"))


@pytest.fixture(scope="module")
def readings(reader: Reader, samples: list[Sample]) -> dict[str, Reading]:
    return {s.id: r for s, r in zip(samples, reader.read_many(s.message for s in samples), strict=True)}


@pytest.fixture(scope="module")
def report(reader: Reader, samples: list[Sample]) -> Report:
    return evaluate(reader, samples)


# --- the mailbox ----------------------------------------------------------------------------------------------------


def test_every_mail_has_an_expected_reading_and_the_other_way_round(samples: list[Sample]) -> None:
    assert len(MAILS) >= 60
    assert MAILS.keys() == EXPECTED.keys() == {sample.id for sample in samples}


def test_mails_are_numbered_without_a_gap() -> None:
    assert [int(name[:3]) for name in MAILS] == list(range(1, len(MAILS) + 1))


def test_every_kind_right_and_language_occurs() -> None:
    assert said("categories") == set(CATEGORIES)
    assert said("rights") == set(RIGHTS)
    assert {gold.get("language") for gold in EXPECTED.values()} >= LANGUAGES


def test_expected_readings_use_only_known_fields() -> None:
    assert set().union(*EXPECTED.values()) <= FIELDS


def test_rights_stand_beside_data_requests_alone() -> None:
    for name, gold in EXPECTED.items():
        assert bool(gold["rights"]) == ("data_request" in gold["categories"]), name


def test_mails_arrived_before_the_demo_starts() -> None:
    times = {name: of(name).received_at for name in MAILS}
    dated = {name: at for name, at in times.items() if at.year != 1970}
    assert len(times) - len(dated) == 1, "one mail has no headers at all"
    assert {name for name, at in dated.items() if not FIRST <= at < LAST} == set()


def test_stated_facts_stand_in_the_mail() -> None:
    """What gold says was stated can be found in the words that a person sees, so that no fact was made up."""
    for name, gold in EXPECTED.items():
        message = of(name)
        words = f"{message.subject}\n{message.text}".casefold()
        for fact in (*gold.get("account", ()), *gold.get("resources", ())):
            assert fact["value"].casefold() in words, (name, fact["value"])


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_parses_to_what_a_person_would_see(name: str) -> None:
    message = of(name)
    assert "\ufffd" not in message.subject + message.text
    assert "\r" not in message.text
    assert not message.text.startswith(("PGh0bWw", "<html")), "shown as it was sent, not as it reads"
    assert bool(message.automated) == (EXPECTED[name]["categories"] == ["automated"])


def test_the_mailbox_holds_what_makes_mail_hard() -> None:
    raws = [path.read_bytes() for path in MAILS.values()]
    messages = [of(name) for name in MAILS]
    for charset in (
        b"iso-8859-9",
        b"windows-1252",
        b"iso-2022-jp",
        b"shift_jis",
        b"gb18030",
        b"utf-16",
        b"koi8-r",
        b"utf-7",
    ):
        assert any(charset in raw for raw in raws), charset
    ids = [message.message_id for message in messages if message.message_id]
    assert len(set(ids)) < len(ids), "one Message-ID is used twice"
    assert any(message.references and message.references[-1] in ids for message in messages), "an answer in a thread"
    assert any(message.hidden for message in messages)
    assert sum(bool(message.defects) for message in messages) >= 4
    assert sum(bool(message.quoted) for message in messages) >= 6
    names = {attachment.name.rpartition(".")[2] for message in messages for attachment in message.attachments}
    assert names >= {"csv", "log", "ndjson", "pdf", "ics"}
    assert any(b"\r\n" in raw for raw in raws)
    assert any(b"\r\n" not in raw for raw in raws)


# --- what the reader makes of it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "at_least"),
    [
        ("language", 0.95),
        ("categories", 0.85),
        ("rights", 0.60),
        ("account", 0.85),
        ("resources", 0.82),
        ("regions", 0.90),
        ("incidents", 0.65),
    ],
)
def test_the_reader_keeps_its_quality(report: Report, field: str, at_least: float) -> None:
    misses = "\n".join(f"{m.id} {m.field}: {m.expected} / {m.told}" for m in report.misses if m.field == field)
    assert report.score(field).tally.f1 >= at_least, misses


def test_no_claim_is_missed(readings: dict[str, Reading]) -> None:
    claims = {name for name, gold in EXPECTED.items() if "sla_credit_claim" in gold["categories"]}
    assert {n for n in claims if not readings[n].is_about("sla_credit_claim") and not readings[n].doubts} == set()


@pytest.mark.parametrize("label", sorted(MUST_NOT_PASS))
def test_no_request_passes_in_silence(readings: dict[str, Reading], label: str) -> None:
    """Whoever wrote about their data, or demands somebody's, is either seen as such or read by a person."""
    wanted = {name for name, gold in EXPECTED.items() if label in gold["categories"]}
    assert wanted
    assert {name for name in wanted if not readings[name].is_about(label) and not readings[name].doubts} == set()


def test_a_date_that_reads_two_ways_is_told_as_such(readings: dict[str, Reading]) -> None:
    doubtful = {n: g["incidents"][0] for n, g in EXPECTED.items() for i in g.get("incidents", ()) if i["ambiguous"]}
    assert doubtful
    for name, gold in doubtful.items():
        (incident,) = readings[name].incidents
        assert incident.ambiguous
        told = {incident.start.isoformat(), *(start.isoformat() for start, _ in incident.alternatives)}
        assert told == {gold["start"], *(other["start"] for other in gold["alternatives"])}


def test_orders_hidden_in_a_mail_change_nothing() -> None:
    """Instructions to a program that no person would see are not part of the words that are read."""
    hidden = [of(name) for name in MAILS if of(name).hidden]
    assert hidden
    for message in hidden:
        assert "500 USD" in " ".join(message.hidden)
        assert "500 USD" not in message.text


def test_the_folder_is_the_mailbox_alone() -> None:
    """Mail readers of a Maildir would show anything else that lay in `new/`."""
    assert {path.suffix for path in MAILS.values()} == {".eml"}
    assert all(Path(path).stat().st_size < 50_000 for path in MAILS.values())
