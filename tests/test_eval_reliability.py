"""Calibration, risk and coverage, and labels: by hand, and against scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scored_items import scored
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, confusion_matrix, f1_score

from eval.aggregates import AGGREGATES, labels, trust
from eval.classification import confusion, label_f1, macro_f1
from eval.reliability import aurc, brier_score, calibration_error, reliability_bins
from eval.summary import set_figures

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=50)
LABELS = st.sampled_from(["supported", "refuted", "silent"])
TOLD = st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=40)


def split(pairs: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [one for one, _ in pairs], [score for _, score in pairs]


def test_figures_by_hand() -> None:
    sure, right = [0.95, 0.85, 0.81, 0.3], [1.0, 1.0, 0.0, 0.0]
    bins = reliability_bins(sure, right)
    assert [(one.low, one.high, one.items, one.right) for one in bins] == [
        (pytest.approx(0.2), pytest.approx(0.3), 1, 0),
        (0.8, 0.9, 2, 0.5),
        (0.9, 1, 1, 1),
    ]
    assert bins[1].confidence == pytest.approx(0.83)
    assert calibration_error(sure, right) == pytest.approx((0.3 + 2 * 0.33 + 0.05) / 4)
    assert brier_score(sure, right) == pytest.approx((0.05**2 + 0.15**2 + 0.81**2 + 0.3**2) / 4)
    assert aurc(sure, right) == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)


def test_equally_sure_items_share_their_risk() -> None:
    assert aurc([0.5, 0.5], [1, 0]) == aurc([0.5, 0.5], [0, 1]) == 0.5
    assert aurc([0.9, 0.5, 0.5], [1, 1, 0]) == pytest.approx((0 + 1 / 3 + 1 / 3) / 3)


@given(PAIRS)
def test_the_brier_score_is_scikit_learns(pairs: list[tuple[float, float]]) -> None:
    sure, right = split(pairs)
    assert brier_score(sure, right) == pytest.approx(brier_score_loss(right, sure, labels=[0, 1]))


@given(PAIRS)
def test_bins_are_scikit_learns(pairs: list[tuple[float, float]]) -> None:
    sure, right = split(pairs)
    assume(len(set(right)) == 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shares, means = calibration_curve(right, sure, n_bins=10)
    bins = reliability_bins(sure, right)
    assert [one.right for one in bins] == pytest.approx(shares.tolist())
    assert [one.confidence for one in bins] == pytest.approx(means.tolist())
    assert sum(one.items for one in bins) == len(pairs)
    # Of bins as scikit-learn makes them, weighted as the definition says.
    counts = np.array([one.items for one in bins])
    assert calibration_error(sure, right) == pytest.approx(float(counts @ np.abs(shares - means)) / len(pairs))


@given(PAIRS)
def test_the_area_is_the_mean_risk_of_the_k_surest(pairs: list[tuple[float, float]]) -> None:
    sure, right = split(pairs)
    assume(len(set(sure)) == len(sure))
    ranked = np.array(right)[np.argsort(-np.array(sure))]
    risks = 1 - np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    assert aurc(sure, right) == pytest.approx(float(risks.mean()))


@given(PAIRS)
def test_figures_stay_in_their_bounds_and_order_does_not_matter(pairs: list[tuple[float, float]]) -> None:
    for figure in (aurc, brier_score, calibration_error):
        assert 0 <= figure(*split(pairs)) <= 1
        assert figure(*split(pairs[::-1])) == pytest.approx(figure(*split(pairs)))


@given(TOLD)
def test_labels_are_told_apart_as_scikit_learn_does(pairs: list[tuple[str, str]]) -> None:
    wanted, said = [one for one, _ in pairs], [other for _, other in pairs]
    every = sorted({*wanted, *said})
    assume(len(every) > 1)
    assert [list(row.values()) for row in confusion(wanted, said).values()] == (
        confusion_matrix(wanted, said, labels=every).tolist()
    )
    expected = f1_score(wanted, said, labels=every, average=None, zero_division=0)
    assert [label_f1(wanted, said, label) for label in every] == pytest.approx(list(expected))
    gold = sorted(set(wanted))
    assert macro_f1(wanted, said) == pytest.approx(
        f1_score(wanted, said, labels=gold, average="macro", zero_division=0)
    )


@pytest.mark.parametrize("figure", [aurc, brier_score, calibration_error, macro_f1])
def test_nothing_is_undefined_and_not_zero(figure) -> None:
    with pytest.raises(ValueError, match="undefined"):
        figure([], [])


def test_only_answers_with_a_confidence_count() -> None:
    quoted = {"citations": ("c1:x@0123456789ab:0-1",)}
    items = [
        scored("a", 1, confidence=0.9, **quoted),
        scored("b", 0, confidence=0.7, **quoted),
        scored("declined", 1, confidence=0.1),
        scored("no confidence", 1, confidence=None, **quoted),
        scored("claim", 1, gold_set="claims", confidence=0.4),
        scored("lookup", 1, gold_set="lookups", confidence=0.99, **quoted),
    ]
    questions, claims = trust(items, "questions"), trust(items, "claims")
    assert questions is not None
    assert claims is not None
    assert (questions.items, questions.aurc) == (2, 0.25)
    assert questions.brier == pytest.approx((0.01 + 0.49) / 2)
    assert claims.items == 1
    assert trust(items, "lookups") is None
    assert trust(items, "conversations") is None


def test_labels_of_claims_and_lookups_and_of_nothing_else() -> None:
    items = [
        scored("a", gold_set="claims", wanted="refuted", said="supported"),
        scored("b", gold_set="claims", wanted="supported", said="supported"),
        scored("c", gold_set="lookups", wanted="altered", said="altered: 1921 / 1911"),
        scored("d"),
    ]
    claims, lookups = labels(items, "claims"), labels(items, "lookups")
    assert claims is not None
    assert claims.confusion == {"refuted": {"refuted": 0, "supported": 1}, "supported": {"refuted": 0, "supported": 1}}
    assert claims.macro_f1 == pytest.approx((0 + 2 / 3) / 2)
    assert lookups is not None
    assert lookups.macro_f1 == 1
    assert labels(items, "questions") is None
    figures = set_figures(items)
    assert figures["claims"]["macro_f1"].count == 2
    named = {metric.name for metric in AGGREGATES}
    assert {name for held in figures.values() for name in held} - {"right"} <= named
