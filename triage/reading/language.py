"""The language of a short mail, by the sender's own words.

A naive Bayes model over hashed character n-grams, trained on the corpora and the lexicon's words. Each line of a mail
has a vote of bounded weight, so that a pasted English log does not outvote two German sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.model import Message
from triage.reading.text import prose

DEFAULT = "en"
BITS = 15
_ORDERS = (1, 2, 3, 4)
_MASK = np.uint64((1 << BITS) - 1)
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_NAMES = re.compile(r"\S*[@/\\]\S*|\S+\.\w{2,}\S*|\b\w*\d\w*\b|\b[A-Z_]{3,}\b(?=[^A-Z]*[a-z])")
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|odp|ynt|rv|fwd?|wg|tr|res)\s*:", re.IGNORECASE)
_VOTE_PER_LETTER, _LOUDEST = 0.25, 20.0
_PASTED = 0.6
"""Weight of English lines: error texts and commands are pasted in English into mail of all languages."""
_SURE = 0.75
_LONGEST = 1500
_HANGUL, _KANA, _HAN = (
    re.compile(letters) for letters in ("[\uac00-\ud7a3]", "[\u3041-\u30fa\u30fc]", "[\u4e00-\u9fff]")
)


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """codes: languages known. table: log-likelihood of a bucket in a language, shape (2**BITS, len(codes))."""

    codes: tuple[str, ...]
    table: NDArray[np.float32]

    def likelihoods(self, text: str) -> NDArray[Any]:
        """For each language, how far below the best one it is, in nats; the vote of a line is bounded by its length."""
        total = np.zeros(len(self.codes), dtype=np.float64)
        for line in dict.fromkeys(text[:_LONGEST].split("\n")):
            buckets = grams(line)
            if len(buckets):
                scores = self.table[buckets].sum(axis=0, dtype=np.float64)
                loudness = min(_LOUDEST, _VOTE_PER_LETTER * len(buckets) / len(_ORDERS))
                if self.codes[int(scores.argmax())] == DEFAULT:
                    loudness *= _PASTED
                total += np.maximum(scores - scores.max(), -loudness)
        return np.asarray(total - total.max())

    def guess(self, text: str) -> tuple[str, float]:
        """The most likely language and its probability; ("en", 0.0) for text without words."""
        script = _by_script(text[:_LONGEST])
        if script is not None:
            return script, 1.0
        scores = self.likelihoods(text)
        if not np.any(scores < 0):
            return DEFAULT, 0.0
        odds = np.exp(scores / 2)
        best = int(np.argmax(odds))
        return self.codes[best], float(odds[best] / odds.sum())

    def language_of(self, message: Message) -> str:
        """ISO 639-1 code; of the thread (quoted history) where the own words are too few to tell, else English."""
        own = prose(message.text)
        subject = "" if _REPLY.match(message.subject) else message.subject
        code, sure = self.guess(own)
        if code == "zh" and _by_script(f"{subject}\n{message.signature}") == "ja":
            return "ja"
        for more in (subject, message.signature, prose(message.quoted[:_LONGEST])):
            if sure >= _SURE:
                break
            own = f"{own}\n{more}"
            code, sure = self.guess(own)
        return code


def _by_script(text: str) -> str | None:
    """The language of a text whose letters tell it; None for those that share their script with others."""
    hangul, kana, han = (len(letters.findall(text)) for letters in (_HANGUL, _KANA, _HAN))
    letters = sum(map(str.isalpha, text))
    if hangul + kana + han < max(2, letters // 8):
        return None
    if hangul >= max(kana, han):
        return "ko"
    return "ja" if kana > han // 20 else "zh"


def grams(text: str) -> NDArray[np.int64]:
    """Buckets of all n-grams of 1 to 4 letters in the words of a text, names and numbers left out."""
    plain = _NOT_LETTERS.sub(" ", _NAMES.sub(" ", text)).lower().strip()
    if not plain:
        return np.zeros(0, dtype=np.int64)
    codes = np.frombuffer(f" {plain} ".encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    hashed = []
    for order in _ORDERS:
        if len(codes) >= order:
            total = np.full(len(codes) - order + 1, order, dtype=np.uint64)
            for offset in range(order):
                total = total * np.uint64(1_000_003) + codes[offset : offset + len(total)]
            hashed.append(((total * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & _MASK)
    return np.concatenate(hashed).astype(np.int64)


def fit(texts: Iterable[tuple[str, str]], words: Mapping[str, Sequence[str]], smoothing: float = 0.05) -> LanguageModel:
    """A model of (language, text) pairs and of word lists; every language weighs the same, however much it has."""
    counts: dict[str, NDArray[np.float64]] = {}
    for code, text in texts:
        _count(counts, code, text, 1.0)
    for code, entries in words.items():
        _count(counts, code, "\n".join(entries), 0.5)
    codes = tuple(sorted(counts))
    table = np.stack([_log_likelihood(counts[code], smoothing) for code in codes], axis=1)
    return LanguageModel(codes, table.astype(np.float32))


def _count(counts: dict[str, NDArray[np.float64]], code: str, text: str, weight: float) -> None:
    held = counts.setdefault(code, np.zeros(1 << BITS))
    for line in text.split("\n"):
        buckets = grams(line)
        if len(buckets):
            held += weight * np.bincount(buckets, minlength=1 << BITS)


def _log_likelihood(counts: NDArray[np.float64], smoothing: float) -> NDArray[np.float64]:
    smooth = counts + smoothing
    return np.asarray(np.log(smooth / smooth.sum()))
