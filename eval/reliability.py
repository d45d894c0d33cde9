"""How far confidence can be trusted: calibration, and what answering only the surest would cost; pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import mean, risk_coverage

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The items whose confidence lies above `low` and up to `high` (0 in the first): how sure, and how often right."""

    low: float
    high: float
    items: int
    confidence: float
    right: float


def reliability_bins(confidences: Sequence[float], right: Sequence[float]) -> tuple[Bin, ...]:
    """Sort items into BINS equal bins (l, h] of confidence; empty ones are left out (Guo et al., ICML 2017).

    It is what scikit-learn's calibration_curve returns, with the number of items.
    """
    edges = np.linspace(0.0, 1.0, BINS + 1)
    places = np.searchsorted(edges[1:-1], np.asarray(confidences, dtype=np.float64)).tolist()
    held: dict[int, list[tuple[float, float]]] = {}
    for place, sure, score in zip(places, confidences, right, strict=True):
        held.setdefault(place, []).append((sure, score))
    return tuple(
        Bin(
            low=float(edges[place]),
            high=float(edges[place + 1]),
            items=len(pairs),
            confidence=mean([sure for sure, _ in pairs]),
            right=mean([score for _, score in pairs]),
        )
        for place, pairs in sorted(held.items())
    )


def calibration_error(confidences: Sequence[float], right: Sequence[float]) -> float:
    """ECE: the mean gap between confidence and share right over the bins, weighted by items (Naeini, AAAI 2015)."""
    bins = reliability_bins(confidences, right)
    gaps = [one.items * abs(one.confidence - one.right) for one in bins]
    if not gaps:
        raise ValueError("the metric is undefined without any item")
    return math.fsum(gaps) / len(confidences)


def brier_score(confidences: Sequence[float], right: Sequence[float]) -> float:
    """Mean squared difference of confidence and what came out, 0 to 1, less is better (Brier, 1950)."""
    return mean([(sure - score) ** 2 for sure, score in zip(confidences, right, strict=True)])


def aurc(confidences: Sequence[float], right: Sequence[float]) -> float:
    """Area under the risk-coverage curve: the mean risk when ever more items are answered, surest first.

    Geifman, Uziel and El-Yaniv, ICLR 2019: (1/n) * sum over k of the risk of the k surest. Equally sure items count
    with the risk of all of them, so that their order cannot change the area. Less is better.
    """
    area, answered = 0.0, 0.0
    for coverage, risk in risk_coverage(confidences, right):
        area += (coverage - answered) * risk
        answered = coverage
    return area
