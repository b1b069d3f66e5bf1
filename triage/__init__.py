"""A support desk's mail triage: reads, judges by published terms, drafts, keeps deadlines; a person decides."""

__version__ = "0.1.0"
