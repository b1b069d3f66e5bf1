"""Mail that no person wrote is known by its signs; a person's mail is not taken for it, whatever way it came."""

from __future__ import annotations

import pytest

from tests.mail.mails import HEAD, mixed, plain, read

WORDS = "Hello,\n\nplease delete my account northpeak.\n\nThanks\nDana"


def rules(headers: str, text: str = WORDS, sender: str = "dana@northpeak.example") -> set[str]:
    raw = f"From: {sender}\r\nDate: Tue, 3 Mar 2026 10:00:00 +0100\r\n{headers}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    return {sign.rule for sign in read(raw.encode()).automated}


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ("Auto-Submitted: auto-replied\r\n", "rfc3834"),
        ("Auto-Submitted: auto-generated (failure)\r\n", "rfc3834"),
        ("Return-Path: <>\r\n", "null-return-path"),
        ("X-Failed-Recipients: a@b.example\r\n", "failed-recipients"),
        ("Precedence: auto_reply\r\n", "precedence"),
        ("X-Autoreply: yes\r\n", "autoreply"),
        ("X-Autorespond: Away\r\n", "autoreply"),
        ("X-Cron-Env: <SHELL=/bin/sh>\r\n", "cron"),
        ("X-GitHub-Reason: mention\r\nList-Unsubscribe: <https://a.example>\r\n", "monitor"),
        ("Subject: Automatic reply: Re: Your question\r\n", "autoreply-subject"),
        ("Subject: Abwesenheitsnotiz: Ihre Anfrage\r\n", "autoreply-subject"),
        ("Subject: Réponse automatique : Votre question\r\n", "autoreply-subject"),
        ("Subject: Respuesta automática: Su pregunta\r\n", "autoreply-subject"),
        ("Subject: Risposta automatica: domanda\r\n", "autoreply-subject"),
        ("Subject: Resposta automática: pergunta\r\n", "autoreply-subject"),
        ("Subject: Automatisch antwoord: vraag\r\n", "autoreply-subject"),
        ("Subject: Automatyczna odpowiedź: pytanie\r\n", "autoreply-subject"),
        ("Subject: Otomatik yanıt: soru\r\n", "autoreply-subject"),
        ("Subject: 自動返信: ご質問\r\n", "autoreply-subject"),
        ("Subject: Автоответ: вопрос\r\n", "autoreply-subject"),
    ],
)
def test_headers_that_decide(headers: str, rule: str) -> None:
    assert rule in rules(headers)


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Auto-Submitted: no\r\n",
        "X-Auto-Response-Suppress: OOF\r\n",
        "X-Auto-Response-Suppress: All\r\nThread-Index: AQ\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\n",
        "List-Id: <users.lists.example>\r\nPrecedence: list\r\nList-Post: <mailto:users@lists.example>\r\nList-Unsubscribe: <https://a.example>\r\n",
        "Mailing-List: list users@lists.example\r\nPrecedence: bulk\r\nList-Unsubscribe: <https://a.example>\r\n",
        "List-Id: <support.upstash.com>\r\nPrecedence: list\r\nX-Google-Group-Id: 1\r\nList-Unsubscribe: <https://a.example>\r\n",
        "Precedence: bulk\r\n",
        "Return-Path: <dana@northpeak.example>\r\n",
        "Subject: Fwd: Undelivered Mail Returned to Sender\r\nUser-Agent: Mozilla Thunderbird\r\n",
        "Subject: Re: Automatic replies are broken\r\n",
        "Subject: Out of memory errors\r\n",
        "Subject: Delivery of our invoice\r\n",
        "X-Loop: support@upstash.com\r\n",
        "X-Mailer: PHPMailer 6\r\n",
        "Disposition-Notification-To: dana@northpeak.example\r\n",
        "Feedback-ID: 1:2:3:google\r\n",
    ],
)
def test_headers_that_a_persons_mail_has_too(headers: str) -> None:
    assert rules(headers) == set()


@pytest.mark.parametrize(
    "sender",
    [
        "MAILER-DAEMON@mx.example",
        "Mail Delivery System <postmaster@mx.example>",
        "no-reply@shop.example",
        "Shop <do_not_reply@shop.example>",
        "noreply+123@shop.example",
        "newsletter@shop.example",
        "ops-bounces@lists.example",
    ],
)
def test_senders_that_are_machines(sender: str) -> None:
    assert rules("", sender=sender)


@pytest.mark.parametrize(
    "sender",
    ["info@shop.example", "billing@shop.example", "support@shop.example", "noreen@shop.example", "root@shop.example"],
)
def test_senders_that_may_be_people(sender: str) -> None:
    assert rules("", sender=sender) == set()


@pytest.mark.parametrize("sender", ["notifications@court.example", "avisos@bufete.example", "alerts@bank.example"])
def test_senders_of_notices_are_known_by_what_they_say(sender: str) -> None:
    assert rules("", sender=sender) == set()
    assert rules("Subject: [ALERT] redis is down\r\n", "Service: redis\nState: down\nSince: 14:00 UTC\n", sender)


def test_a_contact_form_sends_for_a_person() -> None:
    assert rules("Reply-To: Dana <dana@northpeak.example>\r\n", sender="no-reply@forms.example") == set()


@pytest.mark.parametrize(
    "text",
    [
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients.",
        "This is an automated response. Please do not reply to this e-mail.\nYour ticket has been received.",
        "Dies ist eine automatisch erzeugte Nachricht. Bitte antworten Sie nicht auf diese E-Mail.\nIhre Anfrage ist eingegangen.",
        "Ceci est un message automatique, merci de ne pas répondre à ce courriel. Votre demande a bien été enregistrée.",
        "I am currently out of the office with limited access to email. I will be back on 9 March.",
        "Ich bin derzeit nicht im Büro und ab 9. März wieder erreichbar. In dringenden Fällen wenden Sie sich an Mia.",
        "Je suis actuellement en congés, de retour le 9 mars. En cas d'urgence, écrivez à Mia.",
    ],
)
def test_words_that_decide_where_headers_are_missing(text: str) -> None:
    assert rules("", text)


@pytest.mark.parametrize(
    "text",
    [
        "Our automatic backups failed. Please help.",
        "Your mail of Monday could not be opened by my browser.",
        "I got your automated mail. What do I have to do?",
        "Our site was down because the database did not respond. Please credit us.",
        "I was on holiday last week and saw your mail only now. Please delete my account.",
        "How do I unsubscribe from your newsletter?",
        "Please unsubscribe me. I keep getting your newsletter although this e-mail address was removed from the list.",
        "Unsubscribe me please, you are sending me offers every week. I have received this e-mail because I registered once.",
        "I want to opt out of all mail. Your link to unsubscribe shows an error.",
        "Ich war im Urlaub. Bitte löschen Sie mein Konto.",
    ],
)
def test_words_of_people(text: str) -> None:
    assert rules("", text) == set()


def test_a_bounce_in_a_systems_own_form() -> None:
    headers = "Subject: Re: Invoice\r\nIn-Reply-To: <a@upstash.com>\r\n"
    assert rules(headers, "Error: Invalid user address\n\n550 no such user here\n", "post_master@gateway.example")


def test_a_postmaster_is_a_person_too() -> None:
    headers = "Subject: Re: your blocked mail\r\nIn-Reply-To: <a@upstash.com>\r\nUser-Agent: Mozilla Thunderbird\r\n"
    assert (
        rules(
            headers, "Hi,\n\nyour mail was blocked by our filter. I have changed that.\n\nJo", "postmaster@uni.example"
        )
        == set()
    )


def test_a_delivery_report() -> None:
    raw = (
        b"From: postmaster@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nIt failed.\r\n"
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nStatus: 5.1.1\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\nSubject: Delete me\r\n\r\nPlease delete my data.\r\n--x--\r\n"
    )
    message = read(raw)
    assert "report" in {sign.rule for sign in message.automated}
    assert message.text == "It failed."
    assert "Please delete my data." in message.quoted
    assert any("Final-Recipient" in (one.text or "") for one in message.attachments)


def test_a_feedback_report() -> None:
    message = mixed(b"\r\nAn abuse report.", b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n")
    assert message.automated


def test_a_calendar_answer() -> None:
    message = mixed(b"\r\nAccepted", b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n")
    assert "calendar" in {sign.rule for sign in message.automated}


def test_a_person_who_forwards_a_bounce_as_an_attachment_is_a_person() -> None:
    bounce = b"Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=y\r\n\r\n--y\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5\r\n--y--"
    message = mixed(b"\r\nYour server refuses my mail. Please help.", b"Content-Type: message/rfc822\r\n\r\n" + bounce)
    assert message.automated == ()


def test_a_person_who_quotes_a_bounce_is_a_person() -> None:
    message = plain(
        "Your server refuses my mail. Please help.\n\n---------- Forwarded message ----------\nFrom: Mail Delivery System <mailer-daemon@mx.example>\n"
        "Date: Tue, 3 Mar 2026 10:00\nSubject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host mx.example.\n"
        "I'm sorry to have to inform you that your message could not be delivered to one or more recipients.\n"
    )
    assert message.automated == ()


def test_a_newsletter() -> None:
    headers = "List-Unsubscribe: <https://a.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nSubject: Weekly news\r\n"
    assert rules(
        headers,
        "Dear subscriber,\n\nsee our offers.\n\nUnsubscribe: https://a.example/u",
        "Shop <hello@news.shop.example>",
    )


def test_each_sign_quotes_what_was_found() -> None:
    (sign,) = read(HEAD + b"Auto-Submitted: auto-replied\r\n\r\nHi").automated
    assert (sign.rule, sign.found) == ("rfc3834", "Auto-Submitted: auto-replied")
