"""How long a mail takes to be read, against Python's own parser and spaCy's tokens.

    python benchmarks/mail.py [--mails N] [--rounds N]

The mails are made of the sentences in `mailbox_fixtures/corpus`, no two alike, about 5 KB each: plain ones with a quoted
answer below, and HTML ones in a multipart. The baseline is `email.message_from_bytes`, every part's `get_payload`, and a
blank spaCy pipeline over the text, in the same process. Processor time, the best of the rounds: a busy machine does not
count. The ratios are comparable between machines.
"""

from __future__ import annotations

import argparse
import email
import random
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TypeVar

import spacy

from triage.mail import parse

CORPUS = Path(__file__).resolve().parent.parent / "mailbox_fixtures" / "corpus"
SIZE = 5_000
Raw = TypeVar("Raw", bytes, str)


def sentences() -> list[str]:
    """Every line of the corpora that is long enough to be somebody's words."""
    lines = (line.strip() for path in sorted(CORPUS.rglob("*.txt")) for line in path.read_text("utf-8").split("\n"))
    return [line for line in lines if len(line) > 40 and not line.startswith(("%%", ">"))]


def headers(rng: random.Random, kind: str) -> str:
    number = rng.randint(10**8, 10**9)
    return (
        f"Return-Path: <dana{number}@northpeak.example>\r\n"
        f"Received: from mx{number}.northpeak.example (mx{number}.northpeak.example [192.0.2.17])\r\n"
        f"\tby mx.desk.example (Postfix) with ESMTPS id {number:X}; Tue, 3 Mar 2026 10:00:{rng.randint(10, 59)} +0100 (CET)\r\n"
        f"From: =?utf-8?q?Dana_M=C3=BCller?= <dana{number}@northpeak.example>\r\nTo: Support <support@upstash.com>\r\n"
        f"Subject: Re: Invoice {number}\r\nDate: Tue, 3 Mar 2026 10:00:00 +0100\r\nMessage-ID: <{number}@northpeak.example>\r\n"
        f"In-Reply-To: <{number + 1}@desk.example>\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n"
    )


def paragraphs(rng: random.Random, pool: list[str], size: int) -> list[str]:
    """Paragraphs of one to four sentences, together about `size` bytes."""
    out: list[str] = []
    while sum(len(one.encode()) for one in out) < size:
        out.append("\r\n".join(rng.sample(pool, rng.randint(1, 4))))
    return out


def plain(rng: random.Random, pool: list[str]) -> bytes:
    own = "\r\n\r\n".join(paragraphs(rng, pool, SIZE // 2))
    older = "\r\n".join(paragraphs(rng, pool, SIZE // 3)).replace("\r\n", "\r\n> ")
    head = headers(rng, "text/plain; charset=utf-8") + "Content-Transfer-Encoding: 8bit\r\n"
    text = f"{own}\r\n\r\nBest regards\r\nDana\r\n\r\nOn 2 Mar 2026, at 10:15, Support <support@upstash.com> wrote:\r\n> {older}\r\n"
    return f"{head}\r\n{text}".encode()


def page(rng: random.Random, pool: list[str]) -> bytes:
    own = "".join(f"<p style='margin:0'>{escape(one)}</p><br>" for one in paragraphs(rng, pool, SIZE // 3))
    older = "".join(f"<div>{escape(one)}</div>" for one in paragraphs(rng, pool, SIZE // 3))
    source = f"<html><body>{own}<div class='gmail_quote'>On 2 Mar 2026 Support wrote:<blockquote>{older}</blockquote></div></body></html>"
    head = headers(rng, 'multipart/alternative; boundary="_b"')
    return f"{head}\r\n--_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{source}\r\n--_b--\r\n".encode()


def stdlib(raw: bytes) -> None:
    for part in email.message_from_bytes(raw).walk():
        part.get_payload(decode=True)


def milliseconds(work: Callable[[Raw], object], given: list[Raw], rounds: int) -> float:
    """Of one mail, in the fastest round."""
    fastest = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for one in given:
            work(one)
        fastest = min(fastest, time.process_time() - start)
    return fastest / len(given) * 1000


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--mails", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    rng, pool, tokens = random.Random(7), sentences(), spacy.blank("en")
    for name, make in (("plain", plain), ("html", page)):
        mails = [make(rng, pool) for _ in range(given.mails)]
        texts = [parse(raw, source="").text for raw in mails]

        ours = milliseconds(lambda raw: parse(raw, source=""), mails, given.rounds)
        theirs = milliseconds(stdlib, mails, given.rounds)
        spacys = milliseconds(tokens.make_doc, texts, given.rounds)
        size = sum(map(len, mails)) // len(mails)
        print(
            f"{name}: {size:,} bytes a mail; parse {ours:.2f} ms; email {theirs:.2f} ms; spaCy's tokens {spacys:.2f} ms"
        )
        print(
            f"  parse / (email + spaCy's tokens) = {ours / (theirs + spacys):.2f}; parse / email = {ours / theirs:.1f}"
        )


if __name__ == "__main__":
    main()
