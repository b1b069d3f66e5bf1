"""The terms as code: rule packs, three-valued clauses, exact credits, deadlines with their derivation."""

from triage.model import Known, Records
from triage.policy.assess import assess
from triage.policy.claims import assess_claims, claim_facts, claims
from triage.policy.deadlines import ClockEvent, claim_limits, deadlines
from triage.policy.facts import ClaimFacts, FactsError, claim_facts_from_json
from triage.policy.known import known_for
from triage.policy.loading import load_pack
from triage.policy.pack import Pack
from triage.policy.report import assessment_to_json

__all__ = [
    "ClaimFacts",
    "ClockEvent",
    "FactsError",
    "Known",
    "Pack",
    "Records",
    "assess",
    "assess_claims",
    "assessment_to_json",
    "claim_facts",
    "claim_facts_from_json",
    "claim_limits",
    "claims",
    "deadlines",
    "known_for",
    "load_pack",
]
