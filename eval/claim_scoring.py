"""Scores of checked claims: whether the verdict is right, its quotes hold the gold evidence, and the worst error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.anchoring import Evidence, FindDocument, Split, quoted
from eval.claimset import GoldClaim
from eval.classification import label_f1
from eval.invariants import broken_by_verdict
from eval.metrics import mean
from eval.scored import Quoted
from eval.scoring import RIGHT, Metric
from index.filtering import narrowed
from service.pipeline import Pipeline
from service.quotes import Citation
from service.verdicts import LABELS, Verdict, VerdictLabel

CLAIM_METRICS = (
    Metric(RIGHT, "the verdict is the gold one, and where it has quotes they hold gold evidence on every side"),
    Metric("verdict", "the verdict is the gold one"),
    Metric("evidence", "right verdicts with quotes whose quotes hold gold evidence on every side"),
    Metric("not_falsely_supported", "refuted and undecided claims that did not come out supported"),
)
_UNPROVED: tuple[VerdictLabel, ...] = ("refuted", "not_enough_info")


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What came back for one gold claim.

    `shown` tells whether the quotes hold gold evidence on every side the verdict has; None where the verdict is
    wrong or has no quotes. `scores` has a value for exactly the metrics the claim counts in, `violations` names the
    invariants that the verdict broke.
    """

    id: str
    claim: str
    kind: str
    style: str
    split: Split
    gold: VerdictLabel
    verdict: VerdictLabel
    confidence: float
    shown: bool | None
    citations: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    evidence: tuple[Quoted, ...]
    scores: dict[str, float]
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """The figures of a set of claims.

    `macro_f1` is the mean of the labels' F1; `false_supported` the share of refuted and undecided claims that came out
    supported; `evidence` the share of right verdicts with quotes whose quotes hold gold evidence; None without any.
    `confusion[gold][verdict]` counts.
    """

    claims: int
    accuracy: float
    macro_f1: float
    false_supported: float | None
    evidence: float | None
    confusion: dict[VerdictLabel, dict[VerdictLabel, int]]
    by_kind: dict[str, float]
    by_style: dict[str, float]


def check_gold(
    pipeline: Pipeline,
    find_document: FindDocument,
    gold: Sequence[GoldClaim],
    on_item: Callable[[ClaimResult], None] | None = None,
) -> list[ClaimResult]:
    """Put every claim to the pipeline by itself; `find_document` gives what its quotes are held against."""
    results = []
    for claim in gold:
        within = narrowed(claim.documents)
        (verdict,) = pipeline.verdicts(pipeline.outline_claims([claim.claim], within), within)
        results.append(score_claim(claim, verdict, find_document))
        if on_item is not None:
            on_item(results[-1])
    return results


def score_claim(claim: GoldClaim, verdict: Verdict, find_document: FindDocument) -> ClaimResult:
    """Hold a verdict against the gold."""
    evidence = None
    if verdict.verdict == claim.verdict and verdict.verdict != "not_enough_info":
        sides = [(verdict.supporting, claim.supporting), (verdict.refuting, claim.refuting)]
        evidence = all(_shows(citations, wanted) for citations, wanted in sides if wanted)
    is_right = float(verdict.verdict == claim.verdict and evidence is not False)
    return ClaimResult(
        id=claim.id,
        claim=claim.claim,
        kind=claim.kind,
        style=claim.style,
        split=claim.split,
        gold=claim.verdict,
        verdict=verdict.verdict,
        confidence=verdict.confidence,
        shown=evidence,
        citations=tuple(citation.id for citation in (*verdict.supporting, *verdict.refuting)),
        quotes=quoted((*verdict.supporting, *verdict.refuting)),
        evidence=quoted((*claim.supporting, *claim.refuting)),
        scores={
            RIGHT: is_right,
            "verdict": float(verdict.verdict == claim.verdict),
            **({} if evidence is None else {"evidence": float(evidence)}),
            **({"not_falsely_supported": float(verdict.verdict != "supported")} if claim.verdict in _UNPROVED else {}),
        },
        violations=broken_by_verdict(verdict, find_document),
    )


def _shows(citations: Sequence[Citation], wanted: Sequence[Evidence]) -> bool:
    return any(evidence.shown_by(citation) for citation in citations for evidence in wanted)


def summarise_claims(results: Sequence[ClaimResult]) -> ClaimFigures:
    """Reduce results to figures."""
    wanted, said = [result.gold for result in results], [result.verdict for result in results]
    unproved = [result for result in results if result.gold in _UNPROVED]
    proved = [float(result.shown) for result in results if result.shown is not None]
    return ClaimFigures(
        claims=len(results),
        accuracy=_accuracy(results),
        macro_f1=round(mean([label_f1(wanted, said, label) for label in LABELS]), 4),
        false_supported=_mean([float(result.verdict == "supported") for result in unproved]),
        evidence=_mean(proved),
        confusion={label: _counts([result.verdict for result in results if result.gold == label]) for label in LABELS},
        by_kind=_grouped(results, lambda result: f"{result.gold}, {result.kind}"),
        by_style=_grouped(results, lambda result: f"{result.gold}, {result.style}"),
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(mean(values), 4) if values else None


def _accuracy(results: Sequence[ClaimResult]) -> float:
    return round(mean([float(result.verdict == result.gold) for result in results]), 4)


def _counts(verdicts: Sequence[VerdictLabel]) -> dict[VerdictLabel, int]:
    counted = Counter(verdicts)
    return {label: counted[label] for label in LABELS}


def _grouped(results: Sequence[ClaimResult], key: Callable[[ClaimResult], str]) -> dict[str, float]:
    groups: dict[str, list[ClaimResult]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    return {name: _accuracy(held) for name, held in sorted(groups.items())}
