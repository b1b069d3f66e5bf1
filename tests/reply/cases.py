"""The cases that letters are approved for: one mail each, from Dana Whitfield of Northpeak, to the shipped pack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from triage.model import (
    AccountRecord,
    Address,
    Assessment,
    DatabaseRecord,
    Draft,
    Fact,
    Incident,
    Known,
    Label,
    Message,
    Problem,
    Reading,
)
from triage.policy import Pack, assess, deadlines, load_pack
from triage.policy.facts import AccountFacts, BillLine, ClaimFacts, CycleFacts, OutageFacts, ServiceFacts
from triage.reply import Writer

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "replies"
LANGUAGES = ("en", "de", "fr", "es", "tr", "it", "pt", "nl")
RIGHTS = (
    *("access", "rectification", "completion", "erasure", "objection", "portability", "cancellation"),
    "marketing_opt_out",
)


@cache
def pack() -> Pack:
    return load_pack(ROOT / "rules" / "upstash")


@cache
def writer() -> Writer:
    return Writer.load([TEMPLATES])


RECEIVED = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
MESSAGE = Message(
    source="test",
    sha256="0",
    received_at=RECEIVED,
    message_id="<claim-1@northpeak.example>",
    sender=Address("Dana Whitfield", "dana@northpeak.example"),
    to=(Address("", "support@upstash.com"),),
    subject="Our account",
    text="Hello,\n\nplease see to this.\n\nDana",
)
KNOWN = Known(
    account=AccountRecord("northpeak", name="Northpeak Ltd", team="northpeak-ops", plan="payg", billing_day=1),
    claimant="northpeak",
    addresses=("dana@northpeak.example", "billing@northpeak.example"),
    databases=(DatabaseRecord("db-1", "northpeak", product="redis", kind="regional", region="eu-central-1"),),
)
OUTAGE = Incident(date(2026, 3, 3), date(2026, 3, 3))
START, END = datetime(2026, 3, 3, 14, 0, tzinfo=UTC), datetime(2026, 3, 3, 16, 30, tzinfo=UTC)
CYCLE = CycleFacts(
    date(2026, 3, 1),
    Decimal("99.663"),
    (BillLine(Decimal("180.00"), False), BillLine(Decimal("500.00"), True)),
    already_credited=False,
)
FACTS = ClaimFacts(
    received_at=RECEIVED,
    claimant="northpeak",
    account=AccountFacts("northpeak", "payg", 1),
    service=ServiceFacts("redis", "regional", "northpeak"),
    region="eu-central-1",
    incidents=(OutageFacts(START, END),),
    cycles=(CYCLE,),
)


def claim(**changes: Any) -> Assessment:
    """The assessment of the claim with some facts changed. `cycle` replaces single facts of its one cycle."""
    cycle = changes.pop("cycle", None)
    if cycle is not None:
        changes["cycles"] = (replace(CYCLE, **cycle),)
    return assess(replace(FACTS, **changes), pack())


@dataclass(frozen=True)
class Case:
    categories: tuple[str, ...]
    rights: tuple[str, ...] = ()
    assessment: Callable[[], Assessment] | None = None
    missing: tuple[str, ...] = ()
    incidents: tuple[Incident, ...] = ()
    regions: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    known: Known | None = KNOWN
    authenticated: bool | None = True
    message: Message = MESSAGE

    def reading(self, language: str) -> Reading:
        return Reading(
            language,
            tuple(Label(label, 0.97) for label in self.categories),
            tuple(Label(right, 0.95) for right in self.rights),
            account=tuple(Fact(address, "email") for address in self.account),
            regions=tuple(Fact(region) for region in self.regions),
            incidents=self.incidents,
            missing=self.missing,
        )

    def arguments(self, language: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What `draft` and `check` take."""
        reading = self.reading(language)
        assessment = self.assessment() if self.assessment else None
        due = deadlines(reading, self.message.received_at, pack())
        named = {
            "pack": pack(),
            "known": self.known,
            "zone": "Europe/Berlin",
            "desk_name": "Upstash Support",
            "from_address": "support@upstash.com",
            "authenticated": self.authenticated,
        }
        return (reading, assessment, due), named

    def draft(self, language: str = "en", by: Writer | None = None) -> Draft:
        positional, named = self.arguments(language)
        draft = (by or writer()).draft(self.message, *positional, **named)
        assert draft is not None
        return draft

    def check(
        self, text: str, language: str = "en", by: Writer | None = None, on: datetime | None = None
    ) -> tuple[Problem, ...]:
        positional, named = self.arguments(language)
        return (by or writer()).check(text, self.message, *positional, **named, on=on)

    def but(self, **changes: Any) -> Case:
        return replace(self, **changes)


_CLAIM = Case(("sla_credit_claim",), incidents=(OUTAGE,), regions=("eu-central-1",))
_REQUEST = Case(("data_request",))
_TWO_DAYS = replace(OUTAGE, ambiguous=True, alternatives=((date(2026, 4, 3), date(2026, 4, 3)),))
_APRIL = OutageFacts(datetime(2026, 4, 9, 8, 0, tzinfo=UTC), datetime(2026, 4, 9, 9, 0, tzinfo=UTC))
_TWO_CYCLES = {
    "incidents": (OutageFacts(START, END), _APRIL),
    "cycles": (CYCLE, replace(CYCLE, start=date(2026, 4, 1), uptime_percent=Decimal("99.995"))),
}

CASES: Mapping[str, Case] = {
    "claim eligible": _CLAIM.but(assessment=claim),
    "claim eligible for one of two cycles": _CLAIM.but(assessment=lambda: claim(**_TWO_CYCLES)),
    "claim: free plan": _CLAIM.but(assessment=lambda: claim(account=AccountFacts("northpeak", "free", 1))),
    "claim: no database": _CLAIM.but(assessment=lambda: claim(service=ServiceFacts("qstash", None, "northpeak"))),
    "claim: goal met": _CLAIM.but(assessment=lambda: claim(cycle={"uptime_percent": Decimal("99.995")})),
    "claim: too small": _CLAIM.but(assessment=lambda: claim(cycle={"bill": (BillLine(Decimal("8.00"), False),)})),
    "claim: too late": _CLAIM.but(assessment=lambda: claim(received_at=datetime(2026, 7, 12, 9, 0, tzinfo=UTC))),
    "claim: another's service": _CLAIM.but(
        assessment=lambda: claim(service=ServiceFacts("redis", "regional", "harbourline"))
    ),
    "claim: credited before": _CLAIM.but(assessment=lambda: claim(cycle={"already_credited": True})),
    "claim: several reasons": _CLAIM.but(
        assessment=lambda: claim(
            account=AccountFacts("northpeak", "free", 1), received_at=datetime(2026, 7, 12, 9, 0, tzinfo=UTC)
        )
    ),
    "claim open: we look it up": _CLAIM.but(assessment=lambda: claim(cycle={"uptime_percent": None, "bill": None})),
    "claim open: we ask for everything": _CLAIM.but(
        incidents=(), regions=(), missing=("account", "region", "incident_dates")
    ),
    "claim open: two readings of a date": _CLAIM.but(incidents=(_TWO_DAYS,), missing=("incident_dates",)),
    "claim open: we ask for the times": _CLAIM.but(assessment=lambda: claim(incidents=(OutageFacts(),))),
    "claim: free plan, nothing billed": _CLAIM.but(
        assessment=lambda: claim(
            account=AccountFacts("northpeak", "free", 1), cycle={"bill": (BillLine(Decimal("0.00"), False),)}
        )
    ),
    "claim from an unknown sender": _CLAIM.but(assessment=claim, authenticated=None),
    "claim from a forged sender": _CLAIM.but(assessment=claim, authenticated=False),
    "claim from an unknown sender, naming his address": _CLAIM.but(
        account=("dana@northpeak.example",), authenticated=None, known=None
    ),
    "claim from an unknown sender, region missing": _CLAIM.but(regions=(), missing=("region",), known=None),
    "claim from an unknown sender, everything missing": _CLAIM.but(
        incidents=(), regions=(), missing=("account", "region", "incident_dates"), known=None, authenticated=None
    ),
    **{f"request: {right}": _REQUEST.but(rights=(right,)) for right in RIGHTS},
    "request: everything at once": _REQUEST.but(rights=("access", "erasure", "cancellation", "marketing_opt_out")),
    "request from an unknown sender": _REQUEST.but(
        rights=("access", "erasure"), authenticated=None, missing=("identity",)
    ),
    "request from an unknown sender, with opt-out": _REQUEST.but(
        rights=("cancellation", "marketing_opt_out"), authenticated=None, missing=("identity", "account")
    ),
    "request for somebody else": _REQUEST.but(
        rights=("access",), account=("maya@students.example",), missing=("identity",)
    ),
    "request for somebody else, and opt-out": _REQUEST.but(
        rights=("access", "marketing_opt_out"), account=("maya@students.example",), missing=("identity",)
    ),
    "claim, and a request for somebody else": _CLAIM.but(
        categories=("sla_credit_claim", "data_request"),
        rights=("erasure",),
        account=("maya@students.example",),
        missing=("identity",),
        assessment=claim,
    ),
    "request of every right from an unknown sender": _REQUEST.but(
        rights=RIGHTS, authenticated=None, missing=("identity",)
    ),
    "opt-out from an unknown sender": _REQUEST.but(rights=("marketing_opt_out",), authenticated=None, known=None),
    "request: objection to tracking": _REQUEST.but(
        rights=("objection",), message=replace(MESSAGE, text="Stop the pixel in your mails.  Customer.io, too.")
    ),
    "concern": Case(("privacy_concern",)),
    "concern about cookies, cards and pixels": Case(
        ("privacy_concern",),
        message=replace(MESSAGE, text="Cookies? Stripe? A pixel? Who else? Drop me a line. — Dana"),
    ),
    "concern and request": Case(("privacy_concern", "data_request"), rights=("erasure",)),
    "claim and request": _CLAIM.but(
        categories=("sla_credit_claim", "data_request"), rights=("access",), assessment=claim
    ),
    "all three from an unknown sender": _CLAIM.but(
        categories=("sla_credit_claim", "data_request", "privacy_concern"),
        rights=("erasure",),
        authenticated=None,
        missing=("account", "identity"),
    ),
    "claim and request, both open": _CLAIM.but(
        categories=("sla_credit_claim", "data_request"),
        rights=("rectification",),
        missing=("region",),
        regions=(),
        assessment=lambda: claim(claimant=None, cycle={"bill": None}),
    ),
    "other": Case(("other",)),
    "other, nameless sender": Case(
        ("other",), message=replace(MESSAGE, sender=Address("", "dana@northpeak.example"), subject="")
    ),
}


@cache
def drafted(name: str, language: str = "en") -> Draft:
    """The draft of a case, written once."""
    return CASES[name].draft(language)
