"""The whole core in one screen: from a parsed mail to a proposed reply.

Plain functions over frozen records. Same arguments, same Decision; a doubt is a value in it, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from triage.model import Assessment, Decision, Doubt, Message, Reading, Records
from triage.policy import Pack, assess_claims, claim_limits, claims, deadlines, known_for
from triage.reading import Reader
from triage.reply import Writer


@dataclass(frozen=True, slots=True)
class Kit:
    """What the core works with, loaded once at the edge. zone: the desk's, name and address: as replies are signed."""

    reader: Reader
    pack: Pack
    writer: Writer
    zone: ZoneInfo
    name: str
    address: str


def consider(message: Message, records: Records, kit: Kit) -> Decision:
    """Read, judge and answer one mail."""
    return decide(message, kit.reader.read(message), records, kit)


def decide(message: Message, reading: Reading, records: Records, kit: Kit) -> Decision:
    """Judge and answer a mail that was read already. A note for the team stands where no reply may be drafted."""
    known = known_for(reading, message.sender, records)
    due = deadlines(reading, message.received_at, kit.pack, zone=kit.zone)
    assessment: Assessment | None = None
    if reading.is_about("sla_credit_claim"):
        assessment = assess_claims(claims(reading, known, message.received_at), kit.pack)
        due += claim_limits(assessment)
    draft = kit.writer.draft(
        message,
        reading,
        assessment,
        due,
        pack=kit.pack,
        known=known,
        zone=kit.zone.key,
        desk_name=kit.name,
        from_address=kit.address,
    )
    notes: tuple[str, ...] = ()
    if reading.is_about("legal_demand"):
        notes = (kit.writer.note(message, reading, due, pack=kit.pack, zone=kit.zone.key, desk_name=kit.name),)
    return Decision(message, reading, due, assessment, draft, notes)


def unreadable(message: Message, kit: Kit) -> Decision:
    """A mail that defeated the reader: a case for a person, with the deadline running from its receipt."""
    doubt = Doubt("unreadable", "This mail could not be read by the program. A person must read it as it arrived.")
    reading = Reading(language="und", doubts=(doubt,))
    return Decision(message, reading, deadlines(reading, message.received_at, kit.pack, zone=kit.zone))
