"""Bytes to `Message`: what a careful person would see of a mail."""

from triage.mail.reader import parse

__all__ = ["parse"]
