"""The smallest set of questions, asked in one go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reply.cases import CASES, KNOWN, LANGUAGES, MESSAGE, Case, claim, writer
from triage.model import Assessment, Outcome

ELIGIBLE = CASES["claim eligible"]


def questions(case: Case) -> list[str]:
    text = case.draft().text.split("\n> ")[0]
    return [line for line in text.split("\n") if line.startswith("- ") and ("?" in line or "please" in line.lower())]


def test_a_settled_claim_asks_nothing_even_where_the_mail_lacks_something() -> None:
    assert questions(ELIGIBLE.but(missing=("account", "region", "incident_dates"))) == []
    assert questions(CASES["claim: free plan"].but(missing=("region",))) == []


def test_the_account_is_not_asked_of_its_owner() -> None:
    assert questions(CASES["request: access"].but(missing=("account", "identity"))) == []


def test_two_names_of_one_fact_are_one_question() -> None:
    undetermined = Assessment(
        Outcome.UNDETERMINED, missing=("incidents", "incidents[0].start_at", "incidents[0].end_at")
    )
    asked = questions(ELIGIBLE.but(assessment=lambda: undetermined, incidents=(), missing=("incident_dates",)))
    assert len(asked) == 2
    assert (
        len(
            questions(
                ELIGIBLE.but(
                    assessment=lambda: replace(undetermined, missing=("incidents",)), missing=("incident_dates",)
                )
            )
        )
        == 1
    )


def test_what_the_desk_looks_up_is_never_asked() -> None:
    text = CASES["claim open: we look it up"].draft().text
    assert "the bill for the affected service" in text
    assert "we need" not in text


def test_proof_and_account_are_one_question() -> None:
    asked = questions(CASES["all three from an unknown sender"])
    assert len(asked) == 1
    assert "registered under, and name the account" in asked[0]


def test_a_fact_without_a_phrase_is_asked_in_the_packs_words() -> None:
    undetermined = Assessment(Outcome.UNDETERMINED, missing=("account.id", "region", "incident.start_at", "cycle.bill"))
    draft = ELIGIBLE.but(assessment=lambda: undetermined).draft()
    assert draft.problems == ()
    assert "Which account is this about?" in draft.text


@pytest.mark.parametrize("missing", [("account",), ("region",), ("incident_dates",), ("identity",)])
def test_everything_a_reading_can_miss_is_asked_of_a_stranger(missing: tuple[str, ...]) -> None:
    stranger = CASES["claim from an unknown sender, everything missing"]
    assert len(questions(stranger.but(missing=missing))) == (2 if missing[0] in {"region", "incident_dates"} else 1)


def test_data_of_somebody_else_is_not_given_to_a_member_of_an_account() -> None:
    draft = CASES["request for somebody else"].draft()
    assert "We will" not in draft.text
    assert "power of attorney" in questions(CASES["request for somebody else"])[0]


@pytest.mark.parametrize(
    "text", ["Please send me what you have stored on one of my students.", "Delete the profile of my son.", "Her data?"]
)
def test_words_for_other_people_make_a_request_one_for_them(text: str) -> None:
    case = CASES["request: access"].but(message=replace(MESSAGE, text=text), missing=("identity",))
    assert len(questions(case)) == 1
    assert questions(case.but(missing=())) == []


OTHERS = {
    "en": "I want the data of my colleague.",
    "de": "Ich will die Daten meiner Kollegin.",
    "fr": "Je veux les données de ma collègue.",
    "es": "Quiero los datos de mi compañera.",
    "tr": "İş arkadaşımın verilerini istiyorum.",
    "it": "Vorrei i dati di una collega.",
    "pt": "Quero os dados de uma colega.",
    "nl": "Ik wil de gegevens van mijn collega.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_people_are_noticed_in_every_language(language: str) -> None:
    case = CASES["request: access"].but(message=replace(MESSAGE, text=OTHERS[language]), missing=("identity",))
    other = writer().languages[language].phrases["question", "other_person"].text
    assert other in case.draft(language).text


def test_a_lawyer_or_a_parent_is_asked_for_proof_not_for_the_address_of_another() -> None:
    text = "I act on behalf of Annika Sauer. Delete what you hold on her, annika@sauer.example."
    stranger = CASES["request from an unknown sender"].but(
        rights=("erasure",), account=("annika@sauer.example",), message=replace(MESSAGE, text=text), known=None
    )
    assert "power of attorney" in questions(stranger)[0]
    assert questions(stranger.but(known=KNOWN)) == questions(stranger)
    elsewhere = stranger.but(message=replace(MESSAGE, text="Delete my account annika@sauer.example."))
    assert "registered under" in questions(elsewhere)[0]
    assert "power of attorney" not in questions(elsewhere)[0]


def test_a_member_may_close_the_account_under_any_of_its_addresses() -> None:
    case = CASES["request: cancellation"].but(missing=("identity",), account=("billing@northpeak.example",))
    assert questions(case) == []
    assert len(questions(case.but(account=("maya@students.example",)))) == 1
    assert len(questions(case.but(rights=("access",)))) == 1


def test_one_who_names_the_address_he_writes_from_is_not_asked_to_write_from_it() -> None:
    stated = CASES["claim from an unknown sender, naming his address"]
    asked = questions(stated)
    assert "write to us once more" not in asked[0]
    assert "another address" in asked[0]
    assert questions(stated.but(known=KNOWN)) == asked, "the words must not tell whether there is an account"


def test_an_amount_is_not_given_where_another_clause_makes_it_pointless() -> None:
    assert "0.00 USD" not in CASES["claim: free plan, nothing billed"].draft().text
    assert "0.80 USD" in CASES["claim: too small"].draft().text


def test_an_undetermined_claim_with_nothing_to_ask_goes_to_the_team() -> None:
    undetermined = replace(claim(), outcome=Outcome.UNDETERMINED, total=None)
    assert "a member of our team is checking it" in ELIGIBLE.but(assessment=lambda: undetermined).draft().text
