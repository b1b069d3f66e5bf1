"""One frozen record of settings, from `triage.toml` and, for secrets, from the environment, a file or the keyring.

Every field carries the sentence that `triage init` writes above it; a test fails when one has none. A mistake in the file
is reported with its line, what is wrong and what to write instead.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triage.errors import ConfigError

FILE = Path("triage.toml")


def _key(
    default: Any,
    doc: str,
    *,
    choices: tuple[str, ...] = (),
    example: Any = None,
    least: int | None = None,
    most: int | None = None,
) -> Any:
    about = {"doc": doc, "choices": choices, "example": example, "least": least, "most": most}
    return field(default=default, metadata=about)


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """[desk]: who answers, by which terms, and where the desk keeps what it knows."""

    name: str = _key("Support", "How replies are signed.")
    address: str = _key("support@example.com", "The mailbox's own address; a reply comes from it.")
    pack: str = _key(
        "upstash", "The published terms to judge by: a shipped pack's name, or the path of a folder of your own."
    )
    authserv: str = _key(
        "",
        "Name of your own mail server in its Authentication-Results headers; its word proves a sender's address. "
        "Empty: no sender counts as proved, and replies reveal nothing from the records.",
    )
    laws: str = _key(
        "",
        "Laws whose time limits count beside the published ones, by their names in the shipped pack `statutory`, "
        "separated by commas; the earliest limit governs. Empty: none.",
    )
    zone: str = _key("UTC", "Time zone of the desk, by its IANA name; dates in replies and on the pages are in it.")
    database: str = _key(
        "desk.db", "SQLite file of the desk. The mail itself lies beside it, in a folder named as it: desk-mail."
    )
    records: str = _key("", "Folder of CSV files with accounts, databases, bills, uptime and credits; empty: none.")
    templates: str = _key("", "Folder whose templates stand before the shipped ones; empty: none.")


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """[mailbox.NAME]: a mailbox to read. It is opened read-only; nothing in it is marked, moved or deleted."""

    kind: str = _key(
        "imap", "`imap`, or `files` for a Maildir, an mbox file or a folder of .eml.", choices=("imap", "files")
    )
    path: str = _key("", "files: where they lie.")
    host: str = _key("", "imap: the server's name, as in its certificate.", example="imap.example.com")
    port: int = _key(0, "imap: 0 means 993, or 143 without tls.", least=0, most=65535)
    security: str = _key(
        "tls",
        "imap: `tls`, `starttls`, or `none` (to this machine itself only). Certificate and host name are always checked.",
        choices=("tls", "starttls", "none"),
    )
    ca_file: str = _key("", "imap: certificates to trust instead of the system's, as a PEM file; empty: the system's.")
    user: str = _key("", "imap: login name.", example="support@example.com")
    folder: str = _key("INBOX", "imap: the folder to read.")
    auth: str = _key(
        "password", "imap: `password`, or `oauth`, where the secret is an access token.", choices=("password", "oauth")
    )
    secret_env: str = _key(
        "", "The environment variable that holds the password or token.", example="TRIAGE_SUPPORT_PASSWORD"
    )
    secret_file: str = _key("", "Or a file that holds it, readable by its owner alone.")
    secret_keyring: str = _key("", "Or the service name under which the system's keyring holds it for this user.")
    secret_in_clear: str = _key(
        "", "Or, if you insist, the secret itself. Whoever reads this file then reads your mail."
    )
    timeout: int = _key(60, "imap: seconds after which a silent server counts as gone.", least=1)


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """[schedule]: what `triage run` does by itself."""

    poll_every: int = _key(60, "Seconds between two polls.", least=1)
    digest_at: str = _key("08:00", "Local time at which the morning digest is written to digest_folder.")
    digest_folder: str = _key("digests", "Folder for the digests, one file a day; empty: none is written.")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """[web]: the review page."""

    host: str = _key("127.0.0.1", "Address to listen on. The page has no login of its own yet: keep it on loopback.")
    port: int = _key(8642, "Port; 0 takes a free one.", least=0, most=65535)


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """[stripe]: where `triage records bills --from stripe` finds invoices, and how they name accounts and services."""

    secret_env: str = _key(
        "",
        "The environment variable that holds the API key, as TRIAGE_STRIPE_KEY; a restricted key that may read billing is "
        "enough.",
    )
    secret_file: str = _key("", "Or a file that holds it, readable by its owner alone.")
    account_key: str = _key(
        "account",
        "Metadata key of a Stripe customer that holds the desk's account. A customer without it is the account with its id "
        "as customer_id.",
    )
    product_key: str = _key(
        "product", "Metadata key of an invoice line, its price or its product that holds the product."
    )
    region_key: str = _key("region", "The same for the region.")
    one_time_key: str = _key(
        "one_time", "The same for `yes` or `no`: is the line a one-time payment? Without it, as Stripe has the line."
    )
    api_base: str = _key(
        "https://api.stripe.com", "Where the API answers; http is for a stand-in on this machine only."
    )
    timeout: int = _key(30, "Seconds after which a silent server counts as gone.", least=1)


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it. `folder`: where relative paths start, the folder of the file."""

    folder: Path
    desk: DeskSettings = field(default_factory=DeskSettings)
    mailboxes: Mapping[str, MailboxSettings] = field(default_factory=dict)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    web: WebSettings = field(default_factory=WebSettings)
    stripe: StripeSettings = field(default_factory=StripeSettings)

    def path(self, text: str) -> Path:
        """A path of the file, relative to the file's folder. Raises ConfigError for the home of a user who is not there."""
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError as error:
            raise ConfigError(text, "this home folder is not known.", "Write the path from / on.") from error

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.zone)


SECTIONS: dict[str, type] = {
    "desk": DeskSettings,
    "schedule": ScheduleSettings,
    "web": WebSettings,
    "stripe": StripeSettings,
}


def load(path: Path) -> Settings:
    """Read the file. Raises ConfigError naming file, line, what is wrong and what to write instead."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            str(path), "there is no such file.", "Write one with `triage init`, or name yours with --config."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            str(path), f"cannot be read ({error}).", "It must be a readable text file in UTF-8."
        ) from error
    source = _Source(str(path), text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise source.wrong_syntax(error) from error
    return _settings(document, source, path.resolve().parent)


def _settings(document: dict[str, Any], source: _Source, folder: Path) -> Settings:
    for name in document:
        if name not in {*SECTIONS, "mailbox"}:
            raise source.error((name,), f"there is no section [{name}].", _instead(name, [*SECTIONS, "mailbox"]))
    parts = {name: _section(document.get(name, {}), kind, source, (name,)) for name, kind in SECTIONS.items()}
    _check_zone(parts["desk"].zone, source)
    if not parts["desk"].database:
        raise source.error(("desk", "database"), "database is empty.", 'Write a file\'s name, as "desk.db".')
    _check_clock_time(parts["schedule"].digest_at, source)
    boxes = document.get("mailbox", {})
    if not isinstance(boxes, dict) or not all(isinstance(box, dict) for box in boxes.values()):
        raise source.error(("mailbox",), "a mailbox needs a name.", "Write [mailbox.support] instead of [mailbox].")
    mailboxes = {
        name: _mailbox(_section(box, MailboxSettings, source, ("mailbox", name)), name, source)
        for name, box in boxes.items()
    }
    return Settings(folder=folder, mailboxes=mailboxes, **parts)


def _section(table: Any, kind: type, source: _Source, where: tuple[str, ...]) -> Any:
    if not isinstance(table, dict):
        raise source.error(where, f"{where[0]} must be a section.", f"Write [{'.'.join(where)}] and its keys below.")
    hints = get_type_hints(kind)
    fields = {item.name: item for item in dataclasses.fields(kind)}
    for name, value in table.items():
        if name not in fields:
            raise source.error(
                (*where, name), f"there is no key {name} in [{'.'.join(where)}].", _instead(name, list(fields))
            )
        expected = hints[name]
        if type(value) is not expected:
            shown = {"str": "a text in quotes", "int": "a whole number", "bool": "true or false"}[expected.__name__]
            raise source.error((*where, name), f"{name} must be {shown}.", _as_written(name, fields[name], expected))
        choices = fields[name].metadata["choices"]
        if choices and value not in choices:
            raise source.error((*where, name), f"{name} cannot be {value!r}.", f"Write one of {', '.join(choices)}.")
        if expected is str and "\0" in value:
            raise source.error((*where, name), f"{name} holds a NUL character.", "Write it without.")
        least, most = fields[name].metadata["least"], fields[name].metadata["most"]
        if (least is not None and value < least) or (most is not None and value > most):
            span = f"from {least} up" if most is None else f"from {least} to {most}"
            raise source.error((*where, name), f"{name} cannot be {value}.", f"Write a number {span}.")
    return kind(**table)


def _mailbox(box: MailboxSettings, name: str, source: _Source) -> MailboxSettings:
    needed = {"files": ("path",), "imap": ("host", "user")}[box.kind]
    for key in needed:
        if not getattr(box, key):
            remedy = f'Add {key} = "..." below [mailbox.{name}].'
            raise source.error(("mailbox", name), f"a mailbox of kind {box.kind} needs {key}.", remedy)
    return box


def _check_zone(zone: str, source: _Source) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = 'Write an IANA name such as "Europe/Istanbul" or "UTC".'
        raise source.error(("desk", "zone"), f"{zone!r} is not a time zone.", remedy) from None


def _check_clock_time(text: str, source: _Source) -> None:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise source.error(("schedule", "digest_at"), f"{text!r} is not a time of day.", 'Write it as "08:00".')


def _instead(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."


def _as_written(name: str, item: Any, expected: type) -> str:
    example = item.metadata["example"] or item.default or ("..." if expected is str else 1)
    return f"Write {name} = {_toml(example)}."


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Source:
    """The file's text, to find the line of a key again (tomllib keeps no positions)."""

    def __init__(self, where: str, text: str) -> None:
        self.where, self.text = where, text

    def error(self, key: tuple[str, ...], what: str, remedy: str) -> ConfigError:
        return ConfigError(self.where, what, remedy, self.line(key))

    def line(self, key: tuple[str, ...]) -> int | None:
        """Number of the line of `section.key`, or of the section's head; None when it is written in no usual way."""
        section: tuple[str, ...] = ()
        best: int | None = None
        for number, line in enumerate(self.text.splitlines(), 1):
            if head := re.match(r"\s*\[([^\[\]]+)\]", line):
                section = tuple(part.strip().strip("\"'") for part in head[1].split("."))
                if section == key or (best is None and section[: len(key)] == key):
                    best = number
            elif item := re.match(r"\s*([\w.\"'-]+)\s*=", line):
                written = tuple(part.strip("\"'") for part in item[1].split("."))
                if (*section, *written) == key:
                    return number
        return best

    def wrong_syntax(self, error: tomllib.TOMLDecodeError) -> ConfigError:
        place = re.search(r"\(at line (\d+)", str(error))
        complaint = re.sub(r" \(at .*", "", str(error))
        what = f"this is not TOML: {complaint}."
        remedy = 'A line reads key = "text" or key = 12; a section reads [desk].'
        return ConfigError(self.where, what, remedy, int(place[1]) if place else None)


# --- secrets --------------------------------------------------------------------------------------------------------


def secret(box: MailboxSettings, name: str, settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """The mailbox's password or token. Raises ConfigError when none is named or it cannot be had; never shows it."""
    where = f"[mailbox.{name}]"
    if box.secret_env:
        return _from_environment(box.secret_env, where, environment)
    if box.secret_file:
        return _from_file(settings.path(box.secret_file), where)
    if box.secret_keyring:
        return _from_keyring(box, where)
    if box.secret_in_clear:
        return box.secret_in_clear
    raise ConfigError(
        where, "no secret is named.", 'Name where it is kept, for example secret_env = "TRIAGE_SUPPORT_PASSWORD".'
    )


def stripe_key(settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """Stripe's API key. Raises ConfigError when none is named or it cannot be had; never shows it."""
    if settings.stripe.secret_env:
        return _from_environment(settings.stripe.secret_env, "[stripe]", environment)
    if settings.stripe.secret_file:
        return _from_file(settings.path(settings.stripe.secret_file), "[stripe]")
    raise ConfigError(
        "[stripe]", "no API key is named.", 'Name where it is kept, for example secret_env = "TRIAGE_STRIPE_KEY".'
    )


def _from_environment(variable: str, where: str, environment: Mapping[str, str]) -> str:
    if variable not in environment:
        raise ConfigError(where, f"the environment variable {variable} is not set.", "Set it, then start again.")
    return environment[variable]


def _from_file(path: Path, where: str) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(where, f"{path} can be read by others.", f"Close it with `chmod 600 {path}`.")
        return path.read_text(encoding="utf-8").strip("\r\n")
    except OSError as error:
        raise ConfigError(where, f"{path} cannot be read ({error.strerror}).", "Check secret_file.") from error


def _from_keyring(box: MailboxSettings, where: str) -> str:
    try:
        import keyring
    except ImportError:
        raise ConfigError(
            where, "the keyring library is not installed.", "Install the extra: pip install 'triage-desk[keyring]'."
        ) from None
    value = keyring.get_password(box.secret_keyring, box.user)
    if value is None:
        remedy = f"Store it with `keyring set {box.secret_keyring} {box.user}`."
        raise ConfigError(where, f"the keyring holds nothing for {box.user}.", remedy)
    return str(value)


# --- the file that `triage init` writes -----------------------------------------------------------------------------


def example() -> str:
    """A complete triage.toml: every key with its default and the sentence that explains it."""
    sections = {
        "desk": DeskSettings,
        "mailbox.support": MailboxSettings,
        "schedule": ScheduleSettings,
        "web": WebSettings,
        "stripe": StripeSettings,
    }
    lines = [
        "# Settings of the triage desk. A key that is commented out shows its default; paths start at this file's folder.",
        "",
    ]
    for name, kind in sections.items():
        lines += [f"# {_purpose(kind)}", f"[{name}]"]
        for item in dataclasses.fields(kind):
            shown = item.metadata["example"]
            mark = "" if shown is not None else "# "
            lines += [
                f"# {item.metadata['doc']}",
                f"{mark}{item.name} = {_toml(item.default if shown is None else shown)}",
            ]
        lines.append("")
    return "\n".join(lines)


def _purpose(kind: type) -> str:
    sentence = (kind.__doc__ or "").split(": ", 1)[1].strip()
    return sentence[0].upper() + sentence[1:]


def documented() -> dict[str, tuple[str, ...]]:
    """Section -> its keys; for the test that holds the documentation to the code."""
    sections = {**SECTIONS, "mailbox.NAME": MailboxSettings}
    return {name: tuple(item.name for item in dataclasses.fields(kind)) for name, kind in sections.items()}
