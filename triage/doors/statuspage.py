"""What a public status page says was down: Atlassian Statuspage, Better Stack and Instatus, from the JSON they serve.

The answers are read as fetched (`/api/v2/incidents.json`, `/index.json`, the list of incidents); nothing is fetched here.
Whatever cannot be read is refused by its place: a page half understood would make an outage look like uptime.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from triage.errors import ConfigError
from triage.model import StatusPage, Window

_ATLASSIAN_LIST = 50
"""Statuspage lists the latest 50 incidents: with as many, nothing is known of the time before the earliest."""


def read_status_page(path: Path) -> StatusPage:
    """The page in a file, whichever of the three serves it. Raises ConfigError."""
    try:
        return parse_status_page(json.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, ValueError) as error:
        raise ConfigError(
            str(path), f"This is no JSON of a status page ({error}).", "Save the page's JSON there."
        ) from error


def parse_status_page(answer: Any, where: str) -> StatusPage:
    """The page in a parsed answer. Raises ConfigError for a shape that none of the three has."""
    try:
        if isinstance(answer, Mapping) and _type(answer.get("data")) == "status_page":
            return _better_stack(answer)
        incidents = (
            answer if isinstance(answer, list) else answer.get("incidents", answer.get("scheduled_maintenances"))
        )
        if isinstance(incidents, list):
            instatus = any("started" in incident for incident in incidents)
            return _instatus(incidents) if instatus else _atlassian(incidents)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(where, f"An entry of the status page cannot be read ({error}).", "Fetch it again.") from error
    raise ConfigError(
        where,
        "This is not the JSON of a status page we know.",
        "Save Statuspage's /api/v2/incidents.json, Better Stack's /index.json or Instatus's list of incidents.",
    )


def merge_pages(pages: Iterable[StatusPage]) -> StatusPage:
    """Several answers of one page (incidents and maintenances, say) as one; known as far back as all of them are."""
    pages = tuple(pages)
    since = max((page.since for page in pages if page.since is not None), default=None)
    return StatusPage(
        components=tuple(sorted({name for page in pages for name in page.components})),
        windows=tuple(dict.fromkeys(window for page in pages for window in page.windows)),
        since=since,
    )


# --- Atlassian Statuspage, API v2 -----------------------------------------------------------------------------------

_BY_IMPACT = {
    "critical": "major_outage",
    "major": "partial_outage",
    "minor": "degraded_performance",
    "maintenance": "under_maintenance",
}


def _atlassian(incidents: list[Mapping[str, Any]]) -> StatusPage:
    windows = [window for incident in incidents for window in _atlassian_windows(incident)]
    begun = [_instant(incident.get("started_at") or incident["created_at"]) for incident in incidents]
    since = min(begun) if len(incidents) >= _ATLASSIAN_LIST else None
    names = {window.component for window in windows} | {c["name"] for i in incidents for c in i.get("components") or ()}
    return StatusPage(tuple(sorted(names)), tuple(windows), since)


def _atlassian_windows(incident: Mapping[str, Any]) -> Iterator[Window]:
    """From the updates, which say how each component's state changed; where they do not, from the incident's impact."""
    ended, why = incident.get("resolved_at"), str(incident["name"])
    end = _instant(ended) if ended else None
    changes = _changes(incident)
    for component, steps in changes.items():
        for (at, state), following in zip(steps, [*steps[1:], (end, "")], strict=True):
            if state != "operational":
                yield Window(component, at, following[0], state, why)
    start = _instant(incident.get("started_at") or incident["created_at"])
    state = _BY_IMPACT.get(str(incident.get("impact")), "")
    for component in incident.get("components") or ():
        if component["name"] not in changes and state:
            yield Window(component["name"], start, end, state, f"{why}, by its impact {incident['impact']}")


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
    days: list[date] = []
    for entry in answer["included"]:
        if _type(entry) != "status_page_resource":
            continue
        attributes = entry["attributes"]
        names.append(attributes["public_name"])
        for day in attributes.get("status_history") or ():
            days.append(date.fromisoformat(day["day"]))
            windows += _day_windows(attributes["public_name"], day)
    since = datetime.combine(min(days), time(), UTC) if days else datetime.max.replace(tzinfo=UTC)
    return StatusPage(tuple(sorted(names)), tuple(windows), since)


def _day_windows(component: str, day: Mapping[str, Any]) -> Iterator[Window]:
    """One window a day and state, as long as the page counts; when in the day it was is not said and does not matter."""
    start = datetime.combine(date.fromisoformat(day["day"]), time(), UTC)
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
}


def _instatus(incidents: list[Mapping[str, Any]]) -> StatusPage:
    windows = []
    for incident in incidents:
        ended = incident.get("resolved")
        state = _INSTATUS.get(str(incident.get("impact")))
        for component in incident.get("components") or ():
            if state is not None:
                end = _instant(ended) if ended else None
                windows.append(Window(_name(component), _instant(incident["started"]), end, state, _name(incident)))
    names = {_name(component) for incident in incidents for component in incident.get("components") or ()}
    return StatusPage(tuple(sorted(names)), tuple(windows))


def _name(entry: Mapping[str, Any]) -> str:
    """Instatus gives names as text or, for several languages, as `{default: ...}`."""
    name = entry["name"]
    return str(name["default"]) if isinstance(name, Mapping) else str(name)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return instant.astimezone(UTC)
