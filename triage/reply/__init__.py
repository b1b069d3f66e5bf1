"""From what is known and judged to an unsent letter in the sender's language, with the origin of every word."""

from triage.reply.letter import as_html
from triage.reply.writer import Writer

__all__ = ["Writer", "as_html"]
