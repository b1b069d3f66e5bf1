"""May this text go out? Checks on a letter as written by the program or edited by a person.

A check never repairs: it names the words and says why they may not stand. What is forbidden in which words is data:
`<language>/checks.yaml` beside the letters, and the clauses' `forbids` in the rule pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from triage.model import Problem
from triage.policy.yamlfile import Block
from triage.reply.locale import Locale
from triage.reply.quantities import Quantity, Units, find, fold
from triage.reply.thread import own_words


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a language's letters are checked for, from its `checks.yaml`.

    promises: label of what a clause may forbid (`refund`, `transfer`) to phrases; denials: words that turn one into its
    opposite in the same part of a sentence; idioms: phrases that only look like a denial; parts: words that start a new
    part of a sentence; commitments: kind of a deadline to phrases that announce its fulfilment; soon: phrases for a
    time before any deadline; account: phrases that say something about an account; others: phrases by which a sender
    speaks of other people.
    A phrase is words; `*` at an end of a word stands for any ending, `...` for up to four words.
    """

    units: Units
    promises: Mapping[str, tuple[str, ...]]
    denials: tuple[str, ...]
    idioms: tuple[str, ...]
    parts: tuple[str, ...]
    commitments: Mapping[str, tuple[str, ...]]
    soon: tuple[str, ...]
    account: tuple[str, ...]
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, block: Block, locale: Locale) -> Words:
        """Raises ConfigError naming the key that is missing, unknown or of the wrong kind."""
        block.only(
            *("short months", "units", "currencies", "numbers", "percent", "promises", "denials", "idioms", "parts"),
            *("commitments", "soon", "account", "others"),
        )
        promises, commitments = block.block("promises"), block.block("commitments")
        return cls(
            units=Units.of(block, locale),
            promises={label: promises.texts(label) for label in promises},
            denials=block.texts("denials"),
            idioms=block.texts("idioms"),
            parts=block.texts("parts"),
            commitments={kind: commitments.texts(kind) for kind in commitments},
            soon=block.texts("soon"),
            account=block.texts("account"),
            others=block.texts("others", []),
        )

    def occurring(self, folded: str) -> Words:
        """The words of which a text holds at least a part: the few that are worth looking for sentence by sentence."""

        def kept(phrases: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(phrase for phrase in phrases if _stem(phrase) in folded)

        return replace(
            self,
            promises={label: kept(phrases) for label, phrases in self.promises.items()},
            commitments={kind: kept(phrases) for kind, phrases in self.commitments.items()},
            denials=kept(self.denials),
            idioms=kept(self.idioms),
            soon=kept(self.soon),
            account=kept(self.account),
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a letter may say.

    original: the mail that it answers, whose lines it may quote; said: all that the sender said (subject, text, history,
    addresses), whose dates, numbers and names may be repeated; signed: the desk's name and address. sourced: what our
    records, deadlines and clauses give, in the language of the letter; published: the clauses' own words, in English.
    forbidden: labels that a clause forbids to promise. received: day of receipt, due: last day by kind of deadline, both
    in the desk's zone; ours: those of them that the desk has to keep.
    foreign: names of other accounts that the mail touches; private: those of its own, where the sender may not be told.
    vouched: False means that nothing of `records` may be told. free: the matter is governed by no terms, so a plain
    number needs no source. today: the day on which the letter is judged, in the desk's zone; None: any day.
    """

    original: str
    said: str
    signed: str
    sourced: tuple[str, ...]
    records: tuple[str, ...]
    published: tuple[str, ...]
    forbidden: frozenset[str]
    received: date
    due: Mapping[str, date]
    ours: frozenset[date]
    foreign: tuple[str, ...]
    private: tuple[str, ...]
    vouched: bool
    free: bool = False
    today: date | None = None


_BRACKETS = ((r"\[\[", r"\]\]"), (r"\{\{", r"\}\}"), (r"\{%", r"%\}"))
_PLACEHOLDER = re.compile(
    "|".join(rf"{opens}(?:.{{0,200}}?{closes})?" for opens, closes in _BRACKETS)
    + r"|\b(?:TODO|TBD|XXX)\b|_{4,}|\.{5,}",
    re.DOTALL,
)
_SENTENCE = re.compile(r"\n\s*\n|\n(?=- )|(?<=[.!?:])(?<!\d\.)\s+(?=[^\W\d_]|[¿¡„“«\"])")


def check(text: str, bounds: Bounds, words: Words, english: Words) -> tuple[Problem, ...]:
    """Every reason why a letter may not go out as it stands; none means that a person may approve it."""
    own = own_words(text, bounds.original)
    if not own.strip():
        return (Problem("empty", "The letter says nothing. Write it, or dismiss the case."),)
    found = [*_placeholders(own), *_unsourced(own, bounds, words, english), *_names(own, bounds)]
    words = words.occurring(fold(own))
    for sentence in sentences(own):
        found += _promises(sentence, bounds, words)
        found += _too_early(sentence, bounds, words)
        found += _passed(sentence, bounds, words)
        found += _accounts(sentence, bounds, words)
    return tuple(dict.fromkeys(found))


def sentences(text: str) -> list[str]:
    """Roughly its sentences: list items and paragraphs are never joined; a full stop after a digit ends none."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _placeholders(own: str) -> Iterator[Problem]:
    for match in _PLACEHOLDER.finditer(own):
        yield Problem("placeholder", f"“{_short(match[0])}” still has to be filled in.")


def _unsourced(own: str, bounds: Bounds, words: Words, english: Words) -> Iterator[Problem]:
    """Numbers, dates, amounts and identifiers that nothing in the case accounts for."""
    ours = _keys(bounds.sourced, words.units) | _keys(bounds.published, english.units)
    theirs = _keys((bounds.said,), words.units) | _keys((bounds.said,), english.units)
    records = _keys(bounds.records, words.units)
    heard = fold(" ".join((bounds.said, *bounds.sourced, *bounds.published)))
    for quantity in find(own, words.units):
        if _accounted(quantity, ours, theirs, heard, bounds.free):
            continue
        if (quantity.kind, quantity.key) in records:
            yield Problem(
                "discloses_records",
                f"“{quantity.text}” stands in our records, and the sender has not been shown to be the account's owner.",
            )
        elif quantity.kind == "identifier":
            yield Problem("foreign_data", f"“{quantity.text}” belongs to nobody in this thread. Remove it.")
        else:
            yield Problem(
                f"unsourced_{quantity.kind}", f"“{quantity.text}” stands in no record, deadline or clause of this case."
            )


def _names(own: str, bounds: Bounds) -> Iterator[Problem]:
    """Names of accounts that the sender neither gave nor may be told."""
    letter, said = fold(own), fold("\n".join((bounds.said, bounds.signed)))
    for code, names in (("foreign_data", bounds.foreign), ("discloses_records", bounds.private)):
        for name in names:
            alone = re.compile(rf"(?<!\w){re.escape(fold(name))}(?!\w)")
            if alone.search(letter) and not alone.search(said):
                yield Problem(code, f"“{name}” names an account that the sender has not been shown to own. Remove it.")


_Keys = frozenset[tuple[str, tuple[object, ...]]]


@lru_cache(maxsize=64)
def _keys(texts: tuple[str, ...], units: Units) -> _Keys:
    """What the quantities of some texts mean."""
    return frozenset((quantity.kind, quantity.key) for quantity in find("\n".join(texts), units))


def _accounted(quantity: Quantity, ours: _Keys, theirs: _Keys, heard: str, free: bool) -> bool:
    kind, key = quantity.kind, quantity.key
    if kind == "identifier":
        return re.search(rf"(?<![\w@.-]){re.escape(quantity.text)}(?![\w@-])", heard) is not None
    if kind == "number":
        return free or re.search(rf"(?<![\d.,]){re.escape(quantity.text)}(?![\d])", heard) is not None
    known = ours | theirs if kind == "date" else ours
    if kind == "date" and key[0] is None:
        return any(other == "date" and found[1:] == key[1:] for other, found in known)
    return (kind, key) in known


def _promises(sentence: str, bounds: Bounds, words: Words) -> Iterator[Problem]:
    for part in _parts(sentence, words):
        for label in sorted(bounds.forbidden & words.promises.keys()):
            for phrase in words.promises[label]:
                match = _pattern(phrase).search(part)
                if match and not _denied(part, match, words):
                    yield Problem(
                        "forbidden_promise",
                        f"“{match[0]}” reads as a promise ({label}) that the terms rule out. In: “{_short(sentence)}”",
                    )


def _denied(part: str, match: re.Match[str], words: Words) -> bool:
    """Whether a denial stands within six words of a phrase; an idiom such as “not only” denies nothing."""
    before = _without(part[: match.start()], words.idioms).split()[-_DENIED_WITHIN:]
    after = _without(part[match.end() :], words.idioms).split()[:_DENIED_WITHIN]
    return bool(_any(words.denials, " ".join(before)) or _any(words.denials, " ".join(after)))


_DENIED_WITHIN = 6


def _too_early(sentence: str, bounds: Bounds, words: Words) -> Iterator[Problem]:
    """A promised day before the last day that a clause gives us: nobody may shorten it in passing."""
    folded = fold(sentence)
    for kind, due in bounds.due.items():
        if not _any(words.commitments.get(kind, ()), folded):
            continue
        if soon := _any(words.soon, folded):
            yield Problem("earlier_than_due", f"“{soon}” promises less time than the terms give ({kind}: {due}).")
        for quantity in find(sentence, words.units):
            day = _day(quantity, bounds.received)
            if day and bounds.received < day < due:
                yield Problem(
                    "earlier_than_due", f"“{quantity.text}” is earlier than what the terms give ({kind}: {due})."
                )


def _passed(sentence: str, bounds: Bounds, words: Words) -> Iterator[Problem]:
    """A day that is over by the time the letter goes out cannot be promised any more."""
    if bounds.today is None:
        return
    phrases = [phrase for kind in bounds.due for phrase in words.commitments.get(kind, ())]
    promised = bool(_any(phrases, fold(sentence)))
    for quantity in find(sentence, words.units):
        day = _day(quantity, bounds.received)
        if day and bounds.received < day < bounds.today and (promised or day in bounds.ours):
            yield Problem("date_passed", f"“{quantity.text}” is over. Name a day to come, or none.")


def _day(quantity: Quantity, received: date) -> date | None:
    if quantity.kind != "date":
        return None
    year, month, day = quantity.key
    try:
        return date(int(str(year or received.year)), int(str(month)), int(str(day)))
    except ValueError:
        return None


def _accounts(sentence: str, bounds: Bounds, words: Words) -> Iterator[Problem]:
    if not bounds.vouched and (match := _any(words.account, fold(sentence))):
        yield Problem(
            "discloses_records",
            f"“{match}” says something about an account, and the sender has not been shown to be its owner.",
        )


def _parts(sentence: str, words: Words) -> list[str]:
    """A sentence cut where one statement ends and the next begins, so that a denial covers only its own."""
    return re.split(r"[,;:.!?()–—]+", _joints(words.parts).sub(";", fold(sentence)))


@cache
def _joints(parts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, map(fold, parts)))})\b" if parts else "(?!)")


def _without(text: str, phrases: Sequence[str]) -> str:
    for phrase in phrases:
        text = _pattern(phrase).sub(" ", text)
    return text


def mentions(text: str, phrases: Sequence[str]) -> bool:
    """Whether a text uses one of the phrases, whatever the case."""
    return bool(_any(phrases, fold(text)))


def _any(phrases: Sequence[str], folded: str) -> str:
    """The first phrase that occurs, as it stands in the text; empty when none does."""
    return next((match[0] for phrase in phrases if (match := _pattern(phrase).search(folded))), "")


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    found = ""
    for word in fold(phrase).split():
        found += _GAP if word == "..." else re.escape(word).replace(r"\*", r"[\w'’]*") + r"\s+"
    return re.compile(rf"(?<!\w){found.removesuffix(_SPACE)}(?!\w)")


@cache
def _stem(phrase: str) -> str:
    """The longest run of characters that each text with the phrase holds."""
    return max((run for word in fold(phrase).split() if word != "..." for run in word.split("*")), key=len, default="")


_SPACE, _GAP = r"\s+", r"(?:[\w'’-]+\s+){0,4}?"


def _short(text: str, longest: int = 160) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
