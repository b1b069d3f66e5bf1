"""The desk's commands: what may be done to a case, by the program or by a person.

Each is one transaction. Whoever decides names what was on the screen (the case's version); when that is no longer what is stored,
the command stops with `Conflict` and nothing is changed. Nothing here sends a mail: an approved reply is handed to a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from triage.desk.states import OPEN, Event, Kind, State, after, fold
from triage.desk.store import CaseRow, Store
from triage.errors import Conflict, UsageError
from triage.model import Address, Decision, Draft

PROGRAM = "desk"
"""The actor's name in the ledger for what the program did itself."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Case:
    """A case as a person sees it: the queue's row, the decision, the draft as it stands, and the whole ledger.

    draft: the newest revision, None where there is none; author: who wrote it (`desk` for the proposal).
    """

    row: CaseRow
    decision: Decision
    draft: Draft | None
    revision: int
    author: str
    ledger: tuple[Event, ...]

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def version(self) -> str:
        """Stands for exactly this case as it is shown: what happened, and the draft. Whoever decides names it."""
        return f"{len(self.ledger)}-{digest(self.draft)}"


Finish = Callable[[Draft, Decision, datetime], Draft]
"""Completes a draft as of an instant: its HTML twin, what still speaks against it then."""


class Desk:
    """Commands over a store. finish: completes an edited draft before it is kept, and looks at one again before a yes."""

    def __init__(self, store: Store, finish: Finish = lambda draft, _, _at: draft) -> None:
        self.store = store
        self._finish = finish

    # --- intake -----------------------------------------------------------------------------------------------------

    def receive(self, sha256: str, size: int, decision: Decision, at: datetime) -> int:
        """Open the case of a mail, or return the one it already has. Part of the caller's transaction."""
        with self.store.atomic():
            existing = self.store.case_of_mail(sha256)
            if existing is not None:
                return existing
            message = decision.message
            case_id = self.store.open_case(sha256, size, message.message_id, message.received_at)
            self.store.save_decision(case_id, at, encode(decision))
            if decision.draft is not None:
                self.store.save_draft(case_id, PROGRAM, at, encode(decision.draft))
            self._record(
                case_id, Event(Kind.RECEIVED, at, PROGRAM, {"received_at": message.received_at.isoformat()}), None
            )
            routed = Event(_route(decision), at, PROGRAM, _reasons(decision))
            self._record(case_id, routed, State.NEW)
            self.store.save_case(_row(case_id, decision, after(State.NEW, routed.kind)))
            return case_id

    # --- looking ----------------------------------------------------------------------------------------------------

    def queue(self, states: Iterable[State] = OPEN, limit: int = 1_000_000) -> list[CaseRow]:
        """Cases in these states, the most urgent first."""
        return self.store.cases(states, limit)

    def case(self, case_id: int) -> Case:
        """Everything about a case. Raises UsageError when there is none of that number."""
        row = self.store.case(case_id)
        if row is None:
            raise UsageError(f"There is no case {case_id}. `triage list --all` shows those there are.")
        newest = self.store.draft(case_id)
        revision, author, record = newest or (0, "", "")
        return Case(
            row=row,
            decision=decode(Decision, self.store.decision(case_id)),
            draft=decode(Draft, record) if newest else None,
            revision=revision,
            author=author,
            ledger=self.store.ledger(case_id),
        )

    def related(self, case: Case) -> list[CaseRow]:
        """Other cases of the same mail thread."""
        message = case.decision.message
        ids = [*message.references, *message.in_reply_to, *filter(None, [message.message_id])]
        numbers = [number for number in self.store.cases_of_thread(ids) if number != case.id] if ids else []
        return [row for row in map(self.store.case, numbers) if row is not None]

    # --- deciding ---------------------------------------------------------------------------------------------------

    def revise(self, case_id: int, subject: str, text: str, *, seen: str, actor: str, at: datetime) -> Case:
        """Keep a person's wording as the draft; the older revisions stay. The same wording again changes nothing."""
        with self.store.atomic():
            case = self._as_seen(case_id, seen)
            subject = " ".join(subject.split())
            if case.draft is not None and (subject, text) == (case.draft.subject, case.draft.text):
                return case
            base = case.draft or Draft(subject="", text="", html="", to=_answer_to(case.decision))
            edited = replace(base, subject=subject, text=text, html="", sources=(), spans=(), problems=())
            draft = self._finish(edited, case.decision, at)
            revision = self.store.save_draft(case_id, actor, at, encode(draft))
            self._append(case, Event(Kind.REVISED, at, actor, {"revision": revision, "digest": digest(draft)}))
        return self.case(case_id)

    def approve(self, case_id: int, *, seen: str, actor: str, at: datetime, despite: bool = False) -> Case:
        """A person's yes to exactly the text seen. despite: also with open problems; a placeholder is never let through."""
        with self.store.atomic():
            case = self._as_seen(case_id, seen)
            if case.draft is None or not case.draft.text.strip():
                raise UsageError(f"Case {case_id} has no draft to approve. Write one, or dismiss the case.")
            if not case.draft.to:
                raise UsageError(
                    f"Case {case_id} names nobody to answer. Answer by hand and say so, or dismiss the case."
                )
            now = self._finish(case.draft, case.decision, at).problems  # a day that was to come may be over
            problems = tuple(dict.fromkeys((*case.draft.problems, *now)))
            refused = [p for p in problems if not despite or p.code == "placeholder"]
            if refused:
                listed = " ".join(problem.because for problem in refused)
                raise UsageError(f"The draft of case {case_id} may not go out as it stands. {listed}")
            overridden = [problem.code for problem in problems]
            data = {"revision": case.revision, "digest": digest(case.draft)}
            self._append(
                case, Event(Kind.APPROVED, at, actor, {**data, **({"despite": overridden} if overridden else {})})
            )
        return self.case(case_id)

    def withdraw(self, case_id: int, *, seen: str, actor: str, at: datetime) -> Case:
        """Take an approval back before the reply goes out."""
        return self._step(case_id, seen, Event(Kind.APPROVAL_WITHDRAWN, at, actor))

    def answered(self, case_id: int, *, seen: str, actor: str, at: datetime) -> Case:
        """A person has sent the reply; the response deadline is met."""
        return self._step(case_id, seen, Event(Kind.ANSWERED, at, actor))

    def dismiss(self, case_id: int, reason: str, *, seen: str, actor: str, at: datetime) -> Case:
        """No reply is owed. The reason is kept."""
        if not reason.strip():
            raise UsageError("Say why the case is dismissed: the reason is kept in its ledger.")
        return self._step(case_id, seen, Event(Kind.DISMISSED, at, actor, {"reason": reason.strip()}))

    def reopen(self, case_id: int, reason: str, *, seen: str, actor: str, at: datetime) -> Case:
        """Back to a person; its deadlines still run from the first receipt."""
        return self._step(case_id, seen, Event(Kind.REOPENED, at, actor, {"reason": reason.strip()}))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _step(self, case_id: int, seen: str, event: Event) -> Case:
        with self.store.atomic():
            self._append(self._as_seen(case_id, seen), event)
        return self.case(case_id)

    def _as_seen(self, case_id: int, seen: str) -> Case:
        case = self.case(case_id)
        if case.version != seen:
            raise Conflict(
                f"Case {case_id} was changed meanwhile by {case.ledger[-1].actor}. Nothing was saved. "
                "Look at the newest version, then decide again."
            )
        return case

    def _append(self, case: Case, event: Event) -> None:
        state = self._record(case.id, event, fold(case.ledger))
        self.store.save_case(_row(case.id, case.decision, state))

    def _record(self, case_id: int, event: Event, state: State | None) -> State:
        following = after(state, event.kind)  # refuses before anything is written
        self.store.append(case_id, event)
        return following


def digest(draft: Draft | None) -> str:
    """SHA-256 over what would go out: recipients, subject and text. Equal digests mean equal mails."""
    if draft is None:
        return "none"
    parts = [",".join(address.email for address in draft.to), draft.subject, draft.text]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def encode(record: object) -> str:
    """A record of `triage.model` as JSON."""
    return str(_adapter(type(record)).dump_json(record).decode())


def decode(kind: type[_T], record: str) -> _T:
    """The record that `encode` wrote."""
    value: _T = _adapter(kind).validate_json(record)
    return value


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)  # costly to build, cheap to use
    return _adapters[kind]


def _route(decision: Decision) -> Kind:
    """Automated mail is filed; a reading in doubt or without a draft goes to a person; the rest waits for a yes."""
    if decision.reading.is_about("automated"):
        return Kind.FILED
    if decision.reading.doubts or decision.draft is None:
        return Kind.HANDED_OVER
    return Kind.PROPOSED


def _reasons(decision: Decision) -> dict[str, list[str]]:
    doubts = [doubt.because for doubt in decision.reading.doubts]
    return {"because": doubts} if doubts else {}


def _row(case_id: int, decision: Decision, state: State) -> CaseRow:
    """What the queue shows; a deadline is due only while the case is open."""
    message, reading = decision.message, decision.reading
    ours = (deadline for deadline in decision.deadlines if deadline.is_ours)
    first = min(ours, key=lambda deadline: deadline.due_at, default=None) if state in OPEN else None
    return CaseRow(
        id=case_id,
        state=state,
        received_at=message.received_at,
        due_at=first.due_at if first else None,
        due_kind=first.kind if first else "",
        kinds=tuple(label.label for label in reading.categories),
        rights=tuple(label.label for label in reading.rights),
        language=reading.language,
        sender=message.sender.email or message.sender.name if message.sender else "",
        subject=message.subject,
        doubt=reading.doubts[0].because if reading.doubts else "",
    )


def _answer_to(decision: Decision) -> tuple[Address, ...]:
    sender = decision.message.sender
    return (sender,) if sender else ()
