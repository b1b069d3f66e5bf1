"""What the classifier counts in a mail: character n-grams, words and concepts, as sparse vectors of fixed width."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from triage.reading.analysis import Line
from triage.reading.cues import Cue, speaking
from triage.reading.lexicon import Hit

Indices = NDArray[np.int64]
Values = NDArray[np.float32]

CHARACTER_BITS, WORD_BITS, CONCEPT_BITS = 16, 15, 15
_LONGEST_ORDER = 5
_STEP = np.uint64(1_000_003)
_CHARACTER_MASK = np.uint64((1 << CHARACTER_BITS) - 1)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_WINDOW = 9
_MOST_KNOWN = 20_000
"""Sentences remembered by the concepts in them; most hold few."""


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
    return counted(character_rows([folded]).buckets)


def character_rows(texts: Sequence[str]) -> Rows:
    """The n-grams of several texts; none reaches from one into the next."""
    plain = [_SPACE.sub(" ", _DIGITS.sub("0", f" {text} ")) for text in texts]
    codes = np.frombuffer("".join(plain).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(plain)), [len(text) for text in plain])
    buckets, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    rolling = codes
    for order in range(2, _LONGEST_ORDER + 1):
        if len(codes) < order:
            break
        width = len(codes) - order + 1
        rolling = rolling[:width] * _STEP + codes[order - 1 :]
        hashed = _mix(rolling, order) & _CHARACTER_MASK
        if len(plain) == 1:
            buckets.append(hashed.astype(np.int64))
            owners.append(owner[:width])
        else:
            inside = owner[:width] == owner[order - 1 :]
            buckets.append(hashed[inside].astype(np.int64))
            owners.append(owner[:width][inside])
    return Rows(np.concatenate(buckets), np.concatenate(owners))


def _mix(values: NDArray[np.uint64], order: int) -> NDArray[np.uint64]:
    mixed = (values + np.uint64(order)) * _PRIME
    return mixed >> np.uint64(40)


def counted(hashed: Sequence[int] | NDArray[np.int64]) -> Vector:
    """Buckets, repeated as often as met, as a vector."""
    indices, counts = np.unique(np.asarray(hashed, dtype=np.int64), return_counts=True)
    return Vector(indices, counts.astype(np.float32))


def words(lines: Iterable[Line]) -> Vector:
    """Hashed words and pairs of neighbouring words."""
    return counted([key for line in lines for key in word_keys(line)])


def word_keys(line: Line) -> list[int]:
    """Buckets of the words of one sentence, and of each with the word before it."""
    keys: list[int] = []
    before = _BEFORE_FIRST
    for word, _, _ in line.words:
        encoded, own, following = _hashed_word(word)
        keys += (own, zlib.crc32(encoded, before) & _WORD_MASK)
        before = following
    return keys


_WORD_MASK = (1 << WORD_BITS) - 1
_BEFORE_FIRST = zlib.crc32(b"^ ")


@lru_cache(maxsize=100_000)
def _hashed_word(word: str) -> tuple[bytes, int, int]:
    """The word's bytes, its bucket, and the checksum that the bucket of it and a next word goes on from."""
    encoded = word.encode("utf-8", "replace")
    whole = zlib.crc32(encoded)
    return encoded, whole & _WORD_MASK, zlib.crc32(b" ", whole)


def _hash(key: str, bits: int) -> int:
    return zlib.crc32(key.encode("utf-8", "replace")) & ((1 << bits) - 1)


class Concepts:
    """Features of concepts: each alone, in the subject, in pairs and in cues."""

    def __init__(self, names: Sequence[str], cues: Sequence[Cue]) -> None:
        self.names = tuple(names)
        self.cues = tuple(cues)
        self._keys: dict[str, int] = {}
        self._known: dict[tuple[bool, tuple[str, ...]], frozenset[str]] = {}
        self._anywhere: dict[str, _Beside] = {}

    def of_line(self, line: Line) -> frozenset[str]:
        """Keys of what stands in one sentence."""
        named = (line.in_subject, tuple([hit.concept for hit in line.hits]))
        keys = self._known.get(named)
        if keys is None:
            keys = frozenset(self._of_line(line))
            if len(self._known) < _MOST_KNOWN:
                self._known[named] = keys
        return keys

    def _of_line(self, line: Line) -> set[str]:
        keys = {hit.concept for hit in line.hits}
        keys |= _pairs(line.hits)
        keys |= {cue.name for cue, _ in speaking(self.cues, line.hits)}
        if line.in_subject:
            keys |= {f"subject {hit.concept}" for hit in line.hits}
        return keys

    def of(self, lines: Sequence[Line]) -> Vector:
        """What stands in the sentences together, with every pair of concepts that the text names anywhere."""
        return counted(self.buckets(lines))

    def buckets(self, lines: Sequence[Line]) -> list[int]:
        """Buckets of what stands in the sentences together."""
        keys = frozenset[str]().union(*[self.of_line(line) for line in lines])
        found = [self.index(key) for key in keys]
        seen = sorted({hit.concept for line in lines for hit in line.hits})
        for place, concept in enumerate(seen):
            following = self._beside(concept)
            found += [following[other] for other in seen[place + 1 :]]
        return found

    def _beside(self, concept: str) -> dict[str, int]:
        """The bucket of a pair named anywhere in the text, by the other concept of the pair."""
        if concept not in self._anywhere:
            self._anywhere[concept] = _Beside(concept)
        return self._anywhere[concept]

    def index(self, key: str) -> int:
        index = self._keys.get(key)
        if index is None:
            self._keys[key] = index = _hash(key, CONCEPT_BITS)
        return index


class _Beside(dict[str, int]):
    """Bucket of `first&other`, by the other concept."""

    def __init__(self, first: str) -> None:
        self._first = first

    def __missing__(self, other: str) -> int:
        self[other] = bucket = _hash(f"{self._first}&{other}", CONCEPT_BITS)
        return bucket


def _pairs(hits: Sequence[Hit]) -> set[str]:
    """`a>b` for concepts that follow each other within a few others of the sentence."""
    found: set[str] = set()
    for index, first in enumerate(hits):
        for second in hits[index + 1 : index + _WINDOW]:
            if second.concept != first.concept:
                found.add(f"{first.concept}>{second.concept}")
    return found
