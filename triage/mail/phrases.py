"""What mail programs write around a quoted or forwarded mail, and under one, in the languages they speak.

Facts about programs, not about mail in general: each entry stands in that form above or below somebody's mail.
"""

from __future__ import annotations

import re

#: "wrote", in a line such as "On … wrote:".
WROTE = re.compile(
    r"(?<!\w)(?:wrote|writes|says|said|sent|replied|schrieb|schrieben|schreibt|geschrieben|a\s+écrit|a\s+ecrit|écrivait|nous\s+a\s+dit"
    r"|escribió|escribio|ha\s+escrito|escribía|ha\s+scritto|scrive|scriveva|escreveu|escreveram|schreef|geschreven|napisał(?:a|\(a\)|/a)?|napisana\s+przez|pisze|pisał"
    r"|yazdı|yazmış|написала?|написал\(а\)|пишет|писала?|написав|написала|пише|skrev|skrifaði|kirjoitti|napsala?|napsal\(a\)|píše"
    r"|napísala?|napísal\(a\)|írta|a\s+scris|έγραψε|έγραψαν|đã\s+viết|menulis|(?:je\s+)?napisa[ol](?:/la)?(?:\s+je)?|написа|va\s+escriure"
    r"|ha\s+escrit|kirjutas|rašė|rakstīja|كتب|כתב|כתבה|เขียนว่า|ने\s+लिखा)(?!\w)"
    r"|写道|寫道|写到|写信|编写|書きました|が書いた|のメール|님이\s?작성|님이\s?쓴\s?글|작성:",
    re.I,
)

#: The sender speaks of himself: "As I wrote on Monday:" is no mail program's line.
FIRST_PERSON = re.compile(
    r"(?<!\w)(?:I|we)\s+(?:\w+\s+)?(?:wrote|replied|said|sent)|schrieb(?:en)?\s+(?:ich|wir)(?!\w)|(?:ich|wir)\s+(?:\w+\s+)?schrieb"
    r"|(?:habe|haben)\s+(?:ich|wir)|(?:ich|wir)\s+(?:habe|haben)|you\s+(?:said|sent)|(?:he|she|they)\s+(?:said|replied)|nous\s+avons|j['’]ai",
    re.I,
)

#: How such a line starts, when it starts with the day.
WHEN_FIRST = re.compile(
    r"[\s>*_<-]{0,12}(?:"
    r"(?:On|At|In\s+(?:message|article)|Am|Le|El|Il(?:\s+giorno)?|Em|No\s+dia|Op|Dnia|W\s+dniu|Den|På|Pada|Vào|În\s+data|La\s+data\s+de"
    r"|Dne|Dňa|Dana|U|V|Στις|В|On\s+date|Lähetetty|El\s+día|Le\s+jour|在|بتاريخ|ב)(?!\w)[^\n]{0,40}?\d"
    r"|[^\W\d_]{2,14}[.,]{0,2},?\s(?:[^\W\d_]{1,12}\.?,?\s)?\d{1,2}[.,]?\s(?:de\s)?[^\W\d_]{2,14}\.?,?\s(?:de\s)?\d{4}"
    r"|[^\W\d_]{2,12}[.,]{1,2}\s?\d{1,2}"
    r"|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}"
    r"|\d{4}\s?[-/.年년]\s?\d{1,2}"
    r"|\d{1,2}[.,]?\s(?:de\s)?[^\W\d_]{2,14}\.?,?\s(?:de\s)?\d{4})",
    re.I,
)

#: How it starts when words of the sender stand before it on the same line.
WHEN_MIDWAY = re.compile(
    r"(?:(?<=[\s.!?])|-{2,8}\s?)(?:On\s(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\b|\d)"
    r"|Am\s(?:(?:Mo|Di|Mi|Do|Fr|Sa|So)[a-z]{0,8}[.,]{1,2}\s)?\d|Le\s(?:[a-z]{3,8}\.?\s)?\d{1,2}\s)"
)

#: A time, a year or a date.
WHEN = re.compile(r"\d{1,2}[:.h時点]\d\d|\d{4}|\d{1,2}[./-]\s?\d{1,2}[./-]")

MINUTE = re.compile(r"\d{1,2}[:.h時点]\s?\d\d")
BRACKETED_ADDRESS = re.compile(r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]]{1,100}@[^\s<>()\[\]]{1,200}\s?[>)\]]")

#: Gmail, before the "wrote" or without it: "2026年3月12日(木) 10:15 Aoi <aoi@sora.example>:"; with a colon at its end and
#: a time, a day and an address before it, such a line may start in any language's words.
DATE_AND_ADDRESS = re.compile(
    r"[\s>*]{0,8}(?:(?:[^\W\d_]{2,12}[.,]{1,2}\s)?\d{1,4}(?:\s?[年년/.-]|\s[^\W\d_]{2,12}\.?\s)[^\n<>]{2,120}[<(\[]\s?[\w.+=-]{1,100}@[\w.-]{1,200}\s?[>)\]]\s?[:：]?$"
    r"|(?=[^\n]{0,90}\d{1,2}[:.]\d\d)(?=[^\n]{0,90}(?:\d{4}|\d{1,2}[./-]\d{1,2}))[^\n<>]{10,160}<\s?[\w.+=-]{1,100}@[\w.-]{1,200}\s?>\s?[:：]$)"
)
#: GroupWise, above what it quotes: ">>> Jane Doe <jane@doe.example> 3/3/2026 10:15 AM >>>".
BETWEEN_ARROWS = re.compile(r"\s{0,3}>>>\s\S.{2,100}\d{1,2}[:.]\d\d[^>\n]{0,12}>>>\s*$")
#: Help desks, above the mail that they send.
REPLY_ABOVE = re.compile(
    r"[\s>*#=_-]{0,20}(?:please )?(?:(?:type|write|enter) your )?reply (?:directly )?above this line|[\s>*#=_-]{0,20}(?:bitte )?(?:geben sie )?(?:ihre )?antworte?n?(?: sie)?(?: bitte)? (?:über|oberhalb) (?:von )?dieser (?:zeile|linie)"
    r"|[\s>*#=_-]{0,20}(?:merci de |veuillez )?(?:répond(?:re|ez)|(?:saisi[rs]|tape[rz]|entre[rz])[^\n]{0,20} réponse) au[- ]dessus de cette ligne|[\s>*#=_-]{0,20}(?:por favor,? )?(?:escriba|introduzca|responda)[^\n]{0,20} (?:por )?encima de esta línea"
    r"|[\s>*#=_-]{0,20}(?:rispond(?:ere|i)|(?:inserire|scrivere)[^\n]{0,20} risposta) sopra (?:a )?questa (?:riga|linea)|[\s>*#=_-]{0,20}(?:por favor,? )?(?:responda|escreva|digite)[^\n]{0,20} acima desta linha",
    re.I,
)
#: K-9, Discourse and others; and early Gmail where it knew no address.
POSTED_BY = re.compile(
    r"[\s>*]{0,8}(?:\d{4}-\d\d-\d\d \d\d?:\d\d GMT[+-]\d\d:\d\d [^\n:]{1,60}$|Posted by .{1,100} on \d{1,2}[/.]\d{1,2}[/.]\d{2,4}$)",
    re.I,
)
#: Android and Zoho: "---- John Smith wrote ----".
DASHED_WROTE = re.compile(
    r"\s{0,8}-{2,12}\s?.{1,200}\s(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu)\s?:?\s?-{2,12}\s*$", re.I
)

#: Finnish and German programs, without an address: "Aino Laine kirjoitti 3.3.2026 kello 10.26:".
NAME_FIRST = re.compile(
    r"[\s>*]{0,8}[^\W\d_a-zäöü][^\n:]{1,60}\s(?:kirjoitti|schrieb am|skrev(?: den)?|napsal(?:a|\(a\))?|napisał(?:a|\(a\))?)\s\d{1,2}\.\s?\d{1,2}\.\s?\d{4},?\s[^\n:]{0,8}\d{1,2}[:.]\d\d[^\n:]{0,6}[:：]$"
)

_FORWARDED = (
    r"forwarded (?:message|mail|e-?mail)|forwarded by|begin forwarded message|start of forwarded message"
    r"|weitergeleitete (?:nachricht|e-?mail|mail)|anfang der weitergeleiteten (?:nachricht|e-?mail)|weitergeleitet von|beginn der weitergeleiteten nachricht"
    r"|message transféré|message transmis|message réexpédié|début du message (?:réexpédié|transféré|transmis)|courriel transféré|transféré par"
    r"|mensaje reenviado|inicio del mensaje reenviado|comienzo del mensaje reenviado|remitido por|reenviado por"
    r"|messaggio inoltrato|inizio (?:del )?messaggio inoltrato|inoltrato da"
    r"|mensagem (?:encaminhada|reencaminhada)|início da mensagem (?:encaminhada|reencaminhada)|encaminhado por|e-?mail encaminhado"
    r"|doorgestuurd bericht|begin (?:van )?(?:het )?doorgestuurde? bericht|doorgestuurd door"
    r"|wiadomość przekazana dalej|przekazana wiadomość|treść przekazanej wiadomości|początek przekazywanej wiadomości|przekazane przez"
    r"|(?:iletilen|yönlendirilen|yönlendirilmiş|iletilmiş) (?:ileti|mesaj|e-?posta)|(?:yönlendirilen|iletilen) ileti başlangıcı|ileten"
    r"|転送された(?:メッセージ|メール)|転送(?:メッセージ|メール)|ここから転送"
    r"|пересылаемое сообщение|пересланное сообщение|начало (?:переадресованного|пересылаемого|пересланного) сообщения|перенаправленное сообщение"
    r"|转发的?(?:邮件|消息|信息)|轉寄(?:的)?郵件|开始转发的?邮件|已转发邮件|转发邮件信息|開始轉寄郵件|轉寄訊息"
    r"|vidarebefordrat (?:meddelande|brev|mail)|vidarebefordrat av|början på vidarebefordrat|videresendt (?:besked|melding|meddelelse|meddelse|e-?post)"
    r"|start på videresendt|begynnelse på videresendt|videresendt av"
    r"|välitetty viesti|edelleenlähetetty viesti|alkaa välitetty viesti|välitetty viesti alkaa|přeposlan(?:á|ý) (?:zpráva|e-?mail)|začátek přeposlané zprávy|předaná zpráva|předávaná zpráva"
    r"|proslijeđena poruka|započni proslijeđenu poruku|proslijeđeno od|edasi saadetud (?:kiri|sõnum)|začátek přeposílané zprávy|začiatok preposlanej správy|továbbított levél kezdete|începe mesajul redirecționat|mesaj redirecționat"
    r"|vidarebefordrat mejl|ileti başlangıcı|перенаправлене повідомлення|початок листа, що пересилається|メッセージを転送"
    r"|전달된 메시지|전달된 메일|továbbított (?:üzenet|levél)|mesaj redirecționat|preposlaná správa|переслане повідомлення|προωθημένο μήνυμα"
)  # fmt: skip
_ORIGINAL = (
    r"original (?:message|mail|e-?mail|appointment|text)|originalmessage|reply (?:message|separator)|previous message|reply above this line"
    r"|ursprüngliche (?:nachricht|e-?mail)|urspr\. (?:nachricht|mail)|original-?nachricht|originalmeldung|originalmail|antwort nachricht|original-?mail"
    r"|message d.origine|message (?:original|initial|précédent)|courriel original|mensaje original|correo original"
    r"|messaggio original[ei]|mensagem original|oorspronkelijk(?:e)? (?:bericht|e-?mail)|origineel bericht|oorspronkelijke mail"
    r"|(?:wiadomość|wiadomosc) oryginalna|oryginalna wiadomość|pierwotna wiadomość"
    r"|(?:orijinal|özgün|asıl|ilk) (?:mesaj|ileti|e-?posta)"
    r"|元の?(?:メッセージ|メール)|original ?メッセージ|原始(?:邮件|郵件|信息|訊息)|原(?:邮件|郵件)|исходное сообщение|оригинальное сообщение|исходное письмо"
    r"|ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|original meddelelse|oprindelig besked|opprinnelig melding|opprinnelig e-post"
    r"|alkuperäinen viesti|původní (?:zpráva|e-?mail)|pôvodná správa|원본 ?메(?:시지|일)|eredeti üzenet|mesaj(?:ul)? original|вихідне повідомлення|αρχικό μήνυμα"
)  # fmt: skip
#: A line of dashes around "Original Message" or "Forwarded message"; group `forward` tells which.
DASHED = re.compile(
    rf"[\s>*]{{0,8}}[-_=*–—~]{{2,40}}+\s?(?:(?P<forward>{_FORWARDED})|{_ORIGINAL})(?:[\s:：]|[-_=*–—~])[^\n]{{0,80}}$",
    re.I,
)
#: Apple Mail, above a forwarded mail; and the same words alone on a line.
BEGIN_FORWARDED = re.compile(rf"[\s>*]{{0,8}}(?:{_FORWARDED})\s?[:：]\s?\**$", re.I)
RULE = re.compile(r"\s{0,8}(?:_{5,}|-{5,}|={4,}|\*{5,}|—{5,}|(?:[-_=] ){5,}[-_=]?)\s*$")

#: How subjects of forwarded mail start; only those that are not somewhere the word for an answer.
FORWARD_SUBJECT = re.compile(
    r"\s{0,3}(?:\[[^\]]{1,40}\]\s?)?(?:fwd?|wg|tr|rv|i|enc|doorst|pd|ilt|i̇lt|vb|vl|redir\.?|videresend|转发|轉寄|轉發|転送|пер)\s?[:：]",
    re.I,
)

_FIELDS = {
    "from": r"from|von|de|da|van|od|kimden|gönderen|gonderen|差出人|送信者|送信元|от|от кого|发件人|發件人|寄件者|寄件人|från|fra|lähettäjä|보낸\s?사람|feladó"
    r"|expéditeur|mittente|remetente|remitente|afzender|nadawca|absender|отправитель|від|από|expeditor(?:ul)?|odesílatel|odosielateľ|šalje|saatja|de la|від кого|nosūtītājs|siuntėjas|送信元",
    "date": r"date|sent|sent at|sent on|datum|gesendet(?: am)?|envoyé(?: le)?|date d.envoi|enviado(?: el| em| a)?|enviada(?: em)?|enviados?|fecha|data|inviato(?: il)?"
    r"|inviata|verzonden|verstuurd|wysłano|wysłane|data wysłania|gönderildi|gönderilme(?: tarihi)?|gönderim (?:zamanı|tarihi)|tarih|日時|送信日時|送信日|日付|дата"
    r"|отправлено|发送时间|发送日期|日期|時間|时间|寄件日期|傳送時間|發送時間|skickat|skickad|sendt|dato|lähetetty|päivämäärä|pvm|odesláno|보낸\s?날짜|날짜|elküldve|dátum"
    r"|message du|received|data e hora|надіслано|ημερομηνία|trimis|dată|kuupäev|saadetud|datum/uhrzeit",
    "to": r"to|an|à|a|para|per|aan|do|kime|alıcı|宛先|送信先|кому|收件人|收件者|till|til|vastaanottaja|komu|받는\s?사람|címzett|pour|destinataire|destinatario|destinatário|adresat"
    r"|empfänger|către|προς|pro|prima|pre|destinatarul|送信先",
    "cc": r"cc|kopie(?: \(cc\))?|copie|copia|kopia|kopi|копия|抄送|副本|dw|bilgi|kopio|참조|másolat|c\.c\.|bcc|cci|cco",
    "subject": r"subject|betreff|betrifft|objet|asunto|oggetto|assunto|onderwerp|temat|konu|件名|тема|主题|主題|主旨|ämne|emne|aihe|předmět|predmet|제목|tárgy|sujet|subiect(?:ul)?|θέμα|naslov",
    "other": r"reply-?to|antwort an|répondre à|responder a|importance|wichtigkeit|importancia|importanza|priority|priorität|attachments|anlagen|anhänge|pièces jointes|anexos|adjuntos"
    r"|allegati|bijlagen|message-id|organization|newsgroups|ek|ekler|liitteet",
}  # fmt: skip
#: A header as Outlook and its like print it above a quoted mail; groups are the kinds, and `value`.
FIELD = re.compile(
    r"[\s>|]{0,8}[*_]{0,2}(?:"
    + "|".join(f"(?P<{kind}>{names})" for kind, names in _FIELDS.items())
    + r")[*_]{0,2}\s?[:：]\s?[*_]{0,2}(?P<value>.*)$",
    re.I,
)
KINDS = tuple(_FIELDS)
FROM_MIDWAY = re.compile(rf"[\s>*](?:{_FIELDS['from']})[*_]{{0,2}}\s?[:：]\s?[^\n]{{0,100}}@", re.I)
FIELD_MIDWAY = re.compile(rf"[\s>*](?:{_FIELDS['date']}|{_FIELDS['subject']})[*_]{{0,2}}\s?[:：]", re.I)

#: "Sent from my …", as phones and programs sign; a sentence goes on with what he does there.
SENT_FROM = re.compile(
    r"\W{0,4}(?!sent from my \w{1,15},? (?:is|was|and|but|because|since|so|as|where|which|that)\b)(?:sent (?:from|via|with|using|by|on) (?:my|an?|the|mobile|mailbox|airmail|windows|yahoo|outlook|gmail|proton|samsung|galaxy|iphone|ipad|android"
    r"|spark|mail|bluemail|superhuman|mailspring|front|hey|nine|aqua|blackberry|inbox|newton|canary|edison|spike|thunderbird|k-9|libero|aol|tutanota|fairemail)\b"
    r"|get outlook for|download outlook|from my (?:iphone|ipad|android|phone|mobile|blackberry)|typed on|dictated (?:to|using)"
    r"|von mein(?:em|er) .{1,40}(?:gesendet|gesandt)|von unterwegs gesendet|gesendet (?:von|mit|über|aus der)|diese nachricht wurde von mein|hol(?:en)? (?:dir|sie sich) outlook|outlook (?:für|for) (?:android|ios)"
    r"|envoyé (?:de|depuis|à partir|avec|via)|obtenez outlook|télécharge[zr] outlook|provenance : courrier|enviado (?:desde|do|de|a partir|con|com|via|pelo)|obtener outlook|obtenha o outlook|outlook para"
    r"|inviato (?:da|dal|con|tramite)|scarica outlook|ottieni outlook|outlook per|verzonden (?:vanaf|vanuit|met|via)|verstuurd (?:vanaf|met|via)|outlook voor|download outlook voor"
    r"|wysłan[eoya] (?:z|za|przy)|pobierz (?:aplikację )?outlook|outlook dla|.{1,40}(?:['’]?(?:dan|den|tan|ten|mdan|umdan|imden)) gönderildi|.{1,30} kullanılarak gönderildi"
    r"|.{1,30}から送信|.{1,30} ?から送信されました|отправлено (?:с|из|через|от)|从我的.{1,20}发送|發自我的|发自我的|從我的.{1,20}傳送|skickat från|skickades? från|sendt fra|lähetetty|hanki outlook"
    r"|odesláno z|poslané z|elküldve|az én .{1,20}küldve|나의 .{1,20}에서 보냄|надіслано з|trimis de pe|hämta outlook|hent outlook|получить outlook)"
    r".{0,100}$",
    re.I,
)  # fmt: skip

#: Words in lower case, of which `SENT_FROM` cannot do without one: it is too dear to try on each line.
IN_SENT_FROM = (
    *(
        "sent ",
        "outlook",
        "from my ",
        "typed on",
        "dictated",
        "gesendet",
        "gesandt",
        "nachricht wurde",
        "envoy",
        "provenance",
    ),
    *(
        "enviad",
        "inviat",
        "verzonden",
        "verstuurd",
        "wysłan",
        "gönderildi",
        "送信",
        "отправлено",
        "发送",
        "发自",
        "發自",
        "傳送",
    ),
    *("skicka", "sendt ", "lähetetty", "odesl", "posla", "küldve", "보냄", "надіслано", "trimis"),
)

#: What people write before their name.
_CLOSINGS = (
    r"(?:(?:kind|best|warm|warmest|many|with (?:kind|best|warm))?\s?(?:regards|wishes)|best|all the best|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|respectfully"
    r"|cheers|thanks|many thanks|thank you|thanks (?:again|in advance|so much|a lot|and regards)|thank you (?:again|in advance|very much|for your .{1,30})|thx|rgds|br|kr|cordially|take care|warmly"
    r"|mit (?:freundlichen|besten|herzlichen|lieben|kollegialen|sonnigen) gr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|liebe|freundliche|herzliche|schöne|sonnige) gr(?:ü|ue)(?:ß|ss)e|freundliche gr(?:ü|ue)(?:ß|ss)e|mfg|vg|lg|hochachtungsvoll|gru(?:ß|ss)"
    r"|vielen dank|danke|besten dank|danke und .{1,30}|servus|cordialement|bien cordialement|bien à vous|très cordialement|salutations distinguées|sincères salutations|cdlt|merci|merci d.avance|merci beaucoup|avec mes .{1,40}|je vous prie .{1,100}|veuillez .{1,100}"
    r"|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|atte|(?:muchas )?gracias|un abrazo|cordialmente|respetuosamente|(?:cordiali|distinti|migliori) saluti|saluti|grazie(?: mille)?|un saluto|in fede"
    r"|atenciosamente|att|cumprimentos|(?:com os )?melhores cumprimentos|abraços?|obrigad[oa]|grat[oa]|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groeten|groet(?:jes)?|mvg|hoogachtend|bedankt|dank(?:uwel| je| u)?|alvast bedankt"
    r"|z poważaniem|pozdrawiam|serdecznie pozdrawiam|pozdrowienia|z wyrazami szacunku|dziękuję|saygılarımla|saygılar|iyi çalışmalar(?: dilerim)?|kolay gelsin|teşekkürler|teşekkür ederim|sevgiler|selamlar"
    r"|よろしくお願い(?:いた|致)?します|宜しくお願い(?:いた|致)?します|以上|敬具|с уважением|спасибо|此致|谢谢|祝好|med vänliga? hälsning(?:ar)?|mvh|vänliga hälsningar|hälsningar|tack|med venlig hilsen|venlig hilsen|vh|hilsen|mange tak|tak|med vennlig hilsen|vennlig hilsen|takk"
    r"|(?:ystävällisin |parhain |hyvin |lämpimin )?terveisin|terv\.?|kiitos|s pozdravem|děkuji|üdvözlettel|köszönettel|cu stima|cu respect)"
)  # fmt: skip
CLOSING = re.compile(rf"\W{{0,3}}{_CLOSINGS}(?:\s?/\s?{_CLOSINGS})?\W{{0,6}}$", re.I)
