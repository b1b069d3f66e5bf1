"""A new pack from a sound one: the same clauses and cases, for a policy owner to rewrite."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from triage.errors import UsageError
from triage.policy.loading import load_pack

_NAME = re.compile(r"[a-z][a-z0-9-]*")


def new_pack(folder: Path, operator: str, template: Path) -> tuple[Path, ...]:
    """Copy `template` to `folder` under the folder's name, with the operator's name put in. Returns the files written.

    Raises UsageError for a name that is no word or a folder that exists, ConfigError for a template that is not sound.
    """
    if not _NAME.fullmatch(folder.name):
        raise UsageError(f"`{folder.name}` is no name for a pack. Write lower-case letters, digits and hyphens.")
    if folder.exists():
        raise UsageError(f"{folder} exists already. Name a folder that does not exist yet.")
    old = load_pack(template)
    shutil.copytree(template, folder)
    for file in sorted(folder.rglob("*.yaml")):
        text = file.read_text(encoding="utf-8").replace(old.operator, operator)
        if file.name == "pack.yaml":
            text = re.sub(rf"(?m)^name: {re.escape(old.name)}$", f"name: {folder.name}", text)
        file.write_text(text, encoding="utf-8")
    load_pack(folder)
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))
