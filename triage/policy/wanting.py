"""Which unknown facts are worth asking for: the smallest set that would settle what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from triage.model import Result
from triage.policy.pack import BUILT_IN, Pack, Program, Ruling
from triage.policy.steps import BillSum, Step

Sheet = Mapping[str, Any]


def wanted(programs: Iterable[Program], sheet: Sheet, cycle: date | None) -> tuple[str, ...]:
    """The facts that would settle every unknown clause of these texts, in the order of the clauses.

    cycle None: the cycles are not known yet, so the facts of a cycle cannot be asked for.
    """
    names: dict[str, None] = {}
    for program in programs:
        makers = {r.version.step.gives: r.version.step for r in program if r.version is not None and r.version.step}
        for ruling in program:
            for name in _leaves(_wanted_by(ruling, sheet), sheet, makers):
                if asked := _asked(name, cycle):
                    names[asked] = None
    return tuple(names)


def _wanted_by(ruling: Ruling, sheet: Sheet) -> Iterable[str]:
    version = ruling.version
    if version is None:
        return ()
    if version.only_if is not None and version.only_if.test(sheet) is not Result.HOLDS:
        return sorted(version.only_if.wanted(sheet))
    if version.condition is not None:
        return sorted(version.condition.wanted(sheet))
    return (version.step.gives,) if version.step is not None and sheet.get(version.step.gives) is None else ()


def _leaves(names: Iterable[str], sheet: Sheet, makers: Mapping[str, Step]) -> Iterable[str]:
    """Computed facts taken back to the given facts that they lack."""
    for name in names:
        if name not in makers:
            yield name
            continue
        step = makers[name]
        unknown = [each for each in step.inputs if sheet.get(each) is None]
        if not unknown and isinstance(step, BillSum):
            yield step.of  # known but for a blank in it
        yield from _leaves(unknown, sheet, makers)


def _asked(name: str, cycle: date | None) -> str:
    """The name under which a fact is asked for; empty for what the program computes by itself."""
    head, _, tail = name.partition(".")
    if name in BUILT_IN:
        return ""
    if head == "cycle":
        return f"cycles[{cycle}].{tail}" if cycle else ""
    return f"incidents[].{tail}" if head == "incident" else name


def fact_name(asked: str) -> str:
    """The pack's name of a fact that was asked for: `cycles[2026-03-01].bill` is `cycle.bill`."""
    head, bracket, tail = asked.partition("[")
    return f"{head[:-1]}{tail.partition(']')[2]}" if bracket else asked


def who_knows(asked: str, pack: Pack) -> str:
    """`customer` or `desk`: who can say a fact that was asked for."""
    kind = pack.facts.get(fact_name(asked))
    return kind.ask if kind is not None else "desk"
