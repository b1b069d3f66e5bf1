"""The clauses in force applied to one sheet of facts: findings, and the values they compute.

Clauses run in the order in which they build on each other. A clause with `only if` speaks only where that holds; one that
`overrides` another silences it there. Where two texts speak and differ, the answer is unknown and says so: the order of
files never decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from triage.model import Finding, Result
from triage.policy.bounds import Bounds, bounds_of, settled
from triage.policy.pack import Pack, Program, Ruling, Version
from triage.policy.sentences import show
from triage.policy.steps import Step

HOLDS, FAILS, UNKNOWN = Result.HOLDS, Result.FAILS, Result.UNKNOWN


@dataclass(slots=True)
class Judged:
    """findings: at most one a clause. values: the sheet with what was computed. programs: the texts that were applied.

    days: whose terms govern; None: any day's.
    """

    findings: tuple[Finding, ...]
    values: Mapping[str, Any]
    programs: tuple[Program, ...]
    days: tuple[date, ...] | None = None


Answered = dict[int, Finding]
"""What clauses that look at the claim alone answered before, by the identity of their ruling: the same for every cycle."""


def judge(sheet: dict[str, Any], days: tuple[date, ...] | None, pack: Pack, answered: Answered) -> Judged:
    """Every text that governs on one of the days (None: on any day) applied to the sheet, which is written to."""
    programs = governing(days, pack)
    if len(programs) == 1:
        findings = _Run(sheet, days, answered, bounds=_bounds(pack)).through(programs[0])
        unique = len({finding.id for finding in findings}) == len(findings)
        return Judged(tuple(findings) if unique else _agreed([findings]), sheet, programs, days)
    sheets = [dict(sheet) for _ in programs]
    runs = [
        _Run(own, days, answered, bounds=_bounds(pack)).through(program)
        for own, program in zip(sheets, programs, strict=True)
    ]
    names = dict.fromkeys(name for own in sheets for name in own)
    values = {
        name: sheets[0].get(name) for name in names if all(own.get(name) == sheets[0].get(name) for own in sheets)
    }
    return Judged(_agreed(runs), values, programs, days)


def _bounds(pack: Pack) -> dict[str, Bounds] | None:
    return {} if pack.bounds_settle else None


def governing(days: tuple[date, ...] | None, pack: Pack) -> tuple[Program, ...]:
    """The distinct texts in force on these days, each once; every text there is when the days are not known."""
    if days is not None and len(days) == 1:
        return (pack.credit_program(days[0]),)
    each = map(pack.credit_program, (date.min, *pack.turning_days) if days is None else days)
    return tuple({id(program): program for program in each}.values())


@dataclass(slots=True)
class _Run:
    """One pass. silenced: clauses that another overrides, surely (HOLDS) or perhaps (UNKNOWN). offered: values given.

    bounds: between what unknown values surely lie, where the pack lets that settle a clause; else None.
    """

    sheet: dict[str, Any]
    days: tuple[date, ...] | None
    answered: Answered
    silenced: dict[str, Result] = field(default_factory=dict)
    offered: dict[str, Any] = field(default_factory=dict)
    bounds: dict[str, Bounds] | None = None

    def through(self, program: Program) -> list[Finding]:
        return [finding for finding in map(self.apply, program) if finding is not None]

    def apply(self, ruling: Ruling) -> Finding | None:
        if ruling.once and not self.silenced:
            finding = self.answered.get(id(ruling))
            if finding is None:
                assert ruling.version is not None
                finding = self.answered[id(ruling)] = self._finding(ruling, ruling.version, doubtful=False)
            return finding
        clause, version = ruling.clause, ruling.version
        silenced = self.silenced.get(clause.id)
        if silenced is HOLDS:
            return None
        if version is None:
            when = ", ".join(map(str, self.days or ())) or "the day of the incident"
            return Finding(clause.id, clause.shown, UNKNOWN, f"no text of this clause is in force on {when}")
        applies = HOLDS if version.only_if is None else version.only_if.test(self.sheet)
        if applies is FAILS:
            return None
        for other in clause.overrides:
            self.silenced[other] = HOLDS if self.silenced.get(other) is HOLDS else applies
        return self._finding(ruling, version, doubtful=applies is UNKNOWN or silenced is UNKNOWN)

    def _finding(self, ruling: Ruling, version: Version, doubtful: bool) -> Finding:
        clause, result, clash, sheet = ruling.clause, HOLDS, "", self.sheet
        if version.step is not None:
            clash = self._give(version.step.gives, version.step.run(self.sheet), doubtful)
            if sheet[version.step.gives] is None:
                result = UNKNOWN
                self._bound(version.step, doubtful)
        if version.condition is not None:
            result = version.condition.test(sheet)
            if result is UNKNOWN and self.bounds:
                result = settled(version.condition, self.bounds)
                sheet = {**sheet, **{name: f"{show(low)} to {show(high)}" for name, (low, high) in self.bounds.items()}}
        if clash or (doubtful and result is FAILS):
            result = UNKNOWN
        because = clash or version.sentences[result].render(sheet)
        inputs = tuple([(name, show(sheet.get(name))) for name in version.inputs])
        return Finding(clause.id, clause.shown, result, because, version.since, inputs)

    def _bound(self, step: Step, doubtful: bool) -> None:
        if self.bounds is not None and not doubtful and (found := bounds_of(step, self.sheet, self.bounds)) is not None:
            self.bounds[step.gives] = found

    def _give(self, name: str, value: Any, doubtful: bool) -> str:
        """Write a computed value; where another text gave a different one it is not known, and the return says so."""
        if name not in self.offered:
            self.offered[name] = value
            self.sheet[name] = None if doubtful else value
            return ""
        other = self.offered[name]
        self.sheet[name] = value if value == other else None
        if doubtful or value == other or value is None or other is None:
            return ""
        return f"two texts give {name} differently: {show(other)} and {show(value)}"


def _agreed(runs: Sequence[Iterable[Finding]]) -> tuple[Finding, ...]:
    """One finding a clause. A text that has nothing to say stands in nobody's way, as if it held."""
    by_clause: dict[str, list[Finding]] = {}
    for run in runs:
        for finding in run:
            by_clause.setdefault(finding.id, []).append(finding)
    silent = {name for name in by_clause if any(all(f.id != name for f in run) for run in runs)}
    return tuple(_one(each, name in silent) for name, each in by_clause.items())


def _one(findings: list[Finding], silent: bool) -> Finding:
    results = {finding.result for finding in findings} | ({HOLDS} if silent else set())
    if len(results) == 1:
        return findings[-1]
    answers = [f"the text of {f.version or 'no stated day'}: {f.result} ({f.because})" for f in findings]
    if silent:
        answers.append("another text has no such clause")
    because = f"two texts of this clause answer differently: {'; '.join(answers)}"
    return Finding(findings[0].id, findings[0].section, UNKNOWN, because, None, findings[0].inputs)
