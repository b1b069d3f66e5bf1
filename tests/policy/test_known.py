"""What mail and records say together: records alone make facts, and what differs is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from triage.doors.records import read_records
from triage.model import Address, Assessment, Fact, Incident, Label, Outcome, Reading, Records
from triage.policy import assess_claims, claim_facts, claims, known_for, load_pack

PACK = load_pack(Path("rules/upstash"))
RECORDS = read_records(Path("mailbox_fixtures/records"))
RECEIVED = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)
FRANKFURT = (datetime(2026, 3, 3, 14, 0, tzinfo=UTC), datetime(2026, 3, 3, 16, 30, tzinfo=UTC))


def mail(
    *,
    account: tuple[Fact, ...] = (),
    resources: tuple[Fact, ...] = (),
    regions: tuple[str, ...] = (),
    days: tuple[str, str] = ("2026-03-03", "2026-03-03"),
    at: tuple[datetime, datetime] | None = None,
    alternatives: tuple[tuple[date, date], ...] = (),
) -> Reading:
    start_at, end_at = at or (None, None)
    first, last = map(date.fromisoformat, days)
    incident = Incident(first, last, start_at, end_at, bool(alternatives), alternatives)
    category = (Label("sla_credit_claim", 0.98),)
    return Reading("en", category, (), account, resources, tuple(map(Fact, regions)), (incident,))


def judged(reading: Reading, sender: str = "", records: Records = RECORDS) -> Assessment:
    known = known_for(reading, Address("", sender), records)
    return assess_claims(claims(reading, known, RECEIVED), PACK)


def test_a_claim_by_address_and_region() -> None:
    verdict = judged(mail(regions=("eu-central-1",), at=FRANKFURT), "dana@northpeak.example")
    assert (verdict.outcome, verdict.total) == (Outcome.ELIGIBLE, Decimal("18.00"))
    assert [(credit.service, credit.region) for credit in verdict.credits] == [("redis", "eu-central-1")]


def test_a_claim_by_endpoint_from_an_unknown_address_has_no_claimant() -> None:
    endpoint = (Fact("eu1-full-bug-31874.upstash.io", "endpoint"),)
    verdict = judged(mail(resources=endpoint, at=FRANKFURT), "somebody@elsewhere.example")
    assert (verdict.outcome, verdict.missing) == (Outcome.UNDETERMINED, ("claimant",))


def test_the_database_of_another_account_fails_on_transfer() -> None:
    endpoint = (Fact("eu1-full-bug-31874.upstash.io", "endpoint"),)
    verdict = judged(mail(resources=endpoint, at=FRANKFURT), "ops@bau-petersen.example")
    assert verdict.outcome is Outcome.INELIGIBLE
    because = next(finding.because for finding in verdict.clauses if finding.id == "sla.transfer")
    assert because == "the service belongs to another account than bau-petersen"  # whose it is, is not theirs to know


def test_the_stated_account_stands_and_a_foreign_sender_is_told() -> None:
    team = (Fact("northpeak", "team"),)
    verdict = judged(mail(account=team, regions=("eu-central-1",), at=FRANKFURT), "ops@bau-petersen.example")
    assert verdict.conflicts == ("the mail states the account northpeak, but its sender belongs to bau-petersen",)


def test_somebody_who_speaks_for_two_accounts_means_the_one_whose_database_is_named() -> None:
    endpoint = (Fact("euc1-busy-bee-23418.upstash.io", "endpoint"),)
    reading = mail(resources=endpoint, at=FRANKFURT)
    known = known_for(reading, Address("Lena", "lena@webwerk-agentur.example"), RECORDS)
    assert (known.claimant, known.account and known.account.id) == ("webwerk-agentur", "webwerk-agentur")
    unnamed = known_for(mail(regions=("eu-central-1",)), Address("Lena", "lena@webwerk-agentur.example"), RECORDS)
    assert (unnamed.claimant, unnamed.account) == (None, None)


def test_a_region_in_which_the_database_is_not_is_a_contradiction_and_decides_nothing() -> None:
    endpoint = (Fact("euc1-warm-ox-40211.upstash.io", "endpoint"),)
    verdict = judged(mail(resources=endpoint, regions=("us-east-1",), at=FRANKFURT), "ops@bau-petersen.example")
    assert verdict.outcome is Outcome.UNDETERMINED
    assert verdict.conflicts == (
        "the mail says us-east-1; by the records euc1-warm-ox-40211.upstash.io is in eu-central-1",
    )


def test_a_host_that_many_accounts_share_means_the_sender_s_own() -> None:
    assert RECORDS.databases is not None
    shared = next(each for each in RECORDS.databases if each.product == "qstash")
    records = replace(RECORDS, databases=(*RECORDS.databases, replace(shared, id="q2", account="northpeak")))
    reading = mail(resources=(Fact(shared.endpoint, "endpoint"),), at=FRANKFURT)
    known = known_for(reading, Address("", "tom@queue-works.example"), records)
    assert [each.account for each in known.databases] == ["queue-works"]
    assert known_for(reading, None, records).databases == ()


@pytest.mark.parametrize(
    ("fact", "conflict"),
    [
        (Fact("nobody@nowhere.example", "email"), "states the account nobody@nowhere.example"),
        (Fact("lost-lamb-11111.upstash.io", "endpoint"), "names lost-lamb-11111.upstash.io"),
    ],
)
def test_what_the_records_do_not_have_is_told(fact: Fact, conflict: str) -> None:
    named = mail(account=(fact,)) if fact.kind == "email" else mail(resources=(fact,))
    assert conflict in known_for(named, None, RECORDS).conflicts[0]


def test_several_services_in_one_claim_are_judged_one_by_one() -> None:
    endpoints = (Fact("eu1-full-bug-31874.upstash.io", "endpoint"), Fact("eu1-swift-elk-20417.upstash.io", "endpoint"))
    reading = mail(resources=endpoints, at=FRANKFURT)
    verdict = judged(reading, "dana@northpeak.example")
    assert [(credit.region, credit.outcome) for credit in verdict.credits] == [
        ("eu-central-1", Outcome.ELIGIBLE),
        ("eu-west-1", Outcome.INELIGIBLE),  # it was up all March
    ]
    assert (verdict.outcome, verdict.total) == (Outcome.ELIGIBLE, Decimal("18.00"))


def test_two_databases_of_one_product_in_one_region_share_a_bill_and_count_once() -> None:
    endpoints = (Fact("euc1-cold-whale-17003.upstash.io", "endpoint"), Fact("deep-orca-52864.upstash.io", "endpoint"))
    verdict = judged(mail(resources=endpoints, regions=("eu-central-1",), at=FRANKFURT), "sre@fjord-data.example")
    assert [str(credit.credit) for credit in verdict.credits] == ["191.24"]


def test_a_global_database_in_the_region_named() -> None:
    endpoint = (Fact("grand-heron-33950.upstash.io", "endpoint"),)
    reading = mail(resources=endpoint, regions=("ap-southeast-1",), days=("2026-02-20", "2026-02-22"))
    assert judged(reading, "marcus@harborlight.example").total == Decimal("149.52")


def test_a_day_without_a_time_is_enough_inside_a_cycle_and_not_on_its_border() -> None:
    inside = judged(mail(regions=("eu-central-1",)), "dana@northpeak.example")
    assert (inside.outcome, inside.total) == (Outcome.ELIGIBLE, Decimal("18.00"))
    border = judged(mail(regions=("eu-central-1",), days=("2026-03-01", "2026-03-01")), "dana@northpeak.example")
    assert border.outcome is Outcome.UNDETERMINED
    assert border.ask_customer == ("incidents[0].start_at", "incidents[0].end_at")


def test_a_span_of_days_over_the_border_touches_both_cycles() -> None:
    verdict = judged(mail(regions=("eu-central-1",), days=("2026-02-26", "2026-03-03")), "dana@northpeak.example")
    assert [credit.cycle.isoformat() for credit in verdict.credits] == ["2026-02-01", "2026-03-01"]


def test_a_date_that_reads_two_ways_matters_only_across_cycles() -> None:
    april = ((date(2026, 4, 3), date(2026, 4, 3)),)
    verdict = judged(
        mail(regions=("eu-central-1",), days=("2026-03-04", "2026-03-04"), alternatives=april), "dana@northpeak.example"
    )
    assert verdict.outcome is Outcome.UNDETERMINED
    assert verdict.conflicts == ("the outage's date reads two ways: 2026-03-04 or 2026-04-03",)
    same = ((date(2026, 3, 10), date(2026, 3, 10)),)
    verdict = judged(
        mail(regions=("eu-central-1",), days=("2026-03-04", "2026-03-04"), alternatives=same), "dana@northpeak.example"
    )
    assert verdict.total == Decimal("18.00")


def test_a_region_in_which_the_account_has_nothing_is_told() -> None:
    verdict = judged(mail(regions=("sa-east-1",), at=FRANKFURT), "dana@northpeak.example")
    assert verdict.outcome is Outcome.UNDETERMINED
    assert verdict.conflicts == ("the mail says sa-east-1, where northpeak has nothing by the records",)


def test_without_records_nothing_is_assumed() -> None:
    facts = claim_facts(mail(regions=("eu-central-1",), at=FRANKFURT), known_for(mail(), None, Records()), RECEIVED)
    assert (facts.account.plan, facts.service.owner, facts.cycles, facts.conflicts) == (None, None, (), ())
    assert judged(mail(regions=("eu-central-1",), at=FRANKFURT), records=Records()).outcome is Outcome.UNDETERMINED


def test_no_credits_on_record_is_not_the_same_as_no_record_of_credits() -> None:
    known = judged(
        mail(regions=("eu-central-1",), at=FRANKFURT), "dana@northpeak.example", replace(RECORDS, credits=())
    )
    unknown = judged(
        mail(regions=("eu-central-1",), at=FRANKFURT), "dana@northpeak.example", replace(RECORDS, credits=None)
    )
    assert known.outcome is Outcome.ELIGIBLE
    assert unknown.missing == ("cycles[2026-03-01].already_credited",)
