"""Time zones as people write them: abbreviations, offsets, and places ("Berlin time")."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

_HOURS: dict[str, float] = {
    "utc": 0, "gmt": 0, "z": 0, "zulu": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
    "trt": 3, "tsi": 3, "msk": 3, "ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "acst": 9.5,
    "nzst": 12, "nzdt": 13, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "ast": -4, "akst": -9, "hst": -10, "brt": -3, "art": -3, "clt": -4, "cot": -5, "sast": 2, "cat": 2, "eat": 3, "wat": 1, "pkt": 5, "met": 1,
}  # fmt: skip
_PLACES = {
    "Europe/Berlin": "stredoevropskeho berlin german germany deutscher deutsche deutschland mitteleuropaische mitteleuropaischer munich munchen hamburg koln cologne frankfurt",
    "Europe/Vienna": "vienna wien wiener austrian osterreichischer", "Europe/Zurich": "zurich swiss schweizer suisse svizzera",
    "Europe/Paris": "paris france francaise french", "Europe/Madrid": "madrid espanola espana spanish spain peninsular barcelona algeciras europea",
    "Europe/Rome": "rome roma italiana italia italian italy milano milan", "Europe/Lisbon": "lisbon lisboa portugal portuguese",
    "Europe/Amsterdam": "amsterdam nederlandse dutch netherlands", "Europe/Brussels": "brussels brussel bruxelles belgian belgische",
    "Europe/Warsaw": "warsaw warszawa warszawskiego polskiego polish poland polski", "Europe/Istanbul": "istanbul turkiye turkey turkish turk ankara",
    "Europe/London": "london uk british dublin londres", "Europe/Prague": "prague praha stredoevropskeho", "America/Toronto": "montreal toronto ottawa", "Europe/Stockholm": "stockholm swedish",
    "Europe/Copenhagen": "copenhagen danish", "Europe/Moscow": "moscow moskau", "Europe/Athens": "athens", "Europe/Helsinki": "helsinki",
    "Asia/Tokyo": "tokyo japan japanese japonaise japonesa giapponese tokio 日本 東京", "Asia/Singapore": "singapore", "Asia/Kolkata": "india indian mumbai", "Asia/Seoul": "seoul korea 한국",
    "Asia/Shanghai": "beijing shanghai china chinese 北京", "Asia/Dubai": "dubai", "Australia/Sydney": "sydney",
    "America/New_York": "est et eastern ny york nyc boston", "America/Chicago": "ct central chicago", "America/Denver": "mt mountain denver",
    "America/Los_Angeles": "pacifique pacifico pt pacific francisco seattle", "America/Sao_Paulo": "brasilia paulo brazil brasil", "America/Mexico_City": "mexico cdmx mexicana",
    "America/Argentina/Buenos_Aires": "argentina aires buenos", "America/Bogota": "colombia bogota colombiana", "America/Santiago": "chile", "America/Lima": "peru lima peruana",
}  # fmt: skip
_PLACE_OF = {name: zone for zone, names in _PLACES.items() for name in names.split()}

_OFFSET = r"(?P<sign>[+-])(?P<h>1[0-4]|0?\d)(?::?(?P<m>[0-5]\d))?(?!\d|[./]\d)"
_TIME_WORDS = r"(?:time|zeit|ortszeit|uhrzeit|tijd|saati(?:yle|ne)?|czasu|czas|casu|cas|tid)"
_HOURS_OF = r"(?:heures?|hora|ora|horario|czasu|czas|fuso|tijd)"
_PATTERN = re.compile(
    rf"[\s(,]{{0,3}}(?:uhr |hrs? |h |uur )?\(?(?:"
    rf"(?P<abbr>{'|'.join(sorted(_HOURS, key=len, reverse=True))})(?![a-z])(?: ?{_OFFSET})?"
    rf"|(?P<bare>\+(?:1[0-4]|0\d):?[0-5]\d)(?!\d)"
    rf"|(?:us |new |the )?(?P<place>[a-z]+)(?: (?:standard|daylight|summer|local|winter))?[ -]{_TIME_WORDS}(?![a-z])"
    rf"|(?P<us>(?:et|ct|pt)(?![a-z'])(?!\s?\d)|eastern|pacific)(?![a-z])"
    rf"|(?:a l')?{_HOURS_OF} (?:(?:locale|local|de|l'|d'|di|do|du|del|standard|dell'|w|srodkowoeuropejskiego|lokalnego|oficial|estandar|in|van|la) ?){{0,3}}(?P<of>(?:central europea|europe centrale|dell'europa centrale|da europa central|[a-z]+))"
    rf"|(?:de|di) (?P<city2>buenos aires|madrid|lisboa|roma|paris|mexico|bogota|santiago|lima|brasilia|sao paulo)(?![a-z])"
    rf"|\((?P<paren>[a-z]+)(?=\))"
    rf"|(?P<cjk>日本|東京|北京|한국)(?:標準)?(?:時間|시간|时间)"
    rf"|(?P<named>america|europe|asia|australia|africa)/(?P<city>[a-z_]+)"
    rf")\)?"
)


def zone_at(flat: str, position: int) -> tuple[tzinfo, int] | None:
    """The zone written at this place, with the offset where it ends; None when there is none."""
    match = _PATTERN.match(flat, position, min(len(flat), position + 60))
    if match is None:
        return None
    if match["abbr"]:
        hours = _HOURS[match["abbr"]]
        if match["sign"]:
            shift = int(match["h"]) + int(match["m"] or 0) / 60
            hours += shift if match["sign"] == "+" else -shift
        return timezone(timedelta(hours=hours)), match.end()
    if match["bare"]:
        return offset(match["bare"]), match.end()
    if match["city"]:
        wanted = f"{match['named']}/{match['city']}"
        found = next((zone for zone in _PLACES if zone.lower() == wanted), None)
        return (_zone(found), match.end()) if found else None
    name = match["us"] or match["place"] or match["of"] or match["city2"] or match["paren"] or match["cjk"]
    found = _PLACE_OF.get(name) or _PLACE_OF.get(name.split()[-1])
    if found is None and re.search(r"europ", name):
        found = "Europe/Paris"
    return (_zone(found), match.end()) if found else None


def offset(text: str) -> tzinfo:
    """`+02:00`, `-0530` as a fixed zone."""
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0)))


@cache
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)


_NAMED = re.compile(
    r"(?<![A-Za-z])(?:UTC(?:[+-]\d{1,2})?|GMT|CES?T|MES?Z|BST|E[SD]T|C[SD]T|M[SD]T|P[SD]T|JST|IST|KST|SGT|AE[SD]T|BRT|TSI|TRT|MSK|WES?T|EES?T)(?![A-Za-z])"
)


def named_zones(text: str) -> list[tzinfo]:
    """Zones that a text names by their abbreviation in capitals, each once."""
    found = (zone_at(match.group().lower(), 0) for match in _NAMED.finditer(text[:20_000]))
    return list({str(zone[0]): zone[0] for zone in found if zone}.values())
