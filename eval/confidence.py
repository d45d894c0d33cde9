"""The mathematics of confidence: ranking candidates, how sure the best answer is, and where to decline."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from eval.metrics import risk_coverage
from service.evidence.calibration import SIGNS, Calibration
from service.evidence.signals import SIGNALS

# What we expect of users: one question in four is not answered by the documents. A third of those each are written to
# fool a reader (SQuAD v2's), near misses whose paragraph is not there, and questions about something else.
IMPOSSIBLE_SHARE = 0.25
# Every answer shows its quote, so a wrong one can be seen for what it is: it costs half of what a right one gains.
WRONG_COST = 0.5
RIDGE = 0.001
Kind = Literal["answerable", "impossible", "hidden", "foreign"]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One question's candidates: signals (n, SIGNALS), the answers they give and which are right, shape (n,).

    `kind` is "answerable", or why it is not: "impossible" by its making, "hidden" paragraph, "foreign" question.
    """

    signals: FloatArray
    same: tuple[int, ...]
    right: npt.NDArray[np.bool_]
    kind: Kind
    first_half: bool

    @property
    def answerable(self) -> bool:
        """Whether the library answers the question."""
        return self.kind == "answerable"


def in_first_half(title: str) -> bool:
    """Whether an article belongs to the half that is fitted on."""
    return hashlib.sha256(title.encode()).digest()[0] % 2 == 0


def fit(examples: Sequence[Example]) -> Calibration:
    """Fit ranking, certainty and threshold; the temperature is left at 1 and the fingerprint empty."""
    from sklearn.linear_model import LogisticRegression

    signals = np.concatenate([example.signals for example in examples])
    means, scales = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    ranking = _fit_ranking(
        [((example.signals - means) / scales, example.right) for example in examples if example.right.any()]
    )
    unsure = Calibration(ranking, means, scales, np.zeros(len(SIGNS)), 0.0, 0.5, 1.0, "")
    signs = np.array([unsure.stand(example.signals, example.same).signs for example in examples])
    weights = _weights(examples)
    chance = LogisticRegression(C=0.1, max_iter=5000).fit(signs, _hits(unsure, examples), sample_weight=weights)
    fitted = replace(unsure, certainty=chance.coef_[0], bias=float(chance.intercept_[0]))
    return replace(fitted, threshold=_threshold(fitted, examples))


def _fit_ranking(questions: Sequence[tuple[FloatArray, npt.NDArray[np.bool_]]]) -> FloatArray:
    """Return the weights that give the right candidates most of each question's softmax (conditional logit)."""
    from scipy.optimize import minimize

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, gradient = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for signals, right in questions:
            scores = signals @ weights
            share = np.exp(scores - scores.max())
            share /= share.sum()
            mass = share[right].sum() + 1e-12
            total -= float(np.log(mass)) / len(questions)
            gradient += (share - np.where(right, share / mass, 0)) @ signals / len(questions)
        return total, gradient

    found: FloatArray = minimize(loss, np.zeros(len(SIGNALS)), jac=True, method="L-BFGS-B").x
    return found


def _weights(examples: Sequence[Example]) -> FloatArray:
    """Weigh the questions so that IMPOSSIBLE_SHARE of all have no answer, in equal parts of each kind there is."""
    counts = Counter(example.kind for example in examples)
    kinds = len(counts) - ("answerable" in counts)
    if kinds in (0, len(counts)):
        return np.ones(len(examples))
    shares = dict.fromkeys(counts, IMPOSSIBLE_SHARE / kinds) | {"answerable": 1 - IMPOSSIBLE_SHARE}
    return np.array([shares[example.kind] * len(examples) / counts[example.kind] for example in examples])


def _hits(calibration: Calibration, examples: Sequence[Example]) -> npt.NDArray[np.bool_]:
    """Return for each question whether its best answer is right: the best place that gives it is."""
    firsts = [calibration.stand(example.signals, example.same).groups[0][0] for example in examples]
    return np.array([bool(example.right[first]) for example, first in zip(examples, firsts, strict=True)])


def _confidences(calibration: Calibration, examples: Sequence[Example]) -> FloatArray:
    standings = [calibration.stand(example.signals, example.same) for example in examples]
    return np.array([float(calibration.confidences(standing)[0]) for standing in standings])


def _threshold(calibration: Calibration, examples: Sequence[Example]) -> float:
    """Return the middle of the confidences that gain about the most.

    A right answer gains 1, a wrong one costs WRONG_COST, declining is 0. The gain is flat around its maximum: all
    thresholds within one standard error of the best are as good as the data can tell, and their middle is the one
    least at the mercy of the sample.
    """
    hit, confidence, weight = _hits(calibration, examples), _confidences(calibration, examples), _weights(examples)
    # Rounded down, so that a bar never lies above the confidence it comes from; above all of them nothing is answered.
    grid = np.append(np.unique(np.floor(confidence * 1000) / 1000), 1.001)
    gains = [weight * (confidence >= bar) * np.where(hit, 1, -WRONG_COST) for bar in grid]
    means = np.array([gain.mean() for gain in gains])
    best = gains[int(np.argmax(means))]
    error = best.std() / np.sqrt(len(best))
    as_good = grid[means >= best.mean() - error]
    middle = (as_good.min() + as_good.max()) / 2
    # Between two good bars may lie a bad one, so the good one nearest to the middle is taken.
    return round(float(as_good[np.argmin(np.abs(as_good - middle))]), 3)


def report_on(calibration: Calibration, examples: Sequence[Example]) -> dict[str, float]:
    """Return what the threshold does to questions that were not fitted on."""
    hit, confidence, weight = _hits(calibration, examples), _confidences(calibration, examples), _weights(examples)
    answerable = np.array([example.answerable for example in examples])
    answered = confidence >= calibration.threshold
    found = np.array([bool(example.right.any()) for example in examples])
    figures = {
        "questions": len(examples),
        "answer_among_candidates": found[answerable].mean(),
        "best_answer_right": hit[answerable].mean(),
        "right_when_answerable": (answered & hit)[answerable].mean(),
        "precision_when_answered": _share(hit[answered], weight[answered]),
        "refusal_precision": _share(~answerable[~answered], weight[~answered]),
        "refusal_recall": _share((~answered)[~answerable], weight[~answerable]),
        "calibration_error": _calibration_error(confidence, hit, weight),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def _share(true: npt.NDArray[np.bool_], weight: FloatArray) -> float:
    """Return the weighted share of what is true; 1 where there is nothing to be wrong about."""
    return float(np.average(true, weights=weight)) if len(true) else 1.0


def _calibration_error(confidence: FloatArray, hit: npt.NDArray[np.bool_], weight: FloatArray) -> float:
    """Expected calibration error over ten equal bins (Naeini et al. 2015)."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    held = [bins == number for number in range(10) if (bins == number).any()]
    gaps = [
        abs(np.average(hit[one], weights=weight[one]) - np.average(confidence[one], weights=weight[one]))
        for one in held
    ]
    return float(sum(gap * weight[one].sum() for gap, one in zip(gaps, held, strict=True)) / weight.sum())


def curve(calibration: Calibration, examples: Sequence[Example]) -> dict[str, object]:
    """Return what each `min_confidence` buys, and the risk-coverage curve."""
    hit, confidence, weight = _hits(calibration, examples), _confidences(calibration, examples), _weights(examples)
    answerable = np.array([example.answerable for example in examples])
    bars = []
    for bar in np.arange(0.05, 1.0, 0.05):
        answered = confidence >= bar
        bars.append(
            {
                "min_confidence": round(float(bar), 2),
                "answerable_answered": round(float(answered[answerable].mean()), 3),
                "precision": round(float(np.average(hit[answered], weights=weight[answered])), 3)
                if answered.any()
                else None,
                "refusal_recall": round(float((~answered)[~answerable].mean()), 3),
            }
        )
    return {"bars": bars, "risk_coverage": risk_coverage(confidence.tolist(), hit.tolist(), weight.tolist())}
