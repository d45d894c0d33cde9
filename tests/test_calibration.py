"""Confidence: candidates that agree add up, the best answer comes first, and foreign numbers are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ModelError
from service.evidence.calibration import SIGNS, WEIGHTS, Calibration, load_calibration
from service.evidence.signals import SIGNALS

WIDTH = len(SIGNALS)


def by_first_signal(bias: float = 0.0, certainty: float = 0.0) -> Calibration:
    """Scores a candidate by its first signal alone; sure by how far its summed score goes."""
    ranking = np.zeros(WIDTH)
    ranking[0] = 1.0
    weights = np.zeros(len(SIGNS))
    weights[SIGNS.index("score")] = certainty
    return Calibration(ranking, np.zeros(WIDTH), np.ones(WIDTH), weights, bias, 0.5, 1.0, "by-hand")


def scored(*scores: float) -> np.ndarray:
    """Rows of signals that `by_first_signal` gives these scores."""
    rows = np.zeros((len(scores), WIDTH))
    rows[:, 0] = scores
    return rows


@st.composite
def questions(draw: st.DrawFn) -> tuple[Calibration, np.ndarray, list[int]]:
    """Any calibration with any candidates, numbered by their answers as the reader numbers them."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 12))
    calibration = Calibration(
        chance.normal(size=WIDTH),
        chance.normal(size=WIDTH),
        chance.uniform(0.1, 3, WIDTH),
        chance.normal(size=len(SIGNS)),
        float(chance.normal()),
        0.5,
        1.0,
        "any",
    )
    same: list[int] = []
    for _ in range(count):
        same.append(draw(st.integers(0, max(same, default=-1) + 1)))
    return calibration, chance.normal(0, 4, (count, WIDTH)), same


@settings(deadline=None, derandomize=True)
@given(questions())
def test_confidences_are_chances_and_fall(question: tuple[Calibration, np.ndarray, list[int]]) -> None:
    calibration, signals, same = question
    confidences = calibration.confidences(calibration.stand(signals, same))
    assert len(confidences) == len(set(same))
    assert ((confidences >= 0) & (confidences <= 1)).all()
    assert confidences.tolist() == sorted(confidences, reverse=True)


@settings(deadline=None, derandomize=True)
@given(questions())
def test_every_candidate_stands_in_one_group_best_first(question: tuple[Calibration, np.ndarray, list[int]]) -> None:
    calibration, signals, same = question
    standing = calibration.stand(signals, same)
    scores = (signals - calibration.means) / calibration.scales @ calibration.ranking
    assert sorted(number for group in standing.groups for number in group) == list(range(len(same)))
    for group in standing.groups:
        assert len({same[number] for number in group}) == 1
        assert list(group) == sorted(group, key=lambda number: -scores[number])
    sums = [np.logaddexp.reduce(scores[list(group)]) for group in standing.groups]
    assert sums == sorted(sums, reverse=True)
    assert standing.shares.sum() == pytest.approx(1.0)
    assert standing.shares == pytest.approx(np.exp(sums - np.logaddexp.reduce(sums)))
    assert standing.signs.shape == (len(SIGNS),)
    assert np.isfinite(standing.signs).all()


@settings(deadline=None, derandomize=True)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(question, shuffler) -> None:
    calibration, signals, same = question
    order = list(range(len(same)))
    shuffler.shuffle(order)
    straight = calibration.stand(signals, same)
    mixed = calibration.stand(signals[order], [same[number] for number in order])
    assert tuple(tuple(order[number] for number in group) for group in mixed.groups) == straight.groups
    assert mixed.signs == pytest.approx(straight.signs)


def test_two_that_agree_beat_a_lone_slightly_better_one() -> None:
    standing = by_first_signal().stand(scored(1.3, 1.0, 1.0), [0, 1, 1])
    assert standing.groups == ((1, 2), (0,))
    assert standing.shares[0] > standing.shares[1]
    apart = by_first_signal().stand(scored(1.3, 1.0, 1.0), [0, 1, 2])
    assert apart.groups == ((0,), (1,), (2,))


def test_two_that_agree_do_not_beat_a_far_better_one() -> None:
    assert by_first_signal().stand(scored(1.0, 1.0, 3.0), [0, 0, 1]).groups == ((2,), (0, 1))


def test_the_shares_are_those_of_the_softmax_over_all_candidates() -> None:
    standing = by_first_signal().stand(scored(np.log(1.0), np.log(2.0), np.log(5.0)), [0, 0, 1])
    assert standing.shares == pytest.approx([5 / 8, 3 / 8])


def test_the_first_confidence_is_the_chance_and_the_others_shrink_with_their_share() -> None:
    calibration = by_first_signal(bias=0.0)
    confidences = calibration.confidences(calibration.stand(scored(np.log(3.0), np.log(1.0)), [0, 1]))
    assert confidences == pytest.approx([1 / 2, 1 / 6])


def test_a_better_score_makes_surer() -> None:
    calibration = by_first_signal(certainty=1.0)
    chances = [calibration.confidences(calibration.stand(scored(score), [0]))[0] for score in (-3.0, 0.0, 3.0)]
    assert chances == pytest.approx([1 / (1 + np.exp(-score)) for score in (-3.0, 0.0, 3.0)])


def test_a_lone_candidate_has_the_whole_share() -> None:
    standing = by_first_signal().stand(scored(-2.0), [0])
    assert standing.groups == ((0,),)
    assert standing.shares.tolist() == [1.0]
    signs = dict(zip(SIGNS, standing.signs.tolist(), strict=True))
    assert (signs["score"], signs["log_share"], signs["log_support"]) == (-2.0, 0.0, 0.0)
    assert signs["lead"] > 0


def test_what_stands_beside_the_signals_tells_lead_and_support() -> None:
    standing = by_first_signal().stand(scored(2.0, 2.0, 1.0), [0, 0, 1])
    signs = dict(zip(SIGNS, standing.signs.tolist(), strict=True))
    assert signs["margin"] == 2.0
    assert signs["lead"] == pytest.approx(1.0 + np.log(2))
    assert signs["log_support"] == pytest.approx(np.log(2))


def test_equal_answers_keep_the_order_they_came_in() -> None:
    standing = by_first_signal().stand(scored(1.0, 1.0, 1.0, 1.0), [0, 1, 0, 1])
    assert standing.groups == ((0, 2), (1, 3))
    assert by_first_signal().stand(scored(0.0, 0.0, 0.0), [0, 1, 2]).groups == ((0,), (1,), (2,))


def test_the_packaged_numbers_are_usable() -> None:
    packaged = load_calibration()
    assert packaged.ranking.shape == packaged.means.shape == packaged.scales.shape == (WIDTH,)
    assert packaged.certainty.shape == (len(SIGNS),)
    for numbers in (packaged.ranking, packaged.means, packaged.scales, packaged.certainty, packaged.bias):
        assert np.isfinite(numbers).all()
    assert (packaged.scales > 0).all()
    assert 0 < packaged.threshold < 1
    assert packaged.temperature > 0
    assert packaged.fingerprint.startswith("calibration-")


def drop_signal(content: dict) -> None:
    content["signals"] = content["signals"][1:]


def swap_signals(content: dict) -> None:
    content["signals"][:2] = content["signals"][1::-1]


def forget_signals(content: dict) -> None:
    del content["signals"]


def add_signal(content: dict) -> None:
    content["signals"].append("luck")
    content["ranking"].append(1.0)


def cut_ranking(content: dict) -> None:
    content["ranking"].pop()


def cut_certainty(content: dict) -> None:
    content["certainty"].pop()


@pytest.mark.parametrize("change", [drop_signal, swap_signals, forget_signals, add_signal, cut_ranking, cut_certainty])
def test_numbers_fitted_on_other_signals_are_refused(tmp_path: Path, change) -> None:
    content = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError) as refused:
        load_calibration(path)
    assert refused.value.code == "model_altered"
