"""The terms as code: rule packs, three-valued clauses, exact credits, deadlines with their derivation."""

from triage.policy.assess import assess
from triage.policy.deadlines import ClockEvent, claim_limits, deadlines
from triage.policy.facts import ClaimFacts, FactsError, claim_facts_from_json
from triage.policy.pack import Pack, load_pack
from triage.policy.report import assessment_to_json

__all__ = [
    "ClaimFacts",
    "ClockEvent",
    "FactsError",
    "Pack",
    "assess",
    "assessment_to_json",
    "claim_facts_from_json",
    "claim_limits",
    "deadlines",
    "load_pack",
]
