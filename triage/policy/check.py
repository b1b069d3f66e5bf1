"""Is a pack sound? What loading cannot see: clashes, gaps, what nobody uses, and clauses without a case on each side."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from triage.errors import ConfigError
from triage.policy.loading import BadPack, load_pack
from triage.policy.logic import All, Any_, AnyIncident, Condition, Not, Test
from triage.policy.pack import Clause, Pack, Version, gives, looks_at
from triage.policy.scenario import Tried, load_scenarios, try_scenario
from triage.policy.steps import Table


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at a place, and what to write instead. serious: the pack must not be put to work like this."""

    where: str
    line: int | None
    what: str
    remedy: str
    serious: bool = True

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}:{self.line}"
        return f"{place}: {'' if self.serious else 'hint: '}{self.what} {self.remedy}"


def check_pack(path: Path) -> tuple[Complaint, ...]:
    """Everything that is wrong with the pack in a folder, serious things first. Empty: it is sound."""
    try:
        pack = load_pack(path)
        tried = [try_scenario(scenario, pack) for scenario in load_scenarios(pack)]
    except BadPack as bad:
        return tuple(Complaint(each.where, each.line, each.what, each.remedy) for each in bad.errors)
    except ConfigError as error:
        return (Complaint(error.where, error.line, error.what, error.remedy),)
    found = [complaint for look in _LOOKS for complaint in look(pack)]
    found += [*_untested(pack, tried), *_failing(tried)]
    return tuple(sorted(found, key=lambda complaint: not complaint.serious))


def _at(clause: Clause, version: Version | None, what: str, remedy: str, serious: bool = True) -> Complaint:
    return Complaint(clause.where, version.line if version else clause.line, f"{clause.id}: {what}", remedy, serious)


# --- time -----------------------------------------------------------------------------------------------------------


def _overlaps(pack: Pack) -> Iterator[Complaint]:
    for clause in pack.clauses:
        for day in _turning_days(clause):
            in_force = clause.in_force(day)
            if len(in_force) > 1:
                remedy = "Give each version its own first day, or end the earlier one with `effective until`."
                yield _at(clause, in_force[-1], f"{len(in_force)} versions are in force on {day}.", remedy)
                break


def _gaps(pack: Pack) -> Iterator[Complaint]:
    for clause in pack.clauses:
        for day in _turning_days(clause):
            if day > date.min and not clause.in_force(day):
                remedy = f"Add a version `effective from: {day}`, with `absent: true` if the clause ended then."
                yield _at(clause, clause.versions[-1], f"no version is in force from {day}.", remedy)
        first = clause.versions[0].since
        if first is not None and clause.question == "credit":
            remedy = "Add `- {effective from: unstated, absent: true}` if the clause did not exist before."
            what = f"no version is in force before {first}, so earlier incidents stay undetermined."
            yield _at(clause, clause.versions[0], what, remedy, serious=False)


def _turning_days(clause: Clause) -> list[date]:
    return sorted(
        {day or date.min for version in clause.versions for day in (version.since, version.until or version.since)}
    )


# --- values ---------------------------------------------------------------------------------------------------------


def _tables(pack: Pack) -> Iterator[Complaint]:
    for clause, version in _versions(pack):
        rows = version.step.rows if isinstance(version.step, Table) else ()
        for above, below in itertools.pairwise(rows):
            if above.gives == below.gives:
                what = f"two rows of the table in a row give {above.gives}."
                yield _at(clause, version, what, "Make one row of them, or correct one of the values.", serious=False)


def _words(pack: Pack) -> Iterator[Complaint]:
    """A word that a condition compares with and that the fact never has."""
    for clause, version in _versions(pack):
        for condition in (version.only_if, version.condition):
            for test in _tests(condition):
                known = pack.facts[test.fact].values if test.fact in pack.facts else ()
                values = test.value if isinstance(test.value, frozenset) else {test.value}
                for value in sorted(v for v in values if known and isinstance(v, str) and v not in known):
                    near = get_close_matches(value, known, 1)
                    remedy = f"Did you mean `{near[0]}`?" if near else f"`{test.fact}` is one of: {', '.join(known)}."
                    yield _at(clause, version, f"`{test.fact}` is never `{value}`.", remedy)


def _tests(condition: Condition | None) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, (All, Any_)):
        for part in condition.parts:
            yield from _tests(part)
    elif isinstance(condition, (Not, AnyIncident)):
        yield from _tests(condition.part)


def _clashes(pack: Pack) -> Iterator[Complaint]:
    makers: dict[str, Clause] = {}
    for clause in pack.credit_clauses:
        for name in gives(clause):
            first = makers.setdefault(name, clause)
            if first is not clause and clause.id not in first.overrides and first.id not in clause.overrides:
                remedy = f"Let the special one say `overrides: [{first.id}]` and `only if`, or name another value."
                yield _at(clause, None, f"gives `{name}`, as {first.id} does.", remedy)


# --- use ------------------------------------------------------------------------------------------------------------

_CONTEXT = {
    "account.id",
    "region",
    "service.product",
    "incidents",
    "incident.start_at",
    "incident.end_at",
    "account.billing_day",
}
_REPORTED = {"cycle.tier_percent", "cycle.base", "cycle.credit", "cycle.claim_before"}


def _unused(pack: Pack) -> Iterator[Complaint]:
    used = {name for clause in pack.credit_clauses for name in looks_at(clause)}
    for name in pack.facts:
        if name not in used | _CONTEXT:
            where = str(Path(pack.path, "pack.yaml"))
            yield Complaint(where, None, f"no clause looks at `{name}`.", "Remove the fact, or use it.", serious=False)
    for clause in pack.credit_clauses:
        for name in gives(clause) - used - _REPORTED:
            yield _at(clause, None, f"nobody uses `{name}`, which it gives.", "Remove it, or use it.", serious=False)
    if pack.credit_clauses and not any("cycle.credit" in gives(clause) for clause in pack.credit_clauses):
        first = pack.credit_clauses[0]
        yield _at(
            first, None, "no clause gives `cycle.credit`.", "Add a clause with `share: {..., gives: cycle.credit}`."
        )


def _unreachable(pack: Pack) -> Iterator[Complaint]:
    for clause in pack.clauses:
        if clause.question == "statement" and not (clause.rights or clause.categories or clause.topics):
            remedy = "Name the `rights`, `categories` or `topics` that it bears on."
            yield _at(clause, None, "nothing leads to this statement.", remedy, serious=False)


# --- cases ----------------------------------------------------------------------------------------------------------


def _untested(pack: Pack, tried: Iterable[Tried]) -> Iterator[Complaint]:
    """A credit clause needs a case for each answer it can give, a deadline one with and one without, a statement one mail."""
    seen: dict[str, set[str]] = {}
    for each in tried:
        for clause_id, result in each.results.items():
            seen.setdefault(clause_id, set()).add(result)
        for clause_id in {*each.bearing} & {*each.scenario.expected.get("bearing", ())}:
            seen.setdefault(clause_id, set()).add("bears")
    for clause in pack.clauses:
        if lacking := _wanted_results(clause) - seen.get(clause.id, set()):
            words = ", ".join(sorted(lacking))
            remedy = f"Add one under {Path(pack.path, 'cases')}."
            yield _at(clause, None, f"no case in which it is: {words}.", remedy, serious=False)


def _wanted_results(clause: Clause) -> set[str]:
    if clause.question == "credit":
        judges = any(version.condition is not None for version in clause.versions)
        return {"holds", "unknown", "fails"} if judges else {"holds", "unknown"}
    if clause.question == "deadline":
        return {"due", "not due"}
    return {"bears"} if clause.rights or clause.categories else set()


def _failing(tried: Iterable[Tried]) -> Iterator[Complaint]:
    for each in tried:
        for difference in each.differences:
            scenario = each.scenario
            yield Complaint(
                scenario.where, scenario.line, f"{scenario.name}: {difference}.", "Correct the clause or the case."
            )


def _versions(pack: Pack) -> Iterator[tuple[Clause, Version]]:
    return ((clause, version) for clause in pack.clauses for version in clause.versions)


_LOOKS: tuple[Callable[[Pack], Iterable[Complaint]], ...] = (
    *(_overlaps, _gaps, _tables, _words, _clashes, _unused, _unreachable),
)
