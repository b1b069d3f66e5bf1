"""One mail as the classifier sees it: folded text, sentences and the concepts in each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from triage.model import Evidence
from triage.reading.lexicon import Hit, Lexicon
from triage.reading.text import Sentence, fold, sentences, words

_BREAK = "\n\n"
LONGEST = 40_000
"""Characters of a mail's own words that are classified; nobody's request starts later."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its folded words and concepts. Offsets are those of `Analysis.body`."""

    start: int
    end: int
    words: tuple[tuple[str, int, int], ...]
    hits: tuple[Hit, ...]
    in_subject: bool


@dataclass(frozen=True, slots=True)
class Analysis:
    """Subject and own words joined to one `body`, where the text starts at `offset`."""

    body: str
    folded: str
    offset: int
    language: str
    lines: tuple[Line, ...]

    def evidence(self, start: int, end: int, rule: str) -> Evidence:
        """The characters start..end of `body` as evidence in the part of the message that they stand in."""
        part, shift = ("subject", 0) if start < self.offset else ("text", self.offset)
        return Evidence(part, start - shift, end - shift, self.body[start:end], rule)


_NAMES = re.compile(
    r"[a-z0-9._%+-]+@[a-z0-9.-]+|https?://[\x21-\x7e]+"
    r"|\b[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.(?:example|io|com|net|org|dev|app)\b[a-z0-9/._-]*"
    r"|\b[a-z]{2}-[a-z]+-?\d\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[a-z]+(?:-[a-z]+)+-\d+\b",
    re.ASCII,
)


_SUSPECT = re.compile(r"(?<!\S)[^\s@.:-]*+[@.:-]\S+")
"""Runs between white space that may hold a name: all names have one of these signs, and something after it."""


def _masked(folded: str) -> str:
    """Without addresses, hosts and identifiers, whose parts would read as words; of the same length."""
    return _SUSPECT.sub(lambda run: _NAMES.sub(lambda match: "_" * len(match[0]), run[0]), folded)


def join(subject: str, text: str) -> tuple[str, int]:
    """Subject and text as one body, and where the text starts in it."""
    return subject + _BREAK + text[:LONGEST], len(subject) + len(_BREAK)


def analyse(subject: str, text: str, language: str, lexicon: Lexicon) -> Analysis:
    body, offset = join(subject, text)
    folded = _masked(fold(body))
    found = [*_within(subject, 0), *_within(body[offset:], offset)]
    lines = tuple(_line(folded, sentence, offset, language, lexicon) for sentence in found)
    return Analysis(body, folded, offset, language, lines)


def _within(text: str, shift: int) -> list[Sentence]:
    return [Sentence(each.start + shift, each.end + shift) for each in sentences(text)]


def _line(folded: str, sentence: Sentence, offset: int, language: str, lexicon: Lexicon) -> Line:
    tokens = tuple(words(folded, sentence.start, sentence.end))
    hits = tuple(lexicon.find(tokens, language))
    return Line(sentence.start, sentence.end, tokens, hits, sentence.start < offset)
