"""Templates are the operator's: overridden part by part, extended by a language, and refused with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.reply.cases import CASES, LANGUAGES, TEMPLATES, pack, writer
from triage.errors import ConfigError
from triage.model import Result
from triage.reply import Writer

CONCERN = CASES["concern"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An operator's own folder, empty so far."""
    (tmp_path / "replies" / "en").mkdir(parents=True)
    return tmp_path / "replies"


def load(own: Path) -> Writer:
    return Writer.load([TEMPLATES, own])


def refused(own: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(own)
    return caught.value


def test_an_own_part_overrides_the_shipped_one(own: Path) -> None:
    (own / "en" / "closing.j2").write_text("Cheers,\\\n{{ desk }}")
    draft = CONCERN.draft(by=load(own))
    assert "Cheers,\nUpstash Support" in draft.text
    assert "take it seriously" in draft.text
    assert "Freundliche Grüße" in CONCERN.draft("de", by=load(own)).text


def test_an_own_phrase_overrides_just_that_phrase(own: Path) -> None:
    (own / "en" / "phrases.yaml").write_text("right:\n  access: Here is your copy.\n")
    by = load(own)
    assert "Here is your copy." in CASES["request: access"].draft(by=by).text
    assert "close your account" in CASES["request: cancellation"].draft(by=by).text


def test_own_words_to_check_for(own: Path) -> None:
    (own / "en" / "checks.yaml").write_text("soon: [in a jiffy]\n")
    text = CASES["request: erasure"].draft().text.replace("Thank you", "We will delete it in a jiffy. Thank you")
    assert {p.code for p in CASES["request: erasure"].check(text, by=load(own))} == {"earlier_than_due"}
    assert CASES["request: erasure"].check(text) == ()


def test_the_folder_above_replies_may_be_named_too(own: Path) -> None:
    assert load(own.parent).languages.keys() == set(LANGUAGES)


def test_a_new_language_is_a_new_folder(own: Path) -> None:
    shutil.copytree(TEMPLATES / "en", own / "sv")
    (own / "sv" / "greeting.j2").write_text("Hej {% if sender %}{{ sender }}{% else %}kund{% endif %},")
    assert CONCERN.draft("sv", by=load(own)).text.startswith("Hej Dana Whitfield,")


def test_a_language_without_letters_falls_back_to_english() -> None:
    assert CONCERN.draft("ja").language == "en"
    assert CONCERN.draft("und").language == "en"
    assert CONCERN.draft("de-AT").language == "de"
    assert CONCERN.draft("DE_ch").language == "de"


@pytest.mark.parametrize(
    ("file", "text", "line", "what"),
    [
        ("closing.j2", "fine\n{{ desk", 2, "is not Jinja"),
        ("closing.j2", "a\nb\n{% if x %}", 3, "is not Jinja"),
        ("closing.j2", "fine\n\nDear {{ custmer }}", 3, "`custmer` is not a variable"),
        ("phrases.yaml", "right:\n  access: fine\n  erasure: '{{ oops }}'\n", 3, "`oops` is not a variable"),
        ("phrases.yaml", "right:\n  access: '{{ due.erase'\n", 2, "is not Jinja"),
        ("phrases.yaml", "right:\n  access: [a, b]\n", 2, "`access` is a list"),
        ("phrases.yaml", "right: hello\n", 1, "`right` is `hello`"),
        ("phrases.yaml", "right:\n\taccess: x\n", 2, "not YAML"),
        ("locale.yaml", "months: [a, b]\n", 1, "twelve months"),
        ("locale.yaml", "mnths: [a, b]\n", 1, "`mnths` is not known"),
        ("checks.yaml", "soon: now\n", 1, "`soon`"),
        ("checks.yaml", "sooon: [now]\n", 1, "`sooon` is not known"),
        ("closing.j2", "\ue000", 1, "private-use"),
    ],
)
def test_a_broken_template_is_refused_with_file_and_line(own: Path, file: str, text: str, line: int, what: str) -> None:
    path = own / "en" / file
    path.write_text(text)
    error = refused(own)
    assert (error.where, error.line) == (str(path), line)
    assert what in error.what
    assert error.remedy


def test_a_file_that_is_not_utf8(own: Path) -> None:
    (own / "en" / "closing.j2").write_bytes(b"Gr\xfc\xdfe")
    assert "cannot be read" in refused(own).what


def test_a_language_that_lacks_a_part_is_refused(own: Path) -> None:
    shutil.copytree(TEMPLATES / "en", own / "sv")
    (own / "sv" / "needs.j2").unlink()
    error = refused(own)
    assert error.where == str(own / "sv")
    assert "lacks the part needs" in error.what


def test_no_folder_and_no_english(own: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not a folder"):
        Writer.load([tmp_path / "nowhere"])
    with pytest.raises(ConfigError, match="no English letters"):
        Writer.load([])


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("{{ claim.totl }}", "totl"),
        ("\n{{ due.eraze }}", "not known in every letter"),
        ("{{ sender }}", "not known in every letter"),
        ("{{ matters }}", "no source"),
        ("{{ rights | length }}", "no source"),
        ("{{ desk.__class__ }}", "unsafe"),
    ],
)
def test_a_value_that_is_missing_or_has_no_source_stops_at_its_line(own: Path, template: str, what: str) -> None:
    """On loading, not when a customer waits for the letter."""
    path = own / "en" / "claim_eligible.j2"
    path.write_text(f"Bye,\n{template}")
    with pytest.raises(ConfigError, match=what) as caught:
        load(own)
    assert caught.value.where == str(path)
    assert caught.value.line == 2 + template.count("\n")


# --- parity ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_part_and_every_phrase(language: str) -> None:
    english, other = writer().languages["en"], writer().languages[language]
    assert other.parts.keys() == english.parts.keys()
    assert other.phrases.keys() == english.phrases.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_checks_for_the_same_things(language: str) -> None:
    english, other = writer().languages["en"].words, writer().languages[language].words
    assert other.promises.keys() == english.promises.keys()
    assert other.commitments.keys() == english.commitments.keys()
    assert {"days", "hours", "weeks", "months"} <= set(other.units.units.values())
    assert {"USD", "EUR"} <= set(other.units.currencies.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_hold_no_figures(language: str) -> None:
    """Figures come from the pack, the assessment and the deadlines: a digit in a template would outlive a clause."""
    own = writer().languages[language]
    texts = [*own.parts.values(), *(source for key, source in own.phrases.items() if key[1] != "when")]
    with_digits = [source.name for source in texts if any(c.isdigit() for c in _without_code(source.text))]
    assert with_digits == []


def _without_code(text: str) -> str:
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clause_that_can_fail_has_a_sentence(language: str) -> None:
    failing = {c.id for c in pack().clauses for v in c.versions if Result.FAILS in v.sentences}
    missing = [clause for clause in failing if (clause, "fails") not in writer().languages[language].phrases]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_on_a_clause_of_the_pack(language: str) -> None:
    about = {
        key[0]
        for key, source in writer().languages[language].phrases.items()
        if source.path.stem in {"clauses", "topics"}
    }
    assert about <= {clause.id for clause in pack().clauses}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_statement_to_people_with_a_privacy_concern_is_told(language: str) -> None:
    told = {key[0] for key in writer().languages[language].phrases if key[1] == "told"}
    published = {c.id for c in pack().clauses if "privacy_concern" in c.categories}
    assert published - told <= {"privacy.concerns", "privacy.contact"}, "these two are the letter itself"
