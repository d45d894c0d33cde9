"""Paired statistics: against SciPy, and against what a gate promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from eval.paired import bootstrap_interval, change, holm, loss_probability, sign_test

SCORES = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])), min_size=1, max_size=60)
HUNDREDTHS = st.integers(0, 100).map(lambda number: number / 100)
FRACTIONS = st.lists(st.tuples(HUNDREDTHS, HUNDREDTHS), min_size=2, max_size=30)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_the_exact_binomial_one(lost: int, gained: int) -> None:
    expected = stats.binomtest(lost, lost + gained, alternative="greater").pvalue if lost + gained else 1.0
    assert sign_test(lost=lost, gained=gained) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_steps_down(p_values: list[float]) -> None:
    ordered = sorted(range(len(p_values)), key=lambda one: p_values[one])
    running, expected = 0.0, [0.0] * len(p_values)
    for place, number in enumerate(ordered):
        running = max(running, min(1.0, (len(p_values) - place) * p_values[number]))
        expected[number] = running
    assert holm(p_values) == expected
    # Never less than the plain value, never more than Bonferroni's.
    for plain, adjusted in zip(p_values, holm(p_values), strict=True):
        assert plain <= adjusted <= min(1.0, plain * len(p_values)) + 1e-12


@given(SCORES)
def test_binary_scores_get_mcnemars_exact_test(scores: list[tuple[float, float]]) -> None:
    before, after = np.array(scores).T
    lost, gained = int(np.sum(after < before)), int(np.sum(after > before))
    assert loss_probability(before, after) == pytest.approx(sign_test(lost=lost, gained=gained))


@given(FRACTIONS)
def test_few_fractions_get_scipys_exact_permutation_test(scores: list[tuple[float, float]]) -> None:
    # In 64ths, whose sums are exact: SciPy counts .57 against .23 + .34 as a difference, not as a tie.
    before, after = np.round(np.array(scores[:8]).T * 64) / 64
    if np.isin(before, (0.0, 1.0)).all() and np.isin(after, (0.0, 1.0)).all():
        return
    expected = stats.permutation_test(
        (after, before),
        lambda one, other, axis: np.mean(one - other, axis=axis),
        permutation_type="samples",
        alternative="less",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert loss_probability(before, after) == pytest.approx(expected.pvalue, abs=1e-9)


def test_many_fractions_are_drawn_and_come_near_the_t_test() -> None:
    rng = np.random.default_rng(3)
    before = rng.random(120)
    after = np.clip(before - 0.03 + rng.normal(0, 0.15, 120), 0, 1)
    expected = stats.ttest_rel(after, before, alternative="less").pvalue
    assert loss_probability(before, after) == pytest.approx(expected, abs=0.02)
    assert loss_probability(before, after) == loss_probability(before, after)


@given(FRACTIONS)
def test_nothing_changed_is_no_loss(scores: list[tuple[float, float]]) -> None:
    before = [first for first, _ in scores]
    found = change(before, before)
    assert (found.p_loss, found.lost, found.gained, found.difference) == (1.0, 0, 0, 0.0)
    assert (found.low, found.high) == (0.0, 0.0)


@given(SCORES)
def test_a_loss_one_way_is_a_gain_the_other(scores: list[tuple[float, float]]) -> None:
    before, after = [first for first, _ in scores], [second for _, second in scores]
    one, other = change(before, after), change(after, before)
    assert (one.lost, one.gained) == (other.gained, other.lost)
    assert one.difference == pytest.approx(-(other.difference or 0.0))
    assert one.p_loss + other.p_loss >= 1 - 1e-12


def test_an_item_counts_only_where_it_counts() -> None:
    nan = math.nan
    found = change([1.0, nan, 0.0, nan], [1.0, 1.0, nan, nan])
    assert (found.items, found.before, found.after) == (3, 0.5, 1.0)
    assert (found.lost, found.gained) == (0, 0)
    nothing = change([nan], [nan])
    assert (nothing.items, nothing.before, nothing.difference, nothing.p_loss) == (0, None, None, 1.0)
    appeared = change([nan, nan], [0.0, 1.0])
    assert (appeared.before, appeared.after, appeared.difference, appeared.low) == (None, 0.5, None, None)


def test_the_precision_of_refusals_can_be_lost_though_no_item_is_in_both() -> None:
    # Before, ten right refusals; after, the same and thirty wrong ones on items that were answered.
    before = [1.0] * 10 + [math.nan] * 30
    after = [1.0] * 10 + [0.0] * 30
    found = change(before, after)
    assert (found.before, found.after) == (1.0, 0.25)
    assert found.p_loss < 0.001


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        before = (rng.random(150) < 0.7).astype(float)
        flips = rng.random(150)
        after = np.where(flips < 0.1, 1 - before, before)
        # A right item turns wrong as often as a wrong one right, so the true change is .1 * (.3 - .7).
        low, high = bootstrap_interval(before, after)
        assert low is not None
        assert high is not None
        covered += low <= 0.1 * (0.3 - 0.7) <= high
    assert 0.88 <= covered / 200 <= 0.99
