"""Our exceptions, by what the reader must do next.

Doubt about a *case* is a record (`Finding`, `Doubt`) and goes to a person; an exception stops work. Every text names the
fact first and the next step after it, and never holds a secret or a customer's words.
"""

from __future__ import annotations


class TriageError(Exception):
    """Base of all errors that a user can mend. The command line prints its text and exits with `exit_code`."""

    exit_code = 1


class UsageError(TriageError):
    """The command was called wrongly: call it again, corrected."""

    exit_code = 2


class ConfigError(TriageError):
    """A file that a person writes (triage.toml, a rule pack, a template, a CSV) is wrong at a known place."""

    def __init__(self, where: str, what: str, remedy: str, line: int | None = None) -> None:
        self.where, self.what, self.remedy, self.line = where, what, remedy, line
        place = where if line is None else f"{where}:{line}"
        super().__init__(f"{place}: {what} {remedy}".strip())


class MailboxError(TriageError):
    """The mailbox cannot be reached or refuses: check server, login and network; the poll goes on later by itself."""


class SourceError(TriageError):
    """A service that records are taken from cannot be reached or refuses: nothing was taken over; ask it again later."""


class StoreError(TriageError):
    """The desk's database is missing, locked, newer than this program, or was changed by somebody else."""


class Conflict(TriageError):
    """What was shown is no longer what is stored: look again, then decide."""
