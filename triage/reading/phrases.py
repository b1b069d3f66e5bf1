"""Short ways of saying what a label means, written for training: `phrases/<language>.txt` and `<language>.<author>.txt`.

A line is one sender's sentence; `[label]` or `[label+label]` heads those that follow.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.errors import ConfigError
from triage.reading.labels import ALONE, LABELS, RIGHTS

FOLDER = Path(__file__).parent / "phrases"
_HEAD = re.compile(r"\[([a-z_+]+)\]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """labels: categories and rights of the sentence; a right brings `data_request` with it."""

    language: str
    text: str
    labels: frozenset[str]


def read_phrases(folder: Path = FOLDER) -> list[Phrase]:
    """All phrases. Raises ConfigError with file and line for a label that is not known."""
    return [phrase for file in sorted(folder.glob("*.txt")) for phrase in _read(file)]


def _read(file: Path) -> Iterator[Phrase]:
    labels: frozenset[str] = frozenset()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        head = _HEAD.fullmatch(text)
        if head is None:
            yield Phrase(file.name.partition(".")[0], text, labels)
            continue
        labels = frozenset(head[1].split("+"))
        if not labels <= set(LABELS):
            raise ConfigError(str(file), f"label {head[1]!r} is not known.", f"Known are {', '.join(LABELS)}.", number)
        if labels & set(RIGHTS):
            labels |= {"data_request"}


def mixed(phrases: Sequence[Phrase], each: int, seed: int) -> list[Phrase]:
    """Made-up mails of two phrases of one language, `each` a language: requests that stand beside others or are buried.

    What stands together keeps the labels of both; beside a phrase about something else it keeps its own.
    """
    chance = random.Random(seed)  # noqa: S311 - training mail, not secrets
    made: list[Phrase] = []
    for language in sorted({phrase.language for phrase in phrases}):
        mixable = [p for p in phrases if p.language == language and not p.labels & {"legal_demand", "automated"}]
        for _ in range(each):
            first, second = chance.sample(mixable, 2)
            labels = first.labels | second.labels
            together = labels - set(ALONE)
            made.append(Phrase(language, f"{first.text}\n\n{second.text}", together or labels))
    return made
