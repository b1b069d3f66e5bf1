"""The smallest set of questions, asked in one go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reply.cases import CASES, Case, claim
from triage.model import Assessment, Outcome

ELIGIBLE = CASES["claim eligible"]


def questions(case: Case) -> list[str]:
    text = case.draft().text.split("\n> ")[0]
    return [line for line in text.split("\n") if line.startswith("- ") and ("?" in line or "Please" in line)]


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


def test_an_undetermined_claim_with_nothing_to_ask_goes_to_the_team() -> None:
    undetermined = replace(claim(), outcome=Outcome.UNDETERMINED, total=None)
    assert "a member of our team is checking it" in ELIGIBLE.but(assessment=lambda: undetermined).draft().text
