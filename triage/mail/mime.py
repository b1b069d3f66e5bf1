"""MIME as it arrives: any bytes to a tree of parts, and each part's bytes to content. RFC 2045, 2046, 2231, 3676.

Own reading instead of the standard library's: nothing here recurses, copies or gives up, however the bytes are broken.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.mail import characters

MAX_DEPTH = 24
MAX_PARTS = 5_000
MAX_HEADERS = 2_000
MAX_HEADER_BYTES = 256_000
_MAX_RUNS = 10_000  # of base64 put one behind the other
_MAX_LOOKS = 100_000  # at lines that start like a delimiter

_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?:^|[\r\n])(?:from|to|cc|bcc|subject|date|sender|reply-to|received|return-path|delivered-to|message-id|in-reply-to"
    rb"|references|mime-version|content-[a-z-]{1,40}|x-[\w-]{1,60}|list-[a-z-]{1,30}|user-agent|dkim-signature)[ \t]*:",
    re.I,
)
_END_OF_LINE = re.compile(rb"[ \t]*(?:\r\n|\r|\n|\Z)")
_SNIFFED = re.compile(
    rb"(?:\A|[\r\n])--([^\r\n]{1,200}?)[ \t]*\r?\n(?:[!-9;-~]+:[^\r\n]*\r?\n[ \t]*){0,10}?content-type[ \t]*:", re.I
)
_PARAMETER = re.compile(r';?\s*([\w!#$%&\'*+.^`|~-]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.S)
_TYPE = re.compile(r"[\w!#$&^.+-]{1,80}/[\w!#$&^.+-]{1,80}", re.A)
_ESCAPED = re.compile(r'\\(["\\])')  # a backslash before anything else is one of a path
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_WHITE = b" \t\r\n\x0b\x0c"


@dataclass(slots=True)
class Part:
    """One node of the tree. `raw[start:end]` is its body as sent; headers keep their order and their raw bytes."""

    raw: bytes
    start: int
    end: int
    headers: list[tuple[str, bytes]]
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    name: str = ""
    children: list[Part] = field(default_factory=list)
    by_name: dict[str, list[bytes]] = field(default_factory=dict)  # the values of `headers`, by lower-case name

    def __post_init__(self) -> None:
        for name, value in self.headers:
            self.by_name.setdefault(name.lower(), []).append(value)

    def header(self, name: str) -> bytes:
        """The first value of the header, unfolded; empty when there is none. `name` is lower-case."""
        return self.by_name[name][0] if name in self.by_name else b""

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in the order they stand."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.children))


def parse(raw: bytes, defects: list[str]) -> Part:
    """The tree of a mail. Never raises; what was mended is told in `defects`."""
    root = _part(raw, 0, len(raw), defects, top=True)
    work = [(root, 0)]
    count = 1
    while work:
        part, depth = work.pop()
        spans = _children(part, defects)
        if spans and (depth >= MAX_DEPTH or count + len(spans) > MAX_PARTS):
            told = "The mail has more parts inside each other than are read."
            if told not in defects:
                defects.append(told)
            spans = spans[: max(0, MAX_PARTS - count)] if depth < MAX_DEPTH else []
            if not spans:
                part.content_type = "text/plain"
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for body, start, end in spans:
            part.children.append(_part(body, start, end, defects, default=default))
        count += len(spans)
        work.extend((child, depth + 1) for child in reversed(part.children))
    return root


def _part(
    raw: bytes, start: int, end: int, defects: list[str], *, top: bool = False, default: str = "text/plain"
) -> Part:
    headers, body = read_headers(raw, start, end, defects)
    if top and headers and not _KNOWN_FIELD.search(raw[:body][:MAX_HEADER_BYTES]):
        headers, body = [], start
    part = Part(raw, body, end, headers, default)
    kind = part.header("content-type")
    if kind:
        value, part.parameters = parameters(kind)
        part.content_type = _content_type(value) or default
    disposition = part.header("content-disposition")
    if disposition:
        value, settings = parameters(disposition)
        part.disposition = value.strip().lower()
        part.name = settings.get("filename", "")
    part.name = part.name or part.parameters.get("name", "")
    return part


def _content_type(value: str) -> str:
    major, slash, minor = value.strip().lower().partition("/")
    major, minor = major.strip(), minor.strip().split(" ")[0]
    kind = f"{major}/{minor}"
    return kind if slash and _TYPE.fullmatch(kind) else ""


def read_headers(raw: bytes, start: int, end: int, defects: list[str]) -> tuple[list[tuple[str, bytes]], int]:
    """Header fields as (name, unfolded value), and where the body starts.

    A line that is no field ends the block, unless fields follow it: then it belongs to the field before it.
    """
    fields: list[tuple[str, list[bytes]]] = []
    position, limit = start, min(end, start + MAX_HEADER_BYTES)
    while position < limit and len(fields) < MAX_HEADERS:
        match = _LINE.match(raw, position, end)
        assert match is not None
        line = match.group(1)
        if not line:
            if not fields and not raw[start:position].strip():
                position = match.end()  # empty lines before the first header
                continue
            return _unfolded(fields), match.end()
        if line[0] in b" \t" and fields:
            fields[-1][1].append(line)
        elif found := _FIELD.match(line):
            fields.append((found.group(1).decode("ascii"), [line[found.end() :]]))
        elif not fields and line.startswith((b"From ", b">From ")):
            pass  # the separator of an mbox
        elif fields and _field_follows(raw, match.end(), end):
            defects.append("A header line has no name and was read as part of the one before it.")
            fields[-1][1].append(b" " + line)
        else:
            return _unfolded(fields), position
        position = match.end()
    return _unfolded(fields), position


def _field_follows(raw: bytes, position: int, end: int) -> bool:
    window = raw[position : min(end, position + 2_000)]
    blank = re.search(rb"\r?\n\r?\n|\r\r", window)
    return _KNOWN_FIELD.search(window[: blank.start()] if blank else window) is not None


def _unfolded(fields: list[tuple[str, list[bytes]]]) -> list[tuple[str, bytes]]:
    return [(name, (lines[0] if len(lines) == 1 else b"".join(lines)).strip()) for name, lines in fields]


def _children(part: Part, defects: list[str]) -> list[tuple[bytes, int, int]]:
    if part.content_type.startswith("multipart/"):
        boundary = part.parameters.get("boundary", "").strip()
        spans = split(part.raw, part.start, part.end, boundary.encode("utf-8", "surrogateescape")) if boundary else []
        if not spans:
            spans = _split_by_sight(part)
            defects.append(
                "The parts of the mail are not where its header says; they were found by sight."
                if spans
                else "The mail says it has parts but has none; it was read as one text."
            )
        if not spans:
            part.content_type = "text/plain"
        return [(part.raw, start, end) for start, end in spans]
    if part.content_type in {"message/rfc822", "message/global", "message/news"}:
        if part.header("content-transfer-encoding").strip().lower() in {b"base64", b"quoted-printable"}:
            body = content(part, defects)
            return [(body, 0, len(body))]
        return [(part.raw, part.start, part.end)] if part.end > part.start else []
    return []


def split(raw: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    """Where the parts between the delimiter lines stand. A missing last delimiter is no loss. RFC 2046, 5.1.1."""
    delimiter = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    position = start
    looks = 0
    while (found := raw.find(delimiter, position, end)) >= 0 and looks < _MAX_LOOKS:
        looks += 1
        position = found + len(delimiter)
        if found > start and raw[found - 1] not in b"\r\n":
            continue
        closing = raw[position : position + 2] == b"--"
        line = _END_OF_LINE.match(raw, position + 2 if closing else position, end)
        if line is None:
            continue
        if opened >= 0:
            spans.append((opened, _before_newline(raw, opened, found)))
        opened = -1 if closing else line.end()
        position = line.end()
    if 0 <= opened < end:
        spans.append((opened, end))
    return spans


def _before_newline(raw: bytes, start: int, end: int) -> int:
    if end > start and raw[end - 1] == 10:
        end -= 1
    if end > start and raw[end - 1] == 13:
        end -= 1
    return end


def _split_by_sight(part: Part) -> list[tuple[int, int]]:
    window = part.raw[part.start : min(part.end, part.start + 200_000)]
    found = _SNIFFED.search(window)
    return split(part.raw, part.start, part.end, found.group(1)) if found else []


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """A structured header's value and its parameters, names lower-case; RFC 2231 pieces and charsets put together."""
    if len(value) > 20_000:
        value = value[:20_000]
    text = value.decode("ascii") if value.isascii() else characters.decode(value)[0]
    head, semicolon, rest = text.partition(";")
    if not semicolon:
        return head, {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(rest):
        name, given = match.group(1).lower(), match.group(2).strip()
        if given.startswith('"'):
            given = _ESCAPED.sub(r"\1", given[1:].removesuffix('"'))
        base, star, index = name.partition("*")
        if not star:
            plain.setdefault(base, given)
            continue
        number = index.rstrip("*")
        order = int(number) if number.isdecimal() and len(number) < 4 else 0
        pieces.setdefault(base, {}).setdefault(order, (given, index.endswith("*") or not index))
    for base, found in pieces.items():
        plain[base] = _joined(found)
    return head, plain


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    ordered = [pieces[order] for order in sorted(pieces)]
    coded = any(is_coded for _, is_coded in ordered)
    text = "".join(value for value, _ in ordered)
    if not coded:
        return text
    given, quote, rest = text.partition("'")
    if quote:
        text = rest.partition("'")[2]
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text.encode("utf-8", "surrogatepass"))
    return characters.decode(data, given if quote else "")[0]


def content(part: Part, defects: list[str]) -> bytes:
    """A part's bytes with its transfer encoding undone; what cannot be undone stays as sent. Never raises."""
    data = part.raw[part.start : part.end]
    encoding = part.header("content-transfer-encoding").strip().lower()
    encoding = encoding.split(b";")[0].split(b" ")[0]
    if encoding == b"base64":
        return _base64(data, defects)
    if encoding == b"quoted-printable":
        return binascii.a2b_qp(data)
    if encoding in {b"x-uuencode", b"uuencode", b"uue", b"x-uue"}:
        return _uuencoded(data)
    return data


def _base64(data: bytes, defects: list[str]) -> bytes:
    letters = data.translate(None, _WHITE)
    if not letters:
        return b""
    strange = len(letters.translate(None, _NOT_BASE64))
    if strange < 0.9 * len(letters) or (b" " in data.strip() and not _spaced_base64(data)):
        defects.append("A part says it is base64 but is not; it was read as it stands.")
        return data
    if strange != len(letters):
        defects.append("A base64 part held strange characters; they were dropped.")
        letters = letters.translate(None, _NOT_BASE64)
    if letters.count(b"=") > _MAX_RUNS:
        letters = letters.replace(b"=", b"")
    return b"".join(_base64_run(run) for run in letters.split(b"=") if run)


def _base64_run(run: bytes) -> bytes:
    if len(run) % 4 == 1:
        run = run[:-1]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def _spaced_base64(data: bytes) -> bool:
    """Base64 whose line ends became spaces has few words, all long; prose has many short ones."""
    words = data[:5_000].split()
    return sum(map(len, words)) > 20 * len(words)


def _uuencoded(data: bytes) -> bytes:
    out = []
    for line in data.splitlines():
        if line.startswith(b"begin ") or line == b"end" or not line:
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return data
    return b"".join(out)
