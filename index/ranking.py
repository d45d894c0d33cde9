"""The one way to take the best of an array of scores: highest first, equal scores by position."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def best(scores: npt.NDArray[np.floating], count: int) -> npt.NDArray[np.int64]:
    """Return the positions of the `count` highest scores, best first; equal scores keep ascending positions.

    Positions follow the address order of passages, so ties break by address wherever this is used.
    """
    count = min(count, len(scores))
    if count == 0:
        return np.empty(0, dtype=np.int64)
    threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= threshold)
    order = np.lexsort((candidates, -scores[candidates]))
    chosen: npt.NDArray[np.int64] = candidates[order][:count]
    return chosen
