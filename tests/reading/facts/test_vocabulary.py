"""A rule pack's vocabulary: what it may say, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts_build import vocabulary

from triage.errors import ConfigError
from triage.reading.vocabulary import load_vocabulary

GOOD = """\
operator: Acme
domains: [acme.example]
default_provider: own
providers: {own: [acme]}
regions:
  - code: north-1
    provider: own
    cities: [Oslo]
    prefixes: [n1]
endpoints: ['[a-z0-9-]+\\.acme\\.example']
"""


def test_another_operator_s_pack(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.yaml"
    path.write_text(GOOD, encoding="utf-8")
    found = load_vocabulary(path)
    assert [(r.code, r.cities, r.prefixes) for r in found.regions] == [("north-1", ("Oslo",), ("n1",))]


def test_the_shipped_pack_names_every_region_once() -> None:
    regions = vocabulary().regions
    assert len({region.code for region in regions}) == len(regions) == 18
    assert all(region.cities or region.countries for region in regions)


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("operator: Acme\n", "", 1, "'operator' is missing"),
        ("operator: Acme", "operator: [Acme]", 1, "should be a text"),
        ("default_provider: own", "default_provider: cloud", 3, "'cloud' is not listed"),
        ("    provider: own", "    provider: cloud", 7, "'cloud' is not listed"),
        ("    cities: [Oslo]", "    cities: Oslo", 8, "should be a list"),
        ("    cities: [Oslo]", "    towns: [Oslo]", 8, "'towns' is not known"),
        ("acme\\.example']", "acme\\.example(']", 10, "no regular expression"),
        ("endpoints:", "endpoints: [", 11, "no readable YAML"),
        ("domains: [acme.example]", "operator: Twice", 2, "stands twice"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    path = tmp_path / "vocabulary.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=told) as raised:
        load_vocabulary(path)
    assert raised.value.line == line


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_vocabulary(tmp_path / "none.yaml")
