"""`triage train` and `triage evaluate`: the reader's weights, and how well it reads."""

from __future__ import annotations

import json
from argparse import Namespace

from triage.commands.console import say, settings_or_default
from triage.paths import shipped, trained


def train(arguments: Namespace) -> int:
    from triage import wiring
    from triage.reading.train import train as rebuild
    from triage.reading.vocabulary import load_vocabulary

    vocabulary = load_vocabulary(wiring.pack_folder(settings_or_default(arguments)) / "vocabulary.yaml")
    corpus = arguments.corpus or shipped("mailbox_fixtures") / "corpus" / "train"
    rebuild(corpus, arguments.out or trained(), vocabulary, say)
    return 0


def evaluate(arguments: Namespace) -> int:
    from triage import wiring
    from triage.reading import Reader
    from triage.reading.corpus import load
    from triage.reading.evaluate import evaluate as measure
    from triage.reading.vocabulary import load_vocabulary

    vocabulary = load_vocabulary(wiring.pack_folder(settings_or_default(arguments)) / "vocabulary.yaml")
    samples = load(arguments.folder or shipped("mailbox_fixtures") / "corpus" / "dev")
    report = measure(Reader.load(vocabulary), samples)
    print(json.dumps(report.as_json(), ensure_ascii=False) if arguments.json else report.as_text())
    return 0
