"""How people write days, times and what befell them, a table a language, and the compiled form of it.

A table holds words only; the grammar is in `dates`, `times` and `incidents`. All words are compared folded
(`page.fold`), so a table may be written with or without accents. `{w}` stands for a weekday, `{n}` for a number in
digits or words, `{d}` for a day of the month, `{m}` for a month; a trailing `*` takes any ending.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

import yaml

from triage.reading.facts.page import Page, fold

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ja", "sv", "da", "cs", "ru", "zh", "ko")
_SHORT_MONTHS = ("jan", "feb", "", "apr", "", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""English short names that logs and dashboards put into every language; `mar` and `may` are words elsewhere."""
_TRAVELLING = ("down", "back", "base")  # English kinds of cue that people mix into every language
CUES = ("down", "back", "fine", "other", "claim", "now", "moved", "home", "base", "attached", "see_quoted", "next_day")

_Table = dict[str, Any]
_LONGEST_STEM = 24
_LETTERS = "a-z\u0400-\u04ff"
EDGE = f"(?<![{_LETTERS}0-9])"
END = f"(?![{_LETTERS}0-9])"


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase that tells what a nearby date, place or name is about. kind: one of `CUES`."""

    kind: str
    start: int
    end: int


class Lexicon:
    """Words of one language, compiled. English stands behind every language where words travel: `downtime`, `March 3`."""

    def __init__(self, language: str) -> None:
        own = _tables(language)
        self.order = str(own[0].get("order", "dmy"))
        self.months = _numbered(own[:1], "months")
        self.own_months = frozenset(_numbered(own[:1], "months"))
        self.weekdays = _numbered(own, "weekdays", first=0)
        self.short_weekdays = _numbered(own[:1], "short", first=0)
        for table in map(_table, LANGUAGES):
            for name, number in _numbered([table], "months").items():
                if len(name) >= 4:
                    self.months.setdefault(name, number)
            for name, number in _numbered([table], "weekdays", first=0).items():
                self.weekdays.setdefault(name, number)
        if language not in {"ja", "zh", "ko", "ru"}:
            for number, name in enumerate(_SHORT_MONTHS, 1):
                if name and name not in self.short_weekdays:
                    self.months.setdefault(name, number)
        self.day_words = {fold(k): int(v) for table in reversed(own) for k, v in table.get("day_words", {}).items()}
        self.feasts = {fold(k): str(v) for table in own[:1] for k, v in table.get("feasts", {}).items()}
        self.numbers = {fold(k): float(v) for table in reversed(own) for k, v in table.get("numbers", {}).items()}
        self.ordinals = {fold(k): int(v) for table in reversed(own) for k, v in table.get("ordinals", {}).items()}
        self.words = {key: _words(own[:1], key) for key in _WORD_LISTS}
        self.hour_words = {fold(k): str(v) for table in reversed(own) for k, v in table.get("hour_words", {}).items()}
        self.units = {
            fold(word): unit for table in own for unit, words in table.get("units", {}).items() for word in words
        }
        self.month_suffix = str(own[0].get("month_suffix", ""))
        self._own = own
        self._exact, self._stems, self._infixes = self._compile_cues(own)
        self._infix = re.compile(any_of(self._infixes))
        self._seen: dict[str, _Ways] = {}

    # --- patterns ---------------------------------------------------------------------------------------------

    def alternation(self, *keys: str) -> str:
        """Regular expression of all words of these lists, the longest first; never matches when there are none."""
        return any_of({word for key in keys for word in self.words[key]})

    def templates(self, key: str, slots: dict[str, str]) -> str | None:
        """One expression of all the phrases of a list, None when there are none; `slot` reads what filled a slot."""
        phrases = []
        for index, phrase in enumerate(fold(phrase) for table in self._own for phrase in table.get(key, [])):
            for name, pattern in slots.items():
                phrase = phrase.replace("{" + name + "}", f"(?P<{name}{index}>{pattern})")
            phrases.append(_edged(phrase))
        return "|".join(phrases) if phrases else None

    def template_words(self, key: str) -> set[str]:
        """For each phrase of a list the longest word that it cannot be without, in its spellings; none for one of slots."""
        found: set[str] = set()
        for phrase in (fold(phrase) for table in self._own for phrase in table.get(key, [])):
            bare = re.sub(r"\[(\w)(\w)\]", r"\1", phrase) + " " + re.sub(r"\[(\w)(\w)\]", r"\2", phrase)
            while (inner := re.sub(r"\(\?:[^()]*\)\??|\{\w\}|\[[^\]]*\]|\(\?[!=<][^()]*\)", " ", bare)) != bare:
                bare = inner
            spellings = {bare.replace("?", ""), re.sub(r".\?", "", bare), re.sub(r"[-' ]\?", "", bare)}
            for spelling in spellings:
                words: list[str] = re.findall(r"[^\W\d_]{3,}", spelling)
                found.update(sorted(words, key=len)[-1 if bare.strip() == phrase.strip() else -2 :])
        return found

    def is_common(self, word: str) -> bool:
        """Whether a folded word is one of the tables' own, so that it is hardly a name."""
        return word in self.months or word in self.weekdays or word in self.numbers or bool(self._candidates(word))

    # --- cues ---------------------------------------------------------------------------------------------------

    def cues(self, page: Page) -> list[Cue]:
        """Every cue word of the part, in order; phrases cover their words."""
        found: list[Cue] = []
        words, flat, seen = page.words, page.flat, self._seen
        following = [word for _, _, word in words[1:]] + [""]
        for index, (start, end, word) in enumerate(words):
            ways = seen.get(word)
            if ways is None:
                ways = _Ways(self._candidates(word))
                if len(seen) < 100_000:
                    seen[word] = ways
            for kind in ways.alone:
                found.append(Cue(kind, start, end))
            if ways.phrases:
                for kind, rest in ways.beginning(following[index]):
                    if last := _follow(words, flat, index, rest):
                        found.append(Cue(kind, start, last))
        if page.has_cjk:
            found.extend(Cue(self._infixes[m.group()], m.start(), m.end()) for m in self._infix.finditer(flat))
            found.sort(key=lambda cue: (cue.start, cue.end))
        return found

    def _candidates(self, word: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        hits = list(self._exact.get(word, ()))
        for length in range(2, min(len(word), _LONGEST_STEM) + 1):
            hits.extend(self._stems.get(word[:length], ()))
        return tuple(dict.fromkeys(hits))

    def _compile_cues(self, own: list[_Table]) -> tuple[_Index, _Index, dict[str, str]]:
        exact: _Index = {}
        stems: _Index = {}
        infixes: dict[str, str] = {}
        for kind in CUES:
            tables = own if kind in _TRAVELLING else own[:1]
            for phrase in dict.fromkeys(v for table in tables for p in table.get(kind, []) for v in _spellings(str(p))):
                if re.search(r"[\u3040-\u9fff\uac00-\ud7af]", phrase):
                    infixes[phrase] = kind
                    continue
                first, *rest = re.findall(r"[^\W_]+\*?", phrase) or [""]
                index, key = (stems, first[:-1]) if first.endswith("*") else (exact, first)
                if key:
                    index.setdefault(key, []).append((kind, tuple(rest)))
        return exact, stems, infixes


_Index = dict[str, list[tuple[str, tuple[str, ...]]]]
_WORD_LISTS = [
    "last",
    "last_after",
    "next",
    "next_after",
    "to",
    "and",
    "between",
    "from",
    "after_range",
    "fill",
    "oclock",
    "am",
    "pm",
    "night",
    "duration_before",
    "hour_prefix",
    "short_after",
    "since",
]


class _Ways:
    """What one word may be or begin: kinds of cue that it is alone, and phrases by their second word."""

    __slots__ = ("alone", "phrases", "stems")

    def __init__(self, candidates: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        candidates = tuple(candidates)
        self.alone = [kind for kind, rest in candidates if not rest]
        self.phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for kind, rest in candidates:
            if rest:
                self.phrases.setdefault(rest[0], []).append((kind, rest))
        self.stems = [second for second in self.phrases if second.endswith("*")]

    def beginning(self, second: str) -> list[tuple[str, tuple[str, ...]]]:
        """The phrases that go on with this word."""
        found = self.phrases.get(second, [])
        for stem in self.stems:
            if second.startswith(stem[:-1]):
                found = found + self.phrases[stem]
        return found


class Late:
    """A regular expression that is compiled when it is first needed: most mails need few of a language's."""

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.source)


def slot(match: re.Match[str], name: str) -> str:
    """What filled a slot of a template, empty when its phrase has no such slot."""
    return next((text for key, text in match.groupdict().items() if text and key.rstrip("0123456789") == name), "")


def any_of(words: Iterable[str]) -> str:
    """A group that matches any of the words, the longest first, and nothing when there are none.

    Words that begin alike share their beginning, so that a long list costs little more than a short one.
    """
    tree: _Tree = {}
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(tree) if tree else "(?!)"


_Tree = dict[str, "_Tree"]


def _branches(node: _Tree) -> str:
    ways = [re.escape(char) + _branches(below) for char, below in sorted(node.items()) if char]
    if not ways:
        return ""
    if len(ways) == 1 and "" not in node:
        return ways[0]
    return f"(?:{'|'.join(ways)})" + ("?" if "" in node else "")


@cache
def lexicon(language: str) -> Lexicon:
    """The compiled tables of a language; English for one that has none."""
    return Lexicon(language if language in LANGUAGES else "en")


def _follow(words: list[tuple[int, int, str]], flat: str, index: int, rest: tuple[str, ...]) -> int:
    """End of the phrase whose first word stands at `index`, or 0."""
    end = words[index][1]
    if index + len(rest) >= len(words):
        return 0
    for offset, wanted in enumerate(rest, 1):
        start, stop, word = words[index + offset]
        if start - end > 2 or not (word.startswith(wanted[:-1]) if wanted[-1] == "*" else word == wanted):
            return 0
        if "\n\n" in flat[end:start] or "." in flat[end:start]:
            return 0
        end = stop
    return end


def word_set(name: str) -> frozenset[str]:
    """A list of `names.yaml`."""
    return frozenset(str(_table("names")[name]).split())


@cache
def _table(language: str) -> _Table:
    file = resources.files(__package__).joinpath(f"{language}.yaml")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar stays a text: `on` and `no` are words here
    table = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # a BaseLoader builds no objects
    return dict(table)


def _tables(language: str) -> list[_Table]:
    return [_table(language)] if language == "en" else [_table(language), _table("en")]


def _numbered(tables: list[_Table], key: str, first: int = 1) -> dict[str, int]:
    return {
        fold(name): number
        for table in reversed(tables)
        for number, names in enumerate(table.get(key, []), first)
        for name in names
    }


def _words(tables: list[_Table], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(word) for table in tables for word in table.get(key, [])))


def _spellings(word: str) -> set[str]:
    """A word folded, and once more as it looks when ß stands for its ss."""
    folded = fold(word)
    return {folded, folded.replace("ss", "s")}


def _edged(phrase: str) -> str:
    return f"(?<![^\\W_])(?:{phrase})(?![^\\W_])" if re.search(r"[a-z{]", phrase) else phrase
