"""From scores to labels: the most probable reading among those that can stand, what it costs to be wrong, and doubt.

Only consistent readings are weighed: a label that stands alone, or at least one of those that may stand together, with
rights exactly where there is a data request. Probabilities are those of the readings summed, so they never contradict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triage.model import Doubt
from triage.reading.labels import ALONE, FIRST_RIGHT, INDEX, LABELS, RIGHTS, TOGETHER

COSTS = Path(__file__).parent / "costs.yaml"
Array = NDArray[np.float32]
_CLEAR = 0.5
"""Logit above which a right is read beside the likeliest one; chosen on the development mails."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What mistakes cost, in units of one needless label.

    missed: a label that the mail has and the reading lacks; needless: one that it should not have; look: a person's
    minute to read the mail. A mail whose expected cost of being wrong is above `look` goes to a person.
    """

    missed: Mapping[str, float]
    needless: Mapping[str, float]
    look: float


def read_costs(path: Path = COSTS) -> Costs:
    import yaml

    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Costs(table["missed"], table["needless"], float(table["look"]))


@dataclass(frozen=True, slots=True)
class Verdict:
    """chances: probability of each label; chosen: the labels of the reading, consistent with each other."""

    chances: Mapping[str, float]
    chosen: tuple[str, ...]

    def doubts(self, costs: Costs) -> tuple[Doubt, ...]:
        """`low_confidence` where being wrong would cost more than a person's look, and what it may be instead."""
        risks = {label: self._risk(label, costs) for label in LABELS}
        if sum(risks.values()) <= costs.look:
            return ()
        worst = max(risks, key=lambda label: risks[label])
        return (Doubt("low_confidence", self._because(worst)),)

    def _risk(self, label: str, costs: Costs) -> float:
        chance = self.chances[label]
        if label in self.chosen:
            return (1 - chance) * costs.needless.get(label, 1.0)
        return chance * costs.missed.get(label, 1.0)

    def _because(self, label: str) -> str:
        name = label.replace("_", " ")
        percent = round(100 * self.chances[label])
        if label in self.chosen:
            return f"Read as “{name}”, but only {percent} % sure."
        return f"It may also be “{name}” ({percent} %)."


def judge(logits: Array, temperature: float = 1.0) -> Verdict:
    """The reading of calibrated logits in the order of `LABELS`. temperature: above 1 makes chances less extreme."""
    scaled = logits.astype(np.float64) / temperature
    rights = scaled[FIRST_RIGHT:]
    asked = scaled[INDEX["data_request"]] + _log_any(rights)
    weights: dict[tuple[str, ...], float] = {(label,): float(scaled[INDEX[label]]) for label in ALONE}
    for present in product((False, True), repeat=len(TOGETHER)):
        labels = tuple(label for label, stands in zip(TOGETHER, present, strict=True) if stands)
        if labels:
            weights[labels] = sum(float(asked if label == "data_request" else scaled[INDEX[label]]) for label in labels)
    top = max(weights.values())
    shares = {labels: np.exp(weight - top) for labels, weight in weights.items()}
    whole = sum(shares.values())
    chances = {
        label: float(sum(share for labels, share in shares.items() if label in labels) / whole)
        for label in LABELS[:FIRST_RIGHT]
    }
    chances |= _right_chances(rights, chances["data_request"])
    best = max(weights, key=lambda labels: weights[labels])
    return Verdict(chances, best + (_chosen_rights(rights) if "data_request" in best else ()))


def _log_any(rights: NDArray[np.float64]) -> float:
    """Log of the summed weight of all choices of at least one right."""
    return float(np.log(np.expm1(np.logaddexp(0, rights).sum())))


def _right_chances(rights: NDArray[np.float64], asked: float) -> dict[str, float]:
    single = 1 / (1 + np.exp(-rights))
    some = -np.expm1(-np.logaddexp(0, rights).sum())
    return {right: float(min(1.0, one / some) * asked) for right, one in zip(RIGHTS, single, strict=True)}


def _chosen_rights(rights: NDArray[np.float64]) -> tuple[str, ...]:
    likely = tuple(right for right, logit in zip(RIGHTS, rights, strict=True) if logit > _CLEAR)
    return likely or (RIGHTS[int(np.argmax(rights))],)
