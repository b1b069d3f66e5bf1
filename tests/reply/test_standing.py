"""Only the authenticated owner of an account is told what our records hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reply.cases import CASES, KNOWN, MESSAGE, TEMPLATES
from triage.model import Address
from triage.reply import Writer
from triage.reply.standing import authenticated, vouched

OURS = {"mx.desk.example"}


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param(["mx.desk.example; dmarc=pass header.from=northpeak.example"], True, id="DMARC passes"),
        pytest.param(["MX.desk.example 1; dmarc=pass (p=reject) header.from=northpeak.example"], True, id="version, comment"),
        pytest.param(["mx.desk.example; dmarc=fail header.from=northpeak.example; spf=pass smtp.mailfrom=northpeak.example"], False, id="DMARC decides"),
        pytest.param(["mx.desk.example; dkim=pass header.d=northpeak.example"], True, id="DKIM of the same domain"),
        pytest.param(["mx.desk.example; dkim=pass header.i=@northpeak.example"], True, id="DKIM by its identity"),
        pytest.param(["mx.desk.example; dkim=pass header.d=mailer.example"], None, id="DKIM of somebody else"),
        pytest.param(["mx.desk.example; spf=pass smtp.mailfrom=bounce@northpeak.example"], True, id="SPF of the same domain"),
        pytest.param(["mx.desk.example; spf=pass smtp.mailfrom=x@mailer.example; dkim=fail header.d=northpeak.example"], None, id="none speaks for the domain"),
        pytest.param(["mx.desk.example; none"], None, id="nothing checked"),
        pytest.param(["mx.evil.example; dmarc=pass header.from=northpeak.example"], None, id="not our server"),
        pytest.param(["mx.desk.example; dmarc=fail header.from=northpeak.example", "mx.desk.example; dmarc=pass header.from=northpeak.example"], False, id="the topmost of ours counts"),
        pytest.param(["mx.evil.example; dmarc=fail", "mx.desk.example; dmarc=pass header.from=northpeak.example"], True, id="others are skipped"),
        pytest.param(["mx.desk.example; dkim=pass (dmarc=pass header.from=northpeak.example) header.d=mailer.example"], None, id="a comment proves nothing"),
        pytest.param([], None, id="no header"),
    ],
)  # fmt: skip
def test_authentication_results(results: list[str], expected: bool | None) -> None:
    message = replace(MESSAGE, headers=tuple(("Authentication-Results", value) for value in results))
    assert authenticated(message, OURS) is expected
    assert authenticated(message, ()) is None


def test_the_owner_who_is_authenticated_is_vouched_for() -> None:
    assert vouched(MESSAGE, KNOWN, True)
    assert vouched(replace(MESSAGE, sender=Address("", "Billing@Northpeak.example")), KNOWN, True)


@pytest.mark.parametrize("said", [False, None])
def test_without_authentication_nobody_is(said: bool | None) -> None:
    assert not vouched(MESSAGE, KNOWN, said)


def test_a_stranger_is_not() -> None:
    assert not vouched(replace(MESSAGE, sender=Address("Dana", "dana@elsewhere.example")), KNOWN, True)
    assert not vouched(MESSAGE, None, True)
    assert not vouched(MESSAGE, replace(KNOWN, account=None), True)
    assert not vouched(MESSAGE, replace(KNOWN, addresses=()), True)
    assert not vouched(replace(MESSAGE, sender=None), KNOWN, True)


def test_an_answer_that_also_goes_elsewhere_is_not() -> None:
    both = replace(MESSAGE, reply_to=(MESSAGE.sender, Address("", "x@elsewhere.example")))  # type: ignore[arg-type]
    assert not vouched(both, KNOWN, True)
    assert vouched(replace(MESSAGE, reply_to=(Address("", "billing@northpeak.example"),)), KNOWN, True)


def test_a_forged_sender_gets_no_name_no_apology_and_waits_for_a_person() -> None:
    case = CASES["claim from a forged sender"]
    draft = case.draft()
    assert "Dana Whitfield" not in draft.text.split("\n> ")[0]
    assert "sorry" not in draft.text
    assert [problem.code for problem in draft.problems] == ["forged_sender"]
    assert [problem.code for problem in case.check(draft.text)] == ["forged_sender"]


@pytest.mark.parametrize("name", ["Upstash Support", "Upstash Rewards", "The Upstash, Inc. Team", "UPSTASH"])
def test_nobody_elsewhere_is_greeted_by_our_own_name(name: str) -> None:
    sender = Address(name, "prize@bonus.example")
    text = CASES["concern"].but(message=replace(MESSAGE, sender=sender)).draft().text
    assert text.startswith("Hello,")


def test_a_colleague_at_the_desks_own_domain_is_greeted() -> None:
    sender = Address("Upstash Finance", "finance@upstash.com")
    assert CASES["concern"].but(message=replace(MESSAGE, sender=sender)).draft().text.startswith("Dear Upstash Finance")


def test_the_mails_own_headers_are_asked_where_nobody_says() -> None:
    header = ("Authentication-Results", "mx.desk.example; dmarc=pass header.from=northpeak.example")
    case = CASES["claim eligible"].but(authenticated=None, message=replace(MESSAGE, headers=(header,)))
    assert "18.00 USD" in case.draft(by=Writer.load([TEMPLATES], trusted=OURS)).text
    assert "18.00 USD" not in case.draft().text
