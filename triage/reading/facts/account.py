"""Identifiers of the account that the sender states: e-mail address, team, customer id.

An address counts when the words beside it speak of an account or an identity, not when they speak of copying somebody,
answering there, or where something else is to go. Nothing is taken from the From header or a signature: the caller
passes subject and own words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import Evidence, Fact
from triage.reading.facts.page import Page
from triage.reading.vocabulary import Vocabulary

EMAIL = re.compile(
    r"(?<![\w.+/:@-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.)+[a-z]{2,24}(?![\w@-])"
)

_ACCOUNT = re.compile(
    r"account|konto|konta|kontem|koncie|compte|cuenta|conta(?![a-z])|conta |hesab|hesap|アカウント|regist|enregistr|zarejestr|kayit|登録|login|log in|log-in|logged|logge|"
    r"sign(?:ed|s)? ?(?:up|in)|signup|sign-up|anmeld|angemeldet|inscri|iscri|cadastr|alta|identifiant|usuari|utilisat|user|benutzer|nutzer|utente|utilizador|gebruiker|uzytkownik|"
    r"kullanici|ユーザー|subscri|abon|billing|facturation|facturacion|fatturazione|faturacao|faturamento|rechnungsadresse|"
    r"my (?:e-?mail|address)|our (?:e-?mail|address)|meine (?:e-?mail|adresse|mail)|unsere (?:e-?mail|adresse|mail)|mon (?:e-?mail|adresse|mail|courriel)|mi (?:correo|e-?mail|mail|direccion)|"
    r"nuestro correo|la mia (?:e-?mail|mail)|mia (?:e-?mail|mail)|meu (?:e-?mail|endereco)|mijn (?:e-?mail|mail|adres)|moj (?:e-?mail|mail|adres)|e-?posta(?:m|miz| adresim)|メールアドレス|"
    r"customer|kunde|client|cliente|klant|klient|musteri|profil|under|unter|belongs|identity|tied|linked|associated|owner|tenant|workspace|契約|会員|mail:|email:|e-mail:|team|equipe|equipo|squadra|zespol"
)
_OTHER = re.compile(
    r"(?:\bcc\b|\bbcc\b|in copy|in kopie|en copie|en copia|in copia|em copia|w kopii|reply to|reply|replies|antwort|antworten|repond|reponse|respond|risp|odpow|yanit|cevap|返信|連絡先|"
    r"reach me|reach us|contact|kontakt|contatt|contact|ulas|colleague|kolleg|collegue|coleg|collega|my boss|forward|weiterleit|transf|send (?:it|the|them|everything|a copy|confirmation|the credit)|"
    r"schick|senden sie|envoy|envi[ae]|mand|stuur|wysl|gonder|送っ|送付|instead of|not to|copied|kopiert|wrote to|schrieb an|written to|mailed|sent to|emailed|写信|credit to|transfer|assistant|accountant|"
    r"newsletter from|from:|von:|noreply|no-reply|phish|spam|scam|received from|change (?:it )?to|changed to|update to|replace|new (?:address|e-?mail)|nueva direccion|nouvelle adresse|neue (?:adresse|mail)|nuova|novo (?:e-?mail|endereco)|nieuwe|nowy|yeni)"
)
_NAME = r"(?P<v>[a-z0-9][\w.&-]{0,38}[\w])"
_QUOTED = r"(?:[\"'`「『<*](?P<q>[^\"'`」』>*\n@]{2,40})[\"'`」』>*])"

_TEAM = re.compile(
    rf"(?<![a-z0-9-])(?:team(?:name|naam|-?id)?|our team|teams?|workspace|organi[sz]ation|org|equipe|equipo|squadra|gruppo|zespol(?:u)?|takim(?:imiz|in|i)?|ekip|teamet|tym|チーム(?:名)?|team account|team-account)"
    rf"(?:'s)?(?P<link>(?:\s(?:account|name|nom|nombre|nome|naam|nazwa|slug|id|konto|compte|cuenta|conta))?(?:\s?(?:is|ist|heisst|est|es|e|jest|is called|is named|called|named|named:|namens|genannt|appelee?|s'appelle|nommee?|llamado|se llama|chiamat[oa]|si chiama|"
    rf"chamada|chama-se|se chama|heet|genaamd|o nazwie|nazywa sie|adi|は|名は|名|が)(?![a-z]))*\s?[:=]?\s?)(?:{_QUOTED}|{_NAME})"
)
_TEAM_AFTER = re.compile(
    rf"(?:{_QUOTED}|(?<![a-z0-9@._-])(?P<v>(?=[a-z0-9_.-]*[-_0-9])[a-z0-9][\w-]{{1,38}}))\s?(?:team|takimi|ekibi|isimli takim|adli takim|チーム|workspace)(?![a-z0-9-])"
)
_ID_WORD = r"(?:customer|client|account|kunden?|klant(?:en)?|klient[a-z]*|client[ei]?|cliente|cuenta|compte|conta|konto|kont[ao]|musteri|hesap|user|tenant|abonne|abonne[es]?|utente|contrato|contract|member|subscriber|billing)"
_ID_NOUN = r"(?:id|ids|number|no\.?|nr\.?|num(?:ero|mer|ber)?|n\.?o?\.?|#|nummer|numero|numer|numarasi|numaramiz|numaram|no|ref(?:erence)?|code|kennung|identifiant|identificativo|kodu|kimligi)"
_CUSTOMER = re.compile(
    rf"(?<![a-z0-9])(?:{_ID_WORD}[\s-]?{_ID_NOUN}|kd-?nr\.?|kdnr\.?|{_ID_NOUN} (?:de |di |do |del |du |van |d')?(?:la |el |le |o |il )?{_ID_WORD}|customer|cust(?:omer)?[ _-]?id|acct\.?|(?:お客様|顧客|会員|契約|アカウント|カスタマー)\s?(?:番号|id|コード))"
    r"(?:\s?(?:is|ist|lautet|est|es|e|jest|heet|ise|:|=|は|#|n°|no\.?|nr\.?|number|dir|,|\(|-)){0,3}\s?[\"'`「]?(?P<v>[a-z0-9](?:[a-z0-9]|[-_/.](?=[a-z0-9])){1,30})"
)
_CODED = re.compile(
    r"(?<![a-z0-9@._/-])(?P<v>(?:cus|cust|acc|acct|kd|kdnr|cli|c|k|org|usr)[-_#]\d{2,}[a-z0-9-]*)(?![a-z0-9@])"
)


def find_account(page: Page, vocabulary: Vocabulary, masked: list[tuple[int, int]]) -> list[Fact]:
    """Account identifiers stated in the part, each once. masked: spans of databases and dates, never an identifier."""
    found: dict[tuple[str, str], list[Evidence]] = {}
    taken = list(masked)
    for start, end, value in _emails(page, vocabulary):
        _add(found, "email", value, page, start, end)
        taken.append((start, end))
    addresses = [m.span() for m in EMAIL.finditer(page.flat)]
    for kind, spans in (("customer_id", _customer_ids(page)), ("team", _teams(page))):
        for start, end in spans:
            if any(start < e and end > s for s, e in (*taken, *addresses)):
                continue
            _add(found, kind, page.text[start:end], page, start, end)
            taken.append((start, end))
    return [Fact(value, kind, tuple(evidence)) for (kind, value), evidence in found.items()]


def _add(found: dict[tuple[str, str], list[Evidence]], kind: str, value: str, page: Page, start: int, end: int) -> None:
    found.setdefault((kind, value), []).append(page.evidence(start, end, f"account.{kind}"))


def _emails(page: Page, vocabulary: Vocabulary) -> Iterator[tuple[int, int, str]]:
    flat = page.flat
    for match in EMAIL.finditer(flat):
        domain = match.group().rsplit("@", 1)[1]
        if any(domain == own or domain.endswith("." + own) for own in vocabulary.domains):
            continue
        if _speaks_of_account(flat, match.start(), match.end()):
            yield match.start(), match.end(), match.group()


def _speaks_of_account(flat: str, start: int, end: int) -> bool:
    """Whether the nearest words before the address, else just after it, are an account's and not another purpose's."""
    left = max(0, start - 90)
    before = flat[left:start]
    cut = max((m.end() for m in re.finditer(r"[.!?。]\s|\n\n", before)), default=0)
    before = before[cut:]
    after = flat[end : end + 60]
    stop = re.search(r"[.!?。](?:\s|$)|\n", after)
    after = after[: stop.start()] if stop else after
    good = max((m.end() for m in _ACCOUNT.finditer(before)), default=-1)
    bad = max((m.end() for m in _OTHER.finditer(before)), default=-1)
    if good > bad:
        return True
    if bad >= 0:
        return False
    return bool(_ACCOUNT.search(after)) and not _OTHER.search(after)


_NO_TEAM = frozenset(
    [
        "is",
        "was",
        "are",
        "has",
        "have",
        "had",
        "at",
        "in",
        "on",
        "of",
        "and",
        "the",
        "for",
        "will",
        "would",
        "can",
        "could",
        "with",
        "from",
        "to",
        "a",
        "an",
        "as",
        "we",
        "our",
        "your",
        "you",
        "who",
        "that",
        "which",
        "support",
        "upstash",
        "security",
        "privacy",
        "legal",
        "billing",
        "finance",
        "sales",
        "lead",
        "leads",
        "members",
        "member",
        "und",
        "der",
        "die",
        "das",
        "ist",
        "hat",
        "im",
        "von",
        "de",
        "du",
        "des",
        "la",
        "le",
        "et",
        "est",
        "en",
        "y",
        "del",
        "e",
        "da",
        "do",
        "di",
        "il",
        "uses",
        "use",
        "using",
        "noticed",
        "lost",
        "here",
        "there",
        "meeting",
        "needs",
        "wants",
        "plan",
        "plans",
        "account",
        "size",
        "hello",
        "i'm",
        "up",
        "out",
        "down",
        "all",
        "any",
        "works",
        "worked",
        "working",
        "van",
        "het",
        "een",
        "os",
        "o",
        "jest",
        "sie",
        "ve",
        "bu",
        "on-call",
    ]
)


def _teams(page: Page) -> Iterator[tuple[int, int]]:
    for match in _TEAM.finditer(page.flat):
        group = "q" if match["q"] else "v"
        value = match[group]
        linked = bool(match["link"].strip()) or group == "q" or re.search(r"[-_0-9]", value)
        if linked and value not in _NO_TEAM and not re.fullmatch(r"\d+", value):
            yield match.span(group)
    for match in _TEAM_AFTER.finditer(page.flat):
        group = "q" if match["q"] else "v"
        if not re.search(r"\d+-(?:person|man|head|people)|^on-|^the$", match[group]):
            yield match.span(group)


def _customer_ids(page: Page) -> Iterator[tuple[int, int]]:
    for match in _CUSTOMER.finditer(page.flat):
        if re.search(r"\d", match["v"]) and not re.fullmatch(
            r"(?:19|20)\d\d|\d{1,2}|\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?", match["v"]
        ):
            yield match.span("v")
    for match in _CODED.finditer(page.flat):
        yield match.span("v")
