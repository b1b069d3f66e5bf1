"""Is a pack sound? What loading cannot see: clashes, gaps, what nobody uses, and clauses without a case on each side."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from triage.errors import ConfigError
from triage.policy.edges import lacking, leaves
from triage.policy.edges_in_time import Lack, untested_days, untested_deadline
from triage.policy.loading import BadPack, load_pack
from triage.policy.logic import Test
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


def check_pack(path: Path, labels: Collection[str] = ()) -> tuple[Complaint, ...]:
    """Everything that is wrong with the pack in a folder, serious things first. Empty: it is sound.

    labels: every category and right that a mail can be given; empty: any word is taken for one.
    """
    try:
        pack = load_pack(path)
        tried = [try_scenario(scenario, pack) for scenario in load_scenarios(pack)]
    except BadPack as bad:
        return tuple(Complaint(each.where, each.line, each.what, each.remedy) for each in bad.errors)
    except ConfigError as error:
        return (Complaint(error.where, error.line, error.what, error.remedy),)
    found = [complaint for look in _LOOKS for complaint in look(pack)]
    found += [*_labels(pack, tried, labels), *_failing(tried), *_untested(pack, tried)]
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
            for test in leaves(condition):
                if not isinstance(test, Test):
                    continue
                known = pack.facts[test.fact].values if test.fact in pack.facts else ()
                values = test.value if isinstance(test.value, frozenset) else {test.value}
                for value in sorted(v for v in values if known and isinstance(v, str) and v not in known):
                    near = get_close_matches(value, known, 1)
                    remedy = f"Did you mean `{near[0]}`?" if near else f"`{test.fact}` is one of: {', '.join(known)}."
                    what = f"{clause.id}: `{test.fact}` is never `{value}`."
                    yield Complaint(clause.where, test.line or version.line, what, remedy)


def _labels(pack: Pack, tried: Iterable[Tried], labels: Collection[str]) -> Iterator[Complaint]:
    """A category or right that no mail is ever given."""
    if not labels:
        return
    named = [(clause.where, clause.line, clause.id, label) for clause in pack.clauses for label in _labels_of(clause)]
    for each in tried:
        case, reading = each.scenario, each.scenario.reading
        given = (*reading.categories, *reading.rights) if reading is not None else ()
        named += [(case.where, case.line, case.name, label.label) for label in given]
    for where, line, name, label in named:
        if label not in labels:
            near = get_close_matches(label, labels, 1)
            remedy = f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(labels)}."
            yield Complaint(where, line, f"{name}: no mail is ever `{label}`.", remedy)


def _labels_of(clause: Clause) -> list[str]:
    rules = [version.deadline for version in clause.versions if version.deadline is not None]
    own = [*clause.categories, *clause.rights]
    own += [label for rule in rules for label in (*rule.categories, *rule.rights, *rule.not_categories)]
    return list(dict.fromkeys(own))


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


def _unread(pack: Pack) -> Iterator[Complaint]:
    """Credits are claimed by mail, and a mail is read by what customers call things."""
    file = Path(pack.path, "vocabulary.yaml")
    if (pack.credit_clauses or pack.contacts) and not file.is_file():
        remedy = "Write one like that of `triage pack new`: regions, products, hosts."
        yield Complaint(str(file), None, "it is missing, so mail cannot be read for this pack.", remedy, serious=False)


# --- cases ----------------------------------------------------------------------------------------------------------


def _untested(pack: Pack, tried: Sequence[Tried]) -> Iterator[Complaint]:
    """A bound without a case on it, one just beside it and one in which the fact is not known; a deadline without a date,
    a statement without a mail that it bears on."""
    for clause in pack.clauses:
        for line, what, write in _lacking(clause, pack, tried):
            remedy = f"Write one under {Path(pack.path, 'cases')}: `- {{case: ..., {write}}}`."
            yield Complaint(clause.where, line, f"{clause.id}: no case {what}.", remedy)


def _lacking(clause: Clause, pack: Pack, tried: Sequence[Tried]) -> Iterator[Lack]:
    if clause.question == "statement":
        if (clause.rights or clause.categories) and not any(_bears(clause, each) for each in tried):
            label = (*clause.categories, *clause.rights)[0]
            mail = f"mail: {{received: ..., {'categories' if clause.categories else 'rights'}: [{label}]}}"
            yield clause.line, "of a mail that it bears on", f"{mail}, then: {{bearing: [{clause.id}]}}"
        return
    yield from untested_days(clause, pack, tried)
    for version in clause.versions:
        if version.deadline is not None:
            yield from untested_deadline(clause, version, pack, tried)
        elif not version.absent:
            yield from ((edge.line, edge.lacking, edge.write) for edge in lacking(clause, version, pack, tried))


def _bears(clause: Clause, each: Tried) -> bool:
    return clause.id in {*each.bearing} & {*each.scenario.expected.get("bearing", ())}


_TOLD = 3


def _failing(tried: Iterable[Tried]) -> Iterator[Complaint]:
    """The cases that come out otherwise, those with one cause together: the first three, and how many more."""
    alike: dict[tuple[str, ...], list[Tried]] = {}
    for each in tried:
        if each.differences:
            alike.setdefault(_cause(each) or _differing(each), []).append(each)
    for same in alike.values():
        cause = f" ({', '.join(_cause(same[0]))})" if _cause(same[0]) else ""
        for each in same[:_TOLD]:
            what = f"{each.scenario.name}: {'; '.join(each.differences)}{cause}."
            yield Complaint(each.scenario.where, each.scenario.line, what, "Correct the clause or the case.")
        for each in same[_TOLD : _TOLD + 1]:
            what = f"and {len(same) - _TOLD} more come out otherwise{cause}."
            yield Complaint(each.scenario.where, each.scenario.line, what, "`triage rules test` shows all.")


def _cause(each: Tried) -> tuple[str, ...]:
    """The clauses that stand against what a case expects, as `sla.coverage fails`; empty where none does."""
    wanted = each.scenario.expected
    against = {"fails"} if wanted.get("outcome") != "ineligible" else set()
    if wanted.get("outcome") == "eligible" or wanted.get("total"):
        against.add("unknown")
    return tuple(
        f"{name} {result}"
        for name, result in each.results.items()
        if (result in against and name not in wanted) or wanted.get(name, result) != result
    )


def _differing(each: Tried) -> tuple[str, ...]:
    return tuple(difference.partition(":")[0] for difference in each.differences)


def _versions(pack: Pack) -> Iterator[tuple[Clause, Version]]:
    return ((clause, version) for clause in pack.clauses for version in clause.versions)


_LOOKS: tuple[Callable[[Pack], Iterable[Complaint]], ...] = (
    *(_overlaps, _gaps, _tables, _words, _clashes, _unused, _unreachable, _unread),
)
