"""The one way to take the best of an array of scores: highest first, equal scores by position or a given order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def best(
    scores: npt.NDArray[np.floating], count: int, order: npt.NDArray[np.floating] | None = None
) -> npt.NDArray[np.int64]:
    """Return the positions of the `count` highest scores, best first.

    Equal scores keep ascending positions, or ascending `order`, shape (len(scores),), which ranks by address what
    does not stand in address order.
    """
    count = min(count, len(scores))
    if count == 0:
        return np.empty(0, dtype=np.int64)
    threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= threshold)
    ties = candidates if order is None else order[candidates]
    chosen: npt.NDArray[np.int64] = candidates[np.lexsort((ties, -scores[candidates]))][:count]
    return chosen
