"""Where the shipped data lies: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

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
