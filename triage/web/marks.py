"""A text cut where evidence stands in it, so that a page can show what each value was read from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from triage.model import Evidence, Reading


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters under the same set of notes; no notes: plain text."""

    text: str
    notes: tuple[str, ...]


def cut(text: str, marks: Iterable[tuple[Evidence, str]]) -> list[Segment]:
    """Segments that together are exactly `text`. marks: pieces of evidence in this text, each with the note to show."""
    spans = [(max(0, e.start), min(len(text), e.end), note) for e, note in marks if e.start < e.end]
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end) if start < end)})
    segments = []
    for start, end in pairwise(edges):
        notes = dict.fromkeys(note for s, e, note in spans if s <= start and end <= e)
        segments.append(Segment(text[start:end], tuple(notes)))
    return segments


def of_part(reading: Reading, part: str) -> list[tuple[Evidence, str]]:
    """All evidence that a reading has in a part, with a note of what it proves."""
    noted = [
        *((e, f"account {fact.kind}: {fact.value}") for fact in reading.account for e in fact.evidence),
        *((e, f"database {fact.kind}: {fact.value}") for fact in reading.resources for e in fact.evidence),
        *((e, f"region: {fact.value}") for fact in reading.regions for e in fact.evidence),
        *((e, f"incident: {i.start} to {i.end}") for i in reading.incidents for e in i.evidence),
    ]
    return [(evidence, note) for evidence, note in noted if evidence.part == part]
