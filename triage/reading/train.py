"""From the corpora to weights: the whole of what the reader learns, from nothing but files of the project.

The same corpora give the same weights. Mails of one voice never stand on both sides of a fold, so that scores of the
mails on which calibration is fitted come from models that never saw their author.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from triage.reading import linear, weights
from triage.reading.analysis import Analysis, analyse
from triage.reading.corpus import Sample, load
from triage.reading.cues import FILE as CUES
from triage.reading.cues import parse_cues
from triage.reading.features import CHARACTER_BITS, CONCEPT_BITS, WORD_BITS, Concepts, Vector
from triage.reading.labels import FIRST_RIGHT, LABELS
from triage.reading.language import LanguageModel, fit
from triage.reading.lexicon import Lexicon, read_words
from triage.reading.phrases import FOLDER as PHRASES
from triage.reading.phrases import Phrase, mixed, read_phrases
from triage.reading.text import prose
from triage.reading.topics import GROUPS, MOST_LINES, Group, Topics, line_vectors, vectors
from triage.reading.verdict import judge
from triage.reading.vocabulary import Vocabulary

Array = NDArray[np.float32]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was chosen by cross-validation over voices; see docs/reading.md for the figures.

    shares: weight of each group of `GROUPS`; ridge: of the linear model; joint_ridge: of the calibration; present: how
    much more a label that stands counts than one that does not; folds: of voices; mixed: made-up mails of two phrases a language; seed: of folds and mixtures.
    """

    shares: tuple[float, float, float] = (3.0, 2.0, 1.0)
    ridge: float = 0.1
    joint_ridge: float = 3.0
    present: float = 4.0
    folds: int = 5
    mixed: int = 40
    seed: int = 20260320


@dataclass(frozen=True, slots=True)
class _Seen:
    """Training mails and phrases as features. mails come first; sentences hold (mail, features) of each sentence."""

    voices: list[str]
    found: list[tuple[Vector, Vector, Vector]]
    truth: Array
    sentences: list[tuple[int, tuple[Vector, Vector, Vector]]]


def train(
    corpus: Path,
    out: Path,
    vocabulary: Vocabulary | None = None,
    say: Say = print,
    recipe: Recipe | None = None,
    phrases_folder: Path = PHRASES,
) -> None:
    """Train on every mail under `corpus` and write weights to the folder `out`.

    vocabulary: not needed by the classifier, taken so that all of the reader's parts can be rebuilt by one call. Takes
    some minutes; raises ConfigError where the corpora cannot be read.
    """
    del vocabulary
    recipe = recipe or Recipe()
    samples = [s for s in load(corpus) if s.gold.categories is not None and s.gold.rights is not None]
    phrases = read_phrases(phrases_folder)
    phrases += mixed(phrases, recipe.mixed, recipe.seed)
    say(f"{len(samples)} mails of {len({s.voice for s in samples})} voices, {len(phrases)} phrases")
    words = read_words()
    cues = yaml.safe_load(CUES.read_text(encoding="utf-8"))
    lexicon = Lexicon(words)
    concepts = Concepts(lexicon.concepts, parse_cues(cues))
    language = train_language(samples, phrases, words)
    seen = look(samples, phrases, lexicon, concepts)
    topics, temperature, figures = fit_topics(seen, recipe)
    say(figures)
    meta = {"mails": len(samples), "phrases": len(phrases), "languages": list(language.codes), "figures": figures}
    weights.save(out, weights.Weights(language, lexicon, concepts, topics, temperature, meta), cues)
    say(f"weights written to {out}")


def train_language(
    samples: Sequence[Sample], phrases: Sequence[Phrase], words: dict[str, dict[str, list[str]]]
) -> LanguageModel:
    texts = [(s.gold.language, f"{prose(s.message.text)}\n{s.message.subject}") for s in samples if s.gold.language]
    texts += [(phrase.language, phrase.text) for phrase in phrases]
    lists = {
        code: [entry.strip("*") for entries in table.values() for entry in entries] for code, table in words.items()
    }
    return fit(texts, lists)


def look(samples: Sequence[Sample], phrases: Sequence[Phrase], lexicon: Lexicon, concepts: Concepts) -> _Seen:
    """Mails and phrases as features."""
    analyses = [analyse(s.message.subject, s.message.text, s.gold.language or "en", lexicon) for s in samples]
    analyses += [analyse("", phrase.text, phrase.language, lexicon) for phrase in phrases]
    labels = [(s.gold.categories or frozenset()) | (s.gold.rights or frozenset()) for s in samples]
    labels += [phrase.labels for phrase in phrases]
    return _Seen(
        voices=[s.voice for s in samples],
        found=[vectors(a.folded, a.lines, concepts) for a in analyses],
        truth=np.array([[label in stands for label in LABELS] for stands in labels], dtype=np.float32),
        sentences=[pair for mail, a in enumerate(analyses[: len(samples)]) for pair in _sentences(mail, a, concepts)],
    )


def _sentences(mail: int, analysis: Analysis, concepts: Concepts) -> list[tuple[int, tuple[Vector, Vector, Vector]]]:
    return [(mail, line_vectors(analysis, line, concepts)) for line in analysis.lines[:MOST_LINES]]


def fit_topics(seen: _Seen, recipe: Recipe) -> tuple[Topics, float, str]:
    """The classifier, its temperature, and how the folds scored in one line."""
    widths = tuple(1 << bits for bits in (CHARACTER_BITS, WORD_BITS, CONCEPT_BITS))
    rarities = [linear.rarities([v[g] for v in seen.found], widths[g]) for g in range(len(GROUPS))]
    rows = [linear.Rows([v[g] for v in seen.found], rarities[g]) for g in range(len(GROUPS))]
    similar = linear.blend(recipe.shares, [r.similarities() for r in rows])
    whole, best = _out_of_fold(seen, recipe, rarities, rows, similar)
    mails = len(seen.voices)
    joint = linear.calibrate(np.hstack([whole, best]), seen.truth[:mails], recipe.joint_ridge)
    logits = _crossed(np.hstack([whole, best]), seen, recipe)
    temperature = _temperature(logits, seen.truth[:mails])
    amounts = linear.solve(similar, seen.truth, _importance(seen.truth, recipe), recipe.ridge)
    groups = tuple(Group(rarities[g], share * rows[g].combine(amounts)) for g, share in enumerate(recipe.shares))
    figures = _figures(logits, temperature, seen.truth[:mails])
    return Topics(groups, amounts.sum(axis=0), joint), temperature, figures


def _importance(truth: Array, recipe: Recipe) -> Array:
    return np.where(truth > 0, np.float32(recipe.present), np.float32(1))


def _out_of_fold(
    seen: _Seen, recipe: Recipe, rarities: list[Array], rows: list[linear.Rows], similar: Array
) -> tuple[Array, Array]:
    """Raw scores of each mail, and of its best sentence, by models that never saw its voice."""
    mails = len(seen.voices)
    sentences = [linear.Rows([v[g] for _, v in seen.sentences], rarities[g]) for g in range(len(GROUPS))]
    owner = np.array([mail for mail, _ in seen.sentences])
    whole = np.zeros((mails, len(LABELS)), np.float32)
    best = np.full((mails, len(LABELS)), -6.0, np.float32)
    fold = fold_of(seen.voices, recipe)
    for number in range(recipe.folds):
        learnt = np.ones(len(seen.truth), dtype=bool)
        learnt[:mails] = fold != number
        amounts = linear.solve(
            similar[np.ix_(learnt, learnt)],
            seen.truth[learnt],
            _importance(seen.truth[learnt], recipe),
            recipe.ridge,
        )
        held = np.flatnonzero(fold == number)
        whole[held] = similar[np.ix_(held, learnt)] @ amounts
        scores = _sentence_scores(sentences, rows, learnt, amounts, recipe)
        theirs = np.isin(owner, held)
        best[held] = -30
        np.maximum.at(best, owner[theirs], scores[theirs])
    return whole, best


def _sentence_scores(
    sentences: list[linear.Rows],
    rows: list[linear.Rows],
    learnt: NDArray[np.bool_],
    amounts: Array,
    recipe: Recipe,
) -> Array:
    """Raw scores of every sentence by the model of one fold."""
    every = np.zeros((len(learnt), amounts.shape[1]), np.float32)
    every[learnt] = amounts
    total: Array = np.tile(amounts.sum(axis=0), (sentences[0].count, 1))
    for share, theirs, mine in zip(recipe.shares, sentences, rows, strict=True):
        total += share * theirs.scores(mine.combine(every))
    return total


def fold_of(voices: Sequence[str], recipe: Recipe) -> NDArray[np.int64]:
    """The fold of each mail; all mails of a voice share one."""
    order = sorted(set(voices))
    random.Random(recipe.seed).shuffle(order)  # noqa: S311 - folds, not secrets
    number = {voice: place % recipe.folds for place, voice in enumerate(order)}
    return np.array([number[voice] for voice in voices])


def _crossed(features: Array, seen: _Seen, recipe: Recipe) -> Array:
    """Calibrated logits of each mail by a calibration that was fitted on the other folds."""
    mails = len(seen.voices)
    logits = np.zeros((mails, len(LABELS)), np.float32)
    fold = fold_of(seen.voices, recipe)
    for number in range(recipe.folds):
        others, held = fold != number, fold == number
        joint = linear.calibrate(features[others], seen.truth[:mails][others], recipe.joint_ridge)
        logits[held] = np.hstack([features[held], np.ones((int(held.sum()), 1), np.float32)]) @ joint
    return logits


def _temperature(logits: Array, truth: Array) -> float:
    """The temperature under which the categories' chances are likeliest."""

    def loss(temperature: float) -> float:
        chances = [judge(row, temperature).chances for row in logits]
        told = np.array([[c[label] for label in LABELS[:FIRST_RIGHT]] for c in chances]).clip(1e-6, 1 - 1e-6)
        stands = truth[:, :FIRST_RIGHT]
        return float(-(stands * np.log(told) + (1 - stands) * np.log(1 - told)).mean())

    return min((round(0.7 + 0.1 * step, 1) for step in range(15)), key=loss)


def _figures(logits: Array, temperature: float, truth: Array) -> str:
    chosen = [judge(row, temperature).chosen for row in logits]
    told = np.array([[label in labels for label in LABELS] for labels in chosen])
    parts = {"categories": slice(0, FIRST_RIGHT), "rights": slice(FIRST_RIGHT, None)}
    scores = {name: micro_f1(told[:, part], truth[:, part] > 0) for name, part in parts.items()}
    return ", ".join(f"{name} micro F1 {score:.3f}" for name, score in scores.items()) + " (folds by voice)"


def micro_f1(told: NDArray[Any], truth: NDArray[Any]) -> float:
    hits = int((told & truth).sum())
    return 2 * hits / max(1, int(told.sum()) + int(truth.sum()))
