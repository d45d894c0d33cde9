"""Queries of a collection whose documents are judged: put to search, and scored by where the relevant ones stand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval import metrics
from eval.anchoring import FindDocument, quoted
from eval.invariants import FAILED, FALSE_QUOTE, is_verbatim
from eval.results import QueryResult
from eval.run import Pipeline
from eval.scoring import DEPTH, RIGHT, Metric
from index.errors import CitecheckError, SpanError
from service.pipeline import MAX_TOP_K, RERANKED
from service.quotes import Citation

QUERY_METRICS = (
    Metric(RIGHT, "a relevant document stands among the first ten"),
    Metric("hit@1", "the first document is relevant"),
    Metric("ndcg@10", "nDCG of the first ten documents by their grades, as trec_eval has it"),
    Metric("recall@10", "share of the relevant documents among the first ten"),
    Metric("recall@100", "share of the relevant documents among those of the first hundred passages"),
    Metric("mrr@10", "1 / rank of the first relevant document, 0 beyond the tenth"),
    Metric("retrieved_ndcg@10", "ndcg@10 of the fused search legs, before the model ranks what they found"),
    Metric("verbatim", "every passage shown is a slice of the stored document; must be 1"),
)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class GoldQuery:
    """A query and the grade of each judged document, at least one of them above 0.

    `names` has what the collection itself calls documents whose ids are other ones here, of all its documents.
    """

    id: str
    text: str
    relevance: Mapping[str, int]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    """The documents of the product's ranking and of the search legs alone, and the passages shown."""

    documents: tuple[str, ...]
    retrieved: tuple[str, ...]
    seconds: float


def search_gold(
    pipeline: Pipeline, find_document: FindDocument, query: GoldQuery, clock: Callable[[], float] = time.perf_counter
) -> QueryResult:
    """Put one query to search; one on which the product fails is kept as an error and scores as wrong."""
    started = clock()
    try:
        found = pipeline.search(query.text, RERANKED)
        seconds = clock() - started
        legs = pipeline.retriever.search(found.read_as or query.text, MAX_TOP_K, None)
    except CitecheckError as error:
        violations = (FAILED, FALSE_QUOTE) if isinstance(error, SpanError) else (FAILED,)
        return _result(query, _Found((), (), clock() - started), (), error.message, violations)
    passages = tuple(hit.passage for hit in found.hits)
    # What only repeats a better hit is shown with it, and so was found as well.
    retrieved = _distinct(one.document_id for hit in legs for one in (hit.passage, *hit.copies))
    documents = _distinct((*(passage.document_id for passage in passages), *retrieved))
    is_true = all(is_verbatim(passage, find_document) for passage in passages)
    made = _Found(documents, retrieved, seconds)
    return _result(query, made, passages[:_SHOWN], None, () if is_true else (FALSE_QUOTE,))


def _result(
    query: GoldQuery, found: _Found, shown: Sequence[Citation], reason: str | None, violations: tuple[str, ...]
) -> QueryResult:
    verbatim = {"verbatim": float(FALSE_QUOTE not in violations)} if shown or FALSE_QUOTE in violations else {}
    return QueryResult(
        id=query.id,
        query=query.text,
        documents=found.documents,
        relevance=dict(query.relevance),
        citations=tuple(passage.id for passage in shown),
        quotes=quoted(shown),
        reason=reason,
        scores=query_scores(query.relevance, found.documents, found.retrieved) | verbatim,
        violations=violations,
        latency_ms=round(found.seconds * 1000, 3),
        names={one: query.names[one] for one in (*found.documents, *query.relevance) if one in query.names},
    )


def query_scores(relevance: Mapping[str, int], documents: Sequence[str], retrieved: Sequence[str]) -> dict[str, float]:
    """Score a ranking of documents, and that of the search legs alone, by the grades of the judged ones."""
    places = {name: rank for rank, name in enumerate(documents, start=1)}
    ranks = [places.get(name) for name, grade in relevance.items() if grade > 0]
    return {
        RIGHT: metrics.hit_at_k(ranks, DEPTH),
        "hit@1": metrics.hit_at_k(ranks, 1),
        "ndcg@10": ndcg(documents, relevance),
        "recall@10": metrics.recall_at_k(ranks, DEPTH),
        "recall@100": metrics.recall_at_k(ranks, MAX_TOP_K),
        "mrr@10": metrics.reciprocal_rank(ranks, DEPTH),
        "retrieved_ndcg@10": ndcg(retrieved, relevance),
    }


def ndcg(documents: Sequence[str], relevance: Mapping[str, int]) -> float:
    """Return nDCG@10 of a ranking of documents."""
    return metrics.ndcg_at_k([relevance.get(name, 0) for name in documents], list(relevance.values()), DEPTH)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
