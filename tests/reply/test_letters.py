"""Whole letters against approved texts, in every language.

After a wanted change, look at `git diff tests/reply/approved` once `APPROVE=1 pytest tests/reply/test_letters.py` has run.
"""

from __future__ import annotations

import os
from functools import cache

import pytest

from tests.reply.cases import CASES, LANGUAGES, ROOT, drafted

APPROVED = ROOT / "tests" / "reply" / "approved"


def written(name: str, language: str) -> str:
    draft = drafted(name, language)
    problems = "".join(f"Problem: {problem.code}\n" for problem in draft.problems)
    return f"Subject: {draft.subject}\n{problems}\n{draft.text}"


@cache
def approved(language: str) -> dict[str, str]:
    path = APPROVED / f"{language}.txt"
    if os.environ.get("APPROVE") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"%% {name}\n{written(name, language)}\n" for name in CASES), encoding="utf-8")
    entries = path.read_text(encoding="utf-8").split("%% ")[1:]
    return {name: letter.removesuffix("\n") for name, _, letter in (entry.partition("\n") for entry in entries)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_letter_is_the_approved_one(name: str, language: str) -> None:
    assert written(name, language) == approved(language)[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_approved_letter_has_its_case(language: str) -> None:
    assert list(approved(language)) == list(CASES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("other") and "forged" not in name])
def test_a_letter_as_drafted_passes_its_own_check(name: str, language: str) -> None:
    assert drafted(name, language).problems == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("other")])
def test_a_plain_acknowledgement_waits_for_a_person(name: str, language: str) -> None:
    draft = drafted(name, language)
    assert [problem.code for problem in draft.problems] == ["placeholder"]
    filled = draft.text[: draft.text.index("[[")] + "Hello." + draft.text[draft.text.index("]]") + 2 :]
    assert CASES[name].check(filled, language) == ()
