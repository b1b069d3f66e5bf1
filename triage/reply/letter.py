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

from markupsafe import Markup, escape

from triage.model import Span

OPEN, CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Value:
    """A value as the reader of a letter sees it.

    kind: `quoted` (the sender said it), `computed` (from an assessment), `deadline`, `clause` (the terms' own words),
        `desk` (a setting of the desk). source: which one, as `claim.total` or `privacy.respond`.
    """

    text: str
    kind: str
    source: str


@dataclass(slots=True)
class Slots:
    """The values of one letter, by the mark that stands for each in rendered text."""

    values: list[Value] = field(default_factory=list)

    def put(self, text: str, kind: str, source: str) -> Markup:
        """A mark for a value; printing it in a template prints the value, with its origin kept."""
        self.values.append(Value(inert(text), kind, source))
        return Markup(f"{OPEN}{len(self.values) - 1}{CLOSE}")  # noqa: S704 - only our own private-use marks

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
    plain = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    plain = " ".join(plain.split())
    return plain if len(plain) <= _LONGEST_VALUE else plain[: _LONGEST_VALUE - 1] + "…"


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
        yield Piece(value.text, value)
        end = mark.end()
    if end < len(marked):
        yield Piece(marked[end:])


def as_text(letter: Iterable[Block]) -> tuple[str, tuple[Span, ...]]:
    """The plain text, blocks parted by an empty line (list items by a line break), and the origin of each run of it."""
    text, spans, before = "", list[Span](), ""
    for block in letter:
        if before:
            text += "\n" if before == block.kind == "item" else "\n\n"
        text += "- " if block.kind == "item" else ""
        for piece in block.pieces:
            kind, source = (piece.value.kind, piece.value.source) if piece.value else ("template", block.template)
            spans.append(Span(len(text), len(text) + len(piece.text), kind, source))
            text += piece.text
        before = block.kind
    return text, tuple(spans)


def as_html(letter: Iterable[Block]) -> str:
    """The same blocks as an HTML fragment of `p`, `ul` and `li`; every character of it is escaped."""
    html, before = "", ""
    for block in letter:
        if (before == "item") != (block.kind == "item"):
            html += "<ul>\n" if block.kind == "item" else "</ul>\n"
        html += _FRAMES[block.kind].format(str(escape(block.text)).replace("\n", "<br>\n")) + "\n"
        before = block.kind
    return html + ("</ul>\n" if before == "item" else "")


_FRAMES = {"paragraph": "<p>{}</p>", "heading": "<p><strong>{}</strong></p>", "item": "<li>{}</li>"}
