"""The labels, in the order in which arrays of scores hold them."""

from __future__ import annotations

TOGETHER = ("privacy_concern", "data_request", "sla_credit_claim")
ALONE = ("legal_demand", "automated", "other")
CATEGORIES = (*TOGETHER, *ALONE)
RIGHTS = (
    *("access", "rectification", "completion", "erasure"),
    *("objection", "portability", "cancellation", "marketing_opt_out"),
)
LABELS = (*CATEGORIES, *RIGHTS)
INDEX = {label: place for place, label in enumerate(LABELS)}
FIRST_RIGHT = len(CATEGORIES)
