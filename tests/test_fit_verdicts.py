"""Fitting what decides a claim: on made-up signals, never with a claim's own sentences, the worst error dearest."""

from __future__ import annotations

import itertools
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import make_document
from eval.fit_verdicts import (
    AS_DECIDED,
    FALSE_REFUTED_COST,
    FALSE_SUPPORTED_COST,
    FOLDS,
    MOST_FALSE_SUPPORTED,
    Case,
    _write,
    cross_fitted,
    decided,
    fit_bars,
    fit_confidence,
    gain,
    report_on,
)
from index.documents import Span
from service.checking.checker import decide
from service.checking.mentions import find_mentions
from service.checking.values import compare_values
from service.checking.weighing import Quotable, Weighed
from service.checking.weights import Bars, load_weights
from service.evidence.reading import Reading
from service.verdicts import LABELS, VerdictLabel

EVEN = Bars(0.5, 0.5, 0.5)
NO_VALUES = compare_values(find_mentions(""), find_mentions(""), "")
MILLS = make_document("".join(f"Mill {number} of Orvik burned.\n" for number in range(10, 18)))
LINES = [Span(start, start + 24) for start in range(0, len(MILLS.text), 25)]


def case(name: str, verdict: VerdictLabel, *chances: tuple[float, float]) -> Case:
    """A case whose quotes are all at odds with each other."""
    return Case(name, verdict, np.array(chances).reshape(-1, 2), np.ones(len(chances)))


def test_confidence_is_learnt_from_verdicts_that_were_right() -> None:
    """Of claims decided by .9 nine in ten are right, of those decided by .6 half are."""
    truth: list[VerdictLabel] = ["supported"] * 90 + ["refuted"] * 10 + ["supported"] * 50 + ["refuted"] * 50
    chances = [(0.9, 0.05)] * 100 + [(0.6, 0.05)] * 100
    cases = [case(f"c{number}", *one) for number, one in enumerate(zip(truth, chances, strict=True))]
    fitted = fit_confidence(cases, EVEN)
    assert fitted.of("supported", 0.9) == pytest.approx(0.9, abs=0.05)
    assert fitted.of("supported", 0.6) == pytest.approx(0.5, abs=0.05)


def test_a_claim_is_never_judged_by_bars_that_were_fitted_on_it() -> None:
    """A claim that would lower the bar for itself alone does not get its verdict; the others of its fold get theirs."""
    cases = [case(f"sure-{number}", "supported", (0.9, 0.0)) for number in range(10)]
    cases += [case(f"doubtful-{number}", "not_enough_info", (0.6, 0.0)) for number in range(10)]
    verdicts = cross_fitted(cases)
    assert verdicts == [one.verdict for one in cases]
    odd = case("odd", "refuted", (0.0, 0.25))
    silent = [case(f"silent-{number}", "not_enough_info", (0.0, 0.25)) for number in range(2 * FOLDS)]
    assert fit_bars([odd]).refuted <= 0.25
    assert cross_fitted([odd, *silent])[0] == "not_enough_info"


def test_what_is_not_at_odds_with_the_best_quote_is_no_rival() -> None:
    chances = np.array([(0.9, 0.05), (0.1, 0.8), (0.0, 0.7)])
    for odds, verdict in (((0, 0.9, 0), "conflicting"), ((0, 0.1, 0.9), "conflicting"), ((0, 0.1, 0.1), "supported")):
        assert decided(Case("any", "refuted", chances, np.array(odds)), EVEN) == verdict
    unsure = np.array([(0.4, 0.05), (0.1, 0.8)])
    assert decided(Case("any", "refuted", unsure, np.zeros(2)), EVEN) == "refuted"


def test_a_claim_without_sentences_is_undecided() -> None:
    assert decided(case("silent", "supported"), EVEN) == "not_enough_info"


STEPS = [round(0.05 * step, 2) for step in range(21)]
bars = st.sampled_from(STEPS) | st.floats(0, 1)
pairs_of_chances = st.tuples(bars, bars).filter(lambda pair: sum(pair) <= 1)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.lists(pairs_of_chances, min_size=1, max_size=8), st.tuples(bars, bars, bars))
@example([(0.5, 0.5)], (0.5, 0.5, 0.5))
@example([(0.6, 0.0), (0.0, 0.6)], (0.5, 0.5, 0.65))
def test_fitting_decides_as_the_product_does(
    chances: list[tuple[float, float]], thresholds: tuple[float, float, float]
) -> None:
    weighed = [
        Weighed(
            Quotable(Reading(MILLS, (), line, line, MILLS.quote(line)), MILLS.quote(line), "", ""), *pair, NO_VALUES
        )
        for line, pair in zip(LINES, chances, strict=False)
    ]
    bars = Bars(*thresholds)
    assert decided(case("any", "refuted", *chances), bars) == decide("Mill 12 burned.", [], weighed, bars).verdict


@pytest.mark.parametrize(
    ("chances", "verdict"),
    [
        ([(0.7, 0.1), (0.1, 0.6)], "conflicting"),
        ([(0.7, 0.1), (0.1, 0.45)], "supported"),
        ([(0.45, 0.1), (0.1, 0.7)], "refuted"),
        ([(0.45, 0.1), (0.1, 0.45)], "supported"),
        ([(0.45, 0.1), (0.1, 0.39)], "supported"),
        ([(0.39, 0.1), (0.1, 0.4)], "refuted"),
        ([(0.39, 0.39)], "not_enough_info"),
    ],
)
def test_the_surest_of_each_side_decides(chances: list[tuple[float, float]], verdict: VerdictLabel) -> None:
    assert decided(case("any", "refuted", *chances), Bars(0.4, 0.4, 0.5)) == verdict


@pytest.mark.parametrize(("verdict", "gold"), list(itertools.product(LABELS, LABELS)))
def test_what_a_verdict_is_worth(verdict: VerdictLabel, gold: VerdictLabel) -> None:
    worth = 1.0 if verdict == gold else 0.0
    if verdict == "supported" and gold in ("refuted", "not_enough_info"):
        worth = -FALSE_SUPPORTED_COST
    if verdict == "refuted" and gold in ("supported", "not_enough_info"):
        worth = -FALSE_REFUTED_COST
    assert gain([verdict], [case("claim", gold)]).tolist() == [worth]


def surest(chances: list[np.ndarray]) -> np.ndarray:
    """Each side's surest chance among the quotes that speak for it rather than for the other."""
    sides = [
        [max((row[side] for row in one if row[side] > row[1 - side]), default=0) for side in (0, 1)] for one in chances
    ]
    return np.array(sides)


def gained(best: np.ndarray, gold: np.ndarray, thresholds: tuple[float, ...]) -> np.ndarray:
    """What each verdict is worth under some thresholds, written without the code that is tested."""
    supports, refutes = best.T
    for_it, against = supports >= thresholds[0], refutes >= thresholds[1]
    both = best.min(axis=1) >= thresholds[2]
    supported = for_it & ~both & (~against | (supports >= refutes))
    refuted = against & ~both & ~supported
    verdicts = np.select([both, supported, refuted], ["conflicting", "supported", "refuted"], "not_enough_info")
    unproved = np.isin(gold, ["refuted", "not_enough_info"])
    false = supported & unproved
    # Too many false ones rule the thresholds out.
    worth = (verdicts == gold) - 1.0 * false - 0.5 * (refuted & np.isin(gold, ["supported", "not_enough_info"]))
    return np.where(false.sum() <= MOST_FALSE_SUPPORTED * unproved.sum(), worth, -np.inf)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_thresholds_gain_clearly_more_than_the_chosen_ones(seed: int) -> None:
    chance = np.random.default_rng(seed)
    gold = np.array([LABELS[number % 4] for number in range(16)])
    leaning = {"supported": (4, 1), "refuted": (1, 4), "conflicting": (4, 4), "not_enough_info": (1, 1)}
    chances = [chance.dirichlet((*leaning[label], 3), size=3)[:, :2] for label in gold]
    grid = itertools.product(np.round(np.arange(0.2, 0.96, 0.05), 2).tolist(), repeat=3)
    gains = [gained(surest(chances), gold, one) for one in grid]
    best = max(gains, key=np.mean)
    chosen = fit_bars([case(label, label, *one.tolist()) for label, one in zip(gold, chances, strict=True)])
    assert gained(surest(chances), gold, astuple(chosen)).mean() >= best.mean() - 0.5 * best.std() / np.sqrt(16) - 1e-12


def test_where_half_of_the_likely_are_false_nothing_is_called_supported() -> None:
    """At a chance of 0.6 six are right and three falsely supported, which is too many; those at 0.9 are all right."""
    cases = [case(str(number), "supported", (0.9 if number < 6 else 0.6, 0.05)) for number in range(12)]
    false = [case("against", "refuted", (0.6, 0.05))]
    false += [case(f"silent-{number}", "not_enough_info", (0.6, 0.05)) for number in range(2)]
    assert 0.6 < fit_bars([*cases, *false]).supported <= 0.9
    assert fit_bars(cases).supported <= 0.6


def test_the_report_by_hand() -> None:
    gold: list[VerdictLabel] = ["supported", "supported", "refuted", "not_enough_info", "not_enough_info", "refuted"]
    verdicts: list[VerdictLabel] = ["supported", "refuted", "supported", "not_enough_info", "supported", "refuted"]
    cases = [case(str(number), label) for number, label in enumerate(gold)]
    assert report_on(cases, verdicts) == {
        "claims": 6,
        "accuracy": 0.5,
        "false_supported": 0.5,
        "false_refuted": 0.25,
        "right_when_supported": 0.5,
        "right_when_refuted": 0.5,
        "right_when_conflicting": 0,
        "right_when_not_enough_info": 0.5,
    }
    assert report_on(cases[:2], verdicts[:2])["false_supported"] == 0


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    fitted = _write(path, EVEN, AS_DECIDED, {"accuracy": 0.5})
    assert load_weights(path) == fitted
    assert fitted.bars == EVEN
    assert fitted.fingerprint.startswith("verdicts-")
    other = _write(path, Bars(0.5, 0.5, 0.6), AS_DECIDED, {"accuracy": 0.5})
    assert other.fingerprint != fitted.fingerprint
