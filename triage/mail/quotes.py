"""The newest message's own words, told from what it quotes or passes on.

Works on the text as a person sees it. Four marks are known, in the words of many languages' mail programs: the line that
says who wrote when ("On … wrote:"), the block of headers that Outlook and its like put above, `>` before each line, and
what HTML itself calls a quotation (`marks`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from triage.mail import marks, phrases

_QUOTED = re.compile(rf"[{marks.QUOTED}]|\s{{0,3}}>|[ \t]*[A-Z]{{2,3}}>\s")
_OTHER_SIGN = re.compile(r"\s{0,4}([|)#:}%»])(?:\s|$)")
_NUMBER_AFTER = re.compile(r"\s{0,3}>=?\s?[\d$€£]")
_PROMPT = re.compile(r"\s{0,3}>>>(?:\s|$)")
_ENDINGS = (
    *(
        ":",
        "：",
        "wrote",
        "writes",
        "says",
        "said",
        "sent",
        "schrieb",
        "geschrieben",
        "écrit",
        "scritto",
        "escreveu",
        "skrev",
    ),
    *("写道", "作成", "작성"),
)
_DASHES = tuple("-_=*–—~")
_LONGEST_NAME = 80  # characters of a header's name, or of "Begin forwarded message"
_COLONS = (":", "：")
_MAX_LINE = 600
_BROKEN_FROM = 62  # characters from which a quoted line may have been broken by a mail program
_MAX_BLOCK = 14
_MAX_LINES = 10_000  # beyond these, only what is marked is looked at


@dataclass(frozen=True, slots=True)
class Split:
    """A text cut in two. `forwarded`: the other part was passed on, not answered."""

    own: str
    quoted: str
    forwarded: bool = False


def split(text: str) -> Split:
    """The newest message's own words and what it quotes, each in the order it stands. Linear in the text's length."""
    lines = _on_lines_of_their_own(text.split("\n"))
    has_marks = ">" in text or marks.QUOTED in text
    quoted = [bool(_QUOTED.match(line)) for line in lines] if has_marks else [False] * len(lines)
    if any(quoted):
        _spare_false_quotes(lines, quoted)
        _close_gaps(lines, quoted)
    end, forwarded = _end_of_own_words(lines, quoted)
    if end < len(lines) and not forwarded and not _says(lines, quoted, end):
        end = _answered_below(lines, quoted, end)
    end, heads = _attributed(lines, quoted, end)
    forwarded = forwarded or _is_passed_on(lines, quoted)
    own = [line for line, other in zip(lines[:end], quoted[:end], strict=True) if not other]
    older = [line for index, line in enumerate(lines) if index >= end or quoted[index]]
    if not any(map(str.strip, own)) and end == len(lines) and not (heads or forwarded) and marks.QUOTED not in text:
        own, older = lines, []  # nothing but `>` lines: some programs write so, and they are all there is
    if any(map(str.strip, older)):
        own = own[: len(own) - _rules_at_end(own)]
    return Split(_joined(own), _joined(older), forwarded)


def _rules_at_end(own: list[str]) -> int:
    """How many of the last lines hold nothing but a rule, as some programs draw above what they quote."""
    count = 0
    while count < len(own) and not own[-1 - count].strip(" \t-_=*–—"):
        count += 1
    return count


def _joined(lines: list[str]) -> str:
    return marks_out("\n".join(lines)).strip("\n")


def marks_out(text: str) -> str:
    """The text without the marks of quotations; the mark of signatures stays for `signature`."""
    return text.replace(marks.QUOTED, "").replace(marks.REST_QUOTED, "") if not text.isascii() else text


def _on_lines_of_their_own(lines: list[str]) -> list[str]:
    """Lines where "On … wrote:" follows the sender's words are cut in two."""
    out: list[str] = []
    for index, line in enumerate(lines[:_MAX_LINES]):
        found = None
        if "On " in line or "Am " in line or "Le " in line:
            found = phrases.WHEN_MIDWAY.search(line[:_MAX_LINE])
        if found and not phrases.WROTE.search(" ".join([line[:_MAX_LINE], *lines[index + 1 : index + 3]])[:900]):
            found = None
        if found and found.start() and line[: found.start()].strip(" >*_-") and not line.startswith(">"):
            out += [line[: found.start()].rstrip(), line[found.start() :]]
        else:
            out.append(line)
    return out + lines[_MAX_LINES:]


# --- `>` ------------------------------------------------------------------------------------------------------------


def _spare_false_quotes(lines: list[str], quoted: list[bool]) -> None:
    """`> 500 ms` and a prompt's `>>> get(key)` are the sender's own words, when nothing else is quoted."""
    marked = [line for line, mark in zip(lines, quoted, strict=True) if mark]
    lone = len(marked) == 1 and (_NUMBER_AFTER.match(marked[0]) or "<<<" in marked[0])
    if any(phrases.BETWEEN_ARROWS.match(line) for line in marked):
        return
    if lone or all(_PROMPT.match(line) for line in marked):
        quoted[:] = [False] * len(lines)


def _close_gaps(lines: list[str], quoted: list[bool]) -> None:
    """A quoted line that was broken leaves its end without a `>`: the rest of a link or an address between two quoted lines."""
    for index in range(1, len(lines) - 1):
        line = lines[index].strip()
        if not line or quoted[index] or not (quoted[index - 1] and quoted[index + 1]) or len(line) > 200:
            continue
        ends_link = line.endswith(")") and (
            line.startswith("(") or lines[index - 1].count("(") > lines[index - 1].count(")")
        )
        if ends_link or line.endswith(") >") or (" " not in line and line.endswith(">")) or _runs_on(lines, index):
            quoted[index] = True


def _runs_on(lines: list[str], index: int) -> bool:
    """Whether a line goes on where the quoted line above it was broken off: Android's Gmail breaks quotations so."""
    above = lines[index - 1].rstrip()
    return lines[index][:1].islower() and len(above) > _BROKEN_FROM and above[-1] not in ".?!:;"


def _is_passed_on(lines: list[str], quoted: list[bool]) -> bool:
    """Whether the quoted lines start as a forwarded mail does: Apple Mail puts `>` before "Begin forwarded message:" too."""
    marked = (line for line, mark in zip(lines, quoted, strict=True) if mark and line.strip(f" >{marks.QUOTED}"))
    first = next(marked, "").lstrip(marks.QUOTED)[:_MAX_LINE]
    dashed = phrases.DASHED.match(first)
    return phrases.BEGIN_FORWARDED.match(first) is not None or (
        dashed is not None and dashed.group("forward") is not None
    )


# --- what is all older from one line on -----------------------------------------------------------------------------


def _end_of_own_words(lines: list[str], quoted: list[bool]) -> tuple[int, bool]:
    """The line from which all is an older or a forwarded mail, and whether it is forwarded."""
    for index, line in enumerate(lines[:_MAX_LINES]):
        if not line or len(line) > _MAX_LINE:
            continue
        if quoted[index]:
            if ">>>" in line and phrases.BETWEEN_ARROWS.match(line):
                return index, False
            continue
        first = line.lstrip(" \t*>")[:1]
        if first == marks.REST_QUOTED:
            return index, False
        if (first == "#" or "above this" in line) and phrases.REPLY_ABOVE.match(line):
            return index, False
        if not first or first in _DASHES:
            if first and line.lstrip(" \t*>")[1:2] not in _DASHES:
                continue
            if phrases.REPLY_ABOVE.match(line):
                return index, False
            dashed = phrases.DASHED.match(line)
            if dashed:
                return index, dashed.group("forward") is not None
            if phrases.RULE.match(line) and _header_block(lines, index + 1):
                return index, False
        elif ":" in (beginning := line[:_LONGEST_NAME]) or "：" in beginning:
            if line.rstrip(" \t*")[-1:] in _COLONS and phrases.BEGIN_FORWARDED.match(line):
                return index, True
            if _header_block(lines, index):
                return index, False
    return len(lines), False


def _header_block(lines: list[str], start: int) -> bool:
    """Whether a mail's headers stand here, as Outlook and its like put them above what they quote."""
    kinds: dict[str, str] = {}
    blanks = 0
    for index in range(start, min(len(lines), start + _MAX_BLOCK)):
        line = lines[index].lstrip(marks.QUOTED)
        if not line.strip(" >*"):
            blanks += 1
            if blanks > 2 or len(kinds) > 2:
                break
            continue
        found = phrases.FIELD.match(line[:300])
        if found is None:
            if not kinds or blanks:
                break
            continue
        blanks = 0
        kind = next(kind for kind in phrases.KINDS if found.group(kind) is not None)
        kinds.setdefault(kind, found.group("value").strip(" *_"))
    return _is_header_block(kinds)


def _is_header_block(kinds: dict[str, str]) -> bool:
    """Enough of a mail's headers, and not a form that a person filled in ("From: 10:00, To: 12:30")."""
    sender, when = kinds.get("from", ""), kinds.get("date", "")
    dated = sum(char.isdigit() for char in when) > 3
    others = {"date", "to", "subject"} & set(kinds)
    if not sender:
        if dated and phrases.FROM_MIDWAY.search(when):
            return True
        return dated and "to" in kinds and ("@" in kinds["to"] or "subject" in kinds)
    if sender[:1].isdigit():
        return False
    if "@" in sender and ("subject" in others or phrases.FIELD_MIDWAY.search(sender)):
        return True
    return dated or (len(others) >= 2 and ("subject" in others or "@" in sender))


def _says(lines: list[str], quoted: list[bool], end: int) -> bool:
    """Whether the sender says anything before that line."""
    return any(line.strip() and not other for line, other in zip(lines[:end], quoted[:end], strict=True))


def _answered_below(lines: list[str], quoted: list[bool], start: int) -> int:
    """Where the older mail ends whose headers stand at the top: nowhere, unless its lines are marked and others follow."""
    if marks.REST_QUOTED in lines[start]:
        return start
    if phrases.FIELD.match(lines[start][:300]) and not _is_dated(lines, start):
        return len(lines)  # a web form writes "From: … Subject: …" above what a person typed into it
    body = next(
        (i for i in range(start + 1, len(lines)) if not lines[i].strip(" |>") and _seen_field(lines, start, i)),
        len(lines),
    )
    _mark_alike(lines, quoted, start)
    _mark_alike(lines, quoted, body + 1)
    if not any(quoted[body:]) or not any(line.strip() and not quoted[body + i] for i, line in enumerate(lines[body:])):
        return start
    quoted[start:body] = [True] * (body - start)
    return len(lines)


def _is_dated(lines: list[str], start: int) -> bool:
    found = (phrases.FIELD.match(line[:300]) for line in lines[start : start + _MAX_BLOCK])
    return any(one is not None and one.group("date") is not None for one in found)


def _seen_field(lines: list[str], start: int, stop: int) -> bool:
    return any(phrases.FIELD.match(line[:300]) for line in lines[max(start, stop - _MAX_BLOCK) : stop])


def _mark_alike(lines: list[str], quoted: list[bool], start: int) -> None:
    """Mark what is quoted by another sign than `>`: lines that start as the first one from `start` on does."""
    first = next((line for line in lines[start : start + 4] if line.strip()), "")
    sign = _OTHER_SIGN.match(first)
    if sign is None:
        return
    alike = [
        i
        for i in range(start, len(lines))
        if (found := _OTHER_SIGN.match(lines[i])) and found.group(1) == sign.group(1)
    ]
    if len(alike) > 1:
        for index in alike:
            quoted[index] = True


# --- "On … wrote:" --------------------------------------------------------------------------------------------------


def _attributed(lines: list[str], quoted: list[bool], end: int) -> tuple[int, int]:
    """Take out the lines that say who wrote when. Gives the end of the own words, and how many such lines there were."""
    heads = 0
    for start, stop in _attributions(lines, quoted, end):
        following = next((index for index in range(stop, len(lines)) if lines[index].strip()), len(lines))
        heads += 1
        if following < len(lines) and not quoted[following]:
            _mark_alike(lines, quoted, following)
        if following < len(lines) and (quoted[following] or following >= end):
            quoted[start:stop] = [True] * (stop - start)
        elif _is_certain(" ".join(lines[start:stop])):
            if _says(lines, quoted, start):
                return min(end, start), heads
            quoted[start:stop] = [True] * (stop - start)
        else:
            heads -= 1
    return end, heads


def _attributions(lines: list[str], quoted: list[bool], end: int) -> list[tuple[int, int]]:
    """Where lines such as "On … wrote:" stand, as spans of lines; mail programs break them over up to five."""
    spans: list[tuple[int, int]] = []
    done = 0
    may_end = [line.rstrip(" *_>-").endswith(_ENDINGS) for line in lines[: min(end, _MAX_LINES) + 2]]
    for index in range(min(end, _MAX_LINES)):
        line = lines[index]
        if index < done or quoted[index] or not line or len(line) > _MAX_LINE:
            continue
        span = None
        if any(may_end[index : index + 3]) and phrases.WROTE.search(line):
            span = _around(lines, index, end, done)
        elif "@" in line and (phrases.DATE_AND_ADDRESS.match(line) or _broken_date_and_address(lines, index, done)):
            span = (index if phrases.DATE_AND_ADDRESS.match(line) else index - 1, index + 1)
        elif phrases.POSTED_BY.match(line):
            span = (index, index + 1)
        if span:
            spans.append(span)
            done = span[1]
    return spans


def _broken_date_and_address(lines: list[str], index: int, done: int) -> bool:
    return index > done and bool(phrases.DATE_AND_ADDRESS.match(f"{lines[index - 1]} {lines[index]}"[:_MAX_LINE]))


def _around(lines: list[str], verb: int, end: int, done: int) -> tuple[int, int] | None:
    """The span of lines that a "wrote" stands in, when it is a mail program's."""
    if phrases.DASHED_WROTE.match(lines[verb]):
        return (verb, verb + 1)
    stop = _stop(lines, verb, end)
    if stop is None:
        return None
    weak: int | None = None
    blanks = 0
    for start in range(verb, max(done, verb - 5) - 1, -1):
        line = lines[start]
        if not line.strip():
            blanks += 1
            if blanks > 1:
                break
            continue
        joined = " ".join(lines[start : stop + 1])[:_MAX_LINE]
        if (
            phrases.WHEN_FIRST.match(line)
            and ("@" in joined or phrases.WHEN.search(joined))
            and (not blanks or "<" in joined)
        ):
            return None if phrases.FIRST_PERSON.search(joined) else (start, stop + 1)
        if not blanks and start >= verb - 1 and ("@" in joined or (start == verb and len(joined) < 120)):
            weak = start if weak is None or "@" not in lines[weak] else weak
    if weak is None or phrases.FIRST_PERSON.search(" ".join(lines[weak : stop + 1])):
        return None
    return (weak, stop + 1)


def _stop(lines: list[str], verb: int, end: int) -> int | None:
    """The line that ends the attribution whose "wrote" is in line `verb`."""
    for index in range(verb, min(end, verb + 3)):
        if not lines[index].strip() or (index > verb and _QUOTED.match(lines[index])):
            return None
        if _ends(lines, index):
            return index
    return None


def _ends(lines: list[str], index: int) -> bool:
    """Whether the line can be the last of an attribution: it ends with a colon, or with "wrote" itself."""
    line = lines[index].rstrip(" *_>-\u200b")
    if line.endswith((":", "：")):
        return True
    found = phrases.WROTE.search(line)
    return found is not None and found.end() == len(line)


def _is_certain(line: str) -> bool:
    """Whether an attribution is one even without quoted lines below it.

    A person writes "On 3 March your colleague wrote:" too; a mail program names the minute, or the address in brackets.
    """
    if phrases.DASHED_WROTE.match(line) or phrases.POSTED_BY.match(line) or phrases.BRACKETED_ADDRESS.search(line):
        return True
    if phrases.NAME_FIRST.match(line):
        return True
    return phrases.MINUTE.search(line) is not None and phrases.WHEN_FIRST.match(line) is not None
