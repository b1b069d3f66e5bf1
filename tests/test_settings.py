"""A settings file that is wrong says where, what, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage import settings
from triage.errors import ConfigError
from triage.settings import MailboxSettings


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "triage.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_that_init_writes_loads_and_explains_every_key(tmp_path: Path) -> None:
    text = settings.example()
    loaded = settings.load(write(tmp_path, text))
    assert loaded.mailboxes["support"].host == "imap.example.com"
    for section, keys in settings.documented().items():
        assert f"[{section.replace('NAME', 'support')}]" in text
        for key in keys:
            before = text.split(f"{key} = ")[0].rstrip().rstrip("#").rstrip()
            assert before.splitlines()[-1].startswith("# "), f"{key} has no sentence above it"


@pytest.mark.parametrize(
    ("text", "line", "what", "remedy"),
    [
        ('[desk]\nnmae = "x"\n', 2, "no key nmae", "Did you mean name?"),
        ("[schedule]\n\npoll_every = '60'\n", 3, "must be a whole number", "poll_every = 60"),
        ("[schedule]\npoll_every = 0\n", 2, "cannot be 0", "from 1 up"),
        ("[web]\nport = 70000\n", 2, "cannot be 70000", "from 0 to 65535"),
        ("[schedule]\npoll_every = true\n", 2, "must be a whole number", "poll_every = 60"),
        ('[desk]\nzone = "Mars/Olympus"\n', 2, "not a time zone", "Europe/Istanbul"),
        ('[schedule]\ndigest_at = "8 Uhr"\n', 2, "not a time of day", '"08:00"'),
        ('[mailbox.a]\nkind = "pop3"\n', 2, "cannot be 'pop3'", "imap, files"),
        ('[mailbox.a]\nkind = "files"\n', 1, "needs path", "[mailbox.a]"),
        ('[mailbox.a]\nhost = "h"\n', 1, "needs user", 'user = "..."'),
        ('[mailbox]\nhost = "h"\n', 1, "needs a name", "[mailbox.support]"),
        ("[desks]\n", 1, "no section [desks]", "Did you mean desk?"),
        ('[desk]\ndatabase = ""\n', 2, "database is empty", "desk.db"),
        ('[desk]\nname = "a\\u0000b"\n', 2, "NUL", "without"),
        ('[desk]\nname = "unfinished\n', 2, "not TOML", 'key = "text"'),
    ],
)
def test_a_mistake_is_named_with_line_and_remedy(tmp_path: Path, text: str, line: int, what: str, remedy: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        settings.load(path)
    assert caught.value.line == line
    assert str(path) in str(caught.value)
    assert what in str(caught.value)
    assert remedy in str(caught.value)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="triage init"):
        settings.load(tmp_path / "none.toml")


def test_the_home_of_nobody_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    loaded = settings.load(write(tmp_path, '[desk]\ndatabase = "~nobody-of-that-name/desk.db"\n'))
    with pytest.raises(ConfigError, match="home folder is not known"):
        loaded.path(loaded.desk.database)


def test_a_secret_comes_from_the_environment_or_a_closed_file(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    loaded = settings.load(path)
    assert settings.secret(MailboxSettings(secret_env="PASSWORD"), "a", loaded, {"PASSWORD": "s3cret"}) == "s3cret"
    (tmp_path / "secret").write_text("s3cret\n")
    (tmp_path / "secret").chmod(0o600)
    assert settings.secret(MailboxSettings(secret_file="secret"), "a", loaded, {}) == "s3cret"
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        settings.secret(MailboxSettings(secret_file="secret"), "a", loaded, {})


@pytest.mark.parametrize(
    "box", [MailboxSettings(), MailboxSettings(secret_env="NOT_SET"), MailboxSettings(secret_file="none")]
)
def test_a_secret_that_is_not_there_is_said_before_login(tmp_path: Path, box: MailboxSettings) -> None:
    with pytest.raises(ConfigError, match=r"\[mailbox\.a\]"):
        settings.secret(box, "a", settings.load(write(tmp_path, "")), {})
