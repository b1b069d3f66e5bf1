"""`Message` -> `Reading`: language, categories, rights and facts, each with its evidence.

`Reader.load(vocabulary)` loads spaCy and the trained weights; importing this package loads neither.
"""

from triage.reading.reader import Reader

__all__ = ["Reader"]
