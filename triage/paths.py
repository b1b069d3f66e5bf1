"""Where the shipped data lies: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from triage.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder `templates`, `rules` or `mailbox_fixtures` that came with this program."""
    checkout = _PACKAGE.parent / name
    return (
        checkout
        if checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file()
        else _PACKAGE / "_shipped" / name
    )


def trained() -> Path:
    """The folder with the reader's own trained weights."""
    return _PACKAGE / "reading" / "weights"


def rule_pack(name: str, folder: Path) -> Path:
    """The terms to judge by: a folder of the operator's, relative to `folder`, else a shipped pack. Raises ConfigError."""
    for candidate in (folder / Path(name).expanduser(), shipped("rules") / name):
        if (candidate / "pack.yaml").is_file():
            return candidate
    have = ", ".join(sorted(found.parent.name for found in shipped("rules").glob("*/pack.yaml")))
    raise ConfigError("[desk]", f"there is no rule pack {name!r}.", f"Name a folder, or a shipped pack: {have}.")
