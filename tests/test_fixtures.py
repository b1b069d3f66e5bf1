"""The demo's mailbox: its mails and their expected readings belong together, and the reader reads them well.

The thresholds leave room below what is measured today. No fixture is ever trained on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from triage import wiring
from triage.commands.demo import demo_settings
from triage.mail import parse
from triage.model import Assessment, Fact, Incident, Message, Outcome, Reading
from triage.paths import shipped
from triage.policy import assess_claims, claims, known_for
from triage.reading import Reader
from triage.reading.corpus import Sample, load
from triage.reading.evaluate import Report, evaluate
from triage.reading.labels import CATEGORIES, RIGHTS
from triage.reading.vocabulary import load_vocabulary
from triage.settings import Settings
from triage.wiring import load_kit, load_records

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
#: What the terms say of each claim when it is read as it was meant: the whole span of verdicts that the demo shows.
VERDICTS = {
    "frankfurt-both-outages": ("eligible", "18.00"),
    "gutschrift-baustelle": ("eligible", "2.00"),
    "vitrine-eteinte": ("eligible", "4.69"),
    "kaffee-ohne-warenkorb": ("ineligible", "0.00"),
    "singapore-thirty-hours": ("eligible", "149.52"),
    "virginia-follow-up": ("eligible", "221.05"),
    "tres-dias-sem-estoque": ("eligible", "42.03"),
    "lotus-short-claim": ("eligible", "54.00"),
    "tokyo-sanpun": ("ineligible", "0.00"),
    "mumbai-lunch-orders": ("eligible", "4.32"),
    "over-the-months-edge": ("eligible", "12.15"),
    "fjord-with-probe-csv": ("eligible", "191.24"),
    "canon-sin-reservas": ("eligible", "3.00"),
    "bakkerij-kleingeld": ("ineligible", "0.00"),
    "genau-ein-dollar": ("ineligible", "0.00"),
    "british-dates": ("eligible", "1.01"),
    "kargo-takip-durdu": ("eligible", "28.00"),
    "ya-abonado": ("ineligible", "0.00"),
    "onderdelen-twee-keer": ("eligible", "6.00"),
    "agentur-fuer-kunsthaus": ("eligible", "2.00"),
    "qstash-hour": ("ineligible", "0.00"),
    "olive-grove-plan-unknown": ("undetermined", None),
    "two-way-date": ("undetermined", None),
    "flotte-immobile": ("ineligible", "0.00"),
    "stranger-claims": ("eligible", "3.00"),
    "nic-nie-wiadomo": ("undetermined", None),
    "december-too-late": ("ineligible", "0.00"),
    "wrong-region-by-records": ("undetermined", None),
    "tidepool-february": ("eligible", "28.00"),
    "credit-to-another-team": ("ineligible", "0.00"),
    "gutschrift-und-kuendigung": ("eligible", "2.61"),
    "kredi-ve-yabanci-fatura": ("eligible", "28.00"),
}


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


# --- what the terms say of it ---------------------------------------------------------------------------------------


def as_read_by_a_person(name: str) -> Reading:
    """The expected reading as the program would hold it."""
    gold = EXPECTED[name]
    return Reading(
        language=gold["language"],
        account=tuple(Fact(fact["value"], fact["kind"]) for fact in gold["account"]),
        resources=tuple(Fact(fact["value"], fact["kind"]) for fact in gold["resources"]),
        regions=tuple(Fact(region) for region in gold["regions"]),
        incidents=tuple(incident(each) for each in gold["incidents"]),
    )


def incident(gold: dict[str, Any]) -> Incident:
    others = tuple((date.fromisoformat(o["start"]), date.fromisoformat(o["end"])) for o in gold["alternatives"])
    return Incident(
        start=date.fromisoformat(gold["start"]),
        end=date.fromisoformat(gold["end"]),
        start_at=datetime.fromisoformat(gold["start_at"]) if gold["start_at"] else None,
        end_at=datetime.fromisoformat(gold["end_at"]) if gold["end_at"] else None,
        ambiguous=gold["ambiguous"],
        alternatives=others,
    )


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Reading], Assessment]:
    settings = demo_settings(tmp_path_factory.mktemp("desk"))
    kit, records = load_kit(settings), load_records(settings)

    def judged(name: str, reading: Reading) -> Assessment:
        message = of(name)
        return assess_claims(
            claims(reading, known_for(reading, message.sender, records), message.received_at), kit.pack
        )

    return judged


def told(assessment: Assessment) -> tuple[str, str | None]:
    return str(assessment.outcome), None if assessment.total is None else str(assessment.total)


CLAIMS = {name[4:]: name for name, gold in EXPECTED.items() if "sla_credit_claim" in gold["categories"]}


def test_every_claim_has_a_known_verdict() -> None:
    assert CLAIMS.keys() == VERDICTS.keys()
    assert {outcome for outcome, _ in VERDICTS.values()} == {str(outcome) for outcome in Outcome}


@pytest.mark.parametrize("slug", VERDICTS)
def test_a_claim_read_rightly_is_judged_rightly(judge: Callable[[str, Reading], Assessment], slug: str) -> None:
    name = CLAIMS[slug]
    assert told(judge(name, as_read_by_a_person(name))) == VERDICTS[slug]


def test_claims_as_the_program_reads_them_are_judged_rightly(
    judge: Callable[[str, Reading], Assessment], readings: dict[str, Reading]
) -> None:
    found = {slug: told(judge(name, readings[name])) for slug, name in CLAIMS.items()}
    wrong = {slug: verdict for slug, verdict in found.items() if verdict != VERDICTS[slug]}
    assert len(wrong) <= len(VERDICTS) // 8, wrong


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


@pytest.mark.parametrize("right", RIGHTS)
def test_no_right_passes_in_silence(readings: dict[str, Reading], right: str) -> None:
    wanted = {name for name, gold in EXPECTED.items() if right in gold["rights"]}
    assert wanted
    silent = {n for n in wanted if right not in {one.label for one in readings[n].rights} and not readings[n].doubts}
    assert silent == set()


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
    assert all(path.stat().st_size < 50_000 for path in MAILS.values())
