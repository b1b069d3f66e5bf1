"""Outage windows in pasted or attached logs: text, CSV, NDJSON — whatever has one time stamp a line.

A line tells trouble when it says so in the words programs use. Lines of trouble that follow each other within two
hours are one window, from the first to the last of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta

from triage.reading.facts.page import Page
from triage.reading.facts.times import Instant, find_instants

FEWEST = 3
"""Lines with a time stamp that make a text a log."""

_GAP = timedelta(hours=2)
_TROUBLE = re.compile(
    r"error|\berr(?:or)?s?(?:_?rate)?\s?[=:]\s?(?:0?\.\d*[1-9]|[1-9])|\berr\b|fail|fatal|critical|\bcrit\b|panic|time[sd]?[ _-]?out|timeout|refused|unreach|unavail|reset by peer|econn|etimed|enotfound|"
    r"\bdown\b|disconnect|connection (?:lost|closed)|\b50[0-4]\b|\bfalse\b|\bno\b|retry|gave up|broken pipe|lost connection|no route|unhealthy|exception"
)
_WELL = re.compile(
    r"\b(?:recovered|restored|reconnected|resolved|healthy|success(?:ful|fully)?|\bup\b|true|ok|200|pong|info)\b|err(?:or)?s?\w{0,8}\"?\s?[:=]\s?(?:0(?:\.0+)?\b|null|none|\"\"|false)"
)
_STRONG = re.compile(
    r"\"level\":\s?[56]0\b|fail|fatal|critical|panic|time[d]?[ _-]?out|refused|unreach|unavail|reset by peer|econn|etimed|\bdown\b|\b50[0-4]\b|unhealthy|(?:\"|\b)(?:error|err)(?:\"|\b)(?!\"?\s?[:=]\s?(?:0|null|none|false))"
)


@dataclass(frozen=True, slots=True)
class LogWindow:
    """A run of trouble: its first and last time stamps; start, end: offsets of the lines that tell it."""

    start: int
    end: int
    first: Instant
    last: Instant


def log_lines(page: Page) -> list[tuple[int, int, Instant]]:
    """(start, end, first time stamp) of each line that begins like a log's, empty when there are too few to be a log."""
    lines: list[tuple[int, int, Instant]] = []
    for instant in find_instants(page):
        start = page.flat.rfind("\n", 0, instant.start) + 1
        end = page.flat.find("\n", instant.end)
        end = len(page.flat) if end < 0 else end
        head = page.flat[start : instant.start]
        if (not lines or lines[-1][0] != start) and len(re.findall(r"[a-z]{2,}", head)) <= 6:
            lines.append((start, end, instant))
    return lines if len(lines) >= FEWEST else []


def log_windows(page: Page) -> list[LogWindow]:
    """Windows of trouble in the lines of a log, in order of time."""
    lines = sorted(log_lines(page), key=lambda line: _key(line[2]))
    windows: list[LogWindow] = []
    run: list[_Line] = []
    for line in lines:
        text = page.flat[line[0] : line[1]]
        if (
            run
            and _key(line[2]) - _key(run[-1][2]) > _GAP.total_seconds()
            and not (_OVER.search(text) and _same_day(run, line))
        ):
            windows.append(_window(run))
            run = []
        if _is_trouble(text):
            run.append(line)
        elif run and (_OVER.search(text) or _is_answered(text)):
            windows.append(_window([*run, line]))
            run = []
    if run:
        windows.append(_window(run))
    return windows


_Line = tuple[int, int, Instant]
_OVER = re.compile(
    r"\berr(?:or)?s?(?:_?rate)?\s?[=:]\s?0(?:\.0+)?(?![\d.])|\b(?:recovered|recovery|restored|resolved|reconnected|healthy|up|back)\b"
)


def _same_day(run: list[_Line], line: _Line) -> bool:
    """Whether a line that tells the end comes within a day of the trouble."""
    return _key(line[2]) - _key(run[-1][2]) <= timedelta(days=1).total_seconds()


_ANSWERED = re.compile(r"\b(?:200|pong|ok|true)\b")


def _is_answered(line: str) -> bool:
    """Whether a line tells that a request was answered again, which ends the trouble before it."""
    return _ANSWERED.search(line) is not None


def _is_trouble(line: str) -> bool:
    if _OVER.search(line) and not _STRONG.search(line):
        return False
    return bool(_STRONG.search(line)) or bool(_TROUBLE.search(line) and not _WELL.search(line))


def _window(run: list[_Line]) -> LogWindow:
    return LogWindow(min(s for s, _, _ in run), max(e for _, e, _ in run), run[0][2], run[-1][2])


def _key(instant: Instant) -> float:
    at = instant.at
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
