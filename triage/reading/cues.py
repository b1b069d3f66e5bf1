"""Cues: concepts that stand in one sentence and together speak for a label. `cues.yaml` lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.reading.lexicon import Hit

FILE = Path(__file__).parent / "cues.yaml"


@dataclass(frozen=True, slots=True)
class Cue:
    """All of `needs` and none of `excludes` in a sentence speak for `label`."""

    label: str
    needs: frozenset[str]
    excludes: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.label}:{'+'.join(sorted(self.needs))}"


def parse_cues(table: dict[str, Sequence[str]]) -> tuple[Cue, ...]:
    """Cues from `label -> ["concept concept -concept", ...]`; a concept named twice must stand there twice."""
    return tuple(_cue(label, entry) for label, entries in table.items() for entry in entries)


def read_cues(path: Path = FILE) -> tuple[Cue, ...]:
    import yaml

    return parse_cues(yaml.safe_load(path.read_text(encoding="utf-8")))


def _cue(label: str, entry: str) -> Cue:
    parts = entry.split()
    excludes = frozenset(part[1:] for part in parts if part.startswith("-"))
    return Cue(label, frozenset(part for part in parts if not part.startswith("-")), excludes)


def speaking(cues: Iterable[Cue], hits: Sequence[Hit]) -> list[tuple[Cue, tuple[Hit, ...]]]:
    """The cues that hold in a sentence with these hits, each with the hits it rests on."""
    concepts = {hit.concept for hit in hits}
    return [
        (cue, tuple(hit for hit in hits if hit.concept in cue.needs))
        for cue in cues
        if cue.needs <= concepts and not cue.excludes & concepts
    ]
