"""YAML as a policy owner means it: no number is a float, no word is a boolean by surprise, every value knows its line.

Plain scalars are read so: `12` an int, `99.99` a `Decimal`, `2026-03-01` a date, `true`/`false`, `null`; all else is
text. What YAML 1.1 would silently turn into something else (`no`, `010`, `0x1F`, `1:30`, `1e3`, `1_000`) is refused with the line
and what to write instead. Duplicate keys, tags and aliases are refused too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import yaml

from triage.errors import ConfigError

_INT = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SURPRISING = re.compile(
    r"(?i)y|n|yes|no|on|off|~|[-+]?0[0-7_]+|[-+]?0x[0-9a-f_]+|0b[01_]+|0o[0-7_]+|[-+]?\d+(:[0-5]?\d)+(\.\d*)?"
    r"|[-+]?\d[\d_]*\.?\d*e[-+]?\d+|[-+]?\d*_[\d_]*|[-+]?(\d+\.|\.\d+)|[-+]?\.(inf|nan)|[-+]?\d+(\.\d+)?"
)
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}


class Block(dict[str, Any]):
    """A mapping that knows its file, its own line and the line of each key."""

    def __init__(self, where: str, line: int) -> None:
        super().__init__()
        self.where, self.line, self.lines = where, line, dict[str, int]()

    def wrong(self, key: str | None, what: str, remedy: str) -> NoReturn:
        """Raise: `what` is wrong at `key` (or at the mapping itself), `remedy` says what to write."""
        raise ConfigError(self.where, what, remedy, self.line if key is None else self.lines.get(key, self.line))

    def only(self, *allowed: str) -> None:
        """Refuse a key that nobody reads: a typing error would otherwise change a policy in silence."""
        for key in self:
            if key not in allowed:
                near = get_close_matches(key, allowed, 1)
                self.wrong(
                    key, f"`{key}` is not known here.", f"Did you mean `{near[0]}`?" if near else _listed(allowed)
                )

    def need(self, key: str) -> Any:
        if self.get(key) is None:
            self.wrong(key if key in self else None, f"`{key}` is missing.", f"Add `{key}: ...` here.")
        return self[key]

    def _typed(self, key: str, kind: type | tuple[type, ...], named: str, default: Any) -> Any:
        value = self.get(key)
        if value is None:
            return self.need(key) if default is _REQUIRED else default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(key, f"`{key}` is {_shown(value)}.", f"Write {named}.")
        return value

    def text(self, key: str, default: Any = ...) -> str:
        return str(self._typed(key, str, "a text (in quotes, if it looks like a number)", default))

    def flag(self, key: str, default: Any = ...) -> bool:
        return bool(self._typed(key, bool, "true or false", default))

    def integer(self, key: str, default: Any = ...) -> int:
        return int(self._typed(key, int, "a whole number", default))

    def number(self, key: str, default: Any = ...) -> Decimal:
        return Decimal(self._typed(key, (int, Decimal), "a number such as 99.99", default))

    def day(self, key: str, default: Any = ...) -> date:
        value: date = self._typed(key, date, "a date such as 2026-03-01", default)
        return value

    def block(self, key: str, default: Any = ...) -> Block:
        value: Block = self._typed(key, Block, "a mapping of keys and values", default)
        return value

    def items_of(self, key: str, default: Any = ...) -> list[Any]:
        value: list[Any] = self._typed(key, list, "a list", default)
        return value

    def texts(self, key: str, default: Any = ...) -> tuple[str, ...]:
        values = self.items_of(key, default)
        if any(not isinstance(value, str) for value in values):
            self.wrong(key, f"`{key}` holds something other than texts.", "Write a list of texts.")
        return tuple(values)

    def blocks(self, key: str, default: Any = ...) -> list[Block]:
        values = self.items_of(key, default)
        if any(not isinstance(value, Block) for value in values):
            self.wrong(key, f"`{key}` holds something other than mappings.", "Start each entry with `- key: value`.")
        return values

    def choice(self, key: str, allowed: tuple[str, ...], default: Any = ...) -> str:
        value = self.text(key, default)
        if value not in allowed:
            near = get_close_matches(value, allowed, 1)
            self.wrong(key, f"`{value}` is not known.", f"Did you mean `{near[0]}`?" if near else _listed(allowed))
        return value


_REQUIRED = ...


def read_yaml(path: Path) -> Block:
    """The mapping a file holds. Raises ConfigError with file and line. An empty file is an empty mapping."""
    return parse_yaml(_text_of(path), str(path))


def parse_yaml(text: str, where: str) -> Block:
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = f"This is not YAML: {getattr(error, 'problem', None) or 'unreadable'}."
        remedy = "Check indentation, colons and quotes just above."
        raise ConfigError(where, what, remedy, mark.line + 1 if mark else None) from error
    if root is None:
        return Block(where, 1)
    value = _build(root, where, set())
    if not isinstance(value, Block):
        raise ConfigError(where, "The file does not hold a mapping.", "Start it with `key: value`.", 1)
    return value


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            str(path), f"The file cannot be read ({error.strerror}).", "Create it or correct the path."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "The file is not UTF-8.", "Save it as UTF-8.") from error


def _build(node: yaml.Node, where: str, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    if id(node) in seen and not isinstance(node, yaml.ScalarNode):
        raise ConfigError(where, "An alias (`*name`) stands here.", "Write the value out.", line)
    seen.add(id(node))
    if node.tag not in _TAGS:
        raise ConfigError(where, f"The tag `{node.tag}` stands here.", "Remove it; put the value in quotes.", line)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, line, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, where, seen) for item in node.value]
    return _scalar(node, where, line)


def _mapping(node: yaml.MappingNode, where: str, line: int, seen: set[int]) -> Block:
    block = Block(where, line)
    for key_node, value_node in node.value:
        key, at = str(key_node.value), key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key == "<<":
            raise ConfigError(where, "A key must be a plain word.", "Write `key: value`.", at)
        if key in block:
            raise ConfigError(where, f"`{key}` stands here twice (first on line {block.lines[key]}).", "Keep one.", at)
        block.lines[key] = at
        block[key] = _build(value_node, where, seen)
    return block


def _scalar(node: yaml.Node, where: str, line: int) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    for pattern, convert in _CONVERTERS:
        if pattern.fullmatch(text):
            try:
                return convert(text)
            except ValueError as error:
                raise ConfigError(
                    where, f"`{text}` is no such day.", "Write a date such as 2026-03-01.", line
                ) from error
    if _SURPRISING.fullmatch(text):
        remedy = "Write true or false, a plain number such as 10 or 99.99, or put it in quotes."
        raise ConfigError(where, f"`{text}` could be read as something else.", remedy, line)
    return text


_CONVERTERS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (_INT, int),
    (_DECIMAL, Decimal),
    (_DATE, date.fromisoformat),
)


def _listed(allowed: tuple[str, ...]) -> str:
    return f"Known are: {', '.join(allowed)}."


def _shown(value: object) -> str:
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else f"`{value}`"
