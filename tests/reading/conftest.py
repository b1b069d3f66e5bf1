"""One reader for all tests: loading it takes a second."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Protocol

import pytest

from triage.model import Address, Message
from triage.paths import shipped
from triage.reading import Reader
from triage.reading.vocabulary import Vocabulary, load_vocabulary

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


class Write(Protocol):
    def __call__(self, text: str, subject: str = "", **fields: Any) -> Message: ...


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary(shipped("rules") / "upstash" / "vocabulary.yaml")


@pytest.fixture(scope="session")
def reader(vocabulary: Vocabulary) -> Reader:
    return Reader.load(vocabulary)


@pytest.fixture(scope="session")
def write() -> Write:
    """A mail with these words, from Dana."""

    def made(text: str, subject: str = "", **fields: Any) -> Message:
        sender = Address("Dana", "dana@northpeak.example")
        return Message("test", "0" * 64, NOON, **{"sender": sender, "subject": subject, "text": text, **fields})

    return made
