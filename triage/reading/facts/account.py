"""Identifiers of the account that the sender states: e-mail address, team, customer id.

An address in the sender's own words is an account's unless the words beside it give it another purpose: copying
somebody, answering there, a person that is to be added, a place where something else is to go. Nothing is taken from
the From header or a signature: the caller passes subject and own words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from triage.model import Evidence, Fact
from triage.reading.facts.lexicon import word_set
from triage.reading.facts.page import Page
from triage.reading.vocabulary import Vocabulary

_MOST = 200
"""Addresses that are read from one part, and identifiers."""

EMAIL = re.compile(
    r"(?<![a-z0-9_.+/@-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.)+[a-z]{2,24}(?![a-z0-9_@-])"
)

_ACCOUNT = re.compile(
    r"account|acct|konto|konta(?!kt)|kontem|koncie|compte|cuenta|\bconta\b|hesab|hesap|アカウント|registered|registriert|enregistr|zarejestr|kayitli|登録|log ?-?in\b|logged|logge|"
    r"sign(?:ed|s)? ?(?:up|in)|signup|sign-up|anmeld|angemeldet|inscrit|inscription|iscritt|cadastr|dado de alta|identifiant|usuari|utilisat|user|benutzer|nutzer|utente|utilizador|gebruiker|uzytkownik|"
    r"kullanici|ユーザー|契約|会員|zugang|tenant|under the address|unter der adresse|id:|identity"
)
_REPLACED = r"(?:replac|ersetz|ersatz|remplac|sustitu|substitu|sostitu|vervang|zamien|erstatt|degistir)[^\n]{0,70}(?<![a-z])(?:with|by|durch|par|por|con|door|na|med|ile)\s"
_ELSEWHERE = re.compile(
    _REPLACED
    + r"|(?:\bcc\b|\bbcc\b|in copy|in kopie|en copie|en copia|in copia|em copia|w kopii|do wiadomosci|reply|replies|antworten|antwort (?:bitte )?an|repond(?:re|ez)|reponse a|respond|rispond|rispost|odpow|yanit|cevap|返信|連絡先|"
    r"reach me|reach us|reach him|reach her|contact me|contact us|erreichbar unter|erreichen sie mich|kontaktieren|joindre|contatt|contactar|bereikbaar|ulas|colleague|kollegin|kollege|collegue|colega|collega|my boss|"
    r"(?:send|forward|mail|ship|hand|pass|give)(?: [a-z']+){0,8}? (?:to|at)|schicken|senden|sendet|schickt|envoye[rz]|envoi|envi[ae]|(?<![a-z])mande|inviat|invia|stuur|sturen|wysl|przesl|gonder|送っ|送付|instead of|not to|copied|wrote to|written to|mailed|emailed|"
    r"sent to|credit to|gutschrift an|transfer|ubertragen|newsletter from|from:|von:|noreply|no-reply|phish|spam|scam|received from|(?:change|switch|update|move|set)(?: [a-z-]+){0,5}? to|andern auf|auf die|"
    r"new (?:address|e-?mail|one|login)|nueva direccion|nuevo correo|nouvelle adresse|nouveau (?:mail|courriel)|neue (?:adresse|e-?mail|mail)|lautet (?:jetzt|nun|ab)|nuov[ao] (?:e-?mail|indirizzo|mail)|novo (?:e-?mail|endereco)|nieuwe?|now[ya] (?:adres|e-?mail|mail)|yeni|新しい|変更後|"
    r"second contact|additional|zusatzlich|weitere|adicional|supplementaire|aggiuntiv|extra contact|deputy|add (?:my |our |the )?[a-z]+ (?:as|at)|ergan|hinterlegen|"
    r"new owner|successor|nachfolger|auditor|accountant|steuerberater|gestor|comptable|commercialista|boekhouder|ksiegow|muhasebe|press|presse|noc:|status:|trasmett|mandar|trasfer|direct(?:ly|amente|ement)? (?:to|a|al|an|aan)|direkt an|unmittelbar an|entreg|pass(?:ing)? [a-z ]{0,40}(?:to|on)|na adres|naar|\baan\b|adres:|their contact|"
    r"dopis|toevoeg|erbij|agreg|anad|ajout|aggiung|adicion|inclu|追加|hinzuf|add |backup|ekle|yolla|aktar|wprost|bezposrednio|rechtstreeks|direttamente|predai|skicka|overfor|補|转交|發給|发给|移交|moved to|przechodz|ga over|cambiar por|passe a|wechsle|second (?:contact|person|e-?mail|mail)|zweite[rn]? kontakt|drug[aie] osob|rispettivamente|y porter|direct(?:ly|amente|ement)?(?![a-z])|direkt|напрямую)"
)
_SENT_THERE = re.compile(
    r"[)\s,]{0,2}(?:adresine |adresini de |adres[ei]ne de )?(?:(?:in|im|als|en|dans|zu)\s(?:[a-z]+\s){1,4}zu )?(?:ekle|aktar|gonder|yolla|ilet|schieben|ubermitteln|ubertragen|senden|schicken|zustellen|weiter|を?まで|へ|宛に送|に送|als zusatz|as (?:a |the |my |our )?(?:second|backup|additional|extra|deputy|new)|is expecting|en su lugar|in plaats|al posto)"
)
SLUG = re.compile(r"(?<![a-z0-9_@./:#+'-])[a-z0-9]+(?:[-_][a-z0-9]+)+(?![a-z0-9_@/-]|\.[a-z0-9])")
_QUOTED = r"(?:[\"'`「『<*]\s?(?P<q>[^\"'`」』>*\n@]{2,40}?)\s?[\"'`」』>*])"
_TRANSFER = re.compile(
    r"transm|transfer|trasm|trasf|ubermitt|ubertrag|send|schick|envi|inviar|mandar|przeka|przesl|переда|entreg|deliver|pass|hand|weiterg|export|csv|format|stuur|overzet|aktar|gonder|migr|port"
)
_DESTINATION = re.compile(r"(?<![a-z])(?:to|a|an|para|aan|naar|do|adres|por|till|til)\s\(?$|:\s?$|\s\($")
_NAME = r"(?P<v>[a-z0-9\u0400-\u04ff](?:[a-z0-9_&\u0400-\u04ff]|[-.](?=[a-z0-9])){1,38})"

_TEAM_WORD = r"(?:team(?:name|naam|-?id)?|workspace|organi[sz]ation|equip[eao]|equipo|squadra|zespol(?:u|em)?|takim(?:imiz|in|i)?|ekip|ekibimiz|teamet|tym|チーム(?:の?名前?)?|команда)"
_LINK = (
    r"(?:\s(?:account|name|nom|nombre|nome|naam|nazwa|slug|id|konto|compte|cuenta|conta|hesabi|adi|adimiz))?"
    r"(?:\s?(?:is called|is named|is|ist|heiss?t|est|es|e|jest|called|named|namens|genannt|appelee?|s'appelle|nommee?|llamado|se llama|chiamat[oa]|si chiama|chamada|se chama|heet|genaamd|o nazwie|nazywa sie|は|名は|名|が)(?![a-z]))?\s?[:=]?\s?"
)
_TEAM = re.compile(
    rf"(?<![a-z0-9-]){_TEAM_WORD}(?![a-z0-9-])(?P<link>{_LINK})(?:{_QUOTED}|{_NAME})(?P<after>\s?[,.;:)!?\n、。]|\s?$|\s[-(]|)"
)
_TEAM_CALLED = re.compile(
    rf"(?<![a-z0-9-]){_TEAM_WORD}(?![a-z0-9-])(?:\s[a-z']+){{1,3}} (?:called|heisst|heist|s'appelle|se llama|si chiama|se chama|chama-se|heet|nazywa sie|heter|hedder)\s(?:{_QUOTED}|{_NAME})"
)
_TIME = re.compile(rf"(?<![a-z0-9-])time\s?:?\s(?:\"|')?{_NAME}(?=\s?[,.;:)!?\n\"']|\s?$|\s(?:em|no|na|e)\s)")
_TEAM_AFTER = re.compile(
    r"(?:\"(?P<q>[^\"\n@]{2,40})\"|(?<![\w@.-])(?P<v>(?=[\w.-]*[-_0-9])[^\W_][\w-]{1,38}))\s?(?:'s )?(?:team|(?:isimli |adli )?(?:takimi|ekibi)[a-z]{0,6}|团队|チーム|workspace)(?![a-z0-9-])"
)
_TEAM_BEFORE = re.compile(
    r"(?<![\w@.-])(?P<v>[a-z][a-z0-9]{3,24})\s(?:takimi|ekibi)(?:n|nin|ne|nde|miz|mizin|mize)?(?![a-z])|(?<![\w@.-])(?P<q>[a-z][a-z0-9-]{3,24})\s?团队|团队\s?(?P<w>[a-z][a-z0-9-]{3,24})(?![a-z0-9@.])"
)
"""Turkish and Chinese: the name stands before the word for a team."""
_ACCOUNT_NAMED = re.compile(
    r"(?<![a-z0-9-])(?:account|konto|compte|cuenta|conta|hesap|hesabimiz|アカウント)(?![a-z-])\s?(?:name|[:=]|名|は)?\s?(?:[\"'`「]\s?)?(?P<v>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)(?![\w@-])"
)
_ID_WORD = r"(?:customer|cust\.?|client|account|acct\.?|kunden?|klant(?:en)?|klient[a-z]*|clientes?|cuenta|compte|conta|konto|kont[ao]|musteri|hesap|user|tenant|abonne[es]?|utente|contrato|contract|member|subscriber|billing|zak\.?|zakaznick[a-z]*|kund|клиента?|аккаунта?|абонента?)"
_ID_NOUN = r"(?:id|ids|number|no\.?|nr\.?|num(?:ero|mer|ber)?|n°|n\.|c\.|#|nummer|numarasi|numaramiz|numaram|ref(?:erence)?|code|kennung|identifiant|identificativo|kodu|kimligi|cislo)"
_CUSTOMER = re.compile(
    rf"(?<![a-z0-9])(?:{_ID_WORD}[\s-]?{_ID_NOUN}|kd\.?-?nr\.?|kdnr\.?|{_ID_NOUN}\s?(?:de |di |do |del |du |van |d')?(?:la |el |le |o |il )?{_ID_WORD}|customer|cust|client[ei]?|cliente|klant|klient|kunde|acct|account|konto|compte|cuenta|debiteur|codice|codigo|kund|клиента?|аккаунт|номер клиента\.?|(?:お客様|顧客|会員|契約|アカウント|カスタマー)\s?(?:番号|id|コード)|客户(?:编号|号|id)|고객\s?(?:번호|id))"
    r"(?:\s(?:with|at|for|bei|chez|avec|con|da|de|com|bij|u|hos|w) (?:you|us|ihnen|euch|uns|vous|nous|ustedes|vosotros|voi|noi|voces|jullie|u|panstwa|was|er|dig|jer)(?![a-z]))?"
    r"(?:\s?(?:is|ist|lautet|est|es|e|jest|heet|ise|being|:|=|は|#|n°|n[or](?![a-z-])\.?|number|dir|,|\(|-(?!\d)|n[or]\.-?)){0,3}\s{0,6}[\"'`「]?(?P<v>(?=[a-z0-9_/.-]{0,30}\d)[a-z0-9](?:[a-z0-9]|[-_/.](?=[a-z0-9])){1,30})"
)
_ID_BEFORE = re.compile(
    r"(?<![\w@./:+,-])(?P<v>[a-z]{1,6}-\d{1,8}|\d{3,8}-\d{1,5}|\d{4,8})(?:\s?(?:番|numarali|nolu|no'lu|cari|numaramizdaki)){0,2}\s(?:musteri(?:yiz|yim|si|sini|sinin|mizdeki)?(?![a-z])|hesa[bp]|kayd|kayit|abone|cari|uyelik)"
)
"""Turkish: the number stands before what it is the number of."""
_PREFIXED = re.compile(
    r"(?<![a-z0-9_@./#-])(?:cus|cust|cstm|cli|clt|acct?|acc|kd|kdn|kun|usr|uid|cid)[-_]?\d{3,10}(?![a-z0-9_@/-])(?!\.\d)"
)
"""What speaks for itself as a customer's number."""
_CODED = re.compile(
    r"(?<![A-Za-z0-9_@./#-])(?P<v>[A-Z]{1,6}[-_]\d{3,}(?:-[A-Z0-9]+)?|[A-Z]{2,4}-\d{1,2}|[A-Z]{2,4}\d{4,}|\d{2,3}-\d{3,6}|\d{3,5}-[A-Z]{2,3}|(?!19|20|0)\d{4,6}-\d{2})(?![A-Za-z0-9_@/-])(?!\.\d)"
)
_OTHER_CODES = re.compile(
    r"^(?:INV|PO|TKT|CASE|REQ|SUP|RFC|CVE|ISO|SLA|UTF|NF|FA|RG|TCK|JIRA|PR|ERR|HTTP|AZ|FC|RCA|OC|NC|DOC|UTC|GMT|ID|SHA|AES|IPV|WG|FRA|GDPR|DSGVO|ART|PSD|PCI|SOC|COVID|BUG|INC|TICKET|ORD|HTTPS|TLS|GPT|MP|CET|PST|EST|PT|Q|P|B|H|V|UTC|EU|US|AP|AWS|GCP|EC|S|K)[-_]?\d"
)
_OTHER_CODE_WORDS = re.compile(
    r"(?:invoices?|facturas?|factures?|fatturas?|faturas?|rechnung(?:en|s-?nr\.?)?|factuur|faktur[ay]?|ticket|case|fall|aktenzeichen|az\.?|order|bestellung|pedido|commande|ordine|"
    r"incident|issue|bug|ref(?:erence)?\.?(?: no\.?)?|vorgang|phone|tel\.?|telefon|fax|version|art\.?|warrant|no\.? of|請求書|チケット|vat|ust-idnr\.?|nif|cif|siret|nip|gstin|usd|eur)[\s:#.n°-]{0,6}$"
)


def find_account(
    page: Page, vocabulary: Vocabulary, masked: list[tuple[int, int]], sender: str = "", language: str = "en"
) -> list[Fact]:
    """Account identifiers stated in the part, each once. masked: spans of databases, hosts and links: no identifiers.
    sender: the sender's own address."""
    home = sender.rpartition("@")[2]
    found: dict[tuple[str, str], list[Evidence]] = {}
    taken = list(masked)
    emails = list(_emails(page, vocabulary, sender))
    for start, end, value in emails:
        _add(found, "email", value, page, start, end)
    addresses = [m.span() for m in islice(EMAIL.finditer(page.flat), _MOST)]
    for kind, spans in (("customer_id", _customer_ids(page)), ("team", _teams(page, vocabulary, home, language))):
        for start, end in spans:
            if len(found) < _MOST and not any(start < e and end > s for s, e in (*taken, *addresses)):
                _add(found, kind, page.text[start:end], page, start, end)
                taken.append((start, end))
    masked.extend(taken)
    return [Fact(value, kind, tuple(evidence)) for (kind, value), evidence in found.items()]


def _add(found: dict[tuple[str, str], list[Evidence]], kind: str, value: str, page: Page, start: int, end: int) -> None:
    found.setdefault((kind, value), []).append(page.evidence(start, end, f"account.{kind}"))


def _emails(page: Page, vocabulary: Vocabulary, sender: str) -> Iterator[tuple[int, int, str]]:
    flat = page.flat
    for match in islice(EMAIL.finditer(flat), _MOST):
        domain = match.group().rsplit("@", 1)[1]
        operators = any(domain == name or domain.endswith("." + name) for name in vocabulary.domains)
        if not operators and _is_account(flat, match.start(), match.end(), match.group() == sender):
            yield match.start(), match.end(), match.group()


_CUT = re.compile(r"(?<![^a-z][a-z])(?<![^a-z][a-z]{2})(?<![^a-z][a-z]{3})\.\s|[!?。]\s|\n\n|\n(?=[-*•\d])")
"""Where a sentence ends; a short word with a dot is a title ("Dr.", "Lic.")."""
_ANSWER = re.compile(
    r"\bb?cc\b|reply|replies|antwort|repond|respond|rispond|odpow|yanit|cevap|返信|reach|contact|erreich|kontakt|joindre|bereik|noreply|"
    r"(?:change|switch|update|move|set)(?: [a-z-]+){0,5}? to\b|cambiar por|andern auf|" + _REPLACED
)


_CARD = re.compile(r"(?:tel|fon|phone|fax|mob|mobil|cell|gsm|www)\b[^\n@]*[|·•,/]\s$")
"""A telephone number before it on the line: the address is a signature's."""


def _is_account(flat: str, start: int, end: int, own: bool = False) -> bool:
    """Whether the nearest words before the address leave it an account's; alone at the mail's foot it is a signature's.

    own: the sender's address, which is no stranger's whatever is to be sent.
    """
    before = flat[max(0, start - 90) : start]
    cut = max((m.end() for m in _CUT.finditer(before)), default=0)
    before = before[cut:]
    good = max((m.end() for m in _ACCOUNT.finditer(before)), default=-1)
    bad = max((m.end() for m in (_ANSWER if own else _ELSEWHERE).finditer(before)), default=-1)
    if not own and _SENT_THERE.match(flat, end):
        return False
    if not own and _DESTINATION.search(before[-10:]) and _TRANSFER.search(before) and bad >= 0:
        return False
    if good >= 0 or bad >= 0:
        return good > bad
    line = flat[flat.rfind("\n", 0, start) + 1 : start].strip(" -*•·|<(")
    rest = flat[end : end + 400]
    if _CARD.search(flat, start - len(line) - 4, start) or (not line and re.match(r"\s[|·]\s", rest)):
        return False
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


_OF_TEAM = re.compile(
    r"(?<![a-z])(?:im|in the|in our|on the|in team|nel|nella|en el|dans l'|dans notre|no|o|in het|w|ins|vom|das|il|el|l'|het)\s?$"
)
"""Before the word "team": whatever follows is hardly the team's name ("im Team sichtbar", "o time continua")."""


def _starting(pattern: re.Pattern[str], page: Page, beginnings: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Matches of a pattern that starts with a word of these beginnings; in scripts without spaces, all of it is read."""
    if page.has_cjk:
        yield from pattern.finditer(page.flat)
        return
    for start, _, word in page.words:
        if word.startswith(beginnings) and (match := pattern.match(page.flat, start)):
            yield match


def _teams(page: Page, vocabulary: Vocabulary, home: str, language: str) -> Iterator[tuple[int, int]]:
    domains = {m.group().rpartition("@")[2].split(".")[0] for m in islice(EMAIL.finditer(page.flat), _MOST)}
    about_teams = page.has_cjk or page.has_word(*_TEAM_STARTS)
    for match in _starting(_TEAM, page, _TEAM_STARTS) if about_teams else ():
        group = "q" if match["q"] else "v"
        value = match[group]
        telling = (
            match["link"].strip()
            or group == "q"
            or re.search(r"[-_0-9]", value)
            or match["after"].strip()
            or match["after"]
        )
        word = page.text[slice(*match.span(group))]
        accented = group == "v" and word.islower() and not word.isascii() and not match["link"].strip()
        known = accented or value in _NO_TEAM or value.startswith(vocabulary.operator.lower()) or value.isdigit()
        at_end = match.end(group) == len(page.flat)
        plain = len(value) > 3 and (value in home or value in domains)
        seated = _OF_TEAM.search(page.flat, max(0, match.start() - 14), match.start()) and group == "v"
        if seated and not plain and not match["link"].strip() and not re.search(r"[-_0-9]", value):
            continue
        if (telling or at_end or plain) and not known and EMAIL.match(page.flat, match.start(group)) is None:
            yield match.span(group)
    for match in _starting(_TEAM_CALLED, page, _TEAM_STARTS) if about_teams else ():
        yield match.span("q" if match["q"] else "v")
    for match in _TEAM_BEFORE.finditer(page.flat) if language in {"tr", "zh"} else ():
        group = next(name for name in ("v", "q", "w") if match[name])
        if match[group] not in _NO_TEAM and page.text[match.start(group)].islower():
            yield match.span(group)
    for match in _TIME.finditer(page.flat) if language == "pt" else ():
        in_team = _OF_TEAM.search(page.flat, max(0, match.start() - 14), match.start())
        if page.text[match.start("v")].islower() and match["v"] not in _NO_TEAM and not in_team:
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
    for match in SLUG.finditer(page.flat) if "-" in page.flat or "_" in page.flat else ():
        if page.text[match.start()].islower() and is_named_after(match.group(), home):
            yield match.span()


_CLIENTS = frozenset({"client", "cliente", "clienti", "klant", "kunde", "klient", "customer", "tenant"})


def is_named_after(slug: str, home: str) -> bool:
    """Whether a hyphenated name begins as the sender's own domain does: `northpeak-prod` at northpeak.example."""
    label = home.split(".")[0].replace("-", "")
    squeezed = slug.replace("-", "").replace("_", "")
    first, *_ = re.split("[-_]", slug)
    if (len(first) >= 5 and first == home.split(".")[0].split("-")[0]) or first in _CLIENTS:
        return True
    return len(label) >= 5 and (squeezed.startswith(label) or (len(squeezed) >= 7 and label.startswith(squeezed)))


def _customer_ids(page: Page) -> Iterator[tuple[int, int]]:
    numbered = page.has_cjk or page.has_word(*_ID_STARTS)
    for match in _starting(_CUSTOMER, page, _ID_STARTS) if numbered else ():
        value = match["v"]
        dated = re.fullmatch(
            r"(?:19|20)\d\d|\d{1,2}|\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d+(?:st|nd|rd|th|h|x|k)", value
        )
        if re.search(r"\d", value) and not dated:
            yield match.span("v")
    for pattern in (_PREFIXED, _ID_BEFORE):
        for match in pattern.finditer(page.flat):
            yield match.span("v" if pattern is _ID_BEFORE else 0)
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
