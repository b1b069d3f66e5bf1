"""Records from CSV: every wrong line told at once, and a second import changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from triage.doors.records import BadRecords, Tally, columns, key_of, read_records, tally
from triage.errors import ConfigError

ACCOUNTS = "id,plan,billing_day,email,members\nnorthpeak,payg,1,ops@northpeak.example,Dana@Northpeak.example\n"


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_demo_has_records_of_every_kind() -> None:
    records = read_records(Path("mailbox_fixtures/records"))
    assert all((records.accounts, records.databases, records.bills, records.uptime, records.credits))


def test_a_file_that_is_missing_leaves_its_kind_unknown(tmp_path: Path) -> None:
    records = read_records(folder(tmp_path, accounts=ACCOUNTS))
    assert (records.bills, records.credits) == (None, None)
    assert records.accounts is not None
    assert records.accounts[0].addresses == ("ops@northpeak.example", "dana@northpeak.example")


def test_an_empty_cell_is_unknown(tmp_path: Path) -> None:
    bills = "id,account,product,region,cycle,amount,one_time\nb1,northpeak,redis,eu-west-1,2026-03-01,,\n"
    (bill,) = read_records(folder(tmp_path, accounts=ACCOUNTS, bills=bills)).bills or ()
    assert (bill.amount, bill.one_time) == (None, None)


def test_every_wrong_line_is_told_at_once_with_its_remedy(tmp_path: Path) -> None:
    bills = "\n".join(
        [
            "id,account,product,region,cycle,amount,one_time",
            "b1,northpeak,redis,eu-west-1,2026-03-01,180.00,no",
            'b2,northpeak,redis,eu-west-1,2026-03-01,"1.234,50",no',
            "b3,northpeak,redis,eu-west-1,03/01/2026,180.00,no",
            "b4,northpeak,redis,eu-west-1,2026-03-01,180.00,maybe",
            "b5,northpeak,redis",
            ",northpeak,redis,eu-west-1,2026-03-01,180.00,no",
            "b1,northpeak,redis,eu-west-1,2026-03-01,200.00,no",
        ]
    )
    with pytest.raises(BadRecords) as caught:
        read_records(folder(tmp_path, accounts=ACCOUNTS.replace("payg,1,", "payg,32,"), bills=bills))
    told = str(caught.value).splitlines()
    assert [error.line for error in caught.value.errors] == [2, 3, 4, 5, 6, 7, 8]
    assert "accounts.csv:2: `billing_day` is `32`. Write a day of the month from 1 to 31." in told[0]
    assert "bills.csv:3: `amount` is `1.234,50`. Write a plain number such as 180.00." in told[1]
    assert "contradicts line 2" in told[-1]


@pytest.mark.parametrize(
    ("header", "told"),
    [("id,plan,eMail", "`eMail` is not known"), ("plan,email", "`id` is missing"), ("id,plan,plan", "stands twice")],
)
def test_a_wrong_header_is_told(tmp_path: Path, header: str, told: str) -> None:
    with pytest.raises(BadRecords, match=told):
        read_records(folder(tmp_path, accounts=f"{header}\n"))


def test_a_row_of_an_account_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRecords, match="there is no account `northpeek`"):
        read_records(folder(tmp_path, accounts=ACCOUNTS, databases="id,account\nd1,northpeek\n"))


def test_what_is_no_csv_is_told(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes("id,name\nnorthpeak,Müller\n".encode("latin-1"))
    with pytest.raises(BadRecords, match=r"accounts\.csv: This is not CSV in UTF-8"):
        read_records(tmp_path)
    (tmp_path / "accounts.csv").write_text("id,name\nnorthpeak," + "x" * 200_000 + "\n")
    with pytest.raises(BadRecords, match="field larger than field limit"):
        read_records(tmp_path)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        read_records(tmp_path / "nowhere")


def test_semicolons_and_a_byte_order_mark_as_spreadsheets_write_them(tmp_path: Path) -> None:
    text = "\ufeff" + ACCOUNTS.replace(",", ";")
    (account,) = read_records(folder(tmp_path, accounts=text)).accounts or ()
    assert (account.id, account.plan) == ("northpeak", "payg")


def test_a_second_import_changes_nothing_and_a_newer_row_replaces_the_older() -> None:
    accounts = read_records(Path("mailbox_fixtures/records")).accounts or ()
    there = {key_of(account): account for account in accounts}
    assert str(tally(there, accounts)) == f"0 new, 0 changed, {len(accounts)} unchanged"
    newer, stranger = replace(accounts[0], plan="enterprise"), replace(accounts[0], id="stranger")
    assert tally(there, (newer, stranger, accounts[1])) == Tally(new=1, changed=1, unchanged=1)


def test_the_columns_are_documented() -> None:
    page = Path("docs/policy.md").read_text(encoding="utf-8")
    for name, names in columns().items():
        assert f"{name}.csv" in page
        for column in names:
            assert f"`{column}`" in page
