"""Marks at the start of a line: what HTML said of it, kept until the text is taken apart.

Unicode noncharacters, which no text holds: `without` takes them out of whatever arrives.
"""

from __future__ import annotations

QUOTED = "\ufdd0"
SIGNED = "\ufdd1"
#: Alone on a line: all that follows is an older mail.
REST_QUOTED = "\ufdd2"
ALL = (QUOTED, SIGNED, REST_QUOTED)


def without(text: str) -> str:
    """`text` without marks."""
    if text.isascii():
        return text
    for mark in ALL:
        if mark in text:
            text = text.replace(mark, "")
    return text


def put(text: str, mark: str) -> str:
    """`text` with the mark before each line."""
    return "\n".join(mark + line for line in text.split("\n"))
