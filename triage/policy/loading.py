"""Reading a rule pack from its folder: this package's only access to files.

A folder holds `pack.yaml` (operator, documents, facts, readings) and `clauses/*.yaml`. Everything else in it
(`cases/`, `vocabulary.yaml`) is read by those who use it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from triage.errors import ConfigError
from triage.model import Result
from triage.policy.cycles import CycleRule
from triage.policy.logic import TYPES, read_condition
from triage.policy.pack import BUILT_IN, Clause, DeadlineRule, Document, FactKind, Pack, Version, gives, looks_at, needs
from triage.policy.periods import read_period
from triage.policy.sentences import read_sentence
from triage.policy.steps import read_counting, read_step
from triage.policy.uptime import UptimeReading, read_uptime
from triage.policy.yamlfile import Block, read_yaml

_LABEL = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_CLAUSE_KEYS = (
    *("id", "document", "section", "shown as", "question", "link", "overrides", "rights", "categories", "topics"),
    *("allows", "forbids", "hands over to a person", "versions"),
)
_VERSION_KEYS = (
    *("effective from", "effective until", "absent", "says", "only if", "condition", "holds", "fails", "unknown"),
    *("table", "sum", "share", "limit", "cap", "deadline"),
)


class BadPack(ConfigError):
    """What is wrong with the clauses of a pack. `errors` has the first fault of each; the text has all, a line each."""

    def __init__(self, errors: list[ConfigError]) -> None:
        first = errors[0]
        super().__init__(first.where, first.what, first.remedy, first.line)
        self.errors = tuple(errors)
        self.args = ("\n".join(str(error) for error in errors),)


def load_pack(path: Path) -> Pack:
    """The pack in a folder. Raises ConfigError naming file, line, what is wrong and what to write instead."""
    root = read_yaml(path / "pack.yaml")
    root.only("name", "operator", "zone", "currency", "contacts", "documents", "facts", "credit", "uptime")
    documents = {block.text("id"): _document(block) for block in root.blocks("documents")}
    facts = _facts(root.block("facts", Block(root.where, root.line)))
    files = sorted((path / "clauses").glob("*.yaml"))
    if not files:
        root.wrong(None, "The pack has no clauses.", f"Put at least one file into {path / 'clauses'}.")
    blocks = [block for file in files for block in _clause_blocks(file)]
    types = BUILT_IN | {name: kind.type for name, kind in facts.items()} | _given(blocks)
    clauses = _clauses(blocks, documents, types)
    _check_ids(clauses, blocks)
    ordered = _in_order(clauses)
    credit = root.block("credit", Block(root.where, root.line))
    return Pack(
        name=root.text("name"),
        operator=root.text("operator"),
        path=str(path),
        digest=_digest([path / "pack.yaml", *files]),
        zone=_zone(root, "zone"),
        currency=root.text("currency", "USD"),
        documents=documents,
        facts=facts,
        clauses=clauses,
        credit_clauses=ordered,
        deadline_clauses=tuple(clause for clause in clauses if clause.question == "deadline"),
        turning_days=tuple(sorted({d for c in ordered for v in c.versions for d in (v.since, v.until) if d})),
        contacts={k: root.block("contacts").text(k) for k in root.block("contacts", Block(root.where, root.line))},
        uptime=read_uptime(root.block("uptime")) if "uptime" in root else UptimeReading(),
        **_readings(credit),
    )


def _readings(block: Block) -> dict[str, Any]:
    """How the terms are read where they leave room; `docs/policy.md` lists every setting."""
    block.only(
        *("billing cycle starts", "at midnight in", "month without that day", "incident ending where a cycle starts"),
        *("judged by the terms in force on", "settle unknown amounts by their bounds"),
    )
    starts = block.choice(
        "billing cycle starts", ("on the billing day", "on the first of the month"), "on the billing day"
    )
    short = block.choice("month without that day", ("last day", "first of the next month"), "last day")
    border = block.choice(
        "incident ending where a cycle starts", ("does not touch it", "touches it"), "does not touch it"
    )
    days = ("start of the incident", "day of receipt")
    return {
        "cycle_rule": CycleRule(_zone(block, "at midnight in"), short, border == "touches it"),
        "billing_day_fixed": 1 if starts == "on the first of the month" else None,
        "versions_by": block.choice("judged by the terms in force on", days, days[0]),
        "bounds_settle": block.flag("settle unknown amounts by their bounds", False),
    }


def _zone(block: Block, key: str) -> tzinfo:
    name = block.text(key, "UTC")
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        block.wrong(key, f"`{name}` is no time zone.", "Write a name such as Europe/Berlin or UTC.")


def _document(block: Block) -> Document:
    block.only("id", "title", "url", "updated")
    return Document(block.text("id"), block.text("title"), block.text("url"), block.day("updated", None))


def _facts(block: Block) -> dict[str, FactKind]:
    facts = {}
    for name in block:
        entry = block.block(name)
        entry.only("type", "means", "ask", "one of")
        if name in BUILT_IN:
            block.wrong(name, f"`{name}` is computed by the program.", "Remove it here.")
        kind, ask = entry.choice("type", TYPES), entry.choice("ask", ("customer", "desk"), "desk")
        facts[name] = FactKind(name, kind, entry.text("means"), ask, entry.texts("one of", []))
    return facts


def _clause_blocks(file: Path) -> list[Block]:
    root = read_yaml(file)
    root.only("clauses")
    return root.blocks("clauses")


def _given(blocks: list[Block]) -> dict[str, str]:
    """The types of the facts that clauses compute."""
    types = {"table": "percent", "sum": "money", "share": "money", "cap": "money", "limit": "instant"}
    given = {}
    for block in blocks:
        for version in block.blocks("versions"):
            for word in types.keys() & version.keys():
                given[version.block(word).text("gives")] = types[word]
    return given


def _clauses(blocks: list[Block], documents: Mapping[str, Document], types: Mapping[str, str]) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    errors: list[ConfigError] = []
    for block in blocks:
        try:
            clauses.append(_clause(block, documents, types))
        except ConfigError as error:
            errors.append(error)
    if errors:
        raise BadPack(errors)
    return tuple(clauses)


def _clause(block: Block, documents: Mapping[str, Document], types: Mapping[str, str]) -> Clause:
    block.only(*_CLAUSE_KEYS)
    clause_id = block.text("id")
    if not _LABEL.fullmatch(clause_id):
        block.wrong(
            "id", f"`{clause_id}` is no clause id.", "Write lower-case words joined by dots, such as sla.free_tier."
        )
    document = block.choice("document", tuple(documents))
    question = block.choice("question", ("credit", "deadline", "statement"))
    versions = [_version(entry, question, types) for entry in block.blocks("versions")]
    if not versions:
        block.wrong("versions", f"{clause_id} has no version.", "Add one with `effective from` and `says`.")
    section = block.text("section")
    return Clause(
        id=clause_id,
        document=document,
        section=section,
        shown=block.text("shown as", f"{documents[document].title}, {section}"),
        question=question,
        versions=tuple(sorted(versions, key=lambda v: v.since or date.min)),
        where=block.where,
        line=block.line,
        link=block.text("link", documents[document].url),
        overrides=block.texts("overrides", []),
        rights=block.texts("rights", []),
        categories=block.texts("categories", []),
        topics=block.texts("topics", []),
        allows=block.texts("allows", []),
        forbids=block.texts("forbids", []),
        hands_over=block.flag("hands over to a person", False),
    )


def _version(block: Block, question: str, types: Mapping[str, str]) -> Version:
    block.only(*_VERSION_KEYS)
    unstated = block.need("effective from") == "unstated"
    since, until = None if unstated else block.day("effective from"), block.day("effective until", None)
    if until is not None and since is not None and until <= since:
        block.wrong("effective until", f"The version ends on {until} before it starts.", f"Write a day after {since}.")
    if block.flag("absent", False):
        return Version(since, block.text("says", ""), block.line, until, absent=True)
    version = Version(
        since=since,
        says=block.text("says"),
        line=block.line,
        until=until,
        step=read_step(block, types),
        only_if=read_condition(block.block("only if"), types) if "only if" in block else None,
        condition=read_condition(block.block("condition"), types) if "condition" in block else None,
        deadline=_deadline(block.block("deadline")) if "deadline" in block else None,
        sentences={r: read_sentence(block, r.value, types) for r in Result if r.value in block},
    )
    _check_version(block, version, question)
    return replace(version, inputs=tuple(sorted(needs(version))))


def _check_version(block: Block, version: Version, question: str) -> None:
    judges = version.condition is not None or version.step is not None
    if question == "credit" and not judges:
        block.wrong(
            None, "A credit clause needs a `condition` or a computed value.", "Add `condition: {fact: {test: value}}`."
        )
    if question == "deadline" and version.deadline is None:
        block.wrong(None, "A deadline clause needs a `deadline`.", "Add `deadline: {kind: respond, period: 15 days}`.")
    if question == "credit":
        for word in ("holds", "fails", "unknown"):
            if word not in block and (word != "fails" or version.condition is not None):
                block.wrong(
                    None, f"The sentence for `{word}` is missing.", f"Add `{word}: ...`, one sentence for the customer."
                )


def _deadline(block: Block) -> DeadlineRule:
    block.only(
        *("kind", "period", "categories", "rights", "not categories", "counted", "a day off", "calendar"),
        *("waiting for the sender", "extension"),
    )
    return DeadlineRule(
        kind=block.text("kind"),
        period=read_period(block, "period"),
        counting=read_counting(block),
        categories=block.texts("categories", []),
        rights=block.texts("rights", []),
        not_categories=block.texts("not categories", []),
        may_pause=block.choice("waiting for the sender", ("counts", "stops the clock"), "counts") == "stops the clock",
        extension=read_period(block, "extension") if "extension" in block else None,
    )


def _check_ids(clauses: tuple[Clause, ...], blocks: list[Block]) -> None:
    seen: dict[str, Clause] = {}
    for clause, block in zip(clauses, blocks, strict=True):
        if clause.id in seen:
            first = seen[clause.id]
            block.wrong(
                "id",
                f"{clause.id} stands twice (first in {first.where}:{first.line}).",
                "Rename one, or add a version.",
            )
        seen[clause.id] = clause
    for clause, block in zip(clauses, blocks, strict=True):
        for other in clause.overrides:
            if other not in seen:
                block.wrong(
                    "overrides", f"{clause.id} overrides `{other}`, which is no clause.", "Name an existing clause."
                )


def _in_order(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Credit clauses so that a value is computed before it is looked at, and an overriding clause stands before the one
    that it overrides; otherwise as they stand in the files."""
    left = [clause for clause in clauses if clause.question == "credit"]
    special = {
        other: {clause.id for clause in left if other in clause.overrides} for c in left for other in c.overrides
    }
    makers: dict[str, set[str]] = {}
    for clause in left:
        for name in gives(clause):
            makers.setdefault(name, set()).add(clause.id)
    ordered: list[Clause] = []
    done: set[str] = set()
    while left:
        ready = next((c for c in left if _before(c, makers, special) <= done), None)
        if ready is None:
            first = left[0]
            block = Block(first.where, first.line)
            block.wrong(None, f"{first.id} needs a value that is computed from it.", "Break the circle of `gives`.")
        left.remove(ready)
        ordered.append(ready)
        done.add(ready.id)
    return tuple(ordered)


def _before(clause: Clause, makers: Mapping[str, set[str]], special: Mapping[str, set[str]]) -> set[str]:
    """The clauses that must have run before this one."""
    before = set(special.get(clause.id, ()))
    return before.union(*(makers.get(name, ()) for name in looks_at(clause))) - {clause.id}


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
