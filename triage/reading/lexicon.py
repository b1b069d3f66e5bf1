"""The lexicon: words of many languages and the few concepts they speak for.

A concept such as `delete` or `outage` means the same in every language; what is learnt about concepts from mail in one
language holds in the others. The words stand in `lexicon/<language>.yaml`, one list a concept:

    word        exactly this word          several words   this sequence
    word*       any ending                 *word*          anywhere inside a word (compounds)

Entries are folded as mail is (`text.fold`). Words of languages without spaces match anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from triage.reading.text import CJK, TAIL, fold

FOLDER = Path(__file__).parent / "lexicon"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_JAPANESE = re.compile(f"[{CJK}]")
_PART = re.compile(rf"\*?[^\W_]+{TAIL}\*?")
_SHARED = "en"

Words = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in a text: offsets in that text."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sense:
    """What a single word may mean: concepts at once, and phrases that it starts, by the first letter of their second word."""

    concepts: tuple[str, ...]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


@dataclass(slots=True)
class _Language:
    exact: dict[str, set[str]] = field(default_factory=dict)
    prefixes: dict[str, set[str]] = field(default_factory=dict)
    inside: list[tuple[str, str]] = field(default_factory=list)
    exact_phrases: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    prefix_phrases: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    solid: dict[str, set[str]] = field(default_factory=dict)
    senses: dict[str, _Sense] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None


def read_words(folder: Path = FOLDER) -> dict[str, dict[str, list[str]]]:
    """All files of the lexicon, `language -> concept -> entries`. Every value is read as text, never as a number."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return {
        path.stem: yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - BaseLoader makes strings only
        for path in sorted(folder.glob("*.yaml"))
    }


class Lexicon:
    """Finds concepts in folded text, by the words of one language and those of English, which all desks' mail mixes in."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        self.words = words
        self.concepts = tuple(sorted({concept for entries in words.values() for concept in entries}))
        self._languages: dict[str, _Language] = {}

    def find(self, tokens: Sequence[tuple[str, int, int]], language: str) -> list[Hit]:
        """Concepts in a sequence of folded words (`text.words`), in the order they stand; overlapping ones are kept."""
        known = self._language(language)
        found: list[Hit] = []
        for index, (word, start, end) in enumerate(tokens):
            if known.pattern is not None and _JAPANESE.match(word):
                found.extend(_inside(known, word, start))
                continue
            sense = known.senses.get(word) or _sense(known, word)
            for concept in sense.concepts:
                found.append(Hit(concept, start, end))
            if sense.phrases and index + 1 < len(tokens):
                for phrase, concept in sense.phrases.get(tokens[index + 1][0][0], ()):
                    if _follows(tokens, index, phrase):
                        found.append(Hit(concept, start, tokens[index + len(phrase) - 1][2]))
        return found

    def _language(self, language: str) -> _Language:
        if language not in self._languages:
            own = self.words.get(language, {})
            shared = self.words.get(_SHARED, {}) if language != _SHARED else {}
            self._languages[language] = _compile([shared, own])
        return self._languages[language]


def _compile(sources: Iterable[Words]) -> _Language:
    known = _Language()
    for words in sources:
        for concept, entries in words.items():
            for entry in entries:
                for spelling in {fold(entry), fold(entry.translate(_UMLAUTS))}:
                    _add(known, concept, spelling.strip())
    if known.solid:
        longest_first = sorted(known.solid, key=len, reverse=True)
        known.pattern = re.compile("|".join(map(re.escape, longest_first)))
    return known


def _add(known: _Language, concept: str, entry: str) -> None:
    if _JAPANESE.search(entry):
        known.solid.setdefault(entry, set()).add(concept)
        return
    parts = tuple(_PART.findall(entry))
    if not parts:
        raise ValueError(f"lexicon entry {entry!r} of {concept!r} holds no word")
    if len(parts) > 1:
        first = parts[0]
        index = known.prefix_phrases if first.endswith("*") else known.exact_phrases
        index.setdefault(first.rstrip("*"), []).append((parts, concept))
    elif parts[0].startswith("*"):
        known.inside.append((parts[0].strip("*"), concept))
    elif parts[0].endswith("*"):
        known.prefixes.setdefault(parts[0][:-1], set()).add(concept)
    else:
        known.exact.setdefault(parts[0], set()).add(concept)


def _sense(known: _Language, word: str) -> _Sense:
    concepts = set(known.exact.get(word, ()))
    phrases = list(known.exact_phrases.get(word, ()))
    for length in range(1, len(word) + 1):
        concepts |= known.prefixes.get(word[:length], set())
        phrases.extend(known.prefix_phrases.get(word[:length], ()))
    concepts |= {concept for part, concept in known.inside if part in word}
    by_letter: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for phrase in phrases:
        letter = phrase[0][1][0]
        by_letter[letter] = (*by_letter.get(letter, ()), phrase)
    sense = _Sense(tuple(sorted(concepts)), by_letter)
    if len(known.senses) < 50_000:
        known.senses[word] = sense
    return sense


def _follows(tokens: Sequence[tuple[str, int, int]], index: int, phrase: tuple[str, ...]) -> bool:
    """Whether the words after the first are those of the phrase."""
    if index + len(phrase) > len(tokens):
        return False
    for place in range(1, len(phrase)):
        word, part = tokens[index + place][0], phrase[place]
        if word != part and not (part[-1] == "*" and word.startswith(part[:-1])):
            return False
    return True


def _inside(known: _Language, run: str, start: int) -> Iterable[Hit]:
    assert known.pattern is not None
    for match in known.pattern.finditer(run):
        for concept in sorted(known.solid[match.group()]):
            yield Hit(concept, start + match.start(), start + match.end())
