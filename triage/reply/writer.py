"""From an assessment to an unsent letter. Nothing here decides: a letter states what the terms say on known facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from triage.model import Address, Assessment, Deadline, Draft, Known, Message, Outcome, Problem, Reading, Result
from triage.policy import Pack
from triage.reply import checks, library, rehearsal, standing, thread
from triage.reply.letter import Block, Slots, Value, as_html, as_text, blocks
from triage.reply.library import FALLBACK, Language
from triage.reply.matter import Matter
from triage.reply.pen import MOST_READ, NAMES, Pen
from triage.reply.terms import terms_of
from triage.reply.verdict import claim


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes letters in the languages of its templates.

    open_rights: those carried out for whoever asks; account_rights: those that concern an account as a whole; trusted:
    names of our mail servers, see `standing.authenticated`.
    """

    languages: Mapping[str, Language]
    open_rights: frozenset[str] = frozenset()
    account_rights: frozenset[str] = frozenset()
    trusted: frozenset[str] = frozenset()

    @classmethod
    def load(cls, folders: Sequence[Path], trusted: Collection[str] = ()) -> Writer:
        """Read the templates. folders: the shipped one first, then the operator's own, which override it part by part.
        trusted: the names under which our own mail servers write Authentication-Results.

        Raises ConfigError (file, line, what, remedy) for a template that cannot work.
        """
        languages = library.load(folders, NAMES)
        for code in library.languages_of(folders[1:]):  # the shipped ones are known to work
            _rehearse(languages[code])
        return cls(languages, *library.kinds_of_rights(folders), frozenset(trusted))

    def draft(
        self,
        message: Message,
        reading: Reading,
        assessment: Assessment | None,
        deadlines: tuple[Deadline, ...],
        *,
        pack: Pack,
        known: Known | None = None,
        zone: str = "UTC",
        desk_name: str = "Support",
        from_address: str = "",
        authenticated: bool | None = None,
        language: str | None = None,
    ) -> Draft | None:
        """The proposed reply; None for automated mail, legal demands, and mail that names nobody to answer.

        known: what our records hold of the sender's account; None: nothing. authenticated: whether a server that we
        trust vouches for the sender's address; None: as such a server says in the mail's own headers. Without that, and
        without the address being the account's, the letter reveals nothing from records and asks who it is.
        zone: IANA name, for the dates in the letter. language: in which to write; None: the sender's.
        """
        to = thread.recipients(message, from_address)
        matter = self._matter(
            message, reading, assessment, deadlines, pack, known, zone, desk_name, from_address, authenticated
        )
        if matter.unanswered or not to:
            return None
        pen = Pen(self._language(language or reading.language), Slots(), matter)
        values = _variables(pen)
        given = tuple(pen.slots.values)
        draft = self._letter(pen, values, to)
        found = self._problems(draft.text, bounds_of(pen, given), pen.language)
        return replace(draft, problems=(*found, *_sender(matter), *_own_words_of_the_pack(draft)))

    def check(
        self,
        text: str,
        message: Message,
        reading: Reading,
        assessment: Assessment | None,
        deadlines: tuple[Deadline, ...],
        *,
        pack: Pack,
        known: Known | None = None,
        zone: str = "UTC",
        desk_name: str = "Support",
        from_address: str = "",
        authenticated: bool | None = None,
        language: str | None = None,
        on: datetime | None = None,
    ) -> tuple[Problem, ...]:
        """Why a text, such as a draft that a person edited, may not go out as the answer; with the arguments of `draft`.

        on: when it goes out, aware: a promised day must not be over by then; None: that is not looked at.
        """
        matter = self._matter(
            message, reading, assessment, deadlines, pack, known, zone, desk_name, from_address, authenticated
        )
        pen = Pen(self._language(language or reading.language), Slots(), matter)
        _variables(pen)
        found = self._problems(text, bounds_of(pen, tuple(pen.slots.values), on), pen.language)
        return (*found, *_sender(matter))

    def note(
        self,
        message: Message,
        reading: Reading,
        deadlines: tuple[Deadline, ...] = (),
        *,
        pack: Pack,
        zone: str = "UTC",
        desk_name: str = "",
        language: str = FALLBACK,
    ) -> str:
        """A hand-over note for the team, in the team's language, about a mail that no draft may answer."""
        matter = self._matter(message, reading, None, deadlines, pack, None, zone, desk_name, "", None)
        pen = Pen(self._language(language), Slots(), matter)
        return as_text(_part(pen, "handover", _variables(pen)))[0]

    def gaps(self, pack: Pack) -> tuple[str, ...]:
        """What the letters lack for a pack, a sentence for each language: clauses that may fail and have no sentence of
        their own, promises that the pack forbids and no words to know them by."""
        failing = [c.id for c in pack.clauses if any(Result.FAILS in version.sentences for version in c.versions)]
        forbidden = sorted({label for clause in pack.clauses for label in clause.forbids})
        found = []
        for code, language in self.languages.items():
            if unworded := [clause for clause in failing if (clause, "fails") not in language.phrases]:
                listed = ", ".join(unworded)
                found.append(f"{code}: no `fails` for {listed}. A letter would show the pack's own words.")
            if unknown := [label for label in forbidden if label not in language.words.promises]:
                listed = ", ".join(unknown)
                found.append(f"{code}: no `promises` for {listed}. Nobody would notice such a promise.")
        return tuple(found)

    def _matter(
        self,
        message: Message,
        reading: Reading,
        assessment: Assessment | None,
        deadlines: tuple[Deadline, ...],
        pack: Pack,
        known: Known | None,
        zone: str,
        desk: str,
        contact: str,
        authenticated: bool | None,
    ) -> Matter:
        terms = terms_of(pack, message.received_at.astimezone(pack.zone).date())
        if authenticated is None:
            authenticated = standing.authenticated(message, self.trusted)
        vouched = standing.vouched(message, known, authenticated)
        return Matter(
            message,
            reading,
            assessment,
            deadlines,
            terms,
            vouched,
            zone,
            desk,
            contact,
            known,
            self.open_rights,
            forged=authenticated is False,
            for_another=self._for_another(message, reading, known, vouched),
        )

    def _for_another(self, message: Message, reading: Reading, known: Known | None, vouched: bool) -> bool:
        phrases = (*self._language(reading.language).words.others, *self.languages[FALLBACK].words.others)
        return standing.for_another(
            message, reading, known, vouched=vouched, phrases=phrases, of_account=self.account_rights
        )

    def _letter(self, pen: Pen, values: Mapping[str, Any], to: tuple[Address, ...]) -> Draft:
        matter, language = pen.matter, pen.language
        names = outline(matter)
        original = thread.quoted(matter.message.text)
        parts = (*names, "attribution") if original else names
        letter = [block for name in parts for block in _part(pen, name, values)]
        text, spans = as_text(letter)
        text = f"{text}\n{original}\n" if original else f"{text}\n"
        parent, references = thread.threading(matter.message)
        return Draft(
            subject=thread.reply_subject(matter.message.subject, language.locale.subject),
            text=text,
            html=as_html(text),
            language=language.code,
            template="+".join(names),
            to=to,
            in_reply_to=parent,
            references=references,
            sources=tuple((block.text, block.source) for block in letter),
            spans=spans,
        )

    def _problems(self, text: str, bounds: checks.Bounds, language: Language) -> tuple[Problem, ...]:
        return checks.check(text, bounds, language.words, self.languages[FALLBACK].words)

    def _language(self, code: str) -> Language:
        """The language asked for, its main language (`de-AT` to `de`), else English."""
        exact = code.casefold().replace("_", "-")
        return self.languages.get(exact) or self.languages.get(exact.split("-")[0]) or self.languages[FALLBACK]


def _rehearse(language: Language) -> None:
    """Render every part of every letter once. Raises ConfigError where one cannot be."""
    for matter in rehearsal.matters():
        pen = Pen(language, Slots(), matter)
        values = _variables(pen)
        for name in (*outline(matter), "attribution", "handover"):
            _part(pen, name, values)


def _sender(matter: Matter) -> list[Problem]:
    """A mail that is not from its sender is answered only by somebody who has looked."""
    if not matter.forged or matter.message.sender is None:
        return []
    told = f"Our mail server could not confirm that this mail comes from {matter.message.sender.email}."
    return [Problem("forged_sender", f"{told} Find out who wrote it before you answer, or dismiss the case.")]


def _own_words_of_the_pack(draft: Draft) -> list[Problem]:
    sources = dict.fromkeys(span.source for span in draft.spans if span.kind == "pack")
    told = f"the letters in {draft.language} have no sentence for it. Reword it, and add one to clauses.yaml."
    return [Problem("unworded", f"{source} stands in the rule pack's own words: {told}") for source in sources]


def outline(matter: Matter) -> tuple[str, ...]:
    """The parts of a letter, in order: what was asked comes first, everything we need comes once, at the end."""
    about = matter.reading.is_about
    parts = ["greeting"]
    if matter.claims:
        parts.append(_claim_part(matter))
    if about("data_request"):
        parts.append("request")
    if about("privacy_concern"):
        parts.append("concern")
    if len(parts) == 1:
        parts.append("other")
    if about("privacy_concern") or about("data_request"):
        parts.append("policy")
    return (*parts, "needs", "closing")


def _claim_part(matter: Matter) -> str:
    if not matter.vouched:
        return "claim_unverified"
    outcome = matter.assessment.outcome if matter.assessment else Outcome.UNDETERMINED
    return f"claim_{outcome.value}"


_HEADED = ("claim", "request", "concern")


def _part(pen: Pen, name: str, values: Mapping[str, Any]) -> tuple[Block, ...]:
    found = blocks(pen.language.render(name, values), pen.slots, pen.language.source(name).name)
    topic = name.split("_")[0]
    if not found or topic not in _HEADED or len(pen.matter.reading.categories) < 2:
        return found
    heading = pen.phrase("heading", topic) or ""
    return (*blocks(f"# {heading}", pen.slots, found[0].template), *found)


def _variables(pen: Pen) -> Mapping[str, Any]:
    assessment = pen.matter.shown
    return pen.variables() | {"claim": claim(pen, assessment) if assessment else None}


def bounds_of(pen: Pen, given: Sequence[Value], on: datetime | None = None) -> checks.Bounds:
    """What a letter may say, in the pen's language. given: the values that letters on this matter are written with;
    on: when it is judged; None: whenever."""
    matter, message, zone = pen.matter, pen.matter.message, ZoneInfo(pen.matter.zone)
    documents = [text for each in matter.terms.pack.documents.values() for text in (each.title, each.url)]
    return checks.Bounds(
        original=message.text,
        said="\n".join((*_said(message), *(value.text for value in given if value.kind == "quoted"))),
        sourced=(*(value.text for value in given if value.kind != "quoted"), matter.contact),
        records=_records(pen),
        published=(*matter.terms.published, *documents, *matter.terms.pack.contacts.values()),
        forbidden=matter.terms.forbidden,
        received=message.received_at.astimezone(zone).date(),
        due={deadline.kind: deadline.due_at.astimezone(zone).date() for deadline in matter.deadlines},
        ours=frozenset(deadline.due_at.astimezone(zone).date() for deadline in matter.deadlines if deadline.is_ours),
        signed=f"{matter.desk}\n{matter.contact}",
        foreign=standing.foreign_names(matter.known),
        private=() if matter.vouched else standing.own_names(matter.known),
        vouched=matter.vouched,
        free=outline(matter)[1] == "other",
        today=on.astimezone(zone).date() if on else None,
    )


def _said(message: Message) -> list[str]:
    """All that the sender said, or was said in the thread before."""
    people = [message.sender, *message.reply_to, *message.to, *message.cc]
    named = [part for person in people if person for part in (person.name, person.email)]
    parts = (message.subject, message.text, message.quoted, message.signature)
    return [*(part[:MOST_READ] for part in parts), *named]


def _records(pen: Pen) -> tuple[str, ...]:
    """What our records gave to the assessment and this sender may not be told, as the language writes it."""
    if pen.matter.assessment is None or pen.matter.shown:
        return ()  # what may be shown is among the values given
    own = Pen(pen.language, Slots(), replace(pen.matter, vouched=True))
    claim(own, pen.matter.assessment)
    return tuple(value.text for value in own.slots.values)
