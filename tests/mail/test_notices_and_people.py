"""Notices without a single telling header are known, and people who write about such notices are not taken for them."""

from __future__ import annotations

import pytest

from tests.mail.mails import read


def mail(sender: str, subject: str, text: str, headers: str = "") -> bytes:
    head = f"From: {sender}\nTo: support@upstash.com\nSubject: {subject}\n{headers}Content-Type: text/plain; charset=utf-8\n"
    return f"{head}\n{text}\n".encode()


NOTICES = {
    "both addresses take no answer": (
        "no-reply@mail.provider.example",
        "メールエラー通知",
        "送信先のメールボックスが一杯です。",
        "Reply-To: no-reply@app.other.example\n",
    ),
    "away, without headers": (
        "Jane <jane@acme.example>",
        "Re: Your invoice",
        "Thank you for your email. I am currently out of the office and will return on 9 March.",
    ),
    "away, in German": (
        "Jana <jana@acme.example>",
        "AW: Rechnung",
        "Vielen Dank für Ihre Nachricht. Ich bin derzeit nicht im Büro und ab dem 9. März wieder erreichbar.",
    ),
    "away, in Hungarian": ("Jana <jana@acme.example>", "Automatikus válasz: Számla", "Szabadságon vagyok."),
    "away, in Korean": ("Jin <jin@acme.example>", "자동 회신: 송장", "부재중입니다."),
    "ticket": (
        "Acme <support@acme.example>",
        "[Ticket #123] We have received your request",
        "Thank you for contacting Acme. Your ticket #123 has been created.",
    ),
    "says so and wants no answer": (
        "Parcels <hello@parcels.example>",
        "Parcel 77",
        "This is an automated message. Please do not reply to this email.",
    ),
    "receipt": ("Upstash <receipts+acct_1@pay.example>", "Your receipt from Upstash #1234", "Amount paid: 10 USD"),
    "order": ("Shop <orders@shop.example>", "Your order #123 has shipped", "It is on its way."),
    "password": (
        "Acme <hello@acme.example>",
        "Reset your password",
        "If you did not request this, you can safely ignore this email.",
    ),
    "cron": ("root@srv1.acme.example (Cron Daemon)", "Cron <root@srv1> /usr/bin/backup", "done"),
    "left the company": (
        "Jane <jane@acme.example>",
        "Re: Your invoice",
        "Please note that I no longer work at Acme. This mailbox is not monitored.",
    ),
    "not delivered, in German": (
        "Postmaster <postmaster@acme.example>",
        "Ihre Nachricht",
        "Die Nachricht konnte nicht zugestellt werden: das Postfach ist voll.",
    ),
    "read, in plain text": (
        "Jane <jane@acme.example>",
        "Read: Your invoice",
        "Your message\n\n  To: Jane\n  Subject: Your invoice\n\nwas read on 3/3/2026 10:16 AM.",
    ),
    "wants proof of a person": (
        "Bob <bob@acme.example>",
        "Re: x [Please confirm]",
        "I apologize for this automatic reply. To control spam, I allow only mail from senders I have approved.",
    ),
    "letter to readers": (
        "Bob <bob@letters.example>",
        "On databases",
        "Long text.\n\nUnsubscribe https://letters.example/u",
        "List-Post: <https://letters.example/p/1>\nList-Unsubscribe: <https://letters.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
    ),
    "issue tracker": (
        "bob <notifications@tracker.example>",
        "Re: [acme/x] Bug (Issue #1)",
        "bob left a comment",
        "X-GitHub-Reason: mention\nList-Post: <mailto:reply+abc@tracker.example>\n",
    ),
    "administrator's report": (
        "System Administrator <postmaster@acme.example>",
        "Undeliverable: Your invoice",
        "Your message did not reach some or all of the intended recipients.",
        "X-Mailer: Internet Mail Service (5.5.2656.59)\n",
    ),
}


@pytest.mark.parametrize("parts", [pytest.param(parts, id=name) for name, parts in NOTICES.items()])
def test_notice(parts: tuple[str, ...]) -> None:
    assert read(mail(*parts)).automated


PEOPLE = {
    "failed deliveries of theirs": (
        "Jane <jane@acme.example>",
        "Delivery failure of webhooks",
        "You could not deliver our messages on 3 March. Please credit.",
    ),
    "failed deliveries of theirs, in German": (
        "Jana <jana@acme.example>",
        "Zustellung fehlgeschlagen",
        "Am 3. März konnte keine unserer Nachrichten zugestellt werden, unsere Kunden warten.",
    ),
    "looks after the mail": (
        "Jane Doe <postmaster@acme.example>",
        "Your mail to us",
        "Hello, I run the mail here. Your invoices are taken for spam.",
    ),
    "administrator": (
        "System Administrator <admin@acme.example>",
        "outage",
        "Redis was unreachable. We want our credit.",
    ),
    "asks about an automatic reply": ("Jane <jane@acme.example>", "Automatic reply?", "Is there a human?"),
    "a colleague left": (
        "Jane <jane@acme.example>",
        "New owner",
        "Bob no longer works at Acme, please make me the owner of our account.",
    ),
    "thanks for an answer": (
        "Jane <jane@acme.example>",
        "Re: credit",
        "Thank you for your email. I was out of the office. The account is ops@acme.example.",
    ),
    "received a wrong receipt": (
        "Jane <jane@acme.example>",
        "Your receipt from 3 March",
        "It shows the wrong VAT number.",
    ),
    "objects to a newsletter": (
        "Jane <jane@acme.example>",
        "newsletter",
        "I want to unsubscribe, I clicked the link in your footer and still get it. This message was sent to me today.",
    ),
    "quotes its footer": (
        "Jane <jane@acme.example>",
        "newsletter",
        'It says "You are receiving this email because you signed up". I never did. To unsubscribe one has to click a dead link.',
    ),
    "objects, in German": (
        "Jana <jana@acme.example>",
        "Newsletter",
        "Sie erhalten diese Mail, weil ich mich nicht abmelden kann: der Link zum Abmelden (https://x.example) geht nicht.",
    ),
    "quotes an automatic answer": (
        "Jane <jane@acme.example>",
        "who reads this?",
        'I only get "This is an automated message. Please do not reply to this email." Where can I write to?',
    ),
    "asks where to opt out": (
        "Jane <jane@acme.example>",
        "newsletter",
        "Nothing in your privacy policy says it. To opt out, which link do I click?",
    ),
    "through a discussion list": (
        "Jane <jane@acme.example>",
        "slow",
        "Is it slow for you?",
        "Precedence: list\nList-Post: <mailto:u@lists.example>\nList-Unsubscribe: <mailto:u-leave@lists.example>\n",
    ),
    "filled in a form": (
        "Web <no-reply@upstash.com>",
        "Contact form",
        "Name: Jane\n\nOur database is down.",
        "Reply-To: jane@acme.example\n",
    ),
}


@pytest.mark.parametrize("parts", [pytest.param(parts, id=name) for name, parts in PEOPLE.items()])
def test_person(parts: tuple[str, ...]) -> None:
    assert read(mail(*parts)).automated == ()


def test_lines_that_end_with_a_carriage_return_only() -> None:
    raw = (
        b'From: postmaster@isp.example\rSubject: Delivery Status\rContent-Type: multipart/mixed; boundary="b"\r\r'
        b"--b\rContent-Type: text/plain\r\rThe following addresses had delivery problems\r--b\r"
        b"Content-Type: message/delivery-status\r\rAction: failed\r--b--\r"
    )
    message = read(raw)
    assert message.text == "The following addresses had delivery problems"
    assert message.automated
