"""Conditions over facts that may be unknown: Kleene's three values, as data that a lawyer can read.

A condition in a pack is one of::

    account.plan: {is not: free}                     # a fact and its test; several facts: all must hold
    received_at: {before: cycle.claim_before}        # a fact and another fact
    all of: [...]      any of: [...]      not: {...}
    any incident: {incident.cause: {none of: [maintenance]}}

An unknown fact makes a test unknown; `not` of unknown is unknown; `all of` fails as soon as one part fails, `any of`
holds as soon as one part holds. So a fact learned later can settle an unknown and can never turn a yes into a no.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from triage.model import Result
from triage.policy.yamlfile import Block

Sheet = Mapping[str, Any]

HOLDS, FAILS, UNKNOWN = Result.HOLDS, Result.FAILS, Result.UNKNOWN
INCIDENTS = "incidents"


class Condition(Protocol):
    def test(self, sheet: Sheet) -> Result: ...

    def wanted(self, sheet: Sheet) -> frozenset[str]:
        """The smallest set of unknown facts that could settle it; empty when it is settled."""
        ...

    def facts(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Test:
    """One fact against a value written in the pack."""

    fact: str
    word: str
    value: Any
    check: Callable[[Any, Any], bool]
    line: int = field(default=0, compare=False)

    def test(self, sheet: Sheet) -> Result:
        known = sheet.get(self.fact)
        if known is None:
            return UNKNOWN
        return HOLDS if self.check(known, self.value) else FAILS

    def wanted(self, sheet: Sheet) -> frozenset[str]:
        return frozenset() if sheet.get(self.fact) is not None else frozenset({self.fact})

    def facts(self) -> frozenset[str]:
        return frozenset({self.fact})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against another fact."""

    fact: str
    word: str
    other: str
    check: Callable[[Any, Any], bool]
    line: int = field(default=0, compare=False)

    def test(self, sheet: Sheet) -> Result:
        left, right = sheet.get(self.fact), sheet.get(self.other)
        if left is None or right is None:
            return UNKNOWN
        return HOLDS if self.check(left, right) else FAILS

    def wanted(self, sheet: Sheet) -> frozenset[str]:
        return frozenset(name for name in (self.fact, self.other) if sheet.get(name) is None)

    def facts(self) -> frozenset[str]:
        return frozenset({self.fact, self.other})


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]

    def test(self, sheet: Sheet) -> Result:
        result = HOLDS
        for part in self.parts:
            found = part.test(sheet)
            if found is FAILS:
                return FAILS
            if found is UNKNOWN:
                result = UNKNOWN
        return result

    def wanted(self, sheet: Sheet) -> frozenset[str]:
        if self.test(sheet) is not UNKNOWN:
            return frozenset()
        return frozenset[str]().union(*(part.wanted(sheet) for part in self.parts))

    def facts(self) -> frozenset[str]:
        return frozenset[str]().union(*(part.facts() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Any_:
    parts: tuple[Condition, ...]

    def test(self, sheet: Sheet) -> Result:
        result = FAILS
        for part in self.parts:
            found = part.test(sheet)
            if found is HOLDS:
                return HOLDS
            if found is UNKNOWN:
                result = UNKNOWN
        return result

    def wanted(self, sheet: Sheet) -> frozenset[str]:
        if self.test(sheet) is not UNKNOWN:
            return frozenset()
        return smallest([part.wanted(sheet) for part in self.parts if part.test(sheet) is UNKNOWN])

    def facts(self) -> frozenset[str]:
        return frozenset[str]().union(*(part.facts() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition

    def test(self, sheet: Sheet) -> Result:
        found = self.part.test(sheet)
        return UNKNOWN if found is UNKNOWN else FAILS if found is HOLDS else HOLDS

    def wanted(self, sheet: Sheet) -> frozenset[str]:
        return self.part.wanted(sheet)

    def facts(self) -> frozenset[str]:
        return self.part.facts()


@dataclass(frozen=True, slots=True)
class AnyIncident:
    """Holds when the part holds for at least one incident that touched the cycle. Its facts are `incident.*`."""

    part: Condition

    def test(self, sheet: Sheet) -> Result:
        incidents = sheet.get(INCIDENTS)
        if incidents is None:
            return UNKNOWN
        found = {self.part.test({**sheet, **incident}) for incident in incidents}
        return HOLDS if HOLDS in found else UNKNOWN if UNKNOWN in found else FAILS

    def wanted(self, sheet: Sheet) -> frozenset[str]:
        if self.test(sheet) is not UNKNOWN:
            return frozenset()
        incidents = sheet.get(INCIDENTS)
        if incidents is None:
            return frozenset({INCIDENTS})
        sheets = [{**sheet, **incident} for incident in incidents]
        return smallest([self.part.wanted(each) for each in sheets if self.part.test(each) is UNKNOWN])

    def facts(self) -> frozenset[str]:
        return self.part.facts()


def smallest(sets: Sequence[frozenset[str]]) -> frozenset[str]:
    """The set with the fewest names; among equals the first by name, so that the answer never hangs on file order."""
    return min(sets, key=lambda names: (len(names), sorted(names)), default=frozenset())


# --- from a pack ----------------------------------------------------------------------------------------------------

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is not": operator.ne,
    "one of": lambda known, values: known in values,
    "none of": lambda known, values: known not in values,
    "less than": operator.lt,
    "at most": operator.le,
    "more than": operator.gt,
    "at least": operator.ge,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "same as": operator.eq,
    "different from": operator.ne,
    "before": operator.lt,
    "not after": operator.le,
    "after": operator.gt,
    "not before": operator.ge,
    "less than fact": operator.lt,
    "at least fact": operator.ge,
}
ORDERED = ("less than", "at most", "more than", "at least", "before", "not after", "after", "not before")
_NUMBERS = ("number", "percent", "money")
TYPES = ("text", "yes or no", "number", "percent", "money", "instant", "day", "bill lines")


def read_condition(block: Block, types: Mapping[str, str]) -> Condition:
    """The condition a block of a pack means. types: the type of each known fact. Raises ConfigError with the line."""
    parts = [_part(block, key, types) for key in block]
    if not parts:
        block.wrong(
            None, "The condition is empty.", "Name a fact and its test, such as `account.plan: {is not: free}`."
        )
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _part(block: Block, key: str, types: Mapping[str, str]) -> Condition:
    if key in ("all of", "any of"):
        parts = tuple(read_condition(each, types) for each in block.blocks(key))
        if not parts:
            block.wrong(key, f"`{key}` lists nothing.", "List at least one condition.")
        return All(parts) if key == "all of" else Any_(parts)
    if key == "not":
        return Not(read_condition(block.block(key), types))
    if key == "any incident":
        return AnyIncident(read_condition(block.block(key), types))
    if key not in types:
        block.only("all of", "any of", "not", "any incident", *types)
    tests = block.block(key)
    found = [_test(tests, key, word, types) for word in tests]
    if not found:
        tests.wrong(None, f"`{key}` has no test.", f"Write one of: {', '.join([*_TESTS, *_COMPARISONS])}.")
    return found[0] if len(found) == 1 else All(tuple(found))


def _test(block: Block, fact: str, word: str, types: Mapping[str, str]) -> Condition:
    block.only(*_TESTS, *_COMPARISONS)
    kind = types[fact]
    if word in ORDERED and kind not in (*_NUMBERS, "instant", "day"):
        block.wrong(
            word, f"`{fact}` is of type {kind}, which has no order.", "Use `is`, `is not`, `one of` or `none of`."
        )
    if word in _COMPARISONS:
        other = block.text(word)
        if other not in types:
            block.wrong(
                word, f"`{other}` is not a fact of this pack.", "Name a fact that the pack declares or computes."
            )
        if _family(types[other]) != _family(kind):
            block.wrong(
                word,
                f"`{fact}` ({kind}) cannot be compared with `{other}` ({types[other]}).",
                "Compare like with like.",
            )
        return Comparison(fact, word, other, _COMPARISONS[word], block.lines[word])
    values = block.items_of(word) if word in ("one of", "none of") else [block.need(word)]
    for value in values:
        if not _fits(value, kind):
            block.wrong(
                word, f"`{value}` is not a value of type {kind}, which `{fact}` has.", f"Write {_EXAMPLES[kind]}."
            )
    value = frozenset(values) if word in ("one of", "none of") else values[0]
    return Test(fact, word, value, _TESTS[word], block.lines[word])


def _family(kind: str) -> str:
    return "number" if kind in _NUMBERS else kind


def _fits(value: object, kind: str) -> bool:
    from datetime import date
    from decimal import Decimal

    if kind in _NUMBERS:
        return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    wanted: dict[str, type] = {"text": str, "yes or no": bool, "day": date}
    return kind in wanted and isinstance(value, wanted[kind])


_EXAMPLES = {
    "text": "a text, in quotes if it looks like a number",
    "yes or no": "true or false",
    "number": "a number",
    "percent": "a number such as 99.99",
    "money": "a number such as 1.00",
    "day": "a date such as 2026-03-01",
    "instant": "a test against another fact (`before: ...`)",
    "bill lines": "nothing: bill lines can only be summed",
}
