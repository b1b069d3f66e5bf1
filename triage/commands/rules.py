"""`triage rules ...`: the terms as the policy owner works with them."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from triage.commands.console import settings_of, settings_or_default
from triage.paths import rule_pack, shipped
from triage.settings import Settings


def check(arguments: Namespace) -> int:
    """Is the pack sound? Exit code 1 when something in it must not be put to work; hints do not count."""
    from triage.policy.check import check_pack
    from triage.reading.labels import LABELS

    complaints = check_pack(_folder(arguments), LABELS)
    for complaint in complaints:
        print(complaint)
    serious = sum(complaint.serious for complaint in complaints)
    print(f"{serious} to mend, {len(complaints) - serious} hints." if complaints else "The pack is sound.")
    return 1 if serious else 0


def test(arguments: Namespace) -> int:
    """Run the cases beside the pack. Exit code 1 when one comes out otherwise than it says."""
    from triage.policy import load_pack
    from triage.policy.scenario import load_scenarios, try_scenario

    pack = load_pack(_folder(arguments))
    tried = [try_scenario(scenario, pack) for scenario in load_scenarios(pack)]
    failed = [each for each in tried if each.differences]
    for each in failed:
        print(f"{each.scenario.where}:{each.scenario.line}: {each.scenario.name}")
        print("\n".join(f"    {difference}" for difference in each.differences))
    print(f"{len(tried) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def explain(arguments: Namespace) -> int:
    """A case's verdict and deadlines, step by step, as they were judged."""
    from triage import wiring
    from triage.policy import load_pack
    from triage.policy.explain import explain_assessment, explain_deadlines

    settings = settings_of(arguments)
    with wiring.open_desk(settings) as desk:
        decision = desk.case(arguments.case).decision
    if decision.assessment is not None:
        print(explain_assessment(decision.assessment, load_pack(_pack_of(settings))))
        print()
    print(explain_deadlines(decision.deadlines) or "No deadline runs.")
    return 0


def impact(arguments: Namespace) -> int:
    """What another pack would change in the open cases. Nothing is written."""
    from triage import pipeline, wiring
    from triage.policy import load_pack
    from triage.policy.impact import impact as compare
    from triage.policy.impact import summarise

    settings = settings_of(arguments)
    old, new, records = load_pack(_pack_of(settings)), load_pack(_named(arguments.pack)), wiring.load_records(settings)
    with wiring.open_desk(settings) as desk:
        cases = [pipeline.open_case(str(row.id), desk.case(row.id).decision, records) for row in desk.queue()]
    changes = list(compare(old, new, cases, settings.zone))
    for change in changes:
        print(f"case {change.case}: {change.what} {change.before} -> {change.after}")
    summary = summarise(cases, changes)
    print(
        f"{summary.changed} of {summary.cases} open cases would change; credits {summary.total_before} -> {summary.total_after}."
    )
    return 0


def docs(arguments: Namespace) -> int:
    """The pack as a page for people, in Markdown."""
    from triage.policy import load_pack
    from triage.policy.page import pack_page

    print(pack_page(load_pack(_folder(arguments))), end="")
    return 0


def new(arguments: Namespace) -> int:
    """A new pack to write one's own terms into."""
    from triage.policy.newpack import new_pack

    written = new_pack(
        arguments.folder, arguments.operator or arguments.folder.name.title(), shipped("rules") / "brightwater"
    )
    print("\n".join(str(path) for path in written))
    print(
        f'Change the clauses, then `triage rules check {arguments.folder}` and pack = "{arguments.folder}" in triage.toml.'
    )
    return 0


def _folder(arguments: Namespace) -> Path:
    """The pack named on the command line, else that of the settings."""
    return _named(arguments.pack) if arguments.pack else _pack_of(settings_or_default(arguments))


def _named(name: str) -> Path:
    return rule_pack(name, Path.cwd())


def _pack_of(settings: Settings) -> Path:
    return rule_pack(settings.desk.pack, settings.folder)
