"""A part of many items, evenly chosen, the same one every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def sample(rows: Sequence[T], limit: int | None) -> Sequence[T]:
    """Return every k-th row, at most `limit` of them; all without a limit.

    k is odd: sets whose rows come in twos or fours (a claim with and without a change) would else show one side only.
    """
    if limit is None or len(rows) <= limit:
        return rows
    return rows[:: math.ceil(len(rows) / limit) | 1]
