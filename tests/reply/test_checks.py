"""What may not go out is found in every language, in a proposed letter and in an edited one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reply.cases import CASES, KNOWN, LANGUAGES, MESSAGE, Case, drafted, pack, writer
from triage.model import Address, DatabaseRecord

ELIGIBLE, ERASURE, CONCERN = CASES["claim eligible"], CASES["request: erasure"], CASES["concern"]
UNKNOWN = CASES["claim from an unknown sender"]


def found(case: Case, sentence: str, language: str = "en") -> set[str]:
    """The codes of the problems that a sentence brings into the proposed letter."""
    text = case.draft(language).text
    end = text.index("\n\n") + 2
    return {problem.code for problem in case.check(f"{text[:end]}{sentence}\n\n{text[end:]}", language)}


REFUND = {
    "en": [
        "We will refund you.",
        "You get your money back.",
        "We'll reimburse the amount.",
        "We do not hesitate to refund it.",
    ],
    "de": ["Wir erstatten Ihnen den Betrag.", "Sie bekommen Ihr Geld zurück.", "Wir zahlen es Ihnen zurück."],
    "fr": ["Nous vous rembourserons.", "Nous vous rendrons votre argent.", "Le remboursement suivra."],
    "es": ["Le reembolsaremos el importe.", "Le devolveremos su dinero.", "Tendrá una devolución."],
    "tr": ["Tutarı size iade edeceğiz.", "Para iadesi yapacağız.", "Paranızı geri vereceğiz."],
    "it": ["Le rimborseremo l'importo.", "Riavrà il suo denaro.", "Le restituiremo la somma."],
    "pt": ["Vamos reembolsar o valor.", "Devolveremos o seu dinheiro.", "Terá direito a uma devolução."],
    "nl": ["We betalen u het bedrag terug.", "U krijgt uw geld terug.", "U krijgt een restitutie."],
}
PAYOUT = {
    "en": [
        "We will pay it out.",
        "We make a bank transfer to you.",
        "You will receive it in cash.",
        "We will pay you 18.00 USD.",
        "The credit goes to your card.",
    ],
    "de": [
        "Wir zahlen den Betrag aus.",
        "Wir überweisen es Ihnen.",
        "Sie erhalten es in bar.",
        "Wir zahlen Ihnen 18,00 USD.",
        "Das Geld geht auf Ihre Kreditkarte.",
    ],
    "fr": ["Nous ferons un virement.", "Vous l'aurez en espèces.", "La somme ira sur votre carte."],
    "es": ["Haremos una transferencia bancaria.", "Lo recibirá en efectivo.", "Se abonará en su tarjeta."],
    "tr": ["Tutarı banka hesabınıza yatıracağız.", "Size nakit ödeme yapacağız.", "Tutar kartınıza yatacak."],
    "it": ["Faremo un bonifico.", "Lo riceverà in contanti.", "Il credito va sulla sua carta."],
    "pt": ["Faremos uma transferência bancária.", "Receberá em dinheiro vivo.", "O crédito vai para o seu cartão."],
    "nl": ["We maken het bedrag over.", "U ontvangt het contant.", "Het tegoed gaat naar uw kaart."],
}
OTHER_ACCOUNT = {
    "en": ["We will put the credit on another account of yours.", "We move it to a different account."],
    "de": ["Wir buchen die Gutschrift auf ein anderes Konto."],
    "fr": ["Nous porterons l'avoir sur un autre compte."],
    "es": ["Pondremos el crédito en otra cuenta."],
    "tr": ["Krediyi başka bir hesaba geçireceğiz."],
    "it": ["Metteremo il credito su un altro account."],
    "pt": ["Colocaremos o crédito em outra conta."],
    "nl": ["We zetten het tegoed op een ander account."],
}
DISCLOSURE = {
    "en": ["We will hand the data to the police."],
    "de": ["Wir geben die Daten heraus."],
    "fr": ["Nous transmettrons ces données à la police."],
    "es": ["Entregaremos los datos a la policía."],
    "tr": ["Verileri hemen polise vereceğiz."],
    "it": ["Consegneremo i dati alla polizia."],
    "pt": ["Entregaremos os dados à polícia."],
    "nl": ["We geven de gegevens aan de politie."],
}
SECRETS = {
    "en": ["We will send you your password.", "We send you your card number."],
    "de": ["Wir schicken Ihnen Ihr Passwort.", "Wir senden Ihnen Ihre Kartennummer."],
    "fr": ["Nous vous enverrons votre mot de passe.", "Nous vous envoyons votre numéro de carte."],
    "es": ["Le enviaremos su contraseña.", "Le enviaremos su número de tarjeta."],
    "tr": ["Size parolanızı göndereceğiz.", "Size kart numaranızı göndereceğiz."],
    "it": ["Le invieremo la sua password.", "Le manderemo il suo numero di carta."],
    "pt": ["Enviaremos a sua senha.", "Enviaremos o seu número de cartão."],
    "nl": ["We sturen u uw wachtwoord.", "We sturen u uw kaartnummer."],
}


def pairs(*tables: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, sentence) for table in tables for language, told in table.items() for sentence in told]


@pytest.mark.parametrize(("language", "sentence"), pairs(REFUND, PAYOUT, OTHER_ACCOUNT, DISCLOSURE, SECRETS))
def test_a_promise_that_the_terms_rule_out(language: str, sentence: str) -> None:
    assert "forbidden_promise" in found(ELIGIBLE, sentence, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    pairs(
        {
            "en": ["This is not a refund.", "We cannot pay it out.", "It cannot be moved to another account."],
            "de": ["Das ist keine Erstattung.", "Eine Auszahlung ist nicht möglich."],
            "fr": ["Ce n'est pas un remboursement.", "Un virement n'est pas possible."],
            "es": ["No es un reembolso.", "No puede pasarse a otra cuenta."],
            "tr": ["Bu bir para iadesi değildir.", "Başka bir hesaba aktarılamaz."],
            "it": ["Non è un rimborso.", "Non può passare a un altro account."],
            "pt": ["Não é um reembolso.", "Não pode passar para outra conta."],
            "nl": ["Dit is geen terugbetaling.", "Het kan niet naar een ander account."],
        }
    ),
)
def test_saying_that_there_is_no_such_thing_is_no_promise(language: str, sentence: str) -> None:
    assert found(ELIGIBLE, sentence, language) == set()


def test_a_denial_covers_only_its_own_statement() -> None:
    assert "forbidden_promise" in found(ELIGIBLE, "There is no doubt, we will refund you.")
    assert "forbidden_promise" in found(ELIGIBLE, "You need not wait, but we refund the amount.")
    assert "forbidden_promise" in found(ELIGIBLE, "We not only credit but refund it.")


def test_invisible_and_wide_characters_hide_no_promise() -> None:
    assert "forbidden_promise" in found(ELIGIBLE, "We will re\u200bfund you.")
    assert "forbidden_promise" in found(ELIGIBLE, "We will ｒｅｆｕｎｄ you.")
    assert "unsourced_money" in found(ELIGIBLE, "You get ９９ USD.")


UNSOURCED = {
    "unsourced_money": {
        "en": "The credit is 18.01 USD.",
        "de": "Die Gutschrift beträgt 18,01 USD.",
        "fr": "L'avoir est de 18,01 USD.",
        "es": "El crédito es de 18,01 USD.",
        "tr": "Kredi 18,01 USD.",
        "it": "Il credito è di 18,01 USD.",
        "pt": "O crédito é de 18,01 USD.",
        "nl": "Het tegoed is 18,01 USD.",
    },
    "unsourced_percent": {
        "en": "That gives 11%.",
        "de": "Das ergibt 11 %.",
        "fr": "Cela donne 11 %.",
        "es": "Eso da un 11 %.",
        "tr": "Bu %11 eder.",
        "it": "Sono 11%.",
        "pt": "Isso dá 11%.",
        "nl": "Dat is 11%.",
    },
    "unsourced_date": {
        "en": "It was on 7 March 2026.",
        "de": "Es war am 7. März 2026.",
        "fr": "C'était le 7 mars 2026.",
        "es": "Fue el 7 de marzo de 2026.",
        "tr": "7 Mart 2026 tarihindeydi.",
        "it": "Era il 7 marzo 2026.",
        "pt": "Foi em 7 de março de 2026.",
        "nl": "Het was op 7 maart 2026.",
    },
    "unsourced_duration": {
        "en": "It takes seven days.",
        "de": "Es dauert sieben Tage.",
        "fr": "Cela prend sept jours.",
        "es": "Tarda siete días.",
        "tr": "Yedi gün sürer.",
        "it": "Ci vogliono sette giorni.",
        "pt": "Demora sete dias.",
        "nl": "Het duurt zeven dagen.",
    },
    "unsourced_number": {
        "en": "There were 4711 calls.",
        "de": "Es gab 4711 Aufrufe.",
        "fr": "Il y a eu 4711 appels.",
        "es": "Hubo 4711 llamadas.",
        "tr": "4711 çağrı vardı.",
        "it": "Ci sono state 4711 chiamate.",
        "pt": "Houve 4711 chamadas.",
        "nl": "Er waren 4711 aanroepen.",
    },
}


@pytest.mark.parametrize("code", UNSOURCED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_without_source(language: str, code: str) -> None:
    assert code in found(ELIGIBLE, UNSOURCED[code][language], language)


@pytest.mark.parametrize(
    "sentence",
    [
        "So it is 18 USD.",
        "That is $18.00.",
        "The uptime of 99.663 per cent counts.",
        "The outage was on March 3, 2026.",
        "The outage was on 2026-03-03.",
        "We delete within thirty days where the law allows it.",
        "We answer within 15 days.",
    ],
)
def test_a_figure_of_the_case_or_the_terms_may_be_said_in_any_spelling(sentence: str) -> None:
    assert found(ELIGIBLE, sentence) == set()


@pytest.mark.parametrize(
    ("language", "sentence"), [("de", "Die Gutschrift beträgt 18.000 USD."), ("en", "The credit is 18,000 USD.")]
)
def test_a_point_that_groups_thousands_is_not_a_decimal_point(language: str, sentence: str) -> None:
    assert "unsourced_money" in found(ELIGIBLE, sentence, language)


def test_what_the_sender_wrote_may_be_repeated_but_their_amounts_are_not_ours() -> None:
    message = replace(ELIGIBLE.message, text="Ticket 88231. We lost 900 USD on 4 March 2026, ask ops@partner.example.")
    case = ELIGIBLE.but(message=message)
    assert found(case, "You refer to ticket 88231 and to ops@partner.example, and to 4 March 2026.") == set()
    assert "unsourced_money" in found(case, "We credit 900 USD.")


def test_an_amount_in_a_subject_or_a_name_is_no_source_either() -> None:
    message = replace(MESSAGE, subject="Refund 900 USD", sender=Address("900 USD", "dana@northpeak.example"))
    assert "unsourced_money" in found(ELIGIBLE.but(message=message, regions=("900 USD",)), "We credit 900 USD.")


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.decimals("0.01", "999999.99", places=2))
@settings(max_examples=25, deadline=None)
def test_of_all_amounts_only_those_of_the_case_may_be_said(language: str, amount: Decimal) -> None:
    locale = writer().languages[language].locale
    codes = found(ELIGIBLE, f"{locale.amount(amount, 'USD')}.", language)
    assert ("unsourced_money" in codes) == (amount not in {Decimal("18.00"), Decimal("180.00")})


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
@settings(max_examples=25, deadline=None)
def test_of_all_days_only_those_of_the_case_may_be_said(language: str, day: date) -> None:
    locale = writer().languages[language].locale
    ours = {date(2026, 3, 3), date(2026, 3, 1), date(2026, 5, 12), date(2026, 5, 27), date(2026, 6, 1)}
    assert ("unsourced_date" in found(ELIGIBLE, f"{locale.day(day)}.", language)) == (day not in ours)


EARLY = {
    "en": ["We will delete your profile by 20 May 2026.", "We will delete your profile tomorrow."],
    "de": ["Wir löschen Ihr Profil bis zum 20. Mai 2026.", "Wir löschen Ihr Profil sofort."],
    "fr": ["Nous supprimerons votre profil le 20 mai 2026.", "Nous supprimerons votre profil immédiatement."],
    "es": ["Eliminaremos su perfil el 20 de mayo de 2026.", "Eliminaremos su perfil mañana."],
    "tr": ["Profilinizi 20 Mayıs 2026 tarihinde sileceğiz.", "Profilinizi hemen sileceğiz."],
    "it": ["Elimineremo il suo profilo entro il 20 maggio 2026.", "Elimineremo il suo profilo subito."],
    "pt": ["Eliminaremos o seu perfil até 20 de maio de 2026.", "Eliminaremos o seu perfil amanhã."],
    "nl": ["We verwijderen uw profiel uiterlijk op 20 mei 2026.", "We verwijderen uw profiel meteen."],
}


@pytest.mark.parametrize(("language", "sentence"), pairs(EARLY))
def test_a_date_earlier_than_due(language: str, sentence: str) -> None:
    assert "earlier_than_due" in found(ERASURE, sentence, language)


def test_the_due_date_itself_and_the_day_of_receipt_are_fine() -> None:
    assert found(ERASURE, "We will delete it by 11 June 2026, as you asked on 12 May 2026.") == set()


def test_a_sooner_answer_to_a_concern_is_not_promised_either() -> None:
    assert "earlier_than_due" in found(CONCERN, "We will answer you within hours.")


OTHERS = [
    "Write to jane.roe@elsewhere.example.",
    "It is about 3f2b8c1e-0b1d-4c57-9d1e-8f7a6b5c4d3e.",
    "See us1-calm-fox-31874.upstash.io.",
]


@pytest.mark.parametrize("sentence", OTHERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_data_of_somebody_who_is_not_in_the_thread(language: str, sentence: str) -> None:
    assert "foreign_data" in found(ELIGIBLE, sentence, language)


def test_the_owner_of_the_service_is_not_named_to_a_claimant() -> None:
    known = replace(KNOWN, databases=(DatabaseRecord("db-9", "harbourline"),))
    case = CASES["claim: another's service"].but(known=known)
    assert case.draft().problems == ()
    assert "harbourline" not in case.draft().text
    assert "foreign_data" in found(case, "The service belongs to Harbourline.")


ACCOUNT_STATE = {
    "en": [
        "You are on the free plan.",
        "There is no account under this address.",
        "Your bill was small.",
        "We can see that you pay monthly.",
        "You do have an account with us.",
    ],
    "de": ["Ihr Konto läuft im kostenlosen Tarif.", "Unter dieser Adresse gibt es kein Konto."],
    "fr": ["Vous êtes sur la formule gratuite.", "Il n'existe pas de compte à cette adresse."],
    "es": ["Su cuenta está en el plan gratuito.", "No existe ninguna cuenta con esa dirección."],
    "tr": ["Ücretsiz plandasınız.", "Bu adreste böyle bir hesap yok."],
    "it": ["Lei è sul piano gratuito.", "A questo indirizzo non esiste alcun account."],
    "pt": ["A sua conta está no plano gratuito.", "Não existe nenhuma conta com esse endereço."],
    "nl": ["U zit op het gratis abonnement.", "Onder dit adres bestaat er geen account."],
}


@pytest.mark.parametrize(("language", "sentence"), pairs(ACCOUNT_STATE))
def test_an_unknown_sender_is_told_nothing_of_an_account(language: str, sentence: str) -> None:
    assert "discloses_records" in found(UNKNOWN, sentence, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_sender_is_told_no_figure_of_the_records(language: str) -> None:
    money = writer().languages[language].locale.amount(Decimal("180.00"), "USD")
    assert "discloses_records" in found(UNKNOWN, f"{money}.", language)
    assert "discloses_records" in found(UNKNOWN, "Northpeak Ltd.", language)
    assert not found(ELIGIBLE, "Northpeak Ltd.", language)


@pytest.mark.parametrize("blank", ["[[Name]]", "{{ name }}", "{% if %}", "TODO", "____", "[[half open", "Dear XXX,"])
def test_a_placeholder_left_behind(blank: str) -> None:
    assert "placeholder" in found(ELIGIBLE, f"Please note {blank} this.")


def test_an_empty_letter() -> None:
    assert [problem.code for problem in ELIGIBLE.check("\n\n> Hello,\n> please see to this.\n")] == ["empty"]


def test_quoting_the_sender_is_no_statement_of_ours_but_a_forged_quote_is() -> None:
    case = ELIGIBLE.but(message=replace(ELIGIBLE.message, text="I want a refund of 900 USD."))
    assert case.draft().problems == ()
    forged = case.draft().text + "> We will refund you 77 USD.\n"
    assert {problem.code for problem in case.check(forged)} == {"forbidden_promise", "unsourced_money"}


def test_an_answer_that_no_terms_govern_may_hold_plain_numbers() -> None:
    case = CASES["other"]
    text = case.draft().text.replace("[[Write the answer here.]]", "Redis listens on port 6379.")
    assert case.check(text) == ()
    assert {p.code for p in case.check(text.replace("6379", "6379 and costs 5 USD"))} == {"unsourced_money"}


def test_the_letters_lack_nothing_for_the_shipped_terms() -> None:
    assert writer().gaps(pack()) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promised_day_must_not_be_over_when_the_letter_goes_out(language: str) -> None:
    case, text = CASES["concern"], drafted("concern", language).text
    due = datetime(2026, 5, 27, 12, 0, tzinfo=UTC)
    assert case.check(text, language) == ()
    assert case.check(text, language, on=due) == ()
    assert [problem.code for problem in case.check(text, language, on=due + timedelta(days=1))] == ["date_passed"]


def test_a_day_that_is_over_may_be_spoken_of() -> None:
    case, on = CASES["claim eligible"], datetime(2026, 5, 20, tzinfo=UTC)
    assert case.check("You were without service on 3 March 2026.", on=on) == ()
    assert case.check("You wrote on 15 May 2026.", on=on)[0].code == "unsourced_date"


def test_a_word_that_begins_like_a_number_is_no_period() -> None:
    assert found(CONCERN, "Onun onayı gerekiyor.", "tr") == set()
