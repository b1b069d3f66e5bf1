"""spaCy, loaded quickly: the frame that the reader's components stand in.

`import spacy` spends a third of its time on its command line (typer, httpx, requests), which the reader never uses, and
much of the rest in the garbage collector. Both are set aside while it loads; measured in docs/reading.md.
"""

from __future__ import annotations

import gc
import sys
from types import ModuleType
from typing import Any

_COMMAND_LINE = ("spacy.cli", "spacy.cli.info")


def load_spacy() -> Any:
    """The module `spacy`, without its command line; `import spacy.cli` still works afterwards."""
    if "spacy" in sys.modules:
        return sys.modules["spacy"]
    stands_in = {name: ModuleType(name) for name in _COMMAND_LINE if name not in sys.modules}
    for module in stands_in.values():
        module.__path__ = []
        module.info = _no_info  # type: ignore[attr-defined]
    was_collecting = gc.isenabled()
    gc.disable()
    sys.modules.update(stands_in)
    try:
        import spacy
    finally:
        for name in stands_in:
            sys.modules.pop(name, None)
        if was_collecting:
            gc.enable()
    return spacy


def _no_info(*_: object, **__: object) -> None:
    raise RuntimeError("spacy.info belongs to spaCy's command line, which was not loaded; import spacy.cli.info.")
