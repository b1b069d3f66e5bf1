"""Whether a person wrote a mail. Signs are weighed: lists and Exchange servers mark people's mail too."""

from __future__ import annotations

import re

from triage.mail.mime import Part
from triage.model import Address, Sign

_MACHINE_SENDER = re.compile(
    r"^(?:mailer-?daemon|postmaster|no-?reply|do-?not-?reply|bounces?|notifications?|alerts?|automailer|auto-?reply|noreply)\b",
    re.I,
)


def signs(headers: tuple[tuple[str, str], ...], root: Part, sender: Address | None) -> tuple[Sign, ...]:
    """The signs that together decide that no person wrote a mail; empty when a person did."""
    found: list[Sign] = []
    values = {name.lower(): value for name, value in reversed(headers)}
    auto = values.get("auto-submitted", "no").lower()
    if auto.startswith("auto-"):
        found.append(Sign("rfc3834", f"Auto-Submitted: {auto}"))
    if root.content_type == "multipart/report":
        found.append(Sign("report", f"report-type={root.parameters.get('report-type', '')}"))
    if sender and _MACHINE_SENDER.match(sender.email):
        found.append(Sign("machine-sender", sender.email))
    if values.get("return-path", "x").replace(" ", "") == "<>":
        found.append(Sign("null-return-path", "Return-Path: <>"))
    if values.get("precedence", "").lower() in {"auto_reply", "auto-reply", "bulk", "junk"} and "list-id" not in values:
        found.append(Sign("precedence", f"Precedence: {values['precedence']}"))
    return tuple(found)
