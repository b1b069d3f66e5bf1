"""A letter as blocks: one source for its plain text, its HTML twin, and the origin of every character.

A template never prints a value itself. It prints a *mark* that stands for the value, and the value is set in only
after the rendered text has been cut into paragraphs. So a customer's words can open no paragraph, no list, no tag and
no template expression, and each character of the letter is known to be the template's or one value's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup, escape

from triage.model import Span

OPEN, CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Value:
    """A value as the reader of a letter sees it.

    kind: `quoted` (the sender said it), `computed` (from an assessment), `deadline`, `clause` (the terms), `pack` (a
        clause in the pack's own words, for want of a sentence in the letter's language), `desk` (a setting of the desk). source: which one, as `claim.total` or `privacy.respond`.
    """

    text: str
    kind: str
    source: str


@dataclass(slots=True)
class Slots:
    """The values of one letter, by the mark that stands for each in rendered text. used: those set into it so far."""

    values: list[Value] = field(default_factory=list)
    used: list[Value] = field(default_factory=list)
    _marks: dict[Value, Markup] = field(default_factory=dict)

    def put(self, text: str, kind: str, source: str) -> Markup:
        """A mark for a value; printing it in a template prints the value, with its origin kept."""
        value = Value(inert(text), kind, source)
        if value not in self._marks:
            self._marks[value] = Markup(f"{OPEN}{len(self.values)}{CLOSE}")  # noqa: S704 - only our own private-use marks
            self.values.append(value)
        return self._marks[value]

    def fill(self, marked: str) -> str:
        """Marked text with its values set in, as plain text."""
        return _MARK.sub(lambda mark: self.values[int(mark[1])].text, marked)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters with one origin; `value` is None for the template's own words."""

    text: str
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item or a heading. template: the file it comes from, as `en/closing.j2`."""

    kind: str
    pieces: tuple[Piece, ...]
    template: str

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def source(self) -> str:
        """What the block stems from, in one line for people: `template en/closing.j2; clause sla.limit`."""
        origins = [f"{piece.value.kind} {piece.value.source}" for piece in self.pieces if piece.value]
        return "; ".join(dict.fromkeys([f"template {self.template}", *origins]))


def inert(text: str) -> str:
    """A value on one line without control, format and private-use characters, at most 300 characters long."""
    plain = one_line(text)
    return plain if len(plain) <= _LONGEST_VALUE else plain[: _LONGEST_VALUE - 1] + "…"


def one_line(text: str) -> str:
    """Text without line breaks, control, format, surrogate and private-use characters; runs of spaces made one."""
    if text.isprintable():
        return " ".join(text.split())
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join("".join(kept).split())


def blocks(rendered: str, slots: Slots, template: str) -> tuple[Block, ...]:
    """Cut rendered text into blocks.

    An empty line ends a paragraph, `- ` opens a list item, `# ` a heading, a backslash at the end of a line keeps the
    line break; other line breaks are spaces, so that templates may be wrapped freely.
    """
    found = []
    for kind, lines in _runs(rendered):
        marked = re.sub(r"\\ ", "\n", " ".join(lines))
        found.append(Block(kind, tuple(_pieces(marked, slots)), template))
    return tuple(found)


def _runs(rendered: str) -> Iterator[tuple[str, list[str]]]:
    kind, lines = "paragraph", list[str]()
    for line in (*(line.strip() for line in rendered.splitlines()), ""):
        opens = {"- ": "item", "# ": "heading"}.get(line[:2])
        if (opens or not line) and lines:
            yield kind, lines
            kind, lines = "paragraph", []
        if opens:
            kind, line = opens, line[2:].strip()
        if line:
            lines.append(line)


def _pieces(marked: str, slots: Slots) -> Iterator[Piece]:
    end = 0
    for mark in _MARK.finditer(marked):
        if mark.start() > end:
            yield Piece(marked[end : mark.start()])
        value = slots.values[int(mark[1])]
        slots.used.append(value)
        yield Piece(value.text, value)
        end = mark.end()
    if end < len(marked):
        yield Piece(marked[end:])


def as_text(letter: Iterable[Block]) -> tuple[str, tuple[Span, ...]]:
    """The plain text and the origin of each run of it.

    An empty line parts blocks; items of a list follow each other; a heading is underlined with dashes.
    """
    text, spans, before = "", list[Span](), ""
    for block in letter:
        if before:
            text += "\n" if before == "heading" or before == block.kind == "item" else "\n\n"
        text += "- " if block.kind == "item" else ""
        for piece in block.pieces:
            kind, source = (piece.value.kind, piece.value.source) if piece.value else ("template", block.template)
            if piece.text:
                spans.append(Span(len(text), len(text) + len(piece.text), kind, source))
            text += piece.text
        if block.kind == "heading":
            text += "\n" + "-" * len(block.text)
        before = block.kind
    return text, tuple(spans)


def as_html(text: str) -> str:
    """The HTML twin of a letter's plain text, also of one that a person edited: a fragment of `p`, `ul`, `li`,
    `strong`, `br` and `blockquote`. Every character is escaped, and nothing becomes a link."""
    html = []
    for quoted, lines in groupby(text.split("\n"), key=lambda line: line.startswith(">")):
        if quoted:
            original = "<br>\n".join(escape(line[2:] if line[1:2] == " " else line[1:]) for line in lines)
            html.append(f"<blockquote>\n{original}\n</blockquote>")
        else:
            chunks = re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))
            html += [part for chunk in chunks if chunk.strip() for part in _chunk(chunk.split("\n"))]
    return "\n".join(html) + "\n"


def _chunk(lines: list[str]) -> Iterator[str]:
    if len(lines) > 1 and len(lines[1]) > 2 and not lines[1].strip("-"):
        yield f"<p><strong>{escape(lines[0])}</strong></p>"
        lines = lines[2:]
    for item, run in groupby(lines, key=lambda line: line.startswith("- ")):
        if item:
            yield "<ul>\n" + "\n".join(f"<li>{escape(line[2:])}</li>" for line in run) + "\n</ul>"
        else:
            yield "<p>" + "<br>\n".join(escape(line) for line in run) + "</p>"
