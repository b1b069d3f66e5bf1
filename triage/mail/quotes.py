"""The newest message's own words, told from what it quotes or passes on.

Works on the text as a person sees it. Three marks are known, in the words of many languages' mail programs: the line that
says who wrote when ("On … wrote:"), the block of headers that Outlook and its like put above, and `>` before each line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# --- the words of mail programs -------------------------------------------------------------------------------------

#: "wrote", as mail programs say it above a quotation.
_WROTE = (
    r"wrote|writes|replied|schrieb|schrieben|schreibt|geschrieben|a écrit|écrivait|a ecrit|à écrit|escribió|escribio|ha escrito"
    r"|escribía|ha scritto|scritto|scrive|scriveva|escreveu|escreveram|schreef|napisał\(a\)|napisał|napisała|pisze|pisał|yazdı|yazmış"
    r"|написал\(а\)|написал|написала|пишет|писал|skrev|skrev følgende|kirjoitti|napsal\(a\)|napsal|napsala|píše|napísal\(a\)|napísal"
    r"|ezt írta|írta|a scris|написав|пише|έγραψε|đã viết|menulis|je napisao|napisao je|je napisao/la|je napisal|написа|va escriure|kirjutas"
    r"|rašė|rakstīja|skrifaði"
)
_WROTE_CJK = (
    r"写道|寫道|写到|编写|さんは書きました|さんが書きました|書きました|が書いた|のメール|님이 작성|님의 말|작성"
)
_WROTE_RE = re.compile(rf"(?<!\w)(?:{_WROTE})(?!\w)|{_WROTE_CJK}", re.I)
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:I|we) (?:already )?(?:wrote|replied)|schrieb(?:en)? (?:ich|wir)|(?:ich|wir|er|sie) (?:hatte|habe|haben)\b|j'ai écrit|ho scritto"
    r"|escribí|eu escrevi",
    re.I,
)
_STARTS = re.compile(
    r"\W*(?:(?:On|At|Am|Le|El|Il|Em|No dia|A|Op|Dnia|W dniu|Den|På|Tirsdag|Pada|Vào|În data|Dne|Dňa|Em|Ter|Em ter"
    r"|(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|gio|seg|qua|qui|sex|pon|wt"
    r"|śr|czw|pt|sob|ndz|niedz|paz|pzt|sal|çar|per|cum|cmt|man|tir|ons|tor|fre|lør|søn|tors|tis|lör|sön|ma|ti|ke|to|pe|la|su|po|út|st|čt"
    r"|pá|ne|пн|вт|ср|чт|пт|сб|вс)[a-zäöüéèéęąçşığрсутбкницедьоявг]{0,9}[.,]*)\s|\d|[^\n]{1,80}<[^<>\s]+@)",
    re.I,
)
_WHEN = re.compile(r"\d{1,2}[:.h時时]\d\d|\d{4}|\d{1,2}[./-]\s?\d{1,2}[./-]")
_BARE_ATTRIBUTION = (
    re.compile(  # Gmail in Japanese and, earlier, everywhere: "2026年3月12日(木) 10:15 Aoi <aoi@sora.example>:"
        r"^\W{0,3}\d{4}[年/.-].{4,160}<?[\w.+-]{1,64}@[\w.-]{1,200}>?\s*(?:\(mailto:[^)\s]{1,200}\))?\s*[:：]?$"
    )
)

_FORWARDED = (
    r"forwarded message|forwarded by|forwarded mail|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten (?:nachricht|e-mail)|weitergeleitet von"
    r"|message transféré|message transmis|début du message (?:réexpédié|transféré|transmis)|courriel transféré|mensaje reenviado|mensaje original reenviado"
    r"|inicio del mensaje reenviado|messaggio inoltrato|inizio (?:del )?messaggio inoltrato|mensagem encaminhada|mensagem reencaminhada|início da mensagem (?:encaminhada|reencaminhada)"
    r"|doorgestuurd bericht|begin doorgestuurd bericht|begin van doorgestuurd bericht|wiadomość przekazana dalej|przekazana wiadomość|treść przekazanej wiadomości|początek przekazywanej wiadomości"
    r"|iletilen (?:ileti|mesaj)|yönlendirilen (?:ileti|mesaj)|yönlendirilmiş (?:ileti|mesaj)|iletilmiş (?:ileti|mesaj)|(?:yönlendirilen|iletilen) ileti başlangıcı"
    r"|転送されたメッセージ|転送メッセージ|転送メール|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения|начало пересылаемого сообщения"
    r"|转发的?邮件|轉寄郵件|轉寄的郵件|开始转发的邮件|已转发邮件|转发邮件信息|vidarebefordrat (?:meddelande|brev)|videresendt (?:besked|melding|meddelelse)|start på videresendt besked|videresendt e-post"
    r"|välitetty viesti|edelleenlähetetty viesti|välitetty viesti alkaa|přeposlaná zpráva|začátek přeposlané zprávy|předaná zpráva|전달된 메시지|továbbított üzenet|mesaj redirecționat"
)
_ORIGINAL = (
    r"original message|original mail|original email|original appointment|ursprüngliche nachricht|urspr\. nachricht|original-nachricht|originalnachricht|ursprüngliche e-mail|originalmeldung"
    r"|message d.origine|message original|message initial|mensaje original|messaggio originale|messaggio original|mensagem original|oorspronkelijk bericht|origineel bericht|oorspronkelijke e-mail"
    r"|wiadomość oryginalna|oryginalna wiadomość|original wiadomość|orijinal (?:mesaj|ileti)|özgün (?:ileti|mesaj)|asıl ileti|元のメッセージ|原始邮件|原始郵件|原邮件|исходное сообщение|оригинальное сообщение"
    r"|ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|original meddelelse|opprinnelig melding|alkuperäinen viesti|původní zpráva|pôvodná správa|원본 메시지|eredeti üzenet|mesaj original|reply message|reply separator|original text|antwort"
)
_DASHED = re.compile(rf"^[\s>*]{{0,8}}[-_=*–—]{{2,}}\s*(?:(?P<forward>{_FORWARDED})|{_ORIGINAL})[^\n]{{0,80}}$", re.I)
_BEGIN = re.compile(rf"^[\s>*]{{0,8}}(?:{_FORWARDED})\s?[:：]\s*\**$", re.I)
_RULE = re.compile(r"^\s*(?:_{8,}|-{8,}|={8,}|\*{8,}|—{8,})\s*$")

_FIELDS = {
    "from": "from|von|de|da|van|od|kimden|gönderen|差出人|送信者|от|от кого|发件人|發件人|寄件者|寄件人|från|fra|lähettäjä|보낸 사람|보낸사람|feladó|expéditeur|mittente|remetente|från|nadawca|gonderen|от",
    "date": "date|sent|sent at|datum|gesendet|gesendet am|envoyé|envoyé le|envoye|date d'envoi|enviado|enviado el|enviado em|enviada|enviada em|enviado a|fecha|data|inviato|inviato il|inviata|verzonden|wysłano|wysłane|data wysłania|gönderildi|gönderilme|gönderilme tarihi|gönderim zamanı|tarih|日時|送信日時|送信日|日付|дата|отправлено|发送时间|发送日期|日期|時間|时间|寄件日期|傳送時間|skickat|skickad|sendt|dato|lähetetty|päivämäärä|pvm|odesláno|datum|보낸 날짜|날짜|elküldve|dátum|received",
    "to": "to|an|à|a|para|per|aan|do|kime|alıcı|宛先|送信先|кому|收件人|till|til|vastaanottaja|komu|받는 사람|받는사람|címzett|pour|destinataire|destinatario|adresat|empfänger",
    "cc": "cc|kopie|copie|copia|kopia|kopi|копия|抄送|副本|dw|bilgi|kopio|참조|másolat|c\\.c\\.|bcc",
    "subject": "subject|betreff|betrifft|objet|asunto|oggetto|assunto|onderwerp|temat|konu|件名|тема|主题|主題|主旨|ämne|emne|aihe|předmět|předmět|predmet|제목|tárgy|re|sujet|subiect|θέμα",
    "other": "reply-to|antwort an|répondre à|responder a|importance|wichtigkeit|importancia|priorità|attachments|anlagen|anhänge|pièces jointes|sender|mail-adresse",
}  # fmt: skip
_FIELD = re.compile(
    r"^[\s>|]{0,6}\*{0,2}(?:"
    + "|".join(f"(?P<{kind}>{names})" for kind, names in _FIELDS.items())
    + r")\*{0,2}\s?\*{0,2}[:：]\*{0,2}(?P<value>.*)$",
    re.I,
)
_MAY_BE_FIELD = re.compile(r"^[^:：\n]{1,30}[:：]", re.M)
_QUOTED = re.compile(r"^\s{0,3}>")
_MAX_BLOCK = 14


@dataclass(frozen=True, slots=True)
class Split:
    """A text cut in two. `forwarded`: the other part was passed on, not answered."""

    own: str
    quoted: str
    forwarded: bool = False


def split(text: str) -> Split:
    """The newest message's own words and what it quotes, each in the order it stands. Linear in the text's length."""
    lines = text.split("\n")
    quoted: list[bool] = [bool(_QUOTED.match(line)) for line in lines] if ">" in text else [False] * len(lines)
    if any(quoted):
        _spare_false_quotes(lines, quoted)
    end, forwarded = _end_of_own_words(lines, quoted)
    for start, stop in _attributions(lines, end):
        following = next((index for index in range(stop, len(lines)) if lines[index].strip()), len(lines))
        if following < len(lines) and (quoted[following] or following >= end):
            quoted[start:stop] = [True] * (stop - start)
        elif _is_certain(" ".join(lines[start:stop])) and not any(quoted[stop:end]):
            end = min(end, start)
            break
    own = [line for index, line in enumerate(lines[:end]) if not quoted[index]]
    other = [line for index, line in enumerate(lines) if index >= end or quoted[index]]
    return Split("\n".join(own).strip("\n"), "\n".join(other).strip("\n"), forwarded)


def _spare_false_quotes(lines: list[str], quoted: list[bool]) -> None:
    """`> 500 ms` and a prompt's `>>> get(key)` are the sender's own words, when nothing else is quoted."""
    marked = [line.lstrip() for line, mark in zip(lines, quoted, strict=True) if mark]
    lone = len(marked) == 1 and re.match(r">=?\s?[\d$€£]", marked[0])
    if lone or all(line.startswith(">>> ") or line == ">>>" for line in marked):
        quoted[:] = [False] * len(lines)


def _end_of_own_words(lines: list[str], quoted: list[bool]) -> tuple[int, bool]:
    """The line from which all is an older or a forwarded mail, and whether it is forwarded."""
    for index, line in enumerate(lines):
        if quoted[index] or len(line) > 400 or not line:
            continue
        first = line.lstrip(" \t*>")[:1]
        if first in "-_=–—*":
            dashed = _DASHED.match(line)
            if dashed:
                return index, dashed.group("forward") is not None
            if _RULE.match(line) and _header_block(lines, index + 1):
                return index, False
        elif ":" in line or "：" in line:
            if _BEGIN.match(line):
                return index, True
            if _header_block(lines, index):
                return index, False
    return len(lines), False


def _header_block(lines: list[str], start: int) -> bool:
    """Whether a mail's headers stand here, as Outlook and its like put them above what they quote."""
    kinds: dict[str, str] = {}
    blanks = 0
    for line in lines[start : start + _MAX_BLOCK]:
        if not line.strip(" >*"):
            blanks += 1
            if blanks > 2 or len(kinds) > 2:
                break
            continue
        found = _FIELD.match(line[:300])
        if found is None:
            if not kinds:
                return False
            continue
        blanks = 0
        kind = str(found.lastgroup if found.lastgroup != "value" else next(k for k in _FIELDS if found.group(k)))
        kinds.setdefault(kind, found.group("value").strip(" *"))
    sender = kinds.get("from", "")
    if not sender or sender[:1].isdigit():
        return False
    others = {"date", "to", "subject"} & set(kinds)
    if "date" in others and any(char.isdigit() for char in kinds["date"]):
        return True
    return len(others) >= 2 and ("subject" in others or "@" in sender)


def _attributions(lines: list[str], end: int) -> list[tuple[int, int]]:
    """Where lines such as "On … wrote:" stand, as spans of lines; mail programs break them over up to four."""
    spans: list[tuple[int, int]] = []
    done = 0
    for index in range(end):
        line = lines[index]
        if index < done or len(line) > 500 or not line:
            continue
        span = None
        if _WROTE_RE.search(line):
            span = _around(lines, index, end)
        elif "@" in line and _BARE_ATTRIBUTION.match(line):
            span = (index, index + 1)
        if span:
            spans.append(span)
            done = span[1]
    return spans


def _around(lines: list[str], verb: int, end: int) -> tuple[int, int] | None:
    stop = verb
    while stop < min(end, verb + 3) and not lines[stop].rstrip(" *_>").endswith((":", "：")):
        if not lines[stop].strip():
            return None
        stop += 1
    if stop >= min(end, verb + 3):
        return None
    for start in range(verb, max(-1, verb - 4), -1):
        if not lines[start].strip():
            break
        joined = " ".join(lines[start : stop + 1])
        if _STARTS.match(lines[start].lstrip(" >*_")) and (_WHEN.search(joined) or "@" in joined) and len(joined) < 600:
            return None if _FIRST_PERSON.search(joined) else (start, stop + 1)
    joined = " ".join(lines[verb : stop + 1])
    if len(joined) < 100 and not _FIRST_PERSON.search(joined):
        return (verb, stop + 1)
    return None


def _is_certain(line: str) -> bool:
    """Whether an attribution is one even without quoted lines below: it says when, and who by address or full name."""
    return bool(_WHEN.search(line)) and ("@" in line or bool(_STARTS.match(line)))
