"""The newest words are told from what they answer or pass on, in every client's and language's way of writing that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.mails import HEAD, html, mixed, plain, read

REPLY = "Please delete my account.\n\nThanks\nDana"

ATTRIBUTIONS = {
    "en gmail": "On Tue, Mar 3, 2026 at 10:15 AM Support <support@upstash.com> wrote:",
    "en gmail broken": "On Tue, Mar 3, 2026 at 10:15 AM Support from Upstash\n<support@upstash.com> wrote:",
    "en gmail broken twice": "On Tue, Mar 3, 2026 at 10:15 AM Support <\nsupport@upstash.com>\nwrote:",
    "en apple": "On 3 Mar 2026, at 10:15, Support <support@upstash.com> wrote:",
    "en thunderbird": "On 03/03/2026 10:15, Support wrote:",
    "en old gmail": "2026-03-03 10:15 GMT+01:00 Support <support@upstash.com>:",
    "en zoho": "---- On Tue, 03 Mar 2026 10:15:00 +0100 Support <support@upstash.com> wrote ----",
    "en usenet": "In message <abc@upstash.com> Support writes:",
    "en name": "Support <support@upstash.com> wrote:",
    "de gmail": "Am Di., 3. März 2026 um 10:15 Uhr schrieb Support <support@upstash.com>:",
    "de gmail broken": "Am Di., 3. März 2026 um 10:15 Uhr schrieb Upstash Support <\nsupport@upstash.com>:",
    "de apple": "Am 03.03.2026 um 10:15 schrieb Support <support@upstash.com>:",
    "de thunderbird": "Am 03.03.26 um 10:15 schrieb Support:",
    "de outlook mobile": "Support <support@upstash.com> schrieb am Di., 3. März 2026, 10:15:",
    "fr gmail": "Le mar. 3 mars 2026 à 10:15, Support <support@upstash.com> a écrit :",
    "fr apple": "Le 3 mars 2026 à 10:15, Support <support@upstash.com> a écrit :",
    "fr thunderbird": "Le 03/03/2026 à 10:15, Support a écrit :",
    "es gmail": "El mar, 3 mar 2026 a las 10:15, Support (<support@upstash.com>) escribió:",
    "es gmail broken": "El mar, 3 mar 2026 a las 10:15, Upstash Support (<support@upstash.com>)\nescribió:",
    "es apple": "El 3 mar 2026, a las 10:15, Support <support@upstash.com> escribió:",
    "it gmail": "Il giorno mar 3 mar 2026 alle ore 10:15 Support <support@upstash.com> ha scritto:",
    "it thunderbird": "Il 03/03/2026 10:15, Support ha scritto:",
    "pt gmail": "Em ter., 3 de mar. de 2026 às 10:15, Support <support@upstash.com> escreveu:",
    "pt apple": "No dia 03/03/2026, às 10:15, Support <support@upstash.com> escreveu:",
    "nl gmail": "Op di 3 mrt 2026 om 10:15 schreef Support <support@upstash.com>:",
    "nl apple": "Op 3 mrt. 2026, om 10:15 heeft Support <support@upstash.com> het volgende geschreven:",
    "pl gmail": "wt., 3 mar 2026 o 10:15 Support <support@upstash.com> napisał(a):",
    "pl thunderbird": "W dniu 3.03.2026 o 10:15, Support pisze:",
    "pl apple": "Wiadomość napisana przez Support <support@upstash.com> w dniu 3 mar 2026, o godz. 10:15:",
    "tr gmail": "Support <support@upstash.com>, 3 Mar 2026 Sal, 10:15 tarihinde şunu yazdı:",
    "tr gmail broken": "Upstash Support <support@upstash.com>, 3 Mar 2026 Sal, 10:15 tarihinde şunu\nyazdı:",
    "tr apple": "Support <support@upstash.com> şunları yazdı (3 Mar 2026 10:15):",
    "ja gmail": "2026年3月3日(火) 10:15 Support <support@upstash.com>:",
    "ja apple": "2026/03/03 10:15、Support <support@upstash.com>のメール:",
    "ja thunderbird": "On 2026/03/03 10:15, Support wrote:",
    "ja other": "2026年3月3日 10:15 Support <support@upstash.com> さんは書きました:",
    "zh gmail": "Support <support@upstash.com> 于2026年3月3日周二 10:15写道：",
    "zh apple": "在 2026年3月3日，10:15，Support <support@upstash.com> 写道：",
    "ko gmail": "2026년 3월 3일 (화) 오전 10:15, Support <support@upstash.com>님이 작성:",
    "ru gmail": "вт, 3 мар. 2026 г. в 10:15, Support <support@upstash.com>:",
    "ru thunderbird": "03.03.2026 10:15, Support пишет:",
    "ru apple": "3 марта 2026 г., в 10:15, Support <support@upstash.com> написал(а):",
    "uk gmail": "вт, 3 бер. 2026 р. о 10:15 Support <support@upstash.com> пише:",
    "sv gmail": "Den tis 3 mars 2026 kl 10:15 skrev Support <support@upstash.com>:",
    "da gmail": "Den tirs. 3. mar. 2026 kl. 10.15 skrev Support <support@upstash.com>:",
    "nb gmail": "tir. 3. mars 2026 kl. 10:15 skrev Support <support@upstash.com>:",
    "fi gmail": "ti 3. maalisk. 2026 klo 10.15 Support (support@upstash.com) kirjoitti:",
    "cs gmail": "út 3. 3. 2026 v 10:15 odesílatel Support <support@upstash.com> napsal:",
    "hu gmail": "Support <support@upstash.com> ezt írta (időpont: 2026. márc. 3., K, 10:15):",
}  # fmt: skip

HEADER_BLOCKS = {
    "en": "From: Support <support@upstash.com>\nSent: Tuesday, March 3, 2026 10:15 AM\nTo: Dana\nSubject: Your question",
    "en bold": "*From:* Support <support@upstash.com>\n*Sent:* Tuesday, March 3, 2026 10:15 AM\n*To:* Dana\n*Subject:* Your question",
    "en ruled": "________________________________\nFrom: Support <support@upstash.com>\nSent: Tuesday, March 3, 2026 10:15 AM\nTo: Dana\nSubject: Hi",
    "en original": "-----Original Message-----\nFrom: Support\nSent: Tuesday",
    "en on one line": "From: Support <support@upstash.com> Sent: Tuesday, March 3, 2026 10:15 AM",
    "de": "Von: Support <support@upstash.com>\nGesendet: Dienstag, 3. März 2026 10:15\nAn: Dana\nBetreff: Ihre Frage",
    "de original": "-----Ursprüngliche Nachricht-----\nVon: Support\nGesendet: Dienstag",
    "de gmx": "Gesendet: Dienstag, 03. März 2026 um 10:15 Uhr\nVon: Support <support@upstash.com>\nAn: dana@northpeak.example\nBetreff: Ihre Frage",
    "fr": "De : Support <support@upstash.com>\nEnvoyé : mardi 3 mars 2026 10:15\nÀ : Dana\nObjet : Votre question",
    "fr original": "-----Message d'origine-----\nDe : Support",
    "es": "De: Support <support@upstash.com>\nEnviado el: martes, 3 de marzo de 2026 10:15\nPara: Dana\nAsunto: Su pregunta",
    "it": "Da: Support <support@upstash.com>\nInviato: martedì 3 marzo 2026 10:15\nA: Dana\nOggetto: La sua domanda",
    "pt": "De: Support <support@upstash.com>\nEnviada em: terça-feira, 3 de março de 2026 10:15\nPara: Dana\nAssunto: Sua pergunta",
    "nl": "Van: Support <support@upstash.com>\nVerzonden: dinsdag 3 maart 2026 10:15\nAan: Dana\nOnderwerp: Uw vraag",
    "pl": "Od: Support <support@upstash.com>\nWysłano: wtorek, 3 marca 2026 10:15\nDo: Dana\nTemat: Pytanie",
    "tr": "Kimden: Support <support@upstash.com>\nGönderildi: 3 Mart 2026 Salı 10:15\nKime: Dana\nKonu: Sorunuz",
    "ja": "差出人: Support <support@upstash.com>\n送信日時: 2026年3月3日 10:15\n宛先: Dana\n件名: ご質問",
    "zh": "发件人: Support <support@upstash.com>\n发送时间: 2026年3月3日 10:15\n收件人: Dana\n主题: 问题",
    "ru": "От: Support <support@upstash.com>\nОтправлено: 3 марта 2026 г. 10:15\nКому: Dana\nТема: Вопрос",
    "sv": "Från: Support <support@upstash.com>\nSkickat: den 3 mars 2026 10:15\nTill: Dana\nÄmne: Fråga",
    "da": "Fra: Support <support@upstash.com>\nSendt: 3. marts 2026 10:15\nTil: Dana\nEmne: Spørgsmål",
    "fi": "Lähettäjä: Support <support@upstash.com>\nLähetetty: tiistai 3. maaliskuuta 2026 10.15\nVastaanottaja: Dana\nAihe: Kysymys",
    "cs": "Od: Support <support@upstash.com>\nOdesláno: úterý 3. března 2026 10:15\nKomu: Dana\nPředmět: Dotaz",
}  # fmt: skip

OLDER = "Hello Dana,\n\nwhich account do you mean?\n\nUpstash Support"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_reply_above_a_quotation(attribution: str) -> None:
    message = plain(f"{REPLY}\n\n{attribution}\n\n{quoted(OLDER)}\n")
    assert message.text == REPLY
    assert "which account do you mean?" in message.quoted
    assert not message.forwarded


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_reply_below_a_quotation(attribution: str) -> None:
    assert plain(f"{attribution}\n{quoted(OLDER)}\n\n{REPLY}\n").text == REPLY


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_reply_above_an_older_mail_that_nothing_marks(attribution: str) -> None:
    assert plain(f"{REPLY}\n\n{attribution}\n\n{OLDER}\n").text == REPLY


@pytest.mark.parametrize("block", HEADER_BLOCKS.values(), ids=HEADER_BLOCKS.keys())
def test_reply_above_a_header_block(block: str) -> None:
    message = plain(f"{REPLY}\n\n{block}\n\n{OLDER}\n")
    assert message.text == REPLY
    assert "which account do you mean?" in message.quoted


@pytest.mark.parametrize(
    "line",
    [
        "---------- Forwarded message ---------",
        "-------- Weitergeleitete Nachricht --------",
        "---------- Message transféré ---------",
        "---------- Mensaje reenviado ----------",
        "---------- Messaggio inoltrato ----------",
        "---------- Mensagem encaminhada ---------",
        "---------- Doorgestuurd bericht ---------",
        "---------- Wiadomość przekazana dalej ----------",
        "---------- Yönlendirilmiş ileti ---------",
        "---------- 転送されたメッセージ ----------",
        "-------- Пересылаемое сообщение --------",
        "---------- Přeposlaná zpráva ---------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "Début du message transféré :",
        "Inicio del mensaje reenviado:",
        "Inizio messaggio inoltrato:",
        "Início da mensagem encaminhada:",
        "Begin doorgestuurd bericht:",
        "Započni proslijeđenu poruku:",
        "Továbbított levél kezdete:",
        "İleti başlangıcı:",
        "---------- メッセージを転送 ---------",
    ],
)
def test_a_forward_with_a_note(line: str) -> None:
    block = (
        "From: Mia <mia@shop.example>\nDate: Tue, 3 Mar 2026 at 10:15\nSubject: Delete me\nTo: <dana@northpeak.example>"
    )
    message = plain(f"Can you do this for her?\n\n{line}\n{block}\n\nPlease delete my data.\n")
    assert message.text == "Can you do this for her?"
    assert message.forwarded
    assert message.quoted.endswith("Please delete my data.")
    assert "mia@shop.example" in message.quoted


@pytest.mark.parametrize(
    "subject",
    [
        "FW: Delete me",
        "Fwd: Delete me",
        "WG: Löschen",
        "TR : Supprimer",
        "RV: Borrar",
        "I: Cancellare",
        "ENC: Apagar",
        "İLT: Sil",
    ],
)
def test_a_forward_that_only_the_subject_tells(subject: str) -> None:
    message = plain(
        f"Please see to her.\n\n{HEADER_BLOCKS['de']}\n\nPlease delete my data.\n", f"Subject: {subject}\r\n"
    )
    assert (message.text, message.forwarded) == ("Please see to her.", True)


@pytest.mark.parametrize("note", ["", "Please see to her.\n\n"])
def test_a_forward_that_is_quoted_as_a_whole(note: str) -> None:
    message = plain(
        f"{note}> Begin forwarded message:\n>\n> From: Mia <mia@shop.example>\n> Subject: Delete me\n>\n> Please delete my data.\n"
    )
    assert (message.text, message.forwarded) == (note.strip(), True)
    assert "Please delete my data." in message.quoted


def test_a_forward_without_a_note_has_no_words_of_its_own() -> None:
    message = plain(
        "---------- Forwarded message ---------\nFrom: Mia <mia@shop.example>\nDate: 3 Mar 2026\n\nPlease delete my data.\n"
    )
    assert (message.text, message.forwarded) == ("", True)
    assert "Please delete my data." in message.quoted


def test_answers_between_the_quoted_lines_are_the_senders_words() -> None:
    text = "On 3 Mar 2026, at 10:15, Support <support@upstash.com> wrote:\n> Which account?\n\nnorthpeak\n\n> Which region?\n\nFrankfurt\n\n> Regards\n"
    message = plain(text)
    assert message.text == "northpeak\n\nFrankfurt"
    assert "> Which region?" in message.quoted


@pytest.mark.parametrize(
    "text",
    [
        "Latency was\n> 500 ms\nfor hours.",
        "I ran\n>>> r.get('x')\nand it failed.",
        "The outage was\nFrom: 10:00 UTC\nTo: 12:30 UTC\nDate: 2026-03-03\nthanks",
        "As I wrote on 3 March 2026:\nthe database was down.",
        "Am 03.03.2026 schrieb ich Ihnen bereits:\nBitte löschen Sie mein Konto.",
        "On Friday, our team learned a lot about caches.\nOn Monday we wrote a report.",
        "He wrote: it works.\nIt does not.",
        "On 3 March 2026 your colleague Mia wrote:\n\nwe will refund you.\n\nPlease do.",
        "On 3 March 2026 mia@upstash.com said:\n\nwe will refund you.\n\nPlease do.",
        "Subject: my account\nPlease close it.",
        "First part.\n\n--------------------\n\nSecond part.",
        "Von: Berlin\nNach: Frankfurt\nwar alles langsam.",
        "Please note:\nDate: 3 March\nRegion: Frankfurt",
    ],
)
def test_a_persons_own_words_that_look_like_a_quotation(text: str) -> None:
    message = plain(text)
    assert (message.text, message.quoted) == (text, "")


@pytest.mark.parametrize("sign", [">", "|", ")", "#", " |"])
@pytest.mark.parametrize(
    "head",
    [
        "On Tue, 3 Mar 2026 10:15:00 +0100, Support wrote:\n",
        "-----Original Message-----\nFrom: Support <s@upstash.com>\nDate: 3 Mar 2026 10:15\n\n",
    ],
)
def test_an_answer_below_lines_that_are_marked_somehow(head: str, sign: str) -> None:
    older = "\n".join(f"{sign} {line}".rstrip() for line in ("Hello Dana,", "which account?", "Support"))
    message = plain(f"{head}{older}\n\n{REPLY}\n")
    assert message.text == REPLY
    assert "which account?" in message.quoted


def test_what_a_person_typed_into_a_web_form_is_his_words() -> None:
    text = "From: Dana <dana@northpeak.example>\nSubject: Delete me\n\nMessage Body:\nPlease delete my account.\n\n-- \nSent from a contact form\n"
    message = plain(text)
    assert message.text.endswith("Please delete my account.")
    assert (message.quoted, message.forwarded) == ("", False)


def test_headers_quoted_with_bars() -> None:
    message = plain(
        "  | Date: Tue, 3 Mar 2026 10:15:00 +0100\n  | From: Support <s@upstash.com>\n  |\n  | Which account?\n\n northpeak\n"
    )
    assert message.text.strip() == "northpeak"


def test_an_answer_below_an_attribution_alone_is_not_lost() -> None:
    assert (
        plain("On Tue, 3 Mar 2026 at 10:15 Support <s@upstash.com> wrote:\n\nnorthpeak it is.\n").text
        == "northpeak it is."
    )


def test_a_reply_on_the_line_of_the_attribution() -> None:
    assert (
        plain("Yes please. On Tue, Mar 3, 2026 at 10:15 AM Support <s@upstash.com> wrote:\n> Delete it?\n").text
        == "Yes please."
    )


def test_a_mail_of_nothing_but_quoted_lines_is_read() -> None:
    assert plain("> Please delete my account.\n> Dana\n").text == "> Please delete my account.\n> Dana"


def test_the_oldest_of_several_quotations_is_quoted_too() -> None:
    chain = f"{REPLY}\n\nFrom: Support <s@upstash.com>\nSent: Tuesday, March 3, 2026 10:15 AM\nTo: Dana\nSubject: x\n\nWhich?\n\nOn 2 Mar 2026, at 9:00, Dana <d@n.example> wrote:\n> Delete it\n"
    assert plain(chain).text == REPLY


# --- HTML -----------------------------------------------------------------------------------------------------------

HTML_QUOTATIONS = {
    "gmail": '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Tue, Mar 3, 2026 at 10:15 AM Support &lt;<a href="mailto:s@upstash.com">s@upstash.com</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">Which account?</blockquote></div>',
    "gmail in a language unknown here": '<div class="gmail_quote"><div class="gmail_attr">Lau 3 Mal 2026 Support kai:<br></div><blockquote class="gmail_quote">Which account?</blockquote></div>',
    "apple": '<div><br><blockquote type="cite"><div>On 3 Mar 2026, at 10:15, Support &lt;s@upstash.com&gt; wrote:</div><div>Which account?</div></blockquote></div>',
    "thunderbird": '<div class="moz-cite-prefix">Am 03.03.26 um 10:15 schrieb Support:<br></div><blockquote type="cite" cite="mid:a@b">Which account?</blockquote>',
    "outlook desktop": '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal><b>Von:</b> Support &lt;s@upstash.com&gt;<br><b>Gesendet:</b> Dienstag, 3. März 2026 10:15<br><b>An:</b> Dana<br><b>Betreff:</b> x</p></div></div><p class=MsoNormal>Which account?</p>',
    "outlook web": '<div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>From:</b> Support<br><b>Sent:</b> Tuesday<br></font></div><div>Which account?</div>',
    "yahoo": '<div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Tuesday, March 3, 2026, 10:15:00 AM GMT+1, Support &lt;s@upstash.com&gt; wrote:</div><div>Which account?</div></div>',
    "proton": '<div class="protonmail_quote">On Tuesday, 3 March 2026 at 10:15, Support &lt;s@upstash.com&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">Which account?</blockquote></div>',
    "plain blockquote": "<div>On 3 Mar 2026, at 10:15, Support &lt;s@upstash.com&gt; wrote:</div><blockquote><div>Which account?</div></blockquote>",
    "gmx": '<div name="quote" style="margin:10px"><div>Gesendet: Dienstag, 03. März 2026 um 10:15 Uhr<br>Von: "Support" &lt;s@upstash.com&gt;</div><div>Which account?</div></div>',
    "zimbra": '<hr id="zwchr"><div><b>From: </b>"Support" &lt;s@upstash.com&gt;<br><b>Sent: </b>Tuesday<br></div><div>Which account?</div>',
    "yandex": '<div>03.03.2026, 10:15, "Support" &lt;s@upstash.com&gt;:</div><blockquote><p>Which account?</p></blockquote>',
}  # fmt: skip


@pytest.mark.parametrize("quotation", HTML_QUOTATIONS.values(), ids=HTML_QUOTATIONS.keys())
def test_reply_above_a_quotation_in_html(quotation: str) -> None:
    message = html(f"<html><body><div>Please delete my account.</div><div><br></div>{quotation}</body></html>")
    assert message.text == "Please delete my account."
    assert "Which account?" in message.quoted


def test_answers_between_blockquotes_are_the_senders_words() -> None:
    message = html(
        '<div>On 3 Mar 2026, at 10:15, Support &lt;s@upstash.com&gt; wrote:</div><blockquote type="cite">Which account?</blockquote>'
        '<div>northpeak</div><blockquote type="cite">Which region?</blockquote><div>Frankfurt</div>'
    )
    assert message.text == "northpeak\n\nFrankfurt"
    assert "Which region?" in message.quoted


def test_an_indented_paragraph_is_no_quotation() -> None:
    source = '<div>Please do this:</div><blockquote style="margin: 0 0 0 40px; border: none; padding: 0px;"><div>Delete it</div></blockquote>'
    assert html(source).text == "Please do this:\n\nDelete it"


def test_a_gmail_forward_in_html() -> None:
    source = (
        '<div>Please see to her.</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Mia<br>'
        "Date: Tue, Mar 3, 2026 at 10:15 AM<br>Subject: Delete me<br>To: Dana<br></div><br>Please delete my data.</div>"
    )
    message = html(source)
    assert (message.text, message.forwarded) == ("Please see to her.", True)
    assert "Please delete my data." in message.quoted


def test_where_plain_text_marks_no_quotation_html_does() -> None:
    text = b"Content-Type: text/plain; charset=utf-8\r\n\r\nPlease delete it.\r\n\r\nWhich account?\r\n"
    page = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Please delete it.</p><blockquote type=cite>Which account?</blockquote>"
    assert mixed(text, page, kind=b"alternative").text == "Please delete it."


@given(st.text(alphabet="> \nOnwrote:Fm@.<12-_*", max_size=400))
def test_no_word_is_lost_in_the_cut(text: str) -> None:
    message = read(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode())
    kept = f"{message.text} {message.quoted} {message.signature}"
    assert sorted("".join(kept.split())) == sorted("".join(text.split()))
