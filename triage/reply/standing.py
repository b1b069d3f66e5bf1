"""Who is asking: may the reader of this letter be told what our records hold?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from triage.model import Message


def vouched(message: Message, account_addresses: Collection[str], authenticated: bool | None) -> bool:
    """True only if the sender's address is one of the account's, a server that we trust authenticated it, and the
    answer goes nowhere else. Anything unknown is no."""
    if not authenticated or message.sender is None:
        return False
    ours = {address.casefold() for address in account_addresses}
    answered = {message.sender.email.casefold(), *(address.email.casefold() for address in message.reply_to)}
    return bool(ours) and answered <= ours


def addresses_of(known: Any) -> tuple[str, ...]:
    """The addresses that our records hold for an account; none where we know no account."""
    return tuple(getattr(known, "addresses", ()) or ())
