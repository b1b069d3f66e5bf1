"""Folding, words and sentences: how the reader looks at text without changing its offsets.

Features are taken from *folded* text: one character for each character, so that an offset in the folded text is an
offset in the mail. What is shown to people is always the text as sent.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

# Letters of other scripts that are drawn like Latin ones; used only where the text around them is Latin.
_LOOKALIKES = dict(zip("аеорсухіјѕԁһкмтвнаοενικρτυχ", "aeopcyxijsdhkmtbhaoevikptux", strict=True))
_GREEK_OR_CYRILLIC, _LATIN = re.compile("[\u0370-\u052f]"), re.compile("[a-z]")
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_KEPT_MARKS = re.compile("[\u3040-\u30ff\u0400-\u04ff\uac00-\ud7af]")
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆ー"
TAIL = r"(?:'(?:s|t|re|ve|ll|m|d)\b)?"  # don't is one word, l'accès is two
WORD = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+{TAIL}")
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])[)\"'»”]*\s+(?=[\W\d]*[^\W\d_a-zà-ÿ]|[^\W\d_])|[。！？｡]+|\n\s*\n|\n(?=\s*(?:[-*•–]|\d{1,2}[.)])\s)"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[a-zà-ÿ]|mr|mrs|ms|dr|st|vs|no|nr|art|abs|bzw|ca|ggf|inkl|usw|z\.b|u\.a|d\.h|e\.g|i\.e|approx|"
    r"sr|sra|srta|ud|uds|av|núm|p\.ex|m|mme|tel|tél|prof|ing|sig|dott|ex|np|tzn|ul|tj|pkt|bijv|o\.a|mevr|dhr|nº|sn|vb|vs|bkz)$",
    re.IGNORECASE,
)


class _Fold(dict[int, str]):
    """Translation table filled as characters are met: compatibility forms and case folded, accents dropped."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = folded = _fold_character(character)
        return folded


def _fold_character(character: str) -> str:
    if character in _ZERO_WIDTH:
        return "\u200b"
    compatible = unicodedata.normalize("NFKC", character)
    lowered = (compatible if len(compatible) == 1 else character).lower()
    lowered = lowered if len(lowered) == 1 else lowered[0]
    if lowered in "ıİ":
        return "i"
    if lowered in "łŁ":
        return "l"
    if lowered in "øØ":
        return "o"
    if lowered in "’‘ʼ`´":
        return "'"
    if _KEPT_MARKS.match(lowered):
        return lowered
    base = unicodedata.normalize("NFD", lowered)[0]
    return base if base.isalnum() or not lowered.isalnum() else lowered


_FOLD = _Fold()
_LATIN_FOLD = {ord(character): latin for character, latin in _LOOKALIKES.items()}


def fold(text: str) -> str:
    """The text lower-cased, without accents and look-alike letters; as long as `text`, character for character."""
    folded = text.translate(_FOLD)
    if folded.isascii() or not _GREEK_OR_CYRILLIC.search(folded) or not _mostly_latin(folded):
        return folded
    return folded.translate(_LATIN_FOLD)


def _mostly_latin(folded: str) -> bool:
    return len(_GREEK_OR_CYRILLIC.findall(folded)) < len(_LATIN.findall(folded))


def words(folded: str, start: int = 0, end: int = sys.maxsize) -> list[tuple[str, int, int]]:
    """Words between two offsets, with their own. A run of Japanese or Chinese characters is one word."""
    return [(match[0], match.start(), match.end()) for match in WORD.finditer(folded, start, end)]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or a line of a list: offsets in the text it was found in."""

    start: int
    end: int


def sentences(text: str, longest: int = 600) -> list[Sentence]:
    """Where sentences stand. A sentence longer than `longest` characters is cut at white space near that length."""
    bounds = [0]
    for match in _SENTENCE_END.finditer(text):
        if match.group().isspace() and "\n\n" not in match.group():
            before = text[max(0, match.start() - 12) : match.start()]
            if before.endswith(".") and _ABBREVIATION.search(before[:-1]):
                continue
        bounds.append(match.end())
    bounds.append(len(text))
    found: list[Sentence] = []
    for start, end in pairwise(bounds):
        found.extend(_cut(text, start, end, longest))
    return found


def _cut(text: str, start: int, end: int, longest: int) -> list[Sentence]:
    pieces: list[Sentence] = []
    while start < end:
        stop = end
        if end - start > longest:
            space = text.rfind(" ", start + longest // 2, start + longest)
            stop = start + longest if space < 0 else space + 1
        stripped = text[start:stop]
        first = start + len(stripped) - len(stripped.lstrip())
        last = start + len(stripped.rstrip())
        if first < last:
            pieces.append(Sentence(first, last))
        start = stop
    return pieces


_CODE_LINE = re.compile(
    r"^\s*(?:[>|$#{}\[\]]|at \w|\w+:\s*\S+$|https?://|\d{4}-\d\d-\d\d|\[?\d\d[:/]\d\d|[\w.]*(?:Error|Exception)\b:|(?:ERR|ERROR|WARN|INFO|DEBUG|GET|POST|Traceback|File \")\b)"
)


def prose(text: str) -> str:
    """The lines that a person wrote: without log lines, code, addresses and tables. All of it when nothing is left."""
    kept = [line for line in text.split("\n") if not is_code(line)]
    joined = "\n".join(kept)
    return joined if re.search(r"[^\W\d_]{2}", joined) else text


def is_code(line: str) -> bool:
    """Whether a line is pasted from a machine: a log, a stack trace, a command, JSON."""
    if _CODE_LINE.match(line):
        return True
    letters = sum(map(str.isalpha, line))
    solid = len(line) - line.count(" ") - line.count("\t")
    return solid > 12 and letters < 0.6 * solid
