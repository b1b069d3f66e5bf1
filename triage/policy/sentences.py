"""Sentences of a pack with facts in them: `plan is {account.plan}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from triage.policy.logic import Sheet
from triage.policy.yamlfile import Block

_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`parts` alternate between words and the names of facts."""

    parts: tuple[str, ...]

    def render(self, sheet: Sheet) -> str:
        parts = self.parts
        if len(parts) == 1:
            return parts[0]
        return "".join([show(sheet.get(part)) if odd & 1 else part for odd, part in enumerate(parts)])


def read_sentence(block: Block, key: str, types: Mapping[str, str]) -> Sentence:
    parts = tuple(_PLACE.split(block.text(key)))
    for name in parts[1::2]:
        if name not in types:
            block.wrong(
                key, f"`{{{name}}}` is not a fact of this pack.", "Name a fact that the pack declares or computes."
            )
    return Sentence(parts)


def show(value: Any) -> str:
    """A value as people read it: no exponent, times in UTC, unknown said in words."""
    return _SHOWN.get(type(value), str)(value)


def _instant(value: datetime) -> str:
    seconds = f":{value.second:02}" if value.second else ""
    return f"{value.year:04}-{value.month:02}-{value.day:02} {value.hour:02}:{value.minute:02}{seconds} UTC"


def _lines(bill: tuple[Any, ...]) -> str:
    """A bill line by line, so that a sum can be checked by hand: `180.00, 500.00 once`."""
    once = {True: " once", False: "", None: " (once or not is not known)"}
    return ", ".join([f"{show(line.amount)}{once[line.one_time]}" for line in bill]) or "nothing billed"


_SHOWN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "not known",
    Decimal: lambda value: format(value, "f"),
    datetime: _instant,
    date: date.isoformat,
    bool: lambda value: "yes" if value else "no",
    tuple: _lines,
}
