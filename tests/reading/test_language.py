"""The language of short mail."""

from __future__ import annotations

import pytest

from tests.reading.conftest import Write
from triage.reading import Reader

LOG = """
Error: connect ECONNREFUSED 10.0.0.7:6379
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)
2026-03-10T13:02:11Z ERR upstream request timeout after 10000 ms, giving up and closing the connection
"""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bitte um Rückruf.", "de"),
        ("merci beaucoup", "fr"),
        ("Muchas gracias por todo", "es"),
        ("Grazie mille, a presto", "it"),
        ("Obrigado pela ajuda", "pt"),
        ("Alvast bedankt voor de hulp", "nl"),
        ("Dziękuję za pomoc", "pl"),
        ("Yardımınız için teşekkürler", "tr"),
        ("よろしくお願いします", "ja"),
        ("Thanks for your help", "en"),
        ("bitte um antwort, danke schoen", "de"),
    ],
)
def test_a_few_words_are_enough(reader: Reader, write: Write, text: str, language: str) -> None:
    assert reader.read(write(text)).language == language


def test_a_pasted_log_does_not_outvote_the_sender(reader: Reader, write: Write) -> None:
    assert reader.read(write("Hallo, seit gestern kommt bei uns nur noch das hier:\n" + LOG * 3)).language == "de"


def test_without_own_words_the_thread_decides(reader: Reader, write: Write) -> None:
    quoted = "Guten Tag, zu welchem Konto gehört die Datenbank, und an welchem Tag war sie nicht erreichbar?"
    assert reader.read(write("ops@nordlicht.example", quoted=quoted)).language == "de"


def test_without_any_words_it_is_english(reader: Reader, write: Write) -> None:
    assert reader.read(write("12345")).language == "en"
