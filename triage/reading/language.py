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
_STEP = np.uint64(1_000_003)
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
    re.compile(script) for script in ("[\uac00-\ud7a3]", "[\u3041-\u30fa\u30fc]", "[\u4e00-\u9fff]")
)


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """codes: languages known. table: log-likelihood of a bucket in a language, shape (2**BITS, len(codes))."""

    codes: tuple[str, ...]
    table: NDArray[np.float32]

    def likelihoods(self, text: str) -> NDArray[Any]:
        """For each language, how far below the best one it is, in nats; the vote of a line is bounded by its length."""
        found = [plain for line in dict.fromkeys(text[:_LONGEST].split("\n")) if (plain := letters(line))]
        if not found:
            return np.zeros(len(self.codes))
        buckets, lengths = grams(found)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        scores = np.add.reduceat(self.table.take(buckets, axis=0), starts, axis=0, dtype=np.float64)
        loudness = np.minimum(_LOUDEST, _VOTE_PER_LETTER * lengths / len(_ORDERS))
        pasted = np.array([code == DEFAULT for code in self.codes])
        loudness[pasted[scores.argmax(axis=1)]] *= _PASTED
        total = np.maximum(scores - scores.max(axis=1, keepdims=True), -loudness[:, None]).sum(axis=0)
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
    hangul, kana, han = (len(script.findall(text)) for script in (_HANGUL, _KANA, _HAN))
    written = sum(map(str.isalpha, text))
    if hangul + kana + han < max(2, written // 8):
        return None
    if hangul >= max(kana, han):
        return "ko"
    return "ja" if kana > han // 20 else "zh"


def letters(text: str) -> str:
    """The words of a text in lower case, names and numbers left out."""
    return _NOT_LETTERS.sub(" ", _NAMES.sub(" ", text)).lower().strip()


def grams(lines: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Buckets of all n-grams of 1 to 4 letters in lines made by `letters`, line after line, and how many each line has."""
    spaced = [f" {line} " for line in lines]
    codes = np.frombuffer("".join(spaced).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    line = np.repeat(np.arange(len(spaced)), [len(each) for each in spaced])
    hashed, owners = [], []
    rolling = np.zeros(len(codes) + 1, dtype=np.uint64)
    for order in _ORDERS:
        width = max(0, len(codes) - order + 1)
        rolling = rolling[:width] * _STEP + codes[order - 1 :]
        total = rolling + np.uint64(order * int(_STEP) ** order % 2**64)
        inside = line[:width] == line[order - 1 : order - 1 + width]
        hashed.append((((total * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & _MASK)[inside])
        owners.append(line[:width][inside])
    owner = np.concatenate(owners)
    buckets = np.concatenate(hashed).astype(np.int64)[np.argsort(owner, kind="stable")]
    return buckets, np.bincount(owner, minlength=len(spaced))


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
        plain = letters(line)
        if plain:
            held += weight * np.bincount(grams([plain])[0], minlength=1 << BITS)


def _log_likelihood(counts: NDArray[np.float64], smoothing: float) -> NDArray[np.float64]:
    smooth = counts + smoothing
    return np.asarray(np.log(smooth / smooth.sum()))
