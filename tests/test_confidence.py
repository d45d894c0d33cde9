"""The mathematics of confidence: what made-up candidates teach, where to decline, figures computed by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.confidence import (
    IMPOSSIBLE_SHARE,
    WRONG_COST,
    Example,
    Kind,
    _calibration_error,
    _threshold,
    _weights,
    curve,
    fit,
    in_first_half,
    report_on,
)
from service.evidence.calibration import SIGNS, Calibration
from service.evidence.signals import SIGNALS

WIDTH = len(SIGNALS)
MARGIN, RELEVANCE = SIGNALS.index("margin"), SIGNALS.index("relevance")
KINDS: tuple[Kind, ...] = get_args(Kind)


def frank(threshold: float = 0.5) -> Calibration:
    """As sure as its first candidate's margin says: a candidate of margin log(p / (1 - p)) has confidence p."""
    ranking, certainty = np.zeros(WIDTH), np.zeros(len(SIGNS))
    ranking[MARGIN] = certainty[SIGNS.index("margin")] = 1.0
    return Calibration(ranking, np.zeros(WIDTH), np.ones(WIDTH), certainty, 0.0, threshold, 1.0, "by-hand")


def asked(kind: Kind, *candidates: tuple[float, bool]) -> Example:
    """A question whose candidates `frank` is so sure of, each right or not, all of them different answers."""
    rows = np.zeros((len(candidates), WIDTH))
    rows[:, MARGIN] = [np.log(sure / (1 - sure)) for sure, _ in candidates]
    right = np.array([is_right for _, is_right in candidates])
    return Example(rows, tuple(range(len(candidates))), right, kind, first_half=True)


def made_up(count: int, seed: int) -> list[Example]:
    """Questions of every kind; among noise a right candidate stands out by margin, and more by relevance."""
    chance = np.random.default_rng(seed)
    made = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        rows = chance.normal(size=(5, WIDTH))
        right = np.zeros(5, dtype=bool)
        if kind == "answerable":
            right[chance.integers(5)] = True
            rows[right, MARGIN] += 3.0
            rows[right, RELEVANCE] += 6.0
        made.append(Example(rows, (0, 1, 2, 3, 4), right, kind, first_half=True))
    return made


@pytest.fixture(scope="module")
def learnt() -> Calibration:
    return fit(made_up(160, seed=1))


def test_a_right_candidate_is_learnt_to_come_first(learnt: Calibration) -> None:
    unseen = [example for example in made_up(240, seed=2) if example.answerable]
    firsts = [learnt.stand(example.signals, example.same).groups[0][0] for example in unseen]
    hits = [bool(example.right[first]) for example, first in zip(unseen, firsts, strict=True)]
    assert np.mean(hits) > 0.95
    weight = dict(zip(SIGNALS, (learnt.ranking / learnt.scales).tolist(), strict=True))
    assert weight["relevance"] > weight["margin"] > max(abs(weight[name]) for name in SIGNALS[2:])


def test_questions_without_an_answer_get_little_certainty(learnt: Calibration) -> None:
    sure: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for example in made_up(240, seed=3):
        sure[example.kind].append(float(learnt.confidences(learnt.stand(example.signals, example.same))[0]))
    means = {kind: float(np.mean(values)) for kind, values in sure.items()}
    assert means.pop("answerable") > 0.85
    assert all(mean < 0.35 for mean in means.values()), means


def test_the_fitted_confidence_is_about_the_share_that_is_right(learnt: Calibration) -> None:
    report = report_on(learnt, made_up(400, seed=4))
    assert report["calibration_error"] < 0.1
    assert report["right_when_answerable"] > 0.85
    assert report["refusal_recall"] > 0.75


def test_fitting_leaves_the_temperature_and_the_fingerprint_to_others(learnt: Calibration) -> None:
    assert (learnt.temperature, learnt.fingerprint) == (1.0, "")
    assert 0 < learnt.threshold < 1


def test_what_is_scaled_and_shifted_is_learnt_alike() -> None:
    examples = made_up(60, seed=5)
    stretched = [replace(example, signals=example.signals * 40 - 7) for example in examples]
    plain, other = fit(examples), fit(stretched)
    for example, shifted in zip(examples, stretched, strict=True):
        assert plain.confidences(plain.stand(example.signals, example.same)) == pytest.approx(
            other.confidences(other.stand(shifted.signals, shifted.same)), abs=1e-3
        )


def test_the_threshold_stands_where_right_answers_begin() -> None:
    wrong = [asked("answerable", (sure, False)) for sure in (0.2002, 0.4002) for _ in range(25)]
    right = [asked("answerable", (sure, True)) for sure in (0.6002, 0.8002) for _ in range(25)]
    assert _threshold(frank(), wrong + right) == 0.6


@pytest.mark.parametrize(("right", "threshold"), [(40, 0.5), (0, 0.9)])
def test_a_third_right_is_where_answering_begins_to_pay(right: int, threshold: float) -> None:
    """A wrong answer costs half of what a right one gains."""
    sure = [asked("answerable", (0.9002, True))] * 100
    doubtful = [asked("answerable", (0.5002, number < right)) for number in range(100)]
    assert _threshold(frank(), sure + doubtful) == threshold


@pytest.mark.parametrize("seed", range(6))
def test_no_threshold_gains_clearly_more_than_the_chosen_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    sure = chance.uniform(0.01, 0.99, 500)
    examples = [
        asked("answerable", (value, True)) if is_right else asked(KINDS[chance.integers(4)], (value, False))
        for value, is_right in zip(sure, chance.uniform(size=500) < sure**1.5, strict=True)
    ]
    counts = Counter(example.kind for example in examples)
    share = {kind: 0.75 if kind == "answerable" else 0.25 / 3 for kind in KINDS}
    worth = np.array(
        [
            (1.0 if example.right[0] else -WRONG_COST) * share[example.kind] * 500 / counts[example.kind]
            for example in examples
        ]
    )
    gains = {bar: worth * (sure >= bar) for bar in (*sure, 0.0, 1.0)}
    best = max(gains.values(), key=np.mean)
    chosen = _threshold(frank(), examples)
    # One standard error, and the third digit to which bars are rounded.
    assert (worth * (sure >= chosen)).mean() >= best.mean() - best.std() / np.sqrt(500) - 1e-2
    assert abs(chosen - 0.5) < 0.3


TINY = [
    asked("answerable", (0.95, True)),
    asked("answerable", (0.85, False), (0.55, True)),
    asked("answerable", (0.35, True)),
    asked("answerable", (0.25, False)),
    asked("impossible", (0.75, False)),
    asked("impossible", (0.15, False)),
]


def test_the_report_by_hand() -> None:
    """An answerable question weighs 0.75 * 6 / 4 = 1.125 here, an impossible one 0.25 * 6 / 2 = 0.75."""
    assert report_on(frank(0.5), TINY) == {
        "questions": 6,
        "answer_among_candidates": 0.75,
        "best_answer_right": 0.5,
        "right_when_answerable": 0.25,
        "precision_when_answered": 0.375,  # 1.125 of 1.125 + 1.125 + 0.75
        "refusal_precision": 0.25,  # 0.75 of 1.125 + 1.125 + 0.75
        "refusal_recall": 0.5,
        "calibration_error": 0.45,  # (1.125 * (0.05 + 0.85 + 0.65 + 0.25) + 0.75 * (0.75 + 0.15)) / 6
    }


def test_a_confidence_at_the_threshold_is_answered() -> None:
    even = [asked("answerable", (0.5, True)), asked("answerable", (0.2, True)), asked("foreign", (0.2, False))]
    assert report_on(frank(0.5), even)["right_when_answerable"] == 0.5


def test_the_best_place_of_the_best_answer_counts() -> None:
    """Two places that agree beat a lone better one, and the surer of the two is the one that must be right."""
    rows = asked("answerable", (0.7, False), (0.69, True), (0.6, False)).signals
    other = asked("impossible", (0.1, False))
    for right, hit in (([False, True, False], 1.0), ([False, False, True], 0.0), ([True, False, False], 0.0)):
        example = Example(rows, (0, 1, 1), np.array(right), "answerable", first_half=True)
        assert report_on(frank(), [example, other])["best_answer_right"] == hit


def test_gaps_cancel_within_a_bin_and_certainty_belongs_to_the_last() -> None:
    """In the sixth bin half are right at 0.55 on average, a gap of 0.05 for half of the weight."""
    confidence, hit = np.array([0.52, 0.58, 1.0]), np.array([True, False, True])
    assert _calibration_error(confidence, hit, np.array([1.0, 1.0, 2.0])) == pytest.approx(0.025)
    assert _calibration_error(confidence, ~hit, np.array([1.0, 1.0, 2.0])) == pytest.approx(0.525)


def test_the_curve_by_hand() -> None:
    drawn = curve(frank(), TINY)
    bars = {bar["min_confidence"]: bar for bar in drawn["bars"]}
    assert list(bars) == [round(0.05 * step, 2) for step in range(1, 20)]
    assert bars[0.8] == {
        "min_confidence": 0.8,
        "answerable_answered": 0.5,
        "precision": 0.5,
        "refusal_recall": 1.0,
    }
    assert bars[0.1]["precision"] == pytest.approx(2.25 / 6, abs=1e-3)
    coverage, risk = np.array(drawn["risk_coverage"]).T
    assert coverage == pytest.approx([weight / 6 for weight in (1.125, 2.25, 3, 4.125, 5.25, 6)])
    assert risk == pytest.approx([0, 1 / 2, 5 / 8, 5 / 11, 4 / 7, 5 / 8])


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=2, max_size=30))
def test_a_higher_bar_answers_less_and_declines_more(questions: list[tuple[float, bool]]) -> None:
    examples = [asked("answerable", questions[0])]
    examples += [
        asked(KINDS[number % 4], (sure, ok and number % 4 == 0)) for number, (sure, ok) in enumerate(questions)
    ]
    drawn = curve(frank(), examples)
    answered = [bar["answerable_answered"] for bar in drawn["bars"]]
    declined = [bar["refusal_recall"] for bar in drawn["bars"]]
    assert answered == sorted(answered, reverse=True)
    assert declined == sorted(declined)
    coverage = [covered for covered, _ in drawn["risk_coverage"]]
    assert coverage == sorted(set(coverage))
    assert coverage[-1] == pytest.approx(1.0)


def test_above_every_confidence_there_is_no_precision() -> None:
    bars = curve(frank(), [asked("answerable", (0.6, True)), asked("hidden", (0.3, False))])["bars"]
    assert [bar["precision"] for bar in bars if bar["min_confidence"] > 0.6] == [None] * 7
    assert [bar["precision"] for bar in bars if 0.3 < bar["min_confidence"] < 0.6] == [1.0] * 5


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    st.dictionaries(st.sampled_from(KINDS), st.integers(1, 20), min_size=2).filter(lambda held: "answerable" in held)
)
def test_the_kinds_without_an_answer_share_their_part_evenly(counts: dict[Kind, int]) -> None:
    examples = [asked(kind, (0.5, False)) for kind, count in counts.items() for _ in range(count)]
    weights = _weights(examples)
    total = {kind: sum(w for w, one in zip(weights, examples, strict=True) if one.kind == kind) for kind in counts}
    assert weights.sum() == pytest.approx(len(examples))
    assert total.pop("answerable") == pytest.approx((1 - IMPOSSIBLE_SHARE) * len(examples))
    assert list(total.values()) == pytest.approx([IMPOSSIBLE_SHARE * len(examples) / len(total)] * len(total))


@pytest.mark.parametrize("kinds", [["answerable"] * 3, ["hidden"] * 3, ["hidden", "foreign", "foreign"]])
def test_where_all_or_none_have_an_answer_each_question_counts_alike(kinds: list[Kind]) -> None:
    assert _weights([asked(kind, (0.5, False)) for kind in kinds]).tolist() == [1.0] * 3


def test_about_half_of_all_titles_are_in_the_first_half() -> None:
    halves = [in_first_half(f"Mill number {number} of Orvik") for number in range(4000)]
    assert 0.47 < np.mean(halves) < 0.53


@pytest.mark.parametrize(
    ("title", "first"), [("Orvik", False), ("Kestrel Bay", True), ("Þórshöfn", True), ("Åland", False)]
)
def test_a_title_stays_in_its_half_for_ever(title: str, first: bool) -> None:
    assert in_first_half(title) is first
