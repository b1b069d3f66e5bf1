"""Where the answer of a credit clause turns, and which case would stand there: on the bound, just beside it, in the dark.

A tier, a minimum, a time limit or a word that a clause compares with is only as good as the case that would notice its change.
So each wants one on the bound, one the smallest sensible step beside it, and one in which its fact is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from triage.model import Result
from triage.policy.edges_in_time import calendar_edges
from triage.policy.logic import INCIDENTS, All, Any_, AnyIncident, Comparison, Condition, Not, Sheet, Test
from triage.policy.pack import Clause, Pack, Version
from triage.policy.scenario import Tried
from triage.policy.sentences import show
from triage.policy.steps import ROUNDING, BillSum, Cap, Limit, Share, Step, Table

_CENT = Decimal("0.01")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class View:
    """One clause in one billing cycle of a case. result None: it was silent. expected: what the case says must come out."""

    clause_id: str
    values: Sheet
    result: Result | None
    expected: Mapping[str, Any]
    zone: Any

    @property
    def answered(self) -> bool:
        """The case would notice if the clause answered otherwise."""
        return not {"outcome", "total", "credits", "missing", self.clause_id}.isdisjoint(self.expected)

    @property
    def measured(self) -> bool:
        """The case would notice if the clause computed another value: it names the amount, or has it come to nothing."""
        no = self.expected.get("outcome") not in (None, "eligible") or self.expected.get(self.clause_id) == "fails"
        return no or not {"total", "credits"}.isdisjoint(self.expected)

    def sheets(self) -> list[Sheet]:
        """The facts, once for each outage."""
        return [{**self.values, **incident} for incident in self.values.get(INCIDENTS) or [{}]]


@dataclass(frozen=True, slots=True)
class Edge:
    """A place where an answer turns. lacking: completes `no case ...`; write: the heart of the case that is wanted.

    while_silent: a cycle in which the clause does not speak counts too.
    """

    line: int
    lacking: str
    write: str
    met: Callable[[View], bool]
    while_silent: bool = False


def lacking(clause: Clause, version: Version, pack: Pack, tried: Sequence[Tried]) -> Iterator[Edge]:
    """The edges of a version of a credit clause at which no case stands."""
    views = list(_views(clause, version, pack, tried))
    speaking = [view for view in views if view.result is not None]
    for edge in _edges(version, pack):
        if not any(map(edge.met, views if edge.while_silent else speaking)):
            yield edge


def _views(clause: Clause, version: Version, pack: Pack, tried: Sequence[Tried]) -> Iterator[View]:
    for each in tried:
        for judged in each.judged:
            if any(ruling.version is version for program in judged.programs for ruling in program):
                result = next((f.result for f in judged.findings if f.id == clause.id), None)
                yield View(clause.id, judged.values, result, each.scenario.expected, pack.zone)


def _edges(version: Version, pack: Pack) -> Iterator[Edge]:
    yield from _results(version)
    for leaf in leaves(version.only_if):
        for edge in _leaf(leaf, version, pack):
            yield Edge(edge.line or version.line, edge.lacking, edge.write, edge.met, while_silent=True)
    for leaf in leaves(version.condition):
        yield from _leaf(leaf, version, pack)
    if version.step is not None:
        yield from _STEPS[type(version.step)](version.step, version, pack)


def _results(version: Version) -> Iterator[Edge]:
    for result in Result if version.condition is not None else (Result.HOLDS, Result.UNKNOWN):
        yield Edge(
            version.line,
            f"in which it is: {result}",
            "with: {...}, then: {outcome: ...}",
            lambda view, result=result: view.answered and view.result is result,  # type: ignore[misc]
        )


def leaves(condition: Condition | None) -> Iterator[Test | Comparison]:
    """The single tests that a condition is made of."""
    if isinstance(condition, (Test, Comparison)):
        yield condition
    elif isinstance(condition, (All, Any_)):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, (Not, AnyIncident)):
        yield from leaves(condition.part)


# --- one test -------------------------------------------------------------------------------------------------------

# On which side of the bound the answer is another: below it, or above it.
_BESIDE = {"less than": -1, "at least": -1, "at most": 1, "more than": 1}
_BESIDE |= {"before": -1, "not before": -1, "not after": 1, "after": 1, "less than fact": -1, "at least fact": -1}


def _leaf(leaf: Test | Comparison, version: Version, pack: Pack) -> Iterator[Edge]:
    if isinstance(leaf, Comparison):
        yield from _against_fact(leaf, pack) if leaf.word in _BESIDE else _same_or_not(leaf)
    elif leaf.word in _BESIDE:
        yield from _at_bound(leaf.fact, leaf.value, _BESIDE[leaf.word], leaf.line, pack, "outcome: ...", version)
    else:
        yield from _words(leaf, pack)
    for fact in sorted(leaf.facts()):
        if fact in pack.facts and not (fact == "account.billing_day" and pack.billing_day_fixed):
            yield _dark(fact, leaf.line)


def _dark(fact: str, line: int) -> Edge:
    def met(view: View) -> bool:
        unknown = any(sheet.get(fact) is None for sheet in view.sheets())
        return view.answered and unknown and view.result in (Result.UNKNOWN, None)

    return Edge(line, f"with `{fact}` not known", f"with: {{{fact}: null}}, then: {{outcome: undetermined}}", met)


def _at_bound(fact: str, bound: Any, side: int, line: int, pack: Pack, then: str, version: Version) -> Iterator[Edge]:
    """On the bound, and the smallest sensible step beside it: a cent, a hundredth, a day, the next value of a table."""
    steps = _table_values(fact, version, pack)
    if steps:
        on = [bound] if bound in steps else _nearest(steps, bound, -side)
        for value in on + _nearest(steps, bound, side):
            yield _between(fact, value, value, f"in which `{fact}` comes to {show(value)}", line, pack, then)
        return
    step = _DAY if isinstance(bound, date) else _step(Decimal(bound), pack, fact)
    beside = bound + side * step
    yield _between(fact, bound, bound, f"on the bound, with `{fact}` at {show(bound)}", line, pack, then)
    if not (_type(fact, pack) == "percent" and not 0 <= beside <= 100):
        low, high = sorted((bound, beside))
        words = f"just {'below' if side < 0 else 'above'} {show(bound)}, with `{fact}` at {show(beside)} or nearer"
        yield _between(fact, low, high, words, line, pack, then, but=bound, example=beside)


def _between(
    fact: str, low: Any, high: Any, lacking: str, line: int, pack: Pack, then: str, but: Any = None, example: Any = None
) -> Edge:
    def met(view: View) -> bool:
        values = [v for sheet in view.sheets() if (v := sheet.get(fact)) is not None and v != but]
        return (view.measured if then.startswith("total") else view.answered) and any(low <= v <= high for v in values)

    value = show(low if example is None else example)
    given = f"with: {{{fact}: {value}}}" if fact in pack.facts else f"with: {{...}} (so that `{fact}` is {value})"
    return Edge(line, lacking, f"{given}, then: {{{then}}}", met)


def _table_values(fact: str, version: Version, pack: Pack) -> list[Any]:
    """The values that a fact can take where tables give it: the clause's own, else anybody's."""
    versions = [version] if version.step is not None and version.step.gives == fact else _all_versions(pack)
    tables = [each.step for each in versions if isinstance(each.step, Table) and each.step.gives == fact]
    return sorted({row.gives for table in tables for row in table.rows})


def _all_versions(pack: Pack) -> list[Version]:
    return [version for clause in pack.credit_clauses for version in clause.versions]


def _nearest(values: list[Any], bound: Any, side: int) -> list[Any]:
    beside = [value for value in values if (value < bound if side < 0 else value > bound)]
    return [max(beside) if side < 0 else min(beside)] if beside else []


def _step(bound: Decimal, pack: Pack, fact: str) -> Decimal:
    """The smallest sensible step beside a number: one of its last digit; for money and percentages a hundredth at most."""
    digits = -int(bound.as_tuple().exponent)
    return Decimal(1).scaleb(-max(digits, 0 if _type(fact, pack) == "number" else 2))


def _type(fact: str, pack: Pack) -> str:
    return pack.facts[fact].type if fact in pack.facts else "money"


def _words(leaf: Test, pack: Pack) -> Iterator[Edge]:
    """Each word that the clause names and that the fact can be, and one that it does not name."""
    named = leaf.value if isinstance(leaf.value, frozenset) else {leaf.value}
    fact, line, kind = leaf.fact, leaf.line, pack.facts.get(leaf.fact)
    possible: set[Any] = set(kind.values) if kind is not None else set()
    if kind is not None and kind.type == "yes or no":
        possible = {True, False}
    for value in sorted(named & possible if possible else named, key=str):
        text = f"with `{fact}` being {show(value)}"
        yield Edge(line, text, _given(fact, value), lambda view, v=value: view.answered and v in _all(view, fact))  # type: ignore[misc]
    if not possible or possible - named:
        example = min(possible - named, key=str, default="...")
        other = f"with `{fact}` being anything else"
        yield Edge(line, other, _given(fact, example), lambda view: view.answered and bool(_all(view, fact) - named))


def _given(fact: str, value: Any) -> str:
    shown = str(value).lower() if isinstance(value, bool) else show(value)
    return f"with: {{{fact}: {shown}}}, then: {{outcome: ...}}"


def _all(view: View, fact: str) -> set[Any]:
    """What a fact is known to be, in any of the outages."""
    return {sheet.get(fact) for sheet in view.sheets()} - {None}


def _same_or_not(leaf: Comparison) -> Iterator[Edge]:
    for same in (True, False):
        words = f"with `{leaf.fact}` {'the same as' if same else 'different from'} `{leaf.other}`"
        write = f"with: {{{leaf.fact}: ..., {leaf.other}: ...}}, then: {{outcome: ...}}"

        def met(view: View, same: bool = same) -> bool:
            pairs = [(sheet.get(leaf.fact), sheet.get(leaf.other)) for sheet in view.sheets()]
            return view.answered and any((a == b) is same for a, b in pairs if a is not None and b is not None)

        yield Edge(leaf.line, words, write, met)


def _against_fact(leaf: Comparison, pack: Pack) -> Iterator[Edge]:
    """Two facts that are equal, and two that hardly differ: by a minute, a day, a cent, one."""
    side = _BESIDE[leaf.word]
    for on in (True, False):

        def met(view: View, on: bool = on) -> bool:
            pairs = [(sheet.get(leaf.fact), sheet.get(leaf.other)) for sheet in view.sheets()]
            known = [(a, b) for a, b in pairs if a is not None and b is not None]
            return view.answered and any(a == b if on else _hardly(a, b, side, leaf, pack) for a, b in known)

        kind = _type(leaf.fact, pack)
        ways = ("before", "after") if kind in ("instant", "day") else ("below", "above")
        beside = f"{_WINDOW.get(kind, 'a cent')} at most {ways[side > 0]}"
        words = f"with `{leaf.fact}` {'exactly at' if on else beside} `{leaf.other}`"
        yield Edge(leaf.line, words, f"with: {{{leaf.fact}: ...}}, then: {{outcome: ...}}", met)


_WINDOW = {"instant": "a minute", "day": "a day", "number": "1"}


def _hardly(left: Any, right: Any, side: int, leaf: Comparison, pack: Pack) -> bool:
    apart: Any = (left - right) * side
    if isinstance(left, datetime):
        return bool(timedelta() < apart <= timedelta(minutes=1))
    if isinstance(left, date):
        return bool(apart == _DAY)
    return bool(0 < apart <= (1 if _type(leaf.fact, pack) == "number" else _CENT))


# --- values ---------------------------------------------------------------------------------------------------------


def _table(step: Table, version: Version, pack: Pack) -> Iterator[Edge]:
    for row in step.rows:
        if row.at_least is not None:
            yield from _at_bound(step.of, row.at_least, -1, row.line or version.line, pack, "total: ...", version)
    if step.of in pack.facts:
        yield _dark(step.of, version.line)


def _sum(step: BillSum, version: Version, _pack: Pack) -> Iterator[Edge]:
    def met(view: View) -> bool:
        return view.measured and any(line.one_time and line.amount for line in view.values.get(step.of) or ())

    write = f'with: {{{step.of}: ["100.00", "50.00 once"]}}, then: {{total: ...}}'
    yield Edge(version.line, "with a payment made once on the bill", write, met)
    yield _dark_or_partly(step.of, version.line)


def _dark_or_partly(fact: str, line: int) -> Edge:
    edge = _dark(fact, line)
    return Edge(line, edge.lacking, edge.write, lambda view: view.answered and view.result is Result.UNKNOWN)


def _share(step: Share, version: Version, _pack: Pack) -> Iterator[Edge]:
    """An amount that each other way of rounding would have made another."""
    for name, rounding in ROUNDING.items():
        if rounding != step.rounding:
            other = Share(step.gives, step.of, step.percent, step.unit, rounding)
            write = f"with: {{...}}, then: {{total: ...}} (so that `{step.gives}` hangs on the rounding)"
            words = f"that `rounded: {name}` would make another amount"
            yield Edge(version.line, words, write, lambda view, other=other: _differ(view, step, other))  # type: ignore[misc]


def _differ(view: View, step: Step, other: Step) -> bool:
    return view.measured and view.result is not Result.UNKNOWN and step.run(view.values) != other.run(view.values)


def _cap(step: Cap, version: Version, _pack: Pack) -> Iterator[Edge]:
    def over(view: View) -> Decimal | None:
        """By how much the amount exceeds what is left."""
        left = Cap(step.gives, step.of, step.at_most, step.less)
        amount, cut = view.values.get(step.of), left.run({**view.values, step.of: step.at_most})
        return None if amount is None or cut is None or not view.measured else amount - cut

    write = f"with: {{...}}, then: {{total: ...}} (so that `{step.of}` is %s what is left of {show(step.at_most)})"
    yield Edge(version.line, "with an amount of just what is left", write % "just", lambda view: over(view) == 0)

    def beside(view: View) -> bool:
        more = over(view)
        return more is not None and 0 < more <= _CENT

    yield Edge(version.line, "with an amount a cent over what is left", write % "a cent over", beside)


def _limit(step: Limit, version: Version, _pack: Pack) -> Iterator[Edge]:
    """What a calendar does to the end of a period, in a case that arrives within a day of that end."""
    if step.period.unit == "billing cycles":
        return
    for words, holds in calendar_edges(step.period, step.counting):

        def met(view: View, holds: Callable[[datetime, Any], bool] = holds) -> bool:
            start, end, received = (view.values.get(name) for name in (step.start, step.gives, "received_at"))
            if start is None or end is None or received is None or abs(received - end) > _DAY:
                return False
            return view.answered and holds(start, view.values.get("zone"))

        yield Edge(version.line, words, f"with: {{{step.start}: ..., received_at: ...}}, then: {{outcome: ...}}", met)


_STEPS: dict[type, Callable[[Any, Version, Pack], Iterator[Edge]]] = {
    **{Table: _table, BillSum: _sum, Share: _share, Cap: _cap},
    Limit: _limit,
}
