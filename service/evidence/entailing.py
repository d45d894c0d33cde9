"""What the entailment head says of a text that may have several windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.evidence.formats import LABELS
from service.evidence.model import FloatArray, WindowLogits

_ENTAILMENT, _NEUTRAL, _CONTRADICTION = (LABELS.index(label) for label in LABELS)


def least_silent(windows: Sequence[WindowLogits]) -> WindowLogits:
    """Return the window of a text that is least neutral: a long text says what one of its windows says."""
    return max(windows, key=lambda window: -_chances(window, 1.0)[_NEUTRAL])


def chances_of(windows: Sequence[WindowLogits], temperature: float) -> tuple[float, float]:
    """Return the chances of entailment and contradiction by the window that is least silent."""
    chances = _chances(least_silent(windows), temperature)
    return float(chances[_ENTAILMENT]), float(chances[_CONTRADICTION])


def _chances(window: WindowLogits, temperature: float) -> FloatArray:
    scaled = window.entailment / temperature
    chances: FloatArray = np.exp(scaled - np.logaddexp.reduce(scaled))
    return chances
