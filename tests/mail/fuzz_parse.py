"""A target for coverage-guided fuzzing: `python -m tests.mail.fuzz_parse CORPUS_FOLDER`, with atheris installed.

Not a test: it runs until it is stopped. What it finds belongs into `test_any_bytes.py`.
"""

from __future__ import annotations

import importlib
import sys

from triage.mail import parse


def one(raw: bytes) -> None:
    """What must hold for any bytes: no exception inside the reader, and text that can be stored."""
    message = parse(raw, source="fuzz")
    if any("could not be taken apart" in defect for defect in message.defects):
        raise AssertionError(message.defects)
    for text in (message.subject, message.text, message.quoted, message.signature, *message.hidden):
        text.encode()


def main() -> None:
    atheris = importlib.import_module("atheris")
    atheris.instrument_all()
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
