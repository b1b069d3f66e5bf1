"""HTML to the text a person sees: hidden parts out (and told), rows on a line, links visible.

What the markup calls a quotation or a signature keeps its place; its lines start with a mark that `quotes` and `signature` know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from triage.mail import looks, marks
from triage.mail.looks import Colour

MAX_CHARACTERS = 2_000_000
MAX_NODES = 200_000
MAX_DEPTH = 512
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
_FILLERS = dict.fromkeys(map(ord, "\u200c\u200b\u034f\u00ad\ufeff\u2007"))

#: Tags that stand alone, or that the next of their kind closes.
_VOID = _tags("area base br col embed hr img input link meta param source track wbr p li td th tr")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9:]{0,30})\b[^<>]{0,20000}>", re.I)
_SPACE = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")
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
_NO_MARGIN = re.compile(r"margin(?:-bottom)?:\s*0(?:px|pt|cm|in|em)?\s*(?:;|$|!|0)", re.I)


@dataclass(slots=True)
class Page:
    """What an HTML body shows. Lines of `text` may start with `marks`; hidden: what is in the body but not seen."""

    text: str = ""
    hidden: tuple[str, ...] = ()
    forwarded: bool = False
    has_table: bool = False
    defects: tuple[str, ...] = ()


@dataclass(slots=True)
class _Style:
    """What reaches a node from the nodes above it."""

    colour: Colour | None = None
    ground: Colour | None = looks.WHITE
    pre: bool = False
    mark: str = ""
    opened: str = ""  # the mark that this very node brought
    list_kind: str = ""
    items: list[int] = field(default_factory=lambda: [0])
    href: str = ""
    link_at: int = 0
    gap: int = 0  # line breaks before and after


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
        self.breaks = self.breaks + 1 if self.pieces else 0
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
    told: tuple[str, ...] = ()
    if len(source) > MAX_CHARACTERS:
        source, told = source[:MAX_CHARACTERS], ("The HTML is very long; only its beginning was read.",)
    if source.count("<") > MAX_DEPTH:
        source = _flattened(source)
    tree = LexborHTMLParser(marks.without(source))
    root = tree.root
    if root is None:
        return Page(defects=told)
    rules = looks.sheet(tree)
    shown = _Walk(rules).over(root)
    if shown.hidden and not shown.text.strip():  # nobody sends an empty page: its ground is set in a way not known here
        shown = _Walk(rules, trusts_colours=False).over(root)
    shown.defects = told + shown.defects
    return shown


def _flattened(source: str) -> str:
    """`source` without the tags that stand deeper than `MAX_DEPTH`: the parser looks through all open ones at each."""
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        if match.group(2).lower() in _VOID:
            return match.group()
        if match.group(1):
            depth = max(0, depth - 1)
            return match.group() if depth < MAX_DEPTH else ""
        depth += 1
        return match.group() if depth <= MAX_DEPTH else ""

    return _TAG.sub(keep, source)


class _Walk:
    """One pass over the tree, without recursion: 20,000 nested tags are read like any other."""

    def __init__(self, rules: dict[str, str], *, trusts_colours: bool = True) -> None:
        self.rules = rules
        self.trusts_colours = trusts_colours
        self.blocks = [_Block()]
        self.hidden: list[str] = []
        self.rest_quoted = False
        self.forwarded = False
        self.has_table = False
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
            stack.append((None, below, tag))
            children = []
            child = node.child
            while child is not None:
                children.append((child, below, ""))
                child = child.next
            stack.extend(reversed(children))
        return self._page()

    def _page(self) -> Page:
        text = "\n".join(filter(None, (block.text() for block in self.blocks)))
        told = ("The HTML has too many nodes; the rest was left out.",) if self.nodes > MAX_NODES else ()
        return Page(text, tuple(dict.fromkeys(self.hidden)), self.forwarded, self.has_table, told)

    # --- text ---

    def _text(self, text: str, style: _Style) -> None:
        if not text:
            return
        alike = style.colour and style.ground and text.strip() and looks.alike(style.colour, style.ground)
        if alike and self.trusts_colours:
            self._hide(text)
        else:
            self.blocks[-1].add(text, style.pre)

    def _hide(self, text: str) -> None:
        text = " ".join(text.translate(_FILLERS).split())
        if text and len(self.hidden) < MAX_HIDDEN:
            self.hidden.append(text[:2_000])

    # --- entering and leaving ---

    def _enter(self, node: LexborNode, tag: str, attributes: dict[str, str | None], above: _Style) -> _Style | None:
        style = _Style(above.colour, above.ground, above.pre, above.mark, "", above.list_kind, above.items)
        if attributes or tag in self.rules:
            if "hidden" in attributes or not self._paint(style, tag, attributes):
                self._hide(node.text(deep=True, separator=" ") or "")
                return None
            if not style.mark and not self.rest_quoted:
                self._mark(style, node, tag, attributes)
        elif tag == "blockquote" and not style.mark and not self.rest_quoted:
            self._mark(style, node, tag, attributes)
        self._open(tag, attributes, style)
        return style

    def _paint(self, style: _Style, tag: str, attributes: dict[str, str | None]) -> bool:
        """Set the colours and spacing that the node brings; False when it keeps itself from being seen."""
        found = looks.declarations(self._looks(tag, attributes))
        if found:
            if looks.is_hidden(found):
                return False
            style.colour = looks.text_colour(found.get("color", ""), style.colour)
            style.ground = looks.ground(found, style.ground)
            spacing = found.get("white-space", "")
            if spacing:
                style.pre = spacing.startswith("pre") and spacing != "pre-line"
        if attributes.get("bgcolor"):
            style.ground = looks.text_colour((attributes["bgcolor"] or "").lower(), style.ground)
        if tag == "font" and attributes.get("color"):
            style.colour = looks.text_colour((attributes["color"] or "").lower(), style.colour)
        if attributes.get("background"):
            style.ground = None
        return True

    def _looks(self, tag: str, attributes: dict[str, str | None]) -> str:
        own = (attributes.get("style") or "")[:2_000].lower()
        if not self.rules:
            return own
        found = [self.rules.get(tag, "")]
        for name in (attributes.get("class") or "").split()[:20]:
            found += [self.rules.get(f".{name}", ""), self.rules.get(f"{tag}.{name}", "")]
        if attributes.get("id"):
            found.append(self.rules.get(f"#{attributes['id']}", ""))
        return ";".join([*filter(None, found), own])

    def _mark(self, style: _Style, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
        """Note what the markup calls a quotation, a forwarded mail or a signature."""
        identity, classes = attributes.get("id") or "", attributes.get("class") or ""
        mark = ""
        if tag == "blockquote":
            mark = marks.QUOTED if self._is_quotation(attributes) else ""
        elif _REST_IS_QUOTED.match(identity) or (
            tag in {"div", "p", "td"} and _OUTLOOK_BORDER.search(attributes.get("style") or "")
        ):
            self.rest_quoted = True
            self.blocks[-1].line()
            self.blocks[-1].add(marks.REST_QUOTED, True)
            self.blocks[-1].line()
        elif "gmail_quote" in classes:
            head = (node.text(deep=True) or "").strip()[:200]
            if head.startswith("--") or node.css_first("blockquote") is None:
                self.forwarded = self.forwarded or head.startswith("--")
                mark = marks.QUOTED
        elif (
            (classes and _QUOTE_CLASS.search(classes)) or _QUOTE_ID.match(identity) or attributes.get("name") == "quote"
        ):
            self.forwarded = self.forwarded or "moz-forward-container" in classes
            mark = marks.QUOTED
        elif (classes and _SIGNATURE.search(classes)) or _SIGNATURE_ID.match(identity):
            mark = marks.SIGNED
        if mark:
            style.mark = style.opened = mark
            self.blocks.append(_Block())

    def _is_quotation(self, attributes: dict[str, str | None]) -> bool:
        """Whether a blockquote quotes a mail; it may as well only indent, or hold all there is."""
        if attributes.get("type") == "cite" or attributes.get("cite"):
            return True
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
        if "quote" in names or "cite" in names:
            return "indent" not in names
        style = (attributes.get("style") or "").replace(" ", "").lower()
        if "margin:00040px" in style and "border:none" in style:
            return False
        return any(block.pieces for block in self.blocks)

    def _open(self, tag: str, attributes: dict[str, str | None], style: _Style) -> None:
        block = self.blocks[-1]
        if tag in _CELLS or tag == "tr":
            self.blocks.append(_Block())
        elif tag == "br":
            block.hard_break()
        elif tag == "img":
            alt = attributes.get("alt") or ""
            if 0 < len(alt) <= 3:
                block.add(alt, False)
        elif tag in _BLOCKS:
            style.gap = 1 if tag not in _SPACED or (tag == "p" and _is_tight(attributes)) else 2
            block.line(style.gap)
        if tag == "a":
            style.href, style.link_at = (attributes.get("href") or "").strip(), len(block.pieces)
        elif tag == "pre":
            style.pre = True
        elif tag in {"ol", "ul"}:
            style.list_kind, style.items = tag, [0]
        elif tag == "li":
            style.items[0] += 1
            block.add(f"{style.items[0]}. " if style.list_kind == "ol" else "- ", False)
            block.space = True

    def _close(self, tag: str, style: _Style) -> None:
        if style.href:
            self._link(style, self.blocks[-1])
        elif tag in _CELLS and len(self.blocks) > 1:
            cell = self.blocks.pop().text().strip()
            self.blocks[-1].pieces.append(cell)
        elif tag == "tr" and len(self.blocks) > 1:
            self._row(self.blocks.pop().pieces)
        elif style.gap:
            self.blocks[-1].line(style.gap)
        if style.opened and len(self.blocks) > 1:
            text = self.blocks.pop().text().strip("\n")
            self.blocks[-1].line(2)
            if text:
                self.blocks[-1].add(marks.put(text, style.opened), True)
            self.blocks[-1].line(2)

    def _row(self, cells: list[str]) -> None:
        """Cells of one line each stand on one line; others are layout, and stand below each other."""
        on_one_line = not any("\n" in cell or cell.startswith(marks.ALL) for cell in cells)
        row = ("\t" if on_one_line else "\n").join(cells if on_one_line else filter(None, cells)).strip(" \n")
        if not row.strip():
            return
        if on_one_line and sum(map(bool, cells)) > 1:
            self.has_table = True
        self.blocks[-1].line()
        self.blocks[-1].add(row.rstrip("\t"), True)
        self.blocks[-1].line()

    def _link(self, style: _Style, block: _Block) -> None:
        if not style.href.lower().startswith(("http:", "https:", "ftp:", "mailto:")):
            return
        shown = "".join(block.pieces[style.link_at :]).strip()
        target = style.href
        if target[:7].lower() == "mailto:":
            target = target[7:].partition("?")[0]
        if shown and not _same_link(shown, target):
            block.add(f" ({target[:500]})", False)


def _is_tight(attributes: dict[str, str | None]) -> bool:
    """Whether a paragraph is only a line, as Outlook's are."""
    if not attributes:
        return False
    return (attributes.get("class") or "").startswith("Mso") or _NO_MARGIN.search(
        attributes.get("style") or ""
    ) is not None


def _same_link(shown: str, href: str) -> bool:
    def core(text: str) -> str:
        text = text.lower().partition("://")[2] or text.lower()
        return text.removeprefix("www.").rstrip("/.,")

    return core(shown) == core(href)
