"""What ties a reply to the mail it answers: subject, threading headers, recipients, the quoted original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from triage.model import Address, Message
from triage.reply.letter import one_line

# Reply and forward marks that mail clients put before a subject, by what they are in: English, German, Dutch, Nordic,
# Romance, Polish, Czech, Hungarian, Turkish, Finnish, Greek, Hebrew, Chinese. `Re[2]:` and `Re(2):` count replies.
_MARKS = (
    "re|r|aw|antw|antwort|sv|vs|vl|ref|rif|res|rép|odp|vá|továbbítás|ynt|yan|cevap|bls|απ|σχετ|השב|回复|回覆|答复|"
    "fw|fwd|wg|doorst|vb|tr|rv|enc|i|pd|pre|ilt|i̇lt|ileti|πρθ|הועבר|转发|轉寄"
)
_MARK = re.compile(rf"^\s*(?:{_MARKS})\s*(?:[\[(]\d{{1,3}}[\])])?\s*[:：]\s*", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f]{1,250}>")
_LONGEST_SUBJECT = 200
_MOST_REFERENCES = 30
_MOST_QUOTED_LINES, _MOST_QUOTED_CHARACTERS = 200, 20_000


def bare_subject(subject: str) -> str:
    """The subject on one line, without control characters and without any reply or forward mark."""
    plain = one_line(subject)
    while mark := _MARK.match(plain):
        plain = plain[mark.end() :]
    return plain[:_LONGEST_SUBJECT].strip()


def reply_subject(subject: str, stand_in: str) -> str:
    """`Re:` once, whatever marks the subject came with; stand_in: what an empty subject is called."""
    return f"Re: {bare_subject(subject) or stand_in}"


def threading(message: Message) -> tuple[str | None, tuple[str, ...]]:
    """In-Reply-To and References of a reply (RFC 5322, 3.6.4): the parent's chain, then the parent.

    A very long chain keeps its first message and the latest ones. Without a readable Message-ID there is no
    In-Reply-To, and the parent's chain alone keeps the thread together.
    """
    parent = _ids([message.message_id or ""])
    chain = _ids(message.references) or (_ids(message.in_reply_to) if len(message.in_reply_to) == 1 else ())
    whole = tuple(dict.fromkeys((*(known for known in chain if known not in parent), *parent)))
    kept = whole if len(whole) <= _MOST_REFERENCES else (whole[0], *whole[1 - _MOST_REFERENCES :])
    return (parent[0] if parent else None), kept


def _ids(headers: Sequence[str]) -> tuple[str, ...]:
    return tuple(found for header in headers for found in _MESSAGE_ID.findall(header))


def recipients(message: Message, own: str) -> tuple[Address, ...]:
    """Whom a reply goes to: Reply-To where given, else From; never the desk itself, and each address once."""
    asked = message.reply_to or ((message.sender,) if message.sender else ())
    clean = (Address(one_line(address.name), address.email) for address in asked if _deliverable(address.email))
    found = {address.email.casefold(): address for address in clean}
    found.pop(own.casefold(), None)
    return tuple(found.values())


def _deliverable(email: str) -> bool:
    return re.fullmatch(r"[^\s@<>,;\x00-\x1f]+@[^\s@<>,;\x00-\x1f]+", email) is not None


def quoted(text: str) -> str:
    """The original, each line after `> `; nothing of it can be taken for the desk's own words. Empty for no words."""
    return "\n".join(f"> {line}".rstrip() for line in _original(text))


def _original(text: str) -> list[str]:
    cut = text[:_MOST_QUOTED_CHARACTERS]
    # splitlines also breaks at form feeds and U+2028, which a mail client may show as a new line
    lines = ["".join(c for c in line if c == "\t" or not _unseen(c)) for line in cut.strip().splitlines()]
    whole = len(cut) == len(text) and len(lines) <= _MOST_QUOTED_LINES
    return lines[:_MOST_QUOTED_LINES] if whole else [*lines[:_MOST_QUOTED_LINES], "[…]"]


def _unseen(character: str) -> bool:
    """What no mail can carry, and what turns the direction of all that follows (it could reorder our own words)."""
    return unicodedata.category(character) in {"Cc", "Cs"} or unicodedata.bidirectional(character) in _TURNING


_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def own_words(letter: str, original: str) -> str:
    """A reply without what it quotes. A line after `>` that the original does not hold is the reply's own."""
    theirs = {line.strip() for line in _original(original)} | {""}
    return "\n".join(
        line for line in letter.split("\n") if not (line.startswith(">") and line[1:].strip() in theirs)
    ).rstrip()
