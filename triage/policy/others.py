"""Facts that only some packs use, read by the type that the pack declares for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from triage.policy.facts import FactsError, Value, parse_instant, within_bounds

if TYPE_CHECKING:
    from triage.policy.pack import Pack


def typed(name: str, value: Value, pack: Pack) -> Any:
    """The value as the pack's type for this fact. Raises FactsError for a fact that the pack does not know."""
    kind = pack.facts.get(name)
    if kind is None:
        near = get_close_matches(name, pack.facts, 1)
        hint = f"Did you mean {near[0]}?" if near else f"It is no fact of the pack {pack.name}."
        raise FactsError(f"{name} is not known. {hint}")
    try:
        return _convert(name, value, kind.type)
    except (ValueError, InvalidOperation, TypeError):
        raise FactsError(f"{name}: a value of type {kind.type} is wanted, not {value!r}.") from None


def _convert(name: str, value: Value, kind: str) -> Any:
    if kind in ("number", "percent", "money"):
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise TypeError
        number = Decimal(value)
        if not within_bounds(number):
            raise ValueError
        return number
    if kind == "instant" and isinstance(value, str):
        return parse_instant(value, name)
    if kind == "day" and isinstance(value, str):
        return date.fromisoformat(value)
    wanted = {"text": str, "yes or no": bool}.get(kind)
    if wanted is None or not isinstance(value, wanted):
        raise TypeError
    return value
