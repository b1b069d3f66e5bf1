"""Commands over the desk: take mail, look at cases, run beside the mailbox."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import UTC, datetime

from triage.commands.console import day_of, progress, say, settings_of, table
from triage.errors import ConfigError, MailboxError


def poll(arguments: Namespace) -> int:
    """Poll each mailbox once. A mailbox that cannot be read does not stop the others; exit code 1 says so."""
    from triage import service, wiring

    settings = settings_of(arguments)
    service.need_mailboxes(settings)
    thinker = wiring.Thinker(settings)
    failed = 0
    for name, box in settings.mailboxes.items():
        with progress(name, quiet=arguments.quiet) as line:
            try:
                result = service.poll_mailbox(name, box, settings, thinker, clock, line)
            except (MailboxError, ConfigError) as error:
                say(f"triage: {name}: {error}")
                failed = 1
                continue
        if not arguments.quiet:
            say(
                f"{name}: {result.taken} new of {result.on_server} mails, {result.cases} cases, {result.unaccounted} unaccounted"
            )
    return failed


def run(arguments: Namespace) -> int:
    """Poll on a schedule and serve the review page until told to stop."""
    from triage import service

    return service.run(settings_of(arguments), clock, say)


def list_cases(arguments: Namespace) -> int:
    from triage import wiring
    from triage.desk.states import OPEN, State
    from triage.web.words import left

    settings = settings_of(arguments)
    with wiring.open_desk(settings) as desk:
        rows = desk.queue(frozenset(State) if arguments.all else OPEN)
    if arguments.json:
        for row in rows:
            print(json.dumps(_row_view(row), ensure_ascii=False))
        return 0
    now = clock()
    heads = ("case", "due", "state", "what", "lang", "from", "subject")
    table(heads, [
        (
            str(row.id),
            f"{row.due_kind} {left(row.due_at, now)}" if row.due_at else "-",
            row.state.value,
            " ".join((*row.kinds, *row.rights)),
            row.language,
            row.sender,
            row.subject,
        )
        for row in rows
    ])  # fmt: skip
    return 0


def show(arguments: Namespace) -> int:
    from triage import wiring
    from triage.commands.files import as_text
    from triage.jsonview import decision_view, instant
    from triage.policy import assessment_to_json

    with wiring.open_desk(settings_of(arguments)) as desk:
        case = desk.case(arguments.case)
    decision = case.decision
    ledger = [
        {"at": instant(e.at), "kind": e.kind.value, "actor": e.actor, **({"data": e.data} if e.data else {})}
        for e in case.ledger
    ]
    if arguments.json:
        assessed = None if decision.assessment is None else assessment_to_json(decision.assessment)
        view = {"case": case.id, "state": case.row.state.value, **decision_view(decision, assessed), "ledger": ledger}
        if case.draft is not None:
            view["draft"] = {
                "subject": case.draft.subject,
                "text": case.draft.text,
                "revision": case.revision,
                "author": case.author,
            }
        print(json.dumps(view, ensure_ascii=False))
        return 0
    print(f"Case {case.id}, {case.row.state.value}")
    print(as_text(decision))
    if case.draft is not None and case.revision > 1:
        print(
            f"Draft as {case.author} left it (revision {case.revision}):\n\n{case.draft.subject}\n\n{case.draft.text}\n"
        )
    for event in case.ledger:
        print(f"{instant(event.at)}  {event.kind.value} by {event.actor}")
    return 0


def digest(arguments: Namespace) -> int:
    from triage import wiring
    from triage.digest import as_json, as_text, digest_of
    from triage.paths import shipped

    settings = settings_of(arguments)
    day = day_of("--date", arguments.date) if arguments.date else clock().astimezone(settings.zone).date()
    with wiring.open_desk(settings) as desk:
        report = digest_of(desk.queue(), desk.store.mailboxes(), day, settings.zone)
    if arguments.format == "json":
        print(json.dumps(as_json(report), ensure_ascii=False))
    else:
        print(as_text(report, shipped("templates") / "digest"), end="")
    return 0


def clock() -> datetime:
    """Now, aware, UTC. The only clock of the commands."""
    return datetime.now(UTC)


def _row_view(row: object) -> dict[str, object]:
    import dataclasses

    from triage.jsonview import instant

    view = dataclasses.asdict(row)  # type: ignore[call-overload]  # a CaseRow
    return {**view, "received_at": instant(view["received_at"]), "due_at": instant(view["due_at"])}
