"""What a comparison looks at: for each item of a run its scores, what was said, and the invariants it broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GoldSet = Literal["questions", "claims", "conversations", "lookups"]


@dataclass(frozen=True, slots=True)
class Scored:
    """One item of one gold set as it went.

    `group` is its type, for breakdowns. `scores` has a value (0 to 1, more is better) for exactly the metrics the item
    counts in. `violations` names the invariants it broke: these fail a gate by themselves.
    """

    id: str
    gold_set: GoldSet
    split: str
    group: str
    asked: str
    wanted: str
    said: str
    scores: dict[str, float]
    violations: tuple[str, ...]
