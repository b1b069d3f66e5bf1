"""Names of folders: how people write them, and how IMAP does (RFC 3501, 5.1.3; special uses: RFC 6154)."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

_LIST_LINE = re.compile(rb'\((?P<flags>[^)]*)\) (?:"\\?(?P<separator>.)"|NIL) (?P<name>.*)', re.DOTALL | re.IGNORECASE)


class Folder(NamedTuple):
    """A folder as LIST tells of it; flags in lower case, special uses among them (`\\junk`)."""

    name: str
    flags: frozenset[str]


def mailbox_name(name: str) -> str:
    """A folder's name as a command takes it: modified UTF-7, quoted."""
    return '"' + encode_name(name).replace("\\", "\\\\").replace('"', '\\"') + '"'


def encode_name(name: str) -> str:
    """Modified UTF-7 (RFC 3501, 5.1.3): printable ASCII as it is, `&` as `&-`, all else as base64 of UTF-16."""
    written = re.sub(r"[^\x20-\x7e]+|&", lambda found: "&-" if found[0] == "&" else _shifted(found[0]), name)
    return written


def _shifted(text: str) -> str:
    packed = base64.b64encode(text.encode("utf-16-be", "surrogatepass")).decode("ascii")
    return f"&{packed.rstrip('=').replace('/', ',')}-"


def decode_name(name: str) -> str:
    """The opposite of `encode_name`; what is no modified UTF-7 stays as it is."""

    def plain(found: re.Match[str]) -> str:
        code = found[1].replace(",", "/")
        if not code:
            return "&"
        try:
            return base64.b64decode(code + "=" * (-len(code) % 4), validate=True).decode("utf-16-be", "surrogatepass")
        except ValueError:
            return found[0]

    return re.sub(r"&([A-Za-z0-9+,]*)-", plain, name)


def listed(answers: Sequence[Any]) -> list[Folder]:
    """The folders in the answers to LIST. A name may come as an atom, quoted, or as a literal."""
    found = []
    for answer in answers:
        head, literal = answer if isinstance(answer, tuple) else (answer, None)
        line = _LIST_LINE.match(head or b"")
        if not line:
            continue
        name = literal if literal is not None else line["name"]
        if literal is None and name.startswith(b'"'):
            name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
        flags = frozenset(line["flags"].decode("ascii", "replace").lower().split())
        found.append(Folder(decode_name(name.decode("utf-8", "replace")), flags))
    return found
