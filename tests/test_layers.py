"""Imports run one way: doors and desk -> core -> model. Nobody knows a module above itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "triage"

# what each part may import of ours, besides itself; top-level modules stand by their name
MAY_IMPORT = {
    "model": set(),
    "errors": set(),
    "paths": {"errors"},
    "mail": {"model", "errors"},
    "reading": {"model", "errors", "paths", "mail"},
    "policy": {"model", "errors"},
    "reply": {"model", "errors", "policy"},
    "pipeline": {"model", "mail", "reading", "policy", "reply"},
    "doors": {"model", "errors", "policy"},
    "desk": {"model", "errors", "doors"},
    "digest": {"model", "errors", "desk"},
    "settings": {"errors"},
    "jsonview": {"model"},
    "web": {"model", "errors", "desk", "digest"},
    "wiring": {
        "model",
        "errors",
        "paths",
        "settings",
        "mail",
        "reading",
        "policy",
        "reply",
        "pipeline",
        "doors",
        "desk",
    },
    "service": {"model", "errors", "paths", "settings", "wiring", "desk", "digest", "web"},
}
SHELL = {"cli", "commands", "__main__", "__init__"}
CORE = ("mail", "reading", "policy", "reply")
NOT_IN_CORE = {
    "socket",
    "sqlite3",
    "sqlite_utils",
    "urllib",
    "http",
    "requests",
    "imaplib2",
    "smtplib",
    "starlette",
    "subprocess",
}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if "_shipped" not in path.parts)


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            names |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "triage"
                else {node.module or ""}
            )
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_knows_nothing_above_it(path: Path) -> None:
    part = part_of(path)
    if part in SHELL:
        return
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("triage.")}
    assert ours - {part, "__version__"} <= MAY_IMPORT[part]


@pytest.mark.parametrize(
    "path", [p for p in modules() if part_of(p) in CORE], ids=lambda path: str(path.relative_to(ROOT))
)
def test_the_core_touches_no_world(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & NOT_IN_CORE
    text = path.read_text(encoding="utf-8")
    for clock in ("datetime.now(", "time.time(", "date.today(", "utcnow("):
        assert clock not in text, f"{clock} in the core"


def test_only_the_store_speaks_sql() -> None:
    speaking = {
        path.name for path in modules() if {"sqlite3", "sqlite_utils"} & {n.split(".")[0] for n in imports(path)}
    }
    assert speaking == {"store.py"}
