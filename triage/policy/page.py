"""A pack as a page for people, in Markdown: every clause with its text, place, versions, edges and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from triage.model import Result
from triage.policy.logic import All, Any_, AnyIncident, Comparison, Condition, Not, Test
from triage.policy.pack import Clause, DeadlineRule, Document, Pack, Version
from triage.policy.sentences import show
from triage.policy.steps import BillSum, Cap, Limit, Share, Step, Table

_TOLD = {
    Result.HOLDS: "told when it holds",
    Result.FAILS: "told when it fails",
    Result.UNKNOWN: "told when it is unknown",
}
_TITLES = {"credit": "Service credits", "deadline": "Deadlines", "statement": "What we promise and tell"}


def pack_page(pack: Pack) -> str:
    """The whole pack as Markdown, in the order in which clauses build on each other."""
    lines = [f"# The terms of {pack.operator}", "", f"Pack `{pack.name}`, fingerprint `{pack.digest[:12]}`.", ""]
    lines += [line for document in pack.documents.values() for line in _document(document)]
    for question, title in _TITLES.items():
        clauses = pack.credit_clauses if question == "credit" else [c for c in pack.clauses if c.question == question]
        if clauses:
            lines += ["", f"## {title}"]
            lines += [line for clause in clauses for line in _clause(clause)]
    lines += ["", "## Facts", "", "| fact | meaning | who can say it |", "| --- | --- | --- |"]
    lines += [f"| `{fact.name}` | {fact.means} | {fact.ask} |" for fact in pack.facts.values()]
    return "\n".join(lines) + "\n"


def _document(document: Document) -> Iterator[str]:
    updated = f", last updated {document.updated}" if document.updated else ""
    yield f"- [{document.title}]({document.url}){updated}"


def _clause(clause: Clause) -> Iterator[str]:
    yield from ("", f"### {clause.id}", "", f"[{clause.shown}]({clause.link})")
    if clause.hands_over:
        yield from ("", "Such a mail goes to a person at once.")
    for label, words in (
        ("For", (*clause.categories, *clause.rights)),
        ("May be promised", clause.allows),
        ("May not be promised", clause.forbids),
    ):
        if words:
            yield from ("", f"{label}: {', '.join(words)}.")
    if clause.overrides:
        yield from ("", f"Goes before {', '.join(clause.overrides)}.")
    for version in clause.versions:
        yield from _version(version)


def _version(version: Version) -> Iterator[str]:
    until = f" until {version.until}" if version.until else ""
    yield from (
        "",
        f"**{_since(version.since)}{until}**" + (": not part of the terms" if version.absent else f": {version.says}"),
    )
    facts: list[str] = []
    if version.only_if is not None:
        facts.append(f"only if {condition_in_words(version.only_if)}")
    if version.step is not None:
        facts += _step(version.step)
    if version.condition is not None:
        facts.append(f"holds if {condition_in_words(version.condition)}")
    if version.deadline is not None:
        facts += _deadline(version.deadline)
    facts += [f"{_TOLD[result]}: “{_sentence(sentence.parts)}”" for result, sentence in version.sentences.items()]
    if facts:
        yield ""
        yield from (f"- {fact}" for fact in facts)


def _since(since: date | None) -> str:
    return f"From {since}" if since else "From the start (the document names no day)"


def _sentence(parts: Iterable[str]) -> str:
    return "".join(f"*{part}*" if odd & 1 else part for odd, part in enumerate(parts))


def condition_in_words(condition: Condition) -> str:
    """A condition as a person would say it."""
    if isinstance(condition, Test):
        values = (
            sorted(map(show, condition.value)) if isinstance(condition.value, frozenset) else [show(condition.value)]
        )
        return f"`{condition.fact}` {'is ' if condition.word[:2] != 'is' else ''}{condition.word} {', '.join(values)}"
    if isinstance(condition, Comparison):
        return f"`{condition.fact}` is {condition.word} `{condition.other}`"
    if isinstance(condition, Not):
        return f"not ({condition_in_words(condition.part)})"
    if isinstance(condition, AnyIncident):
        return f"for at least one incident {condition_in_words(condition.part)}"
    if isinstance(condition, (All, Any_)):
        word = " and " if isinstance(condition, All) else " or "
        return word.join(f"({condition_in_words(part)})" for part in condition.parts)
    raise TypeError(f"not a condition: {condition!r}")


def _step(step: Step) -> list[str]:
    if isinstance(step, Table):
        rows = [
            f"at least {row.at_least}: {row.gives}" if row.at_least is not None else f"below that: {row.gives}"
            for row in step.rows
        ]
        return [f"`{step.gives}` by `{step.of}`: {'; '.join(rows)}"]
    if isinstance(step, BillSum):
        return [f"`{step.gives}` is the sum of `{step.of}`{'' if step.one_time else ', without lines paid once'}"]
    if isinstance(step, Share):
        return [f"`{step.gives}` is `{step.percent}` % of `{step.of}`, rounded to {step.unit}"]
    if isinstance(step, Limit):
        return [f"`{step.gives}` is {step.period} after `{step.start}`"]
    if isinstance(step, Cap):
        less = f", less {' and '.join(f'`{name}`' for name in step.less)}" if step.less else ""
        return [f"`{step.gives}` is `{step.of}`, at most {step.at_most}{less}"]
    raise TypeError(f"not a step: {step!r}")


def _deadline(rule: DeadlineRule) -> list[str]:
    counted = "whole days, the first not counted" if rule.counting.whole_days else "from the very instant"
    lines = [f"{rule.kind}: {rule.period} from receipt, {counted}"]
    if rule.counting.calendar:
        lines.append(f"public holidays of {rule.counting.calendar}")
    if rule.counting.day_off != "stays":
        lines.append("ending on a day off, it moves to the next working day")
    if rule.extension is not None:
        lines.append(f"may be extended by {rule.extension}, if the sender is told before it ends")
    if rule.may_pause:
        lines.append("the clock stops while we wait for the sender")
    return lines
