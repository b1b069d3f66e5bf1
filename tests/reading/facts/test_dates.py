"""Every written form of a day, read on Wednesday, 18 March 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from facts_build import WEDNESDAY, dates, span
from hypothesis import given, settings
from hypothesis import strategies as st

PHRASES = {
    "en": """
        on 3 March | 2026-03-03
        March 3rd, 2026 | 2026-03-03
        Tuesday, 3 March 2026 | 2026-03-03
        the 3rd of March | 2026-03-03
        2026-03-03 | 2026-03-03
        2026/03/03 | 2026-03-03
        25/03/2025 | 2025-03-25
        03-Mar-2026 | 2026-03-03
        3-5 March | 2026-03-03..2026-03-05
        March 3-5, 2026 | 2026-03-03..2026-03-05
        from the 3rd to the 5th of March | 2026-03-03..2026-03-05
        between the 3rd and the 5th of March | 2026-03-03..2026-03-05
        3, 5 and 7 March | 2026-03-03 2026-03-05 2026-03-07
        March 3 and 5 | 2026-03-03 2026-03-05
        on the 3rd | 2026-03-03
        on the 25th | 2026-02-25
        the 30th of last month | none
        last Tuesday | 2026-03-17
        Tuesday last week | 2026-03-10
        this week Monday | 2026-03-16
        Friday | 2026-03-13
        Friday the 6th | 2026-03-06
        yesterday | 2026-03-17
        the day before yesterday | 2026-03-16
        this morning | 2026-03-18
        last night | 2026-03-17
        two days ago | 2026-03-16
        10 days ago | 2026-03-08
        last weekend | 2026-03-14..2026-03-15
        28 December | 2025-12-28
        throughout February | 2026-02-01..2026-02-28
        the third of March | 2026-03-03
        September twenty third | 2025-09-23
        29 Feb | 2024-02-29
    """,
    "de": """
        am 3. März | 2026-03-03
        am 3.3. | 2026-03-03
        03.03.2026 | 2026-03-03
        3.3.26 | 2026-03-03
        vom 3. bis 5. März | 2026-03-03..2026-03-05
        3.-5.3.2026 | 2026-03-03..2026-03-05
        am 3. und 5. März | 2026-03-03 2026-03-05
        letzten Dienstag | 2026-03-17
        am Dienstag letzter Woche | 2026-03-10
        am Freitag, dem 6. März 2026 | 2026-03-06
        gestern Abend | 2026-03-17
        vorgestern | 2026-03-16
        heute früh | 2026-03-18
        vor drei Tagen | 2026-03-15
        am letzten Wochenende | 2026-03-14..2026-03-15
        8. Mai 1945 | 1945-05-08
        2. Jänner | 2026-01-02
        3. Maerz | 2026-03-03
        04.05.2025 | 2025-05-04
    """,
    "fr": """
        le 3 mars | 2026-03-03
        le 1er mars 2026 | 2026-03-01
        le mardi 3 mars | 2026-03-03
        mardi dernier | 2026-03-17
        mardi de la semaine dernière | 2026-03-10
        hier soir | 2026-03-17
        avant-hier | 2026-03-16
        ce matin | 2026-03-18
        du 3 au 5 mars | 2026-03-03..2026-03-05
        entre le 3 et le 5 mars | 2026-03-03..2026-03-05
        les 3 et 5 mars | 2026-03-03 2026-03-05
        il y a deux jours | 2026-03-16
        03/02/2026 | 2026-02-03
        le 3 fevrier | 2026-02-03
        le week-end dernier | 2026-03-14..2026-03-15
    """,
    "es": """
        el 3 de marzo | 2026-03-03
        el martes pasado | 2026-03-17
        el martes de la semana pasada | 2026-03-10
        el martes 3 de marzo de 2026 | 2026-03-03
        del 3 al 5 de marzo | 2026-03-03..2026-03-05
        entre el 3 y el 5 de marzo | 2026-03-03..2026-03-05
        los días 3 y 5 de marzo | 2026-03-03 2026-03-05
        ayer por la tarde | 2026-03-17
        anteayer | 2026-03-16
        anoche | 2026-03-17
        hace tres días | 2026-03-15
        03/02/2026 | 2026-02-03
        el sábado 14 | 2026-03-14
    """,
    "it": """
        il 3 marzo | 2026-03-03
        martedì 3 marzo 2026 | 2026-03-03
        martedì scorso | 2026-03-17
        martedì della settimana scorsa | 2026-03-10
        dal 3 al 5 marzo | 2026-03-03..2026-03-05
        tra il 3 e il 5 marzo | 2026-03-03..2026-03-05
        ieri sera | 2026-03-17
        l'altro ieri | 2026-03-16
        stamattina | 2026-03-18
        due giorni fa | 2026-03-16
        il primo marzo | 2026-03-01
        3/2/2026 | 2026-02-03
    """,
    "pt": """
        em 3 de março de 2026 | 2026-03-03
        no dia 3 de março | 2026-03-03
        dia 3 | 2026-03-03
        de 3 a 5 de março | 2026-03-03..2026-03-05
        na terça-feira passada | 2026-03-17
        terça-feira da semana passada | 2026-03-10
        na última terça | 2026-03-17
        ontem à noite | 2026-03-17
        anteontem | 2026-03-16
        há dois dias | 2026-03-16
        03/02/2026 | 2026-02-03
    """,
    "nl": """
        op 3 maart | 2026-03-03
        dinsdag 3 maart 2026 | 2026-03-03
        afgelopen dinsdag | 2026-03-17
        dinsdag van vorige week | 2026-03-10
        3 t/m 5 maart | 2026-03-03..2026-03-05
        van 3 tot 5 maart | 2026-03-03..2026-03-05
        gisteravond | 2026-03-17
        eergisteren | 2026-03-16
        vanochtend | 2026-03-18
        twee dagen geleden | 2026-03-16
        03-02-2026 | 2026-02-03
    """,
    "pl": """
        3 marca | 2026-03-03
        we wtorek 3 marca 2026 r. | 2026-03-03
        w zeszły wtorek | 2026-03-17
        wczoraj wieczorem | 2026-03-17
        przedwczoraj | 2026-03-16
        dziś rano | 2026-03-18
        od 3 do 5 marca | 2026-03-03..2026-03-05
        dwa dni temu | 2026-03-16
        03.02.2026 | 2026-02-03
    """,
    "tr": """
        3 Mart'ta | 2026-03-03
        3 Mart 2026 Salı | 2026-03-03
        3-5 Mart | 2026-03-03..2026-03-05
        geçen salı | 2026-03-17
        geçen hafta salı | 2026-03-10
        dün gece | 2026-03-17
        evvelsi gün | 2026-03-16
        bu sabah | 2026-03-18
        iki gün önce | 2026-03-16
        03.02.2026 | 2026-02-03
    """,
    "ja": """
        2026年3月3日 | 2026-03-03
        ２０２６年３月３日 | 2026-03-03
        令和8年3月3日 | 2026-03-03
        3月3日(火) | 2026-03-03
        3月3日から5日まで | 2026-03-03..2026-03-05
        3月3日と5日 | 2026-03-03 2026-03-05
        2026/03/03 | 2026-03-03
        3/3 | 2026-03-03
        昨日 | 2026-03-17
        一昨日 | 2026-03-16
        今朝 | 2026-03-18
        先週の火曜日 | 2026-03-10
        2日前 | 2026-03-16
    """,
    "ru": "3 марта 2026 года | 2026-03-03\nвчера | 2026-03-17\nдва дня назад | 2026-03-16",
    "sv": "den 3 mars | 2026-03-03\nigår | 2026-03-17",
    "zh": "2026年3月3日 | 2026-03-03\n3月3号 | 2026-03-03\n昨天 | 2026-03-17",
    "ko": "2026년 3월 3일 | 2026-03-03\n어제 | 2026-03-17",
}
CASES = [
    pytest.param(language, *(part.strip() for part in line.split("|")), id=f"{language}: {line.strip()}")
    for language, lines in PHRASES.items()
    for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(("language", "phrase", "expected"), CASES)
def test_a_written_day_is_that_day(language: str, phrase: str, expected: str) -> None:
    found = " ".join(span(m.first, m.last) for m in dates(phrase, language))
    assert found == ("" if expected == "none" else expected)


@pytest.mark.parametrize(
    "text",
    [
        "we may 3x the load", "version 3.2.1", "24/7 support", "10.0.3.3:6379", "port 6379", "99.99 %", "1/2 of it",
        "3.3.20261", "a second later", "INV-2026-0311", "in March", "2021", "+49 30 1234", "$3,912.40", "4711", "20 March 20261",
    ],
)  # fmt: skip
def test_numbers_that_are_no_dates(text: str) -> None:
    assert dates(text, "en") == []


def test_a_numeric_date_that_reads_two_ways_keeps_both() -> None:
    [mention] = dates("03/02/2026", "en")
    assert {mention.first, mention.alternatives[0][0]} == {date(2026, 3, 2), date(2026, 2, 3)}


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
FORMS = {
    "en": ["{d} {m} {y}", "{m} {d}, {y}", "{m} {o}, {y}", "the {o} of {m} {y}", "{iso}"],
    "de": ["{d}. {m} {y}", "{d}.{n}.{y}", "{d:02}.{n:02}.{y}", "{iso}"],
    "fr": ["{d} {m} {y}", "{d:02}/{n:02}/{y}", "{iso}"],
    "es": ["{d} de {m} de {y}", "{d}/{n}/{y}", "{d} {m} {y}"],
    "it": ["{d} {m} {y}", "{d:02}/{n:02}/{y}"],
    "pt": ["{d} de {m} de {y}", "{d:02}/{n:02}/{y}"],
    "nl": ["{d} {m} {y}", "{d:02}-{n:02}-{y}"],
    "pl": ["{d} {m} {y}", "{d:02}.{n:02}.{y}"],
    "tr": ["{d} {m} {y}", "{d:02}.{n:02}.{y}"],
    "sv": ["{d} {m} {y}", "{iso}"],
    "cs": ["{d}. {m} {y}", "{d}. {n}. {y}"],
    "ru": ["{d} {m} {y}", "{d:02}.{n:02}.{y}"],
}


def written(form: str, language: str, day: date) -> str:
    suffix = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    name = MONTHS[language].split()[day.month - 1]
    return form.format(d=day.day, m=name, n=day.month, y=day.year, o=f"{day.day}{suffix}", iso=day.isoformat())


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([(language, form) for language, forms in FORMS.items() for form in forms]),
    st.dates(date(2020, 1, 1), date(2026, 3, 18)),
)
def test_any_day_with_its_year_reads_back(choice: tuple[str, str], day: date) -> None:
    language, form = choice
    text = written(form, language, day)
    assert [(m.first, m.last) for m in dates(f"- {text} -", language)] == [(day, day)], text


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(MONTHS)), st.integers(0, 250))
def test_a_day_without_a_year_is_the_latest_one(language: str, ago: int) -> None:
    day = WEDNESDAY - timedelta(days=ago)
    text = written(
        {"es": "{d} de {m}", "pt": "{d} de {m}", "de": "{d}. {m}", "cs": "{d}. {m}"}.get(language, "{d} {m}"),
        language,
        day,
    )
    assert [m.first for m in dates(text, language)] == [day], text
