"""Loading spaCy quickly leaves nothing broken behind."""

from __future__ import annotations

import subprocess
import sys


def test_what_was_set_aside_still_works_when_asked_for() -> None:
    script = (
        "import gc\n"
        "from triage.reading.frame import load_spacy\n"
        "load_spacy()\n"
        "assert gc.isenabled()\n"
        "import srsly, spacy.cli\n"
        "assert srsly.yaml_loads(srsly.yaml_dumps({'a': [1, 2]})) == {'a': [1, 2]}\n"
        "assert callable(spacy.cli.info)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
