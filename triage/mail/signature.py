"""What a sender signs with, told from what he says.

The closing and the name stay with the words, as people read them; titles, companies, telephones, addresses, disclaimers
and the lines of phones and mailing lists are set aside. Whatever follows them and is none of these is words again.
"""

from __future__ import annotations

import re

from triage.mail import marks, phrases

_MAX_LINES = 15
_MAX_WARNING = 5
_WINDOW = 60
_DASHES = re.compile(r"(?:--|—|__|–)\s*$")
_SHORT_RULE = re.compile(r"\s{0,3}-{3,4}\s*$")
#: What a picture leaves in a plain text.
_PICTURE = re.compile(
    r"\s*(?:\[(?:cid|image|inline image|logo)\b[^\]\n]{0,200}\]|<[\w .-]{1,60}\.(?:png|jpe?g|gif)>|!\[[^\]\n]{0,200}\]\([^)\s]{0,600}\))\s*$",
    re.I,
)
#: What a gateway writes above a mail that comes from outside.
_WARNING = re.compile(
    r"\W{0,6}(?:caution|warning|attention|external|externe?r?|achtung|vorsicht|prudence|precaución|atención|attenzione|atenção|uwaga)(?: e-?mail| sender)?\W{1,4}"
    r"(?:(?:this|the) (?:e-?mail|message|sender)|do not click|don't click|diese (?:e-?mail|nachricht)|ce (?:message|courriel|mail)|cet e-?mail|est[ea] (?:correo|mensaje|e-?mail|mensagem)|quest[ao] (?:e-?mail|messaggio)|ta wiadomość)"
    r"|\W{0,6}(?:this (?:e-?mail|message) (?:has )?(?:originated|was sent|came) from (?:an? )?(?:outside|external)|you don't often get e-?mail from\b|diese (?:e-?mail|nachricht) (?:stammt|kommt|wurde) von (?:einem )?(?:extern|außerhalb)"
    r"|(?:ce (?:message|courriel|mail)|cet e-?mail) (?:provient|vient) (?:de l.ext|d.un exp[^.\n]{0,12}ext)|este (?:correo|mensaje) (?:proviene|procede) de[^.\n]{0,20} extern)",
    re.I,
)
_POSTSCRIPT = re.compile(r"\W{0,2}(?:p\.?\s?s\.?|p\.?\s?d\.?|n\.?b\.?|post ?scriptum|追伸)\s?[:.,\-–)]", re.I)
_REACHED_AT = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{2,60}|(?:https?://|www\.)\S{2,200}|(?:\+|\(\+?|00)\d[\d\s()/.-]{6,20}\d|(?<![\w.])0\d[\d\s()/.-]{6,18}\d(?![\w.])",
    re.I,
)
_CONTACT = re.compile(
    r"^\W{0,3}(?:t[eé]l(?:[eé]fono|[eé]phone|efone?|\.)?|phone|ph|mobile?|mob|cell(?:ulare|ular)?|handy|fax|telefax|office|direct|e-?mail|web(?:site)?|skype|linkedin|twitter|github|addr(?:ess)?|adresse|t|m|p|f|e|w"
    r"|電話|携帯|住所|メール|电话|手机|邮箱)\s?[.:：|]"
    r"|(?<!\w)(?:gmbh|mbh|kgaa|ug|e\.\s?k\.|ltd|limited|inc|llc|llp|plc|corp|s\.?a\.?r\.?l|s\.?p\.?a|s\.?r\.?l|s\.l\.|s\.a\.|b\.v\.|n\.v\.|sp\. z o\.?\s?o\.?|oy|a\.ş\.|ltda)(?!\w)"
    r"|株式会社|有限公司|handelsregister|amtsgericht|hrb\b|ust-?id|vat (?:no|id)|geschäftsführer|sitz der gesellschaft|registered (?:in|office)|siret|kvk|p\.?\s?iva|\bnip\b|\bregon\b|\bkrs\b"
    r"|\b\d{4,5}(?:-\d{3,4})?\s[A-ZÄÖÜ][\wäöüß-]{2,30}\s?$|\S\s[|•·]\s\S",
    re.I,
)
_NAME = re.compile(r"[^\W\d_][\w.'’-]{0,30}(?:\s(?:[^\W\d_][\w.'’-]{0,30}|\([^()\d]{1,20}\))){0,4}[,.]?\s*$")
_DISCLAIMER = re.compile(
    r"\W{0,4}(?:confidential(?:ity)?\b|disclaimer|(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)[^.\n]{0,120}(?:confidential|privileged|intended (?:only|solely))"
    r"|diese (?:e-?mail|nachricht)[^.\n]{0,120}vertraulich|der inhalt dieser e-?mail|ce (?:message|courriel|mail)[^.\n]{0,120}(?:confidentiel|destinataire)|este (?:mensaje|correo|e-?mail)[^.\n]{0,120}confidencial"
    r"|(?:questo|il presente) (?:messaggio|e-?mail)[^.\n]{0,120}(?:riservat|confidenzial)|esta (?:mensagem|e-?mail)[^.\n]{0,120}confidencia|(?:dit|deze) (?:bericht|e-?mail)[^.\n]{0,120}vertrouwelijk"
    r"|(?:ta|niniejsza) wiadomość[^.\n]{0,120}poufn|bu e-?posta[^.\n]{0,120}gizli|本メール[^。\n]{0,60}(?:機密|秘密)|(?:please )?(?:consider|think of) the environment before|bitte (?:denken|prüfen) sie[^.\n]{0,60}(?:umwelt|ausdruck))",
    re.I,
)
#: Words that people use in sentences and not in titles.
_SAYS = re.compile(
    r"(?<!\w)(?:please|pls|thanks|i|i'm|you|we|they|my|our|your|is|are|was|were|has|have|had|can|could|will|would|should|not|(?-i:it|It)|this|that|delete|close|send|reply|call|ask|need|want|see|asap|bitte|danke|ich|wir|sie|mein\w{0,2}|unser\w{0,2}"
    r"|ist|sind|war|waren|habe?n?|kann|können|nicht|kein\w{0,2}|löschen|merci|je|j'ai|vous|nous|il|mon|ma|mes|notre|nos|est|sont|était|pas|veuillez|por favor|gracias|yo|mi|mis|nuestr\w{1,2}|es|son|fue|no|quiero|borren|grazie|io|noi|il mio|nostr\w|è|sono|era"
    r"|non|cancellate|obrigad\w|eu|nós|meu|minha|noss\w|são|foi|não|quero|ik|wij|we|mijn|onze|zijn|niet|graag|proszę|dziękuję|jestem|mój|moje|nasz\w{0,2}|nie|był\w?|lütfen|ben|biz|değil|silin)(?!\w)",
    re.I,
)
_STREET = re.compile(
    r"[^\W\d][^\d\n]{2,40}\s\d{1,4}\s?[a-z]?(?:,\s?[A-Z]{1,4}[- ]?\d{3,6})?$|\d{1,4}(?:\s?bis)?,?\s(?:[\w'-]{1,20}\s){0,3}(?:rue|avenue|av|bd|boulevard|quai|place|chemin|impasse|street|st|road|rd|lane|drive|square)\b",
    re.I,
)
_LIST_FOOTER = re.compile(
    r"mailing list|unsubscribe|you received this (?:message|e-?mail) because|\blistinfo\b|to post to this", re.I
)


def split(text: str, sender: str = "") -> tuple[str, str]:
    """(the words, the signature). Linear in the text's length; only its last lines are looked at.

    sender: the name in the From header, by which a signature without a closing is known; "" when there is none.
    """
    lines, marked = _unmarked(text)
    first = max(0, len(lines) - _WINDOW)
    signed = [False] * len(lines)
    _warning(lines, signed)
    for find in (_below_dashes, _below_rule, _disclaimer, _of_phones, _below_closing):
        find(lines, signed, first)
    _below_name(lines, signed, sender)
    words = "\n".join(line for line, taken in zip(lines, signed, strict=True) if not taken)
    below = "\n".join([*(line for line, taken in zip(lines, signed, strict=True) if taken), *marked])
    if not words.strip() and not marked:
        return text, ""
    return words.strip("\n").rstrip(), below.strip("\n")


def _unmarked(text: str) -> tuple[list[str], list[str]]:
    lines = text.split("\n")
    if marks.SIGNED not in text:
        return lines, []
    marked = [line[1:] for line in lines if line.startswith(marks.SIGNED)]
    return [line for line in lines if not line.startswith(marks.SIGNED)], marked


def _warning(lines: list[str], signed: list[bool]) -> None:
    """A gateway's warning at the top, up to the blank line below it."""
    top = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    end = next((i for i in range(top, len(lines)) if not lines[i].strip()), len(lines))
    if top < end < len(lines) and end - top <= _MAX_WARNING and _WARNING.match(lines[top][:300]):
        signed[top:end] = [True] * (end - top)


def _below_dashes(lines: list[str], signed: list[bool], first: int) -> None:
    """`-- ` on a line of its own, and what follows, up to a postscript. RFC 3676, 4.3."""
    for index in range(first, len(lines)):
        if not _DASHES.match(lines[index]):
            continue
        rest = sum(bool(line.strip()) for line in lines[index + 1 :])
        if index == 0 or not 0 < rest <= _MAX_LINES:
            continue
        for below in range(index, len(lines)):
            if _POSTSCRIPT.match(lines[below]):
                return
            signed[below] = True
        return


def _below_rule(lines: list[str], signed: list[bool], first: int) -> None:
    """Below a rule: the footer of a mailing list, or a name with nothing but titles and addresses."""
    for index in range(max(first, len(lines) - 10), len(lines)):
        if signed[index] or not (phrases.RULE.match(lines[index]) or _SHORT_RULE.match(lines[index])):
            continue
        below = [line for line in lines[index + 1 :] if line.strip()]
        is_card = any(map(_is_contact, below)) and all(_is_contact(one) or _is_title(one) for one in below)
        if is_card or _LIST_FOOTER.search("\n".join(below)):
            signed[index:] = [True] * (len(lines) - index)
            return


def _disclaimer(lines: list[str], signed: list[bool], first: int) -> None:
    for index in range(max(first, 1), len(lines)):
        starts = not lines[index - 1].strip() or signed[index - 1] or phrases.RULE.match(lines[index - 1])
        if starts and not signed[index] and _DISCLAIMER.match(lines[index]):
            for below in range(index, len(lines)):
                if _POSTSCRIPT.match(lines[below]):
                    return
                signed[below] = True
            return


def _of_phones(lines: list[str], signed: list[bool], first: int) -> None:
    """ "Sent from my …", and the lines that belong to it."""
    window = "\n".join(lines[first:]).lower()
    telling = [word for word in phrases.IN_SENT_FROM if word in window]
    for index in range(first, len(lines)) if telling else ():
        line = lines[index].lower()
        if signed[index] or len(line) > 160 or not any(word in line for word in telling):
            continue
        if not phrases.SENT_FROM.match(lines[index]):
            continue
        signed[index] = True
        for below in range(index + 1, min(len(lines), index + 3)):
            if not lines[below].strip() or _POSTSCRIPT.match(lines[below]):
                break
            signed[below] = True


def _below_closing(lines: list[str], signed: list[bool], first: int) -> None:
    """After "Best regards," and a name: the title, company, telephone and addresses."""
    closing = next(
        (i for i in range(len(lines) - 1, first - 1, -1) if _may_close(lines[i]) and phrases.CLOSING.match(lines[i])),
        None,
    )
    if closing is None or not any(map(str.strip, lines[:closing])):  # "Servus," also opens a mail
        return
    index, named = closing + 1, False
    block: list[int] = []
    pictures: list[int] = []
    while index < len(lines) and len(block) <= _MAX_LINES:
        line = lines[index].strip(" \t*_")
        if not line or signed[index]:
            index += 1
            continue
        if _PICTURE.match(line) or (named and phrases.RULE.match(lines[index])):
            pictures.append(index)
        elif not named and _NAME.match(line):
            named = True
        elif _POSTSCRIPT.match(line) or not (_is_contact(line) or _is_title(line)):
            break
        else:
            block.append(index)
        index += 1
    is_last = index >= len(lines)
    if any(_is_contact(lines[one]) for one in block) or (block and named and len(block) <= 2 and is_last):
        _sign(signed, block)
    _sign(signed, [one for one in pictures if is_last or signed[max(block, default=one)]])


def _sign(signed: list[bool], lines: list[int]) -> None:
    for index in lines:
        signed[index] = True


def _may_close(line: str) -> bool:
    """Whether a line is short enough; only French closes at length ("Je vous prie d'agréer …")."""
    return len(line) < 60 or (len(line) < 120 and ("prie" in line or "euillez" in line or "mes " in line))


def _is_contact(line: str) -> bool:
    """A line of how to reach somebody, and not a sentence that names an address."""
    if len(line) > 120:
        return False
    rest = _REACHED_AT.sub(" ", line)
    if rest != line and (len(re.findall(r"\w+", rest)) <= 2 or "|" in line):
        return True
    return len(line.split()) <= 9 and _CONTACT.search(line) is not None


def _below_name(lines: list[str], signed: list[bool], sender: str) -> None:
    """A last paragraph that starts with the sender's own name and goes on with titles and addresses."""
    end = next((i + 1 for i in range(len(lines) - 1, -1, -1) if lines[i].strip() and not signed[i]), 0)
    start = end
    while start > max(0, end - 8) and lines[start - 1].strip() and not signed[start - 1]:
        start -= 1
    names = sender.casefold().replace(",", " ").split()
    if start and _is_card(lines[start:end]):
        signed[start:end] = [True] * (end - start)
        return
    if not names or start == 0 or not all(name in lines[start].casefold() for name in names) or len(lines[start]) > 80:
        return
    below = lines[start + 1 : end]
    bare = len(lines[start].split()) <= len(names) + 1
    if not all(_is_contact(line) or _is_title(line) for line in below) or (bare and not below):
        return
    first = start + 1 if bare else start
    if bare or _is_contact(lines[start]):
        signed[first:end] = [True] * (end - first)


def _is_card(lines: list[str]) -> bool:
    """Whether a paragraph starts with "Name | Title" and holds nothing but titles and ways to reach somebody."""
    name, bar, title = lines[0].partition(" | ") if lines else ("", "", "")
    if not bar or not _NAME.match(name.strip()) or " " not in name.strip() or not _is_title(title.strip()):
        return False
    return all(_is_contact(line) or _is_title(line) for line in lines[1:])


def _is_title(line: str) -> bool:
    """A title, department, company or place: few words, no sentence, no label with a value."""
    if len(line) > 60 or len(line.split()) > 7 or line.endswith((".", "?", "!", ":", ";", ",")):
        return False
    if any(map(str.isdigit, line)) and not _STREET.match(line):
        return False
    return ":" not in line and "=" not in line and not _SAYS.search(line)
