"""How long reading a mail takes, against Python's own mail parser and spaCy's tokens, and what the reader needs to start.

    python -m benchmarks.reading [--mails N] [--rounds N] [--starts N]

The mails of 5 KB are made of those in the training corpus: whole letters of one language after another, no letter twice in
one mail. Short mails are those of the development and test corpora as they stand; the reader has met them before, so
that every language's patterns are compiled. The baseline is `email.message_from_bytes`, every part's `get_payload`, and the
tokens of a blank spaCy pipeline over the text, each round with a new tokeniser that has not met a word yet. Our own first
round, when the long mails are new to the reader as well, is told apart from later ones. Processor time, the median of the
rounds: a busy machine counts little. The figures for starting are medians of new processes that run `triage read FILE --json`.
"""

from __future__ import annotations

import argparse
import email
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from triage.mail import parse
from triage.model import Message
from triage.paths import shipped
from triage.reading import Reader
from triage.reading.corpus import Sample, load
from triage.reading.vocabulary import load_vocabulary

CORPUS = Path(__file__).resolve().parent.parent / "mailbox_fixtures" / "corpus"
SIZE = 5_000
LONG, SHORT = ("train",), ("dev", "test")


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--mails", type=int, default=100)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--starts", type=int, default=5)
    chosen = options.parse_args()
    short = [sample.message for part in SHORT for sample in load(CORPUS / part)]
    long = joined([sample for part in LONG for sample in load(CORPUS / part)], chosen.mails)
    reader = Reader.load(load_vocabulary(shipped("rules") / "upstash" / "vocabulary.yaml"))
    list(reader.read_many(short))
    whole(reader, long, chosen.rounds)
    batched(reader, "5 KB", [parse(raw, source="") for raw in long], chosen.rounds)
    batched(reader, "short", short, chosen.rounds)
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at the peak")
    start(long[0], chosen.starts)


def joined(samples: Sequence[Sample], count: int) -> list[bytes]:
    """Mails of `SIZE` bytes in turn in each language, the letters and their order drawn anew for each."""
    rng = random.Random(7)
    by_language: dict[str, list[Message]] = {}
    for sample in samples:
        by_language.setdefault(sample.gold.language or "en", []).append(sample.message)
    languages = [code for code, found in sorted(by_language.items()) if sum(len(m.text) for m in found) > SIZE]
    return [_joined(rng, by_language[languages[number % len(languages)]]) for number in range(count)]


def _joined(rng: random.Random, letters: Sequence[Message]) -> bytes:
    drawn = rng.sample(letters, len(letters))
    text = ""
    for letter in drawn:
        text += f"{letter.text.strip()}\n\n"
        if len(text.encode()) >= SIZE:
            break
    return wire(drawn[0].subject, text.encode()[:SIZE].decode(errors="ignore"))


def wire(subject: str, text: str) -> bytes:
    head = (
        "Received: from mx.example by desk.example with ESMTP; Tue, 3 Mar 2026 10:00:00 +0100\r\n"
        "From: Dana Example <dana@northpeak.example>\r\nTo: support@upstash.com\r\nDate: Tue, 3 Mar 2026 10:00:00 +0100\r\n"
        f"Message-ID: <1@northpeak.example>\r\nSubject: {' '.join(subject.split())}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head + text.replace("\n", "\r\n")).encode()


def whole(reader: Reader, mails: Sequence[bytes], rounds: int) -> None:
    """Parsing and reading, mail by mail, beside the baseline over the same mails in turn."""
    import spacy

    texts = [parse(raw, source="").text for raw in mails]
    ours, theirs = [], []
    for _ in range(rounds):
        tokens = spacy.blank("xx")
        theirs.append(milliseconds(lambda: _baseline(tokens, mails, texts), len(mails)))  # noqa: B023 - called at once
        ours.append(milliseconds(lambda: [reader.read(parse(raw, source="")) for raw in mails], len(mails)))
    parsing = statistics.median(
        milliseconds(lambda: [parse(raw, source="") for raw in mails], len(mails)) for _ in range(rounds)
    )
    typical, base = statistics.median(ours), statistics.median(theirs)
    print(f"{len(mails)} mails of {sum(map(len, mails)) // len(mails):,} bytes")
    print(f"  email and spaCy's tokens {base:6.2f} ms a mail")
    print(f"  parse and read           {typical:6.2f} ms, ratio {typical / base:.1f}; parse alone {parsing:.2f} ms")
    print(f"  … words never met before {ours[0]:6.2f} ms, ratio {ours[0] / theirs[0]:.1f}")


def _baseline(tokens: Callable[[str], object], mails: Sequence[bytes], texts: Sequence[str]) -> None:
    for raw, text in zip(mails, texts, strict=True):
        for part in email.message_from_bytes(raw).walk():
            part.get_payload(decode=True)
        tokens(text)


def batched(reader: Reader, name: str, messages: Sequence[Message], rounds: int) -> None:
    spent = [milliseconds(lambda: list(reader.read_many(messages)), len(messages)) for _ in range(rounds)]
    one = statistics.median(spent)
    letters = sum(len(message.text) for message in messages) // len(messages)
    print(f"read_many, {name} mails ({letters:,} characters): {one:.2f} ms a mail, {1000 / one:,.0f} mails a second")


def milliseconds(work: Callable[[], object], count: int) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) / count * 1000


def start(mail: bytes, count: int) -> None:
    """A new process from nothing to its first answer."""
    wall, processor = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mail.eml"
        file.write_bytes(mail)
        for _ in range(count):
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            command = [sys.executable, "-m", "triage", "read", str(file), "--json"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            wall.append(time.perf_counter() - began)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(
        f"triage read FILE --json: {statistics.median(wall):.2f} s, {statistics.median(processor):.2f} s of processor time"
    )


if __name__ == "__main__":
    main()
