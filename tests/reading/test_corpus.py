"""Corpus files and folders of mail with gold become samples."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from triage.errors import ConfigError
from triage.reading.corpus import load

MAIL = f"""%% de-ina-001
from: Ina <ina@acme.example>
received: 2026-03-18T08:12:00Z
subject: Ausfall
language: de
categories: sla_credit_claim
rights:
account: email ops@acme.example; team acme
resources: endpoint eu1-full-bug-31874.upstash.io
regions: eu-central-1
incidents: ~2026-03-04 | 2026-04-03; 2026-03-10..2026-03-11 2026-03-10T13:00Z/2026-03-11T01:30Z

Hallo,
gestern ging nichts.

--{" "}
Ina, Acme GmbH

Am 17.03.2026 schrieb Support:
> Welches Konto?
"""


def corpus(folder: Path, text: str) -> Path:
    file = folder / "de-ina.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_sample_is_a_parsed_mail_with_gold(tmp_path: Path) -> None:
    (sample,) = load(corpus(tmp_path, MAIL))
    assert sample.voice == "de-ina"
    assert sample.message.received_at == datetime(2026, 3, 18, 8, 12, tzinfo=UTC)
    assert sample.message.text.strip() == "Hallo,\ngestern ging nichts."
    assert "Welches Konto" in sample.message.quoted
    assert sample.gold.rights == frozenset()
    assert sample.gold.account == {("email", "ops@acme.example"), ("team", "acme")}
    first, second = sample.gold.incidents or ()
    assert (first.ambiguous, first.alternatives) == (True, ((date(2026, 4, 3), date(2026, 4, 3)),))
    assert (second.end, second.end_at) == (date(2026, 3, 11), datetime(2026, 3, 11, 1, 30, tzinfo=UTC))


def test_a_field_left_out_is_not_measured(tmp_path: Path) -> None:
    text = MAIL.replace("regions: eu-central-1\n", "")
    (sample,) = load(corpus(tmp_path, text))
    assert sample.gold.regions is None
    assert sample.gold.language == "de"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [("categories:", "category:", 6), ("2026-03-10..", "10.03.2026..", 1)],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        load(corpus(tmp_path, MAIL.replace(old, new)))
    assert caught.value.line == line


def test_mail_with_gold_beside(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"From: a@b.example\r\nSubject: x\r\n\r\nHello\r\n")
    gold = {"categories": [{"label": "other", "confidence": 1}], "rights": [], "incidents": [{"start": "2026-03-01"}]}
    (tmp_path / "a.json").write_text(json.dumps(gold))
    (sample,) = load(tmp_path)
    assert sample.gold.categories == {"other"}
    assert sample.gold.language is None
    assert [i.end for i in sample.gold.incidents or ()] == [date(2026, 3, 1)]


def test_a_folder_without_samples_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load(tmp_path)
