"""How well the reader reads: precision, recall and F1 with intervals, calibration, abstention, and every miss."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from triage.model import Reading
from triage.reading.corpus import Gold, Sample
from triage.reading.labels import CATEGORIES, RIGHTS

if TYPE_CHECKING:
    from triage.reading.reader import Reader

_ROUNDS = 400
_BINS = 10
_SEED = 1
_KEPT = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)

Values = frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Tally:
    """Values told and right, told and wrong, and not told."""

    hits: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.hits + other.hits, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.wrong) if self.hits + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self) -> float:
        whole = 2 * self.hits + self.wrong + self.missed
        return 2 * self.hits / whole if whole else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """One field or one class of it. interval: of F1, 95 %, by resampling mails."""

    name: str
    tally: Tally
    interval: tuple[float, float]

    @property
    def support(self) -> int:
        return self.tally.hits + self.tally.missed


@dataclass(frozen=True, slots=True)
class Miss:
    """A mail of which a field was read otherwise than the gold says."""

    id: str
    field: str
    expected: str
    told: str
    doubted: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the surest `share` of the mails, how many had all categories right."""

    share: float
    right: float


@dataclass(frozen=True, slots=True)
class Report:
    """mails: measured; scores: one a field, then one a class; calibration_error: expected, of the categories' chances;
    abstention: accuracy of the surest mails; doubted: share of mails that go to a person, and right: of the others."""

    mails: int
    scores: tuple[Score, ...]
    calibration_error: float
    abstention: tuple[Kept, ...]
    doubted: float
    right_without_doubt: float
    misses: tuple[Miss, ...] = field(default=())

    def score(self, name: str) -> Score:
        return next(score for score in self.scores if score.name == name)

    def as_json(self) -> dict[str, Any]:
        return {
            "mails": self.mails,
            "scores": {score.name: _score_json(score) for score in self.scores},
            "expected_calibration_error": round(self.calibration_error, 4),
            "abstention": [{"share": kept.share, "right": round(kept.right, 4)} for kept in self.abstention],
            "doubted": round(self.doubted, 4),
            "right_without_doubt": round(self.right_without_doubt, 4),
            "misses": [
                {"id": m.id, "field": m.field, "expected": m.expected, "told": m.told, "doubted": m.doubted}
                for m in self.misses
            ],
        }

    def as_text(self) -> str:
        head = f"{'':32}{'precision':>10}{'recall':>8}{'F1':>8}   {'95 %':13}{'n':>6}"
        lines = [f"{self.mails} mails", "", head, *map(_score_text, self.scores), ""]
        lines.append(f"expected calibration error of the categories: {self.calibration_error:.3f}")
        curve = ", ".join(f"{kept.share:.0%}: {kept.right:.3f}" for kept in self.abstention)
        lines.append(f"all categories right among the surest mails: {curve}")
        lines.append(
            f"sent to a person: {self.doubted:.1%}; categories right in the others: {self.right_without_doubt:.1%}"
        )
        lines += ["", f"{len(self.misses)} misses"]
        lines += [
            f"  {m.id}  {m.field}: expected {m.expected or '-'}, told {m.told or '-'}{' (doubted)' if m.doubted else ''}"
            for m in self.misses
        ]
        return "\n".join(lines)


def _score_json(score: Score) -> dict[str, Any]:
    tally = score.tally
    return {
        "precision": round(tally.precision, 4),
        "recall": round(tally.recall, 4),
        "f1": round(tally.f1, 4),
        "interval": [round(bound, 4) for bound in score.interval],
        "support": score.support,
    }


def _score_text(score: Score) -> str:
    tally = score.tally
    low, high = score.interval
    name = f"  {score.name}" if ":" in score.name else score.name
    return f"{name:32}{tally.precision:10.3f}{tally.recall:8.3f}{tally.f1:8.3f}   {low:.3f}-{high:.3f}{score.support:6}"


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a reading that gold may hold. gold: None where it is not measured."""

    name: str
    gold: Callable[[Gold], Values | None]
    told: Callable[[Reading], Values]
    classes: tuple[str, ...] = ()


_FIELDS = (
    _Field("language", lambda g: None if g.language is None else frozenset({g.language}), lambda r: frozenset({r.language})),
    _Field("categories", lambda g: _set(g.categories), lambda r: frozenset(c.label for c in r.categories), CATEGORIES),
    _Field("rights", lambda g: _set(g.rights), lambda r: frozenset(c.label for c in r.rights), RIGHTS),
    _Field("account", lambda g: _folded(g.account), lambda r: _folded((f.kind, f.value) for f in r.account) or frozenset()),
    _Field(
        "resources", lambda g: _folded(g.resources), lambda r: _folded((f.kind, f.value) for f in r.resources) or frozenset()
    ),
    _Field("regions", lambda g: _set(g.regions), lambda r: frozenset(f.value for f in r.regions)),
    _Field(
        "incidents",
        lambda g: None if g.incidents is None else frozenset((i.start, i.end) for i in g.incidents),
        lambda r: frozenset((i.start, i.end) for i in r.incidents),
    ),
    _Field(
        "incident_times",
        lambda g: None if g.incidents is None else frozenset((i.start_at, i.end_at) for i in g.incidents if i.start_at),
        lambda r: frozenset((i.start_at, i.end_at) for i in r.incidents if i.start_at),
    ),
    _Field("missing", lambda g: _set(g.missing), lambda r: frozenset(r.missing)),
)  # fmt: skip


def _set(values: Iterable[Hashable] | None) -> Values | None:
    return None if values is None else frozenset(values)


def _folded(pairs: Iterable[tuple[str, str]] | None) -> Values | None:
    return None if pairs is None else frozenset((kind, value.lower()) for kind, value in pairs)


def evaluate(reader: Reader, samples: Sequence[Sample]) -> Report:
    """Read every sample and compare. The same reader and samples give the same report."""
    readings = list(reader.read_many(sample.message for sample in samples))
    pairs = list(zip(samples, readings, strict=True))
    scores = [score for each in _FIELDS for score in _scores(each, pairs)]
    sure = sorted(((_sureness(r), _right(s, r)) for s, r in pairs if s.gold.categories is not None), reverse=True)
    plain = [_right(s, r) for s, r in pairs if s.gold.categories is not None and not _low(r)]
    return Report(
        mails=len(samples),
        scores=tuple(score for score in scores if ":" not in score.name)
        + tuple(score for score in scores if ":" in score.name),
        calibration_error=_calibration_error(pairs),
        abstention=tuple(Kept(share, _share_right(sure, share)) for share in _KEPT) if sure else (),
        doubted=sum(_low(r) for r in readings) / max(1, len(readings)),
        right_without_doubt=sum(plain) / max(1, len(plain)),
        misses=tuple(miss for s, r in pairs for miss in _misses(s, r)),
    )


def _scores(each: _Field, pairs: Sequence[tuple[Sample, Reading]]) -> list[Score]:
    measured = [(gold, each.told(r)) for s, r in pairs if (gold := each.gold(s.gold)) is not None]
    if not measured:
        return []
    found = [_score(each.name, measured)]
    for label in each.classes:
        one = frozenset({label})
        found.append(_score(f"{each.name}: {label}", [(gold & one, told & one) for gold, told in measured]))
    return found


def _score(name: str, measured: Sequence[tuple[Values, Values]]) -> Score:
    tallies = [Tally(len(gold & told), len(told - gold), len(gold - told)) for gold, told in measured]
    return Score(name, sum(tallies, Tally()), _interval(tallies))


def _interval(tallies: Sequence[Tally]) -> tuple[float, float]:
    """The middle 95 % of F1 over resampled mails; mails on which the field is empty on both sides change nothing."""
    telling = [tally for tally in tallies if tally != Tally()]
    if not telling:
        return 1.0, 1.0
    chance = random.Random(_SEED)  # noqa: S311 - resampling, not secrets
    found = sorted(sum(chance.choices(telling, k=len(telling)), Tally()).f1 for _ in range(_ROUNDS))
    return found[int(0.025 * _ROUNDS)], found[int(0.975 * _ROUNDS)]


def _right(sample: Sample, reading: Reading) -> bool:
    return sample.gold.categories == frozenset(category.label for category in reading.categories)


def _low(reading: Reading) -> bool:
    return any(doubt.code == "low_confidence" for doubt in reading.doubts)


def _sureness(reading: Reading) -> float:
    return min((category.confidence for category in reading.categories), default=0.0)


def _share_right(sure: Sequence[tuple[float, bool]], share: float) -> float:
    kept = sure[: max(1, round(share * len(sure)))]
    return sum(right for _, right in kept) / len(kept)


def _calibration_error(pairs: Sequence[tuple[Sample, Reading]]) -> float:
    """Mean gap between confidence and how often it was right, over bins of confidence, weighed by their size."""
    told = [
        (category.confidence, category.label in sample.gold.categories)
        for sample, reading in pairs
        if sample.gold.categories is not None
        for category in reading.categories
    ]
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for confidence, right in told:
        bins[min(_BINS - 1, int(confidence * _BINS))].append((confidence, right))
    gaps = (abs(sum(c for c, _ in held) - sum(right for _, right in held)) for held in bins)
    return sum(gaps) / max(1, len(told))


def _misses(sample: Sample, reading: Reading) -> list[Miss]:
    found = []
    for each in _FIELDS:
        gold, told = each.gold(sample.gold), each.told(reading)
        if gold is not None and gold != told:
            found.append(Miss(sample.id, each.name, _shown(gold), _shown(told), bool(reading.doubts)))
    return found


def _shown(values: Values) -> str:
    return ", ".join(sorted(_word(value) for value in values))


def _word(value: Hashable) -> str:
    if isinstance(value, tuple):
        parts = list(dict.fromkeys(str(part) for part in value if part is not None))
        return "..".join(parts) if len(parts) > 1 and parts[0][:1].isdigit() else " ".join(parts)
    return str(value)
