"""The facts of a mail: account, databases, affected regions, days and times of the outage, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta, timezone, tzinfo
from itertools import islice

from triage.model import Doubt, Fact, Incident, Message
from triage.reading.facts import incidents as outages
from triage.reading.facts.account import EMAIL, find_account
from triage.reading.facts.dates import find_dates
from triage.reading.facts.lexicon import LANGUAGES, Cue, lexicon
from triage.reading.facts.locale import date_order
from triage.reading.facts.page import Page
from triage.reading.facts.regions import Place, affected, find_places, host_region, weigh
from triage.reading.facts.resources import find_resources
from triage.reading.facts.windows import EXACT, Context, Window, find_windows
from triage.reading.vocabulary import Vocabulary

_EAST = {"ja": 9, "ko": 9, "zh": 8}
"""Languages of one zone so far east that the day of a receipt in UTC is often the day before the sender's."""

_LINK = re.compile(r"https?://[^\s<>\"]{1,400}|www\.[^\s<>\"]{1,300}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a mail states. doubts: contradictions inside the mail that a person should see (`weekday_mismatch`, ...)."""

    account: tuple[Fact, ...] = ()
    resources: tuple[Fact, ...] = ()
    regions: tuple[Fact, ...] = ()
    incidents: tuple[Incident, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the mail with what every reader of facts needs. masked: spans of addresses, links and hosts."""

    page: Page
    cues: list[Cue]
    masked: list[tuple[int, int]]


def extract(
    message: Message, doc_text_language: str, vocabulary: Vocabulary, labels: Collection[str] | None = None
) -> Facts:
    """Read the facts of one mail. Pure; never raises on any text; evidence offsets are exact.

    labels: the mail's categories where they are known: a claim's days are the outage's unless the words beside them
    say otherwise, and a mail that is only a request or a complaint about data, a legal demand or automated tells no
    outage. None: judged by the mail's own words. Only the newest own words and the subject are read; quoted history
    and attachments where those words point there. A mail that tells no outage has neither regions nor incidents.
    """
    language = doc_text_language if doc_text_language in LANGUAGES else "en"
    parts = [_part(Page("text", message.text), language), _part(Page("subject", message.subject), language)]
    claim, story = _tells_outage(parts, labels, vocabulary)
    if labels is not None and not {"legal_demand", "automated"}.isdisjoint(labels):
        return Facts()
    home = message.sender.email.lower() if message.sender else ""
    context = _context(message, language)
    facts = _read(parts, context, vocabulary, home, claim, story, message)
    pointed = [cue for part in parts for cue in part.cues if cue.kind in {"attached", "see_quoted"}]
    if message.quoted and (any(cue.kind == "see_quoted" for cue in pointed) or _bare_forward(message)):
        facts = _filled_up(facts, _from_quoted(message, context, vocabulary, home, claim, story))
    if story and not facts.incidents:
        facts = replace(facts, incidents=tuple(_from_attachments(message, context, claim)))
    return facts


def _read(
    parts: list[_Part],
    context: Context,
    vocabulary: Vocabulary,
    home: str,
    claim: bool,
    story: bool,
    message: Message,
) -> Facts:
    account = _merge(
        f for part in parts for f in find_account(part.page, vocabulary, part.masked, home, context.language)
    )
    places = {part.page.part: find_places(part.page, vocabulary, part.masked) for part in parts} if story else {}
    resources = _merge(
        fact
        for part in parts
        for fact in find_resources(
            part.page, vocabulary, part.masked, story, places.get(part.page.part, ()), context.language
        )
    )
    if not story:
        return Facts(tuple(account), tuple(resources))
    parts = [_unmasked(part) for part in parts]
    incidents, doubts = _incidents(message, parts, context, claim)
    regions = _regions(parts, places, resources, vocabulary, claim)
    return Facts(tuple(account), tuple(resources), tuple(regions), tuple(incidents), tuple(doubts))


# --- what the newest words point to ----------------------------------------------------------------------------------

_FIELD = re.compile(
    r"(?m)^[>\s*|]{0,8}(?:from|sent|date|to|cc|subject|von|gesendet|datum|an|betreff|de|envoye|envoye le|a|objet|enviado|enviado el|para|asunto|assunto|data|da|inviato|oggetto|van|verzonden|aan|onderwerp|"
    r"od|wyslano|do|temat|kimden|gonderildi|tarih|kime|konu|差出人|送信日時|日付|宛先|件名|reply-to)\s?[:：][^\n]*$|"
    r"(?m:^)[>\s]{0,8}(?:on|am|le|el|il|em|op|w dniu|dnia)\s[^\n]{6,120}(?:wrote|schrieb|a ecrit|escribio|ha scritto|escreveu|schreef|napisal)[^\n]*:?$|[^\n]{6,100}(?:tarihinde|sunlari yazdi|のメール|書きました)[^\n]*$"
)


def _bare_forward(message: Message) -> bool:
    """A forward with a note of a line or two: the note is about what it forwards."""
    return message.forwarded and len(message.text) < 400


def _from_quoted(
    message: Message, context: Context, vocabulary: Vocabulary, home: str, claim: bool, story: bool
) -> Facts:
    """Facts of the quoted mail, its "yesterday" counted from the day that stands in its header."""
    page = Page("quoted", message.quoted)
    headers = [match.span() for match in _FIELD.finditer(page.flat)]
    days = [
        mention.first
        for mention in find_dates(page, context.language, context.today)
        if mention.kind == "full" and any(start <= mention.start < end for start, end in headers)
    ]
    anchor = replace(context, today=days[0]) if days and days[0] <= context.today else context
    own = Page("quoted", message.quoted, tuple(headers))
    return _read([_part(own, context.language)], anchor, vocabulary, home, claim, story, message)


def _filled_up(own: Facts, quoted: Facts) -> Facts:
    """What the newest words leave out, taken from the mail they point to."""
    return Facts(
        own.account or quoted.account,
        own.resources or quoted.resources,
        own.regions or quoted.regions,
        own.incidents or quoted.incidents,
        own.doubts or quoted.doubts,
    )


def _from_attachments(message: Message, context: Context, claim: bool) -> list[Incident]:
    """Outages told by attached logs, else by an attached table of them."""
    for attachment in message.attachments:
        if attachment.text:
            page = Page(f"attachment:{attachment.name}", attachment.text)
            found = outages.from_log(page, context)
            if not found and claim:
                windows = find_windows(page, context)
                outages.settle(windows, date_order(windows, message), context.today)
                told = outages.told_once([w for w in windows if w.kind in EXACT and not w.ahead and w.has_start])
                found = [outages.incident_of(w, context, outages.stated_zone(windows, message.text)) for w in told]
            if found:
                return found
    return []


def _part(page: Page, language: str) -> _Part:
    masked = [m.span() for pattern in (EMAIL, _LINK) for m in islice(pattern.finditer(page.flat), 400)]
    return _unmasked(_Part(page, _turned(lexicon(language).cues(page)), masked))


def _turned(cues: list[Cue]) -> list[Cue]:
    """Without words of well-being that the next word turns round: "est resté muet", "remained unreachable"."""
    failing = {cue.start for cue in cues if cue.kind == "down"}
    return [cue for cue in cues if cue.kind != "fine" or failing.isdisjoint((cue.end + 1, cue.end + 2))]


def _unmasked(part: _Part) -> _Part:
    """The part without cues that are pieces of an address or a name."""
    spans = part.masked
    if not spans:
        return part
    cues = [cue for cue in part.cues if not any(cue.start < end and cue.end > start for start, end in spans)]
    return _Part(part.page, cues, spans)


def _context(message: Message, language: str) -> Context:
    """The sender's day and zone: of the Date header where it is near the receipt, else of the receipt in UTC.

    A Date in UTC is a server's more often than a sender's, and tells no zone.
    """
    zone: tzinfo | None = None
    at = message.received_at
    if message.date is not None and message.date.tzinfo and abs(message.date - at) < timedelta(days=7):
        at, zone = message.date, message.date.tzinfo
    if not at.utcoffset():
        zone = timezone(timedelta(hours=_EAST[language])) if language in _EAST else None
        at = at.astimezone(zone) if zone else at
    return Context(language, at.date(), zone)


def _tells_outage(parts: list[_Part], labels: Collection[str] | None, vocabulary: Vocabulary) -> tuple[bool, bool]:
    """(whether days are the outage's unless said otherwise, whether an outage is told at all).

    Who writes "no money wanted" beside the name of a region tells of an outage, in whatever words.
    """
    kinds = {cue.kind for part in parts for cue in part.cues}
    down = bool(kinds & {"down", "back"})
    if labels is None:
        return "claim" in kinds, down or "claim" in kinds
    if "sla_credit_claim" in labels:
        return True, True
    if "other" not in labels:
        return False, False
    placed = "claim" in kinds and any(
        place.sure for part in parts for place in find_places(part.page, vocabulary, part.masked)
    )
    return placed, down or placed


# --- outages ---------------------------------------------------------------------------------------------------------


def _incidents(
    message: Message, parts: list[_Part], context: Context, claim: bool
) -> tuple[list[Incident], list[Doubt]]:
    found: dict[str, list[Window]] = {"subject": []}
    for part in parts:
        found[part.page.part] = windows = find_windows(part.page, context)
        outages.judge(windows, part.cues, part.page)
    everything = [window for windows in found.values() for window in windows]
    outages.settle(everything, date_order(everything, message), context.today)
    stated = outages.stated_zone(everything, parts[0].page.text)
    main = parts[0].page.part
    chosen = outages.choose(found[main], claim, context.today)
    subject = outages.choose(found["subject"], claim, context.today)
    if chosen:
        subject = [window for window in subject if window.kind in EXACT]
    if chosen and (message.in_reply_to or re.match(r"(?i)(?:re|aw|sv|r|odp|ynt|antw|tr|rv|fwd?)\s?:", message.subject)):
        subject = []
    told = outages.told_once([*chosen, *subject])
    incidents = [outages.incident_of(window, context, stated) for window in told]
    logged = outages.from_log(parts[0].page, context)
    incidents = [_timed(incident, logged) for incident in incidents] or logged
    if not incidents:
        now = (outages.going_on(p.page, p.cues, found[p.page.part], context.today, context.language) for p in parts)
        incidents = [incident for incident in now if incident][:1]
    return incidents, _doubts(told)


def _timed(incident: Incident, logged: list[Incident]) -> Incident:
    """An incident told by its day alone, with the hours of the pasted log of that day."""
    same = [log for log in logged if (log.start, log.end) == (incident.start, incident.end)]
    if incident.start_at or len(same) != 1:
        return incident
    evidence = (*incident.evidence, *same[0].evidence)
    return replace(incident, start_at=same[0].start_at, end_at=same[0].end_at, evidence=evidence)


def _doubts(windows: Iterable[Window]) -> list[Doubt]:
    """A weekday that is not the date's is told, not mended."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return [
        Doubt("weekday_mismatch", f"{w.first} is a {names[w.first.weekday()]}, the mail says {names[w.weekday]}.")
        for w in windows
        if w.weekday is not None and w.kind in {"full", "date"} and w.first.weekday() != w.weekday
    ]


# --- regions ---------------------------------------------------------------------------------------------------------


def _regions(
    parts: list[_Part],
    places: dict[str, list[Place]],
    resources: list[Fact],
    vocabulary: Vocabulary,
    claim: bool,
) -> list[Fact]:
    if any(place.sure for place in places.get("text", ())) and _ANSWERED.match(parts[-1].page.flat):
        places = {**places, "subject": []}
    for part in parts:
        weigh(places[part.page.part], part.cues, part.page, claim)
    named = affected([place for found in places.values() for place in found])
    if not named:
        return _from_hosts(resources, parts, vocabulary)
    listed = [fact for fact in resources if _has_own_line(fact, parts[0].page, places)]
    known = {fact.value for fact in named}
    return named + [fact for fact in _from_hosts(listed, parts, vocabulary) if fact.value not in known]


_ANSWERED = re.compile(r"\s*(?:re|aw|sv|r|rif|odp|ynt|antw|tr|rv|fwd?|wg|enc)\s?:|返信")
"""A subject that was another's, so that the newest words come first."""
_ITEM = re.compile(r"\s*(?:[-*•·–]|\d{1,2}[.)])\s")


def _has_own_line(fact: Fact, page: Page, places: dict[str, list[Place]]) -> bool:
    """Whether a database is an item of a list that names no region for it in words."""
    for evidence in fact.evidence:
        start = page.flat.rfind("\n", 0, evidence.start) + 1
        end = page.flat.find("\n", evidence.end)
        line = range(start, end if end >= 0 else len(page.flat))
        if evidence.part == page.part and _ITEM.match(page.flat, start):
            return all(place.start not in line for place in places[page.part])
    return False


def _from_hosts(resources: list[Fact], parts: list[_Part], vocabulary: Vocabulary) -> list[Fact]:
    """Regions that endpoint hosts carry, where no words name one."""
    found: list[Fact] = []
    for fact in resources:
        code = host_region(fact.value, vocabulary) if fact.kind == "endpoint" and not _spared(fact, parts) else None
        if code and all(code != known.value for known in found):
            found.append(Fact(code, "", fact.evidence))
    return found


def _merge(facts: Iterable[Fact]) -> list[Fact]:
    """Each value once, with all its evidence."""
    merged: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        known = merged.get((fact.kind, fact.value))
        evidence = (*known.evidence, *fact.evidence) if known else fact.evidence
        merged[fact.kind, fact.value] = Fact(fact.value, fact.kind, evidence)
    return list(merged.values())


_SPARED = re.compile(
    r"(?:not affected|unaffected|fine|nicht betroffen|ok|pas touche\w*|no afectad\w*|non colpit\w*)\s?[:=-]\s?$"
)


def _spared(fact: Fact, parts: Iterable[_Part]) -> bool:
    """Whether a host is listed as one that was not affected."""
    return any(
        evidence.part == part.page.part
        and _SPARED.search(part.page.flat, max(0, evidence.start - 24), evidence.start) is not None
        for evidence in fact.evidence
        for part in parts
    )
