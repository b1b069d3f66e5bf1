"""What a letter costs, its checks included, against rendering the same text through a bare Jinja2 template in the same run.

Run from the project's folder: `python -m benchmarks.reply`. Processor time, so that a busy machine does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from jinja2 import Environment

from tests.reply.cases import CASES
from tests.reply.cases import writer as shared_writer

ROUNDS = 7


def cost(work: Callable[[], object]) -> float:
    """Milliseconds of processor time, the median of several rounds."""
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


def main() -> None:
    writer = shared_writer()
    made = [(case, case.arguments("en")) for case in CASES.values()]
    drafts = [writer.draft(case.message, *positional, **named) for case, (positional, named) in made]
    bare = [
        Environment(autoescape=True).from_string("{% for line in text.splitlines() %}{{ line }}\n{% endfor %}")
    ] * len(drafts)
    letters = cost(lambda: [writer.draft(case.message, *positional, **named) for case, (positional, named) in made])
    rendered = cost(
        lambda: [template.render(text=draft.text) for template, draft in zip(bare, drafts, strict=True) if draft]
    )
    print(
        f"{letters / len(made):.2f} ms a letter with its checks, {rendered / len(made):.3f} ms bare: {letters / rendered:.0f} times"
    )


if __name__ == "__main__":
    main()
