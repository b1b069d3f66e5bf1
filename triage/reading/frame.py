"""spaCy, loaded quickly: the frame that the reader's components stand in.

`import spacy` spends a third of its time on its command line (typer, httpx, requests), which the reader never uses,
and much of the rest on a YAML parser and in the garbage collector. All are set aside while it loads; see docs/reading.md.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_COMMAND_LINE = ("spacy.cli", "spacy.cli.info")
_YAML = "srsly._yaml_api"
_YAML_FUNCTIONS = ("is_yaml_serializable", "read_yaml", "write_yaml", "yaml_dumps", "yaml_loads")


@contextmanager
def without_collector() -> Iterator[None]:
    """The garbage collector set aside while much is built that stays; it finds nothing then and looks at everything."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


def load_spacy() -> Any:
    """The module `spacy`, without its command line; `import spacy.cli` still works afterwards."""
    if "spacy" in sys.modules:
        return sys.modules["spacy"]
    stands_in = {name: module for name, module in _stand_ins().items() if name not in sys.modules}
    sys.modules.update(stands_in)
    try:
        with without_collector():
            import spacy
    finally:
        for name in stands_in:
            sys.modules.pop(name, None)
    return spacy


def _stand_ins() -> dict[str, ModuleType]:
    found = {name: ModuleType(name) for name in (*_COMMAND_LINE, _YAML)}
    for name in _COMMAND_LINE:
        found[name].__path__ = []
        found[name].info = _no_info  # type: ignore[attr-defined]
    for function in _YAML_FUNCTIONS:
        setattr(found[_YAML], function, _loaded_when_called(_YAML, function))
    return found


def _loaded_when_called(module: str, function: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(importlib.import_module(module), function)(*args, **kwargs)

    return call


def _no_info(*_: object, **__: object) -> None:
    raise RuntimeError("spacy.info belongs to spaCy's command line, which was not loaded; import spacy.cli.info.")
