"""What a sender signs with, told from what he says."""

from __future__ import annotations

import re

from triage.mail import marks, phrases

_DASHES = re.compile(r"(?:--|—|__|-- ?--|–)\s*$")
_MAX_LINES = 15
_POSTSCRIPT = re.compile(r"^\W{0,2}(?:p\.?\s?s\.?|p\.?\s?d\.?|n\.?b\.?|post ?scriptum)\s?[:.,\-–)]", re.I)


def split(text: str) -> tuple[str, str]:
    """(the words, the signature). A postscript below a signature stays with the words."""
    lines = text.split("\n")
    signed: list[str] = []
    if marks.SIGNED in text:
        signed = [line[1:] for line in lines if line.startswith(marks.SIGNED)]
        lines = [line for line in lines if not line.startswith(marks.SIGNED)]
        text = "\n".join(lines).rstrip()
        lines = text.split("\n")
    for index in range(max(0, len(lines) - 4 * _MAX_LINES), len(lines)):
        line = lines[index]
        if _DASHES.match(line) or (len(line) < 120 and phrases.SENT_FROM.match(line)):
            rest = [one for one in lines[index + 1 :] if one.strip()]
            if len(rest) <= _MAX_LINES and (index > 0 or phrases.SENT_FROM.match(line)):
                own, below = _cut(lines, index)
                return own, "\n".join([below, *signed]).strip("\n")
    return text, "\n".join(signed).strip("\n")


def _cut(lines: list[str], index: int) -> tuple[str, str]:
    kept, signature = lines[:index], lines[index:]
    for offset, line in enumerate(signature):
        if _POSTSCRIPT.match(line):
            kept, signature = [*kept, *signature[offset:]], signature[:offset]
            break
    return "\n".join(kept).rstrip(), "\n".join(signature).strip("\n")
