"""Cases as data beside a pack, in the domain's words, and what they must come to.

A file in `cases/` holds `given` (what every claim in it starts from) and `cases`. A case names its facts under `with`,
as clauses name them (`account.plan: free`; `null` is not known), or a `mail`, and under `then` what must come out::

    - case: the free plan is not covered
      with: {account.plan: free}
      then: {outcome: ineligible, sla.free_tier: fails}
    - case: a wish to be forgotten
      mail: {received: 2026-03-18 08:12, categories: [data_request], rights: [erasure]}
      then: {due: {respond: 2026-04-02 08:12, erase: 2026-04-17 08:12}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from triage.model import Assessment, Deadline, Label, Outcome, Reading, Result
from triage.policy.assess import assess, cycles_of
from triage.policy.deadlines import ClockEvent, deadlines
from triage.policy.facts import AccountFacts, BillLine, ClaimFacts, CycleFacts, OutageFacts, ServiceFacts
from triage.policy.judging import Judged
from triage.policy.pack import Clause, Pack
from triage.policy.sentences import show
from triage.policy.yamlfile import Block, read_yaml


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case of a pack. facts: of a claim, else a mail with reading and received_at. expected: as written under `then`.

    documents: the only ones that count in this case; empty: all. events: what happened to the clock since.
    """

    name: str
    where: str
    line: int
    expected: Mapping[str, Any]
    facts: ClaimFacts | None = None
    reading: Reading | None = None
    received_at: datetime | None = None
    documents: tuple[str, ...] = ()
    events: tuple[ClockEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """What a case came to. differences: empty when all is as expected. results: clause id -> result.

    judged: each billing cycle of a claim, with all its values.
    """

    scenario: Scenario
    differences: tuple[str, ...]
    results: Mapping[str, str] = field(default_factory=dict)
    assessment: Assessment | None = None
    due: tuple[Deadline, ...] = ()
    bearing: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()


def load_scenarios(pack: Pack) -> tuple[Scenario, ...]:
    """Every case in the pack's folder `cases/`. Raises ConfigError with file and line."""
    return tuple(scenario for file in sorted(Path(pack.path, "cases").glob("*.yaml")) for scenario in _file(file, pack))


def try_scenario(scenario: Scenario, pack: Pack) -> Tried:
    """The case judged by the pack, compared with what is expected of it."""
    if scenario.facts is not None:
        return _try_claim(scenario, scenario.facts, pack)
    assert scenario.reading is not None
    assert scenario.received_at is not None
    if scenario.documents:
        pack = pack.narrowed(scenario.documents)
    due = deadlines(scenario.reading, scenario.received_at, pack, events=scenario.events)
    bearing = bearing_on(scenario.reading, pack)
    found: dict[str, Any] = {
        "due": {each.kind: each.due_at for each in due},
        "by": {each.kind: each.clause for each in due},
        "bearing": [clause.id for clause in bearing],
        "handed over": any(clause.hands_over for clause in bearing),
    }
    results = {clause.id: "due" if clause.id in found["by"].values() else "not due" for clause in pack.clauses}
    differences = _differences(scenario.expected, found)
    return Tried(scenario, differences, results, None, due, tuple(found["bearing"]))


def _try_claim(scenario: Scenario, facts: ClaimFacts, pack: Pack) -> Tried:
    judged: list[Judged] = []
    assessment = assess(facts, pack, judged.append)
    results = {finding.id: str(finding.result) for finding in assessment.clauses}
    found: dict[str, Any] = {
        "outcome": str(assessment.outcome),
        "total": assessment.total,
        "missing": list(assessment.missing),
        "credits": {credit.cycle.isoformat(): credit.credit for credit in assessment.credits},
        **results,
    }
    return Tried(scenario, _differences(scenario.expected, found), results, assessment, judged=tuple(judged))


def bearing_on(reading: Reading, pack: Pack) -> tuple[Clause, ...]:
    """The clauses that a mail is about, by its categories and rights, in the pack's order."""
    labels = {label.label for label in (*reading.categories, *reading.rights)}
    return tuple(clause for clause in pack.clauses if labels & {*clause.categories, *clause.rights})


def _differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{key}: expected {_shown(wanted)}, came to {_shown(found.get(key))}"
        for key, wanted in expected.items()
        if not _as_expected(key, wanted, found.get(key))
    )


def _as_expected(key: str, wanted: Any, found: Any) -> bool:
    if key == "bearing":
        return set(wanted) <= set(found)
    if key == "missing":
        return sorted(wanted) == sorted(found)
    return bool(wanted == found)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(each)}" for key, each in value.items()) or "nothing"
    return ", ".join(map(_shown, value)) or "nothing" if isinstance(value, list) else show(value)


# --- reading --------------------------------------------------------------------------------------------------------


def _file(file: Path, pack: Pack) -> Iterator[Scenario]:
    root = read_yaml(file)
    root.only("given", "cases")
    given = root.block("given", Block(root.where, root.line))
    for block in root.blocks("cases"):
        block.only("case", "with", "mail", "then")
        then = block.block("then")
        name, where = block.text("case"), (block.where, block.line)
        if "mail" in block:
            mail = block.block("mail")
            mail.only("received", "categories", "rights", "documents", "extended", "waiting")
            categories, rights = (tuple(Label(x, 1.0) for x in mail.texts(key, [])) for key in ("categories", "rights"))
            reading, received_at = Reading("en", categories, rights), _instant(mail, "received")
            expected = _expected_of_mail(then)
            yield Scenario(
                name, *where, expected, None, reading, received_at, mail.texts("documents", []), _events(mail)
            )
        else:
            facts = _facts(given, block.block("with", Block(*where)), pack)
            yield Scenario(name, *where, _expected_of_claim(then, pack), facts=facts)


def _events(mail: Block) -> tuple[ClockEvent, ...]:
    """`extended`: when we took more time and said so; `waiting`: from when to when we waited for the sender."""
    events = []
    if "extended" in mail:
        at = _instant(mail, "extended")
        events.append(ClockEvent("extended", at, noticed_at=at))
    if "waiting" in mail:
        start, end = _span(mail, "waiting", mail.text("waiting"))
        if start is None or end is None:
            mail.wrong("waiting", "Both ends are wanted.", "Write `2026-03-20 08:00 to 2026-03-22 08:00`.")
        events += [ClockEvent("paused", start), ClockEvent("resumed", end)]
    return tuple(events)


def _expected_of_claim(block: Block, pack: Pack) -> dict[str, Any]:
    block.only("outcome", "total", "missing", "credits", *(clause.id for clause in pack.credit_clauses))
    expected: dict[str, Any] = {
        clause.id: block.choice(clause.id, _RESULTS) for clause in pack.clauses if clause.id in block
    }
    if "outcome" in block:
        expected["outcome"] = block.choice("outcome", tuple(map(str, Outcome)))
    if "total" in block:
        expected["total"] = None if block["total"] is None else block.number("total")
    if "missing" in block:
        expected["missing"] = list(block.texts("missing"))
    if "credits" in block:
        credits = block.block("credits")
        expected["credits"] = {day: None if credits[day] is None else credits.number(day) for day in credits}
    return expected


def _expected_of_mail(block: Block) -> dict[str, Any]:
    block.only("due", "by", "bearing", "handed over")
    expected: dict[str, Any] = {}
    if "due" in block:
        expected["due"] = {kind: _instant(block.block("due"), kind) for kind in block.block("due")}
    if "by" in block:
        expected["by"] = {kind: block.block("by").text(kind) for kind in block.block("by")}
    if "bearing" in block:
        expected["bearing"] = list(block.texts("bearing"))
    if "handed over" in block:
        expected["handed over"] = block.flag("handed over")
    return expected


_RESULTS = tuple(map(str, Result))


def _facts(given: Block, block: Block, pack: Pack) -> ClaimFacts:
    facts: dict[str, Any] = {}
    for part in (given, block):
        part.only("incidents", "cycles", *pack.facts)
        for name in part:
            facts[name] = _value(part, name, pack)
    incidents = facts.pop("incidents", None)
    per_cycle = facts.pop("cycles", {})
    about_cycle = {name: facts.pop(name) for name in list(facts) if name.startswith("cycle.")}
    about_incident = tuple((name, facts.pop(name)) for name in list(facts) if name.startswith("incident."))
    named = {name: facts.pop(name, None) for name in _NAMED}
    outages = (
        None
        if incidents is None
        else tuple(
            OutageFacts(start, end, tuple((n, v) for n, v in about_incident if v is not None))
            for start, end in incidents
        )
    )
    claim = ClaimFacts(
        received_at=named["received_at"],
        claimant=named["claimant"],
        account=AccountFacts(named["account.id"], named["account.plan"], named["account.billing_day"]),
        service=ServiceFacts(named["service.product"], named["service.kind"], named["service.owner"]),
        region=named["region"],
        incidents=outages,
        others=tuple((name, value) for name, value in facts.items() if value is not None),
    )
    return _with_cycles(claim, about_cycle, per_cycle, pack)


_NAMED = (
    *("received_at", "claimant", "region", "account.id", "account.plan", "account.billing_day"),
    *("service.product", "service.kind", "service.owner"),
)


def _with_cycles(
    claim: ClaimFacts, every: Mapping[str, Any], single: Mapping[str, Mapping[str, Any]], pack: Pack
) -> ClaimFacts:
    entries = []
    for day in cycles_of(claim, pack):
        facts = {**every, **single.get(day.isoformat(), {})}
        entries.append(
            CycleFacts(
                start=day,
                uptime_percent=facts.pop("cycle.uptime_percent", None),
                bill=facts.pop("cycle.bill", None),
                already_credited=facts.pop("cycle.already_credited", None),
                others=tuple((name, value) for name, value in facts.items() if value is not None),
            )
        )
    return replace(claim, cycles=tuple(entries))


def _value(block: Block, name: str, pack: Pack) -> Any:
    if block[name] is None:
        return None
    if name == "incidents":
        return [_span(block, name, text) for text in block.texts(name)]
    if name == "cycles":
        return {
            day: {n: _value(inner, n, pack) for n in inner}
            for day in block.block(name)
            for inner in [block.block(name).block(day)]
        }
    kind = pack.facts[name].type
    if kind == "instant":
        return _instant(block, name)
    if kind == "bill lines":
        return tuple(_bill_line(block, name, text) for text in block.texts(name))
    if name == "account.billing_day":
        return block.integer(name)
    if kind in ("number", "percent", "money"):
        return block.number(name)
    if kind == "text" and pack.facts[name].values:
        return block.choice(name, pack.facts[name].values)
    return block.flag(name) if kind == "yes or no" else block.day(name) if kind == "day" else block.text(name)


_LINE = re.compile(r"(-?\d+(?:\.\d+)?|\?)( once| \?)?")


def _bill_line(block: Block, name: str, text: str) -> BillLine:
    """`180.00`, `500.00 once`, `12.00 ?` (once or not is not known), `?` (the amount is not known)."""
    match = _LINE.fullmatch(text)
    if match is None:
        block.wrong(name, f"`{text}` is no bill line.", 'Write "180.00", "500.00 once", "12.00 ?" or "?".')
    amount = None if match[1] == "?" else Decimal(match[1])
    return BillLine(amount, None if match[2] == " ?" else match[2] == " once")


def _span(block: Block, key: str, text: str) -> tuple[datetime | None, datetime | None]:
    """`2026-03-03 14:00 to 2026-03-03 16:30`; `?` for an end that is not known."""
    start, to, end = text.partition(" to ")
    if not to:
        block.wrong(key, f"`{text}` is no time span.", "Write `2026-03-03 14:00 to 2026-03-03 16:30`.")
    return _moment(block, key, start), _moment(block, key, end)


def _instant(block: Block, key: str) -> datetime:
    found = _moment(block, key, block.text(key))
    if found is None:
        block.wrong(key, "The time is missing.", "Write a time such as 2026-03-18 08:12.")
    return found


def _moment(block: Block, key: str, text: str) -> datetime | None:
    if text == "?":
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        block.wrong(key, f"`{text}` is no time.", "Write a time such as 2026-03-18 08:12 (UTC).")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
