"""Passages judged by the evidence model for one question, and ranked by what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.fusion import fuse
from index.ranking import best
from service.evidence.model import EvidenceModel, Pair, WindowLogits
from service.evidence.reading import Evidence
from service.evidence.rendering import Rendered, render

# The relevance head's share in the blend with the fused score (docs/decisions/0007).
RELEVANCE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage with the model's logits for each of its windows. `blend` is the score it is ranked by."""

    evidence: Evidence
    rendered: Rendered
    windows: tuple[WindowLogits, ...]
    relevance: float
    blend: float


def judge(
    model: EvidenceModel, question: str, evidence: Sequence[Evidence], weight: float = RELEVANCE_WEIGHT
) -> tuple[Judged, ...]:
    """Return the passages by relevance blended with the fused score, best first, equal ones in the order given."""
    if not evidence:
        return ()
    rendered = [render(item.document, item.passage) for item in evidence]
    windows = model.judge([Pair(question, item.header, item.text) for item in rendered])
    relevance = [max(window.relevance for window in held) for held in windows]
    blend = fuse(np.array([item.score for item in evidence]), np.array(relevance), weight)
    return tuple(
        Judged(evidence[place], rendered[place], tuple(windows[place]), relevance[place], float(blend[place]))
        for place in best(blend, len(blend)).tolist()
    )
