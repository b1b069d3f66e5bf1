"""The templates of a desk: folders of languages, read once, checked, and compiled on first use.

A language is one folder: `*.j2` (the parts of a letter), `locale.yaml` (how dates and amounts are written), and further
YAML files of phrases, two levels deep (`right: {access: ...}`), each phrase a line of Jinja. Later folders override
earlier ones, part by part and phrase by phrase. English is the language everything falls back to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, UndefinedError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from triage.errors import ConfigError
from triage.policy.yamlfile import Block, read_yaml
from triage.reply.checks import Words
from triage.reply.letter import CLOSE, OPEN
from triage.reply.locale import Locale

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of template text and where a person would find it. name: as cited, `en/closing.j2` or `en/phrases.yaml`."""

    text: str
    path: Path
    name: str
    line: int = 1


@dataclass(slots=True)
class Language:
    """One language: parts and phrases by name, its locale, and the words its letters are checked for."""

    code: str
    locale: Locale
    parts: dict[str, Source]
    phrases: dict[tuple[str, str], Source]
    words: Words
    compiled: dict[str | tuple[str, str], Template] = field(default_factory=dict)

    def source(self, name: str | tuple[str, str]) -> Source:
        return self.parts[name] if isinstance(name, str) else self.phrases[name]

    def render(self, name: str | tuple[str, str], variables: Mapping[str, object]) -> Markup:
        """A part or a phrase with marks in the places of values. Raises ConfigError where the template is wrong."""
        source = self.source(name)
        try:
            if name not in self.compiled:
                self.compiled[name] = _ENVIRONMENT.from_string(source.text)
            return Markup(self.compiled[name].render(variables))  # noqa: S704 - values are marks, see letter.Slots
        except UndefinedError as error:
            raise ConfigError(
                str(source.path), f"{error}.", "Use a variable that docs/replies.md lists.", _line(error, source)
            ) from error
        except (TemplateError, TypeError, ValueError) as error:
            raise ConfigError(str(source.path), f"{error}", "See docs/replies.md.", _line(error, source)) from error


def load(folders: Sequence[Path], names: frozenset[str]) -> dict[str, Language]:
    """Read and check all languages. names: the variables that a template may use.

    Raises ConfigError for a missing folder or part, wrong Jinja or YAML, an unknown variable.
    """
    roots = _roots(folders)
    for root in roots:
        if not root.is_dir():
            raise ConfigError(str(root), "is not a folder.", "Name a folder with one sub-folder a language.")
    codes = languages_of(folders)
    languages = {code: _language(code, [root / code for root in roots if (root / code).is_dir()]) for code in codes}
    if FALLBACK not in languages:
        raise ConfigError(
            ", ".join(map(str, roots)) or "templates",
            "hold no English letters.",
            "Add the folder `en`: all else falls back to it.",
        )
    for language in languages.values():
        _same_parts(language, languages[FALLBACK])
        for source in (*language.parts.values(), *language.phrases.values()):
            _sound(source, names)
    return languages


def languages_of(folders: Sequence[Path]) -> list[str]:
    """The languages that folders hold anything of."""
    return sorted({child.name for root in _roots(folders) for child in root.iterdir() if child.is_dir()})


def _language(code: str, folders: Sequence[Path]) -> Language:
    parts: dict[str, Source] = {}
    phrases: dict[tuple[str, str], Source] = {}
    settings = {name: Block(str(folders[0] / f"{name}.yaml"), 1) for name in ("locale", "checks")}
    for folder in folders:
        for path in sorted(folder.glob("*.j2")):
            parts[path.stem] = Source(_read(path), path, f"{code}/{path.name}")
        for path in sorted(folder.glob("*.yaml")):
            if path.stem in settings:
                settings[path.stem] = _overlaid(settings[path.stem], read_yaml(path))
            else:
                phrases |= dict(_phrases(path, f"{code}/{path.name}"))
    locale = Locale.of(settings["locale"])
    return Language(code, locale, parts, phrases, Words.of(settings["checks"], locale))


def _overlaid(base: Block, over: Block) -> Block:
    """A file's keys laid over those of an earlier folder's file; faults are reported in the later one."""
    merged = Block(over.where, over.line)
    merged.update({**base, **over})
    merged.lines.update({**base.lines, **over.lines})
    return merged


def kinds_of_rights(folders: Sequence[Path]) -> tuple[frozenset[str], frozenset[str]]:
    """The rights that need no proof of who asks, and those that concern an account as a whole, from the `settings.yaml`
    of the folders; a key of a later one replaces an earlier one's."""
    names = ("rights without proof", "rights of an account")
    found: dict[str, frozenset[str]] = {}
    for path in (root / "settings.yaml" for root in _roots(folders)):
        if path.is_file():
            block = read_yaml(path)
            block.only(*names)
            found |= {name: frozenset(block.texts(name)) for name in block}
    return found.get(names[0], frozenset()), found.get(names[1], frozenset())


def _roots(folders: Sequence[Path]) -> list[Path]:
    return [root / "replies" if (root / "replies").is_dir() else root for root in folders]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"cannot be read: {error}.", "Save it as UTF-8 text.") from error


def _phrases(path: Path, name: str) -> Iterator[tuple[tuple[str, str], Source]]:
    groups = read_yaml(path)
    for group in groups:
        inner = groups.block(group)
        for key in inner:
            yield (group, key), Source(inner.text(key), path, name, inner.lines[key])


def _same_parts(language: Language, english: Language) -> None:
    for missing, what in (
        (english.parts.keys() - language.parts.keys(), "part"),
        (_shared(english) - _shared(language), "phrase"),
    ):
        if missing:
            name = sorted(map(str, missing))[0]
            raise ConfigError(
                str(next(iter(language.parts.values())).path.parent) if language.parts else language.code,
                f"the language {language.code} lacks the {what} {name}.",
                "Copy it from en and translate it.",
            )


def _shared(language: Language) -> set[tuple[str, str]]:
    """Phrases that every language must have: all but sentences on single clauses, which may come from the pack."""
    return {key for key, source in language.phrases.items() if source.path.stem == "phrases"}


def _sound(source: Source, names: frozenset[str]) -> None:
    if OPEN in source.text or CLOSE in source.text:
        raise ConfigError(str(source.path), "holds private-use characters.", "Remove them.", source.line)
    try:
        tree = _ENVIRONMENT.parse(source.text)
    except TemplateSyntaxError as error:
        raise ConfigError(
            str(source.path),
            f"is not Jinja: {error.message}.",
            "Close every {{ }} and {% %}.",
            source.line + error.lineno - 1,
        ) from error
    unknown = meta.find_undeclared_variables(tree) - names
    for node in tree.find_all(nodes.Name):
        if node.name in unknown:
            raise ConfigError(
                str(source.path),
                f"`{node.name}` is not a variable of letters.",
                f"Use one of: {', '.join(sorted(names))}.",
                source.line + node.lineno - 1,
            )


def _line(error: BaseException, source: Source) -> int:
    """The template line that an error rose from, by the last `<template>` frame of its traceback."""
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return source.line + line - 1


def _sourced(value: object) -> object:
    """What a template may print: marks and phrases. Anything else would be a value without a source."""
    if isinstance(value, Markup | Undefined):
        return value
    if value is None:
        raise TypeError("this value is not known in every letter: ask for it with {% if ... %} first.")
    raise TypeError(f"{value!r:.60} has no source: print a value of the letter, not a computation.")


_ENVIRONMENT = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=StrictUndefined, finalize=_sourced, trim_blocks=True, lstrip_blocks=True
)
