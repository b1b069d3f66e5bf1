"""`triage read` and `triage assess`: answers on files, offline, without a store."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from triage.commands.console import instant_of, say, settings_or_default
from triage.errors import TriageError, UsageError
from triage.model import Decision, Message


def read(arguments: Namespace) -> int:
    """One answer a mail, in the order given. Exit code 1 when some file could not be read; the others are still answered."""
    received_at = instant_of("--received", arguments.received) if arguments.received else None
    from triage import wiring
    from triage.jsonview import decision_view
    from triage.mail import parse
    from triage.pipeline import consider, unreadable
    from triage.policy import assessment_to_json

    settings = settings_or_default(arguments)
    records = wiring.load_records(settings, stored=False)
    kit, reader = wiring.load_kit(settings), wiring.load_reader(settings)
    failed = 0
    for source, raw in _mails(arguments.files):
        if isinstance(raw, TriageError):
            say(f"triage: {raw}")
            failed = 1
            continue
        message = _dated(parse(raw, source=source, received_at=received_at))
        try:
            decision = consider(message, reader, records, kit)
        except Exception as error:  # whatever a mail does to the core, it is answered as one for a person
            say(f"triage: {source} defeated the reader ({type(error).__name__}); a person must read it.")
            decision, failed = unreadable(message, kit), 1
        if arguments.json:
            assessed = None if decision.assessment is None else assessment_to_json(decision.assessment)
            print(json.dumps(decision_view(decision, assessed), ensure_ascii=False), flush=True)
        else:
            print(as_text(decision))
    return failed


def _dated(message: Message) -> Message:
    """A mail that says no time at all was received when its file was last written: no letter may promise a day of 1970."""
    from triage.mail.reader import EPOCH

    if message.received_at != EPOCH:
        return message
    file = Path(message.source)
    seen = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.is_file() else datetime.now(UTC)
    return replace(message, received_at=seen.replace(microsecond=0))


def _mails(names: list[str]) -> Iterator[tuple[str, bytes | TriageError]]:
    """Each mail with the name of its file. A file is one mail, whatever is in it, unless it is named `.mbox`."""
    from triage.doors.files import open_files

    for name in names:
        if name == "-":
            yield name, sys.stdin.buffer.read()
        elif Path(name).suffix == ".mbox" and Path(name).is_file():
            mailbox = open_files(Path(name), name)
            yield from ((name, fetched.raw) for fetched in mailbox.fetch(mailbox.uids()))
        elif Path(name).is_dir():
            yield from ((str(path), _content(path)) for path in _files_below(Path(name)))
        else:
            yield name, _content(Path(name))


def _files_below(folder: Path) -> list[Path]:
    """Every mail in a folder and its subfolders, by name; what is plainly no mail (gold, notes, dot files) is left out."""
    from triage.doors.files import looks_like_mail

    found = (
        path for path in folder.rglob("*") if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    return sorted(path for path in found if path.is_file() and looks_like_mail(path))


def _content(path: Path, wanted: str = "a mail, an mbox, a Maildir or a folder of mails") -> bytes | TriageError:
    try:
        return path.read_bytes()
    except OSError as error:
        return UsageError(f"{path} cannot be read ({error.strerror}). Name {wanted}.")


def assess(arguments: Namespace) -> int:
    """One answer a set of facts. Exit code 1 when one of them could not be read; the others are still answered."""
    from triage.commands.factsets import fact_sets
    from triage.paths import rule_pack
    from triage.policy import assess as judge
    from triage.policy import assessment_to_json, load_pack
    from triage.policy.facts import claim_facts_from_json

    settings = settings_or_default(arguments)
    pack = load_pack(rule_pack(settings.desk.pack, settings.folder))
    data = sys.stdin.buffer.read() if arguments.facts == "-" else _content(Path(arguments.facts), "a JSON file")
    if isinstance(data, TriageError):
        say(f"triage: {data}")
        return 1
    failed = 0
    for place, given in fact_sets(data, arguments.facts):
        try:
            if isinstance(given, TriageError):
                raise given
            assessment = judge(claim_facts_from_json(given), pack)
        except TriageError as error:
            say(f"triage: {place}: {error}")
            failed = 1
            continue
        answer = assessment_to_json(assessment)
        print(json.dumps(answer, ensure_ascii=False) if arguments.json else verdict_text(answer), flush=True)
    return failed


def as_text(decision: Decision) -> str:
    """A decision for people on a terminal."""
    message, reading = decision.message, decision.reading
    lines = [
        f"{message.source}: {message.subject or '(no subject)'}",
        f"  from       {_sender(message)}, received {message.received_at.isoformat(timespec='minutes')}, {reading.language}",
        f"  about      {', '.join(f'{c.label} {c.confidence:.2f}' for c in reading.categories) or 'cannot tell'}",
    ]
    if reading.rights:
        lines.append(f"  rights     {', '.join(f'{right.label} {right.confidence:.2f}' for right in reading.rights)}")
    facts = {
        "account": [f"{fact.value} ({fact.kind})" for fact in reading.account],
        "database": [f"{fact.value} ({fact.kind})" for fact in reading.resources],
        "region": [fact.value for fact in reading.regions],
        "incident": [_incident_text(incident) for incident in reading.incidents],
        "to ask": list(reading.missing),
        "doubt": [doubt.because for doubt in reading.doubts],
        "note": list(decision.notes),
        "due": [
            f"{deadline.kind} {deadline.due_at.isoformat(timespec='minutes')} ({deadline.clause})"
            for deadline in decision.deadlines
        ],
    }
    lines += [f"  {name:<10} {value}" for name, values in facts.items() for value in values]
    if decision.assessment:
        lines.append(f"  verdict    {decision.assessment.outcome.value}, total {decision.assessment.total}")
    if decision.draft:
        lines += ["", *(f"  | {line}" for line in [decision.draft.subject, "", *decision.draft.text.splitlines()])]
    return "\n".join([*lines, ""])


def _sender(message: Message) -> str:
    return f"{message.sender.name} <{message.sender.email}>" if message.sender else "unknown"


def _incident_text(incident: Any) -> str:
    days = str(incident.start) if incident.start == incident.end else f"{incident.start} to {incident.end}"
    others = [f"{start}" if start == end else f"{start} to {end}" for start, end in incident.alternatives]
    return " or ".join([days, *others])


def verdict_text(answer: dict[str, Any]) -> str:
    """An assessment for people on a terminal."""
    lines = [f"{answer['outcome']}, total {answer['total']}"]
    lines += [f"  cycle {c['cycle']}: {c['outcome']}, credit {c['credit']}" for c in answer["credits"]]
    lines += [f"  {c['result']:<8} {c['because']} ({c['section']})" for c in answer["clauses"]]
    if answer["missing"]:
        lines.append(f"  missing: {', '.join(answer['missing'])}")
    return "\n".join(lines)
