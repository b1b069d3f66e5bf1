"""How programs that send mail by themselves name themselves, head their mail and speak, in many languages."""

from __future__ import annotations

import re

DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-daemon|postmaster-bounce|mail-?delivery|maildelivery|mmdf|uucp|mailer|mdaemon|double-bounce|bounce-handler)\b",
    re.I,
)
DAEMON_NAME = re.compile(
    r"\W{0,3}(?:mail(?:er)?[ -]?(?:delivery|daemon)|mail delivery (?:sub)?system|internet mail delivery|delivery subsystem|auto(?:matic)?[- ]?(?:reply|responder|response)\b)",
    re.I,
)
#: Names and addresses that delivery programs share with the people who look after the mail.
KEEPER_NAME = re.compile(r"\W{0,3}(?:microsoft outlook$|postmaster$|system administrator|mail administrator)", re.I)
KEEPER = re.compile(r"post_?master(?:$|[._+\d-])", re.I)
NO_REPLY = re.compile(
    r"(?:^|[._+-])(?:no|do[._-]?not|dont)[._-]?(?:e?mail[._-]?)?(?:reply|respond|response)(?:$|[._+\d-])|^noreply|noreply$|no-reply|^nepasrepondre|ne[._-]pas[._-]repondre|nicht[._-]?antworten"
    r"|keine[._-]?antwort|no[._-]?responder|nao[._-]?respond|non[._-]?rispondere|niet[._-]?(?:be)?antwoorden|nie[._-]?odpowiadaj|yanitlama",
    re.I,
)
#: Local parts that no person writes from; those of notices, which courts and banks have too; and those that anybody may have.
ROLE_STRONG = re.compile(
    r"(?:bounces?|newsletters?|boletin(?:es)?|rundbrief|bulten|bulletin|nieuwsbrief|biuletyn|daemon|cron|nagios|jenkins|zabbix|prometheus|alertmanager|grafana|pagerduty|autoresponder|auto-?reply|automailer|automat"
    r"|robot|bot|statusbot|statuspage|monitor(?:ing|eo)?|uptime|digest|listserv|majordomo|mailman|bugzilla(?:-daemon)?|dmarc[\w-]{0,20}|quarantine|rssfeeds?|logwatch|backup|calendar|calendario|kalender|calendrier|scanner|mfp"
    r"|surveys?|encuestas?)(?:$|[._+\d-])|.{1,60}-(?:bounces?|daemon|request)$",
    re.I,
)
ROLE_OF_NOTICES = re.compile(
    r"(?:notifications?|notify|notificacion(?:es)?|notificacoes|notifiche|benachrichtigung(?:en)?|alerts?|alert(?:as?|es|e)|alarm(?:e|as|i|y|s)?|avisos?|avvisi|avis|mailing|marketing|campaigns?|system|receipts?|recibos?|recu"
    r"|tracking|rastreio|seguimiento|umfrage|sondage|status|statut|estado|reports?|scan)(?:$|[._+\d-])|.{1,40}[-_.](?:nr|notifications?|alerts?)$",
    re.I,
)
ROLE = re.compile(
    r"(?:agenda|order|orders|suivi|root|www-data|apache|nobody|news|updates?|subscriptions?|mailer|invoices?|billing|info|service|deals|offers|promo(?:tions)?|events?|members?)(?:$|[._+\d-])",
    re.I,
)
ROLE_DOMAIN = re.compile(
    r"(?:e?mail(?:er|ing)?|news(?:letters?)?|bounces?|notifications?|marketing|campaigns?|em\d*|mktg|mg|send|email-od)\.[^.]+\..",
    re.I,
)

#: "Service: redis", "State: down": lines of a form that a program filled in.
FORM = re.compile(r"^[^\W\d_][^\n:：]{1,28}[:：] ?\S", re.M)
ALERT_SUBJECT = re.compile(
    r"[\W]{0,6}(?:alert|alarm|alerta|allarme|alarme|critical|crítico|critico|critique|warning|down|caído|caido|firing|resolved|resuelto|risolto|résolu|recovery|recovered|investigating|identified|monitoring|mitigado|encerrado|awaria|сбой|障害通知|監視|障害(?=[】\]])|告警)(?!\w)",
    re.I,
)

#: What people write mail with, and what programs do.
MAIL_PROGRAM = (
    r"thunderbird|mutt|apple mail|iphone mail|ipad mail|evolution|kmail|gnus|\bpine\b|alpine|claws|sylpheed|geary|k-9|outlook|mailmate|roundcube|squirrelmail|the bat|eudora|airmail|spark"
    r"|lotus notes|groupwise|webmail|horde|zimbra|yahoo|gmail|postbox|seamonkey|mozilla|exmh|\bmh\b|mew|wanderlust|internet mail service|samsung|fairemail|bluemail|sparrow|trojita|balsa|elm"
)
MAILING_PROGRAM = (
    r"phpmailer|php/|nodemailer|swiftmailer|symfony|laravel|javamail|mime::lite|mime-tools|mail::|perl|python|cdo|chilkat|aspmail|aspemail|jmail|mailchimp|mailgun|sendgrid|sendinblue|hubspot|marketo"
    r"|constant contact|campaign|lyris|listmanager|mailman|unitymail|accucast|groupmail|worldmerge|mailloop|listar|ezmlm|postfix|sendmail|zendesk|freshdesk|actionmailer|e-?mail broadcast|drupal|wordpress|cron"
)
ANSWER = re.compile(
    r"\s*(?:(?:re|aw|sv|vs|antw|odp|ynt|res|rif|ref|fw|fwd|wg|tr|rv|enc|回复|答复|ответ)(?:\[\d+\])?\s?[:：]|\[[^\]]{1,40}\]\s*re\s?:)",
    re.I,
)


def _start(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"[\s\W]{{0,3}}(?:{pattern})", re.I)


#: Subjects, from their first character on: (rule, pattern, weight).
SUBJECTS: tuple[tuple[str, re.Pattern[str], float], ...] = (
    (
        "delivery-subject",
        _start(
            r"undeliver(?:ed|able)\b(?!.{0,3}\?)|undelivered mail returned|(?:returned|failed|delayed) (?:e-?)?mail\b|mail (?:delivery|system error|error|not delivered|could not be|failed)|(?:\[postmaster\] )?(?:e-?mail )?delivery (?:status|failure|failed|has failed|delayed|report|notification|problem|error|incomplete|unsuccessful)"
            r"|(?:mail|message|e-?mail) (?:status - |delivery )?(?:undeliverable|failure|failed|delayed|not delivered|rejected|was not delivered)|failure (?:notice|delivery)|non[- ]?delivery|nondeliverable|notification of (?:undeliverable|delivery)|permanent delivery failure|automatically rejected mail|warning: (?:message|could not send|user|e-?mail)"
            r"|could not send (?:message|e-?mail)|your (?:message|e-?mail|mail) .{0,200}(?:could not be delivered|has been (?:delayed|rejected|blocked)|was not delivered|was rejected)|unable to deliver|bounced? mail|rejected mail|mailbox (?:is )?full|message you sent|dsn\b|loop alert|mail loop|error processing (?:your )?(?:mail|message)|(?:mail|processing) error\b|user unknown|auto(?:matically)? rejected"
            r"|unzustellbar|nicht zustellbar|zustellung(?:s)?(?:fehler| fehlgeschlagen|bericht|benachrichtigung)|ihre nachricht .{0,100}nicht zugestellt|rückläufer|non remis|échec de (?:la )?(?:remise|distribution)|avis de non|notification d.état|message non (?:remis|distribué|délivré)"
            r"|no se (?:puede|pudo) entregar|no entregad[oa]|mensaje no entregado|correo (?:devuelto|no entregado)|devuelto|non recapitabile|mancato recapito|notifica di mancata|consegna (?:fallita|non riuscita)|messaggio non (?:recapitato|consegnato)"
            r"|não (?:foi )?(?:possível entregar|entregue)|falha na entrega|mensagem não entregue|não é possível entregar|onbestelbaar|kan niet (?:worden )?(?:bezorgd|afgeleverd)|niet bezorgd|nie można dostarczyć|niedostarczon|zwrot:|nie dostarczono"
            r"|teslim edilemedi|iletilemedi|gönderilemedi|配信不能|配信エラー|配達不能|未達|メールを配信できません|送信エラー|不着|退信|系统退信|无法(?:送达|投递)|投递失败|無法傳遞|не(?:достав|удалось доставить)|ошибка доставки|недоставленное|сообщение не доставлено|kan inte levereras|kunne ikke leveres|nelze doručit|nedoručitel"
        ),
        0.8,
    ),
    (
        "autoreply-subject",
        _start(
            r"(?:re: )?(?:auto(?:matic|mated|matisch(?:e|es)?|matique|mática|matica|matico|matická|matyczna)?[- ]?(?:reply|respon[sd]e?|antwort|antwoord|answer)\b(?!\s*\?)|autoreply|autoresponse|autosvar|automatikus válasz|răspuns automat|automatick[áý] odpove[dď]|automatski odgovor|αυτόματη απάντηση|автоматична відповідь|автоматичен отговор|자동 ?(?:회신|응답)|부재중|trả lời tự động|balasan otomatis|ตอบกลับอัตโนมัติ|رد تلقائي|(?:מענה|תשובה) אוטומטי|automatiskt? (?:svar|svar)|automaattinen vastaus|auto: |out of (?:the )?office|ooo:|ooo\b|i am out of|away from (?:the |my )?(?:office|mail)|on vacation|vacation (?:reply|notice|response)"
            r"|abwesenheits?(?:notiz|benachrichtigung|nachricht|agent|assistent|meldung)?:|abwesenheitsnotiz|abwesenheit\b|abwesend:|nicht im büro|automatische (?:antwort|rückmeldung|empfangsbestätigung|eingangsbestätigung)|eingangsbestätigung|réponse automatique|absence du bureau|absent du bureau|absence:|message d.absence|accusé de réception"
            r"|respuesta automática|fuera de (?:la )?oficina|ausente de la oficina|ausencia:|risposta automatica|fuori (?:sede|ufficio)|assente dall.ufficio|assenza|resposta automática|ausência (?:temporária|do escritório)|fora do escritório|ausente do escritório|automatisch antwoord|afwezig|niet aanwezig|afwezigheid"
            r"|automatyczna odpowiedź|odpowiedź automatyczna|poza biurem|nieobecność|otomatik (?:yanıt|cevap)|ofis dışında|自動(?:応答|返信|回答)|【自動|\[自動|不在(?:通知|の|です|時)|自动(?:回复|答复|回覆)|自動回覆|автоответ|автоматический ответ|вне офиса|frånvaro|ikke på kontoret|automatisk svar|poissa|automatická odpověď|automaattinen"
            r"|\[automatyczna|\[?auto-?reply\]?)"
        ),
        1.0,
    ),
    (
        "autoreply-subject",
        re.compile(
            r".{0,120}?[-–—(\[]\s?(?:respuesta|risposta|resposta|réponse|automatyczna|automatische?|automatisk|automatic|automated|auto)[- ]?(?:autom[aá]tic[ao]|automatique|odpowiedź|antwort|antwoord|svar|reply|response)\W{0,2}$",
            re.I,
        ),
        1.0,
    ),
    (
        "autoreply-subject",
        re.compile(
            r".{0,120}?(?:\bis (?:currently )?out of (?:the )?office|\bist (?:derzeit )?nicht im (?:büro|haus))", re.I
        ),
        0.7,
    ),
    (
        "receipt-subject",
        _start(
            r"(?:read|not read|gelesen|ungelesen|lu|non lu|leído|leido|letto|lida|gelezen|przeczytano|okundu|開封済み|既読|已读|прочитано|läst|lest|læst)\s?: |(?:read|return|delivery) receipt|lesebestätigung|accusé de lecture|confirmación de lectura|conferma di lettura|ricevuta di ritorno|leesbevestiging|disposition notification|delivery notification"
        ),
        0.8,
    ),
    (
        "calendar-subject",
        _start(
            r"(?:accepted|declined|tentative(?:ly accepted)?|canceled|cancelled|updated invitation|invitation|new time proposed|zugesagt|abgelehnt|mit vorbehalt|abgesagt|einladung|accepté|refusé|provisoire|annulé|aceptad[oa]|rechazad[oa]|cancelad[oa]|accettato|rifiutato|annullato|aceite|recusado|geaccepteerd|geweigerd|geannuleerd|zaakceptowano|odrzucono|odwołano|kabul edildi|reddedildi|iptal edildi|承諾|辞退|キャンセル済み?)\s?: "
        ),
        0.5,
    ),
)


#: What the subjects of notices say that a program sends about one thing that happened.
NOTICE_SUBJECT = _start(
    r"(?:\[[^\]]{1,40}\]\s?)?(?:your (?:\w{1,20} ){0,2}(?:receipt|invoice|order|payment|statement|subscription|trial|booking|reservation|ticket|request|verification code|code|password)\b[^?]{0,40}\b(?:from|#|no\.|has|is|was|confirmed|received|shipped|ready|expires?)"
    r"|receipt (?:for|from) your|order (?:confirmation|confirmed|received|#)|(?:payment|booking|appointment|registration|subscription|email) (?:confirmation|confirmed|receipt)|(?:we(?:'ve| have)|has been) received your|(?:request|ticket|message|inquiry|application) received"
    r"|(?:new )?(?:ticket|case|request) (?:created|opened|received|confirmation)|reset your password|password (?:reset|changed)|(?:verify|confirm|activate) your (?:e-?mail|account|address|subscription)|(?:new )?(?:sign-?in|log-?in)\b[^?]{0,40}(?:from|on|to|detected)|security (?:alert|notice|notification)"
    r"|new (?:voice ?mail|voice message|event|booking|follower|comment|lead|device)\b|missed (?:call|message)|you have (?:a |an |\d{1,4} )?(?:new|unread|pending|missed)|[^\n?]{1,60} (?:mentioned|invited|assigned|tagged) you\b|scanned (?:from|document|image)|spam (?:notification|digest|quarantine)|quarantine"
    r"|complete with docusign|(?:\w{1,12} )?ship(?:ment|ping)? (?:notification|confirmation)|delivery (?:update|scheduled)|report domain:|dmarc (?:aggregate )?report|confirm [0-9a-f]{16,}|welcome to|verification code|zahlungs(?:bestätigung|eingang)|(?:bestell|versand|buchungs)(?:bestätigung|ung eingegangen)|ihre (?:bestellung|rechnung) (?:nr|vom|bei|\d|#)"
    r"|passwort zurücksetzen|votre (?:commande|reçu|facture) (?:n|du|de|\d|#)|confirmation de (?:commande|paiement|votre)|confirmación de (?:pedido|pago|tu|su)|tu (?:pedido|recibo|factura) |conferma (?:ordine|d.ordine|di pagamento)|confirmação d[eo] (?:pedido|pagamento)|hemos recibido (?:su|tu)|recebemos (?:a )?sua|abbiamo ricevuto la|nous avons (?:bien )?reçu votre|wir haben ihre \w{2,20} erhalten|talebiniz alındı|votre colis|(?:seu|tu|su) (?:pedido|envío|paquete) (?:saiu|está|ha sido|fue)|confirmez votre (?:inscription|adresse)|bestätigen sie ihre|confirma (?:tu|su) "
    r"|betalingsbewijs|potwierdzenie (?:płatności|zamówienia)|comprovativo|ricevuta (?:ordine|di pagamento)|ご注文ありがとう|rappel :|certificat expirant|dekontunuz|ödeme)"
)
CRON_SUBJECT = re.compile(r"\s*cron <\S{1,80}@\S{1,80}>\s\S", re.I)
#: A person's words about a failed delivery: the things are his.
OWN_THINGS = re.compile(
    r"(?<!\w)(?:our|my|unser\w{0,2}|mein\w{0,2}|notre|nos|nuestr\w{1,2}|mis?|nostr\w|noss\w{1,2}|onze|nasz\w{0,3})\s(?:\w{1,20}\s){0,2}(?:end-?points?|webhooks?|data ?(?:base|bank|bases|banken)|base de do?n+[éeé]es|base de datos|accounts?|konto|compte|cuenta|conto|conta|messages?|nachrichten|mensajes|queues?|apps?|servers?|customers?|kunden|clients?|users|jobs?|service|production)(?!\w)"
    r"|(?<!\w)(?:could|can|would) you (?:please )?(?:check|help|look|explain|credit|refund|tell|confirm)|please (?:credit|refund|explain|investigate)|bitte um gutschrift|je demande|solicito|quisiera",
    re.I,
)


#: A person's words about a newsletter that he wants no more of.
OBJECTION = re.compile(
    r"(?<!\w)(?:(?:i|we)\s(?:\w{1,12}\s){0,3}(?:unsubscrib\w*|opt(?:ed)? out|click(?:ed)?|never|did not|didn't|do not|don't|still|want|would like|have not|haven't|object|withdraw|ask|agreed?|signed up|can't|cannot|keep)"
    r"|(?:remove|unsubscribe|delete|take) me|(?:delete|erase) my|my (?:data|consent|address|personal|name)|(?:how|where) (?:can|do|to|should) i|(?:which|what) (?:link|page) do i|ich (?:\w{1,12} ){0,4}(?:abmelde\w*|abbestell\w*|will|möchte|widerspreche|habe|bekomme|erhalte)"
    r"|(?:mich|uns) (?:\w{1,12} ){0,4}(?:ab|aus|abmelden|austragen)|meine (?:daten|adresse|einwilligung)|je (?:souhaite|veux|voudrais|m.oppose|n.ai|reçois|demande)|mes données|désabonnez[- ](?:moi|nous)|(?:no )?quiero|mis datos|de(?:n|nme|me) de baja|darme de baja|voglio|vorrei|(?:i )?miei dati|cancellatemi"
    r"|quero|meus dados|ik (?:wil|krijg|ontvang|heb)|mijn gegevens|(?:nie )?chcę|moje dane|istiyorum|istemiyorum|verilerimi?|я (?:хочу|не|получаю)|мои данные)(?!\w)|(?:届き続け|停止して|退会したい|解除できな|退订不|无法退订|我的(?:数据|邮箱))",
    re.I,
)

#: A person's words about an answer that a program gave.
ASKS_BACK = re.compile(
    r"(?<!\w)(?:(?:where|how|to whom|who) (?:can|do|should) (?:i|we) (?:write|reply|answer|reach|talk|send|speak|get)|i (?:only |just )?(?:got|get|received|wrote|replied|tried|keep getting)\b|(?:your|the|that) (?:e-?mail|message|reply|answer|ticket) (?:only )?(?:said|says)|is there (?:a|any) (?:human|person|real)"
    r"|(?:wohin|an wen) (?:soll|kann|darf)|ich (?:habe|bekomme|bekam|erhielt) (?:nur|bloß|immer)|gibt es (?:hier )?(?:einen|auch) menschen|je (?:ne )?reçois|à qui|solo (?:recib[oí]|me llega)|a quién|ricevo solo|a chi (?:devo|posso)|só recebo|a quem)(?!\w)",
    re.I,
)


def _words(*phrases: str) -> str:
    """Any of them, and not inside a Latin word: to try them at each letter would cost too much."""
    return rf"(?<![a-z])(?:{'|'.join(phrases)})"


#: How a delivery program begins its report: (what must stand there in lower case, pattern).
DELIVERY_PROGRAM = (
    ("automatically by", "this is the", "sorry to have to", "daemon", "mail system", "mail delivery"),
    re.compile(
        r"(?:created automatically by (?:the )?(?:mail|e-?mail|message)|this is (?:the|a) (?:qmail|mail (?:delivery )?system|postfix|courier|exim|sendmail)[\w -]{0,40}(?:at|on|program)\b"
        r"|sorry to have to inform you that (?:your|the) message|mail delivery (?:system|subsystem|software)|your message (?:to .{1,100} )?(?:could not be delivered|cannot be delivered) to (?:one or more|the following))",
        re.I,
    ),
)

#: Words near the beginning of a text: (rule, what must stand there in lower case, pattern, weight).
TEXTS: tuple[tuple[str, tuple[str, ...], re.Pattern[str], float], ...] = (
    (
        "delivery-text",
        (
            "original m",
            "no such",
            "invalid ",
            "unknown",
            "nonexist",
            "fail",
            "deliver",
            "qmail",
            "returned",
            "undeliv",
            "failed",
            "recipient",
            "rejected",
            "bounce",
        ),
        re.compile(
            _words(
                r"this (?:message|report|e-?mail|is a message that) (?:was|is|has been) (?:created|generated)? ?automatically (?:by|generated)",
                r"this is the (?:qmail|mail (?:delivery|system)|postfix|courier|sendmail|e?mail)[\w -]{0,40}(?:program|system|server|daemon)? at\b",
                r"this is the \w{0,20} ?program at host",
                r"(?:i'm|i am|we(?:'re| are)) (?:sorry|afraid)[^.]{0,80}(?:your (?:message|mail|e-?mail)|could not be delivered|wasn't able to deliver|unable to deliver)",
                r"your (?:message|mail|e-?mail)[^.\n]{0,200}\n?[^.\n]{0,100}(?:could ?n[o']t be delivered|was ?n[o']t (?:able to be )?delivered|cannot be delivered|has not been delivered|was undeliverable|did not reach|not delivered to|could not be sent|was rejected|has been rejected|was returned|delivery failed)",
                r"(?:delivery|message|mail|e-?mail)[^.\n]{0,80} (?:to (?:the )?(?:following|these|one or more) (?:recipient|address|user)[^.\n]{0,40}|has )(?:failed|been delayed|delayed|permanently)",
                r"the following (?:address|recipient|user|message|destination|e?mail)[^.\n]{0,60} (?:had|has|have|could|was|were|failed|did|is|are)",
                r"(?:could not|cannot|can't|unable to|was not able to|couldn't|not able to) (?:be )?deliver(?:ed)?\b[^.\n]{0,60}(?:message|mail|recipient|address|following|user|to\b|your|it\b)",
                r"delivery of (?:this |your )?(?:e-?mail|message|mail)\b|undeliverable (?:message|mail|to\b|recipient)|undelivered message follows|message (?:is )?undeliverable|mail delivery (?:failed|failure|error|subsystem)|delivery (?:has )?failed|failed delivery|non-?delivery report|delivery status notification|was not delivered to|wasn't delivered to|permanent (?:fatal )?errors?\b",
                r"transcript of session follows|original (?:message|mail) (?:as )?follows|returned mail|a message that you sent|(?:error|status|reason) (?:message|code)?:? ?5\d\d[ -]\d\.\d\.\d|could not be delivered|rejected your message|has been blocked by|does not exist on this system|no such (?:user|recipient|mailbox|address)|invalid (?:user|recipient|mailbox) ?(?:address|name)?|(?:unknown|nonexistent) (?:user|recipient|address)|user unknown|permanent failure|failure reasons|returned message|mailbox (?:is )?(?:full|unavailable|not found)|over (?:its |their )?(?:disk )?quota",
                r"reporting-mta:|final-recipient:|diagnostic-code:",
            ),
            re.I,
        ),
        0.7,
    ),
    (
        "delivery-text-abroad",
        (
            "zustell",
            "zugestellt",
            "ausgeliefert",
            "remis",
            "entreg",
            "recapit",
            "consegn",
            "bezorg",
            "dostarcz",
            "teslim",
            "配信",
            "配達",
            "届",
            "送达",
            "投递",
            "退信",
            "достав",
            "livr",
            "distribu",
            "afgelever",
        ),
        re.compile(
            _words(
                r"(?:konnte|kann|wurde)[^.\n]{0,100}nicht (?:zugestellt|ausgeliefert)",
                r"n.a (?:pas )?p[uû] [eê]tre (?:remis|distribu|d?[eé]?livr)",
                r"(?:no (?:se )?(?:pudo|ha podido|puede)|não (?:pôde|foi possível)|no fue posible)[^.\n]{0,60}entreg",
                r"(?:non è stato possibile|impossibile)[^.\n]{0,60}(?:consegn|recapit)",
                r"(?:kon|kan) niet (?:worden )?(?:bezorgd|afgeleverd)",
                r"nie (?:mogła|można|może|został[ay]?)[^.\n]{0,60}dostarcz",
                r"teslim edilemedi|配信(?:できません|不能|に失敗)|届けることができません|无法(?:送达|投递)|投递失败|被退回|не (?:было|может быть|удалось)[^.\n]{0,40}достав",
            ),
            re.I,
        ),
        0.7,
    ),
    (
        "says-automated",
        (
            "automat",
            "auto-",
            "automá",
            "reply",
            "respond",
            "antwort",
            "otomatik",
            "自動",
            "自动",
            "автомат",
            "odpowiad",
            "unattended",
            "unmonitored",
            "protected by",
            "verify",
            "address added",
            "generated",
            "sistem tarafından",
            "nicht gelesen",
            "niet gelezen",
            "plus relevée",
            "não rece",
            "não responder",
        ),
        re.compile(
            _words(
                r"this is an? (?:\w{1,20} )?(?:auto(?:mated|matic|matically generated|-generated)?)[ -](?:generated )?(?:\w{1,20} )?(?:e-?mail|message|reply|response|notification|notice|alert|acknowledge?ment|confirmation|reminder)",
                r"(?:this|the above|following) (?:e-?mail|message|notification|mail|reply|response) (?:was|is|has been) (?:an )?(?:automatically|auto-?|computer|system)[- ]?(?:generated|sent|created|produced)?",
                r"sistem tarafından (?:otomatik )?(?:gönderil|oluşturul)|(?:relatório|informe|rapport|bericht|report) (?:automático|automatique|generato automaticamente)|automatisch versandte|(?:wird|werden) nicht gelesen|wordt niet gelezen|n.est plus relevée|não recebe mensagens|não responder a este",
                r"(?:apologi[sz]e for )?this (?:automatic|automated) (?:reply|response|e-?mail|message)",
                r"(?:diese|dies ist eine)[^.\n]{0,30}(?:e-?mail|mail|nachricht|antwort)[^.\n]{0,30}automatisch|automatisch (?:erzeugt|generiert|erstellt|versandt|versendet)e?|antworten sie (?:bitte )?nicht auf diese|bitte (?:antworten sie )?nicht (?:direkt )?auf diese (?:e-?mail|mail|nachricht) (?:zu )?antworten",
                r"(?:ceci est|cet? (?:e-?mail|message|courriel)[^.\n]{0,30})[^.\n]{0,20}automatique(?:ment)?|(?:merci de )?ne pas répondre à ce|(?:mensaje|correo|respuesta|e-?mail) (?:generad[oa] )?autom[áa]tic[oa](?:mente)?|(?:por favor,? )?no responda a este",
                r"(?:messaggio|e-?mail|risposta|notifica)[^.\n]{0,30} automatic[oa](?!l)(?:mente)?|non rispondere a quest[oa]|(?:mensagem|e-?mail|resposta)[^.\n]{0,30} autom[áa]tic[oa](?:mente)?|(?:por favor,? )?n[ãa]o responda (?:a )?est",
                r"(?:dit is een|deze e-?mail|dit bericht)[^.\n]{0,30}automatisch|niet (?:te )?(?:beantwoorden|antwoorden) op (?:dit|deze)|(?:wiadomość|mail|e-?mail)[^.\n]{0,40}automatycznie|prosimy nie odpowiadać|otomatik olarak|bu (?:e-?posta|mesaj)[^.\n]{0,30}otomatik|lütfen (?:bu )?(?:e-?postayı|mesajı)? ?(?:bu )?[^.\n]{0,20}yanıtlamayın",
                r"account is protected by|your address added to the recipient|verify that you (?:are|sent)[^.\n]{0,40}(?:human|person|message)",
                r"自動(?:送信|配信|返信|応答|的に)|返信(?:しないで|いただいて|は受け付け)|本(?:邮件|郵件)[^。\n]{0,10}(?:自动|自動|系统|系統)|请勿(?:直接)?回复|請勿(?:直接)?回覆|автоматическ(?:ое|и|ий)|не отвечайте на это",
            ),
            re.I,
        ),
        0.7,
    ),
    (
        "asks-no-reply",
        ("not reply", "not respond", "n't reply", "to this", "unattended", "unmonitored", "not monitored"),
        re.compile(
            _words(
                r"(?:please )?(?:do not|don't) (?:reply|respond) (?:directly )?to (?:this (?:e-?mail|message|mail|address|notification|auto)|it\b)",
                r"(?:replies|responses|messages|mail) (?:sent )?to this (?:e-?mail|address|message|mailbox)[^.\n]{0,40}(?:not (?:be )?(?:read|monitored|answered|received)|unmonitored)|(?:unattended|unmonitored) (?:mailbox|address|e-?mail)|this (?:mailbox|address|inbox|e-?mail address|account) is (?:not|no longer) (?:being )?monitored",
            ),
            re.I,
        ),
        0.7,
    ),
    (
        "thanks-for-mail",
        (
            "thank",
            "dank",
            "merci",
            "gracias",
            "grazie",
            "obrigad",
            "bedankt",
            "dzięk",
            "teşekkür",
            "ありがとう",
            "感谢",
            "спасибо",
            "tack för",
            "tak for",
        ),
        re.compile(
            _words(
                r"(?:thank you|thanks)(?: very much| so much)? for (?:your (?:e-?mail|message|mail|enquiry|inquiry|request|interest)|contacting|getting in touch|reaching out|writing)",
                r"(?:vielen |herzlichen |besten )?dank für ihre (?:e-?mail|nachricht|mail|anfrage)|merci (?:de|pour) votre (?:message|mail|e-?mail|courriel|demande)|(?:muchas )?gracias por (?:su|tu|contactar|escribir)[^\n]{0,12}(?:mensaje|correo|consulta|nos)?|grazie per (?:la (?:sua|tua)|il (?:suo|tuo)|averci)",
                r"obrigad[oa] (?:pel[oa]|por)[^\n]{0,12}(?:mensagem|e-?mail|contacto?)|bedankt voor (?:uw|je) (?:e-?mail|bericht|mail)|dzięku(?:ję|jemy) za (?:wiadomość|maila|kontakt)|(?:mesajınız|e-?postanız) için teşekkür|(?:お問い合わせ|メール|ご連絡)[^。\n]{0,12}ありがとうございます|感谢您的(?:来信|邮件)|спасибо за (?:ваше )?(?:письмо|сообщение|обращение)|tack för ditt (?:mejl|mail|meddelande)|tak for din (?:mail|e-?mail|besked)",
            ),
            re.I | re.M,
        ),
        0.4,
    ),
    (
        "left-text",
        ("no longer", "has left", "have left"),
        re.compile(
            r"(?:i|\w{2,20}) (?:am |is )?no longer (?:works?|working|with|employed|part of)\b|(?:i have|has) left (?:the )?(?:company|organi[sz]ation|firm)",
            re.I,
        ),
        0.7,
    ),
    (
        "challenge-text",
        ("spam", "approved", "verif", "allow", "guest list"),
        re.compile(
            r"to (?:control|prevent|stop|avoid|reduce) (?:spam|junk|unsolicited)[^\n]{0,120}|(?:messages|mail|e-?mails?) (?:only )?from (?:senders|people|addresses) (?:i|that|who)[^\n]{0,40}(?:approved|verified|know)|(?:click|follow|use) the link (?:below )?to (?:confirm|verify|prove|authenticate)|spam ?arrest|boxbe|guest list",
            re.I,
        ),
        0.7,
    ),
    (
        "receipt-text",
        ("your message", "ihre nachricht", "votre message", "mensaje", "messaggio", "uw bericht", "was read"),
        re.compile(
            r"\A\s*(?:your message|ihre nachricht|votre message|su mensaje|il (?:suo )?messaggio|uw bericht)\s*$|was (?:read|displayed|opened) on \d|wurde am .{6,30} (?:gelesen|angezeigt)",
            re.I | re.M,
        ),
        0.4,
    ),
    (
        "ignore-if",
        (
            "request this",
            "request a",
            "wasn't you",
            "was not you",
            "ignore this",
            "nicht angefordert",
            "pas demandé",
            "no solicit",
        ),
        re.compile(
            r"(?:if you|you) (?:did not|didn't|have not|haven't) (?:request|make|initiate|create|sign)[^.\n]{0,60}|if this was(?:n't| not) you|(?:can |please )?(?:safely )?ignore this (?:e-?mail|message)|falls sie (?:dies|das)? ?nicht angefordert|pas demandé|no (?:ha )?solicit",
            re.I,
        ),
        0.5,
    ),
    (
        "away-text",
        (
            "office",
            "büro",
            "buero",
            "abwesend",
            "urlaub",
            "absent",
            "congé",
            "bureau",
            "oficina",
            "vacaciones",
            "ausente",
            "ufficio",
            "ferie",
            "assente",
            "escritório",
            "férias",
            "afwezig",
            "vakantie",
            "kantoor",
            "urlop",
            "biur",
            "nieobecn",
            "izin",
            "tatil",
            "不在",
            "休暇",
            "休假",
            "出差",
            "отпуск",
            "vacation",
            "leave",
            "away",
            "holiday",
        ),
        re.compile(
            _words(
                r"(?:i am|i'm|i will be|i'll be|currently|is) (?:currently |now |presently )?(?:out of (?:the |my )?office|away from (?:the |my )?(?:office|desk|e-?mail)|on (?:vacation|annual leave|holiday|leave|maternity leave|parental leave|paternity leave|sick leave|pto))",
                r"(?:bin|befinde mich) (?:ich )?(?:derzeit|zurzeit|zur zeit|momentan|aktuell|ab|vom|bis|bis zum|am|im|leider)?[^.\n]{0,50}(?:nicht im (?:büro|haus)|außer haus|im urlaub|abwesend|nicht erreichbar|in elternzeit)",
                r"je suis (?:actuellement )?(?:absente?|en congés?|en vacances|hors du bureau)|estoy (?:actualmente )?(?:fuera de (?:la )?oficina|de vacaciones|ausente)|estaré (?:fuera|ausente|de vacaciones)|me encuentro (?:fuera|ausente|de vacaciones)|sono (?:attualmente )?(?:fuori (?:ufficio|sede)|assente|in ferie)|sarò (?:assente|in ferie|fuori)",
                r"(?:estou|estarei) (?:atualmente )?(?:fora do escritório|ausente|de férias|em férias)|ik ben (?:momenteel |op dit moment |tot )?[^.\n]{0,40}(?:afwezig|niet (?:op kantoor|aanwezig|bereikbaar)|met vakantie|op vakantie)|(?:jestem|przebywam|będę)[^.\n]{0,40}(?:nieobecn|na urlopie|poza biurem)|(?:izinde|izindeyim|ofis dışında|tatilde)\w{0,8}",
                r"(?:ただいま|現在|期間)[^。\n]{0,30}(?:不在|休暇)|不在に(?:して|いた)|(?:我|本人)[^。\n]{0,12}(?:不在办公室|休假|出差)|я (?:сейчас )?(?:в отпуске|нахожусь в отпуске|отсутствую)",
            ),
            re.I,
        ),
        0.6,
    ),
    (
        "back-text",
        (
            "return",
            "back",
            "urgent",
            "zurück",
            "erreichbar",
            "dringend",
            "retour",
            "urgence",
            "regres",
            "vuelt",
            "urgente",
            "rientr",
            "ritorn",
            "terug",
            "dringend",
            "wrac",
            "pilny",
            "döne",
            "acil",
            "戻",
            "緊急",
            "回来",
            "返回",
            "вернусь",
            "access to",
            "respond",
        ),
        re.compile(
            _words(
                r"(?:will|i'll) (?:be (?:back|returning)|return|respond|reply|answer|get back)[^.\n]{0,60}(?:when i|on\b|upon|as soon|after|monday|tuesday|wednesday|thursday|friday|january|february|march|april|may|june|july|august|september|october|november|december|\d)|(?:limited|no|intermittent|without) access to (?:my )?(?:e-?mail|phone|internet)|(?:in|for|if)[^.\n]{0,30}urgent[^.\n]{0,60}(?:contact|call|please)",
                r"(?:wieder|zurück)[^.\n]{0,40}(?:erreichbar|im (?:büro|haus)|da\b)|nicht weitergeleitet|in dringenden (?:fällen|angelegenheiten)|(?:de )?retour[^.\n]{0,30}(?:le|au bureau|\d)|en cas d.urgence|(?:regres|volver|vuel)[^.\n]{0,30}(?:el|\d)|(?:caso|asunto) (?:de )?urgen|(?:rientr|ritorn)[^.\n]{0,20}(?:il|\d)|in caso di urgenza|(?:retorn|regress)[^.\n]{0,20}(?:em|dia|\d)|(?:weer|terug)[^.\n]{0,30}(?:op|aanwezig|\d)|(?:wrac|powr)[^.\n]{0,20}\d|(?:pilnych|dönece|(?<!\w)acil(?!\w))|緊急|вернусь",
            ),
            re.I,
        ),
        0.4,
    ),
    (
        "ticket-text",
        (
            "ticket",
            "request",
            "received",
            "anfrage",
            "demande",
            "solicitud",
            "richiesta",
            "solicitação",
            "verzoek",
            "zgłosz",
            "talep",
            "受付",
            "お問い合わせ",
            "工单",
            "заявк",
            "case",
            "thank you for",
        ),
        re.compile(
            _words(
                r"(?:we(?:'ve| have)|has been) (?:successfully )?(?:received|registered|created|logged|opened)[^.\n]{0,60}(?:ticket|request|enquiry|inquiry|message|e-?mail|case|support)",
                r"(?:your|a|new|support) (?:\w{1,15} )?(?:ticket|request|case|enquiry|inquiry)[^.\n]{0,60}(?:has been|was|is) (?:\w{1,15} )?(?:received|created|registered|opened|assigned|logged|closed|resolved|updated)",
                r"##-? ?please type your reply above|reply above this line|ihre anfrage[^.\n]{0,60}(?:eingegangen|erhalten|erfasst)|votre (?:demande|message)[^.\n]{0,60}(?:bien )?(?:été )?(?:reçue?|enregistrée?)|su (?:solicitud|consulta|mensaje)[^.\n]{0,60}(?:recibid|registrad)|la (?:sua|tua) richiesta[^.\n]{0,60}(?:ricevut|registrat)|(?:sua|seu) (?:solicitação|chamado|pedido)[^.\n]{0,60}(?:recebid|registrad|abert)|uw (?:verzoek|aanvraag|bericht)[^.\n]{0,60}ontvangen|(?:zgłoszenie|wiadomość)[^.\n]{0,60}(?:przyjęte|otrzym|zarejestr)|talebiniz[^.\n]{0,60}(?:alın|ulaş|oluştur)|(?:お問い合わせ|受付)[^。\n]{0,30}(?:受け付け|承り|完了)",
            ),
            re.I,
        ),
        0.5,
    ),
)

#: What newsletters and adverts say at their beginning or end: (rule, what must stand there in lower case, pattern, weight).
BULK_TEXTS: tuple[tuple[str, tuple[str, ...], re.Pattern[str], float], ...] = (
    (
        "newsletter-text",
        (
            "unsubscri",
            "opt out",
            "opt-out",
            "be removed",
            "removed from",
            "deleted from",
            "for removal",
            "remove in",
            "abmelden",
            "abbestellen",
            "désabonn",
            "désinscri",
            "de baja",
            "cancelar",
            "annulla",
            "gestisci",
            "disiscri",
            "descadastr",
            "uitschrijven",
            "afmelden",
            "wypisz",
            "rezygnac",
            "abonelikten",
            "配信停止",
            "退订",
            "отписаться",
            "your preferences",
            "your subscription",
            "your profile",
            "gérer",
            "gerir",
            "update your",
            "change your",
        ),
        re.compile(
            # as a footer offers it; "please unsubscribe me" is a person's request
            r"(?:to|can|may|you(?:'d| would)? (?:wish|like) to) (?:\w{1,15} ){0,3}(?:unsubscribe|opt[- ]?out|be removed)\b[^.\n]{0,100}(?:click|visit|https?:|link|send|reply|e-?mail|here|go to|enter|page|below|time|@)"
            r"|(?:click|visit|link)[^.\n]{0,80}(?:unsubscribe|opt[- ]?out|be removed|désabonn|désinscri|disiscri|descadastr|darse de baja|abmelden|afmelden|uitschrijven)"
            r"|^\W{0,4}(?:unsubscribe|abmelden|abbestellen|se désabonner|se désinscrire|désinscription|darse de baja|cancelar suscripción|annulla iscrizione|disiscriviti|cancelar inscrição|descadastrar|uitschrijven|afmelden|wypisz się|rezygnacja"
            r"|abonelikten çık|配信停止|退订|отписаться)[^\n]{0,12}(?:\(|<|https?:|\||$)|(?:unsubscribe|abmelden|désabonner|désinscrire|uitschrijven)\s?[(<:]\s?(?:https?:|mailto:)"
            r"|(?:manage|change|update|edit) your (?:e-?mail )?(?:preferences|subscription|profile)|(?:date de baja|abbestellen|abmelden) (?:aquí|hier)|(?:gérer|gestisci|gerir) (?:mes|vos|le tue|as suas|iscrizione|inscrição)"
            r"|(?:removed?|deleted?) from (?:this|our|the) (?:mailing )?list,|for removal|remove in the subject",
            re.I | re.M,
        ),
        0.6,
    ),
    (
        "addressed-to-many",
        (
            "you're",
            "you are",
            "receiv",
            "subscrib",
            "registered",
            "signed up",
            "requested",
            "this e",
            "this message",
            "this news",
            "this mail",
            "valued",
            "dear customer",
            "dear member",
            "dear reader",
            "browser",
            "online",
            "trouble",
            "im browser",
            "sie erhalten",
            "vous recevez",
            "recibe",
            "ricevi",
            "você",
            "ontvangt",
            "advertis",
            "privacy policy",
            "rights reserved",
            "copyright",
            "©",
        ),
        re.compile(
            r"you(?:'re| are) (?:receiving|getting|currently subscribed|subscribed)|you (?:have )?(?:received|subscribed|signed up|registered|requested)[^.\n]{0,40}(?:because|newsletter|to receive|this (?:e-?mail|message|mailing))|this (?:e-?mail|message|newsletter|mailing) (?:was|is|has been) (?:sent|mailed|being sent) to"
            r"|(?:dear|valued) (?:subscriber|customer|member|reader)|view (?:this|it)[^.\n]{0,30}(?:browser|online)|having trouble (?:viewing|reading)|im browser (?:ansehen|anzeigen|öffnen)|sie erhalten (?:diese|diesen)|vous recevez (?:ce|cet)|recibe este|ricevi questa|você (?:está recebendo|recebeu)|u ontvangt deze"
            r"|advertis(?:e|ing) (?:in|with)|privacy policy|all rights reserved|copyright ?(?:\(c\)|©)|©",
            re.I,
        ),
        0.4,
    ),
)
BULK_SUBJECT = re.compile(
    r"newsletter|news\b|digest|\bdaily\b|weekly|headlines|\bissue\b|\bvol(?:ume)?\.? ?\d|reminder|advisory|announcement|alert\b|update\b|%|\boffer|\bsave\b|\bfree\b",
    re.I,
)
#: A sender's address made for one mailing: it holds a count, or the reader's own address.
COUNTED_SENDER = re.compile(r"^[^@]*\d[.\d-]{3,}[^@]*@|^[^@]*[#=][^@]*@|^[^@]{0,40}-[0-9a-f]{12,}@")
