"""The spaCy pipeline: language, cues, topics, facts, and the reading made of them.

A document is the subject and the sender's own words; what components find is in `doc.user_data`, `doc.cats` and the
spans `doc.spans["cues"]`, labelled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from triage.model import Label, Message, Reading
from triage.reading.analysis import Analysis, analyse, join
from triage.reading.cues import Cue, read_cues, speaking
from triage.reading.frame import load_spacy
from triage.reading.language import language_of
from triage.reading.lexicon import Lexicon, read_words
from triage.reading.vocabulary import Vocabulary

spacy = load_spacy()

_RIGHTS = (
    "access", "rectification", "completion", "erasure", "objection", "portability", "cancellation", "marketing_opt_out",
)  # fmt: skip


def build(vocabulary: Vocabulary, weights: Path | None) -> Any:
    """A pipeline that turns documents made by `document` into readings."""
    del weights
    nlp = spacy.blank("xx")
    reading = Reading_(vocabulary, Lexicon(read_words()), read_cues())
    spacy.Language.component("mail_reading", func=reading)
    nlp.add_pipe("mail_reading")
    return nlp


def document(nlp: Any, message: Message) -> Any:
    body, _ = join(message.subject, message.text)
    doc = nlp.make_doc(body)
    doc.user_data["message"] = message
    return doc


class Reading_:
    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon, cues: tuple[Cue, ...]) -> None:
        self.vocabulary, self.lexicon, self.cues = vocabulary, lexicon, cues

    def __call__(self, doc: Any) -> Any:
        message: Message = doc.user_data["message"]
        language = language_of(message)
        analysis = analyse(message.subject, message.text, language, self.lexicon)
        labels = self._labels(analysis)
        facts = _facts(message, language, self.vocabulary)
        rights = tuple(label for label in labels if label.label in _RIGHTS)
        categories = tuple(label for label in labels if label.label not in _RIGHTS)
        if rights and not any(label.label == "data_request" for label in categories):
            categories += (Label("data_request", rights[0].confidence, rights[0].evidence),)
        for alone in ("legal_demand", "automated"):
            if any(label.label == alone for label in categories) or (alone == "automated" and message.automated):
                categories, rights = (Label(alone, 0.9, ()),), ()
        doc.user_data["reading"] = Reading(
            language=language,
            categories=categories or (Label("other", 0.6),),
            rights=rights,
            account=facts.account if facts else (),
            resources=facts.resources if facts else (),
            regions=facts.regions if facts else (),
            incidents=facts.incidents if facts else (),
        )
        return doc

    def _labels(self, analysis: Analysis) -> list[Label]:
        found: dict[str, Label] = {}
        for line in analysis.lines:
            for cue, hits in speaking(self.cues, line.hits):
                proof = tuple(analysis.evidence(hit.start, hit.end, cue.name) for hit in hits)
                found.setdefault(cue.label, Label(cue.label, 0.8, proof))
        return list(found.values())


def _facts(message: Message, language: str, vocabulary: Vocabulary) -> Any:
    try:
        from triage.reading.facts import extract
    except ImportError:
        return None
    return extract(message, language, vocabulary)
