"""HTML to the text a person sees: hidden parts out (and told), rows on a line, links visible, quotations set apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_CHARACTERS = 2_000_000
MAX_NODES = 200_000
MAX_HIDDEN = 20


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SKIPPED = _tags(
    "head script style title meta link template noscript object embed applet svg math map area audio video canvas iframe"
    " select option datalist input base param source track"
)
_BLOCKS = _tags(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead ul caption"
)
_SPACED = _tags("p h1 h2 h3 h4 h5 h6 ul ol dl pre table blockquote")
_CELLS = _tags("td th")
_PLAIN = _tags("br b i strong em u")

_SPACE = re.compile(r"[ \t\r\n\f]+")
_MEDIA = re.compile(r"@[a-z-]+[^{};]{0,300}\{", re.I)
_RULE = re.compile(r"([^{}]{1,400})\{([^{}]{0,2000})\}")
_SELECTOR = re.compile(r"([a-z][\w-]*)?([.#][\w-]+)?", re.I)
_COLOUR = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})\b|rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)", re.I)
_NAMED = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "yellow": (255, 255, 0), "blue": (0, 0, 255),
    "snow": (255, 250, 250), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255),
    "green": (0, 128, 0), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
}  # fmt: skip
_TELLING = re.compile(
    r"display|visib|opacity|font|height|width|colou?r|background|left|top|indent|clip|mso-hide|transform|white-space",
    re.I,
)
_LENGTH = re.compile(r"(-?\d{0,6}\.?\d{0,6})\s*(px|pt|em|rem|%|ex|vw|vh|cm|mm|in)?")
_WHITE = (255, 255, 255)

_QUOTE_CLASS = re.compile(
    r"\b(?:gmail_attr|yahoo_quoted|protonmail_quote|tutanota_quote|moz-cite-prefix|moz-forward-container|moz-email-headers-table"
    r"|wm_quote|freshdesk_quote|front-blockquote|zmail_extra|cite|quotelevel\d|gmail_quote_attribution|OutlookMessageHeader"
    r"|hey_quote|missive_quote|helpscout-quote|ms-outlook-mobile-reference-message|mailbox_signature_quote)\b",
    re.I,
)
_QUOTE_ID = re.compile(
    r"^(?:x_)*(?:divRplyFwdMsg|replySplit|reply-intro|yahoo_quoted\w*|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container"
    r"|isForwardContent|isReplyContent|origbody|bold_quote|zwchr)$"
)
_REST_IS_QUOTED = re.compile(
    r"^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|zwchr|ms-outlook-mobile-body-separator-line"
    r"|mail-editor-reference-message-container)$"
)
_OUTLOOK_BORDER = re.compile(r"border:\s*none;\s*border-top:\s*solid\s+(?:#[0-9a-f]{6}|windowtext)\s+1(?:\.0)?pt", re.I)
_SIGNATURE = re.compile(
    r"\b(?:gmail_signature|moz-signature|protonmail_signature_block|tutanota_signature|ms-outlook-mobile-signature"
    r"|AppleMailSignature|lineBreakAtBeginningOfSignature|hey-signature)\b",
    re.I,
)
_SIGNATURE_ID = re.compile(
    r"^(?:x_)*(?:Signature|ms-outlook-mobile-signature|AppleMailSignature|yMail_\w*signature)$", re.I
)
_FORWARD = re.compile(r"-{3,}\s*[^-\n]{5,60}-{3,}|forward", re.I)


@dataclass(slots=True)
class Page:
    """What an HTML body shows. `quoted` and `signature` are what its markup marks as such; `cut` tells that there was any."""

    text: str = ""
    quoted: str = ""
    signature: str = ""
    hidden: tuple[str, ...] = ()
    cut: bool = False
    forwarded: bool = False
    defects: tuple[str, ...] = ()


@dataclass(slots=True)
class _Style:
    """What reaches a node from the nodes above it."""

    colour: tuple[int, int, int] | None = None
    ground: tuple[int, int, int] | None = _WHITE
    pre: bool = False
    sink: str = "text"
    list_kind: str = ""
    items: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class _Block:
    """Text in the making: pieces, and how many line breaks stand before the next piece."""

    pieces: list[str] = field(default_factory=list)
    breaks: int = 0
    space: bool = False

    def line(self, breaks: int = 1) -> None:
        if self.pieces and self.breaks < breaks:
            self.breaks = breaks
        self.space = False

    def hard_break(self) -> None:
        if self.breaks:
            self.breaks += 1
        else:
            self.breaks = 1
        if not self.pieces:
            self.breaks = 0
        self.space = False

    def add(self, text: str, pre: bool) -> None:
        if not pre:
            spaced = text[:1] in " \t\r\n\f"
            trailing = text[-1:] in " \t\r\n\f"
            text = _SPACE.sub(" ", text).strip(" ")
            if not text:
                self.space = self.space or spaced
                return
        else:
            spaced = trailing = False
        if self.breaks:
            self.pieces.append("\n" * min(self.breaks, 3))
        elif (self.space or spaced) and self.pieces:
            self.pieces.append(" ")
        self.pieces.append(text)
        self.breaks, self.space = 0, trailing

    def text(self) -> str:
        return "".join(self.pieces)


def page(source: str) -> Page:
    """What a person sees of an HTML body. Never raises; beyond `MAX_NODES` nodes the rest is left out and told."""
    if len(source) > MAX_CHARACTERS:
        source = source[:MAX_CHARACTERS]
        told: tuple[str, ...] = ("The HTML is very long; only its beginning was read.",)
    else:
        told = ()
    tree = LexborHTMLParser(source)
    root = tree.root
    if root is None:
        return Page(defects=told)
    shown = _Walk(_sheet(tree)).over(root)
    shown.defects = told + shown.defects
    return shown


def _sheet(tree: LexborHTMLParser) -> dict[str, str]:
    """Declarations of the style sheets that can hide something, by simple selector (`p`, `.x`, `#x`, `p.x`)."""
    rules: dict[str, str] = {}
    for node in tree.css("style")[:50]:
        css = re.sub(r"/\*.{0,5000}?\*/|<!--|-->", "", (node.text(deep=True) or "")[:100_000], flags=re.S)
        for match in _RULE.finditer(_without_media(css)):
            declarations = match.group(2)
            if not _TELLING.search(declarations):
                continue
            for selector in match.group(1).split(",")[:50]:
                key = selector.strip()
                if key and _SELECTOR.fullmatch(key):
                    rules[key.lower() if key[0] not in ".#" else key] = declarations.lower()
    return rules


def _without_media(css: str) -> str:
    """A style sheet without its blocks for small screens, print and fonts: what hides there is shown on a desk."""
    out: list[str] = []
    position = 0
    while found := _MEDIA.search(css, position):
        out.append(css[position : found.start()])
        depth, position = 1, found.end()
        while depth and position < len(css):
            depth += {"{": 1, "}": -1}.get(css[position], 0)
            position += 1
    out.append(css[position:])
    return "".join(out)


class _Walk:
    """One pass over the tree, without recursion: 20,000 nested tags are read like any other."""

    def __init__(self, rules: dict[str, str]) -> None:
        self.rules = rules
        self.sinks: dict[str, list[_Block]] = {"text": [_Block()], "quoted": [_Block()], "signature": [_Block()]}
        self.hidden: list[str] = []
        self.rest_quoted = False
        self.forwarded = False
        self.nodes = 0

    def over(self, root: LexborNode) -> Page:
        stack: list[tuple[LexborNode | None, _Style, str]] = [(root, _Style(), "")]
        while stack:
            node, style, closing = stack.pop()
            if node is None:
                self._close(closing, style)
                continue
            self.nodes += 1
            if self.nodes > MAX_NODES:
                break
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "", style)
                continue
            if tag[:1] in "-_!" or tag in _SKIPPED:
                continue
            below = self._enter(node, tag, node.attributes, style)
            if below is None:
                continue
            href = (node.attributes.get("href") or "") if tag == "a" else ""
            stack.append((None, below, f"a {href}" if href else tag))
            children = []
            child = node.child
            while child is not None:
                children.append((child, below, ""))
                child = child.next
            stack.extend(reversed(children))
        return self._page()

    def _page(self) -> Page:
        text, quoted, signature = (
            "\n".join(block.text() for block in self.sinks[sink]) for sink in ("text", "quoted", "signature")
        )
        told = ("The HTML has too many nodes; the rest was left out.",) if self.nodes > MAX_NODES else ()
        return Page(
            text, quoted, signature, tuple(dict.fromkeys(self.hidden)), bool(quoted.strip()), self.forwarded, told
        )

    # --- text ---

    def _text(self, text: str, style: _Style) -> None:
        if not text:
            return
        sink = "quoted" if self.rest_quoted else style.sink
        if (
            style.colour is not None
            and style.ground is not None
            and text.strip()
            and _alike(style.colour, style.ground)
        ):
            self._hide(text)
            return
        self.sinks[sink][-1].add(text, style.pre)

    def _hide(self, text: str) -> None:
        text = " ".join(
            text.replace("\u200c", "").replace("\u200b", "").replace("\u034f", "").replace("\u00ad", "").split()
        )
        if text and len(self.hidden) < MAX_HIDDEN:
            self.hidden.append(text[:2_000])

    # --- entering and leaving ---

    def _enter(self, node: LexborNode, tag: str, attributes: dict[str, str | None], above: _Style) -> _Style | None:
        style = _Style(above.colour, above.ground, above.pre, above.sink, above.list_kind, above.items)
        if self.rest_quoted:
            style.sink = "quoted"
        if attributes or tag in self.rules:
            looks = self._looks(tag, attributes)
            if "hidden" in attributes or (looks and _is_hidden(looks)):
                self._hide(node.text(deep=True, separator=" ") or "")
                return None
            if looks:
                _paint(style, looks)
            ground = attributes.get("bgcolor")
            if ground:
                style.ground = _colour(ground) or style.ground
            if tag == "font" and attributes.get("color"):
                style.colour = _colour(attributes["color"] or "") or style.colour
            if attributes.get("background"):
                style.ground = None
        if style.sink == "text":
            style.sink = self._sink(node, tag, attributes)
        self._open(tag, attributes, style)
        return style

    def _looks(self, tag: str, attributes: dict[str, str | None]) -> str:
        looks = (attributes.get("style") or "")[:2_000].lower()
        if self.rules:
            found = [self.rules.get(tag, "")]
            for name in (attributes.get("class") or "").split()[:20]:
                found += [self.rules.get(f".{name}", ""), self.rules.get(f"{tag}.{name}".lower(), "")]
            if attributes.get("id"):
                found.append(self.rules.get(f"#{attributes['id']}", ""))
            looks = ";".join([*filter(None, found), looks])
        return looks

    def _sink(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> str:
        identity, classes = attributes.get("id") or "", attributes.get("class") or ""
        if tag == "blockquote" and _is_quotation(attributes):
            return "quoted"
        if not (identity or classes or attributes.get("name") or attributes.get("style")):
            return "text"
        if _REST_IS_QUOTED.match(identity):
            self.rest_quoted = True
            return "quoted"
        if tag in {"div", "p", "td"} and _OUTLOOK_BORDER.search(attributes.get("style") or ""):
            self.rest_quoted = True
            return "quoted"
        if "gmail_quote" in classes and tag != "blockquote":
            head = (node.text(deep=True) or "").strip()[:200]
            if head.startswith("--") or node.css_first("blockquote") is None:
                self.forwarded = self.forwarded or head.startswith("--")
                return "quoted"
            return "text"
        if "moz-forward-container" in classes:
            self.forwarded = True
        if (classes and _QUOTE_CLASS.search(classes)) or _QUOTE_ID.match(identity) or attributes.get("name") == "quote":
            return "quoted"
        if (classes and _SIGNATURE.search(classes)) or _SIGNATURE_ID.match(identity):
            return "signature"
        return "text"

    def _open(self, tag: str, attributes: dict[str, str | None], style: _Style) -> None:
        block = self.sinks[style.sink][-1]
        if tag in _CELLS or tag == "tr":
            self.sinks[style.sink].append(_Block())
        elif tag == "br":
            block.hard_break()
        elif tag == "img":
            alt = attributes.get("alt") or ""
            if 0 < len(alt) <= 3:
                block.add(alt, False)
        elif tag in _SPACED:
            block.line(2)
        elif tag in _BLOCKS:
            block.line()
        if tag == "pre":
            style.pre = True
        elif tag in {"ol", "ul"}:
            style.list_kind, style.items = tag, [0]
        elif tag == "li":
            style.items[0] += 1
            block.add(f"{style.items[0]}. " if style.list_kind == "ol" else "- ", False)

    def _close(self, tag: str, style: _Style) -> None:
        blocks = self.sinks[style.sink]
        if tag.startswith("a "):
            self._link(tag[2:], blocks[-1])
        elif tag in _CELLS and len(blocks) > 1:
            cell = blocks.pop().text().strip()
            blocks[-1].pieces.append(cell)
        elif tag == "tr" and len(blocks) > 1:
            cells = blocks.pop().pieces
            row = "\t".join(cells) if not any("\n" in cell for cell in cells) else "\n".join(filter(None, cells))
            if row.strip():
                blocks[-1].line()
                blocks[-1].add(row.strip(), True)
                blocks[-1].line()
        elif tag in _SPACED:
            blocks[-1].line(2)
        elif tag in _BLOCKS:
            blocks[-1].line()

    def _link(self, href: str, block: _Block) -> None:
        href = href.strip()
        if not href.lower().startswith(("http:", "https:", "ftp:", "mailto:")) or not block.pieces:
            return
        shown = block.pieces[-1].strip()
        bare = href.partition(":")[2].lstrip("/").partition("?")[0] if href[:7].lower() == "mailto:" else href
        if not shown or _same_link(shown, bare):
            return
        block.add(f" ({bare[:500]})", False)


def _same_link(shown: str, href: str) -> bool:
    def core(text: str) -> str:
        text = text.lower().partition("://")[2] or text.lower()
        return text.removeprefix("www.").rstrip("/.,")

    return core(shown) == core(href)


def _is_quotation(attributes: dict[str, str | None]) -> bool:
    if attributes.get("type") == "cite" or attributes.get("cite"):
        return True
    marks = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
    if "quote" in marks or "cite" in marks:
        return True
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "border-left:" in style or "padding-left:" in style or ("margin-left:" in style and not marks.strip())


def _is_hidden(looks: str) -> bool:
    """Whether declarations (lower-case) keep an element from being seen."""
    squeezed = looks.replace(" ", "").replace("!important", "")
    last: dict[str, str] = {}
    for declaration in squeezed.split(";")[:100]:
        name, _, value = declaration.partition(":")
        last[name] = value
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
    return (
        last.get("clip", "").startswith("rect(0")
        or last.get("color") == "transparent"
        or "scale(0)" in last.get("transform", "")
    )


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


def _paint(style: _Style, looks: str) -> None:
    for declaration in looks.split(";")[:100]:
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name == "color":
            style.colour = _colour(value) or style.colour
        elif name in {"background", "background-color"}:
            style.ground = None if "url(" in value or "gradient" in value else _colour(value) or style.ground
        elif name == "background-image" and "none" not in value:
            style.ground = None
        elif name == "white-space":
            style.pre = value.strip().startswith("pre") and "pre-line" not in value


def _colour(value: str) -> tuple[int, int, int] | None:
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


def _alike(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) <= 8 for a, b in zip(one, other, strict=True))
