"""The command line: names, options and help. What a command does is in `triage.commands`, imported only when it is called."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from triage import __version__
from triage.errors import TriageError

EPILOG = "Settings are read from triage.toml in this folder, or from the file named with --config or in TRIAGE_CONFIG."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit code 0: done; 1: something failed, said on standard error; 2: called wrongly."""
    _speak_any_language()
    arguments = parser().parse_args(argv)
    module, function = arguments.run.split(":")
    try:
        return int(getattr(importlib.import_module(f"triage.commands.{module}"), function)(arguments) or 0)
    except TriageError as error:
        print(f"triage: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("triage: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _speak_any_language() -> None:
    """What goes to a file or a program is UTF-8, whatever the locale; a terminal gets what it cannot show as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="triage",
        description="Support-desk mail triage: reads, judges by published terms, drafts, keeps deadlines.",
        epilog=EPILOG,
    )
    top.add_argument("--version", action="version", version=f"triage {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, run: str, summary: str, *, settings: bool = True, among: Any = commands
    ) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = among.add_parser(name, help=summary, description=summary)
        sub.set_defaults(run=run)
        if settings:
            default = os.environ.get("TRIAGE_CONFIG")
            sub.add_argument(
                "--config", type=Path, metavar="FILE", default=Path(default) if default else None, help="settings file"
            )
        return sub

    demo = command("demo", "demo:demo", "poll the shipped fixtures mailbox and open the review page", settings=False)
    demo.add_argument("--port", type=int, default=0, help="port of the page; 0 takes a free one (default)")
    demo.add_argument("--no-browser", action="store_true", help="print the address, open no browser")
    demo.add_argument(
        "--desk", type=Path, metavar="FOLDER", help="keep the demo's desk there (default: a temporary folder)"
    )

    init = command("init", "setup:init", "write a triage.toml in which every key is explained", settings=False)
    init.add_argument("file", nargs="?", type=Path, default=Path("triage.toml"))
    init.add_argument("--force", action="store_true", help="overwrite an existing file")
    command("check", "setup:check", "is my configuration right? tries mailboxes, database, pack and templates")

    poll = command("poll", "desk:poll", "take the new mail once")
    poll.add_argument("--quiet", action="store_true", help="no progress, only errors")
    command("run", "desk:run", "poll on a schedule and serve the review page")

    listing = command("list", "desk:list_cases", "the cases by due time")
    listing.add_argument("--all", action="store_true", help="also those that are closed or filed")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    show = command("show", "desk:show", "one case: mail, facts, verdict, draft, ledger")
    show.add_argument("case", type=int)
    show.add_argument("--json", action="store_true", help="as JSON")
    digest = command("digest", "desk:digest", "what is due")
    digest.add_argument("--date", metavar="D", help="the day, as YYYY-MM-DD (default: today)")
    digest.add_argument("--format", choices=("text", "json"), default="text")

    read = command("read", "files:read", "read mail from files; touches no store")
    read.add_argument(
        "files", nargs="+", metavar="FILE", help="a mail, an mbox, a Maildir or a folder of .eml; - for standard input"
    )
    read.add_argument("--json", action="store_true", help="one JSON object a mail")
    read.add_argument("--received", metavar="TIME", help="time of receipt, ISO 8601 with offset")
    assess = command("assess", "files:assess", "eligibility for a service credit from given facts; touches no store")
    assess.add_argument("facts", metavar="FACTS", help="a JSON or JSON Lines file; - for standard input")
    assess.add_argument("--json", action="store_true", help="one JSON object a set of facts")

    rules = command("rules", "", "the terms: check, test, explain and print them", settings=False)
    verbs = rules.add_subparsers(metavar="VERB", required=True)

    def verb(name: str, summary: str) -> argparse.ArgumentParser:
        return command(name, f"rules:{name}", summary, among=verbs)

    for name, summary in (
        ("check", "is the pack sound? dates, overlaps, gaps, clauses without a case"),
        ("test", "run the cases beside the pack"),
        ("docs", "the pack as a page for people"),
    ):
        verb(name, summary).add_argument(
            "pack", nargs="?", help="a folder or a shipped pack (default: that of the settings)"
        )
    verb("explain", "a case's verdict and deadlines, step by step").add_argument("case", type=int)
    verb("impact", "what another pack would change in the open cases").add_argument(
        "pack", help="the changed pack's folder"
    )

    records = command("records", "", "accounts, bills, uptime and credits that the desk knows", settings=False)
    records_verbs = records.add_subparsers(metavar="VERB", required=True)

    def record_verb(name: str, summary: str) -> argparse.ArgumentParser:
        return command(name, f"records:{name}_records", summary, among=records_verbs)

    importing = record_verb("import", "take a folder of CSV files into the desk; a second time changes nothing")
    importing.add_argument("folder", type=Path)
    importing.add_argument(
        "--replace", action="store_true", help="also remove what came from CSV before and is in its files no more"
    )
    uptime = record_verb("uptime", "derive uptime from a status page's JSON")
    uptime.add_argument("pages", nargs="+", metavar="FILE|URL", help="one page's answers; a URL is fetched over https")
    uptime.add_argument("--since", metavar="DATE", help="first day to derive from (default: as far as the page lists)")
    uptime.add_argument(
        "--as-of", metavar="TIME", help="when files were saved, ISO 8601 with offset (default: their date)"
    )
    uptime.add_argument("--explain", action="store_true", help="show how each figure came about")
    bills = record_verb("bills", "take bills over from a billing service")
    bills.add_argument("--from", dest="source", choices=("stripe",), required=True)
    bills.add_argument("--since", metavar="DATE", help="invoices made on this day or later (default: all)")
    kinds = ("accounts", "databases", "bills", "uptime", "credits")
    shown = record_verb("list", "what the desk knows, and since which import")
    shown.add_argument("kind", nargs="?", choices=kinds, metavar="KIND", help=", ".join(kinds))
    shown.add_argument("--json", action="store_true", help="one JSON object a row")

    pack = command("pack", "", "rule packs of your own", settings=False)
    pack_verbs = pack.add_subparsers(metavar="VERB", required=True)
    new = command("new", "rules:new", "a new pack, to write your terms into", settings=False, among=pack_verbs)
    new.add_argument("folder", type=Path)
    new.add_argument("--operator", help="the company's name (default: the folder's)")

    train = command("train", "reader:train", "rebuild the reader's weights from a corpus")
    train.add_argument("--corpus", type=Path, metavar="FOLDER", help="default: the shipped training corpus")
    train.add_argument("--out", type=Path, metavar="FOLDER", help="default: the weights that the program uses")
    evaluate = command("evaluate", "reader:evaluate", "how well the reader does on mail with gold beside it")
    evaluate.add_argument("folder", nargs="?", type=Path, help="default: the shipped development part")
    evaluate.add_argument("--json", action="store_true")
    return top


if __name__ == "__main__":
    sys.exit(main())
