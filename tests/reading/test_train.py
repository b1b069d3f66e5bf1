"""Training turns a corpus into weights that read, the same ones every time; evaluation tells how well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from triage.errors import ConfigError
from triage.model import Label, Message, Reading
from triage.reading import Reader
from triage.reading.corpus import load
from triage.reading.evaluate import evaluate
from triage.reading.train import Recipe, fold_of, train
from triage.reading.vocabulary import Vocabulary

TEXTS = {
    "data_request": ["Please delete my personal data now.", "Kindly erase all my data.", "Remove my data please."],
    "sla_credit_claim": [
        "We want a credit for the outage.",
        "Refund the downtime please.",
        "Credit us for the outage.",
    ],
    "other": ["How do I list keys?", "Which command sets a TTL?", "Where are the docs for pipelines?"],
}
RECIPE = Recipe(folds=3, mixed=0, joint_ridge=0.1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for voice in range(3):
        mails = [
            f"%% en-{voice}-{number}\nfrom: a@b.example\nreceived: 2026-03-18T08:00:00Z\nsubject:\nlanguage: en\n"
            f"categories: {label}\nrights: {'erasure' if label == 'data_request' else ''}\n\n{texts[voice]}\n"
            for number, (label, texts) in enumerate(TEXTS.items())
        ]
        (folder / f"en-{voice}.txt").write_text("\n".join(mails), encoding="utf-8")
    return folder


def trained(corpus: Path, out: Path) -> Path:
    empty = out / "no-phrases"
    empty.mkdir(parents=True)
    train(corpus, out, say=lambda _: None, recipe=RECIPE, phrases_folder=empty)
    return out


def test_weights_of_a_corpus_read_its_mail(corpus: Path, tmp_path: Path, vocabulary: Vocabulary) -> None:
    reader = Reader.load(vocabulary, trained(corpus, tmp_path / "w"))
    report = evaluate(reader, load(corpus))
    assert report.score("categories").tally.f1 > 0.8
    assert report.score("rights").tally.f1 > 0.8


def test_training_twice_gives_the_same_weights(corpus: Path, tmp_path: Path) -> None:
    first, second = (trained(corpus, tmp_path / name) for name in ("a", "b"))
    with np.load(first / "topics.npz") as one, np.load(second / "topics.npz") as other:
        assert all(np.array_equal(one[name], other[name]) for name in one.files)


def test_a_voice_is_never_split_between_folds() -> None:
    voices = [f"v{number % 7}" for number in range(50)]
    folds = fold_of(voices, Recipe())
    assert all(len({folds[i] for i, voice in enumerate(voices) if voice == name}) == 1 for name in set(voices))


def test_a_folder_without_weights_is_told(vocabulary: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="triage train"):
        Reader.load(vocabulary, tmp_path)


class Always:
    """A reader that calls every mail a data request, half sure."""

    def read_many(self, messages: Iterable[Message]) -> Iterator[Reading]:
        for _ in messages:
            yield Reading("en", (Label("data_request", 0.5),), (Label("erasure", 0.5),))


def test_a_report_counts_hits_and_misses(corpus: Path) -> None:
    report = evaluate(Always(), load(corpus))  # type: ignore[arg-type]
    tally = report.score("categories").tally
    assert (tally.hits, tally.wrong, tally.missed) == (3, 6, 6)
    assert report.score("categories: other").tally.recall == 0
    assert report.calibration_error == pytest.approx(abs(0.5 - 3 / 9))
    assert [kept.right for kept in report.abstention][:1] == [pytest.approx(3 / 9)]
    assert len([miss for miss in report.misses if miss.field == "categories"]) == 6
    assert "categories: data_request" in report.as_text()
    assert report.as_json()["scores"]["rights"]["recall"] == 1.0
