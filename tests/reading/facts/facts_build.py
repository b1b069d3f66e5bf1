"""Short ways to a message and to what is read from it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from triage.model import Address, Attachment, Message
from triage.reading.facts import Facts, extract
from triage.reading.facts.dates import DateMention, find_dates
from triage.reading.facts.page import Page
from triage.reading.vocabulary import Vocabulary, load_vocabulary

ROOT = Path(__file__).parents[3]
WEDNESDAY = date(2026, 3, 18)
"""The day that test mails are written on."""


@cache
def vocabulary() -> Vocabulary:
    return load_vocabulary(ROOT / "rules" / "upstash" / "vocabulary.yaml")


def mail(text: str, subject: str = "", sender: str = "dana@northpeak.example", **fields: object) -> Message:
    return Message(
        source="test",
        sha256="",
        received_at=datetime(2026, 3, 18, 8, 12, tzinfo=UTC),
        sender=Address("", sender),
        subject=subject,
        text=text,
        **fields,  # type: ignore[arg-type]
    )


def log(name: str, text: str) -> Attachment:
    return Attachment(name, "text/plain", len(text), "", text)


def facts(text: str, language: str = "en", claim: bool = True, **fields: object) -> Facts:
    labels = {"sla_credit_claim"} if claim else None
    return extract(mail(text, **fields), language, vocabulary(), labels)  # type: ignore[arg-type]


def days(text: str, language: str = "en", **fields: object) -> list[str]:
    """Incident days as `2026-03-03` or `2026-03-03..2026-03-05`."""
    return [span(i.start, i.end) for i in facts(text, language, **fields).incidents]


def regions(text: str, language: str = "en", claim: bool = True, **fields: object) -> list[str]:
    return [fact.value for fact in facts(text, language, claim, **fields).regions]


def resources(text: str, language: str = "en", **fields: object) -> list[str]:
    return [f"{fact.kind} {fact.value}" for fact in facts(text, language, **fields).resources]


def account(text: str, language: str = "en", claim: bool = False, **fields: object) -> list[str]:
    return [f"{fact.kind} {fact.value}" for fact in facts(text, language, claim, **fields).account]


def dates(text: str, language: str, today: date = WEDNESDAY) -> list[DateMention]:
    return find_dates(Page("text", text), language, today)


def span(first: date, last: date) -> str:
    return str(first) if first == last else f"{first}..{last}"


QUICK = 2.0
"""Seconds of processor time within which the longest mail must be read."""
