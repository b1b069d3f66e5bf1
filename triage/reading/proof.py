"""The words that speak for a label: the sentence that scores best, and in it the concepts that pull towards the label."""

from __future__ import annotations

from triage.model import Evidence
from triage.reading.analysis import Analysis, Line
from triage.reading.features import Concepts
from triage.reading.labels import INDEX
from triage.reading.lexicon import Hit
from triage.reading.topics import Scores, Topics

_LONGEST = 160
_MOST_HITS = 6
_SPOKEN = -1.0
"""Logit below which a second sentence is no evidence of its own."""


def evidence(
    label: str, analysis: Analysis, scores: Scores, topics: Topics, concepts: Concepts
) -> tuple[Evidence, ...]:
    """Up to two stretches of the mail, best first; none for a mail without sentences."""
    if not analysis.lines:
        return ()
    own = scores.lines[:, INDEX[label]]
    ranked = sorted(range(len(own)), key=lambda line: -own[line])
    spoken = [line for line in ranked[:2] if line == ranked[0] or own[line] > _SPOKEN]
    return tuple(_stretch(label, analysis, analysis.lines[line], topics, concepts) for line in spoken)


def _stretch(label: str, analysis: Analysis, line: Line, topics: Topics, concepts: Concepts) -> Evidence:
    hits = _pulling(label, line, topics, concepts)
    if not hits:
        return analysis.evidence(line.start, min(line.end, line.start + _LONGEST), label)
    start, end = min(hit.start for hit in hits), max(hit.end for hit in hits)
    if end - start > _LONGEST:
        start, end = hits[0].start, hits[0].end
    return analysis.evidence(start, end, "+".join(dict.fromkeys(hit.concept for hit in hits)))


def _pulling(label: str, line: Line, topics: Topics, concepts: Concepts) -> list[Hit]:
    """Hits of the concepts with the largest positive weight for the label, at most a few, in the order they stand."""
    weights = topics.groups[-1].weights[:, INDEX[label]]
    pull = {hit: float(weights[concepts.index(hit.concept)]) for hit in line.hits}
    best = sorted((hit for hit in pull if pull[hit] > 0), key=lambda hit: -pull[hit])[:_MOST_HITS]
    strongest = pull[best[0]] if best else 0.0
    return sorted((hit for hit in best if pull[hit] > 0.3 * strongest), key=lambda hit: hit.start)
