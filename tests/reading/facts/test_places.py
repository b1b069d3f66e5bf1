"""Affected regions, databases and accounts."""

from __future__ import annotations

import pytest
from facts_build import account, facts, regions, resources


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "eu-central-1 was down", "eu-central-1"),
        ("en", "eu-central1 was down", "eu-central-1"),
        ("en", "EU_CENTRAL_1 was down", "eu-central-1"),
        ("en", "eu-cental-1 was down", "eu-central-1"),
        ("en", "the EU Central region was down", "eu-central-1"),
        ("en", "eu-central-1b was down", "eu-central-1"),
        ("en", "frankfurt was down", "eu-central-1"),
        ("en", "the Irish database was down", "eu-west-1"),
        ("en", "N. Virginia was down", "us-east-1"),
        ("en", "Google's Virginia region was down", "us-east4"),
        ("en", "us-east4 was down", "us-east4"),
        ("en", "Tokyo was down", "ap-northeast-1"),
        ("en", "Tokyo on GCP was down", "asia-northeast1"),
        ("en", "our database in South Africa was down", "af-south-1"),
        ("de", "Kapstadt war nicht erreichbar", "af-south-1"),
        ("fr", "Francfort était en panne", "eu-central-1"),
        ("fr", "la base à Londres ne répondait plus", "eu-west-2"),
        ("es", "Fráncfort se cayó", "eu-central-1"),
        ("es", "la base de São Paulo se cayó", "sa-east-1"),
        ("it", "Francoforte era irraggiungibile", "eu-central-1"),
        ("pt", "o banco na Irlanda caiu", "eu-west-1"),
        ("nl", "Londen lag eruit", "eu-west-2"),
        ("pl", "we Frankfurcie baza nie działała", "eu-central-1"),
        ("pl", "baza w Irlandii padła", "eu-west-1"),
        ("tr", "Frankfurt'taki veritabanı çöktü", "eu-central-1"),
        ("tr", "İrlanda'da kesinti vardı", "eu-west-1"),
        ("ja", "東京リージョンで障害がありました", "ap-northeast-1"),
        ("ja", "フランクフルトのデータベースが停止しました", "eu-central-1"),
        ("zh", "新加坡的数据库宕机了", "ap-southeast-1"),
    ],
)
def test_a_region_in_any_wording(language: str, text: str, expected: str) -> None:
    assert regions(text, language) == [expected]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Our Frankfurt database was down; Ireland was fine.", ["eu-central-1"]),
        ("en", "Frankfurt was down for an hour, so we moved to Ireland afterwards.", ["eu-central-1"]),
        ("en", "We are a London-based company. Our database in Dublin timed out.", ["eu-west-1"]),
        ("en", "Singapore only. Tokyo and Sydney replicas were fine. It timed out all night.", ["ap-southeast-1"]),
        ("en", "Both Frankfurt and Ireland were down.", ["eu-central-1", "eu-west-1"]),
        ("en", "It was Ohio, not Virginia, that was unreachable.", ["us-east-2"]),
        ("en", "Down from 14:00 to 16:00 Frankfurt time in us-east-1.", ["us-east-1"]),
        ("de", "Frankfurt war weg, Irland lief.", ["eu-central-1"]),
        ("fr", "Francfort était en panne, Londres fonctionnait normalement.", ["eu-central-1"]),
        ("es", "Ohio se cayó. Virginia bien.", ["us-east-2"]),
        ("it", "Londra era giù, in Irlanda nessun problema.", ["eu-west-2"]),
        ("nl", "Ierland lag eruit. Frankfurt was in orde.", ["eu-west-1"]),
        ("ja", "東京で障害がありました。シドニーは問題ありませんでした。", ["ap-northeast-1"]),
    ],
)
def test_of_several_regions_the_affected_one(language: str, text: str, expected: list[str]) -> None:
    assert regions(text, language) == expected


def test_an_endpoint_tells_the_region_where_no_words_do() -> None:
    assert regions("usw2-tidy-moth-33871.upstash.io was down") == ["us-west-2"]
    assert regions("usw2-tidy-moth-33871.upstash.io in Oregon was down") == ["us-west-2"]
    assert regions("eu1-full-bug-31874.upstash.io in Frankfurt was down") == ["eu-central-1"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "eu1-Full-Bug-31874.upstash.io was down", ["endpoint eu1-full-bug-31874.upstash.io"]),
        ("en", "rediss://default:AXyz@good-cat-1.upstash.io:6379 timed out", ["endpoint good-cat-1.upstash.io"]),
        ("en", "see status.upstash.com and console.upstash.io, it is down", []),
        ("en", "database 0b9d7e4a-51c2-4c1e-8f60-2d7a93be1c05 down", ["id 0b9d7e4a-51c2-4c1e-8f60-2d7a93be1c05"]),
        ("en", "our database orders-prod was down", ["name orders-prod"]),
        ("en", "the database called loop was down", ["name loop"]),
        ("en", "our `cart` database failed", ["name cart"]),
        ("en", "DB: sessions\nRegion: Dublin\nit was down", ["name sessions"]),
        ("en", "our database was down, it is read-only now", []),
        ("de", "die Datenbank „pfand-prod“ war weg", ["name pfand-prod"]),
        ("de", "unsere Datenbank heißt lager und war weg", ["name lager"]),
        ("fr", "la base de données sessions-cache est tombée", ["name sessions-cache"]),
        ("fr", "stock-live (Irlande) a planté", ["name stock-live"]),
        ("es", "la base turnos, en Virginia, se cayó", ["name turnos"]),
        ("it", "il database «bolle» non andava", ["name bolle"]),
        ("tr", "siparis-prod veritabanı çöktü", ["name siparis-prod"]),
        ("ja", "データベース「zaiko-prod」が停止しました", ["name zaiko-prod"]),
    ],
)
def test_databases_as_named(language: str, text: str, expected: list[str]) -> None:
    assert resources(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Account: ops@northpeak.example", ["email ops@northpeak.example"]),
        ("en", "I am registered under ops@northpeak.example.", ["email ops@northpeak.example"]),
        ("en", "Our team is called north-peak.", ["team north-peak"]),
        ("en", "team 'acme'", ["team acme"]),
        ("en", "Team north-peak, database orders", ["team north-peak"]),
        ("en", "customer id CUS-123", ["customer_id CUS-123"]),
        ("en", "Customer number 771204.", ["customer_id 771204"]),
        ("en", "Invoice INV-2291, ticket SUP-4410.", []),
        ("en", "Please reply to boss@northpeak.example, cc kim@northpeak.example.", []),
        ("en", "I wrote to support@upstash.com.", []),
        ("en", "Transfer everything directly to import@other.example.", []),
        ("en", "Our team noticed it first.", []),
        ("de", "Mein Konto ist ops@northpeak.example.", ["email ops@northpeak.example"]),
        ("de", "Kundennummer 55821", ["customer_id 55821"]),
        ("de", "Kd.-Nr. 10-8834", ["customer_id 10-8834"]),
        ("de", "Das Team heißt nord-gipfel.", ["team nord-gipfel"]),
        ("fr", "Notre compte : ops@northpeak.example", ["email ops@northpeak.example"]),
        ("fr", "l'équipe s'appelle petits-paniers", ["team petits-paniers"]),
        ("es", "La cuenta es ops@northpeak.example", ["email ops@northpeak.example"]),
        ("it", "numero cliente 4471-2", ["customer_id 4471-2"]),
        ("nl", "klantnummer 90177", ["customer_id 90177"]),
        ("pl", "konto ops@northpeak.example", ["email ops@northpeak.example"]),
        ("tr", "hesabım ops@northpeak.example", ["email ops@northpeak.example"]),
        ("tr", "müşteri no 90177", ["customer_id 90177"]),
        ("ja", "アカウントはops@northpeak.exampleです", ["email ops@northpeak.example"]),
        ("ja", "お客様番号 KS-1290", ["customer_id KS-1290"]),
    ],
)
def test_accounts_as_stated(language: str, text: str, expected: list[str]) -> None:
    assert account(text, language) == expected


def test_a_legal_demand_gives_no_facts_of_the_sender() -> None:
    from facts_build import mail, vocabulary

    from triage.reading.facts import Facts, extract

    message = mail("Preserve all records of the account rocket@mailbox.example, database mule-queue.")
    assert extract(message, "en", vocabulary(), {"legal_demand"}) == Facts()


def test_a_name_told_twice_is_one_with_both_places() -> None:
    found = facts("orders-prod was down.", subject="database orders-prod").resources
    assert [f.value for f in found] == ["orders-prod"]
    assert {e.part for e in found[0].evidence} == {"subject", "text"}
