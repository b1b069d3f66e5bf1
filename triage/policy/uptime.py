"""Uptime derived from what a status page says was down, second by second, with the derivation shown.

A derived figure never stands before a published one. How much of an outage a partial one counts for, and whether maintenance
counts at all, is the pack's reading; nothing of it is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from triage.model import StatusPage, UptimeRecord, Window
from triage.policy.yamlfile import Block

STATES = ("major_outage", "partial_outage", "degraded_performance", "under_maintenance")


@dataclass(frozen=True, slots=True)
class ComponentRule:
    """Which product and region a component of the status page stands for. region None: the pattern's `{region}`."""

    pattern: re.Pattern[str]
    product: str
    region: str | None


@dataclass(frozen=True, slots=True)
class UptimeReading:
    """weights: for each state of a component, what part of its time counts as down (0..1). digits: of the percentage."""

    weights: Mapping[str, Decimal] = field(default_factory=dict)
    components: tuple[ComponentRule, ...] = ()
    digits: int = 4

    def place(self, component: str) -> tuple[str, str] | None:
        """Product and region of a component; None: it stands for none that clauses know."""
        for rule in self.components:
            if match := rule.pattern.fullmatch(component):
                return rule.product, rule.region or match["region"]
        return None


def derive_uptime(
    page: StatusPage, periods: Iterable[tuple[date, date]], reading: UptimeReading, as_of: datetime
) -> tuple[UptimeRecord, ...]:
    """The uptime of every component in every period (both days included, UTC) that is over at `as_of`.

    A period that the page does not reach back to is left out: what it does not list is not known to have been up.
    """
    places: dict[tuple[str, str], list[Window]] = {}
    for component in page.components:
        if place := reading.place(component):
            places.setdefault(place, []).extend(w for w in page.windows if w.component == component)
    return tuple(
        _record(place, windows, first, last, reading, as_of)
        for place, windows in sorted(places.items())
        for first, last in periods
        if _midnight(last) + timedelta(days=1) <= as_of and (page.since is None or page.since <= _midnight(first))
    )


def _record(
    place: tuple[str, str], windows: Sequence[Window], first: date, last: date, reading: UptimeReading, as_of: datetime
) -> UptimeRecord:
    start, end = _midnight(first), _midnight(last) + timedelta(days=1)
    down, lines = _down(windows, start, end, reading, as_of)
    whole = Decimal(int((end - start).total_seconds()))
    exact = (whole - down) * 100 / whole
    percent = exact.quantize(Decimal(1).scaleb(-reading.digits), ROUND_HALF_UP)
    lines.append(f"100 x ({whole} s - {down.normalize():f} s) / {whole} s = {percent} %")
    return UptimeRecord(*place, first, last, percent, "derived", tuple(lines))


def _down(
    windows: Sequence[Window], start: datetime, end: datetime, reading: UptimeReading, as_of: datetime
) -> tuple[Decimal, list[str]]:
    """The weighted seconds of downtime, no second counted twice: where windows overlap, the heaviest state counts."""
    spans = [
        (max(w.start, start), min(w.end or as_of, end), reading.weights.get(w.state, Decimal(0)), w) for w in windows
    ]
    spans = [span for span in spans if span[0] < span[1]]
    edges = sorted({edge for span in spans for edge in span[:2]})
    down = Decimal(0)
    for left, right in pairwise(edges):
        weight = max((w for a, b, w, _ in spans if a <= left and right <= b), default=Decimal(0))
        down += Decimal(str((right - left).total_seconds())) * weight
    lines = [
        f"{window.component}: {window.state} from {a:%Y-%m-%d %H:%M:%S} to {b:%Y-%m-%d %H:%M:%S} UTC, counted {weight:f} ({window.why})"
        for a, b, weight, window in sorted(spans, key=lambda span: span[0])
    ]
    return down, lines or ["nothing was down"]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# --- from a pack ----------------------------------------------------------------------------------------------------


def read_uptime(block: Block) -> UptimeReading:
    """The `uptime:` part of pack.yaml. Raises ConfigError with the line."""
    block.only("weights", "components", "digits")
    weights = block.block("weights")
    weights.only(*STATES)
    for state in STATES:
        if not 0 <= weights.number(state) <= 1:
            weights.wrong(
                state, f"The weight {weights[state]} is not between 0 and 1.", "Write 1, 0.3 or 0, for example."
            )
    return UptimeReading(
        weights={state: weights.number(state) for state in STATES},
        components=tuple(map(_component, block.blocks("components"))),
        digits=block.integer("digits", 4),
    )


def _component(block: Block) -> ComponentRule:
    block.only("component", "product", "region")
    name, region = block.text("component"), block.text("region", "")
    if ("{region}" in name) == bool(region):
        block.wrong("component", "Either `component` holds `{region}` or `region` names it.", "Write one of the two.")
    pattern = re.escape(name).replace(re.escape("{region}"), r"(?P<region>[a-z]+(?:-[a-z]+)*-?[0-9]+)")
    return ComponentRule(re.compile(pattern, re.IGNORECASE), block.text("product"), region or None)
