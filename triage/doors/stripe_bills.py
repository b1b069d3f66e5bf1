"""Bills from Stripe's invoices, through Stripe's own library, which is an extra and imported only here.

Metadata says which account a customer is, and which product and region a line is for: that of the line, else of its price,
else of its product. A line without both is for no service of ours and is left out, with the reason. Nothing is changed at
Stripe; a restricted key that may read invoices, credit notes, customers, prices and products is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from triage.errors import ConfigError, SourceError
from triage.model import AccountRecord, BillRecord, Records
from triage.policy.cycles import CycleRule

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StripeSource:
    """Where invoices are found and how they name things; see `[stripe]` in the settings. timeout in seconds."""

    key: str = field(repr=False)
    account_key: str = "account"
    product_key: str = "product"
    region_key: str = "region"
    one_time_key: str = "one_time"
    api_base: str = "https://api.stripe.com"
    timeout: float = 30


@dataclass(frozen=True, slots=True)
class Terms:
    """How the desk counts: the currency of its terms, where billing cycles lie, and the accounts it knows."""

    currency: str
    rule: CycleRule
    records: Records


@dataclass(frozen=True, slots=True)
class StripeBills:
    """What was found. seen: ids of all lines that Stripe listed, so that those which are no bill any more can go.

    left_out: lines that are no bill of a service, a sentence each.
    """

    rows: tuple[BillRecord, ...]
    seen: frozenset[str]
    left_out: tuple[str, ...]


def read_stripe_bills(source: StripeSource, terms: Terms, since: date | None = None) -> StripeBills:
    """The lines of all invoices and credit notes made on `since` (UTC) or later. Raises ConfigError, SourceError.

    Drafts and void ones are no bills. A credit note's line is a line with the amount turned round, in the cycle of the line
    that it credits.
    """
    stripe = _library()
    made = {"created": {"gte": int(_midnight(since).timestamp())}} if since else {}
    try:
        client = _connect(source, stripe)
        taken = _Importer(source, terms, client)
        invoices = client.v1.invoices.list({"limit": 100, "expand": ["data.customer"], **made})
        for invoice in invoices.auto_paging_iter():
            taken.take_invoice(invoice)
        for note in client.v1.credit_notes.list({"limit": 100, **made}).auto_paging_iter():
            taken.take_note(note)
    except stripe.StripeError as error:
        raise _translated(error) from error
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise SourceError(
            f"What {source.api_base} answers is not what Stripe documents ({type(error).__name__}: {error}). Nothing was taken "
            "over; check api_base in [stripe]."
        ) from error
    return StripeBills(tuple(taken.rows.values()), frozenset(taken.seen), tuple(taken.left_out))


def line_of(key: str) -> str:
    """The line of Stripe's that a bill's id stems from: a line over several cycles becomes a row for each."""
    return key.partition("@")[0]


def _library() -> Any:
    try:
        import stripe
    except ImportError:
        raise ConfigError(
            "[stripe]", "Stripe's library is not installed.", "Install the extra: pip install 'triage-desk[stripe]'."
        ) from None
    stripe.enable_telemetry = False  # Stripe learns of each call what it must, and no timings of the last
    return stripe


def _connect(source: StripeSource, stripe: Any) -> Any:
    parts = urlsplit(source.api_base)
    here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme != "https" and not here:
        raise ConfigError("[stripe]", f"api_base cannot be {source.api_base}.", "Write https://api.stripe.com.")
    return stripe.StripeClient(
        source.key,
        base_addresses={"api": source.api_base.rstrip("/")},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=source.timeout),
    )


def _translated(error: Exception) -> ConfigError | SourceError:
    """Stripe's errors as ours. Its texts are not passed on: they may quote the key."""
    kind, status = type(error).__name__, getattr(error, "http_status", None)
    if kind == "AuthenticationError":
        return ConfigError(
            "[stripe]", "Stripe refuses the API key.", "Put a valid one where secret_env or secret_file says."
        )
    if kind == "PermissionError":
        remedy = "Let it read invoices, credit notes, customers, prices and products."
        return ConfigError("[stripe]", "The API key may not read what is needed.", remedy)
    if kind == "RateLimitError":
        return SourceError("Stripe has been asked too often (429). Nothing was taken over; try again in a minute.")
    if status is None:
        return SourceError("Stripe cannot be reached. Nothing was taken over; check the network, then try again.")
    return SourceError(f"Stripe answers with an error ({status}). Nothing was taken over; try again later.")


# --- from Stripe's shapes to bills ----------------------------------------------------------------------------------


@dataclass
class _Importer:
    """Goes through invoices and credit notes, and remembers where each line went."""

    source: StripeSource
    terms: Terms
    client: Any
    rows: dict[str, BillRecord] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)
    invoices: dict[str, bool] = field(default_factory=dict)
    by_line: dict[str, tuple[BillRecord, ...]] = field(default_factory=dict)
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        accounts = self.terms.records.accounts or ()
        self.accounts = {each.id: each for each in accounts}
        self.by_number: dict[str, list[AccountRecord]] = {}
        for each in accounts:
            self.by_number.setdefault(each.customer_id, []).append(each)

    def take_invoice(self, invoice: Any) -> None:
        """All lines of an invoice; they come in pages of their own."""
        head = invoice.to_dict()
        is_bill = self.invoices[head["id"]] = head["status"] in {"open", "paid", "uncollectible"}
        account = self._account(head) if is_bill else ""
        for each in invoice.lines.auto_paging_iter():
            line = each.to_dict()
            self.seen.add(line["id"])
            if not is_bill:
                continue
            where = f"invoice {head.get('number') or head['id']}, line {line['id']}"
            placed = account if isinstance(account, str) else self._bills(line, account)
            if isinstance(placed, str):
                self.left_out.append(f"{where}: {placed}")
                continue
            self.by_line[line["id"]] = placed
            self.rows.update({row.id: row for row in placed})

    def take_note(self, note: Any) -> None:
        """All lines of a credit note, turned round. The invoice may be older than those that were listed."""
        head = note.to_dict()
        invoice = head["invoice"] if isinstance(head["invoice"], str) else head["invoice"]["id"]
        if invoice not in self.invoices:
            self.take_invoice(self.client.v1.invoices.retrieve(invoice, {"expand": ["customer"]}))
        for each in note.lines.auto_paging_iter():
            line = each.to_dict()
            self.seen.add(line["id"])
            if head["status"] != "issued" or not self.invoices[invoice]:
                continue
            credited = self.by_line.get(line.get("invoice_line_item") or "")
            if credited is None:
                where = f"credit note {head.get('number') or head['id']}, line {line['id']}"
                self.left_out.append(f"{where}: it credits no line that is a bill of ours.")
                continue
            for row in _credited(line, head["currency"], credited, self.terms.currency):
                self.rows[row.id] = row

    def _account(self, invoice: Json) -> AccountRecord | str:
        """The account that an invoice is for, or why that cannot be said."""
        customer = invoice.get("customer") or {}
        number = customer if isinstance(customer, str) else str(customer.get("id", ""))
        named = "" if isinstance(customer, str) else (customer.get("metadata") or {}).get(self.source.account_key, "")
        by_number = self.by_number.get(number, []) if number else []
        if named and any(each.id != named for each in by_number):
            return f"customer {number} is account {named} by its metadata and {by_number[0].id} by the records."
        if named:
            if self.terms.records.accounts is not None and named not in self.accounts:
                return f"customer {number} is account {named}, which the records do not have."
            return self.accounts.get(named) or AccountRecord(named)
        if len(by_number) == 1:
            return by_number[0]
        return f"customer {number} has no `{self.source.account_key}` in its metadata and is no account's customer_id."

    def _bills(self, line: Json, account: AccountRecord) -> tuple[BillRecord, ...] | str:
        """A row for each cycle that a line is for; or why it is no bill of a service."""
        labels = self._labels(line)
        product, region = (labels.get(key, "").strip() for key in (self.source.product_key, self.source.region_key))
        if not product or not region:
            missing = self.source.region_key if product else self.source.product_key
            return f"no `{missing}` in the metadata of the line, its price or its product."
        cycles = _cycles(line["period"], account.billing_day, self.terms.rule)
        amount, said = _amount(line, line["currency"], self.terms.currency)
        row = BillRecord(
            id=line["id"],
            account=account.id,
            product=product,
            region=region,
            cycle=cycles[0],
            amount=amount,
            one_time=_one_time(line, labels.get(self.source.one_time_key, "")),
            text=line.get("description") or "",
        )
        if len(cycles) == 1:
            return (row if amount is not None else replace(row, text=_joined(row.text, said)),)
        text = _joined(row.text, f"{said} for {cycles[0]} and {len(cycles) - 1} further cycles")
        return tuple(replace(row, id=f"{row.id}@{cycle}", cycle=cycle, amount=None, text=text) for cycle in cycles)

    def _labels(self, line: Json) -> Mapping[str, str]:
        """Metadata of the line, over that of its price, over that of its product."""
        price = ((line.get("pricing") or {}).get("price_details") or {}).get("price")
        number = price["id"] if isinstance(price, Mapping) else price
        if number and number not in self.labels:
            found = self.client.v1.prices.retrieve(number, {"expand": ["product"]}).to_dict()
            product = found.get("product")
            of_product = product.get("metadata") or {} if isinstance(product, Mapping) else {}
            self.labels[number] = {**of_product, **(found.get("metadata") or {})}
        return {**self.labels.get(number or "", {}), **(line.get("metadata") or {})}


def _one_time(line: Json, word: str) -> bool | None:
    """Whether a line is a one-time payment: as metadata says, else as Stripe has it; None where neither tells.

    A subscription's line and the proration of one are not; an item put on an invoice by hand is, unless it takes something
    off: what it is taken off from is not said.
    """
    if word:
        return {"yes": True, "true": True, "no": False, "false": False}.get(word.strip().casefold())
    parent = line.get("parent") or {}
    if parent.get("type") == "subscription_item_details":
        return False
    if (parent.get("invoice_item_details") or {}).get("proration"):
        return False
    return True if parent.get("type") == "invoice_item_details" and line["amount"] >= 0 else None


def _cycles(period: Json, billing_day: int | None, rule: CycleRule) -> tuple[date, ...]:
    """First days of the account's cycles that a line's period covers, by whole days; its first day where no day is known."""
    first, last = (datetime.fromtimestamp(period[edge], rule.zone).date() for edge in ("start", "end"))
    if billing_day is None:
        return (first,)
    after = max(last, first + timedelta(days=1))
    edges = (datetime.combine(day, time(), rule.zone).astimezone(UTC) for day in (first, after))
    return tuple(cycle.day for cycle in replace(rule, border=False).touched(billing_day, *edges))


_NO_MINOR_UNIT = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
_THOUSANDTHS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
"""Currencies whose amounts Stripe does not count in hundredths."""


def _amount(line: Json, currency: str, wanted: str) -> tuple[Decimal | None, str]:
    """A line's amount less discounts and less tax that it includes, and as said; None in a currency not that of the terms."""
    taxes = (tax["amount"] for tax in line.get("taxes") or () if tax.get("tax_behavior") == "inclusive")
    discounts = (discount["amount"] for discount in line.get("discount_amounts") or ())
    units = line["amount"] - sum(discounts) - sum(taxes)
    digits = 0 if currency in _NO_MINOR_UNIT else 3 if currency in _THOUSANDTHS else 2
    amount = Decimal(units).scaleb(-digits)
    return (amount if currency.upper() == wanted.upper() else None), f"{amount} {currency.upper()}"


def _credited(line: Json, currency: str, credited: tuple[BillRecord, ...], wanted: str) -> Iterable[BillRecord]:
    amount, said = _amount(line, currency, wanted)
    for row in credited:
        tail = "" if len(credited) == 1 else f"@{row.cycle}"
        known = amount is not None and len(credited) == 1
        text = _joined(line.get("description") or "credited", "" if known else said)
        yield replace(
            row, id=f"{line['id']}{tail}", amount=-amount if known and amount is not None else None, text=text
        )


def _joined(text: str, more: str) -> str:
    return f"{text} ({more})" if text and more else text or more


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
