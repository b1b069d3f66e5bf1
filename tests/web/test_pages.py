"""The review page over HTTP: what it shows, and what it refuses."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.desk.conftest import decision
from tests.web.conftest import app_over, fill
from triage.desk.cases import Desk
from triage.desk.states import State
from triage.desk.store import Store
from triage.model import Address, Evidence, Fact


@pytest.fixture
def client(database: Path) -> TestClient:
    return TestClient(app_over(database), base_url="http://127.0.0.1", follow_redirects=False)


def fields(client: TestClient, number: int) -> dict[str, str]:
    """The hidden fields of a case's form, as a browser would send them."""
    page = client.get(f"/case/{number}").text
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("token", "seen")}  # type: ignore[index]


def state(database: Path, number: int) -> State:
    with Store(database) as store:
        return Desk(store).case(number).row.state


def test_the_queue_shows_the_cases_with_what_is_left(client: TestClient) -> None:
    page = client.get("/").text
    assert "Credit for March" in page
    assert "respond in 15 days" in page
    assert "0 unaccounted" in page


def test_approve_then_hand_over_the_reply(client: TestClient, database: Path) -> None:
    form = {**fields(client, 1), "subject": "Re: Credit for March", "text": "Hello Dana"}
    assert client.post("/case/1/approve", data=form).status_code == 303
    assert state(database, 1) is State.APPROVED
    reply = client.get("/case/1/reply.eml")
    assert b"Subject: Re: Credit for March" in reply.content
    assert b"To: dana@northpeak.example" in reply.content
    assert client.post("/case/1/answered", data=fields(client, 1)).status_code == 303
    assert state(database, 1) is State.ANSWERED
    assert client.get("/case/1/reply.eml").status_code == 200


def test_no_reply_leaves_before_approval(client: TestClient) -> None:
    answer = client.get("/case/1/reply.eml")
    assert answer.status_code == 404
    assert "no approved reply" in answer.text


def test_what_was_answered_elsewhere_was_never_approved(client: TestClient, database: Path) -> None:
    client.post("/case/1/answered", data=fields(client, 1))
    assert state(database, 1) is State.ANSWERED
    assert client.get("/case/1/reply.eml").status_code == 404


LIKE_A_HEADER = "=?utf-8?q?a=0ABcc:_x=40evil.example?="


@pytest.mark.parametrize(
    "about",
    [
        {"subject": f"Re: {LIKE_A_HEADER}"},
        {"subject": f"Re: {LIKE_A_HEADER} {'long ' * 60}"},
        {"in_reply_to": f"<{LIKE_A_HEADER}>"},
        {"references": ("<a@x.example>", f"<{LIKE_A_HEADER}{'a' * 90}>")},
    ],
)
def test_a_stranger_adds_no_header_to_the_reply(tmp_path: Path, about: dict[str, str]) -> None:
    made = decision()
    assert made.draft is not None
    fill(tmp_path / "desk.db", replace(made, draft=replace(made.draft, **about)))
    client = TestClient(app_over(tmp_path / "desk.db"), base_url="http://127.0.0.1", follow_redirects=False)
    subject = about.get("subject", made.draft.subject)
    client.post("/case/1/approve", data={**fields(client, 1), "subject": subject, "text": made.draft.text})
    mail = message_from_bytes(client.get("/case/1/reply.eml").content)
    assert mail["Bcc"] is None
    assert str(make_header(decode_header(mail["Subject"]))) == subject.strip()
    assert mail["References"] in {None, "<a@x.example>"}


def test_a_reply_to_no_address_is_refused(tmp_path: Path) -> None:
    made = decision()
    assert made.draft is not None
    to = (Address("", f"{LIKE_A_HEADER}@x.example"),)
    fill(tmp_path / "desk.db", replace(made, draft=replace(made.draft, to=to)))
    client = TestClient(app_over(tmp_path / "desk.db"), base_url="http://127.0.0.1", follow_redirects=False)
    client.post("/case/1/approve", data={**fields(client, 1), "subject": made.draft.subject, "text": made.draft.text})
    assert "own mail client" in client.get("/case/1/reply.eml").text


def test_approving_an_edited_text_approves_that_text(client: TestClient, database: Path) -> None:
    form = {**fields(client, 1), "subject": "Re: Credit", "text": "Dear Dana,\r\nyes."}
    client.post("/case/1/approve", data=form)
    with Store(database) as store:
        case = Desk(store).case(1)
    assert case.draft is not None
    assert case.draft.text == "Dear Dana,\nyes."
    assert [event.kind.value for event in case.ledger] == ["received", "proposed", "revised", "approved"]


def test_two_people_on_one_case(client: TestClient, database: Path) -> None:
    ada, bob = fields(client, 1), fields(client, 1)
    client.post("/case/1/draft", data={**ada, "subject": "S", "text": "from ada"})
    answer = client.post("/case/1/approve", data={**bob, "subject": "S", "text": "from bob"})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert "from bob" in answer.text  # what was typed is not lost
    assert "from ada" in answer.text  # and what it would take the place of is seen first
    assert state(database, 1) is State.DRAFTED


def test_dismiss_needs_a_reason_and_keeps_it(client: TestClient, database: Path) -> None:
    assert client.post("/case/1/dismiss", data={**fields(client, 1), "reason": " "}).status_code == 422
    client.post("/case/1/dismiss", data={**fields(client, 1), "reason": "spam"})
    assert state(database, 1) is State.DISMISSED
    assert "spam" in client.get("/case/1").text


@pytest.mark.parametrize("spoil", [{"token": ""}, {"token": "0" * 64}, {"token": "ü"}])
def test_a_form_from_elsewhere_changes_nothing(client: TestClient, database: Path, spoil: dict[str, str]) -> None:
    form = {**fields(client, 1), "reason": "x", **spoil}
    assert client.post("/case/1/dismiss", data=form).status_code == 403
    assert state(database, 1) is State.DRAFTED


def test_another_origin_or_host_is_refused(client: TestClient) -> None:
    form = {**fields(client, 1), "reason": "x"}
    assert client.post("/case/1/dismiss", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_nothing_from_a_mail_becomes_markup(tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 98765*43211 }}"
    made = decision(nasty)
    spot = Evidence("text", 0, len(nasty), nasty)
    made = replace(
        made,
        message=replace(made.message, sender=Address(nasty, "x@x.example"), text=nasty, quoted=nasty, signature=nasty),
        reading=replace(made.reading, account=(Fact(nasty, "team", (spot,)),)),
    )
    fill(tmp_path / "desk.db", made)
    client = TestClient(app_over(tmp_path / "desk.db"), base_url="http://127.0.0.1")
    for path in ("/", "/case/1", "/digest"):
        page = client.get(path).text
        assert "<script" not in page
        assert "<img" not in page
        assert str(98765 * 43211) not in page


def test_pages_are_safe_to_open(client: TestClient) -> None:
    answer = client.get("/case/1")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/case/1/mail.eml").headers["content-disposition"].startswith("attachment")


def test_evidence_is_marked_where_it_stands(tmp_path: Path) -> None:
    made = decision()
    made = replace(
        made,
        message=replace(made.message, text="It was Frankfurt, sadly."),
        reading=replace(made.reading, regions=(Fact("eu-central-1", "", (Evidence("text", 7, 16, "Frankfurt"),)),)),
    )
    fill(tmp_path / "desk.db", made)
    page = TestClient(app_over(tmp_path / "desk.db"), base_url="http://127.0.0.1").get("/case/1").text
    assert '<mark title="region: eu-central-1">Frankfurt</mark>' in page


def test_what_is_not_there_says_so(client: TestClient) -> None:
    for path in ("/case/99", f"/case/{10**30}", "/nowhere", "/?show=nonsense"):
        assert client.get(path).status_code == 404
