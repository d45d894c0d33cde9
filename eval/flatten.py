"""Each gold set's results in the one form that comparisons and reports look at."""

from __future__ import annotations

from eval.claim_scoring import ClaimResult
from eval.conversation_scoring import TurnResult
from eval.lookup_scoring import LookupResult
from eval.results import ItemResult, QueryResult
from eval.scored import Scored
from eval.scoring import DEPTH, RIGHT

_DECLINED = "(declined)"
_NOT_IN_DOCUMENTS = "(the documents do not say)"


def scored_question(item: ItemResult) -> Scored:
    """Flatten a question."""
    return Scored(
        id=item.id,
        gold_set="questions",
        split=item.split,
        group=item.type,
        asked=item.question,
        wanted=" / ".join(item.wanted) or _NOT_IN_DOCUMENTS,
        said=item.answer if item.answer is not None else f"({item.reason})",
        confidence=item.confidence,
        citations=item.citations,
        quotes=item.quotes,
        evidence=item.evidence,
        scores=item.scores,
        violations=item.violations,
        latency_ms=item.latency_ms,
    )


def scored_claim(result: ClaimResult) -> Scored:
    """Flatten a claim."""
    return Scored(
        id=result.id,
        gold_set="claims",
        split=result.split,
        group=f"{result.gold}, {result.kind}",
        asked=result.claim,
        wanted=result.gold,
        said=result.verdict,
        confidence=result.confidence,
        citations=result.citations,
        quotes=result.quotes,
        evidence=result.evidence,
        scores=result.scores,
        violations=result.violations,
        latency_ms=None,
    )


def scored_query(result: QueryResult) -> Scored:
    """Flatten a query; the first documents are what was said."""
    found = ", ".join(result.documents[:DEPTH])
    return Scored(
        id=result.id,
        gold_set="queries",
        split="dev",
        group="query",
        asked=result.query,
        wanted=", ".join(name for name, grade in result.relevance.items() if grade > 0),
        said=found if result.reason is None else f"({result.reason})",
        confidence=None,
        citations=result.citations,
        quotes=result.quotes,
        evidence=(),
        scores=result.scores,
        violations=result.violations,
        latency_ms=result.latency_ms,
    )


def scored_turn(result: TurnResult) -> Scored:
    """Flatten a turn; an ambiguous one is right when it was asked back."""
    scores: dict[str, float] = {"rewriting": result.agreement}
    scores.update((str(name), score) for name, score in result.scores.items())
    if result.readings is not None:
        scores[RIGHT] = float(result.status == "asked_back")
    return Scored(
        id=f"{result.conversation}.{result.turn}",
        gold_set="conversations",
        split=result.split,
        group=result.kind,
        asked=result.message if result.message == result.standalone else f"{result.message} ({result.standalone})",
        wanted=" / ".join(result.wanted) or _NOT_IN_DOCUMENTS,
        said=_said(result),
        confidence=None,
        citations=result.citations,
        quotes=result.quotes,
        evidence=result.evidence,
        scores=scores,
        violations=result.violations,
        latency_ms=None,
    )


def scored_lookup(result: LookupResult) -> Scored:
    """Flatten a lookup."""
    changed = "; ".join(f"{one.quote} / {one.source}" for one in result.differences)
    return Scored(
        id=result.id,
        gold_set="lookups",
        split=result.split,
        group=result.kind,
        asked=result.quote,
        wanted=result.gold,
        said=f"{result.match}: {changed}" if changed else result.match,
        confidence=result.similarity,
        citations=result.citations,
        quotes=result.quotes,
        evidence=result.evidence,
        scores=result.scores,
        violations=result.violations,
        latency_ms=None,
    )


def _said(result: TurnResult) -> str:
    said = " / ".join(result.candidates) or (result.answer if result.answer is not None else _DECLINED)
    return said if result.understood == result.message else f"{said} (understood: {result.understood})"
