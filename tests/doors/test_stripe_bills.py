"""Bills from Stripe's invoices, through its own library, against a stand-in for its API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.stripe import KEY, StripeStandIn, running_stripe
from triage.doors.stripe_bills import StripeBills, StripeSource, Terms, line_of, read_stripe_bills
from triage.errors import ConfigError, SourceError, TriageError
from triage.model import AccountRecord, BillRecord, Records
from triage.policy.cycles import CycleRule

NORTHPEAK = AccountRecord("northpeak", customer_id="cus_north", billing_day=1)
FJORD = AccountRecord("fjord", customer_id="cus_fjord", billing_day=15)
TERMS = Terms("USD", CycleRule(), Records(accounts=(NORTHPEAK, FJORD)))
FRANKFURT = {"product": "redis", "region": "eu-central-1"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeStandIn]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)
    with running_stripe() as standin:
        for number in ("cus_north", "cus_fjord", "cus_other"):
            standin.customers[number] = {"id": number, "object": "customer", "metadata": {}}
        yield standin


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def line(
    number: str, cents: int, first: str = "2026-03-01", after: str = "2026-04-01", **changes: Any
) -> dict[str, Any]:
    """A subscription's line, in Stripe's shape."""
    subscription = {"subscription": "sub_1", "subscription_item": "si_1", "proration": False, "invoice_item": None}
    return {
        "id": number,
        "object": "line_item",
        "amount": cents,
        "currency": "usd",
        "description": "usage",
        "metadata": dict(FRANKFURT),
        "period": {"start": at(first), "end": at(after)},
        "parent": {"type": "subscription_item_details", "subscription_item_details": subscription},
        "pricing": None,
        "discount_amounts": [],
        "taxes": [],
    } | changes


def by_hand(*, proration: bool = False) -> dict[str, Any]:
    details = {"invoice_item": "ii_1", "proration": proration, "subscription": "sub_1" if proration else None}
    return {"type": "invoice_item_details", "invoice_item_details": details}


def invoice(number: str, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    head = {"id": number, "object": "invoice", "number": number.upper(), "customer": "cus_north", "status": "paid"}
    return head | {"currency": "usd", "created": at("2026-04-01"), "lines": list(lines)} | changes


def note(number: str, of: str, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    head = {"id": number, "object": "credit_note", "number": number.upper(), "invoice": of, "status": "issued"}
    return head | {"currency": "usd", "created": at("2026-04-09"), "lines": list(lines)} | changes


def credited(number: str, of: str | None, cents: int) -> dict[str, Any]:
    kind = "invoice_line_item" if of else "custom_line_item"
    return {
        "id": number, "object": "credit_note_line_item", "type": kind, "invoice_line_item": of, "amount": cents,
        "description": "goodwill", "discount_amounts": [], "taxes": [],
    }  # fmt: skip


def read(server: StripeStandIn, terms: Terms = TERMS, since: date | None = None, key: str = KEY) -> StripeBills:
    return read_stripe_bills(StripeSource(key, api_base=server.url, timeout=5), terms, since)


def only(server: StripeStandIn, terms: Terms = TERMS) -> BillRecord:
    found = read(server, terms)
    assert found.left_out == ()
    (row,) = found.rows
    return row


def test_a_subscriptions_line_becomes_a_bill(server: StripeStandIn) -> None:
    server.invoices = [invoice("in_1", line("il_1", 18000))]
    assert only(server) == BillRecord(
        "il_1", "northpeak", "redis", "eu-central-1", date(2026, 3, 1), Decimal("180.00"), False, "usage"
    )


def test_every_page_of_invoices_and_of_their_lines_is_read(server: StripeStandIn) -> None:
    server.invoices = [
        invoice(f"in_{number}", *(line(f"il_{number}_{each}", 100 * each) for each in range(7))) for number in range(5)
    ]
    found = read(server)
    assert {row.id for row in found.rows} == {f"il_{number}_{each}" for number in range(5) for each in range(7)}
    assert any("starting_after=in_1" in asked for asked in server.asked)
    assert any(
        asked.startswith("/v1/invoices/in_4/lines") and "starting_after=il_4_5" in asked for asked in server.asked
    )


def test_the_customers_metadata_names_the_account_or_else_its_number_does(server: StripeStandIn) -> None:
    server.customers["cus_other"]["metadata"] = {"account": "northpeak"}
    server.invoices = [
        invoice("in_1", line("il_1", 100), customer="cus_other"),
        invoice("in_2", line("il_2", 100, "2026-03-15", "2026-04-15"), customer="cus_fjord"),
    ]
    assert [(row.account, row.cycle) for row in read(server).rows] == [
        ("northpeak", date(2026, 3, 1)),
        ("fjord", date(2026, 3, 15)),
    ]


@pytest.mark.parametrize(
    ("customer", "metadata", "why"),
    [
        ("cus_other", {}, "no `account` in its metadata"),
        ("cus_other", {"account": "nobody"}, "account nobody, which the records do not have"),
        ("cus_north", {"account": "fjord"}, "fjord by its metadata and northpeak by the records"),
    ],
)
def test_a_customer_who_is_no_known_account_is_told(
    server: StripeStandIn, customer: str, metadata: dict[str, str], why: str
) -> None:
    server.customers[customer]["metadata"] = metadata
    server.invoices = [invoice("in_1", line("il_1", 100), customer=customer)]
    found = read(server)
    assert found.rows == ()
    (told,) = found.left_out
    assert "invoice IN_1, line il_1" in told
    assert why in told


def test_product_and_region_may_stand_at_the_price_and_its_product(server: StripeStandIn) -> None:
    server.products["prod_1"] = {
        "id": "prod_1",
        "object": "product",
        "metadata": {"product": "redis", "region": "us-east-1"},
    }
    server.prices["price_1"] = {
        "id": "price_1",
        "object": "price",
        "product": "prod_1",
        "metadata": {"region": "eu-west-1"},
    }
    pricing = {"type": "price_details", "price_details": {"price": "price_1", "product": "prod_1"}}
    server.invoices = [
        invoice("in_1", line("il_1", 100, metadata={}, pricing=pricing), line("il_2", 100, pricing=pricing)),
    ]
    assert {(row.id, row.product, row.region) for row in read(server).rows} == {
        ("il_1", "redis", "eu-west-1"),
        ("il_2", "redis", "eu-central-1"),
    }
    assert len([asked for asked in server.asked if "/prices/" in asked]) == 1  # asked once, not for every line


def test_a_line_for_no_service_is_told_and_left_out(server: StripeStandIn) -> None:
    server.invoices = [
        invoice("in_1", line("il_1", 100, metadata={}), line("il_2", 100, metadata={"product": "redis"}))
    ]
    found = read(server)
    assert found.rows == ()
    assert "il_1: no `product` in the metadata" in found.left_out[0]
    assert "il_2: no `region` in the metadata" in found.left_out[1]


@pytest.mark.parametrize(
    ("changes", "one_time"),
    [
        ({}, False),
        ({"parent": by_hand()}, True),
        ({"parent": by_hand(proration=True)}, False),
        ({"parent": by_hand(proration=True), "amount": -500}, False),
        ({"parent": by_hand(), "amount": -500}, None),
        ({"parent": None}, None),
        ({"parent": by_hand(), "metadata": {**FRANKFURT, "one_time": "no"}}, False),
        ({"metadata": {**FRANKFURT, "one_time": "Yes"}}, True),
        ({"metadata": {**FRANKFURT, "one_time": "maybe"}}, None),
    ],
)
def test_one_time_or_not(server: StripeStandIn, changes: dict[str, Any], one_time: bool | None) -> None:
    server.invoices = [invoice("in_1", line("il_1", 18000, **changes))]
    assert only(server).one_time is one_time


def test_discounts_and_included_tax_are_no_part_of_the_amount(server: StripeStandIn) -> None:
    taxes = [{"amount": 300, "tax_behavior": "inclusive"}, {"amount": 5000, "tax_behavior": "exclusive"}]
    server.invoices = [invoice("in_1", line("il_1", 18000, discount_amounts=[{"amount": 1000}], taxes=taxes))]
    assert only(server).amount == Decimal("167.00")


@pytest.mark.parametrize(
    ("currency", "terms", "amount"),
    [
        ("eur", "USD", None),
        ("jpy", "JPY", Decimal(18000)),
        ("kwd", "KWD", Decimal("18.000")),
        ("usd", "usd", Decimal(180)),
    ],
)
def test_an_amount_in_another_currency_is_not_known(
    server: StripeStandIn, currency: str, terms: str, amount: Decimal | None
) -> None:
    server.invoices = [invoice("in_1", line("il_1", 18000, currency=currency))]
    row = only(server, replace(TERMS, currency=terms))
    assert row.amount == amount
    assert ("180.00 EUR" in row.text) is (amount is None)


def test_a_period_by_the_hour_is_the_cycle_of_its_days(server: StripeStandIn) -> None:
    server.invoices = [invoice("in_1", line("il_1", 100, "2026-03-01T10:23:00", "2026-04-01T10:23:00"))]
    assert only(server).cycle == date(2026, 3, 1)


def test_a_day_within_a_cycle_belongs_to_it(server: StripeStandIn) -> None:
    item = line("il_1", 100, "2026-03-09T10:00:00", "2026-03-09T10:00:00", parent=by_hand())
    server.invoices = [invoice("in_1", item)]
    assert only(server).cycle == date(2026, 3, 1)


def test_how_a_line_over_several_cycles_divides_is_not_known(server: StripeStandIn) -> None:
    server.invoices = [invoice("in_1", line("il_1", 120000, "2026-01-01", "2027-01-01"))]
    rows = read(server).rows
    assert [row.cycle for row in rows] == [date(2026, month, 1) for month in range(1, 13)]
    assert {row.amount for row in rows} == {None}
    assert "1200.00 USD for 2026-01-01 and 11 further cycles" in rows[0].text
    assert {line_of(row.id) for row in rows} == {"il_1"}
    assert len({row.id for row in rows}) == 12


@pytest.mark.parametrize(
    ("status", "bills"), [("draft", 0), ("void", 0), ("open", 1), ("paid", 1), ("uncollectible", 1)]
)
def test_drafts_and_void_invoices_are_no_bills(server: StripeStandIn, status: str, bills: int) -> None:
    server.invoices = [invoice("in_1", line("il_1", 100), status=status)]
    found = read(server)
    assert len(found.rows) == bills
    assert found.seen == {"il_1"}  # so that what was imported before can go
    assert found.left_out == ()


def test_a_credit_note_takes_off_in_the_cycle_it_credits(server: StripeStandIn) -> None:
    server.invoices = [invoice("in_1", line("il_1", 18000))]
    server.credit_notes = [
        note(
            "cn_1",
            "in_1",
            credited("cnli_1", "il_1", 1800),
            credited("cnli_2", "il_1", 200),
            credited("cnli_3", "il_1", 1),
        ),
        note("cn_2", "in_1", credited("cnli_4", "il_1", 18000), status="void"),
        note("cn_3", "in_1", credited("cnli_5", None, 500)),
    ]
    found = read(server)
    assert sum(row.amount or 0 for row in found.rows) == Decimal("159.99")
    assert {(row.account, row.region, row.cycle, row.one_time) for row in found.rows} == {
        ("northpeak", "eu-central-1", date(2026, 3, 1), False)
    }
    assert "cnli_4" in found.seen
    assert found.left_out == ("credit note CN_3, line cnli_5: it credits no line that is a bill of ours.",)


def test_a_credit_note_of_an_older_invoice_brings_that_invoice(server: StripeStandIn) -> None:
    server.invoices = [
        invoice("in_2", line("il_2", 20000, "2026-04-01", "2026-05-01"), created=at("2026-05-01")),
        invoice("in_1", line("il_1", 18000), created=at("2026-04-01")),
    ]
    server.credit_notes = [note("cn_1", "in_1", credited("cnli_1", "il_1", 1800), created=at("2026-05-09"))]
    found = read(server, since=date(2026, 5, 1))
    assert {row.id: row.amount for row in found.rows} == {
        "il_2": Decimal("200.00"),
        "il_1": Decimal("180.00"),
        "cnli_1": Decimal("-18.00"),
    }


def test_only_invoices_since_a_day_are_asked_for(server: StripeStandIn) -> None:
    server.invoices = [
        invoice("in_2", line("il_2", 1), created=at("2026-04-01")),
        invoice("in_1", line("il_1", 1), created=at("2026-03-31T23:59:59")),
    ]
    assert {row.id for row in read(server, since=date(2026, 4, 1)).rows} == {"il_2"}


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (403, ConfigError, "may not read"),
        (429, SourceError, "asked too often"),
        (400, SourceError, r"an error \(400\)"),
    ],
)
def test_a_refusal_is_told_with_what_to_do(
    server: StripeStandIn, status: int, kind: type[TriageError], told: str
) -> None:
    server.failures = [status]
    with pytest.raises(kind, match=told):
        read(server)


def test_a_wrong_key_is_told_and_never_shown(server: StripeStandIn) -> None:
    with pytest.raises(ConfigError, match="refuses the API key") as caught:
        read(server, key="rk_test_wrong")
    assert "wrong" not in str(caught.value)
    assert KEY not in repr(StripeSource(KEY))


def test_a_server_that_stumbles_is_asked_again(server: StripeStandIn) -> None:
    server.invoices = [invoice("in_1", line("il_1", 18000))]
    server.failures = [500, 503]
    assert only(server).amount == Decimal("180.00")
    server.failures = [500] * 3
    with pytest.raises(SourceError, match=r"an error \(500\)"):
        read(server)


def test_an_error_on_a_later_page_takes_nothing(server: StripeStandIn) -> None:
    server.invoices = [invoice(f"in_{each}", line(f"il_{each}", 100)) for each in range(5)]
    plain, asked = server.answer, []

    def stops_after_two(target: str, key: str) -> tuple[int, dict[str, Any]]:
        asked.append(target)
        return plain(target, key) if len(asked) <= 2 else (429, {"error": {"type": "rate_limit_error"}})

    server.answer = stops_after_two  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="Nothing was taken over"):
        read(server)


@pytest.mark.parametrize(
    "answer", [{}, {"object": "list", "data": [{"id": "in_1", "object": "invoice"}], "has_more": False}]
)
def test_what_is_no_answer_of_stripes_is_told(server: StripeStandIn, answer: dict[str, Any]) -> None:
    server.answer = lambda target, key: (200, answer)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="not what Stripe documents"):
        read(server)


def test_a_server_that_is_silent_counts_as_gone(server: StripeStandIn) -> None:
    def silent(target: str, key: str) -> tuple[int, dict[str, Any]]:
        time.sleep(0.3)
        return 200, {}

    server.answer = silent  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="cannot be reached"):
        read_stripe_bills(StripeSource(KEY, api_base=server.url, timeout=0.1), TERMS)


def test_a_server_that_is_not_there_is_told(server: StripeStandIn) -> None:
    with pytest.raises(SourceError, match="cannot be reached"):
        read_stripe_bills(StripeSource(KEY, api_base="http://127.0.0.1:1"), TERMS)


@pytest.mark.parametrize("base", ["http://api.stripe.example", "ftp://127.0.0.1", "api.stripe.example"])
def test_the_key_goes_over_https_or_stays_here(base: str) -> None:
    with pytest.raises(ConfigError, match="api_base"):
        read_stripe_bills(StripeSource(KEY, api_base=base), TERMS)


# --- whatever the invoices hold -------------------------------------------------------------------------------------

CENTS = st.integers(-50_000, 500_000)
MONTHS = st.integers(1, 12)


@given(lines=st.lists(st.tuples(CENTS, MONTHS), min_size=1, max_size=9), notes=st.lists(CENTS, max_size=5))
@settings(max_examples=15, deadline=None)
def test_no_cent_is_lost_and_none_counts_twice(lines: list[tuple[int, int]], notes: list[int]) -> None:
    with running_stripe() as server:
        server.customers["cus_north"] = {"id": "cus_north", "object": "customer", "metadata": {}}
        drawn = [
            line(f"il_{each}", cents, f"2026-{month:02}-01", f"{2026 + month // 12}-{month % 12 + 1:02}-01")
            for each, (cents, month) in enumerate(lines)
        ]
        server.invoices = [invoice(f"in_{each}", item) for each, item in enumerate(drawn)]
        server.credit_notes = [
            note(f"cn_{each}", "in_0", credited(f"cnli_{each}", "il_0", cents)) for each, cents in enumerate(notes)
        ]
        found = read(server)
    by_cycle: dict[date, Decimal] = {}
    for row in found.rows:
        assert row.amount is not None
        by_cycle[row.cycle] = by_cycle.get(row.cycle, Decimal(0)) + row.amount
    for month in {month for _, month in lines}:
        billed = sum(cents for cents, its in lines if its == month)
        taken_off = sum(notes) if month == lines[0][1] else 0
        assert by_cycle.pop(date(2026, month, 1)) == Decimal(billed - taken_off) / 100
    assert by_cycle == {}


@given(
    billing_day=st.integers(1, 31),
    start=st.datetimes(datetime(2025, 12, 1), datetime(2026, 12, 31)),  # noqa: DTZ001  # read as UTC
    days=st.integers(0, 400),
)
@settings(max_examples=25, deadline=None)
def test_a_lines_cycles_hold_its_days_and_no_others(billing_day: int, start: datetime, days: int) -> None:
    with running_stripe() as server:
        server.customers["cus_north"] = {"id": "cus_north", "object": "customer", "metadata": {}}
        after = start + timedelta(days=days)
        server.invoices = [invoice("in_1", line("il_1", 100, start.isoformat(), after.isoformat()))]
        terms = replace(TERMS, records=Records(accounts=(replace(NORTHPEAK, billing_day=billing_day),)))
        cycles = [row.cycle for row in read(server, terms).rows]
    rule, first, last = CycleRule(), start.date(), max(start.date(), after.date() - timedelta(days=1))
    expected = []
    for month in range(2025 * 12 + 10, 2028 * 12 + 3):
        opens, closes = rule.first_day(billing_day, month), rule.first_day(billing_day, month + 1)
        if opens <= last and first < closes:
            expected.append(opens)
    assert cycles == expected
