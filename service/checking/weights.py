"""The fitted numbers of claim checking: from a quote's signals to chances, and from those to verdicts."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from service.verdicts import VerdictLabel

WEIGHTS = Path(__file__).parent / "weights.json"
FloatArray = npt.NDArray[np.float64]
_LEAST = 1e-6
# Of one quote for one claim: the verifier's log odds against neutral and its chances; whether a date or number is given
# otherwise, and that where the verifier hears something and where the same happens (the words but names and values),
# and contradiction where the same happens; whether the claim's dates, numbers and share of its names are left out; its
# words said; words put into others' mouths.
SIGNALS = (
    "entails_logit",
    "contradicts_logit",
    "entails",
    "contradicts",
    "clash",
    "clash_told",
    "clash_alike",
    "contradicts_alike",
    "dates_missing",
    "numbers_missing",
    "names_missing",
    "coverage",
    "reported",
    "denied",
)


@dataclass(frozen=True, slots=True)
class Bars:
    """The chances that a quote needs for a verdict; `conflicting` is what the weaker side of a conflict needs."""

    supported: float
    refuted: float
    conflicting: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """From the chance that decided a verdict to the chance that the verdict is right: logistic, shifted by verdict."""

    slope: float
    supported: float
    refuted: float
    conflicting: float
    not_enough_info: float

    def of(self, verdict: VerdictLabel, chance: float) -> float:
        """Return the chance, in [0, 1], that a verdict is right that was decided by `chance`."""
        shift: float = getattr(self, verdict)
        return 1.0 / (1.0 + math.exp(-(self.slope * log_odds(chance) + shift)))


def log_odds(chance: float) -> float:
    """Return log(p / (1 - p)), p kept where that is finite."""
    kept = min(max(chance, _LEAST), 1.0 - _LEAST)
    return math.log(kept / (1.0 - kept))


@dataclass(frozen=True, slots=True)
class WeighingModel:
    """Multinomial logistic regression over standardised signals: supports, refutes, or neither.

    Fitted by `eval.fit_verdicts`, as are the bars and the confidence.
    """

    means: FloatArray
    scales: FloatArray
    coefficients: FloatArray
    intercepts: FloatArray
    bars: Bars
    confidence: Confidence
    fingerprint: str

    def chances(self, signals: FloatArray) -> FloatArray:
        """Return for rows of SIGNALS, shape (n, len(SIGNALS)), the chances to support and refute, shape (n, 2)."""
        scores = (signals - self.means) / self.scales @ self.coefficients.T + self.intercepts
        shares = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
        chances: FloatArray = shares[:, :2]
        return chances


def surest(chances: FloatArray) -> tuple[float, float]:
    """Return the surest chance of either side, 0 without any; a quote counts for the side it likelier speaks for."""
    supports, refutes = chances.reshape(-1, 2).T
    return (
        float(np.max(supports, where=supports > refutes, initial=0.0)),
        float(np.max(refutes, where=refutes > supports, initial=0.0)),
    )


def verdict_for(supports: float, refutes: float, bars: Bars) -> VerdictLabel:
    """Return the verdict that the surest quote of either side allows.

    One quote against ten is a conflict to be shown, not an average.
    """
    supported, refuted = 0 < supports >= bars.supported, 0 < refutes >= bars.refuted
    if supported and refuted and min(supports, refutes) >= bars.conflicting:
        return "conflicting"
    if supported and (supports >= refutes or not refuted):
        return "supported"
    return "refuted" if refuted else "not_enough_info"


def load_weights(path: Path = WEIGHTS) -> WeighingModel:
    """Read the fitted numbers; raises ModelError when they were fitted on other signals."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.get("signals") != list(SIGNALS) or np.shape(content.get("coefficients")) != (3, len(SIGNALS)):
        raise ModelError(
            "The verdicts were fitted on other signals; run python -m eval.fit_verdicts.", code="model_altered"
        )
    return WeighingModel(
        means=np.array(content["means"]),
        scales=np.array(content["scales"]),
        coefficients=np.array(content["coefficients"]),
        intercepts=np.array(content["intercepts"]),
        bars=Bars(**content["bars"]),
        confidence=Confidence(**content["confidence"]),
        fingerprint=content["fingerprint"],
    )
