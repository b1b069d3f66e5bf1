"""`triage records ...` as a user types it: what is taken over, what is refused, and which of two rows stands."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.servers.stripe import KEY, running_stripe
from triage import settings as settings_module
from triage import wiring
from triage.cli import main
from triage.desk import records as desk_records
from triage.doors import statuspage
from triage.doors.records import read_records
from triage.model import Records

SHIPPED = Path(__file__).parents[1] / "mailbox_fixtures" / "records"
ACCOUNTS = "id,plan,billing_day,customer_id\nnorthpeak,payg,1,cus_north\nfjord,fixed,15,cus_fjord\n"
BILLS = "id,account,product,region,cycle,amount,one_time\nb1,northpeak,redis,eu-central-1,2026-03-01,180.00,no\n"
KEPT = (datetime(2026, 6, 1, tzinfo=UTC).timestamp(),) * 2
"""When the saved status pages of these tests were written."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIAGE_CONFIG", raising=False)
    (tmp_path / "triage.toml").write_text("[desk]\n")
    return tmp_path


def folder(home: Path, name: str = "new", **files: str) -> str:
    (home / name).mkdir(exist_ok=True)
    for kind, text in files.items():
        (home / name / f"{kind}.csv").write_text(text, encoding="utf-8")
    return name


def known() -> Records:
    return wiring.load_records(settings_module.load(Path("triage.toml")))


def run(*words: str) -> int:
    return main(["records", *words])


# --- CSV ------------------------------------------------------------------------------------------------------------


def test_a_second_import_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", str(SHIPPED)) == 0
    first = capsys.readouterr().out
    assert f"accounts: {len(read_records(SHIPPED).accounts or ())} new, 0 changed, 0 unchanged" in first
    before = known()
    assert run("import", str(SHIPPED)) == 0
    again = capsys.readouterr().out
    assert [line.split(":")[1].split(",")[:2] for line in again.splitlines()] == [[" 0 new", " 0 changed"]] * 5
    assert known() == before
    for kind in desk_records.KINDS:
        assert set(getattr(before, kind)) == set(getattr(read_records(SHIPPED), kind))


def test_a_changed_row_takes_the_place_of_the_older(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("import", folder(home, accounts=ACCOUNTS, bills=BILLS))
    run(
        "import",
        folder(home, "later", bills=BILLS.replace("180.00", "175.50") + BILLS.splitlines()[1].replace("b1", "b2")),
    )
    assert "bills: 1 new, 1 changed, 0 unchanged" in capsys.readouterr().out
    assert {bill.id: bill.amount for bill in known().bills or ()} == {"b1": Decimal("175.50"), "b2": Decimal("180.00")}


def test_all_wrong_lines_are_told_and_nothing_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("import", folder(home, accounts=ACCOUNTS))
    before = known()
    capsys.readouterr()
    wrong = folder(
        home,
        "wrong",
        accounts="id,billing_day\nnew-one,3\n",
        bills=BILLS.replace("180.00", "much") + "b2,nobody,redis,eu-central-1,2026-03-01,1.00,no\n",
        uptime="product,region,start,end,percent\nredis,eu-central-1,2026-03-01,2026-03-31,101\n",
    )
    assert run("import", wrong) == 1
    told = capsys.readouterr().err.splitlines()
    assert "wrong/bills.csv:2: `amount` is `much`. Write a plain number such as 180.00." in told[0]
    assert "wrong/bills.csv:3: b2: there is no account `nobody`. Add it to accounts.csv." in told[1]
    assert "wrong/uptime.csv:2: `percent` is `101`." in told[2]
    assert len(told) == 3
    assert known() == before


def test_a_folder_may_speak_of_accounts_that_are_known(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("import", folder(home, accounts=ACCOUNTS))
    assert run("import", folder(home, "bills", bills=BILLS)) == 0
    assert run("import", folder(home, "wrong", bills=BILLS.replace("northpeak", "northpeek"))) == 1
    assert "bills.csv:2: b1: there is no account `northpeek`" in capsys.readouterr().err


def test_rows_that_are_gone_stay_unless_they_are_to_be_replaced(home: Path) -> None:
    run("import", folder(home, accounts=ACCOUNTS, bills=BILLS))
    fewer = folder(home, "fewer", accounts=ACCOUNTS.split("fjord")[0])
    run("import", fewer)
    assert len(known().accounts or ()) == 2
    run("import", fewer, "--replace")
    assert [account.id for account in known().accounts or ()] == ["northpeak"]
    assert len(known().bills or ()) == 1  # of bills the folder says nothing


def test_replacing_leaves_what_came_from_elsewhere(home: Path) -> None:
    published = "product,region,start,end,percent\nredis,eu-central-1,2026-03-01,2026-03-31,99.700\n"
    run("import", folder(home, uptime=published))
    run("uptime", page(home, {"incidents": [incident()]}))
    run("import", folder(home, uptime=published.replace("2026-03", "2026-01")), "--replace")
    assert {(row.start, row.source) for row in known().uptime or ()} == {
        (date(2026, 1, 1), "published"),
        *((start, "derived") for _, start, _ in uptime()),
    }
    assert MARCH in uptime()


def test_no_credits_given_is_something_to_know(home: Path) -> None:
    run("import", folder(home, accounts=ACCOUNTS))
    assert known().credits is None
    run("import", folder(home, "none", credits="account,product,region,cycle,amount\n"))
    assert known().credits == ()


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_records_is_told(home: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", name) != 0
    told = capsys.readouterr().err
    assert "no such folder" in told or "holds none of accounts.csv" in told
    assert not (home / "desk.db").exists()


def test_an_import_that_breaks_off_leaves_what_was_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", folder(home, accounts=ACCOUNTS, bills=BILLS))
    before = known()
    whole, kinds = desk_records.Store.save_records, []

    def breaks_off(store: Any, kind: str, rows: Any) -> None:
        whole(store, kind, rows)
        kinds.append(kind)
        if kind == "bills":
            raise KeyboardInterrupt

    monkeypatch.setattr(desk_records.Store, "save_records", breaks_off)
    assert run("import", folder(home, "later", accounts=ACCOUNTS.replace("payg", "pro"), bills=BILLS)) == 130
    assert kinds == ["accounts", "bills"]
    assert known() == before


@pytest.mark.parametrize(("written", "plan"), [("2020-01-01", "imported"), ("2099-01-01", "folder")])
def test_of_the_folder_and_the_database_the_newer_stands(home: Path, written: str, plan: str) -> None:
    run("import", folder(home, accounts="id,plan\nnorthpeak,imported\nonly-imported,payg\n"))
    folder(home, "records", accounts="id,plan\nnorthpeak,folder\nonly-folder,payg\n")
    instant = datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
    os.utime(home / "records" / "accounts.csv", (instant, instant))
    (home / "triage.toml").write_text('[desk]\nrecords = "records"\n')
    plans = {account.id: account.plan for account in known().accounts or ()}
    assert plans == {"northpeak": plan, "only-imported": "payg", "only-folder": "payg"}


def test_what_touches_no_store_sees_the_folder_alone(home: Path) -> None:
    run("import", folder(home, accounts=ACCOUNTS))
    assert wiring.load_records(settings_module.load(Path("triage.toml")), stored=False) == Records()


def test_the_list_counts_each_kind_and_shows_its_rows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("import", folder(home, accounts=ACCOUNTS, bills=BILLS.replace("180.00", "")))
    capsys.readouterr()
    assert run("list") == 0
    counted = [line.split("\t")[:3] for line in capsys.readouterr().out.splitlines()]
    assert ["accounts", "2", "2 from csv"] in counted
    assert ["credits", "not known", "-"] in counted
    assert run("list", "bills") == 0
    assert capsys.readouterr().out.split("\t")[:7] == [
        "b1",
        "northpeak",
        "redis",
        "eu-central-1",
        "2026-03-01",
        "?",
        "no",
    ]
    assert run("list", "accounts", "--json") == 0
    assert {json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()} == {"northpeak", "fjord"}


# --- status pages ---------------------------------------------------------------------------------------------------


def incident(**changes: Any) -> dict[str, Any]:
    """Two and a half hours in Frankfurt, as Statuspage lists them."""
    return {
        "name": "Frankfurt unreachable",
        "impact": "critical",
        "created_at": "2026-03-03T14:00:00Z",
        "resolved_at": "2026-03-03T16:30:00Z",
        "components": [{"name": "AWS eu-central-1"}],
        "incident_updates": [],
    } | changes


DOWN = {
    "created_at": "2026-03-03T14:00:00Z",
    "affected_components": [{"name": "AWS eu-central-1", "new_status": "kaput"}],
}


def better_stack() -> dict[str, Any]:
    days = [date.fromordinal(each) for each in range(date(2026, 3, 1).toordinal(), date(2026, 4, 1).toordinal())]
    history = [{"day": str(day), "downtime_duration": 9000 if day.day == 3 else 0} for day in days]
    resource = {"public_name": "AWS eu-central-1", "status_history": history}
    return {
        "data": {"type": "status_page"},
        "included": [{"type": "status_page_resource", "attributes": resource}],
    }


INSTATUS = [
    {
        "name": "Frankfurt unreachable",
        "impact": "MAJOROUTAGE",
        "started": "2026-03-03T14:00:00Z",
        "resolved": "2026-03-03T16:30:00Z",
        "components": [{"name": {"default": "AWS eu-central-1"}}],
    }
]


def page(home: Path, answer: Any, name: str = "page.json") -> str:
    (home / name).write_text(json.dumps(answer), encoding="utf-8")
    os.utime(home / name, KEPT)
    return name


def uptime() -> dict[tuple[str, date, date], Decimal]:
    return {(row.region, row.start, row.end): row.percent for row in known().uptime or () if row.source == "derived"}


MARCH = ("eu-central-1", date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize("answer", [{"incidents": [incident()]}, better_stack(), INSTATUS])
def test_uptime_from_each_kind_of_page(home: Path, answer: Any) -> None:
    assert run("uptime", page(home, answer)) == 0
    assert uptime()[MARCH] == Decimal("99.6640")  # 100 x (2678400 - 9000) / 2678400


def test_every_account_has_the_figures_of_its_own_cycles(home: Path) -> None:
    run("import", folder(home, accounts=ACCOUNTS))
    run("uptime", page(home, {"incidents": [incident()]}), "--since", "2026-02-01")
    fjords = ("eu-central-1", date(2026, 2, 15), date(2026, 3, 14))
    assert uptime()[fjords] == Decimal("99.6280")  # 100 x (2419200 - 9000) / 2419200
    assert uptime()["eu-central-1", date(2026, 2, 1), date(2026, 2, 28)] == 100
    assert min(start for _, start, _ in uptime()) == date(2026, 2, 1)
    assert max(end for _, _, end in uptime()) == date(2026, 5, 31)  # the page was saved on the first of June


def test_figures_begin_with_the_first_whole_cycle(home: Path) -> None:
    run("import", folder(home, accounts=ACCOUNTS))
    run("uptime", page(home, {"incidents": [incident()]}), "--since", "2026-02-10")
    assert sorted(start for _, start, _ in uptime())[:2] == [date(2026, 2, 15), date(2026, 3, 1)]


def test_a_full_list_of_instatus_says_nothing_of_the_time_before_it(home: Path) -> None:
    run("uptime", page(home, INSTATUS * 50), "--since", "2026-03-01")
    assert min(start for _, start, _ in uptime()) == date(2026, 4, 1)


def test_the_derivation_is_shown_and_a_published_figure_goes_before(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = "product,region,start,end,percent\nredis,eu-central-1,2026-03-01,2026-03-31,99.700\n"
    run("import", folder(home, accounts=ACCOUNTS, uptime=published))
    assert run("uptime", page(home, {"incidents": [incident()]}), "--explain") == 0
    shown = capsys.readouterr().out
    assert "redis eu-central-1 2026-03-01 to 2026-03-31: 99.6640 %" in shown
    assert "AWS eu-central-1: major_outage from 2026-03-03 14:00:00 to 2026-03-03 16:30:00 UTC, counted 1" in shown
    assert "100 x (2678400 s - 9000 s) / 2678400 s = 99.6640 %" in shown
    assert shown.count("99.700 % was published, and goes before it") == 1
    assert {row.source for row in known().uptime or () if (row.region, row.start, row.end) == MARCH} == {
        "published",
        "derived",
    }


def test_a_second_look_at_the_page_changes_only_what_it_changed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("uptime", page(home, {"incidents": [incident()]}))
    run("uptime", page(home, {"incidents": [incident()]}))
    run("uptime", page(home, {"incidents": [incident(resolved_at="2026-03-03T17:00:00Z")]}))
    assert capsys.readouterr().out.splitlines() == [
        "uptime: 3 new, 0 changed, 0 unchanged",
        "uptime: 0 new, 0 changed, 3 unchanged",
        "uptime: 0 new, 1 changed, 2 unchanged",
    ]


def test_maintenance_and_partial_outages_count_as_the_pack_says(home: Path) -> None:
    maintenance = incident(impact="maintenance", created_at="2026-03-20T00:00:00Z", resolved_at="2026-03-21T00:00:00Z")
    partial = incident(impact="major", created_at="2026-03-03T15:00:00Z")  # within the outage: counts once
    files = (
        page(home, {"incidents": [incident(), partial]}),
        page(home, {"scheduled_maintenances": [maintenance]}, "m.json"),
    )
    run("uptime", *files)
    assert uptime()[MARCH] == Decimal("99.6640")
    pack = Path(__file__).parents[1] / "rules" / "upstash"
    own = (pack / "pack.yaml").read_text()
    weights = "weights: {major_outage: 1, partial_outage: 0.3, degraded_performance: 0, under_maintenance: 0}"
    assert weights in own
    shutil.copytree(pack, home / "own")
    (home / "own" / "pack.yaml").write_text(
        own.replace(weights, weights.replace("under_maintenance: 0", "under_maintenance: 1"))
    )
    (home / "triage.toml").write_text('[desk]\npack = "own"\n')
    run("uptime", *files)
    assert uptime()[MARCH] == Decimal("96.4382")  # 100 x (2678400 - 9000 - 86400) / 2678400


def test_components_that_had_no_outage_are_named_by_the_list_of_components(home: Path) -> None:
    names = page(home, {"components": [{"name": "AWS eu-west-1"}, {"name": "Console"}]}, "components.json")
    run("uptime", page(home, {"incidents": [incident()]}), names)
    assert uptime()["eu-west-1", *MARCH[1:]] == 100


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"components": [{"name": "AWS eu-west-1"}]}, "No outages are listed here"),
        ({"scheduled_maintenances": []}, "No outages are listed here"),
        ({"components": [], "incidents": [], "status": {}}, "only what is wrong at the moment"),
        ({"incidents": [incident(impact="terrible")]}, "cannot be read"),
        ([INSTATUS[0] | {"impact": "TERRIBLE"}], "cannot be read"),
        ({"incidents": [incident(incident_updates=[DOWN])]}, "cannot be read"),
        ({"components": [1]}, "cannot be read"),
        ({"incidents": []}, "Say with --since"),
    ],
)
def test_what_would_make_an_outage_look_like_uptime_is_refused(
    home: Path, answer: Any, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("uptime", page(home, answer)) != 0
    assert told in capsys.readouterr().err
    assert known().uptime is None


def test_a_saved_page_knows_nothing_of_the_time_after(home: Path) -> None:
    saved = page(home, {"incidents": [incident()]})
    run("uptime", saved, "--as-of", "2026-03-31T20:00:00-05:00")  # the first of April, UTC
    assert set(uptime()) == {MARCH}


def test_better_stack_knows_the_days_that_it_counts(home: Path) -> None:
    answer = better_stack()
    del answer["included"][0]["attributes"]["status_history"][14]
    run("uptime", page(home, answer), "--since", "2026-03-01")
    assert uptime() == {}


@pytest.mark.parametrize("words", [("--since", "March"), ("--as-of", "2026-03-31"), ("--as-of", "2026-03-31T20:00:00")])
def test_a_day_that_is_none_is_told(home: Path, words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("uptime", page(home, {"incidents": [incident()]}), *words) == 2
    assert "Write it as 2026-03-18" in capsys.readouterr().err


@pytest.fixture
def site() -> Iterator[dict[str, Any]]:
    """A web server: what it answers by path; a text is where it redirects to."""
    answers: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path)
            self.send_response(404 if answer is None else 302 if isinstance(answer, str) else 200)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    answers["url"] = f"http://127.0.0.1:{server.server_port}"
    yield answers
    server.shutdown()
    server.server_close()


def test_a_page_is_fetched_when_it_is_asked_for(home: Path, site: dict[str, Any]) -> None:
    site["/incidents.json"] = {"incidents": [incident()]}
    site["/moved.json"] = site["url"] + "/incidents.json"
    assert run("uptime", site["url"] + "/moved.json") == 0
    assert uptime()[MARCH] == Decimal("99.6640")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://status.example.com/index.json", "over https alone"),
        ("file:///etc/hostname", "over https alone"),
        ("{}/away.json", "over https alone"),
        ("{}/file.json", "not allowed"),
        ("{}/none.json", "404"),
        ("{}/large.json", "larger than"),
    ],
)
def test_what_may_not_be_fetched_is_told(
    home: Path,
    site: dict[str, Any],
    url: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(statuspage, "_LARGEST", 1000)
    site["/away.json"], site["/file.json"] = "http://status.example.com/index.json", "file:///etc/hostname"
    site["/large.json"] = ["x" * 2000]
    assert run("uptime", url.format(site["url"])) == 1
    assert told in capsys.readouterr().err


def test_a_server_without_a_certificate_that_we_trust_is_refused(
    home: Path, site: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("uptime", site["url"].replace("http:", "https:") + "/index.json") == 1
    assert "cannot be fetched" in capsys.readouterr().err


# --- Stripe ---------------------------------------------------------------------------------------------------------


def test_bills_come_from_stripe_and_go_when_they_are_void(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {
        "id": "il_1", "object": "line_item", "amount": 18000, "currency": "usd", "description": "usage",
        "metadata": {"sku": "redis", "where": "eu-central-1"}, "pricing": None, "discount_amounts": [], "taxes": [],
        "period": {"start": 1772323200, "end": 1775001600},  # March 2026
        "parent": {"type": "subscription_item_details"},
    }  # fmt: skip
    nowhere = line | {"id": "il_2", "metadata": {}}
    bill = {"id": "in_1", "object": "invoice", "number": "A-1", "customer": "cus_north", "status": "open", "created": 1}
    run("import", folder(home, accounts=ACCOUNTS, bills=BILLS))
    monkeypatch.setenv("STRIPE_KEY_OF_THE_TEST", KEY)
    with running_stripe() as standin:
        keys = 'secret_env = "STRIPE_KEY_OF_THE_TEST"\nproduct_key = "sku"\nregion_key = "where"\n'
        (home / "triage.toml").write_text(f'[stripe]\napi_base = "{standin.url}"\n{keys}')
        standin.customers["cus_north"] = {"id": "cus_north", "object": "customer", "metadata": {}}
        standin.invoices = [bill | {"lines": [line, nowhere]}]
        capsys.readouterr()
        assert [run("bills", "--from", "stripe") for _ in range(2)] == [0, 0]
        said = capsys.readouterr()
        assert said.out.splitlines() == ["bills: 1 new, 0 changed, 0 unchanged", "bills: 0 new, 0 changed, 1 unchanged"]
        assert "left out: invoice A-1, line il_2: no `sku` in the metadata" in said.err
        assert {row.id: row.amount for row in known().bills or ()} == {
            "b1": Decimal("180.00"),
            "il_1": Decimal("180.00"),
        }
        standin.invoices[0]["status"] = "void"
        assert run("bills", "--from", "stripe", "--since", "1970-01-01") == 0
        assert "0 unchanged, 1 removed" in capsys.readouterr().out
        assert [row.id for row in known().bills or ()] == ["b1"]


def test_a_key_that_is_not_named_or_not_there_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("bills", "--from", "stripe") == 1
    assert "[stripe]: no API key is named. Name where it is kept" in capsys.readouterr().err
    (home / "triage.toml").write_text('[stripe]\nsecret_env = "NOT_SET_ANYWHERE"\n')
    assert run("bills", "--from", "stripe") == 1
    assert "NOT_SET_ANYWHERE is not set" in capsys.readouterr().err
    (home / "triage.toml").write_text('[stripe]\nsecret_file = "key"\n')
    (home / "key").write_text(KEY)
    (home / "key").chmod(0o644)
    assert run("bills", "--from", "stripe") == 1
    assert "chmod 600" in capsys.readouterr().err


def test_the_library_is_an_extra(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "stripe", None)
    (home / "key").write_text(KEY)
    (home / "key").chmod(0o600)
    (home / "triage.toml").write_text('[stripe]\nsecret_file = "key"\n')
    assert run("bills", "--from", "stripe") == 1
    assert "pip install 'triage-desk[stripe]'" in capsys.readouterr().err
