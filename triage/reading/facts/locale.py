"""Whether a sender writes the day or the month first, where the mail shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from triage.model import Message
from triage.reading.facts.page import fold
from triage.reading.facts.windows import Window

_AMERICAN = re.compile(
    r"\b(?:e[sd]t|c[sd]t|m[sd]t|p[sd]t|eastern(?: (?:standard|daylight))?(?: time)?|pacific time|central time)\b|"
    r"\b\w+(?:ization|izations)\b|\b(?:color|favorite|behavior|canceled|license plate|zip code|center|y'all|check in the mail)\b"
)
_BRITISH = re.compile(
    r"\b(?:bst|ist|aest|aedt|cest?|sast)\b|£|\b\w+(?:isation|isations)\b|\b(?:colour|favourite|behaviour|cancelled|whilst|postcode|centre|fortnight|cheers|organised|apologise|realise[ds]?)\b|\+(?:44|61|64|27|91|353)\b"
)
_DAY_FIRST = re.compile(r"\.(?:uk|ie|au|nz|za|in|de|fr|es|it|pt|br|nl|pl|tr|be|at|ch|se|dk|no|cz|eu)$")


def date_order(windows: Iterable[Window], message: Message) -> str:
    """`dmy` or `mdy` where the other dates of the mail, its zone, its spelling or its sender's domain fix it; else empty."""
    seen = {window.order.rstrip("!") for window in windows if window.order.endswith("!")}
    if seen:
        return seen.pop() if len(seen) == 1 else ""
    votes = {"mdy" if american else "dmy" for american in _signs(message)}
    return votes.pop() if len(votes) == 1 else ""


def _signs(message: Message) -> Iterable[bool]:
    """True for a sign of a place that writes the month first, False for one that writes the day first."""
    flat = fold(message.text[:20_000])
    if _AMERICAN.search(flat):
        yield True
    if _BRITISH.search(flat):
        yield False
    shift = message.date.utcoffset() if message.date is not None else None
    if shift and timedelta(hours=-10) <= shift <= timedelta(hours=-4):
        yield True
    elif shift:
        yield False
    if message.sender and _DAY_FIRST.search(message.sender.email):
        yield False
