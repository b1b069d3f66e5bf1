"""Logistic regression with far more features than samples, solved over the samples.

The weights of such a model are a sum over samples, `w = X'a`; so `a` is found from the matrix of similarities alone, by
accelerated gradient steps, the same for every label at once. numpy is all it takes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.reading.features import Vector
from triage.reading.topics import weigh

Array = NDArray[np.float32]
_BLOCK = 8192


def rarities(found: Sequence[Vector], width: int) -> Array:
    """Inverse document frequency; 0 where fewer than two samples have the feature."""
    seen = np.zeros(width)
    for vector in found:
        seen[vector.indices] += 1
    rarity = np.where(seen < 2, 0.0, np.log((1 + len(found)) / (1 + seen)) + 1)
    return np.asarray(rarity.astype(np.float16), dtype=np.float32)


def _known(vector: Vector, rarity: Array) -> Vector:
    kept = rarity[vector.indices] > 0
    return Vector(vector.indices[kept], vector.counts[kept])


class Rows:
    """Samples as sparse rows of length one, in compressed form."""

    def __init__(self, found: Sequence[Vector], rarity: Array) -> None:
        found = [_known(vector, rarity) for vector in found]
        values = [weigh(vector, rarity) for vector in found]
        norms = [float(np.sqrt(v @ v)) or 1.0 for v in values]
        self.width = len(rarity)
        self.count = len(found)
        self.row = np.repeat(np.arange(len(found)), [len(v.indices) for v in found])
        self.column = np.concatenate([v.indices for v in found]) if found else np.zeros(0, np.int64)
        scaled = [v / n for v, n in zip(values, norms, strict=True)]
        self.value = np.concatenate(scaled).astype(np.float32) if found else np.zeros(0, np.float32)

    def similarities(self) -> Array:
        """Inner products of the rows with each other, shape (count, count)."""
        used, place = np.unique(self.column, return_inverse=True)
        total = np.zeros((self.count, self.count), np.float32)
        for start in range(0, len(used), _BLOCK):
            inside = (place >= start) & (place < start + _BLOCK)
            block = np.zeros((self.count, min(_BLOCK, len(used) - start)), np.float32)
            block[self.row[inside], place[inside] - start] = self.value[inside]
            total += block @ block.T
        return total

    def scores(self, weights: Array) -> Array:
        """`Xw`, shape (count, labels)."""
        columns = [
            np.bincount(self.row, weights=self.value * weights[self.column, label], minlength=self.count)
            for label in range(weights.shape[1])
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def combine(self, amounts: Array) -> Array:
        """`X'a`, shape (width, labels)."""
        total = np.zeros((self.width, amounts.shape[1]), np.float32)
        for label in range(amounts.shape[1]):
            weighted = self.value * amounts[self.row, label]
            total[:, label] = np.bincount(self.column, weights=weighted, minlength=self.width)
        return total


def blend(shares: Sequence[float], parts: Sequence[Array]) -> Array:
    """The weighted sum of similarities, and the constant that makes the bias."""
    total = np.ones_like(parts[0])
    for share, part in zip(shares, parts, strict=True):
        total += np.float32(share) * part
    return total


def solve(similar: Array, truth: Array, importance: Array, ridge: float, steps: int = 160) -> Array:
    """Sample amounts `a` that minimise the weighted logistic loss plus `ridge / 2` times the squared weights.

    similar: (n, n); truth, importance: (n, labels). A constant added to `similar` makes the bias `a.sum(axis=0)`.
    """
    smoothness = 0.25 * float(importance.max()) * _largest_eigenvalue(similar) + ridge
    current = np.zeros_like(truth)
    ahead, pace = current.copy(), 1.0
    for _ in range(steps):
        error = (sigmoid(similar @ ahead) - truth) * importance + ridge * ahead
        following = ahead - error / smoothness
        quicker = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = following + (pace - 1) / quicker * (following - current)
        current, pace = np.asarray(following, dtype=np.float32), float(quicker)
    return current


def _largest_eigenvalue(matrix: Array) -> float:
    vector = np.ones(len(matrix), np.float32)
    for _ in range(20):
        following: Array = matrix @ vector
        vector = np.asarray(following / np.linalg.norm(following), dtype=np.float32)
    return float(np.linalg.norm(matrix @ vector)) * 1.02


def sigmoid(logits: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def calibrate(features: Array, truth: Array, ridge: float, steps: int = 30) -> Array:
    """Newton's method for a logistic regression with few features; returns (features + 1, labels), the last row the bias."""
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    rows = np.hstack([(features - middle) / spread, np.ones((len(features), 1))]).astype(np.float64)
    penalty = ridge * np.eye(rows.shape[1])
    penalty[-1, -1] = 1e-3
    columns = [_newton(rows, truth[:, label].astype(np.float64), penalty, steps) for label in range(truth.shape[1])]
    weights = np.stack(columns, axis=1)
    weights[:-1] /= spread[:, None]
    weights[-1] -= middle @ weights[:-1]
    return weights.astype(np.float32)


def _newton(
    rows: NDArray[np.float64], truth: NDArray[np.float64], penalty: NDArray[np.float64], steps: int
) -> NDArray[np.float64]:
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        curvature = rows.T @ (rows * (chance * (1 - chance))[:, None]) + penalty
        weights = weights - np.linalg.solve(curvature, rows.T @ (chance - truth) + penalty @ weights)
    return weights
