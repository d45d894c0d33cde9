"""The fitted numbers of claim checking: from a quote's signals to chances, and from those to verdicts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ModelError

WEIGHTS = Path(__file__).parent / "weights.json"
FloatArray = npt.NDArray[np.float64]
# Of one quote for one claim: the entailment head's log odds against neutral; its chances where the quote bears on the
# claim at all; relevance; whether a date or number is given otherwise, and that where the model hears something and
# where the same happens (the words but names and values), and contradiction where the same happens;
# whether the claim's dates, numbers and share of its names are left out; its words said; words put into others' mouths.
SIGNALS = (
    "entails_logit",
    "contradicts_logit",
    "entails",
    "contradicts",
    "relevance",
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
class WeighingModel:
    """Multinomial logistic regression over standardised signals: supports, refutes, or neither.

    Fitted by `eval.fit_verdicts`. `for_supported` and `for_refuted` are the chances a verdict needs, `for_conflicting`
    what the weaker side of a conflict needs.
    """

    means: FloatArray
    scales: FloatArray
    coefficients: FloatArray
    intercepts: FloatArray
    for_supported: float
    for_refuted: float
    for_conflicting: float
    fingerprint: str

    def chances(self, signals: FloatArray) -> FloatArray:
        """Return for rows of SIGNALS, shape (n, len(SIGNALS)), the chances to support and refute, shape (n, 2)."""
        scores = (signals - self.means) / self.scales @ self.coefficients.T + self.intercepts
        shares = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
        chances: FloatArray = shares[:, :2]
        return chances


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
        for_supported=content["for_supported"],
        for_refuted=content["for_refuted"],
        for_conflicting=content["for_conflicting"],
        fingerprint=content["fingerprint"],
    )
