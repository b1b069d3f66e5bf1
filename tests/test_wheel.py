"""An installed wheel works away from the checkout: templates, rules, weights and the demo's mailbox are inside it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was unpacked, as an installer does with a pure wheel."""
    built = tmp_path_factory.mktemp("wheel")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, "--wheel-dir", str(built), str(ROOT)], check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    target = built / "site"
    zipfile.ZipFile(wheel).extractall(target)
    return target


def away(installed: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); import triage.cli as c; assert c.__file__.startswith({str(installed)!r})"
    command = [sys.executable, "-P", "-c", f"{code}; sys.exit(c.main({list(arguments)!r}))"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)


def test_reading_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_text(
        "From: a@x.example\nSubject: data\n\nPlease send me a copy of my personal data.\n"
    )
    done = away(installed, tmp_path, "read", "mail.eml", "--json")
    assert done.returncode == 0, done.stderr
    assert '"data_request"' in done.stdout


def test_init_and_poll_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    mailbox = installed / "triage" / "_shipped" / "mailbox_fixtures"
    (tmp_path / "triage.toml").write_text(f'[mailbox.demo]\nkind = "files"\npath = "{mailbox}"\n')
    done = away(installed, tmp_path, "poll")
    assert done.returncode == 0, done.stderr
    assert "0 unaccounted" in done.stderr
