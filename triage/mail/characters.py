"""Bytes to characters, and characters to what a person reads.

Mail declares its charset wrongly, vaguely or not at all; what comes out here can always be stored and shown:
no lone surrogates, no NULs, no invisible characters, NFC.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

#: What mail programs write, and the charset that reads it without loss (each is a superset of what its name says).
_BETTER = {
    "us-ascii": "utf-8", "ascii": "utf-8", "ansi_x3.4-1968": "utf-8", "utf8": "utf-8", "utf-8": "utf-8",
    "utf8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8", "unicode-1-1-utf-7": "utf-7", "unicode": "utf-16",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "windows-1252": "cp1252", "x-ansi": "cp1252", "ansi": "cp1252",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "euc-cn": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "windows-31j": "cp932", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "euc-kr": "cp949",
    "iso-2022-jp": "iso2022_jp_ext", "iso-2022-jp-1": "iso2022_jp_ext", "iso-2022-jp-ms": "iso2022_jp_ext",
    "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-euc-jp": "euc_jp", "x-user-defined": "cp1252",
}  # fmt: skip
_SINGLE_BYTE = frozenset({"cp1252", "iso-8859-15", "cp1254", "cp1250", "iso-8859-2"})
_ASCII = bytes(range(128))
#: Codecs of Python that are no charsets of mail, or that a mail could use to make work.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})

_BROKEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]+"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_STRETCH = 500
_LATIN = re.compile("[\x00-\u02ff]*")  # no letter here is changed by NFC
_GAPS = re.compile(r"\n{3,}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def charset(name: str) -> str | None:
    """The codec that reads what mail calls `name`; None when there is none."""
    key = name.strip().strip("'\"").lower().removeprefix("charset=")
    if not key or len(key) > 40 or not key.isascii():
        return None
    key = _BETTER.get(key, key)
    try:
        info = codecs.lookup(key)
    except (LookupError, ValueError, UnicodeError):
        return None
    if info.name in _REFUSED or not getattr(info, "_is_text_encoding", True):
        return None
    return key


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """Characters of `data`, and a sentence on what was wrong with it, or "".

    Tried in turn: byte order mark, the declared charset, UTF-8, what the bytes look like, Windows-1252. Never raises.
    """
    if data.isascii() and b"\x1b" not in data and b"\x00" not in data:
        key = charset(declared) if declared else "utf-8"
        if key not in {"utf-7", "utf-16", "hz"}:
            return data.decode("ascii"), ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), ""
    key = charset(declared) if declared else None
    if b"\x00" in data and not (key or "").startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        data, key = _without_nuls(data, key)
    if key is not None:
        text = _strict(data, key)
        if text is not None and not (key in _SINGLE_BYTE and _is_utf8(data)):
            return text, ""
        if text is not None:
            return data.decode("utf-8"), f"The text says it is {declared} but is UTF-8, and was read as that."
    return _guess(data, declared)


def _without_nuls(data: bytes, key: str | None) -> tuple[bytes, str | None]:
    """UTF-16 without a mark is told by its NULs; other NULs are dropped."""
    sample = data[:2000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 3 > len(sample) and min(even, odd) * 10 < len(sample):
        return data, "utf-16-be" if even > odd else "utf-16-le"
    return data.replace(b"\x00", b""), key


def _strict(data: bytes, key: str) -> str | None:
    try:
        return str(data.decode(key))
    except (UnicodeError, ValueError, LookupError):
        return None


def _is_utf8(data: bytes) -> bool:
    return not data.isascii() and _strict(data, "utf-8") is not None


def _guess(data: bytes, declared: str) -> tuple[str, str]:
    told = f"The text says it is {declared[:40]}" if declared else "The text does not say its charset"
    for key in (*(("iso2022_jp_ext",) if b"\x1b$" in data else ()), "utf-8", *_look_alikes(data)):
        text = _strict(data, key)
        if text is not None:
            return text, "" if key == "utf-8" and not declared else f"{told} and was read as {key}."
    mended = data.decode("utf-8", "replace")
    broken = mended.count("\ufffd")
    if len(data.translate(None, _ASCII)) >= 3 * broken:
        return mended, f"{told}; it is UTF-8 with broken characters."
    text = _strict(data, "cp1252")
    return (data.decode("latin-1") if text is None else text), f"{told} and was read as windows-1252."


def _look_alikes(data: bytes) -> tuple[str, ...]:
    """Charsets of other scripts whose bytes these look like; most of such a text is bytes over 127."""
    sample = data[:20_000]
    letters = sum(byte > 64 for byte in sample)
    high = len(sample.translate(None, _ASCII))
    if high * 2 < letters:
        return ()
    cyrillic = {key: _cyrillic(sample, key) for key in ("cp1251", "koi8-r")}
    best = max(cyrillic, key=lambda key: cyrillic[key])
    asian = [key for key in ("euc_jp", "cp932", "gb18030", "cp949", "big5") if _east_asian(sample, key)]
    return (best,) if cyrillic[best] > 0.9 else tuple(asian)


def _cyrillic(sample: bytes, key: str) -> float:
    """Share of lower-case Cyrillic letters among the letters beyond ASCII: the right charset has few capitals."""
    text = sample.decode(key, "replace")
    foreign = [char for char in text if char > "\x7f"]
    return sum("\u0430" <= char <= "\u0451" for char in foreign) / max(1, len(foreign)) + 0.1


def _east_asian(sample: bytes, key: str) -> bool:
    text = sample.decode(key, "ignore")
    common = sum(
        "\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" for char in text
    )
    foreign = sum(char > "\x7f" for char in text)
    return foreign > 0 and common > 0.85 * foreign


def clean(text: str) -> str:
    """`text` without what cannot be stored: NULs, other control characters, lone surrogates."""
    return _BROKEN.sub("", text) if not text.isprintable() else text


def one_line(text: str) -> str:
    """A header's value as a person reads it: one line, no invisible characters, NFC."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    text = composed(_SPACES.sub(" ", _INVISIBLE.sub("", clean(_NEWLINES.sub(" ", text)))))
    return " ".join(text.split())


def composed(text: str) -> str:
    """NFC, in stretches: putting thousands of accents on one letter in order takes quadratic time."""
    if _LATIN.fullmatch(text):
        return text
    return "\n".join(map(_composed_line, text.split("\n")))


def _composed_line(line: str) -> str:
    if len(line) <= _STRETCH:
        return unicodedata.normalize("NFC", line)
    return "".join(unicodedata.normalize("NFC", line[at : at + _STRETCH]) for at in range(0, len(line), _STRETCH))


def readable(text: str) -> tuple[str, int, tuple[str, ...]]:
    """A body as a person reads it; how many invisible characters stood between the others; words spelt with invisible tags.

    Line breaks are `\\n`, spaces are plain, lines end without spaces, at most one line is empty at a time, NFC.
    """
    count = 0
    spelt: tuple[str, ...] = ()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text, count, spelt = _visible(clean(_NEWLINES.sub("\n", text)))
        text = composed(_SPACES.sub(" ", text))
    elif _CONTROLS.search(text):
        text = clean(_NEWLINES.sub("\n", text))
    return tidied(text), count, spelt


def tidied(text: str) -> str:
    """A text that is readable but for the spaces and empty lines that are left where something was taken out."""
    if " \n" in text or "\t\n" in text or text[-1:] in {" ", "\t"}:
        text = "\n".join([line.rstrip(" \t") for line in text.split("\n")])
    if "\n\n\n" in text:
        text = _GAPS.sub("\n\n", text)
    return text.strip("\n")


def _visible(text: str) -> tuple[str, int, tuple[str, ...]]:
    if not _INVISIBLE.search(text):
        return text, 0, ()
    spelt = tuple(
        "".join(chr(ord(char) - 0xE0000) for char in found) for found in _TAGS.findall(text) if len(found) > 8
    )
    dropped = 0

    def drop(match: re.Match[str]) -> str:
        nonlocal dropped
        if _joins(match):
            return match.group()
        dropped += len(match.group())
        return ""

    return _INVISIBLE.sub(drop, text), dropped, spelt


def _joins(match: re.Match[str]) -> bool:
    """Whether the joiner is spelling: between the letters of Persian or an Indic script, or inside an emoji."""
    if match.group() not in "\u200c\u200d" or not 0 < match.start() < match.end() < len(match.string):
        return False
    before, after = match.string[match.start() - 1], match.string[match.end()]
    if match.group() == "\u200d" and (after > "\U0001f000" or after in "\u2640\u2642\u2695\u2696\u2708\u2764"):
        return before > "\u2000"
    return all("\u0600" <= char <= "\u06ff" or "\u0900" <= char <= "\u0dff" for char in (before, after))
