"""The operator's own words — regions, products, endpoint hosts, plans — as its rule pack lists them.

The reader knows how people write; what there is to write *about* is the pack's. Names are kept as written; whoever
compares them folds case and accents first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from triage.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Region:
    """A place where the operator runs databases.

    code: canonical, as the provider writes it. cities, areas: names that mean it wherever they stand; countries: names
    that mean it only beside words of a database or an outage. prefixes: first part of older endpoint hosts. A name that
    ends in `*` takes any ending.
    """

    code: str
    provider: str
    cities: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """What customers of one operator name.

    domains: the operator's own, in lower case. providers, products, plans: (id, names). endpoints: regular expressions
    of hosts in lower case. not_endpoints: first labels of hosts that are the operator's pages.
    """

    operator: str
    domains: tuple[str, ...]
    default_provider: str
    providers: tuple[tuple[str, tuple[str, ...]], ...]
    regions: tuple[Region, ...]
    endpoints: tuple[str, ...]
    not_endpoints: tuple[str, ...]
    products: tuple[tuple[str, tuple[str, ...]], ...]
    plans: tuple[tuple[str, tuple[str, ...]], ...]


def load_vocabulary(path: Path) -> Vocabulary:
    """Read `vocabulary.yaml` of a rule pack.

    Raises ConfigError with file and line when the file is missing, is no YAML, misses a key, has one that is unknown,
    or holds something other than the text asked for.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), "cannot be read.", "Put the pack's vocabulary there.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise ConfigError(str(path), "is no readable YAML.", "Mend the line named.", line) from error
    if root is None:
        raise ConfigError(str(path), "is empty.", "List the operator's regions and endpoints.", 1)
    return _vocabulary(_File(str(path)), root)


def _vocabulary(file: _File, root: yaml.Node) -> Vocabulary:
    top = file.mapping(
        root,
        required=("operator", "domains", "default_provider", "providers", "regions", "endpoints"),
        optional=("not_endpoints", "products", "plans"),
    )
    providers = file.named_lists(top["providers"])
    known = {name for name, _ in providers}
    default = file.text(top["default_provider"])
    if default not in known:
        raise file.error(top["default_provider"], f"provider {default!r} is not listed.", "Add it under `providers`.")
    return Vocabulary(
        operator=file.text(top["operator"]),
        domains=tuple(domain.lower() for domain in file.texts(top["domains"])),
        default_provider=default,
        providers=providers,
        regions=_regions(file, top["regions"], known),
        endpoints=tuple(_pattern(file, node) for node in file.items(top["endpoints"])),
        not_endpoints=file.texts(top.get("not_endpoints")),
        products=file.named_lists(top["products"]) if "products" in top else (),
        plans=file.named_lists(top["plans"]) if "plans" in top else (),
    )


def _regions(file: _File, node: yaml.Node, providers: set[str]) -> tuple[Region, ...]:
    regions: dict[str, Region] = {}
    prefixes: set[str] = set()
    for item in file.items(node):
        fields = file.mapping(
            item, required=("code", "provider"), optional=("cities", "areas", "countries", "prefixes")
        )
        code, provider = file.text(fields["code"]), file.text(fields["provider"])
        if code in regions:
            raise file.error(fields["code"], f"region {code!r} is listed twice.", "Keep one of the two.")
        if provider not in providers:
            raise file.error(fields["provider"], f"provider {provider!r} is not listed.", "Add it under `providers`.")
        lists = {key: file.texts(fields.get(key)) for key in ("cities", "areas", "countries", "prefixes")}
        twice = prefixes.intersection(lists["prefixes"])
        if twice:
            raise file.error(fields["prefixes"], f"prefix {min(twice)!r} means two regions.", "Keep one of the two.")
        prefixes.update(lists["prefixes"])
        regions[code] = Region(code, provider, **lists)
    return tuple(regions.values())


def _pattern(file: _File, node: yaml.Node) -> str:
    pattern = file.text(node)
    try:
        re.compile(pattern)
    except re.error as error:
        raise file.error(node, f"is no regular expression ({error}).", "Escape dots as `\\.`.") from error
    return pattern


@dataclass(frozen=True, slots=True)
class _File:
    """Typed reading of YAML nodes, so that a mistake is told with its line."""

    path: str

    def error(self, node: yaml.Node, what: str, remedy: str) -> ConfigError:
        return ConfigError(self.path, what, remedy, node.start_mark.line + 1)

    def mapping(
        self, node: yaml.Node, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, yaml.Node]:
        pairs = dict(self.pairs(node))
        for key, value in pairs.items():
            if key not in required and key not in optional:
                raise self.error(value, f"key {key!r} is not known.", f"Known are {', '.join(required + optional)}.")
        for key in required:
            if key not in pairs:
                raise self.error(node, f"key {key!r} is missing.", "Add it.")
        return pairs

    def pairs(self, node: yaml.Node) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, "should be a mapping.", "Write `key: value` lines.")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key)
            if name in found:
                raise self.error(key, f"key {name!r} stands twice.", "Keep one of the two.")
            found[name] = value
        return list(found.items())

    def items(self, node: yaml.Node) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(node, "should be a list.", "Write `[a, b]` or lines that start with `-`.")
        return list(node.value)

    def named_lists(self, node: yaml.Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((name, self.texts(value)) for name, value in self.pairs(node))

    def texts(self, node: yaml.Node | None) -> tuple[str, ...]:
        return () if node is None else tuple(self.text(item) for item in self.items(node))

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            raise self.error(node, "should be a text.", "Write a word or a quoted sentence.")
        return str(node.value).strip()
