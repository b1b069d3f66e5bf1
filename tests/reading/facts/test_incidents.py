"""Which days are the outage's, and from when to when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from facts_build import days, facts, log, mail, vocabulary

from triage.reading.facts import extract

OUTAGES = [
    ("en", "Our Frankfurt database was unreachable on 3 March from 14:00 to 16:30 UTC. Please credit us.", "2026-03-03"),
    ("en", "The cluster went down on 3 March at 23:00 and came back on 4 March at 01:30 UTC.", "2026-03-03..2026-03-04"),
    ("en", "Outage on 3 March from 23:00 to 01:30 UTC.", "2026-03-03..2026-03-04"),
    ("en", "We were down on 3 March and again on 9 March. Refund please.", "2026-03-03 2026-03-09"),
    ("en", "We have been customers since 12 June 2021. On 3 March everything timed out. Invoice of 1 March attached.", "2026-03-03"),
    ("en", "Down on 3 March. Please reply by 20 March; our board meets on 25 March.", "2026-03-03"),
    ("en", "Redis in Ohio failed from 2026-03-03T14:00:00Z to 2026-03-03T16:30:00Z.", "2026-03-03"),
    ("en", "Timeouts between 1772546400 and 1772555400 (epoch).", "2026-03-03"),
    ("en", "Errors since Monday, and it is still not fixed. Credit please.", "2026-03-16..2026-03-18"),
    ("en", "Is us-east-1 down right now? Credit us.", "2026-03-18"),
    ("en", "It was slow on Friday and Saturday, please take it off the bill.", "2026-03-13..2026-03-14"),
    ("en", "Last weekend, 14 and 15 March, nothing worked. I want my money back.", "2026-03-14..2026-03-15"),
    ("en", "Downtime credit: it was 5 March and not 8 March when it failed.", "2026-03-05"),
    ("en", "Virginia failed in February: the 10th from 9 to 11 UTC. Credit us.", "2026-02-10"),
    ("en", "It was down on New Year's Eve, please take it off the bill.", "2025-12-31"),
    ("en", "Down 2026-03-05 06:00–08:30 UTC, credit please.", "2026-03-05"),
    ("de", "15./16.3. nachts war alles weg, Gutschrift bitte.", "2026-03-15..2026-03-16"),
    ("nl", "De database deed het niet op 5 maart. Graag korting.", "2026-03-05"),
    ("ja", "3月5日22時30分から翌6日4時まで東京が停止しました。返金をお願いします。", "2026-03-05..2026-03-06"),
    ("en", "Down on 3 March from 22:00 to 23:00 and on 5 March from 9:00 to 10:00, credit.", "2026-03-03 2026-03-05"),
    ("en", "Down on 3 March between 22:00 and 4 March 02:00, credit.", "2026-03-03..2026-03-04"),
    ("en", "Down on 3 March. We wrote to you on 5 March and got a reply on 9 March. Credit please.", "2026-03-03"),
    ("de", "Am 3.3. war die Datenbank von 14 bis 16 Uhr nicht erreichbar. Rechnung vom 1.3. liegt vor. Gutschrift bitte.", "2026-03-03"),
    ("de", "Von Montag 22 Uhr bis Dienstag 6 Uhr ging nichts.", "2026-03-16..2026-03-17"),
    ("de", "In der Nacht vom 3. auf den 4. März war alles ausgefallen.", "2026-03-03..2026-03-04"),
    ("fr", "Le 3 mars, de 14h à 16h30, la base ne répondait plus. Merci de nous répondre avant le 20 mars.", "2026-03-03"),
    ("fr", "Panne du 3 au 5 mars à Francfort, merci de nous rembourser.", "2026-03-03..2026-03-05"),
    ("es", "El 3 de marzo entre las 14:00 y las 16:30 no pudimos conectar. Pagamos la factura el 1 de marzo.", "2026-03-03"),
    ("es", "La noche del jueves 5 al viernes 6 se cayó todo; queremos un reembolso.", "2026-03-05..2026-03-06"),
    ("it", "Il 3 marzo dalle 14 alle 16 il database era irraggiungibile. Chiediamo un rimborso.", "2026-03-03"),
    ("pt", "No dia 3 de março, das 14h às 16h, o banco ficou fora do ar. Queremos reembolso.", "2026-03-03"),
    ("pt", "Segunda e terça, 9 e 10/03, caiu São Paulo várias vezes, queremos crédito.", "2026-03-09..2026-03-10"),
    ("nl", "Op 3 maart van 14:00 tot 16:30 uur was de database onbereikbaar. Graag een creditnota.", "2026-03-03"),
    ("pl", "3 marca od 14:00 do 16:30 baza nie działała. Prosimy o zwrot.", "2026-03-03"),
    ("tr", "3 Mart'ta 14:00 ile 16:30 arasında veritabanına erişemedik. İade istiyoruz.", "2026-03-03"),
    ("tr", "3 Mart'ı 4 Mart'a bağlayan gece Frankfurt çöktü, iade lütfen.", "2026-03-03..2026-03-04"),
    ("ja", "3月3日14時から16時30分まで東京のデータベースに接続できませんでした。返金をお願いします。", "2026-03-03"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), OUTAGES)
def test_the_days_of_the_outage(language: str, text: str, expected: str) -> None:
    assert " ".join(days(text, language)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Please send the invoice of 3 March again.",
        "My birthday is 3 March 1980, please correct it.",
        "Can we meet on 20 March at 14:00?",
        "We signed up on 3 March 2025 and would like to move to Frankfurt on 1 April.",
        "How do I delete a database? I created it yesterday.",
    ],
)
def test_no_outage_no_incident(text: str) -> None:
    found = facts(text, claim=False)
    assert (found.incidents, found.regions) == ((), ())


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("en", "down on 3 March from 14:00 to 16:30 UTC", "14:00", "16:30"),
        ("en", "down on 3 March, 2-4:30 pm UTC", "14:00", "16:30"),
        ("en", "down on 3 March from 9:00 to 11:30 am EST", "14:00", "16:30"),
        ("en", "down on 3 March 15:00-17:30 Berlin time", "14:00", "16:30"),
        ("en", "down on 3 March 19:30–22:00 +0530", "14:00", "16:30"),
        ("en", "down on 3 March from 14:00 UTC for two and", "14:00", None),
        ("en", "down on 3 March from 14:00 UTC for 150 minutes", "14:00", "16:30"),
        ("de", "Ausfall am 3.3. von 15 bis 17:30 Uhr (MEZ)", "14:00", "16:30"),
        ("fr", "panne le 3 mars de 15h à 17h30, heure de Paris", "14:00", "16:30"),
        ("es", "caída el 3 de marzo de 15:00 a 17:30, hora de Madrid", "14:00", "16:30"),
        ("it", "guasto il 3 marzo dalle 15 alle 17:30 (ora di Roma)", "14:00", "16:30"),
        ("pl", "awaria 3 marca od 15:00 do 17:30 czasu polskiego", "14:00", "16:30"),
        ("ja", "障害は3月3日午後11時から翌午前1時30分（日本時間）", "14:00", "16:30"),
    ],
)
def test_times_are_told_in_utc(language: str, text: str, start: str, end: str | None) -> None:
    [incident] = facts(text, language).incidents
    assert incident.start_at is not None
    assert f"{incident.start_at:%H:%M}" == start
    assert (incident.end_at and f"{incident.end_at:%H:%M}") == end
    assert incident.start_at.utcoffset() == timedelta(0)


def test_a_zone_told_once_holds_for_all_times() -> None:
    found = facts("Down, all times JST:\n- 3 March 23:30 to 23:50\n- 5 March 14:00 to 14:50\n").incidents
    assert [f"{i.start_at:%d %H:%M}" for i in found if i.start_at] == ["03 14:30", "05 05:00"]


def test_an_outage_report_that_wants_no_money() -> None:
    found = extract(mail("Hier soir Francfort a toussé. Je ne réclame rien."), "fr", vocabulary(), {"other"})
    assert [str(i.start) for i in found.incidents] == ["2026-03-17"]
    assert [f.value for f in found.regions] == ["eu-central-1"]


def test_a_request_about_data_tells_no_outage() -> None:
    found = extract(mail("Delete my data. It was down on 3 March in Dublin."), "en", vocabulary(), {"data_request"})
    assert (found.incidents, found.regions) == ((), ())


def test_a_time_without_a_zone_is_at_the_offset_of_the_mail() -> None:
    sent = datetime(2026, 3, 18, 9, 12, tzinfo=timezone(timedelta(hours=2)))
    [incident] = facts("down on 3 March from 14:00 to 16:30", date=sent).incidents
    assert incident.start_at == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def test_yesterday_is_the_sender_s_yesterday() -> None:
    sent = datetime(2026, 3, 18, 1, 0, tzinfo=timezone(timedelta(hours=-8)))
    assert days("It was down yesterday. Refund!", date=sent) == ["2026-03-17"]


AMBIGUOUS = "Your database was down on 03/02/2026, please credit us."


def test_both_readings_are_kept_where_nothing_decides() -> None:
    [incident] = facts(AMBIGUOUS).incidents
    assert incident.ambiguous
    assert {incident.start.isoformat(), incident.alternatives[0][0].isoformat()} == {"2026-03-02", "2026-02-03"}


@pytest.mark.parametrize(
    ("text", "language", "fields", "expected"),
    [
        ("It was down on Tuesday 03/02/2026, credit please.", "en", {}, "2026-02-03"),
        ("Down on 03/02/2026 and on 25/02/2026, credit please.", "en", {}, "2026-02-03"),
        ("Down on 03/02/2026 and on 02/25/2026, credit please.", "en", {}, "2026-03-02"),
        ("Down on 03/11/2026, credit please.", "en", {}, "2026-03-11"),
        ("En panne le 03/02/2026, remboursez.", "fr", {}, "2026-02-03"),
        ("Down on 03/02/2026 from 9 am to 11 am EST, credit please.", "en", {}, "2026-03-02"),
        ("Down on 03/02/2026, credit please.", "en", {"sender": "a@shop.example.co.uk"}, "2026-02-03"),
        ("Down on 03.02.2026, credit please.", "en", {}, "2026-02-03"),
        ("Down from 03/02/2026 to 03/04/2026, credit please.", "en", {}, "2026-03-02..2026-03-04"),
    ],
)
def test_a_date_that_reads_two_ways_is_settled_by(
    text: str, language: str, fields: dict[str, str], expected: str
) -> None:
    assert expected in days(text, language, **fields)
    assert not facts(text, language, **fields).incidents[0].ambiguous


def test_a_weekday_that_is_not_the_date_s_is_told() -> None:
    found = facts("It was down on Monday, 3 March 2026. Credit please.")
    assert [doubt.code for doubt in found.doubts] == ["weekday_mismatch"]


LOG = "\n".join(
    [
        "2026-03-03T13:59:58Z INFO pong",
        "2026-03-03T14:00:04Z ERROR connect ETIMEDOUT",
        "2026-03-03T15:12:00Z ERROR connect ETIMEDOUT",
        "2026-03-03T16:30:10Z INFO recovered",
        "2026-03-03T16:31:00Z INFO pong",
    ]
)
CSV = "time,status,error\n2026-03-03 13:50:00,200,\n2026-03-03 14:00:00,503,unavailable\n2026-03-03 15:00:00,503,unavailable\n2026-03-03 17:00:00,200,\n"
NDJSON = "\n".join(f'{{"ts":{1772546400 + 600 * n},"level":"error","msg":"timeout"}}' for n in range(5))


@pytest.mark.parametrize("text", [LOG, CSV, NDJSON], ids=["log", "csv", "ndjson"])
def test_an_attached_log_gives_the_window(text: str) -> None:
    [incident] = facts(
        "Our database failed, the log is attached. Please credit us.", attachments=(log("app.log", text),)
    ).incidents
    assert str(incident.start) == str(incident.end) == "2026-03-03"
    assert incident.start_at is not None
    assert f"{incident.start_at:%H:%M}" == "14:00"
    assert {e.part for e in incident.evidence} == {"attachment:app.log"}


def test_a_pasted_log_gives_the_window() -> None:
    assert days(f"Your database failed:\n\n{LOG}\n\nWe want a credit.") == ["2026-03-03"]


def test_an_attachment_is_not_read_where_the_mail_names_the_day() -> None:
    assert days("It was down on 9 March, credit please.", attachments=(log("app.log", LOG),)) == ["2026-03-09"]


QUOTED = "On Thu, 5 Mar 2026 at 10:00, Dana wrote:\n> Our database in Dublin was down yesterday. Account ops@northpeak.example.\n"


def test_quoted_mail_is_read_only_where_the_newest_words_point_to_it() -> None:
    assert days("Thanks, that is all. I still want a refund for the outage.", quoted=QUOTED) == []
    found = facts("Please credit us for the outage, see below.", quoted=QUOTED)
    assert [str(i.start) for i in found.incidents] == ["2026-03-04"]
    assert [f.value for f in found.regions] == ["eu-west-1"]
    assert {e.part for i in found.incidents for e in i.evidence} == {"quoted"}


def test_a_table_of_outages() -> None:
    text = "Downtime to be credited, all UTC:\n\nDate        Region       Start  End\n2026-03-03  us-east-1    08:00  09:12\n2026-03-10  us-east-1    22:40  00:25\n"
    assert days(text) == ["2026-03-03", "2026-03-10..2026-03-11"]
