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


# What certainty is judged by beside the best candidate's features. A lead over the others means little when nothing
# is close to the question at all, which sums cannot say; hence products.
STANDING = ("score", "lead", "log_share")
PRODUCTS = (
    ("sentence_cosine", "log_share"),
    ("passage_cosine", "log_share"),
    ("sentence_cosine", "lead"),
    ("passage_coverage", "log_share"),
    ("names_missing", "log_share"),
    ("sentence_cosine", "sentence_cosine"),
    ("passage_cosine", "passage_cosine"),
    ("sentence_coverage", "sentence_cosine"),
)
SIGNS = len(FEATURES) + len(STANDING) + len(PRODUCTS)
# What the lead of a lone candidate counts as: about the largest one seen between two.
_NO_RIVAL = 3.0


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Two linear models in a row, fitted by `eval.fit_reader`.

    The first ranks a question's candidates: score = ranking . (features - means) / scales, trained so that the softmax
    over the candidates favours those that answer. The second tells how sure the best one is, from its features, its
    score, its lead over the next, its share of the softmax and PRODUCTS of these: sigmoid(bias + certainty . those).
    """

    ranking: FloatArray
    means: FloatArray
    scales: FloatArray
    certainty: FloatArray
    bias: float
    threshold: float
    fingerprint: str

    def confidences(self, features: FloatArray) -> FloatArray:
        """Return one confidence per row of `features` (n >= 1), shape (n,).

        The best candidate's is its calibrated chance to answer; the others' shrink with their share of the softmax.
        """
        share, best, signs = self.signs(features)
        chance = 1.0 / (1.0 + np.exp(-(signs @ self.certainty + self.bias)))
        confidence: FloatArray = chance * share / share[best]
        return confidence

    def signs(self, features: FloatArray) -> tuple[FloatArray, int, FloatArray]:
        """Return the softmax shares, the best candidate's place, and what its certainty is judged by."""
        standard = (features - self.means) / self.scales
        scores = standard @ self.ranking
        best = int(np.argmax(scores))
        share = np.exp(scores - scores[best])
        share /= share.sum()
        rivals = np.delete(scores, best)
        lead = scores[best] - rivals.max() if len(rivals) else _NO_RIVAL
        standing = (scores[best], lead, np.log(share[best]))
        signs = dict(zip((*FEATURES, *STANDING), (*standard[best], *standing), strict=True))
        return share, best, np.array([*signs.values(), *(signs[one] * signs[other] for one, other in PRODUCTS)])


def load_model(path: Path = WEIGHTS) -> LinearModel:
    """Read the fitted weights; raises ModelError when they were fitted on other features."""
    content = json.loads(path.read_text(encoding="utf-8"))
    lengths = {
        "ranking": len(FEATURES),
        "means": len(FEATURES),
        "scales": len(FEATURES),
        "certainty": SIGNS,
    }
    fits = all(len(content.get(name, ())) == length for name, length in lengths.items())
    if content.get("features") != list(FEATURES) or not fits:
        raise ModelError(
            "The reader's weights were fitted on other features; run python -m eval.fit_reader.",
            code="model_altered",
        )
    return LinearModel(
        ranking=np.array(content["ranking"]),
        means=np.array(content["means"]),
        scales=np.array(content["scales"]),
        certainty=np.array(content["certainty"]),
        bias=content["bias"],
        threshold=content["threshold"],
        fingerprint=content["fingerprint"],
    )
