"""The fitted linear model behind the sentence reader."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from service.reader.features import FEATURES

WEIGHTS = Path(__file__).parent / "sentence_reader.json"
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """P(quote answers) = sigmoid(bias + weights . (features - means) / scales), fitted by `service.reader.fit`."""

    weights: FloatArray
    means: FloatArray
    scales: FloatArray
    bias: float
    threshold: float
    fingerprint: str

    def confidence(self, features: FloatArray) -> FloatArray:
        """Return one probability per row of `features`, shape (n,)."""
        score = ((features - self.means) / self.scales) @ self.weights + self.bias
        probability: FloatArray = 1.0 / (1.0 + np.exp(-score))
        return probability


def load_model(path: Path = WEIGHTS) -> LinearModel:
    """Read the fitted weights; raises ModelError when they were fitted on other features."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["features"] != list(FEATURES):
        raise ModelError(
            "The reader's weights were fitted on other features; run python -m service.reader.fit.",
            code="model_altered",
        )
    return LinearModel(
        weights=np.array(content["weights"]),
        means=np.array(content["means"]),
        scales=np.array(content["scales"]),
        bias=content["bias"],
        threshold=content["threshold"],
        fingerprint=content["fingerprint"],
    )
