"""Who is asking: may the reader of this letter be told what our records hold?"""

from __future__ import annotations

import re
from collections.abc import Collection

from triage.model import Known, Message, Reading
from triage.reply.checks import mentions

_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_METHOD = re.compile(r"\s*(dmarc|dkim|spf)(?:/\d+)?\s*=\s*(\w+)(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"(\w+\.\w+)\s*=\s*\"?([^\s;\"]+)")


def vouched(message: Message, known: Known | None, authenticated: bool | None) -> bool:
    """True only if the sender's address is one of the account's, a server that we trust authenticated it, and the
    answer goes nowhere else. Anything unknown is no."""
    if not authenticated or known is None or known.account is None or message.sender is None:
        return False
    ours = {address.casefold() for address in known.addresses}
    answered = {message.sender.email.casefold(), *(address.email.casefold() for address in message.reply_to)}
    return answered <= ours


def authenticated(message: Message, trusted: Collection[str]) -> bool | None:
    """Whether our own mail server authenticated the domain in From; None when it did not say.

    trusted: the names (authserv-id) under which our servers write Authentication-Results; a header under another name
    is the sender's own claim and is not read. Only the topmost header of a trusted server counts, for a server puts
    its own above all that arrived. DMARC decides; without it, DKIM or SPF of the very domain in From. Source: RFC 8601.
    """
    results = next(filter(None, (_results(value, trusted) for value in _headers(message))), None)
    if results is None or message.sender is None:
        return None
    domain = message.sender.email.rpartition("@")[2].casefold()
    verdicts = [verdict for verdict in (_verdict(result, domain) for result in results) if verdict]
    for method in ("dmarc", "dkim", "spf"):
        said = [passed for named, passed in verdicts if named == method]
        if said and (method == "dmarc" or any(said)):
            return any(said)
    return None


def _headers(message: Message) -> list[str]:
    return [value for name, value in message.headers if name.casefold() == "authentication-results"]


def _results(value: str, trusted: Collection[str]) -> list[str] | None:
    """The single results of a header; None when no trusted server wrote it."""
    named, *results = _COMMENT.sub(" ", value).split(";")
    server = named.split()[:1]
    return results if server and server[0].casefold() in {name.casefold() for name in trusted} else None


def _verdict(result: str, domain: str) -> tuple[str, bool] | None:
    """(method, passed) of one result that speaks of the domain; None for any other."""
    match = _METHOD.match(result)
    if match is None:
        return None
    method, said = match[1].casefold(), match[2].casefold()
    properties = {name.casefold(): value.casefold() for name, value in _PROPERTY.findall(match[3])}
    spoken_of = {
        "dmarc": properties.get("header.from", domain),
        "dkim": properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2],
        "spf": properties.get("smtp.mailfrom", "").rpartition("@")[2],
    }[method]
    return (method, said == "pass") if spoken_of == domain else None


def for_another(
    message: Message,
    reading: Reading,
    known: Known | None,
    *,
    vouched: bool,
    phrases: Collection[str],
    of_account: Collection[str],
) -> bool:
    """Whether a request seems to concern somebody else than its sender, by a mail that does not say who asks.

    A sign is one of the phrases for other people, or an address other than the sender's own; but who is not vouched for
    may be the owner who writes from elsewhere. of_account: the rights
    that concern an account as a whole; those, any address of the account may use for it.
    """
    if "identity" not in reading.missing:
        return False
    own = {message.sender.email.casefold()} if message.sender else set[str]()
    stated = {fact.value.casefold() for fact in reading.account if fact.kind == "email" and vouched} - own
    if vouched and {right.label for right in reading.rights} <= set(of_account):
        return bool(stated - {address.casefold() for address in known.addresses} if known else stated)
    return bool(stated) or mentions(f"{message.subject}\n{message.text}", tuple(phrases))


def own_names(known: Known | None) -> tuple[str, ...]:
    """What identifies the account that the mail concerns: told to nobody but its owner."""
    if known is None or known.account is None:
        return ()
    account = known.account
    named = (account.id, account.name, account.team, account.customer_id, *known.addresses)
    return tuple(dict.fromkeys(name for name in named if name))


def foreign_names(known: Known | None) -> tuple[str, ...]:
    """The other accounts that a mail touches, as when it names somebody else's database: told to nobody."""
    if known is None:
        return ()
    own = {known.account.id} if known.account else set()
    return tuple(dict.fromkeys(each.account for each in known.databases if each.account not in own))
