"""Identifiers of the account that the sender states: e-mail address, team, customer id.

An address in the sender's own words is an account's unless the words beside it give it another purpose: copying
somebody, answering there, a person that is to be added, a place where something else is to go. Nothing is taken from
the From header or a signature: the caller passes subject and own words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import Evidence, Fact
from triage.reading.facts.lexicon import word_set
from triage.reading.facts.page import Page
from triage.reading.vocabulary import Vocabulary

EMAIL = re.compile(
    r"(?<![a-z0-9_.+/@-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.)+[a-z]{2,24}(?![a-z0-9_@-])"
)

_ACCOUNT = re.compile(
    r"account|acct|konto|konta|kontem|koncie|compte|cuenta|\bconta\b|hesab|hesap|アカウント|registered|registriert|enregistr|zarejestr|kayitli|登録|log ?-?in\b|logged|logge|"
    r"sign(?:ed|s)? ?(?:up|in)|signup|sign-up|anmeld|angemeldet|inscrit|inscription|iscritt|cadastr|dado de alta|identifiant|usuari|utilisat|user|benutzer|nutzer|utente|utilizador|gebruiker|uzytkownik|"
    r"kullanici|ユーザー|契約|会員|zugang|tenant|under the address|unter der adresse|id:|identity"
)
_ELSEWHERE = re.compile(
    r"(?:\bcc\b|\bbcc\b|in copy|in kopie|en copie|en copia|in copia|em copia|w kopii|do wiadomosci|reply|replies|antworten|antwort (?:bitte )?an|repond(?:re|ez)|reponse a|respond|rispond|rispost|odpow|yanit|cevap|返信|連絡先|"
    r"reach me|reach us|reach him|reach her|contact me|contact us|erreichbar unter|erreichen sie mich|kontaktieren|joindre|contatt|contactar|bereikbaar|ulas|colleague|kollegin|kollege|collegue|colega|collega|my boss|"
    r"(?:send|forward|mail|ship|hand|pass|give)(?: [a-z']+){0,8}? (?:to|at)|schicken|senden|sendet|schickt|envoye[rz]|envoi|envi[ae]|(?<![a-z])mande|inviat|invia|stuur|sturen|wysl|przesl|gonder|送っ|送付|instead of|not to|copied|wrote to|written to|mailed|emailed|"
    r"sent to|credit to|gutschrift an|transfer|ubertragen|newsletter from|from:|von:|noreply|no-reply|phish|spam|scam|received from|(?:change|switch|update|move|set)(?: [a-z-]+){0,5}? to|andern auf|auf die|"
    r"new (?:address|e-?mail|one|login)|nueva direccion|nuevo correo|nouvelle adresse|nouveau (?:mail|courriel)|neue (?:adresse|e-?mail|mail)|lautet (?:jetzt|nun|ab)|nuov[ao] (?:e-?mail|indirizzo|mail)|novo (?:e-?mail|endereco)|nieuwe?|now[ya] (?:adres|e-?mail|mail)|yeni|新しい|変更後|"
    r"second contact|additional|zusatzlich|weitere|adicional|supplementaire|aggiuntiv|extra contact|deputy|add (?:my |our |the )?[a-z]+ (?:as|at)|ergan|hinterlegen|"
    r"new owner|successor|nachfolger|auditor|accountant|steuerberater|gestor|comptable|commercialista|boekhouder|ksiegow|muhasebe|press|presse|noc:|status:|trasmett|mandar|trasfer|direct(?:ly|amente|ement)? (?:to|a|al|an|aan)|direkt an|unmittelbar an|entreg|pass(?:ing)? [a-z ]{0,40}(?:to|on)|na adres|naar|\baan\b|adres:|their contact|"
    r"dopis|toevoeg|erbij|agreg|anad|ajout|aggiung|adicion|inclu|追加|hinzuf|add |backup|moved to|przechodz|ga over|cambiar por|passe a|wechsle|second (?:contact|person|e-?mail|mail)|zweite[rn]? kontakt|drug[aie] osob|rispettivamente|y porter|direct(?:ly|amente|ement)?(?![a-z])|direkt|напрямую)"
)
_SENT_THERE = re.compile(
    r"[)\s,]{0,2}(?:schieben|ubermitteln|ubertragen|senden|schicken|zustellen|weiter|を?まで|へ|宛に送|に送|als zusatz|as (?:a |the |my |our )?(?:second|backup|additional|extra|deputy|new)|is expecting|en su lugar|in plaats|al posto)"
)
SLUG = re.compile(r"(?<![a-z0-9_@./:#+'-])[a-z0-9]+(?:[-_][a-z0-9]+)+(?![a-z0-9_@/-]|\.[a-z0-9])")
_QUOTED = r"(?:[\"'`「『<*]\s?(?P<q>[^\"'`」』>*\n@]{2,40}?)\s?[\"'`」』>*])"
_TRANSFER = re.compile(
    r"transm|transfer|trasm|trasf|ubermitt|ubertrag|send|schick|envi|inviar|mandar|przeka|przesl|переда|entreg|deliver|pass|hand|weiterg|export|csv|format|stuur|overzet|aktar|gonder|migr|port"
)
_DESTINATION = re.compile(r"(?<![a-z])(?:to|a|an|para|aan|naar|do|adres|por|till|til)\s\(?$|:\s?$|\s\($")
_NAME = r"(?P<v>[a-z0-9\u0400-\u04ff](?:[a-z0-9_&\u0400-\u04ff]|[-.](?=[a-z0-9])){1,38})"

_TEAM_WORD = r"(?:team(?:name|naam|-?id)?|workspace|organi[sz]ation|equipe|equipo|squadra|zespol(?:u|em)?|takim(?:imiz|in|i)?|ekip|ekibimiz|teamet|tym|チーム(?:の?名前?)?|команда)"
_LINK = (
    r"(?:\s(?:account|name|nom|nombre|nome|naam|nazwa|slug|id|konto|compte|cuenta|conta|hesabi|adi|adimiz))?"
    r"(?:\s?(?:is called|is named|is|ist|heiss?t|est|es|e|jest|called|named|namens|genannt|appelee?|s'appelle|nommee?|llamado|se llama|chiamat[oa]|si chiama|chamada|se chama|heet|genaamd|o nazwie|nazywa sie|は|名は|名|が)(?![a-z]))?\s?[:=]?\s?"
)
_TEAM = re.compile(
    rf"(?<![a-z0-9-]){_TEAM_WORD}(?![a-z0-9-])(?P<link>{_LINK})(?:{_QUOTED}|{_NAME})(?P<after>\s?[,.;:)!?\n、。]|\s?$|\s[-(]|)"
)
_TIME = re.compile(rf"(?<![a-z0-9-])time\s?:?\s(?:\"|')?{_NAME}(?=\s?[,.;:)!?\n\"']|\s?$|\s(?:em|no|na|e)\s)")
_TEAM_AFTER = re.compile(
    r"(?:\"(?P<q>[^\"\n@]{2,40})\"|(?<![\w@.-])(?P<v>(?=[\w.-]*[-_0-9])[^\W_][\w-]{1,38}))\s?(?:'s )?(?:team|takimi|ekibi|isimli takim|adli takim|チーム|workspace)(?![a-z0-9-])"
)
_ACCOUNT_NAMED = re.compile(
    r"(?<![a-z0-9-])(?:account|konto|compte|cuenta|conta|hesap|hesabimiz|アカウント)\s?(?:name|[:=]|名|は)?\s?(?:[\"'`「]\s?)?(?P<v>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)(?![\w@-])"
)
_ID_WORD = r"(?:customer|cust\.?|client|account|acct\.?|kunden?|klant(?:en)?|klient[a-z]*|clientes?|cuenta|compte|conta|konto|kont[ao]|musteri|hesap|user|tenant|abonne[es]?|utente|contrato|contract|member|subscriber|billing|zak\.?|zakaznick[a-z]*|kund|клиента?|аккаунта?|абонента?)"
_ID_NOUN = r"(?:id|ids|number|no\.?|nr\.?|num(?:ero|mer|ber)?|n°|n\.|c\.|#|nummer|numarasi|numaramiz|numaram|ref(?:erence)?|code|kennung|identifiant|identificativo|kodu|kimligi|cislo)"
_CUSTOMER = re.compile(
    rf"(?<![a-z0-9])(?:{_ID_WORD}[\s-]?{_ID_NOUN}|kd\.?-?nr\.?|kdnr\.?|{_ID_NOUN}\s?(?:de |di |do |del |du |van |d')?(?:la |el |le |o |il )?{_ID_WORD}|customer|cust|client[ei]?|cliente|klant|klient|kunde|acct|account|konto|compte|cuenta|debiteur|codice|codigo|kund|клиента?|аккаунт|номер клиента\.?|(?:お客様|顧客|会員|契約|アカウント|カスタマー)\s?(?:番号|id|コード)|客户(?:编号|号|id)|고객\s?(?:번호|id))"
    r"(?:\s?(?:is|ist|lautet|est|es|e|jest|heet|ise|being|:|=|は|#|n°|no\.?|nr\.?|number|dir|,|\(|-)){0,3}\s{0,6}[\"'`「]?(?P<v>(?=[a-z0-9_/.-]{0,30}\d)[a-z0-9](?:[a-z0-9]|[-_/.](?=[a-z0-9])){1,30})"
)
_CODED = re.compile(
    r"(?<![A-Za-z0-9_@./#-])(?P<v>[A-Z]{1,6}[-_]\d{3,}(?:-[A-Z0-9]+)?|[A-Z]{2,4}-\d{1,2}|[A-Z]{2,4}\d{4,}|\d{2,3}-\d{3,6}|\d{3,5}-[A-Z]{2,3})(?![A-Za-z0-9_@/-])(?!\.\d)"
)
_OTHER_CODES = re.compile(
    r"^(?:INV|PO|TKT|CASE|REQ|SUP|RFC|CVE|ISO|SLA|UTF|NF|FA|RG|TCK|JIRA|PR|ERR|HTTP|AZ|FC|RCA|OC|NC|DOC|UTC|GMT|ID|SHA|AES|IPV|WG|FRA|GDPR|DSGVO|ART|PSD|PCI|SOC|COVID|BUG|INC|TICKET|ORD|HTTPS|TLS|GPT|MP|CET|PST|EST|PT|Q|P|B|H|V|UTC|EU|US|AP|AWS|GCP|EC|S|K)[-_]?\d"
)
_OTHER_CODE_WORDS = re.compile(
    r"(?:invoices?|facturas?|factures?|fatturas?|faturas?|rechnung(?:en|s-?nr\.?)?|factuur|faktur[ay]?|ticket|case|fall|aktenzeichen|az\.?|order|bestellung|pedido|commande|ordine|"
    r"incident|issue|bug|ref(?:erence)?\.?(?: no\.?)?|vorgang|phone|tel\.?|telefon|fax|version|art\.?|warrant|no\.? of|請求書|チケット|vat|ust-idnr\.?|nif|cif|siret|nip|gstin|usd|eur)[\s:#.n°-]{0,6}$"
)


def find_account(
    page: Page, vocabulary: Vocabulary, masked: list[tuple[int, int]], home: str = "", language: str = "en"
) -> list[Fact]:
    """Account identifiers stated in the part, each once. masked: spans of databases, hosts and links: no identifiers. home: domain of
    the sender's own address."""
    found: dict[tuple[str, str], list[Evidence]] = {}
    taken = list(masked)
    emails = list(_emails(page, vocabulary))
    for start, end, value in emails:
        _add(found, "email", value, page, start, end)
    addresses = [m.span() for m in EMAIL.finditer(page.flat)]
    for kind, spans in (("customer_id", _customer_ids(page)), ("team", _teams(page, vocabulary, home, language))):
        for start, end in spans:
            if not any(start < e and end > s for s, e in (*taken, *addresses)):
                _add(found, kind, page.text[start:end], page, start, end)
                taken.append((start, end))
    masked.extend(taken)
    return [Fact(value, kind, tuple(evidence)) for (kind, value), evidence in found.items()]


def _add(found: dict[tuple[str, str], list[Evidence]], kind: str, value: str, page: Page, start: int, end: int) -> None:
    found.setdefault((kind, value), []).append(page.evidence(start, end, f"account.{kind}"))


def _emails(page: Page, vocabulary: Vocabulary) -> Iterator[tuple[int, int, str]]:
    flat = page.flat
    for match in EMAIL.finditer(flat):
        domain = match.group().rsplit("@", 1)[1]
        own = any(domain == ours or domain.endswith("." + ours) for ours in vocabulary.domains)
        if not own and _is_account(flat, match.start(), match.end()):
            yield match.start(), match.end(), match.group()


def _is_account(flat: str, start: int, end: int) -> bool:
    """Whether the nearest words before the address leave it an account's; alone at the mail's foot it is a signature's."""
    before = flat[max(0, start - 90) : start]
    cut = max((m.end() for m in re.finditer(r"[.!?。]\s|\n\n|\n(?=[-*•\d])", before)), default=0)
    before = before[cut:]
    good = max((m.end() for m in _ACCOUNT.finditer(before)), default=-1)
    bad = max((m.end() for m in _ELSEWHERE.finditer(before)), default=-1)
    if _SENT_THERE.match(flat, end):
        return False
    if _DESTINATION.search(before[-10:]) and _TRANSFER.search(before) and bad >= 0:
        return False
    if good >= 0 or bad >= 0:
        return good > bad
    line = flat[flat.rfind("\n", 0, start) + 1 : start].strip(" -*•·|<(")
    rest = flat[end : end + 400]
    alone = not line and re.match(r"[>)\s]*(?:\n|$)", rest) is not None
    return not (alone and len(rest.strip()) < 60 and "\n" in flat[:start].strip())


_NO_TEAM = word_set("not_teams")


_TEAM_STARTS = ("team", "works", "organ", "equip", "squad", "zesp", "taki", "ekip", "ekib", "tym", "коман")
_ID_STARTS = (
    "cust",
    "clie",
    "acco",
    "acct",
    "kund",
    "kdnr",
    "kd",
    "klan",
    "klie",
    "cuen",
    "comp",
    "cont",
    "kont",
    "must",
    "hesa",
    "user",
    "tena",
    "abon",
    "uten",
    "memb",
    "subs",
    "bill",
    "zak",
    "num",
    "nr",
    "no",
    "id",
    "codi",
    "debi",
    "клие",
    "акка",
    "номе",
    "ref",
)


def _teams(page: Page, vocabulary: Vocabulary, home: str, language: str) -> Iterator[tuple[int, int]]:
    about_teams = page.has_cjk or page.has_word(*_TEAM_STARTS)
    for match in _TEAM.finditer(page.flat) if about_teams else ():
        group = "q" if match["q"] else "v"
        value = match[group]
        telling = (
            match["link"].strip()
            or group == "q"
            or re.search(r"[-_0-9]", value)
            or match["after"].strip()
            or match["after"]
        )
        known = value in _NO_TEAM or value.startswith(vocabulary.operator.lower()) or value.isdigit()
        at_end = match.end(group) == len(page.flat)
        plain = len(value) > 3 and value in home
        if (telling or at_end or plain) and not known and EMAIL.match(page.flat, match.start(group)) is None:
            yield match.span(group)
    for match in _TIME.finditer(page.flat) if language == "pt" else ():
        if page.text[match.start("v")].islower() and match["v"] not in _NO_TEAM:
            yield match.span("v")
    for match in _TEAM_AFTER.finditer(page.flat) if about_teams else ():
        group = "q" if match["q"] else "v"
        value = match[group]
        if (
            not re.search(r"\d+-(?:person|man|head|people)|^on-|^the$", value)
            and vocabulary.operator.lower() not in value
        ):
            yield match.span(group)
    for match in _ACCOUNT_NAMED.finditer(page.flat):
        yield match.span("v")
    label = home.split(".")[0]
    for match in (
        re.finditer(rf"(?<![\w@.-]){re.escape(label)}(?![\w@.-]*[@\w])", page.text[: len(page.flat)])
        if len(label) > 4
        else ()
    ):
        yield match.span()
    for match in SLUG.finditer(page.flat):
        if page.text[match.start()].islower() and is_named_after(match.group(), home):
            yield match.span()


def is_named_after(slug: str, home: str) -> bool:
    """Whether a hyphenated name begins as the sender's own domain does: `northpeak-prod` at northpeak.example."""
    label = home.split(".")[0].replace("-", "")
    squeezed = slug.replace("-", "").replace("_", "")
    return len(label) >= 5 and (squeezed.startswith(label) or (len(squeezed) >= 7 and label.startswith(squeezed)))


def _customer_ids(page: Page) -> Iterator[tuple[int, int]]:
    numbered = page.has_cjk or page.has_word(*_ID_STARTS)
    for match in _CUSTOMER.finditer(page.flat) if numbered else ():
        value = match["v"]
        dated = re.fullmatch(
            r"(?:19|20)\d\d|\d{1,2}|\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d+(?:st|nd|rd|th|h|x|k)", value
        )
        if re.search(r"\d", value) and not dated:
            yield match.span("v")
    for match in _CODED.finditer(page.text[: len(page.flat)]):
        value = match["v"]
        before = page.flat[max(0, match.start() - 30) : match.start()]
        if (
            _OTHER_CODES.match(value)
            or _OTHER_CODE_WORDS.search(before)
            or (value[0].isdigit() and re.search(r"[\d+)] ?$", before))
        ):
            continue
        if re.fullmatch(r"\d{2}-(?:19|20)\d\d|[0-]+|[A-Z]{2}\d{8,}|[A-Z]+0+", value) or re.match(
            r"\s?(?:\d{2,}|[-+]\d)", page.flat[match.end() : match.end() + 4]
        ):
            continue
        yield match.span("v")
