"""Phrases of the kinds that are easily misread: names, numbers of customers, addresses of others, feasts, spans."""

from __future__ import annotations

from datetime import date

import pytest
from facts_build import account, days, facts, regions, resources

from triage.reading.facts.dates import easter


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Our client number with you is 88231.", ["customer_id 88231"]),
        ("de", "Unsere Kundennummer bei Ihnen lautet 88231.", ["customer_id 88231"]),
        ("es", "Nuestro número de cliente con ustedes es 88231.", ["customer_id 88231"]),
        ("tr", "88231 numaralı hesabımızı kapatın.", ["customer_id 88231"]),
        ("tr", "Bahçemizde 4000 müşterimiz var.", []),
        ("en", "Same account as always, cust-2207.", ["customer_id cust-2207"]),
        ("fr", "Client NR-7731.", ["customer_id NR-7731"]),
    ],
)
def test_numbers_of_customers(language: str, text: str, expected: list[str]) -> None:
    assert account(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Notre équipe chez vous s'appelle quai-nord.", ["team quai-nord"]),
        ("it", "La squadra da voi si chiama molo-nord.", ["team molo-nord"]),
        ("pt", "Equipa: cais-norte", ["team cais-norte"]),
        ("tr", "fenerbot ekibinin verileri", ["team fenerbot"]),
        ("zh", "我们是 fenerbot 团队。", ["team fenerbot"]),
        ("de", "Das ist für alle im Team sichtbar.", []),
        ("pt", "O time agradece.", []),
        ("fr", "Que comptez-vous faire ?", []),
    ],
)
def test_teams_and_what_only_looks_like_one(language: str, text: str, expected: list[str]) -> None:
    assert account(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Bitte alles der neuen Firma (it@hafenlicht.example) in lesbarer Form zu übermitteln.", []),
        ("tr", "Verileri arsiv@hafenlicht.example adresine aktarın.", []),
        ("en", "Best,\nDana\nTel. +44 20 7946 0000 | dana@northpeak.example", []),
        (
            "en",
            "Please replace dana@northpeak.example with d.whitfield@northpeak.example.",
            ["email dana@northpeak.example"],
        ),
        ("en", "Send me everything you hold on dana@northpeak.example.", ["email dana@northpeak.example"]),
    ],
)
def test_whose_address_it_is(language: str, text: str, expected: list[str]) -> None:
    assert account(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "tide-board (Dublin) was down.", ["name tide-board"]),
        ("nl", "tide-board in Ierland lag eruit.", ["name tide-board"]),
        ("en", "Iowa again: `lanterns` was down all morning.", ["name lanterns"]),
        ("fr", "La base « marees », à Francfort, est tombée.", ["name marees"]),
        ("es", "Se cayó «mareas», en Irlanda.", ["name mareas"]),
        ("pt", "A base chama-se mesmo farol, está na Irlanda, e caiu.", ["name farol"]),
        ("ja", "灯台のページ（toudai・東京）が止まりました。", ["name toudai"]),
        ("en", "Our lantern database was down.", ["name lantern"]),
        ("tr", "Fener veritabanımız çöktü.", ["name Fener"]),
        ("en", "Our whole database was down.", []),
        ("en", "Our staging database was down.", []),
        ("en", "us-esat-1 (Virginia) was down.", []),
        ("fr", "Nous étions quarante-deux quand tout est tombé.", []),
    ],
)
def test_names_of_databases(language: str, text: str, expected: list[str]) -> None:
    assert resources(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Down on 3 March and again on 10 March, credit please.", ["2026-03-03", "2026-03-10"]),
        ("de", "Ausfall am 3. März und noch einmal am 10. März. Gutschrift bitte.", ["2026-03-03", "2026-03-10"]),
        ("es", "Entre el día 2 y el 6 de marzo no funcionaba. Pedimos crédito.", ["2026-03-02..2026-03-06"]),
        (
            "pt",
            "Entre as 4h do dia 2 e as 5h do dia 6 de março ficou fora do ar. Crédito.",
            ["2026-03-02..2026-03-06"],
        ),
        ("it", "Dalle 22.10 UTC del 4 all'1.20 UTC del 5 tutto fermo, rimborsateci.", ["2026-03-04..2026-03-05"]),
        ("tr", "Perşembeyi cumaya bağlayan gece kesinti oldu, kredi istiyoruz.", ["2026-03-12..2026-03-13"]),
        ("ja", "開始 2026-03-04T22:10+09:00\n終了 2026-03-05T01:20+09:00\n返金希望。", ["2026-03-04..2026-03-05"]),
        ("it", "Da mezz'ora il database è giù.", ["2026-03-18"]),
        ("en", "This is about the outage dated 4 March. Credit please.", ["2026-03-04"]),
        ("de", "Am Karfreitag war alles weg, Gutschrift bitte.", ["2025-04-18"]),
        ("es", "El Viernes Santo se cayó todo, devuélvannos el dinero.", ["2025-04-18"]),
        ("nl", "Tweede paasdag lag alles plat, graag geld terug.", ["2025-04-21"]),
    ],
)
def test_days(language: str, text: str, expected: list[str]) -> None:
    assert days(text, language) == expected


def test_easter_falls_as_the_tables_say() -> None:
    assert [easter(year) for year in (1961, 2000, 2024, 2025, 2026, 2038)] == [
        date(1961, 4, 2), date(2000, 4, 23), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["down on 3 March from 14:00 to 16:30", "2026-03-03 14:00 to 16:30 it was down"])
def test_hours_of_an_unknown_zone_are_not_guessed(text: str) -> None:
    [incident] = facts(text).incidents
    assert (str(incident.start), incident.start_at, incident.end_at) == ("2026-03-03", None, None)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Oregon was down; Ohio worked fine.", ["us-west-2"]),
        ("es", "Ni Ohio ni Irlanda respondían; Tokio, por suerte, sí.", ["us-east-2", "eu-west-1"]),
        ("de", "us east 1 hing die ganze Nacht, eu lief gut.", ["us-east-1"]),
        ("es", "Frankfurt iba a paso de tortuga toda la tarde.", ["eu-central-1"]),
        ("fr", "La base (Belgique, chez Google) est restée injoignable.", ["europe-west1"]),
        ("pl", "Padła tylko Irlandia (Frankfurt OK).", ["eu-west-1"]),
        ("zh", "新加坡故障了，东京没事。", ["ap-southeast-1"]),
        (
            "en",
            "Two down:\n1. tide-board (Ohio): 3 March\n2. usw2-tidy-moth-33871.upstash.io: 4 March",
            ["us-east-2", "us-west-2"],
        ),
    ],
)
def test_the_region_that_failed(language: str, text: str, expected: list[str]) -> None:
    assert regions(text, language) == expected


def test_a_replied_subject_names_no_region_beside_the_newest_words() -> None:
    text = "Please look at Ohio for us as well, it was down on 3 March."
    assert regions(text, subject="Re: Tokyo outage") == ["us-east-2"]
    assert regions("As I said, it was down on 3 March.", subject="Re: Tokyo outage") == ["ap-northeast-1"]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Down:\n- 04/03/2026 21:10 -> 21:50 UTC\n- 05/03/2026 02:00 -> 03:30 UTC", "21:10", "21:50"),
        ("Down 4 March 18:05-18:50 UTC, credit please", "18:05", "18:50"),
        ("Down on 4 March from 9:00 to 11:45 Pacific Standard Time", "17:00", "19:45"),
        (
            "2026-03-04T20:03:11Z a timeout\n2026-03-04T20:41:09Z a timeout\n2026-03-04T21:17:50Z a 200",
            "20:03",
            "21:17",
        ),
    ],
)
def test_hours_with_their_zone(text: str, start: str, end: str) -> None:
    first = facts(text).incidents[0]
    assert first.start_at is not None
    assert first.end_at is not None
    assert (f"{first.start_at:%H:%M}", f"{first.end_at:%H:%M}") == (start, end)


@pytest.mark.parametrize(
    ("language", "text"), [("nl", "klep-2 (Ierland) lag eruit."), ("de", "klep-2 (Irland) war weg.")]
)
def test_a_numbered_name_beside_a_region(language: str, text: str) -> None:
    assert resources(text, language) == ["name klep-2"]
