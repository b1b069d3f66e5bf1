"""Sets of facts out of a file: one JSON document, or JSON Lines, each with the place it stands at.

What is wrong with one set is its own matter: the others are still read. A value that JSON cannot carry exactly or says twice is
left in its place as something that no fact can be, so that the reader of the facts names the place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from triage.policy.facts import FactsError

_LONGEST_NUMBER = 1000
_FORMS = "One object, a list of objects, or one object a line."


def fact_sets(data: bytes, name: str) -> Iterator[tuple[str, Any]]:
    """(place, parsed object) in order, or (place, FactsError) for what cannot be read. name: of the file, to tell places."""
    document = _parsed(data)
    if isinstance(document, list):
        yield from ((f"{name}[{number}]", item) for number, item in enumerate(document))
    elif not isinstance(document, FactsError):
        yield name, document
    else:
        lines = [(f"{name}:{number}", line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip(_BLANK)]
        sets = [(place, _parsed(line)) for place, line in lines]
        if all(isinstance(found, FactsError) for _, found in sets[:2]) and _spread_out(data):
            sets = [(name, document)]
        yield from sets or [(name, FactsError(f"there are no facts in it. {_FORMS}"))]


_BLANK = b" \t\r\n\xef\xbb\xbf"


def _spread_out(data: bytes) -> bool:
    """Whether this is one document over several lines: its first line only opens it."""
    return data.lstrip(_BLANK).split(b"\n", 1)[0].rstrip() in (b"{", b"[", b"[{")


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_number,
            object_pairs_hook=_object,
        )
    except RecursionError:
        return FactsError("this is nested too deeply to be a set of facts.")
    except UnicodeDecodeError as error:
        return FactsError(f"this is not UTF-8 (byte {error.start + 1}). Save it as UTF-8.")
    except ValueError as error:
        return FactsError(f"this is not JSON ({error}). {_FORMS}")


def _number(text: str) -> Decimal:
    try:
        return Decimal(text) if len(text) <= _LONGEST_NUMBER else Decimal("Infinity")
    except InvalidOperation:  # an exponent beyond what Decimal holds
        return Decimal("Infinity")


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _LONGEST_NUMBER else Decimal("Infinity")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | FactsError:
    """The object, or what is wrong with it. Python would take the last of two values; neither is known to be the true one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        return FactsError(f"`{twice}` stands here twice. Keep one of the two.")
    return found
