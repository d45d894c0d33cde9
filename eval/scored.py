"""What a comparison looks at: for each item of a run its scores, what was said, and the invariants it broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

GoldSet = Literal["questions", "claims", "conversations", "lookups", "queries"]
GOLD_SETS: tuple[GoldSet, ...] = get_args(GoldSet)


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a document, for people to read."""

    document_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Scored:
    """One item of one gold set as it went.

    `group` is its type, for breakdowns; `wanted` and `said` are the gold's words and the product's. `scores` has a
    value (0 to 1, more is better) for exactly the metrics the item counts in. `violations` names the invariants it
    broke: these fail a gate by themselves. `citations` are the ids of the quotes shown and `quotes` their words,
    `evidence` the gold ones. `latency_ms` is the time it took where that was measured.
    """

    id: str
    gold_set: GoldSet
    split: str
    group: str
    asked: str
    wanted: str
    said: str
    confidence: float | None
    citations: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    evidence: tuple[Quoted, ...]
    scores: dict[str, float]
    violations: tuple[str, ...]
    latency_ms: float | None
