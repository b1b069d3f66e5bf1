"""How commands speak: results to standard output, everything else to standard error; colour and tables on a terminal only."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from triage import settings as settings_module
from triage.errors import UsageError
from triage.settings import FILE, Settings


def settings_of(arguments: Namespace) -> Settings:
    """The settings that a command works with. Raises ConfigError where there are none."""
    return settings_module.load(arguments.config or FILE)


def settings_or_default(arguments: Namespace) -> Settings:
    """For commands that need none: those named with --config, else the defaults."""
    return settings_module.load(arguments.config) if arguments.config else Settings(folder=Path.cwd())


def day_of(option: str, text: str) -> date:
    """The day that an option names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a day. Write it as 2026-03-18.") from None


def instant_of(option: str, text: str) -> datetime:
    """The instant that an option names, in its own offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(f"{option} {text!r} is not a time with an offset. Write it as 2026-03-18T08:12:00Z.")
    return at


def say(text: str) -> None:
    """A line for people, on standard error."""
    print(text, file=sys.stderr, flush=True)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, tab-separated lines elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="dim")
    for head in heads:
        grid.add_column(head, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    Console().print(grid)


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[ProgressLine]:
    """A line that counts up on a terminal, and now and then a line elsewhere."""
    line = ProgressLine(what, quiet)
    yield line
    line.finish()


class ProgressLine:
    def __init__(self, what: str, quiet: bool) -> None:
        self._what, self._quiet, self._on_terminal = what, quiet, sys.stderr.isatty()
        self._written = False

    def __call__(self, done: int, of: int) -> None:
        if self._quiet:
            return
        if self._on_terminal:
            print(f"\r{self._what}: {done} of {of}", end="", file=sys.stderr, flush=True)
            self._written = True
        elif done == of or done % 25 == 0:
            say(f"{self._what}: {done} of {of}")

    def finish(self) -> None:
        if self._written:
            print(file=sys.stderr)
