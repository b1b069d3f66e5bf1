"""What a public status page says was down: Atlassian Statuspage, Better Stack and Instatus, from the JSON they serve.

The answers are read as served (`/api/v2/incidents.json`, `/index.json`, the list of incidents), from files or, when a person
asks for it, over https. Whatever cannot be read is refused by its place: a page half understood would make an outage look
like uptime. For the same reason answers that list only what is wrong at the moment are refused.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from triage.errors import ConfigError, SourceError
from triage.model import StatusPage, Window

_LIST = 50
"""Statuspage lists the latest 50 incidents, Instatus as many a page: with so many, nothing is known of the time before."""

_LARGEST = 20 * 2**20
_PATIENCE = 30
"""Bytes of an answer, and seconds of silence, beyond which a server is not listened to."""


def read_status_page(path: Path) -> StatusPage:
    """The page in a file, whichever of the three serves it. Raises ConfigError."""
    return parse_status_page(read_answer(path), str(path))


def read_answer(path: Path) -> Any:
    """The JSON in a file. Raises ConfigError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(
            str(path), f"This is no JSON of a status page ({error}).", "Save the page's JSON there."
        ) from error


def fetch_answer(url: str) -> Any:
    """The JSON at a URL: https with the certificate verified, or http on this machine itself. Raises ConfigError, SourceError."""
    _check_url(url)
    request = Request(url, headers={"Accept": "application/json"})  # noqa: S310  # the scheme is checked
    opener = build_opener(_SafeRedirects, HTTPSHandler(context=ssl.create_default_context()))
    try:
        with opener.open(request, timeout=_PATIENCE) as answer:
            content = answer.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ConfigError(url, f"The answer is larger than {_LARGEST >> 20} MiB.", "Is this a status page's JSON?")
        return json.loads(content)
    except (OSError, HTTPException) as error:
        raise SourceError(
            f"{url}: The page cannot be fetched ({error}). Try it in a browser, or save its JSON to a file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(url, f"This is no JSON ({error}).", _WANTED) from error


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}):
        raise ConfigError(url, "A status page is fetched over https alone.", "Write the address with https://.")


class _SafeRedirects(HTTPRedirectHandler):
    """Follows a redirect only to where one may fetch from at all."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        _check_url(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def combine(answers: Iterable[tuple[Any, str]]) -> StatusPage:
    """One page from several of its answers, each with where it is from: outages, maintenances, names of components.

    A list of components names those that had no outage. It says nothing of outages itself, nor do maintenances: one of the
    answers must. Raises ConfigError.
    """
    answers = tuple(answers)
    lists = {where: _components(answer, where) for answer, where in answers}
    pages = [parse_status_page(answer, where) for answer, where in answers if lists[where] is None]
    if not any(lists[where] is None and not _maintenance_alone(answer) for answer, where in answers):
        raise ConfigError(", ".join(lists), "No outages are listed here, so nothing is known of any.", _WANTED)
    page = merge_pages(pages)
    return replace(
        page, components=tuple(sorted({*page.components, *(n for names in lists.values() for n in names or ())}))
    )


def _maintenance_alone(answer: Any) -> bool:
    return isinstance(answer, Mapping) and "scheduled_maintenances" in answer and "incidents" not in answer


_WANTED = "Take Statuspage's /api/v2/incidents.json, Better Stack's /index.json or Instatus's list of incidents."


def parse_status_page(answer: Any, where: str) -> StatusPage:
    """The page in a parsed answer. Raises ConfigError for a shape that none of the three has."""
    try:
        if isinstance(answer, Mapping) and _type(answer.get("data")) == "status_page":
            return _better_stack(answer)
        if isinstance(answer, Mapping) and "incidents" in answer and "components" in answer:
            raise ConfigError(where, "A summary lists only what is wrong at the moment.", _WANTED)
        incidents = (
            answer if isinstance(answer, list) else answer.get("incidents", answer.get("scheduled_maintenances"))
        )
        if isinstance(incidents, list):
            instatus = any("started" in incident for incident in incidents)
            return _instatus(incidents) if instatus else _atlassian(incidents)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(where, f"An entry of the status page cannot be read ({error}).", "Fetch it again.") from error
    raise ConfigError(where, "This is not the JSON of a status page we know.", _WANTED)


def _components(answer: Any, where: str) -> set[str] | None:
    """The names in a list of components; None: the answer is something else."""
    if not isinstance(answer, Mapping) or "components" not in answer or {"incidents", "data"} & set(answer):
        return None
    try:
        return {_name(component) for component in answer["components"]}
    except (KeyError, TypeError) as error:
        raise ConfigError(where, f"A component cannot be read ({error}).", "Fetch it again.") from error


def merge_pages(pages: Iterable[StatusPage]) -> StatusPage:
    """Several answers of one page (incidents and maintenances, say) as one; known as far back as all of them are."""
    pages = tuple(pages)
    since = max((page.since for page in pages if page.since is not None), default=None)
    until = min((page.until for page in pages if page.until is not None), default=None)
    return StatusPage(
        components=tuple(sorted({name for page in pages for name in page.components})),
        windows=tuple(dict.fromkeys(window for page in pages for window in page.windows)),
        since=since,
        until=until,
    )


# --- Atlassian Statuspage, API v2 -----------------------------------------------------------------------------------

_BY_IMPACT = {
    "critical": "major_outage",
    "major": "partial_outage",
    "minor": "degraded_performance",
    "maintenance": "under_maintenance",
    "none": "",
}
_STATES = {"operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"}


def _atlassian(incidents: list[Mapping[str, Any]]) -> StatusPage:
    windows = [window for incident in incidents for window in _atlassian_windows(incident)]
    begun = [_instant(incident.get("started_at") or incident["created_at"]) for incident in incidents]
    since = min(begun) if len(incidents) >= _LIST else None
    names = {window.component for window in windows} | {c["name"] for i in incidents for c in i.get("components") or ()}
    return StatusPage(tuple(sorted(names)), tuple(windows), since)


def _atlassian_windows(incident: Mapping[str, Any]) -> Iterator[Window]:
    """From the updates, which say how each component's state changed; where they do not, from the incident's impact."""
    ended, why = incident.get("resolved_at"), str(incident["name"])
    end = _instant(ended) if ended else None
    changes = _changes(incident)
    for component, steps in changes.items():
        for (at, state), following in zip(steps, [*steps[1:], (end, "")], strict=True):
            if _known(state) != "operational":
                yield Window(component, at, following[0], state, why)
    start = _instant(incident.get("started_at") or incident["created_at"])
    state = _BY_IMPACT[str(incident.get("impact") or "none")]
    for component in incident.get("components") or ():
        if component["name"] not in changes and state:
            yield Window(component["name"], start, end, state, f"{why}, by its impact {incident['impact']}")


def _known(state: str) -> str:
    if state not in _STATES:
        raise ValueError(f"there is no state {state}")
    return state


def _changes(incident: Mapping[str, Any]) -> dict[str, list[tuple[datetime, str]]]:
    updates = incident.get("incident_updates") or ()
    found: dict[str, list[tuple[datetime, str]]] = {}
    for update in sorted(updates, key=lambda each: _instant(each.get("display_at") or each["created_at"])):
        for component in update.get("affected_components") or ():
            at = _instant(update.get("display_at") or update["created_at"])
            found.setdefault(component["name"], []).append((at, component["new_status"]))
    return found


# --- Better Stack, /index.json --------------------------------------------------------------------------------------

_BETTER_STACK = {"downtime": "major_outage", "degraded": "degraded_performance", "maintenance": "under_maintenance"}


def _better_stack(answer: Mapping[str, Any]) -> StatusPage:
    """From the seconds of downtime that each resource counts for each day; the reports say no more than these."""
    windows: list[Window] = []
    names: list[str] = []
    known: list[tuple[date, date]] = []
    for entry in answer["included"]:
        if _type(entry) != "status_page_resource":
            continue
        attributes = entry["attributes"]
        history = {date.fromisoformat(day["day"]): day for day in attributes.get("status_history") or ()}
        if not history:
            continue
        names.append(attributes["public_name"])
        known.append(_latest_run(history))
        windows += [window for day in history.values() for window in _day_windows(attributes["public_name"], day)]
    since = max((first for first, _ in known), default=date.max)
    until = min((last for _, last in known), default=date.max)
    return StatusPage(tuple(sorted(names)), tuple(windows), _midnight(since), _midnight(until))


def _latest_run(days: Collection[date]) -> tuple[date, date]:
    """First day and the day after the last of the days that follow each other up to the latest."""
    first = last = max(days)
    while first - timedelta(days=1) in days:
        first -= timedelta(days=1)
    return first, last + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day_windows(component: str, day: Mapping[str, Any]) -> Iterator[Window]:
    """One window a day and state, as long as the page counts; when in the day it was is not said and does not matter."""
    start = _midnight(date.fromisoformat(day["day"]))
    for state, key in (("downtime", "downtime_duration"), ("maintenance", "maintenance_duration")):
        if seconds := int(day.get(key) or 0):
            end = start + timedelta(seconds=seconds)
            yield Window(component, start, end, _BETTER_STACK[state], f"{seconds} s counted for {day['day']}")
            start = end


def _type(entry: Any) -> str:
    return str(entry.get("type")) if isinstance(entry, Mapping) else ""


# --- Instatus -------------------------------------------------------------------------------------------------------

_INSTATUS = {
    "MAJOROUTAGE": "major_outage",
    "PARTIALOUTAGE": "partial_outage",
    "DEGRADEDPERFORMANCE": "degraded_performance",
    "MINOROUTAGE": "degraded_performance",
    "UNDERMAINTENANCE": "under_maintenance",
    "OPERATIONAL": "",
}


def _instatus(incidents: list[Mapping[str, Any]]) -> StatusPage:
    windows = []
    for incident in incidents:
        ended = incident.get("resolved")
        state = _INSTATUS[str(incident.get("impact"))]
        for component in incident.get("components") or ():
            if state:
                end = _instant(ended) if ended else None
                windows.append(Window(_name(component), _instant(incident["started"]), end, state, _name(incident)))
    names = {_name(component) for incident in incidents for component in incident.get("components") or ()}
    begun = [_instant(incident["started"]) for incident in incidents]
    return StatusPage(tuple(sorted(names)), tuple(windows), min(begun) if len(incidents) >= _LIST else None)


def _name(entry: Mapping[str, Any]) -> str:
    """Instatus gives names as text or, for several languages, as `{default: ...}`."""
    name = entry["name"]
    return str(name["default"]) if isinstance(name, Mapping) else str(name)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return instant.astimezone(UTC)
