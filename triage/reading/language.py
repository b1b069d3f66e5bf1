"""The language of a short mail, by the sender's own words."""

from __future__ import annotations

from functools import cache
from typing import Any

from triage.model import Message
from triage.reading.text import prose

LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "tr",
    "ja",
    "ru",
    "sv",
    "zh",
    "ko",
    "uk",
    "cs",
    "da",
    "no",
    "fi",
)
_SURE = 0.6


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def language_of(message: Message) -> str:
    """ISO 639-1 code; of the thread (quoted history) where the own words are too few to tell, else English."""
    own = prose(message.text)
    code, sure = _identifier().classify(own if len(own) > 40 else f"{message.subject}\n{own}")
    if sure >= _SURE:
        return str(code)
    code, sure = _identifier().classify(f"{message.subject}\n{own}\n{prose(message.quoted)}")
    return str(code) if sure >= _SURE else "en"
