"""Puts every gold item to a pipeline and keeps what came back, item by item."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.anchoring import quoted
from eval.flatten import scored_question
from eval.goldset import FindDocument, GoldItem
from eval.invariants import FAILED, FALSE_QUOTE, broken_by_answer
from eval.results import HitRecord, ItemResult, LegScore, Provenance, Run, Status
from eval.scoring import (
    DEPTH,
    RIGHT,
    answer_scores,
    evidence_ranks,
    refusal_scores,
    retrieval_scores,
    retrieved_ranks,
    rightness,
)
from index.errors import CitecheckError, SpanError
from index.retriever import Hit, Retriever
from service.answers import Answer
from service.quotes import Citation
from service.searched import SearchHit, SearchResult


class Pipeline(Protocol):
    """What is evaluated: service.pipeline.Pipeline, or a scripted stand-in."""

    def ask(self, question: str, top_k: int | None = None) -> Answer:
        """Answer or decline."""

    def search(self, query: str, top_k: int | None = None) -> SearchResult:
        """Rank passages."""

    @property
    def retriever(self) -> Retriever:
        """The search legs, before the model ranks what they find."""
        ...


def run(
    pipeline: Pipeline,
    find_document: FindDocument,
    gold: Sequence[GoldItem],
    provenance: Provenance,
    *,
    on_item: Callable[[ItemResult], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Run:
    """Evaluate `pipeline` on `gold` in order.

    `find_document` gives the stored documents that every quote is held against, independently of the pipeline.
    An item on which the pipeline fails is kept with status "error" and scores as wrong: one defect must not hide
    what happened to the others.
    """
    items = []
    for item in gold:
        result = ask_gold(pipeline, find_document, item, clock)
        items.append(result)
        if on_item is not None:
            on_item(result)
    return Run(provenance, tuple(items), tuple(scored_question(item) for item in items))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the pipeline did with one question; `shows_quotes` tells whether there was a quote to be true or false."""

    status: Status
    answer: str | None
    reason: str | None
    confidence: float | None
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    hits: tuple[SearchHit, ...]
    retrieved: tuple[Hit, ...]
    violations: tuple[str, ...]
    shows_quotes: bool
    seconds: float


def ask_gold(
    pipeline: Pipeline, find_document: FindDocument, item: GoldItem, clock: Callable[[], float] = time.perf_counter
) -> ItemResult:
    """Put one question to a pipeline and score what comes back."""
    outcome = _observe(pipeline, find_document, item.question, clock)
    ranks = evidence_ranks(item.evidence, [hit.passage for hit in outcome.hits])
    is_true = float(FALSE_QUOTE not in outcome.violations)
    return ItemResult(
        id=item.id,
        question=item.question,
        type=item.type,
        style=item.style,
        split=item.split,
        answerable=item.answerable,
        wanted=item.answers,
        status=outcome.status,
        answer=outcome.answer,
        reason=outcome.reason,
        confidence=outcome.confidence,
        citations=tuple(citation.id for citation in outcome.citations),
        quotes=quoted(outcome.citations),
        evidence=quoted(item.evidence),
        nearest=tuple(citation.id for citation in outcome.nearest),
        hits=tuple(_record(hit) for hit in outcome.hits),
        evidence_ranks=ranks,
        scores={
            **({RIGHT: 0.0} if outcome.status == "error" else rightness(item, outcome.answer, outcome.citations)),
            **retrieval_scores(item, ranks, retrieved_ranks(item.evidence, outcome.retrieved)),
            **answer_scores(item, outcome.answer, outcome.citations),
            **({"verbatim": is_true} if outcome.shows_quotes else {}),
            **refusal_scores(answerable=item.answerable, declined=outcome.status == "declined"),
        },
        violations=outcome.violations,
        latency_ms=round(outcome.seconds * 1000, 3),
    )


def _observe(pipeline: Pipeline, find_document: FindDocument, question: str, clock: Callable[[], float]) -> _Outcome:
    started = clock()
    try:
        answer = pipeline.ask(question)
        seconds = clock() - started
        found = pipeline.search(question, DEPTH)
        retrieved = pipeline.retriever.search(found.read_as or question, DEPTH, None)
    except CitecheckError as error:
        # A quote the pipeline itself withheld as false is the invariant breaking, not just a missing answer.
        withheld = isinstance(error, SpanError)
        violations = (FAILED, FALSE_QUOTE) if withheld else (FAILED,)
        return _Outcome("error", None, error.message, None, (), (), (), (), violations, withheld, clock() - started)
    return _Outcome(
        status=answer.status,
        answer=answer.answer,
        reason=answer.reason,
        confidence=answer.confidence,
        citations=answer.citations,
        nearest=answer.nearest,
        hits=found.hits,
        retrieved=retrieved,
        violations=broken_by_answer(answer, find_document),
        shows_quotes=bool(answer.citations or answer.alternatives or answer.nearest),
        seconds=seconds,
    )


def _record(hit: SearchHit) -> HitRecord:
    legs = {name: LegScore(leg.rank, leg.score) for name, leg in sorted(hit.legs.items())}
    return HitRecord(hit.passage.id, hit.score, legs)
