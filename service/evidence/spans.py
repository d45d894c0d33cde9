"""Answer spans from token logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.evidence.model import WindowLogits

MAX_ANSWER_TOKENS = 40
_ENDS = 16


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A stretch of the text in code points.

    `margin` is how much its start and end logits together exceed those of "no answer here" (Devlin et al. 2019,
    "BERT", SQuAD v2.0): positive where the model would rather answer than not.
    """

    start: int
    end: int
    margin: float


def best_spans(windows: Sequence[WindowLogits], limit: int) -> list[ScoredSpan]:
    """Return the `limit` best spans over a text's windows, best first, equal ones in the order of the text.

    A span found in two windows counts once, with its better margin.
    """
    best: dict[tuple[int, int], float] = {}
    for window in windows:
        for start, end, margin in _window_spans(window, limit):
            best[start, end] = max(margin, best.get((start, end), margin))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return [ScoredSpan(start, end, margin) for (start, end), margin in ranked[:limit]]


def _window_spans(window: WindowLogits, limit: int) -> list[tuple[int, int, float]]:
    starts = np.argsort(-window.start, kind="stable")[:_ENDS]
    ends = np.argsort(-window.end, kind="stable")[:_ENDS]
    sums = window.start[starts][:, None] + window.end[ends][None, :] - window.null
    lengths = ends[None, :] - starts[:, None]
    sums = np.where((lengths >= 0) & (lengths < MAX_ANSWER_TOKENS), sums, -np.inf)
    order = np.argsort(-sums, axis=None, kind="stable")[:limit]
    found = []
    for place in order.tolist():
        row, column = divmod(place, len(ends))
        if np.isfinite(sums[row, column]):
            first, last = int(starts[row]), int(ends[column])
            found.append((window.offsets[first][0], window.offsets[last][1], float(sums[row, column])))
    return found
