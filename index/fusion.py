"""Weighted z-score fusion of the two legs; pure arithmetic."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def fuse(lexical: FloatArray, dense: FloatArray, dense_weight: float) -> FloatArray:
    """Return `(1 - w) * z(lexical) + w * z(dense)` for one set of candidates, shape (n,).

    Both arrays hold the true score of every candidate, so a passage found by one leg only is not given a made-up
    score in the other. z(x) = (x - mean) / standard deviation over the candidates; a leg that cannot tell them
    apart adds nothing.
    """
    return (1.0 - dense_weight) * _standardise(lexical) + dense_weight * _standardise(dense)


def _standardise(scores: FloatArray) -> FloatArray:
    if len(scores) == 0:
        return scores
    deviation = scores.std()
    if deviation < 1e-12:
        return np.zeros_like(scores)
    standard: FloatArray = (scores - scores.mean()) / deviation
    return standard
