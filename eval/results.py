"""What an evaluation run keeps: each item's outcome with every score, and where the run came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from eval.scored import Quoted, Scored

Status = Literal["answered", "conflicting", "declined", "error"]


@dataclass(frozen=True, slots=True)
class LegScore:
    """Rank and score of a passage in one retrieval leg; the rank is None where the leg did not find it."""

    rank: int | None
    score: float


@dataclass(frozen=True, slots=True)
class HitRecord:
    """One retrieved passage, by its citation id."""

    id: str
    score: float
    legs: dict[str, LegScore]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One gold item put to the pipeline.

    `evidence_ranks` holds, for each gold evidence span, the rank of the first hit that shows it. `scores` has a
    value for exactly the metrics the item counts in. `reason` is the decline reason, or the message of an error.
    `wanted` holds the gold answers, `quotes` the words of the citations, `evidence` the gold ones,
    `violations` the invariants that the answer broke.
    """

    id: str
    question: str
    type: str
    style: str
    split: str
    answerable: bool
    wanted: tuple[str, ...]
    status: Status
    answer: str | None
    reason: str | None
    confidence: float | None
    citations: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    evidence: tuple[Quoted, ...]
    nearest: tuple[str, ...]
    hits: tuple[HitRecord, ...]
    evidence_ranks: tuple[int | None, ...]
    scores: dict[str, float]
    violations: tuple[str, ...]
    latency_ms: float


@dataclass(frozen=True, slots=True)
class QueryResult:
    """One query of a collection whose documents are judged, put to search.

    `documents` are the ids that were found, best first, as the model ranks them and behind those as the search legs
    do; `relevance` the grade of every judged one (0: judged, not relevant). `quotes` are the words of the first
    passages. `reason` is the message of an error. `names` has what the collection itself calls those of the documents
    whose ids are other ones here.
    """

    id: str
    query: str
    documents: tuple[str, ...]
    relevance: dict[str, int]
    citations: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    reason: str | None
    scores: dict[str, float]
    violations: tuple[str, ...]
    latency_ms: float
    # Older runs have none.
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to replay a run, and the moment it started (UTC, ISO 8601)."""

    settings: dict[str, JsonValue]
    models: dict[str, str]
    index: str
    gold: str
    code: str
    machine: dict[str, JsonValue]
    started: str


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation: its provenance, its questions and queries in gold order, the items of every set as scored."""

    provenance: Provenance
    items: tuple[ItemResult, ...]
    scored: tuple[Scored, ...]
    # Most runs are over gold of our own, which has none.
    queries: tuple[QueryResult, ...] = ()
