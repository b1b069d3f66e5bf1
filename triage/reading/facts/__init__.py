"""The facts of a mail: account, databases, affected regions, days and times of the outage, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

from triage.model import Doubt, Fact, Incident, Message
from triage.reading.facts import incidents as incident
from triage.reading.facts.account import EMAIL, find_account
from triage.reading.facts.lexicon import LANGUAGES, lexicon
from triage.reading.facts.page import Page
from triage.reading.facts.regions import Place, affected, find_places, host_region, weigh
from triage.reading.facts.resources import find_resources
from triage.reading.vocabulary import Vocabulary

_URL = re.compile(r"https?://[^\s<>\"]{1,400}|www\.[^\s<>\"]{1,300}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a mail states. doubts: contradictions inside the mail that a person should see (`weekday_mismatch`, ...)."""

    account: tuple[Fact, ...] = ()
    resources: tuple[Fact, ...] = ()
    regions: tuple[Fact, ...] = ()
    incidents: tuple[Incident, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def extract(message: Message, doc_text_language: str, vocabulary: Vocabulary) -> Facts:
    """Read the facts of one mail. Pure; never raises on any text; evidence offsets are exact.

    Only the newest own words and the subject are read; quoted history and attachments where those words point there.
    A mail that tells no outage has neither regions nor incidents.
    """
    language = doc_text_language if doc_text_language in LANGUAGES else "en"
    words = lexicon(language)
    pages = [Page("text", message.text), Page("subject", _own_subject(message))]
    cues = {page.part: words.cues(page) for page in pages}
    masks = {page.part: _masks(page) for page in pages}
    resources = _merge(f for page in pages for f in find_resources(page, vocabulary, masks[page.part]))
    context = _context(message, language)
    story = any(cue.kind in {"down", "back"} for found in cues.values() for cue in found)
    windows = []
    places: list[Place] = []
    for page in pages:
        found = incident.find_windows(page, context)
        incident.judge(found, cues[page.part], page)
        windows.extend(found)
        named = find_places(page, vocabulary, masks[page.part])
        weigh(named, cues[page.part], page)
        places.extend(named)
    incident.settle(windows, _order(windows), context.today)
    stated = incident.stated_zone(windows)
    chosen = [w for page in pages for w in incident.assemble([w for w in windows if w.page is page])]
    incidents = incident.incidents_of(chosen, context, stated) if story else []
    regions = affected(places, story) or (_from_hosts(resources, vocabulary) if story else [])
    account = _merge(f for page in pages for f in find_account(page, vocabulary, masks[page.part]))
    return Facts(tuple(account), tuple(resources), tuple(regions), tuple(incidents), ())


def _own_subject(message: Message) -> str:
    return message.subject


def _context(message: Message, language: str) -> incident.Context:
    """The sender's day and zone: of the Date header where it is near the receipt, else of the receipt in UTC."""
    zone: tzinfo | None = None
    at = message.received_at
    if message.date is not None and message.date.tzinfo and abs(message.date - at) < timedelta(days=7):
        at, zone = message.date, message.date.tzinfo
    return incident.Context(language, at.date(), zone if zone not in {UTC, None} else None)


def _order(windows: list[incident.Window]) -> str:
    """`dmy` or `mdy` where other dates of the mail fix the order of numbers, else empty."""
    seen = {w.order.rstrip("!") for w in windows if w.order.endswith("!")}
    return seen.pop() if len(seen) == 1 else ""


def _masks(page: Page) -> list[tuple[int, int]]:
    return [m.span() for pattern in (EMAIL, _URL) for m in pattern.finditer(page.flat)]


def _merge(facts: Iterable[Fact]) -> list[Fact]:
    """Each value once, with all its evidence."""
    merged: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        key = (fact.kind, fact.value)
        known = merged.get(key)
        merged[key] = Fact(fact.value, fact.kind, (*known.evidence, *fact.evidence)) if known else fact
    return list(merged.values())


def _from_hosts(resources: list[Fact], vocabulary: Vocabulary) -> list[Fact]:
    """Regions that endpoint hosts carry, where no words name one."""
    found: list[Fact] = []
    for fact in resources:
        code = host_region(fact.value, vocabulary) if fact.kind == "endpoint" else None
        if code and all(code != f.value for f in found):
            found.append(Fact(code, "", fact.evidence))
    return found
