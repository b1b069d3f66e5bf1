"""The spaCy pipeline: language, sentences and cues, topics, facts, and the reading made of them.

A document is the subject and the sender's own words, tokenised. Components leave what they find in `doc.cats`, in the
labelled spans `doc.spans["evidence"]`, and as our own records in `doc.user_data["triage"]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.model import Doubt, Evidence, Label, Message, Reading
from triage.reading import weights as trained_weights
from triage.reading.analysis import Analysis, analyse, join
from triage.reading.facts import Facts, extract
from triage.reading.frame import load_spacy
from triage.reading.labels import CATEGORIES, RIGHTS
from triage.reading.needs import Needs, read_needs
from triage.reading.proof import evidence
from triage.reading.topics import Scores
from triage.reading.verdict import Costs, Verdict, judge, read_costs
from triage.reading.vocabulary import Vocabulary
from triage.reading.weights import Weights

spacy = load_spacy()
KEY = "triage"
COMPONENTS = ("mail_language", "mail_cues", "mail_topics", "mail_facts", "mail_reading")
_HEADERS_SURE = 0.99


@dataclass(slots=True)
class Notes:
    """What the components have found so far in one document."""

    message: Message
    language: str = ""
    analysis: Analysis | None = None
    scores: Scores | None = None
    verdict: Verdict | None = None
    facts: Facts | None = None
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Kit:
    """What the components share, loaded once."""

    weights: Weights
    vocabulary: Vocabulary
    needs: Needs
    costs: Costs


def build(vocabulary: Vocabulary, folder: Path | None, needs: Needs | None = None) -> Any:
    """A pipeline that turns documents made by `document` into readings."""
    kit = Kit(trained_weights.load(folder), vocabulary, needs or read_needs(), read_costs())
    nlp = spacy.util.get_lang_class("xx")()
    for name in COMPONENTS:
        nlp.add_pipe(name)
        nlp.get_pipe(name).kit = kit
    return nlp


def document(nlp: Any, message: Message) -> Any:
    """The mail as a spaCy document; a mail without words is a document with one space."""
    body, _ = join(message.subject, message.text)
    doc = nlp.make_doc(body)
    doc.user_data[KEY] = Notes(message)
    return doc


class Component:
    """A step of the pipeline. `build` gives it the kit."""

    kit: Kit

    def __call__(self, doc: Any) -> Any:
        self.note(doc, doc.user_data[KEY])
        return doc

    def note(self, doc: Any, notes: Notes) -> None:
        raise NotImplementedError


@spacy.Language.factory("mail_language")
class FindLanguage(Component):
    """The language of the sender's own words."""

    def __init__(self, nlp: Any, name: str) -> None:
        del nlp, name

    def note(self, doc: Any, notes: Notes) -> None:
        del doc
        notes.language = self.kit.weights.language.language_of(notes.message)


@spacy.Language.factory("mail_cues")
class FindCues(Component):
    """Sentences and the concepts of the lexicon in them."""

    def __init__(self, nlp: Any, name: str) -> None:
        del nlp, name

    def note(self, doc: Any, notes: Notes) -> None:
        del doc
        message = notes.message
        notes.analysis = analyse(message.subject, message.text, notes.language, self.kit.weights.lexicon)


@spacy.Language.factory("mail_topics")
class JudgeTopics(Component):
    """Categories and rights with their chances, in `doc.cats`."""

    def __init__(self, nlp: Any, name: str) -> None:
        del nlp, name

    def note(self, doc: Any, notes: Notes) -> None:
        assert notes.analysis is not None
        weights = self.kit.weights
        notes.scores = weights.topics.scores(notes.analysis, weights.concepts)
        notes.verdict = judge(notes.scores.mail, weights.temperature)
        if notes.message.automated:
            notes.verdict = Verdict(
                {**dict.fromkeys((*CATEGORIES, *RIGHTS), 0.0), "automated": _HEADERS_SURE}, ("automated",)
            )
        doc.cats = dict(notes.verdict.chances)


@spacy.Language.factory("mail_facts")
class FindFacts(Component):
    """Account, databases, regions and incidents."""

    def __init__(self, nlp: Any, name: str) -> None:
        del nlp, name

    def note(self, doc: Any, notes: Notes) -> None:
        del doc
        assert notes.verdict is not None
        labels = [label for label in notes.verdict.chosen if label in CATEGORIES]
        notes.facts = extract(notes.message, notes.language, self.kit.vocabulary, labels)


@spacy.Language.factory("mail_reading")
class MakeReading(Component):
    """The record that the rest of the program speaks in, with evidence as labelled spans."""

    def __init__(self, nlp: Any, name: str) -> None:
        del nlp, name

    def note(self, doc: Any, notes: Notes) -> None:
        assert notes.verdict is not None
        assert notes.facts is not None
        chosen, facts = notes.verdict.chosen, notes.facts
        categories = self._labels(notes, CATEGORIES)
        rights = self._labels(notes, RIGHTS)
        notes.reading = Reading(
            language=notes.language,
            categories=categories,
            rights=rights,
            account=facts.account,
            resources=facts.resources,
            regions=facts.regions,
            incidents=facts.incidents,
            missing=self.kit.needs.missing(notes.message, facts, chosen, [right.label for right in rights]),
            doubts=self._doubts(notes),
        )
        doc.spans["evidence"] = _spans(doc, notes)

    def _labels(self, notes: Notes, among: tuple[str, ...]) -> tuple[Label, ...]:
        assert notes.verdict is not None
        return tuple(
            Label(label, round(notes.verdict.chances[label], 4), self._evidence(label, notes))
            for label in among
            if label in notes.verdict.chosen
        )

    def _evidence(self, label: str, notes: Notes) -> tuple[Evidence, ...]:
        if label == "other" or notes.message.automated:
            return ()
        assert notes.analysis is not None
        assert notes.scores is not None
        return evidence(label, notes.analysis, notes.scores, self.kit.weights.topics, self.kit.weights.concepts)

    def _doubts(self, notes: Notes) -> tuple[Doubt, ...]:
        message, verdict = notes.message, notes.verdict
        assert verdict is not None
        assert notes.facts is not None
        found = list(notes.facts.doubts)
        if not message.text.strip() and not message.subject.strip():
            found.append(Doubt("unreadable", "The mail holds no words of the sender."))
        if "legal_demand" in verdict.chosen:
            found.append(Doubt("legal_demand", "An authority, court or lawyer demands data; nothing is drafted."))
        if not message.automated:
            found.extend(verdict.doubts(self.kit.costs))
        return tuple(found)


def _spans(doc: Any, notes: Notes) -> list[Any]:
    """Evidence that lies in the document, as spaCy spans labelled with what they speak for."""
    assert notes.reading is not None
    offset = len(notes.message.subject) + 2
    reading = notes.reading
    proofs = [(label.label, proof) for label in (*reading.categories, *reading.rights) for proof in label.evidence]
    facts = (("account", reading.account), ("resource", reading.resources), ("region", reading.regions))
    proofs += [(name, proof) for name, found in facts for fact in found for proof in fact.evidence]
    proofs += [("incident", proof) for incident in reading.incidents for proof in incident.evidence]
    length = len(notes.analysis.body) if notes.analysis else 0
    shifts = {"subject": 0, "text": offset}
    spans = [
        doc.char_span(proof.start + shifts[proof.part], proof.end + shifts[proof.part], name, alignment_mode="expand")
        for name, proof in proofs
        if proof.part in shifts and proof.end + shifts[proof.part] <= length
    ]
    return [span for span in spans if span is not None]
