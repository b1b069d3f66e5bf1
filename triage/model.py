"""The records that every stage speaks in.

A mail walks through them once, in one direction::

    bytes -> Message -> Reading -> Assessment, Deadlines -> Draft -> Case

All are frozen. Times are aware and in UTC, dates are calendar dates of the place they were said in, money and
percentages are `Decimal`. `None` always means *not known*, never *no* and never zero. This module imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

# --- a mail, parsed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """The characters that led to a value.

    part: `subject`, `text` (the sender's own newest words), `quoted`, or `attachment:NAME`.
    start, end: offsets in characters of that part; `text` is exactly that slice.
    rule: name of the pattern or component that found it, for people who ask why.
    """

    part: str
    start: int
    end: int
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header. `email` is lower-cased and may be empty when the header held only a name."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the body. `text` is its decoded text where it is text (logs, CSV, JSON), else None.

    sha256 is of the decoded bytes, which stay inside the raw mail; size is their length in bytes.
    """

    name: str
    content_type: str
    size: int
    sha256: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that no person wrote a mail: `rule` names it (`rfc3834`, `dsn`, `null-return-path`), `found` quotes it."""

    rule: str
    found: str


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as a careful person would see it. Built only by `triage.mail.parse`, which never raises.

    received_at: when our server got it (INTERNALDATE, else the topmost Received header, else Date), UTC.
    date: the sender's own Date header in its own offset; None when missing or unreadable.
    text: the newest message's own words: decoded, HTML turned to text without what is hidden, quoted history and
        signature set aside. Line breaks are `\\n`.
    quoted: quoted history and forwarded mail, in the order they stand; `signature`: what the sender signs with.
    html: the HTML alternative as sent, not sanitised; None when there is none.
    automated: signs that no person wrote it; empty means a person did.
    hidden: text that a person would not see in a mail client (a sign of fraud or of instructions for a program).
    defects: what was wrong with the bytes and how it was read all the same, one sentence each.
    """

    source: str
    sha256: str
    received_at: datetime
    message_id: str | None = None
    date: datetime | None = None
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    quoted: str = ""
    signature: str = ""
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    automated: tuple[Sign, ...] = ()
    forwarded: bool = False
    hidden: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()

    def part(self, name: str) -> str:
        """The text of a part that an `Evidence` points into; empty when there is no such part."""
        if name in {"subject", "text", "quoted"}:
            return str(getattr(self, name))
        wanted = name.removeprefix("attachment:")
        return next((a.text or "" for a in self.attachments if a.name == wanted), "")


# --- what was understood --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Label:
    """A category or a right, with a calibrated probability in 0..1 and the words that speak for it."""

    label: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the sender stated. `kind`: for accounts `email`, `team`, `customer_id`; for resources `endpoint`,
    `id`, `name`; for regions empty."""

    value: str
    kind: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """A span of days on which the sender says the service was down, both ends included, in the sender's zone.

    start_at, end_at: the instants, UTC, where a time of day was stated.
    alternatives: the other readings, as (start, end), when a numeric date reads two ways; then `ambiguous` is True.
    """

    start: date
    end: date
    start_at: datetime | None = None
    end_at: datetime | None = None
    ambiguous: bool = False
    alternatives: tuple[tuple[date, date], ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person must look: `code` for programs (`low_confidence`, `legal_demand`, `unreadable`), `because` for people."""

    code: str
    because: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says, with proof. Built only by `triage.reading`.

    categories: `privacy_concern`, `data_request`, `sla_credit_claim` (may stand together), or one alone of
        `legal_demand`, `automated`, `other`.
    missing: what still has to be asked of the sender: `account`, `region`, `incident_dates`, `identity`.
    doubts: not empty means that a person must read the mail before anything else happens.
    """

    language: str
    categories: tuple[Label, ...] = ()
    rights: tuple[Label, ...] = ()
    account: tuple[Fact, ...] = ()
    resources: tuple[Fact, ...] = ()
    regions: tuple[Fact, ...] = ()
    incidents: tuple[Incident, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def is_about(self, label: str) -> bool:
        return any(category.label == label for category in self.categories)


# --- what the desk's records hold -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account. addresses: every e-mail address that may speak for it (its own, billing, members), lower-cased.

    plan: in the pack's words; billing_day: day of the month (1..31) on which a cycle starts. Empty or None: not known.
    """

    id: str
    name: str = ""
    team: str = ""
    customer_id: str = ""
    plan: str | None = None
    billing_day: int | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatabaseRecord:
    """A service of an account. region: its primary one; read_regions: further ones of a global database."""

    id: str
    account: str
    name: str = ""
    endpoint: str = ""
    product: str | None = None
    kind: str | None = None
    region: str | None = None
    read_regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BillRecord:
    """One line of a bill. id: the line's own, so that a second import changes nothing. cycle: the cycle's first day."""

    id: str
    account: str
    product: str
    region: str
    cycle: date
    amount: Decimal | None = None
    one_time: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class UptimeRecord:
    """The uptime of a product in a region from `start` to `end`, both days included. source: `published` or `derived`."""

    product: str
    region: str
    start: date
    end: date
    percent: Decimal
    source: str = "published"
    derivation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditRecord:
    """A credit given before, for the cycle that starts on `cycle`."""

    account: str
    product: str
    region: str
    cycle: date
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that was imported. None: nothing of that kind was imported, which is not the same as none."""

    accounts: tuple[AccountRecord, ...] | None = None
    databases: tuple[DatabaseRecord, ...] | None = None
    bills: tuple[BillRecord, ...] | None = None
    uptime: tuple[UptimeRecord, ...] | None = None
    credits: tuple[CreditRecord, ...] | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which a component of a status page was not wholly up. end None: it was not over when the page was read.

    state: `major_outage`, `partial_outage`, `degraded_performance` or `under_maintenance`. why: as the page names it.
    """

    component: str
    start: datetime
    end: datetime | None
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What a status page lists. since: it says nothing of the time before; None: it lists everything there was.

    until: it says nothing of the time after; None: it says all up to the time at which it was read.
    """

    components: tuple[str, ...]
    windows: tuple[Window, ...]
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the records hold on one mail. Built only by `triage.policy.known_for`.

    account: whom the matter concerns; claimant: the account for which the sender speaks or claims, by id.
    addresses: those of `account`, to which its data may be told. databases: those that the mail is about.
    bills, uptime, credits: of that account and those services; None: nothing of that kind was imported.
    found_by: how the account was found, a sentence. conflicts: what the mail and the records say differently.
    """

    account: AccountRecord | None = None
    claimant: str | None = None
    addresses: tuple[str, ...] = ()
    databases: tuple[DatabaseRecord, ...] = ()
    bills: tuple[BillRecord, ...] | None = None
    uptime: tuple[UptimeRecord, ...] | None = None
    credits: tuple[CreditRecord, ...] | None = None
    found_by: str = ""
    conflicts: tuple[str, ...] = ()


# --- what is known, what the terms say of it ------------------------------------------------------------------------


class Result(StrEnum):
    """A clause applied to facts: three-valued."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause applied to one set of facts.

    id, section, version: the clause, where it stands in the published document, and the first day of the text applied.
    because: one sentence that a customer could be shown. inputs: the facts looked at, as (name, value as shown).
    """

    id: str
    section: str
    result: Result
    because: str
    version: date | None = None
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """One billing cycle of a claim. Amounts in `currency`, shown wherever they can be computed; None: not known.

    cycle: its first day. claim_before: the claim had to arrive before this instant. missing: facts that would settle it.
    """

    cycle: date
    outcome: Outcome
    uptime_percent: Decimal | None = None
    tier_percent: Decimal | None = None
    base: Decimal | None = None
    credit: Decimal | None = None
    currency: str = "USD"
    claim_before: datetime | None = None
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    service: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """All findings on a claim and their verdict.

    total: of the eligible cycles; zero when ineligible, None when undetermined.
    missing: the smallest set of facts worth asking (`account.plan`, `cycles[2026-03-01].bill`), split by who can answer
    into ask_customer and ask_desk. conflicts: facts or texts that contradict each other, a sentence each.
    pack, digest: name and fingerprint of the rule pack that judged.
    """

    outcome: Outcome
    credits: tuple[Credit, ...] = ()
    total: Decimal | None = None
    missing: tuple[str, ...] = ()
    clauses: tuple[Finding, ...] = ()
    ask_customer: tuple[str, ...] = ()
    ask_desk: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    pack: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last instant in time. kind: `respond`, `erase`, ...; `claim` is the customer's own limit for claiming.

    derivation: how it was counted, a line a step.
    """

    kind: str
    due_at: datetime
    clause: str
    derivation: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether the desk, and not the customer, has to keep it."""
        return self.kind != "claim"


# --- the proposed answer --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a draft may not go out as it stands."""

    code: str
    because: str


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters of `Draft.text` with one origin.

    kind: `template` (its own words), `clause`, `computed`, `deadline`, `quoted` (the sender said it), `desk`;
    source: which one, as `en/closing.j2`, `sla.tiers`, `claim.total`.
    """

    start: int
    end: int
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsent reply. text and html are twins; sources: for each paragraph of `text`, what it stems from; spans: for
    each run of its characters down to the quoted original."""

    subject: str
    text: str
    html: str
    language: str = "en"
    template: str = ""
    to: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the core proposes for one mail. draft is None where none may be written (automated mail, legal demands)."""

    message: Message
    reading: Reading
    deadlines: tuple[Deadline, ...] = ()
    assessment: Assessment | None = None
    draft: Draft | None = None
    notes: tuple[str, ...] = field(default=())
