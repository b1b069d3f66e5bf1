"""What style declarations hide from a reader: text without size, place, opacity or a colour of its own."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)

_BRACES = re.compile(r"[{};]")
_SELECTOR = re.compile(r"([a-z][\w-]*)?([.#][\w-]+)?", re.I)
_COLOUR = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})\b|rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)", re.I)
_NAMED = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "yellow": (255, 255, 0), "blue": (0, 0, 255),
    "snow": (255, 250, 250), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255),
    "green": (0, 128, 0), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "navy": (0, 0, 128), "maroon": (128, 0, 0), "olive": (128, 128, 0), "teal": (0, 128, 128), "orange": (255, 165, 0),
    "aliceblue": (240, 248, 255), "lightgrey": (211, 211, 211), "lightgray": (211, 211, 211), "floralwhite": (255, 250, 240),
}  # fmt: skip
_TELLING = re.compile(
    r"display|visib|opacity|font|height|width|colou?r|background|left|top|indent|clip|mso-hide|transform|white-space",
    re.I,
)
_LENGTH = re.compile(r"(-?\d{0,6}\.?\d{0,6})\s*(px|pt|em|rem|%|ex|vw|vh|cm|mm|in)?")


def sheet(tree: LexborHTMLParser) -> dict[str, str]:
    """Declarations of the style sheets that can hide something, by simple selector (`p`, `.x`, `#x`, `p.x`)."""
    rules: dict[str, str] = {}
    for node in tree.css("style")[:50]:
        css = _without(_without((node.text(deep=True) or "")[:100_000], "/*", "*/"), "@", "")
        for rule in css.split("}"):
            selectors, brace, told = rule.rpartition("{")
            if not brace or not _TELLING.search(told):
                continue
            for selector in selectors.replace("<!--", "").split(",")[:50]:
                key = selector.strip()
                if key and len(key) < 100 and _SELECTOR.fullmatch(key):
                    rules[key] = f"{rules.get(key, '')};{told.lower()}"[-2_000:]
    return rules


def _without(css: str, opening: str, closing: str) -> str:
    """A style sheet without its comments, or without its `@` blocks (small screens, print, fonts: not what a desk shows)."""
    out: list[str] = []
    position = 0
    while (found := css.find(opening, position)) >= 0:
        out.append(css[position:found])
        if closing:
            end = css.find(closing, found + 2)
            position = end + 2 if end >= 0 else len(css)
        else:
            position = _end_of_block(css, found)
    out.append(css[position:])
    return "".join(out)


def _end_of_block(css: str, start: int) -> int:
    depth = 0
    for found in _BRACES.finditer(css, start):
        if found.group() == ";" and not depth:
            return found.end()
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if found.group() == "}" and depth <= 0:
            return found.end()
    return len(css)


_HIDING = frozenset(
    {"display", "visibility", "mso-hide", "font-size", "font", "opacity", "max-height", "height", "max-width", "width"}
    | {"position", "text-indent", "clip", "transform"}
)


def is_hidden(last: dict[str, str]) -> bool:
    """Whether declarations keep an element from being seen."""
    if last.get("color") == "transparent":
        return True
    if _HIDING.isdisjoint(last):
        return False
    if (
        last.get("display") == "none"
        or last.get("visibility") in {"hidden", "collapse"}
        or last.get("mso-hide") == "all"
    ):
        return True
    size = last.get("font-size") or _font_size(last.get("font", ""))
    if size and _points(size) is not None and _points(size) < 1.5:  # type: ignore[operator]
        return True
    if last.get("opacity") and (_points(last["opacity"]) or 0) < 0.06 and last["opacity"][:1] in "0.":
        return True
    clipped = "overflow" in last and "hidden" in last["overflow"]
    for name in ("max-height", "height", "max-width", "width"):
        if name in last and _points(last[name]) == 0 and (clipped or name == "max-height"):
            return True
    if last.get("position") in {"absolute", "fixed"} and any(
        (_points(last.get(side, "")) or 0) <= -500 for side in ("left", "top", "right")
    ):
        return True
    if (_points(last.get("text-indent", "")) or 0) <= -500:
        return True
    return last.get("clip", "").startswith("rect(0") or "scale(0)" in last.get("transform", "")


def _font_size(shorthand: str) -> str:
    found = re.match(r"(0(?:px|pt|em)?)(?:/|$|[a-z'\"])", shorthand)
    return found.group(1) if found else ""


def _points(value: str) -> float | None:
    found = _LENGTH.match(value)
    if not found or not found.group(1) or found.group(1) in "-.":
        return None
    try:
        number = float(found.group(1))
    except ValueError:
        return None
    return number * {"em": 16, "rem": 16, "%": 0.16, "vw": 10, "vh": 10, "cm": 38, "mm": 4, "in": 96}.get(
        found.group(2) or "", 1
    )


def declarations(looks: str) -> dict[str, str]:
    """The last value of each property, both lower-case, without `!important`."""
    found: dict[str, str] = {}
    for declaration in looks.split(";")[:100]:
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.partition("!")[0].strip()
    return found


def colour(value: str) -> Colour | None:
    value = value.strip().lower()
    found = _COLOUR.search(value)
    if found is None:
        return _NAMED.get(value.split(" ")[0])
    digits = found.group(1)
    if digits is None:
        return (int(found.group(2)[:3]), int(found.group(3)[:3]), int(found.group(4)[:3]))
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


def alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= 8 for a, b in zip(one, other, strict=True))


_INHERITED = frozenset({"", "transparent", "inherit", "initial", "unset", "none", "currentcolor"})


def text_colour(value: str, above: Colour | None) -> Colour | None:
    """The colour of a text; None when its name is not known, and so nothing follows from it."""
    return above if value in _INHERITED else colour(value)


def ground(found: dict[str, str], above: Colour | None) -> Colour | None:
    """The colour that text stands on, after these declarations; None when it is a picture or not known."""
    below = above
    for name in ("background", "background-color"):
        value = found.get(name, "")
        below = None if "url(" in value or "gradient" in value else text_colour(value, below)
    return below if found.get("background-image", "none") == "none" else None
