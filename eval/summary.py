"""From per-item scores to figures: overall, broken down, and the items that went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from eval import metrics
from eval.aggregates import labels, trust
from eval.results import ItemResult
from eval.scored import GoldSet, Scored
from eval.scoring import METRICS

BREAKDOWNS: tuple[Literal["type", "style", "split"], ...] = ("type", "style", "split")
PERCENTILES = (50, 95, 99)
FAILURE_KINDS = (
    "error",
    "broke an invariant",
    "answered, should decline",
    "declined, should answer",
    "quotes the wrong place",
    "answer lacks the gold answer",
)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The mean of a metric over the `count` items it is defined for; the value is None when there are none."""

    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of a part of the run, by metric name in the order of METRICS."""

    name: str
    items: int
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that went wrong, and how."""

    kind: str
    item: ItemResult


@dataclass(frozen=True, slots=True)
class Summary:
    """All that a report shows."""

    overall: Group
    breakdowns: dict[str, tuple[Group, ...]]
    failures: tuple[Failure, ...]
    latency_ms: dict[str, float]

    @property
    def broken(self) -> bool:
        """Whether an item failed or broke an invariant, as a quote that is not verbatim does."""
        return any(failure.item.violations for failure in self.failures)


def summarise(items: Sequence[ItemResult]) -> Summary:
    """Aggregate a run's items (at least one)."""
    return Summary(
        overall=_group("all", items),
        breakdowns={key: _by(key, items) for key in BREAKDOWNS},
        failures=tuple(Failure(kind, item) for item in items if (kind := failure_kind(item)) is not None),
        latency_ms=_latency(items),
    )


def set_figures(scored: Sequence[Scored]) -> dict[GoldSet, dict[str, Figure]]:
    """Return the mean of every metric of every gold set that a run holds, and the figures that are no means."""
    found: dict[GoldSet, dict[str, list[float]]] = {}
    for item in scored:
        held = found.setdefault(item.gold_set, {})
        for name, score in item.scores.items():
            held.setdefault(name, []).append(score)
    means = {
        gold_set: {name: Figure(metrics.mean(values), len(values)) for name, values in held.items()}
        for gold_set, held in found.items()
    }
    return {gold_set: {**held, **_aggregates(scored, gold_set)} for gold_set, held in means.items()}


def _aggregates(scored: Sequence[Scored], gold_set: GoldSet) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    if (made := trust(scored, gold_set)) is not None:
        figures.update(
            aurc=Figure(made.aurc, made.items), ece=Figure(made.ece, made.items), brier=Figure(made.brier, made.items)
        )
    if (told := labels(scored, gold_set)) is not None:
        figures["macro_f1"] = Figure(told.macro_f1, told.items)
    return figures


def failure_kind(item: ItemResult) -> str | None:
    """Name the worst thing that happened to an item, or None when nothing did."""
    happened = (
        item.status == "error",
        bool(item.violations),
        not item.answerable and item.status in ("answered", "conflicting"),
        item.answerable and item.status == "declined",
        item.scores.get("citation_accuracy", 1) < 1,
        item.scores.get("contains", 1) < 1 and item.scores.get("f1", 1) < 1,
    )
    return next((kind for kind, is_so in zip(FAILURE_KINDS, happened, strict=True) if is_so), None)


def _group(name: str, items: Sequence[ItemResult]) -> Group:
    return Group(name, len(items), {metric.name: _figure(metric.name, items) for metric in METRICS})


def _figure(metric: str, items: Iterable[ItemResult]) -> Figure:
    values = [item.scores[metric] for item in items if metric in item.scores]
    return Figure(metrics.mean(values) if values else None, len(values))


def _by(key: Literal["type", "style", "split"], items: Sequence[ItemResult]) -> tuple[Group, ...]:
    groups: dict[str, list[ItemResult]] = {}
    for item in items:
        groups.setdefault(getattr(item, key), []).append(item)
    return tuple(_group(name, groups[name]) for name in sorted(groups))


def _latency(items: Sequence[ItemResult]) -> dict[str, float]:
    values = [item.latency_ms for item in items]
    return {f"p{percent}": metrics.percentile(values, percent) for percent in PERCENTILES}
