"""Paired statistics over the same items before and after a change: small pure functions, seeded, with their sources.

A metric may count in an item before and not after (the precision of refusals is over what was declined): every
function takes NaN for "does not count", and means are over what counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 4_000
# Up to so many differing items every assignment is tried; above, as many are drawn.
_EXACT = 12
_FLIPS = 20_000
_SEED = 20_121_221
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Change:
    """A metric before and after over the items in which it counts (in either run).

    `difference` is after less before, `low` and `high` its 95 % interval. `p_loss` is the chance of a loss at least
    so large if nothing had changed (one-sided). `lost` and `gained` count items that score worse and better.
    """

    items: int
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_loss: float
    lost: int
    gained: int


def change(before: Sequence[float], after: Sequence[float]) -> Change:
    """Compare a metric's scores of the same items in the same order; NaN where it does not count."""
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    counted = ~(np.isnan(first) & np.isnan(second))
    first, second = first[counted], second[counted]
    there, now = _mean(first), _mean(second)
    low, high = bootstrap_interval(first, second)
    return Change(
        items=len(first),
        before=there,
        after=now,
        difference=None if there is None or now is None else now - there,
        low=low,
        high=high,
        p_loss=loss_probability(first, second),
        lost=int(np.sum(second < first)),
        gained=int(np.sum(second > first)),
    )


def loss_probability(before: Floats, after: Floats) -> float:
    """One-sided p-value of a loss between paired scores.

    Scores of 0 and 1 that count in both runs: the exact sign test over the items that differ (McNemar, Psychometrika
    1947, in its exact binomial form). Anything else: a permutation test that swaps an item's two scores (Fisher; Good,
    Permutation Tests, 2000), every assignment for few differing items, else drawn ones with one added to numerator and
    denominator (Phipson and Smyth, 2010).
    """
    differs = ~((before == after) | (np.isnan(before) & np.isnan(after)))
    if not differs.any():
        return 1.0
    first, second = before[differs], after[differs]
    if np.isin(first, (0.0, 1.0)).all() and np.isin(second, (0.0, 1.0)).all():
        return sign_test(lost=int(np.sum(second < first)), gained=int(np.sum(second > first)))
    return _permutation(before, after, differs)


def sign_test(*, lost: int, gained: int) -> float:
    """Chance of at least `lost` losses among lost + gained fair coin throws."""
    throws = lost + gained
    ways = sum(math.comb(throws, count) for count in range(lost, throws + 1))
    return ways / int(2**throws)


def holm(p_values: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """Adjusted p-values that hold the chance of any false alarm among them (Holm, Scand. J. Statist. 1979).

    `weights` (all above 0) say how much of that chance each may use up, as in the same paper's weighted form.
    """
    shares = [1.0] * len(p_values) if weights is None else list(weights)
    adjusted = [0.0] * len(p_values)
    worst, left = 0.0, math.fsum(shares)
    for number in sorted(range(len(p_values)), key=lambda one: p_values[one] / shares[one]):
        worst = max(worst, min(1.0, p_values[number] / shares[number] * left))
        adjusted[number] = worst
        left -= shares[number]
    return adjusted


def bootstrap_interval(before: Floats, after: Floats) -> tuple[float, float] | tuple[None, None]:
    """95 % percentile interval of the difference of means, items drawn with replacement (Efron, 1979)."""
    if _mean(before) is None or _mean(after) is None:
        return None, None
    if np.array_equal(before, after, equal_nan=True):
        return 0.0, 0.0
    weights = _drawn(len(before))
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = _weighted_means(weights, after) - _weighted_means(weights, before)
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


# Metrics of one set are over the same number of items, one after the other.
@lru_cache(maxsize=3)
def _drawn(size: int) -> Floats:
    """Return how often each of `size` items is drawn, for every resample."""
    drawn = np.random.default_rng(_SEED).multinomial(size, np.full(size, 1 / size), size=RESAMPLES)
    return drawn.astype(np.float64)


def _permutation(before: Floats, after: Floats, differs: npt.NDArray[np.bool_]) -> float:
    count = int(differs.sum())
    if count <= _EXACT:
        swaps = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    else:
        swaps = np.random.default_rng(_SEED).integers(0, 2, size=(_FLIPS, count))
    flips = swaps.astype(np.float64)
    observed = float(np.nanmean(after) - np.nanmean(before)) if _both(before, after) else 0.0
    first, second = before[differs], after[differs]
    same_before, same_after = before[~differs], after[~differs]
    drawn = _swapped_means(second, first, flips, same_after) - _swapped_means(first, second, flips, same_before)
    # A draw that leaves a side without any counting item says nothing; it counts against the alarm.
    at_least = int(np.sum(~(drawn > observed + _TINY)))
    return at_least / len(swaps) if count <= _EXACT else (at_least + 1) / (len(swaps) + 1)


def _swapped_means(kept: Floats, other: Floats, swaps: Floats, same: Floats) -> Floats:
    """Return, for each row of swaps, the mean of `kept` with the swapped items' scores from `other`, and of `same`."""
    held, given = (~np.isnan(kept)).astype(np.float64), (~np.isnan(other)).astype(np.float64)
    scores = np.nan_to_num(kept)
    total = swaps @ (np.nan_to_num(other) - scores) + scores.sum() + np.nansum(same)
    number = swaps @ (given - held) + held.sum() + np.sum(~np.isnan(same))
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = total / number
    return means


def _weighted_means(weights: Floats, values: Floats) -> Floats:
    held = ~np.isnan(values)
    means: Floats = (weights @ np.nan_to_num(values)) / (weights @ held.astype(np.float64))
    return means


def _both(before: Floats, after: Floats) -> bool:
    return not (np.isnan(before).all() or np.isnan(after).all())


def _mean(values: Floats) -> float | None:
    counted = values[~np.isnan(values)]
    return math.fsum(counted.tolist()) / len(counted) if len(counted) else None
