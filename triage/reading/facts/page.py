"""One part of a mail made ready for matching: folded text, words, sentences.

Folding maps each character to exactly one (case, accents, widths, dashes, quotes), so that an offset in `flat` is an
offset in the text as sent, and evidence can quote the original.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from triage.model import Evidence

LIMIT = 100_000
"""Characters of one part that are read. A person would not read further either, and time stays bounded."""

_SPECIAL = {
    **dict.fromkeys("‐‑‒–—―−﹣－ー〜～→⇒➔➜", "-"),
    **dict.fromkeys("‘’‚‛′`´＇ʼ", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **{
        "ı": "i",
        "İ": "i",
        "ł": "l",
        "Ł": "l",
        "ø": "o",
        "Ø": "o",
        "đ": "d",
        "Đ": "d",
        "ß": "s",
        "æ": "a",
        "º": "o",
        "ª": "a",
    },
    **{"：": ":", "／": "/", "，": ",", "．": ".", "（": "(", "）": ")", "　": " ", "\t": " ", "\r": " ", "…": "."},
}
_KEPT = frozenset("ー")  # a dash in Latin text, but the long vowel of kana


class _Folds(dict[int, int]):
    """`str.translate` table that works a character out when it is first met."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        if char in _SPECIAL and char not in _KEPT:
            folded = _SPECIAL[char]
        else:
            base = unicodedata.normalize("NFKC", char)
            if len(base) != 1:
                base = char
            if not (
                "\u3040" <= base <= "\u30ff" or "\uac00" <= base <= "\ud7af"
            ):  # taking the voicing mark off kana or splitting Hangul would change the word
                base = unicodedata.normalize("NFD", base)[0]
            lower = base.lower()
            folded = lower if len(lower) == 1 else char
            if folded.isspace() and folded != "\n":
                folded = " "
        self[code] = ord(folded)
        return ord(folded)


_FOLDS = _Folds()


def fold(text: str) -> str:
    """The text in lower case without accents, character for character."""
    return text.translate(_FOLDS)


_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SENTENCE_END = re.compile(r"[.!?]+(?=[\s\"')])|[。！？]|\n\s*\n|\n(?=\s*(?:[-*•·–]|\d+[.)])\s)|\n(?=[^\n:]{1,28}:)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:ca|bzw|z\.b|e\.g|i\.e|approx|a\.m|p\.m|st|nr|no|vs|dr|mr|ms|mrs|tel|godz|art|inkl|tzn|np|m\.in|[b-z])|(?<![\d-])\d{1,2})$"
)


@dataclass(frozen=True)
class Page:
    """A part of a mail: its name (as in `Evidence.part`), its text as sent and the same text folded.

    hidden: spans that are not read (the header lines of quoted mail). kept: what was found in it once and is asked again.
    """

    part: str
    text: str
    hidden: tuple[tuple[int, int], ...] = ()
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def flat(self) -> str:
        """The text folded; what is hidden is left blank, and nothing is read across it."""
        flat = fold(self.text[:LIMIT])
        for start, end in self.hidden:
            flat = flat[:start] + "\n\n".ljust(end - start)[: end - start] + flat[end:]
        return flat

    @cached_property
    def words(self) -> list[tuple[int, int, str]]:
        """(start, end, folded word) of each run of letters and digits."""
        return [(m.start(), m.end(), m.group()) for m in _WORD.finditer(self.flat)]

    @cached_property
    def word_set(self) -> frozenset[str]:
        return frozenset(word for _, _, word in self.words)

    def has_word(self, *beginnings: str) -> bool:
        """Whether any word begins so: a cheap test before a costly pattern."""
        return any(word.startswith(beginnings) for word in self.word_set)

    @cached_property
    def has_cjk(self) -> bool:
        return _CJK.search(self.flat) is not None

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Spans of sentences, in order, covering the part; a bullet or a `Key: value` line is one of its own."""
        spans, start = [], 0
        for match in _SENTENCE_END.finditer(self.flat):
            if match.group() == "." and _ABBREVIATED.search(self.flat, max(start, match.start() - 8), match.start()):
                continue
            if match.end() > start:
                spans.append((start, match.end()))
                start = match.end()
        if start < len(self.flat):
            spans.append((start, len(self.flat)))
        return spans

    @cached_property
    def starts(self) -> list[int]:
        """Where each sentence begins."""
        return [start for start, _ in self.sentences]

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence that a character stands in; nothing, (0, at), behind the last."""
        index = bisect_right(self.starts, at) - 1
        start, end = self.sentences[index] if index >= 0 else (0, at)
        return (start, end) if at < end else (0, at)

    def evidence(self, start: int, end: int, rule: str) -> Evidence:
        return Evidence(self.part, start, end, self.text[start:end], rule)
