"""What a sender signs with, told from what he says."""

from __future__ import annotations

import re

_DASHES = re.compile(r"^(?:--|—|__|-- ?--|–)\s*$")
_SENT_FROM = re.compile(
    r"^\W{0,3}(?:sent (?:from|via|with|using)|get outlook for|von meinem .{1,40} gesendet|gesendet (?:von|mit|über)|diese nachricht wurde von meinem"
    r"|envoyé (?:de|depuis|à partir)|enviado (?:desde|do|de|a partir)|obtener outlook|inviato da|ottieni outlook|verzonden (?:vanaf|vanuit|met|via)"
    r"|verstuurd (?:vanaf|met)|wysłan[eoa] z|wysłano z|pobierz (?:aplikację )?outlook|outlook (?:für|for|para|pour|per|voor|dla)|iphone'?umdan gönderildi|.{1,30}(?:dan|den) gönderildi"
    r"|.{1,30}から送信|отправлено (?:с|из)|从我的.{1,20}发送|发自我的|skickat från|sendt fra|lähetetty|odesláno z|obtenez outlook|télécharger outlook|hol dir outlook)"
    r".{0,80}$",
    re.I,
)
_MAX_LINES = 15
_POSTSCRIPT = re.compile(r"^\W{0,2}(?:p\.?\s?s\.?|p\.?\s?d\.?|n\.?b\.?|post ?scriptum)\s?[:.,\-–)]", re.I)


def split(text: str) -> tuple[str, str]:
    """(the words, the signature). A postscript below a signature stays with the words."""
    lines = text.split("\n")
    for index in range(max(0, len(lines) - 4 * _MAX_LINES), len(lines)):
        line = lines[index]
        if _DASHES.match(line) or (len(line) < 120 and _SENT_FROM.match(line)):
            rest = [one for one in lines[index + 1 :] if one.strip()]
            if len(rest) <= _MAX_LINES and (index > 0 or _SENT_FROM.match(line)):
                return _cut(lines, index)
    return text, ""


def _cut(lines: list[str], index: int) -> tuple[str, str]:
    kept, signature = lines[:index], lines[index:]
    for offset, line in enumerate(signature):
        if _POSTSCRIPT.match(line):
            kept, signature = [*kept, *signature[offset:]], signature[:offset]
            break
    return "\n".join(kept).rstrip(), "\n".join(signature).strip("\n")
