"""Titles, telephones and disclaimers are set aside; names, postscripts and facts stay with the words."""

from __future__ import annotations

import pytest

from tests.mail.mails import html, plain


@pytest.mark.parametrize(
    ("words", "signature"),
    [
        ("Please delete it.", "-- \nDana Whitfield\nNorthpeak"),
        ("Please delete it.", "--\nDana"),
        ("Please delete it.", "Sent from my iPhone"),
        ("Bitte löschen.", "Von meinem iPhone gesendet"),
        ("Bitte löschen.", "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet."),
        ("Merci de supprimer.", "Envoyé de mon iPhone"),
        ("Borren todo.", "Enviado desde mi iPhone"),
        ("Cancellate tutto.", "Inviato da iPhone"),
        ("Apaguem tudo.", "Enviado do meu iPhone"),
        ("Verwijder alles.", "Verzonden vanaf mijn iPhone"),
        ("Usuńcie wszystko.", "Wysłane z iPhone'a"),
        ("Her şeyi silin.", "iPhone'umdan gönderildi"),
        ("削除してください。", "iPhoneから送信"),
        ("Удалите всё.", "Отправлено с iPhone"),
        ("请删除。", "发自我的iPhone"),
        ("Please delete it.", "Get Outlook for iOS<https://aka.ms/o0ukef>"),
        ("Please delete it.", "This e-mail is confidential and intended only for the addressee."),
        (
            "Bitte löschen.",
            "Diese E-Mail enthält vertrauliche Informationen.\nWenn Sie nicht der richtige Adressat sind, löschen Sie sie.",
        ),
        (
            "Please delete it.",
            "_______________________________________________\nUsers mailing list\nhttps://lists.example/listinfo/users",
        ),
    ],
)
def test_a_signature_is_set_aside(words: str, signature: str) -> None:
    message = plain(f"{words}\n\n{signature}\n")
    assert message.text == words
    assert message.signature == signature.replace("-- \n", "--\n")


@pytest.mark.parametrize(
    ("closing", "contact"),
    [
        ("Best regards,\nDana Whitfield", "Head of Platform\nNorthpeak Ltd\n+44 20 7946 0000\ndana@northpeak.example"),
        (
            "Mit freundlichen Grüßen\nJörg Petersen",
            "Bau-Petersen GmbH\nHafenstraße 3\n20457 Hamburg\nTel.: 040 5550000",
        ),
        ("Cordialement,\nClaire Dubois", "Responsable technique\nTél : +33 1 99 00 00 00"),
        ("Saludos,\nLucía", "Directora de sistemas | Norte S.L.\nwww.norte.example"),
        ("Met vriendelijke groet,\nSanne de Vries", "Noord B.V.\nTel. +31 20 555 0000"),
        ("Thanks,\nDana", "--\nNorthpeak"),
    ],
)
def test_what_stands_below_the_name(closing: str, contact: str) -> None:
    message = plain(f"Please delete it.\n\n{closing}\n{contact}\n")
    assert message.text == f"Please delete it.\n\n{closing}"
    assert message.signature == contact


@pytest.mark.parametrize(
    "text",
    [
        "Please delete it.\n\nBest regards,\nDana\n\nPS: it is the account ops@northpeak.example",
        "Please credit us.\n\nThanks,\nDana\nTeam: northpeak\nRegion: eu-central-1",
        "Please credit us.\n\nRegards\nDana\n\nThe endpoint is eu1-full-bug-31874.upstash.io and it was down.",
        "Thanks,\nDana\nplease answer soon",
        "Hi.\n\n----------\nPlease delete my account\nops@northpeak.example",
        "Grüße\nJörg\nbitte löschen an\nops@bau-petersen.example",
        "Thanks\n\nThe database went down at 10:00 and came back at 12:00.\nPlease credit us.",
        "Please delete it.\n\nThanks,\nDana",
        "One part\n--\n" + "\n".join(f"line {number} of a long second part" for number in range(30)),
        "Sent from my point of view it is a bug.",
        "See https://northpeak.example/log for the log.",
    ],
)
def test_words_that_stay(text: str) -> None:
    message = plain(text)
    assert (message.text, message.signature) == (text, "")


def test_a_postscript_below_a_signature_is_words() -> None:
    message = plain("Please delete it.\n\n-- \nDana\nNorthpeak\n\nPS: the account is ops@northpeak.example\n")
    assert message.text == "Please delete it.\n\nPS: the account is ops@northpeak.example"
    assert message.signature == "--\nDana\nNorthpeak"


def test_a_signature_without_a_closing_is_known_by_the_senders_name() -> None:
    message = plain("Please delete it.\n\nDana Whitfield\nHead of Platform, Northpeak\n+44 20 7946 0000\n")
    assert message.text == "Please delete it.\n\nDana Whitfield"
    assert message.signature == "Head of Platform, Northpeak\n+44 20 7946 0000"


def test_a_phones_line_above_a_quotation() -> None:
    message = plain(
        "Yes.\n\nSent from my iPhone\n\n> On 14 Apr 2026, at 18:20, Support <support@upstash.com> wrote:\n>\n> Delete it?\n"
    )
    assert (message.text, message.signature) == ("Yes.", "Sent from my iPhone")


def test_a_mail_that_is_only_a_signature_keeps_it() -> None:
    assert plain("Sent from my iPhone").text == "Sent from my iPhone"


@pytest.mark.parametrize(
    "mark",
    [
        'class="gmail_signature"',
        'class="moz-signature"',
        'id="Signature"',
        'id="ms-outlook-mobile-signature"',
        'id="AppleMailSignature"',
    ],
)
def test_a_signature_that_html_marks(mark: str) -> None:
    message = html(f"<div>Please delete it.</div><div {mark}>Dana Whitfield<br>Northpeak</div>")
    assert (message.text, message.signature) == ("Please delete it.", "Dana Whitfield\nNorthpeak")
