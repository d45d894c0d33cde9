"""Which candidate answers, and how sure that is: two small fitted models over the signals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from service.evidence.signals import SIGNALS

WEIGHTS = Path(__file__).parent / "weights" / "calibration.json"
FloatArray = npt.NDArray[np.float64]

# What certainty is judged by beside the best candidate's own signals: its score, its lead over the best rival, its
# share of the softmax, and how many places agree with it.
STANDING = ("score", "lead", "log_share", "log_support")
SIGNS = (*SIGNALS, *STANDING)
# What the lead of a lone answer counts as: about the largest one seen between two.
_NO_RIVAL = 6.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The answers of one question, each a group of candidates that say the same.

    `groups` hold candidate numbers, best first within a group, and the groups are in the order of their scores;
    `shares` are the groups' parts of the softmax and `signs` what the certainty of the first is judged by.
    """

    groups: tuple[tuple[int, ...], ...]
    shares: FloatArray
    signs: FloatArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two linear models in a row, fitted by `eval.fit_confidence`.

    The first scores each candidate: ranking . (signals - means) / scales, trained so that the softmax over a
    question's candidates favours those that answer; candidates that say the same add up. The second tells how sure
    the best answer is: sigmoid(bias + certainty . signs).
    """

    ranking: FloatArray
    means: FloatArray
    scales: FloatArray
    certainty: FloatArray
    bias: float
    threshold: float
    temperature: float
    fingerprint: str

    def stand(self, signals: FloatArray, same: Sequence[int]) -> Standing:
        """Group the candidates (n >= 1 rows of signals); `same[i]` is the number of the answer that row i gives."""
        standard = (signals - self.means) / self.scales
        scores = standard @ self.ranking
        members: dict[int, list[int]] = {}
        for number in np.argsort(-scores, kind="stable").tolist():
            members.setdefault(same[number], []).append(number)
        summed = {answer: float(np.logaddexp.reduce(scores[held])) for answer, held in members.items()}
        order = sorted(members, key=lambda answer: (-summed[answer], members[answer][0]))
        totals = np.array([summed[answer] for answer in order])
        shares = np.exp(totals - totals[0])
        shares /= shares.sum()
        lead = min(totals[0] - totals[1], _NO_RIVAL) if len(totals) > 1 else _NO_RIVAL
        first = members[order[0]]
        signs = np.array([*standard[first[0]], totals[0], lead, np.log(shares[0]), np.log(len(first))])
        return Standing(tuple(tuple(members[answer]) for answer in order), shares, signs)

    def confidences(self, standing: Standing) -> FloatArray:
        """Return one confidence per group: the first's calibrated chance, the others' less by their share."""
        chance = 1.0 / (1.0 + np.exp(-(standing.signs @ self.certainty + self.bias)))
        confidence: FloatArray = chance * standing.shares / standing.shares[0]
        return confidence


def load_calibration(path: Path = WEIGHTS) -> Calibration:
    """Read the fitted numbers; raises ModelError when they were fitted on other signals."""
    content = json.loads(path.read_text(encoding="utf-8"))
    fits = len(content.get("ranking", ())) == len(SIGNALS) and len(content.get("certainty", ())) == len(SIGNS)
    if content.get("signals") != list(SIGNALS) or not fits:
        raise ModelError(
            "The calibration was fitted on other signals; run python -m eval.fit_confidence.", code="model_altered"
        )
    return Calibration(
        ranking=np.array(content["ranking"]),
        means=np.array(content["means"]),
        scales=np.array(content["scales"]),
        certainty=np.array(content["certainty"]),
        bias=content["bias"],
        threshold=content["threshold"],
        temperature=content["temperature"],
        fingerprint=content["fingerprint"],
    )
