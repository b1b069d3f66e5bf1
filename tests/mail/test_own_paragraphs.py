"""A sentence of the sender's own with a date, an address and a colon is no attribution: no word of a mail may vanish."""

from __future__ import annotations

import pytest

from triage.mail import parse


@pytest.mark.parametrize(
    "sentence",
    [
        "unser Konto office@vertrieb.example war am 3. März 2026 um 14:00 Uhr nicht erreichbar, bitte um Gutschrift:",
        "unser Konto office@vertrieb.example war am 3. März 2026 um 14:00 Uhr nicht erreichbar. Bitte um Gutschrift.",
        "Our account ops@shop.example was down on Tuesday 3 March 2026 at 14:00, here is what we saw:",
        "Cuma akşamı (16 Ekim) saat 21:00'den sonra hesap@dukkan.example hesabımız çalışmadı.",
        "Le 3 mars 2026 à 14:00 notre compte ops@atelier.example ne répondait plus, voici les faits :",
        "El 3 de marzo de 2026 a las 14:00 la cuenta pagos@tienda.example dejó de responder:",
    ],
)
@pytest.mark.parametrize("after", ["", "\n\nThe dashboard said nothing.", "\n\n- timeouts\n- refused connections"])
def test_an_own_sentence_is_never_lost(sentence: str, after: str) -> None:
    raw = f"From: g@x.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\nServus,\n\n{sentence}{after}\n\nGeorg\n"
    message = parse(raw.encode(), source="test")
    assert sentence in message.text
    for line in filter(None, after.split("\n")):
        assert line in message.text


def test_every_line_of_a_mail_is_somewhere() -> None:
    """Whatever is taken for quoted or for a signature is still there."""
    lines = [
        "Hello,", "On Tue, 3 Mar 2026 at 14:00, Support <support@x.example> wrote:", "> first", "> second",
        "my answer to ops@shop.example on 3 March 2026", "Best regards", "Dana",
    ]  # fmt: skip
    message = parse(("Subject: x\n\n" + "\n\n".join(lines)).encode(), source="test")
    everything = "\n".join((message.text, message.quoted, message.signature))
    for line in lines:
        assert line.removeprefix("> ") in everything
