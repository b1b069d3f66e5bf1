"""The commands as a user types them: exit codes, helpful words, no tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from triage.cli import main, parser

MAIL = b"""Received: from mx by desk; Wed, 18 Mar 2026 08:12:00 +0000
From: Dana <dana@northpeak.example>
Subject: Credit for the Frankfurt outage
Message-ID: <a@b.example>

Hi, we would like a credit: our database in Frankfurt was down on 3 March 2026 from 14:00 to 16:30 UTC.
Our account is ops@northpeak.example.
"""
FACTS = {
    "received_at": "2026-05-12T09:00:00Z",
    "claimant": "northpeak",
    "account": {"id": "northpeak", "plan": "payg", "billing_day": 1},
    "service": {"product": "redis", "kind": "regional", "owner": "northpeak"},
    "region": "eu-central-1",
    "incidents": [{"start_at": "2026-03-03T14:00:00Z", "end_at": "2026-03-03T16:30:00Z"}],
    "cycles": [
        {
            "start": "2026-03-01",
            "uptime_percent": "99.663",
            "bill": [{"amount": "180.00", "one_time": False}, {"amount": "500.00", "one_time": True}],
            "already_credited": False,
        }
    ],
}
READ_FIELDS = {
    "source", "message_id", "received_at", "from", "subject", "language", "text", "categories", "rights", "account",
    "resources", "regions", "incidents", "missing", "deadlines", "assessment", "draft",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a mailbox of files and its settings, to type commands in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIAGE_CONFIG", raising=False)
    box = tmp_path / "mail"
    box.mkdir()
    (box / "claim.eml").write_bytes(MAIL)
    (tmp_path / "triage.toml").write_text('[mailbox.files]\nkind = "files"\npath = "mail"\n')
    return tmp_path


def lines(text: str) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in text.splitlines()]


def test_help_needs_neither_spacy_nor_the_web() -> None:
    code = (
        "import sys; from triage.cli import parser; parser().format_help();"
        "print([m for m in ('spacy', 'numpy', 'starlette', 'imaplib2', 'sqlite_utils', 'jinja2', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_command_is_in_the_readme_and_leads_somewhere() -> None:
    import importlib

    readme = (Path(__file__).parents[1] / "README.md").read_text()
    choices = next(
        a for a in parser()._actions if a.dest == "command" or (hasattr(a, "choices") and isinstance(a.choices, dict))
    ).choices
    assert choices
    for name, sub in choices.items():
        assert f"triage {name}" in readme or name in {"demo"}, name
        if run := sub.get_default("run"):
            module, function = run.split(":")
            assert callable(getattr(importlib.import_module(f"triage.commands.{module}"), function))


def test_read_prints_every_field_of_the_interface(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "mail/claim.eml", "--json"]) == 0
    (view,) = lines(capsys.readouterr().out)
    assert set(view) >= READ_FIELDS
    assert view["source"] == "mail/claim.eml"
    assert view["received_at"] == "2026-03-18T08:12:00Z"
    assert [c["label"] for c in view["categories"]] == ["sla_credit_claim"]
    assert [i["start_at"] for i in view["incidents"]] == ["2026-03-03T14:00:00Z"]
    assert view["deadlines"][0]["kind"] == "respond"
    assert view["deadlines"][0]["due_at"] == "2026-04-02T08:12:00Z"
    for found in [*view["categories"], *view["account"], *view["regions"], *view["incidents"]]:
        for evidence in found["evidence"]:
            assert view[evidence["part"]][evidence["start"] : evidence["end"]] == evidence["text"]


def test_read_answers_the_others_when_one_cannot_be_read(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "none.eml", "mail", "--json", "--received", "2026-03-20T00:00:00+01:00"]) == 1
    out, err = capsys.readouterr()
    assert [view["received_at"] for view in lines(out)] == ["2026-03-19T23:00:00Z"]
    assert "none.eml cannot be read" in err


def test_a_mail_without_any_time_is_as_old_as_its_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "bare.eml").write_text("From: a@x.example\nSubject: data\n\nPlease send me a copy of my data.\n")
    os.utime(home / "bare.eml", (1773900000, 1773900000))
    assert main(["read", "bare.eml", "--json"]) == 0
    (view,) = lines(capsys.readouterr().out)
    assert view["received_at"] == "2026-03-19T06:00:00Z"
    assert "1970" not in view["draft"]["text"]


def test_a_mail_that_defeats_the_reader_is_answered_all_the_same(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.reading import Reader

    monkeypatch.setattr(Reader, "read", lambda *_: 1 / 0)
    assert main(["read", "mail", "--json"]) == 1
    out, err = capsys.readouterr()
    (view,) = lines(out)
    assert view["doubts"][0]["code"] == "unreadable"
    assert view["deadlines"][0]["kind"] == "respond"
    assert "claim.eml defeated the reader" in err


def test_read_writes_nothing(home: Path) -> None:
    before = sorted(home.rglob("*"))
    main(["read", "mail", "--json"])
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize("form", ["object", "list", "lines"])
def test_assess_answers_each_set_of_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    texts = {
        "object": json.dumps(FACTS, indent=1),
        "list": json.dumps([FACTS, {}]),
        "lines": f"{json.dumps(FACTS)}\n\n{{}}\n",
    }
    (tmp_path / "facts.json").write_text(texts[form])
    assert main(["assess", str(tmp_path / "facts.json"), "--json"]) == 0
    first, *rest = lines(capsys.readouterr().out)
    assert (first["outcome"], first["total"], first["credits"][0]["credit"]) == ("eligible", "18.00", "18.00")
    assert first["credits"][0]["claim_before"] == "2026-06-01T00:00:00Z"
    assert [answer["outcome"] for answer in rest] == (["undetermined"] if form != "object" else [])


def test_assess_keeps_every_digit_of_a_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(FACTS).replace('"99.663"', "99.98999999999999999999")
    (tmp_path / "facts.json").write_text(text)
    main(["assess", str(tmp_path / "facts.json"), "--json"])
    assert lines(capsys.readouterr().out)[0]["credits"][0]["tier_percent"] == "10"


def test_assess_says_which_facts_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "facts.jsonl").write_text('{}\nnonsense\n{"received_at": "yesterday"}\n')
    assert main(["assess", str(tmp_path / "facts.jsonl"), "--json"]) == 1
    out, err = capsys.readouterr()
    assert len(lines(out)) == 1
    assert "facts.jsonl:2" in err
    assert "facts.jsonl:3" in err


def test_wrong_usage_is_exit_code_2(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["read"])
    assert main(["read", "mail", "--received", "yesterday"]) == 2
    assert main(["show", "99"]) == 2
    assert main(["digest", "--date", "soon"]) == 2
    assert main(["demo", "--no-browser", "--desk", "mail/claim.eml"]) == 2
    assert main(["init"]) == 2  # there is a triage.toml already
    assert "--force" in capsys.readouterr().err


def test_poll_list_show_digest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["poll"]) == 0
    assert "1 new of 1 mails, 1 cases, 0 unaccounted" in capsys.readouterr().err
    assert main(["poll"]) == 0
    assert "0 new of 1 mails" in capsys.readouterr().err
    assert main(["list", "--json"]) == 0
    (row,) = lines(capsys.readouterr().out)
    assert main(["show", str(row["id"]), "--json"]) == 0
    (case,) = lines(capsys.readouterr().out)
    assert case["ledger"][0]["kind"] == "received"
    assert main(["digest", "--date", "2026-04-02", "--format", "json"]) == 0
    (digest,) = lines(capsys.readouterr().out)
    assert [line["case"] for line in digest["sections"]["Due today"]] == [row["id"]]
    assert main(["digest", "--date", "2026-04-03"]) == 0
    assert "Overdue: 1" in capsys.readouterr().out


def test_rules_as_the_policy_owner_types_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", "new", "acme", "--operator", "Acme"]) == 0
    for verb in ("check", "test", "docs"):
        assert main(["rules", verb, "acme"]) == 0
        assert main(["rules", verb]) == 0
    out = capsys.readouterr().out
    assert "The pack is sound." in out
    assert " 0 failed" in out
    assert "# The terms of Acme" in out
    assert main(["poll", "--quiet"]) == 0
    assert main(["rules", "explain", "1"]) == 0
    assert "sla.time_limit" in capsys.readouterr().out
    assert main(["rules", "impact", "upstash"]) == 0
    assert "0 of 1 open cases would change" in capsys.readouterr().out
    assert main(["rules", "impact", "acme"]) == 0
    assert "1 of 1 open cases would change" in capsys.readouterr().out
    assert main(["rules", "check", "nowhere"]) == 1
    assert "brightwater" in capsys.readouterr().err


def test_a_law_of_the_settings_counts_beside_the_published_terms(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = "From: a@x.example\nDate: Wed, 18 Mar 2026 08:12:00 +0000\n\nPlease delete all my personal data.\n"
    (home / "request.eml").write_text(request)
    due = {}
    for laws in ("", "ccpa", "gdpr, kvkk"):
        (home / "triage.toml").write_text(f'[desk]\nlaws = "{laws}"\n')
        assert main(["read", "request.eml", "--json", "--config", "triage.toml"]) == 0
        (view,) = lines(capsys.readouterr().out)
        due[laws] = {each["kind"]: (each["due_at"], each["clause"]) for each in view["deadlines"]}
    assert due[""]["respond"] == due["ccpa"]["respond"] == ("2026-04-02T08:12:00Z", "privacy.respond")
    assert due["ccpa"]["acknowledge"][1] == "ccpa.acknowledge"
    assert due["gdpr, kvkk"] == due[""]  # both give a month, the published terms govern
    (home / "triage.toml").write_text('[desk]\nlaws = "gpdr"\n')
    assert main(["check", "--config", "triage.toml"]) == 1
    assert "gdpr, uk_gdpr, ccpa" in capsys.readouterr().out


def test_check_names_each_fault_and_goes_on(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "triage.toml").write_text(
        '[desk]\nrecords = "none"\n[mailbox.a]\nkind = "files"\npath = "nowhere"\n'
        '[mailbox.b]\nhost = "127.0.0.1"\nport = 1\nuser = "u"\nsecret_in_clear = "s3cret"\n'
    )
    assert main(["check"]) == 1
    out = capsys.readouterr().out
    assert "wrong  records" in out
    assert "wrong  mailbox a: " in out
    assert "wrong  mailbox b: " in out
    assert "ok     database" in out
    assert "s3cret" not in out


def test_init_then_check_leads_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["list"]) == 1
    assert "triage init" in capsys.readouterr().err
    assert main(["init"]) == 0
    assert main(["list"]) == 0


def test_a_locale_without_the_characters_is_no_traceback(home: Path) -> None:
    (home / "mail" / "claim.eml").write_bytes("From: ü@x.example\nSubject: Störung\n\nGrüße\n".encode())
    command = [sys.executable, "-m", "triage", "read", "mail", "--json"]
    poor = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=poor)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["subject"] == "Störung"


def test_a_mailbox_with_wrong_settings_does_not_stop_the_others(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = '[mailbox.a]\nkind = "files"\npath = "~nobody-of-that-name/mail"\n'
    (home / "triage.toml").write_text(wrong + (home / "triage.toml").read_text())
    assert main(["poll"]) == 1
    err = capsys.readouterr().err
    assert "triage: a: ~nobody-of-that-name/mail" in err
    assert "files: 1 new of 1 mails" in err


def test_a_closed_pipe_is_no_traceback(home: Path) -> None:
    command = f"{sys.executable} -m triage --help | head -1"
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert "Traceback" not in done.stderr
