"""From a `Message` to a `Reading`: one spaCy pipeline, and what follows from its scores and the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from triage.model import Message, Reading
from triage.reading.frame import without_collector
from triage.reading.vocabulary import Vocabulary

_BATCH = 64


class Reader:
    """Reads mail. Load it once; reading keeps no state between mails and never raises on a `Message`."""

    def __init__(self, nlp: Any, vocabulary: Vocabulary) -> None:
        self.nlp = nlp
        self.vocabulary = vocabulary

    @classmethod
    def load(cls, vocabulary: Vocabulary, weights: Path | None = None) -> Reader:
        """The reader with the weights in the folder `weights`; by default those that come with the program.

        Raises ConfigError when the folder holds no weights or those of another version.
        """
        with without_collector():
            from triage.reading.pipe import build

            return cls(build(vocabulary, weights), vocabulary)

    def read(self, message: Message) -> Reading:
        """What one mail says."""
        return next(self.read_many([message]))

    def read_many(self, messages: Iterable[Message], batch_size: int = _BATCH) -> Iterator[Reading]:
        """What each mail says, in the order given; many are read together (`nlp.pipe`)."""
        from triage.reading.pipe import KEY, document

        documents = (document(self.nlp, message) for message in messages)
        for doc in self.nlp.pipe(documents, batch_size=batch_size):
            yield doc.user_data[KEY].reading
