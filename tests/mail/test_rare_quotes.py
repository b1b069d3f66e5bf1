"""Forms of quoting that only some programs write, and words of people that look like them."""

from __future__ import annotations

import pytest

from tests.mail.mails import plain

WORDS = "The credit is still missing.\n\nWho can look at it?"

BELOW = {
    "time before the day": '10:15 AM, March 3, 2026, "Support" <support@upstash.com>:\n\nHello Dana',
    "Hebrew": "בתאריך יום ג׳, 3 במרץ 2026 ב-10:15 מאת דן <support@upstash.com>:\n\n> שלום",
    "Arabic": "في الثلاثاء، 3 مارس 2026 في 10:15 ص كتب الدعم <support@upstash.com>:\n\n> مرحبا",
    "Finnish without an address": "Upstashin tuki kirjoitti 3.3.2026 kello 10.15:\n\nHei Dana",
    "without a year": "On Tue, Mar 3, Upstash Support\n<support@upstash.com>\nwrote:\n> Hello Dana",
    "GroupWise": ">>> Support <support@upstash.com> 3/3/2026 10:15 AM >>>\nHello Dana,\nwhat now?",
    "headers in one line, the day first": "Date: Tue, 3 Mar 2026 10:15:00 +0000 From: support@upstash.com To: Dana Subject: Credit\n\nHello",
    "La Poste": "====\n\nMessage du : 03/03/2026 10:15\nDe : support@upstash.com\nA : dana@northpeak.example\nSujet : Avoir\n\nBonjour",
    "help desk": "##- Please type your reply above this line -##\n\nYour request (12) was updated.",
    "help desk in German": "##- Bitte antworten Sie oberhalb dieser Zeile -##\n\nIhre Anfrage wurde bearbeitet.",
    "a rule and headers in bold": "---\n\n**From:** Support <support@upstash.com>\n**Sent:** Tuesday, March 3, 2026 10:15\n**To:** Dana\n**Subject:** Credit\n\nHello",
    "quoted lines broken without a mark": "On 3 Mar 2026 10:15, Support <support@upstash.com> wrote:\n> We looked at your account on Monday and could not find any credit that\nstill waits for you.\n> Regards",
}


@pytest.mark.parametrize("below", [pytest.param(text, id=name) for name, text in BELOW.items()])
def test_only_the_words_above_are_the_sender_s_own(below: str) -> None:
    assert plain(f"{WORDS}\n\n{below}\n").text == WORDS


@pytest.mark.parametrize(
    "text",
    [
        "What we saw:\n\nRegions\n----\n\neu-west-1 was down.\n\n----\n\nAll others were fine.",
        "Please raise our limit.\n\nSent from my desk is the contract, two pages.",
        "Hello,\n\n> which region?\nours is eu-west-1\n> since when?\nsince Monday",
        "The message from external checks says it is down.\n\nCan you confirm?",
        "Log:\n\n====\n2026-03-03 10:15 ERR timeout\n====\n\nCredit please.",
        "Our reply above this line was meant for billing.\n\nPlease pass it on.",
        "Short note:\n\nCheers,\nDana\n\nWednesday, March 18, 2026\n\nhttps://news.example/print\n\nThe region was down, they write, and nobody knew.",
        "Your colleague wrote on 3.3.2026 at 10:15 that we get a credit:\n\nwhere is it?",
    ],
)
def test_words_that_look_like_a_quotation_stay(text: str) -> None:
    own = "\n".join(line for line in text.split("\n") if not line.startswith("> "))
    assert plain(text).text == own


@pytest.mark.parametrize(
    "warning",
    [
        "CAUTION: This email originated from outside of the organization. Do not click links unless you know the sender.",
        "[EXTERNAL] This message was sent from outside the company.",
        "You don't often get email from dana@northpeak.example. Learn why this is important",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
    ],
)
def test_a_gateway_s_warning_is_not_the_sender_s(warning: str) -> None:
    mail = plain(f"{warning}\n\nPlease delete our account.\n\nDana")
    assert mail.text == "Please delete our account.\n\nDana"
    assert warning.split(". ")[0] in mail.signature


@pytest.mark.parametrize(
    ("words", "below"),
    [
        (
            "Hei,\n\nhyvittäkää.\n\nParhain terveisin,\n\n*Aino Laine*",
            "CEO, Co-Founder\n\nLaine Oy\n\n+358 40 000 0000",
        ),
        ("Hej,\n\nslet den.\n\nMed venlig hilsen / Kind regards\n\nBo Hansen", "CTO"),
        ("Please delete it.\n\nBest regards\nDana", "[cid:image001.png@01DA]\nHead of IT\n+44 20 7946 0000"),
        ("Please delete it.", "----\nDana Whitfield <dana@northpeak.example>\nhttps://northpeak.example/"),
        ("Please delete it.\n\nIt is really urgent.", "Dana Whitfield | Head of IT\nNorthpeak Ltd"),
    ],
)
def test_what_stands_below_a_name_is_set_aside(words: str, below: str) -> None:
    mail = plain(f"{words}\n\n{below}")
    assert mail.text == words
    assert mail.signature.split() == below.split()


def test_quoted_printable_that_no_header_tells_of() -> None:
    mail = plain(
        "The credit is still missing.\n\nEl mi=C3=A9, 4 mar 2026 a las 11:08, Support (<support.of.upstash@upstash.ex=\nample>)\nescribi=C3=B3:\n\n> Hola\n"
    )
    assert mail.text == "The credit is still missing."
    assert any("quoted-printable" in defect for defect in mail.defects)


@pytest.mark.parametrize("text", ["GET /?a=20&b=3D&c=E2 failed", "x=C3 and y=\nz", "key=dGVzdA==\nnext"])
def test_equals_signs_of_the_sender_stay(text: str) -> None:
    assert plain(text).text == text
