"""Which metrics an item counts in and what it scores there, so that every reported figure is a mean over items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval import metrics
from eval.goldset import Evidence, GoldItem
from index.retriever import Hit
from service.quotes import Citation

DEPTH = 10
RIGHT = "right"
"""The metric every gold set has: whether the item came out right in all that matters about it."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A reported figure: the mean of the items' scores under `name`."""

    name: str
    definition: str


METRICS = (
    Metric(RIGHT, "answered with a gold answer and a quote that shows its evidence; declined where no document says"),
    Metric("hit@1", "answerable items whose first passage overlaps a gold evidence span"),
    Metric("hit@5", "answerable items with such a passage among the first five"),
    Metric("recall@5", "share of an answerable item's evidence spans that the first five passages show"),
    Metric("mrr@10", "1 / rank of the first such passage, 0 beyond the tenth; answerable items"),
    Metric("retrieved@5", "recall@5 of the fused search legs, before the model ranks what they found"),
    Metric("answer_rate", "answerable items that were answered, rightly or wrongly"),
    Metric("exact_match", "answer equals a gold answer after SQuAD v2 normalisation; answerable items, declined is 0"),
    Metric("f1", "token F1 with the nearest gold answer (SQuAD v2); answerable items, declined is 0"),
    Metric("contains", "answer contains a gold answer as whole words; answerable items, declined is 0"),
    Metric("citation_accuracy", "answered answerable items with a citation that overlaps a gold evidence span"),
    Metric("top_citation", "answered answerable items whose first citation overlaps a gold evidence span"),
    Metric("citation_precision", "share of the citations that overlap gold evidence; answered answerable items"),
    Metric("citation_recall", "share of the gold evidence spans that a citation overlaps; answered answerable items"),
    Metric("verbatim", "quotes that are slices of the stored document; items that show a quote; must be 1"),
    Metric("refusal_precision", "declined items that are unanswerable"),
    Metric("refusal_recall", "unanswerable items that were declined"),
)


def evidence_ranks(evidence: Sequence[Evidence], passages: Sequence[Citation]) -> tuple[int | None, ...]:
    """For each evidence span, the 1-based rank of the first passage that shows a character of it."""
    return tuple(
        next((rank for rank, passage in enumerate(passages, start=1) if part.shown_by(passage)), None)
        for part in evidence
    )


def retrieved_ranks(evidence: Sequence[Evidence], hits: Sequence[Hit]) -> tuple[int | None, ...]:
    """For each evidence span, the 1-based rank of the first hit of the search legs that shows a character of it."""
    places = [(hit.passage.document_id, hit.passage.span) for hit in hits]
    return tuple(
        next((rank for rank, place in enumerate(places, start=1) if part.stands_in(*place)), None) for part in evidence
    )


def retrieval_scores(item: GoldItem, ranks: Sequence[int | None], retrieved: Sequence[int | None]) -> dict[str, float]:
    """Score the rankings of an answerable item; an unanswerable one has nothing to find and counts nowhere here.

    `ranks` are those of the evidence as the model ranks passages, `retrieved` as the search legs do without it.
    """
    if not item.answerable:
        return {}
    return {
        "hit@1": metrics.hit_at_k(ranks, 1),
        "hit@5": metrics.hit_at_k(ranks, 5),
        "recall@5": metrics.recall_at_k(ranks, 5),
        "mrr@10": metrics.reciprocal_rank(ranks, DEPTH),
        "retrieved@5": metrics.recall_at_k(retrieved, 5),
    }


def answer_scores(item: GoldItem, answer: str | None, citations: Sequence[Citation]) -> dict[str, float]:
    """Score the answer (None: there was none) of an answerable item, and its citations if it was answered."""
    if not item.answerable:
        return {}
    if answer is None:
        return {"answer_rate": 0.0, "exact_match": 0.0, "f1": 0.0, "contains": 0.0}
    return {
        "answer_rate": 1.0,
        "exact_match": metrics.exact_match(answer, item.answers),
        "f1": metrics.token_f1(answer, item.answers),
        "contains": metrics.contains_answer(answer, item.answers),
        "citation_accuracy": citation_accuracy(item.evidence, citations),
        "top_citation": citation_accuracy(item.evidence, citations[:1]),
        **citation_shares(item.evidence, citations),
    }


def rightness(item: GoldItem, answer: str | None, citations: Sequence[Citation]) -> dict[str, float]:
    """Score an item as a whole: 1 when its user got what the documents say, or was told that they do not say it."""
    if not item.answerable:
        return {RIGHT: float(answer is None)}
    if answer is None:
        return {RIGHT: 0.0}
    said = metrics.contains_answer(answer, item.answers) == 1 or metrics.token_f1(answer, item.answers) == 1
    return {RIGHT: float(said and citation_accuracy(item.evidence, citations) == 1)}


def citation_accuracy(evidence: Sequence[Evidence], citations: Sequence[Citation]) -> float:
    """1 when any citation overlaps any gold evidence span of the same document, else 0."""
    return float(any(part.shown_by(citation) for part in evidence for citation in citations))


def citation_shares(evidence: Sequence[Evidence], citations: Sequence[Citation]) -> dict[str, float]:
    """Precision and recall of citations against gold spans (Gao et al., EMNLP 2023, with spans for the judge).

    A citation is right when it shares a character with a gold span, a span found when a citation does.
    """
    right = sum(any(part.shown_by(citation) for part in evidence) for citation in citations)
    found = sum(any(part.shown_by(citation) for citation in citations) for part in evidence)
    return {
        **({"citation_precision": right / len(citations)} if citations else {}),
        "citation_recall": found / len(evidence),
    }


def refusal_scores(*, answerable: bool, declined: bool) -> dict[str, float]:
    """Score declining as a classifier whose positive class is "unanswerable" (haiku.rag's refusal evaluator).

    Averaged over the items that have them, the two scores are precision (over declined items) and recall (over
    unanswerable items).
    """
    scores = {}
    if declined:
        scores["refusal_precision"] = float(not answerable)
    if not answerable:
        scores["refusal_recall"] = float(declined)
    return scores
