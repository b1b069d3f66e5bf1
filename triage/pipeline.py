"""The whole core in one screen: from a parsed mail to a proposed reply.

Plain functions over frozen records. Same arguments, same Decision; a doubt is a value in it, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from triage.model import Assessment, Decision, Doubt, Draft, Message, Reading, Records
from triage.policy import ClaimFacts, Pack, assess_claims, claim_limits, claims, deadlines, known_for
from triage.policy.impact import OpenCase
from triage.reading import Reader
from triage.reply import Writer
from triage.reply.letter import as_html


@dataclass(frozen=True, slots=True)
class Kit:
    """What judging and answering work with, loaded once at the edge.

    zone: the desk's; name, address: as replies are signed; laws: packs whose deadlines count beside the published terms'.
    """

    pack: Pack
    writer: Writer
    zone: ZoneInfo
    name: str
    address: str
    laws: tuple[Pack, ...] = ()


def consider(message: Message, reader: Reader, records: Records, kit: Kit) -> Decision:
    """Read, judge and answer one mail."""
    return decide(message, reader.read(message), records, kit)


def decide(message: Message, reading: Reading, records: Records, kit: Kit) -> Decision:
    """Judge and answer a mail that was read already. Where the law speaks, a note for the team stands instead of a draft."""
    due = deadlines(reading, message.received_at, kit.pack, zone=kit.zone, also=kit.laws)
    known = known_for(reading, message.sender, records)
    assessment: Assessment | None = None
    if reading.is_about("sla_credit_claim"):
        assessment = assess_claims(claims(reading, known, message.received_at), kit.pack)
        due += claim_limits(assessment, kit.pack)
    contradictions = dict.fromkeys((*known.conflicts, *(assessment.conflicts if assessment else ())))
    doubts = tuple(Doubt("contradiction", f"{said[:1].upper()}{said[1:]}.") for said in contradictions)
    reading = replace(reading, doubts=reading.doubts + doubts)
    draft = kit.writer.draft(message, reading, assessment, due, **_letterhead(message, reading, records, kit))
    notes: tuple[str, ...] = ()
    if reading.is_about("legal_demand"):
        notes = (kit.writer.note(message, reading, due, pack=kit.pack, zone=kit.zone.key),)
    return Decision(message, reading, due, assessment, draft, notes)


def revise(draft: Draft, decision: Decision, records: Records, kit: Kit, on: datetime | None = None) -> Draft:
    """A draft that a person edited, with its HTML twin and what still speaks against it. on: when it would go out."""
    message, reading = decision.message, decision.reading
    problems = kit.writer.check(
        draft.text,
        message,
        reading,
        decision.assessment,
        decision.deadlines,
        **_letterhead(message, reading, records, kit),
        on=on,
    )
    return replace(draft, html=as_html(draft.text), problems=problems)


def open_case(number: str, decision: Decision, records: Records) -> OpenCase:
    """What is needed of a case to judge it by other terms."""
    message, reading = decision.message, decision.reading
    claimed: tuple[ClaimFacts, ...] = ()
    if reading.is_about("sla_credit_claim"):
        claimed = claims(reading, known_for(reading, message.sender, records), message.received_at)
    return OpenCase(number, message.received_at, reading, claimed)


def unreadable(message: Message, kit: Kit) -> Decision:
    """A mail that defeated the reader: a case for a person, with the deadline running from its receipt."""
    doubt = Doubt("unreadable", "This mail could not be read by the program. A person must read it as it arrived.")
    reading = Reading(language="und", doubts=(doubt,))
    return Decision(message, reading, deadlines(reading, message.received_at, kit.pack, zone=kit.zone, also=kit.laws))


def _letterhead(message: Message, reading: Reading, records: Records, kit: Kit) -> dict[str, Any]:
    return {
        "pack": kit.pack,
        "known": known_for(reading, message.sender, records),
        "zone": kit.zone.key,
        "desk_name": kit.name,
        "from_address": kit.address,
    }
