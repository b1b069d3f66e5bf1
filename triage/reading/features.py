"""What the classifier counts in a mail: character n-grams, words and concepts, as sparse vectors of fixed width."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.reading.analysis import Line
from triage.reading.cues import Cue, speaking
from triage.reading.lexicon import Hit

Indices = NDArray[np.int64]
Values = NDArray[np.float32]

CHARACTER_BITS, WORD_BITS, CONCEPT_BITS = 16, 15, 15
_ORDERS = (2, 3, 4, 5)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_WINDOW = 9


@dataclass(frozen=True, slots=True)
class Vector:
    """Sparse counts: distinct `indices` below a power of two, and how often each was met."""

    indices: Indices
    counts: Values


@dataclass(frozen=True, slots=True)
class Rows:
    """Hashed features of many texts at once: `buckets[i]` was met in text `owners[i]`; repeated as often as met."""

    buckets: Indices
    owners: Indices


def characters(folded: str) -> Vector:
    """Hashed character n-grams of 2 to 5 letters; digits count as one, white space as one space."""
    return _counted(character_rows([folded]).buckets)


def character_rows(texts: Sequence[str]) -> Rows:
    """The n-grams of several texts; none reaches from one into the next."""
    plain = [_SPACE.sub(" ", _DIGITS.sub("0", f" {text} ")) for text in texts]
    codes = np.frombuffer("".join(plain).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(plain)), [len(text) for text in plain])
    buckets, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for order in _ORDERS:
        if len(codes) < order:
            break
        width = len(codes) - order + 1
        inside = owner[:width] == owner[order - 1 :]
        hashed = _mix(_rolling(codes, order), order) & np.uint64((1 << CHARACTER_BITS) - 1)
        buckets.append(hashed[inside].astype(np.int64))
        owners.append(owner[:width][inside])
    return Rows(np.concatenate(buckets), np.concatenate(owners))


def _rolling(codes: NDArray[np.uint64], order: int) -> NDArray[np.uint64]:
    width = len(codes) - order + 1
    total = np.zeros(width, dtype=np.uint64)
    for offset in range(order):
        total = total * np.uint64(1_000_003) + codes[offset : offset + width]
    return total


def _mix(values: NDArray[np.uint64], order: int) -> NDArray[np.uint64]:
    mixed = (values + np.uint64(order)) * _PRIME
    return mixed >> np.uint64(40)


def _counted(hashed: NDArray[Any]) -> Vector:
    indices, counts = np.unique(hashed.astype(np.int64), return_counts=True)
    return Vector(indices, counts.astype(np.float32))


def words(lines: Iterable[Line]) -> Vector:
    """Hashed words and pairs of neighbouring words."""
    return _counted(np.array([key for line in lines for key in word_keys(line)], dtype=np.int64))


def word_keys(line: Line) -> list[int]:
    """Buckets of the words of one sentence, and of each with the word before it."""
    keys: list[int] = []
    previous = "^"
    for word, _, _ in line.words:
        keys.append(_hash(word, WORD_BITS))
        keys.append(_hash(f"{previous} {word}", WORD_BITS))
        previous = word
    return keys


@lru_cache(maxsize=100_000)
def _hash(key: str, bits: int) -> int:
    return zlib.crc32(key.encode("utf-8", "replace")) & ((1 << bits) - 1)


class Concepts:
    """Features of concepts: each alone, in subject, at the start and at the end, in pairs and in cues."""

    def __init__(self, names: Sequence[str], cues: Sequence[Cue]) -> None:
        self.names = tuple(names)
        self.cues = tuple(cues)
        self._keys: dict[str, int] = {}

    def of_line(self, line: Line) -> set[str]:
        """Keys of what stands in one sentence."""
        keys = {hit.concept for hit in line.hits}
        keys |= _pairs(line.hits)
        keys |= {cue.name for cue, _ in speaking(self.cues, line.hits)}
        if line.in_subject:
            keys |= {f"subject {hit.concept}" for hit in line.hits}
        return keys

    def of(self, lines: Sequence[Line]) -> Vector:
        """What stands in the sentences together, with every pair of concepts that the text names anywhere."""
        return self.vector(self.keys(lines))

    def keys(self, lines: Sequence[Line]) -> set[str]:
        keys: set[str] = set()
        seen: set[str] = set()
        for line in lines:
            keys |= self.of_line(line)
            seen |= {hit.concept for hit in line.hits}
        ordered = sorted(seen)
        return keys | {f"{a}&{b}" for index, a in enumerate(ordered) for b in ordered[index + 1 :]}

    def buckets(self, line: Line) -> list[int]:
        """Buckets of one sentence by itself."""
        return [self.index(key) for key in self.keys((line,))]

    def vector(self, keys: Iterable[str]) -> Vector:
        return _counted(np.array([self.index(key) for key in keys], dtype=np.int64))

    def index(self, key: str) -> int:
        index = self._keys.get(key)
        if index is None:
            self._keys[key] = index = _hash(key, CONCEPT_BITS)
        return index


def _pairs(hits: Sequence[Hit]) -> set[str]:
    """`a>b` for concepts that follow each other within a few others of the sentence."""
    found: set[str] = set()
    for index, first in enumerate(hits):
        for second in hits[index + 1 : index + _WINDOW]:
            if second.concept != first.concept:
                found.add(f"{first.concept}>{second.concept}")
    return found
