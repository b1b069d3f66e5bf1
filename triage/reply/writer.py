"""From an assessment to an unsent letter. Nothing here decides: a letter states what the terms say on known facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.model import Assessment, Deadline, Draft, Message, Outcome, Reading
from triage.reply import library, thread
from triage.reply.context import NAMES, Matter, Pen, variables
from triage.reply.letter import Block, Piece, Slots, as_html, as_text, blocks
from triage.reply.library import FALLBACK, Language
from triage.reply.standing import vouched
from triage.reply.terms import PackTerms


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes letters in the languages of its templates."""

    languages: Mapping[str, Language]

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Writer:
        """Read the templates. folders: the shipped one first, then the operator's own, which override it part by part.

        Raises ConfigError (file, line, what, remedy) for a template that cannot work.
        """
        return cls(library.load(folders, NAMES))

    def draft(
        self,
        message: Message,
        reading: Reading,
        assessment: Assessment | None,
        deadlines: tuple[Deadline, ...],
        *,
        pack: Any,
        known: Any = None,
        zone: str = "UTC",
        desk_name: str = "Support",
        from_address: str = "",
        authenticated: bool | None = None,
    ) -> Draft | None:
        """The proposed reply; None for automated mail, legal demands, and mail that names nobody to answer.

        known: what our records hold of the sender's account; None: nothing. authenticated: whether a server that we
        trust vouches for the sender's address; without that, and without the address being the account's, the letter
        reveals nothing from records and asks who it is. zone: IANA name, for the dates in the letter.
        """
        to = thread.recipients(message, from_address)
        if reading.is_about("automated") or reading.is_about("legal_demand") or message.automated or not to:
            return None
        matter = Matter(
            message, reading, assessment, deadlines, PackTerms(pack),
            vouched(message, _addresses(known), authenticated), zone, desk_name, from_address,
        )  # fmt: skip
        return self._letter(matter, to)

    def note(
        self,
        message: Message,
        reading: Reading,
        deadlines: tuple[Deadline, ...] = (),
        *,
        pack: Any,
        zone: str = "UTC",
        desk_name: str = "Support",
        language: str = FALLBACK,
    ) -> str:
        """A hand-over note for the team, in the team's language, about a mail that no draft may answer."""
        matter = Matter(message, reading, None, deadlines, PackTerms(pack), False, zone, desk_name, "")
        pen = Pen(self._language(language), Slots(), matter)
        return as_text(_part(pen, "handover", variables(pen)))[0]

    def _letter(self, matter: Matter, to: tuple[Any, ...]) -> Draft:
        language = self._language(matter.reading.language)
        pen = Pen(language, Slots(), matter)
        values = variables(pen)
        names = outline(matter)
        letter = [block for name in names for block in _part(pen, name, values)]
        text, spans = as_text(letter)
        attribution = "".join(block.text for block in _part(pen, "attribution", values))
        original = thread.quoted(matter.message.text)
        parent, references = thread.threading(matter.message)
        return Draft(
            subject=thread.reply_subject(matter.message.subject, language.locale.subject),
            text=f"{text}\n\n{attribution}\n{original}\n",
            html=as_html([*letter, Block("paragraph", (Piece(attribution),), "attribution")])
            + thread.quoted_html(matter.message.text),
            language=language.code,
            template="+".join(names),
            to=to,
            in_reply_to=parent,
            references=references,
            sources=tuple((block.text, block.source) for block in letter),
            spans=spans,
        )

    def _language(self, code: str) -> Language:
        """The sender's language, its main language (`de-AT` to `de`), else English."""
        exact = code.casefold().replace("_", "-")
        return self.languages.get(exact) or self.languages.get(exact.split("-")[0]) or self.languages[FALLBACK]


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


def _addresses(known: Any) -> tuple[str, ...]:
    return tuple(getattr(known, "addresses", ()) or ())
