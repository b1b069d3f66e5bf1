"""The trained weights in a folder: what the reader loads, and what `triage train` writes.

`topics.npz`, `language.npz`: arrays, read without pickle. `meta.json`: versions, labels, temperature and the corpus they
were trained on. `lexicon.json`: the words and cues that the features were counted with; they belong to the weights.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from triage.errors import ConfigError
from triage.paths import trained
from triage.reading.cues import parse_cues
from triage.reading.features import Concepts
from triage.reading.labels import LABELS
from triage.reading.language import LanguageModel
from triage.reading.lexicon import Lexicon
from triage.reading.topics import Topics

VERSION = 1
_REMEDY = "Run `triage train`."


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that was learnt, ready to read mail."""

    language: LanguageModel
    lexicon: Lexicon
    concepts: Concepts
    topics: Topics
    temperature: float
    meta: dict[str, Any]


def load(folder: Path | None = None) -> Weights:
    """The weights in a folder; by default those that come with the program. Raises ConfigError when there are none."""
    folder = folder or trained()
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        words = json.loads((folder / "lexicon.json").read_text(encoding="utf-8"))
        if meta["version"] != VERSION or meta["labels"] != list(LABELS):
            raise ConfigError(str(folder), "holds weights of another version.", _REMEDY)
        lexicon = Lexicon(words["words"])
        concepts = Concepts(lexicon.concepts, parse_cues(words["cues"]))
        topics = Topics.load(folder / "topics.npz")
        language = _load_language(folder / "language.npz")
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(str(folder), "holds no trained weights.", _REMEDY) from error
    return Weights(language, lexicon, concepts, topics, float(meta["temperature"]), meta)


def save(folder: Path, weights: Weights, cues: dict[str, list[str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    weights.topics.save(folder / "topics.npz")
    table = weights.language.table
    np.savez_compressed(folder / "language.npz", codes=np.array(weights.language.codes), table=table.astype(np.float16))
    written = {"words": weights.lexicon.words, "cues": cues}
    (folder / "lexicon.json").write_text(
        json.dumps(written, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    meta = {**weights.meta, "version": VERSION, "labels": list(LABELS), "temperature": weights.temperature}
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _load_language(path: Path) -> LanguageModel:
    with np.load(path, allow_pickle=False) as arrays:
        return LanguageModel(tuple(str(code) for code in arrays["codes"]), arrays["table"].astype(np.float32))
