"""Other terms than the shipped ones: their figures and words, from their pack alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.reply.cases import CASES, CYCLE, END, FACTS, KNOWN, LANGUAGES, MESSAGE, ROOT, START, TEMPLATES, pack, writer
from triage.model import Assessment, Draft
from triage.policy import Pack, assess, deadlines, load_pack
from triage.policy.facts import AccountFacts, BillLine, OutageFacts, ServiceFacts
from triage.reply import Writer
from triage.settings import DeskSettings, Settings
from triage.wiring import load_writer


@pytest.fixture(scope="module")
def other() -> Pack:
    return load_pack(ROOT / "rules" / "brightwater")


def judged(other: Pack, plan: str = "business", credited: str = "30.00") -> Assessment:
    facts = replace(
        FACTS,
        account=AccountFacts("northpeak", plan, 1),
        service=ServiceFacts("hosting", None, "northpeak"),
        received_at=datetime(2026, 3, 20, tzinfo=UTC),
        incidents=(OutageFacts(START, END, others=(("incident.cause", "fault"),)),),
        cycles=(
            replace(
                CYCLE,
                uptime_percent=Decimal("90"),
                bill=(BillLine(Decimal("280.00"), False),),
                others=(("cycle.credited_this_year", Decimal(credited)),),
            ),
        ),
        others=(("account.paid_up", True),),
    )
    return assess(facts, other)


def letter(other: Pack, assessment: Assessment, by: Writer | None = None, language: str = "en") -> Draft:
    reading = CASES["claim eligible"].reading(language)
    draft = (by or writer()).draft(
        MESSAGE,
        reading,
        assessment,
        deadlines(reading, MESSAGE.received_at, other),
        pack=other,
        known=KNOWN,
        desk_name="Brightwater",
        authenticated=True,
    )
    assert draft is not None
    return draft


def test_the_currency_and_the_documents_are_the_packs(other: Pack) -> None:
    draft = letter(other, judged(other))
    assert "280.00 EUR" in draft.text
    assert "Availability Promise: https://brightwater.example/availability" in draft.text
    assert "future payments" not in draft.text, "that is another operator's promise"
    assert draft.problems == ()


def test_a_capped_credit_is_not_passed_off_as_a_share(other: Pack) -> None:
    assessment = judged(other, credited="80.00")
    assert assessment.total == Decimal("20.00")
    draft = letter(other, assessment)
    assert "a credit of 20.00 EUR." in draft.text
    assert "that is 20.00 EUR" not in draft.text


def test_a_clause_without_a_sentence_is_told_in_the_packs_words_and_a_person_is_told_so(other: Pack) -> None:
    draft = letter(other, judged(other, plan="starter"), language="fr")
    assert "Availability Promise, 1 : the tariff is starter" in draft.text
    assert {problem.code for problem in draft.problems} == {"unworded"}
    assert "availability.tariff" in draft.problems[0].because


def test_what_the_letters_lack_for_a_pack_is_said(other: Pack) -> None:
    gaps = writer().gaps(other)
    assert any(gap.startswith("fr: no `fails` for availability.tariff, ") for gap in gaps)
    assert not any("promises" in gap for gap in gaps)
    assert Writer.load([TEMPLATES, ROOT / "rules" / "brightwater" / "replies"]).gaps(other) == ()
    assert writer().gaps(pack()) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_of_a_pack_are_laid_over_the_shipped_letters(other: Pack, language: str) -> None:
    by = Writer.load([TEMPLATES, ROOT / "rules" / "brightwater" / "replies"])
    refused = letter(other, judged(other, plan="starter"), by, language)
    granted = letter(other, judged(other), by, language)
    assert refused.problems == granted.problems == ()
    assert re.search(
        "starter tariff|Tarif Starter|formule Starter|tarifa Starter|Starter tarifesinde|tariffa Starter|tarief Starter",
        refused.text,
    )
    assert any("clause availability.own" in source for _, source in granted.sources)


def test_the_desk_writes_with_the_sentences_of_its_pack_and_its_own_over_them(other: Pack, tmp_path: Path) -> None:
    folder = tmp_path / "letters" / "replies" / "en"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text("availability.cap:\n  fails: The pot is empty.\n")
    settings = Settings(folder=tmp_path, desk=DeskSettings(pack="brightwater", templates="letters"))
    by = load_writer(settings)
    assert by.gaps(other) == ()
    assert "The pot is empty." in letter(other, judged(other, credited="100.00"), by).text
    assert "starter tariff" in letter(other, judged(other, plan="starter"), by).text


def test_a_policy_owner_words_a_clause_without_touching_the_program(other: Pack, tmp_path: Path) -> None:
    folder = tmp_path / "replies" / "fr"
    folder.mkdir(parents=True)
    (folder / "availability.yaml").write_text(
        "availability.tariff:\n  fails: Votre formule est {{ inputs['account.plan'] }}, sans promesse de disponibilité.\n"
    )
    draft = letter(other, judged(other, plan="starter"), Writer.load([TEMPLATES, tmp_path]), "fr")
    assert "Votre formule est starter, sans promesse" in draft.text
    assert draft.problems == ()


def test_a_sentence_that_speaks_of_a_fact_the_clause_does_not_look_at_gives_way(tmp_path: Path) -> None:
    folder = tmp_path / "replies" / "en"
    folder.mkdir(parents=True)
    (folder / "clauses.yaml").write_text("sla.free_tier:\n  fails: The moon was {{ inputs['moon.phase'] }}.\n")
    by = Writer.load([TEMPLATES, tmp_path])
    draft = CASES["claim: free plan"].draft(by=by)
    assert "plan is free" in draft.text
    assert {problem.code for problem in draft.problems} == {"unworded"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hand_over_note_for_the_team(language: str) -> None:
    message = replace(MESSAGE, subject="Subpoena {{ 7*7 }}\r\nX: y")
    reading = replace(CASES["concern"].reading("en"), categories=())
    note = writer().note(
        message,
        reading,
        deadlines(reading, message.received_at, pack()),
        pack=pack(),
        zone="Europe/Berlin",
        language=language,
    )
    assert "dana@northpeak.example" in note
    assert "Subpoena {{ 7*7 }} X: y" in note
    assert "\n- " in note
    assert writer().languages[language].locale.day(datetime(2026, 5, 27, tzinfo=UTC).date()) in note
