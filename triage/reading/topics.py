"""The classifier: sparse features, one linear score a label for the whole mail and for each sentence, calibrated together.

Weights are plain arrays in one `.npz`, read without pickle. See docs/reading.md for how they are trained and measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.reading.analysis import Analysis, Line
from triage.reading.features import Concepts, Rows, Vector, character_rows, characters, counted, word_keys, words
from triage.reading.labels import LABELS

Array = NDArray[np.float32]
GROUPS = ("characters", "words", "concepts")
MOST_LINES = 60
"""Sentences of a mail that are scored one by one; longer mails still count as a whole."""
_ABSENT = -6.0


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of features. rarity: inverse document frequency, 0 for what is ignored; weights: shape (width, labels)."""

    rarity: Array
    weights: Array

    def scores(self, vector: Vector) -> Array:
        values = weigh(vector, self.rarity)
        norm = float(np.sqrt(values @ values))
        return values @ self.weights.take(vector.indices, axis=0) / norm if norm else np.zeros(len(LABELS), np.float32)

    def each(self, rows: Rows, texts: int) -> Array:
        """Scores of several texts, shape (texts, labels)."""
        total = np.zeros((texts, len(LABELS)), np.float32)
        met, counts = np.unique(rows.owners * len(self.rarity) + rows.buckets, return_counts=True)
        if not len(met):
            return total
        owner, bucket = np.divmod(met, len(self.rarity))
        values = weigh(Vector(bucket, counts.astype(np.float32)), self.rarity)
        norms = np.sqrt(np.bincount(owner, weights=values * values, minlength=texts))
        present, first = np.unique(owner, return_index=True)
        weighed: Array = np.take(self.weights, bucket, axis=0)
        np.multiply(weighed, values[:, None], out=weighed)
        sums = np.add.reduceat(weighed, first, axis=0)
        total[present] = sums / np.maximum(norms[present], 1e-9)[:, None]
        return total


def _rows(keys: Sequence[Sequence[int]]) -> Rows:
    lengths = [len(each) for each in keys]
    buckets = np.array([key for each in keys for key in each], dtype=np.int64)
    return Rows(buckets, np.repeat(np.arange(len(keys)), lengths))


def weigh(vector: Vector, rarity: Array) -> Array:
    """Values of a vector before they are brought to length one: log of the count, times how rare the feature is."""
    return np.asarray((1 + np.log(vector.counts)) * rarity[vector.indices], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits. mail: calibrated, shape (labels,); lines: of each sentence alone, shape (sentences, labels)."""

    mail: Array
    lines: Array


@dataclass(frozen=True, slots=True)
class Topics:
    """The trained classifier. joint: shape (2 x labels + 1, labels), from raw scores of mail and best sentence to logits."""

    groups: tuple[Group, ...]
    bias: Array
    joint: Array

    def scores(self, analysis: Analysis, concepts: Concepts) -> Scores:
        said = [word_keys(line) for line in analysis.lines]
        met = counted([key for keys in said for key in keys])
        whole = self.raw((characters(analysis.folded), met, concepts.of(analysis.lines)))
        lines = analysis.lines[:MOST_LINES]
        each = (
            self.each(analysis.folded, lines, said[:MOST_LINES], concepts)
            if lines
            else np.full((1, len(LABELS)), _ABSENT, np.float32)
        )
        return Scores(self.calibrated(whole, each), each)

    def raw(self, found: Sequence[Vector]) -> Array:
        total = self.bias.copy()
        for group, vector in zip(self.groups, found, strict=True):
            total += group.scores(vector)
        return total

    def each(self, folded: str, lines: Sequence[Line], said: Sequence[Sequence[int]], concepts: Concepts) -> Array:
        """Raw scores of each sentence by itself, shape (sentences, labels). said: the `word_keys` of each."""
        found = (
            character_rows([folded[line.start : line.end] for line in lines]),
            _rows(said),
            _rows([concepts.buckets((line,)) for line in lines]),
        )
        total = np.tile(self.bias, (len(lines), 1))
        for group, rows in zip(self.groups, found, strict=True):
            total += group.each(rows, len(lines))
        return total

    def calibrated(self, whole: Array, lines: Array) -> Array:
        return np.asarray(np.concatenate([whole, lines.max(axis=0), _ONE]) @ self.joint, dtype=np.float32)

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {"bias": self.bias, "joint": self.joint}
        for name, group in zip(GROUPS, self.groups, strict=True):
            kept = np.flatnonzero(group.rarity)
            arrays[f"{name}_kept"] = kept.astype(np.uint32)
            arrays[f"{name}_width"] = np.array(len(group.rarity))
            arrays[f"{name}_rarity"] = group.rarity[kept].astype(np.float16)
            arrays[f"{name}_weights"] = group.weights[kept].astype(np.float16)
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Topics:
        with np.load(path, allow_pickle=False) as arrays:
            groups = tuple(_group(arrays, name) for name in GROUPS)
            return cls(groups, arrays["bias"], arrays["joint"])


_ONE = np.ones(1, np.float32)


def _group(arrays: Any, name: str) -> Group:
    width, kept = int(arrays[f"{name}_width"]), arrays[f"{name}_kept"]
    rarity = np.zeros(width, np.float32)
    weights = np.zeros((width, len(LABELS)), np.float32)
    rarity[kept] = arrays[f"{name}_rarity"]
    weights[kept] = arrays[f"{name}_weights"]
    return Group(rarity, weights)


def vectors(folded: str, lines: Sequence[Line], concepts: Concepts) -> tuple[Vector, Vector, Vector]:
    """The features of a text that consists of these lines, in the order of `GROUPS`."""
    return characters(folded), words(lines), concepts.of(lines)


def line_vectors(analysis: Analysis, line: Line, concepts: Concepts) -> tuple[Vector, Vector, Vector]:
    return vectors(analysis.folded[line.start : line.end], (line,), concepts)
