"""A stand-in for Stripe's API on loopback: lists in pages, objects inside objects on request, and errors on demand.

It answers the calls that an import of bills makes, in the shapes that Stripe documents: `has_more` with `starting_after`, lines
of an invoice in pages of their own, `expand[]`, `created[gte]`, Bearer keys, and errors as `{"error": {...}}`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "rk_test_of_the_stand_in"
Json = dict[str, Any]


@dataclass
class StripeStandIn:
    """What it holds, and what it was asked. page: objects a list has at most; failures: statuses to answer next with."""

    url: str = ""
    invoices: list[Json] = field(default_factory=list)
    credit_notes: list[Json] = field(default_factory=list)
    customers: dict[str, Json] = field(default_factory=dict)
    prices: dict[str, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    page: int = 2
    failures: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, target: str, key: str) -> tuple[int, Json]:
        """Status and body of a GET."""
        self.asked.append(target)
        if self.failures:
            return error(self.failures.pop(0), "as the test wants it")
        if key != f"Bearer {KEY}":
            return error(401, f"Invalid API Key provided: {key[-4:]}")
        url = urlsplit(target)
        query = parse_qs(url.query)
        match url.path.strip("/").split("/")[1:]:
            case ["invoices" | "credit_notes" as kind]:
                return self.listed(target, getattr(self, kind), query)
            case ["invoices" | "credit_notes" as kind, number, "lines"]:
                return self.listed(target, self.found(getattr(self, kind), number)["lines"], query)
            case ["invoices", number]:
                return 200, self.shown(self.found(self.invoices, number), [f"data.{e}" for e in expanded(query)])
            case ["prices", number] if number in self.prices:
                price = dict(self.prices[number])
                if "product" in expanded(query):
                    price["product"] = self.products[price["product"]]
                return 200, price
        return error(404, f"there is no {url.path}")

    def listed(self, target: str, things: list[Json], query: dict[str, list[str]]) -> tuple[int, Json]:
        after, at_least = query.get("starting_after"), query.get("created[gte]")
        if at_least:
            things = [each for each in things if each["created"] >= int(at_least[0])]
        if after:
            things = things[[each["id"] for each in things].index(after[0]) + 1 :]
        size = min(self.page, int(query.get("limit", ["10"])[0]))
        shown = [self.shown(each, expanded(query)) for each in things[:size]]
        path = urlsplit(target).path
        return 200, {"object": "list", "url": path, "has_more": len(things) > size, "data": shown}

    def shown(self, thing: Json, expand: list[str]) -> Json:
        """An object with the first page of its lines, and its customer as an object where asked for."""
        thing = dict(thing)
        if "lines" in thing:
            path = f"/v1/{'invoices' if thing['object'] == 'invoice' else 'credit_notes'}/{thing['id']}/lines"
            thing["lines"] = self.listed(path, thing["lines"], {})[1]
        if "data.customer" in expand and thing.get("customer"):
            thing["customer"] = self.customers[thing["customer"]]
        return thing

    @staticmethod
    def found(things: list[Json], number: str) -> Json:
        return next(each for each in things if each["id"] == number)


def expanded(query: dict[str, list[str]]) -> list[str]:
    return [value for name, values in query.items() if name.startswith("expand[") for value in values]


def error(status: int, message: str) -> tuple[int, Json]:
    kinds = {401: "invalid_request_error", 403: "invalid_request_error", 429: "rate_limit_error"}
    return status, {"error": {"type": kinds.get(status, "api_error"), "message": message}}


@contextmanager
def running_stripe() -> Iterator[StripeStandIn]:
    """The stand-in on a free port of loopback."""
    standin = StripeStandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = standin.answer(self.path, self.headers.get("Authorization", ""))
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    standin.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
