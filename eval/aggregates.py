"""Figures of a gold set that are no mean over items: how far confidence can be trusted, and labels told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.classification import confusion, macro_f1
from eval.metrics import risk_coverage
from eval.reliability import Bin, aurc, brier_score, calibration_error, reliability_bins
from eval.scored import GoldSet, Scored
from eval.scoring import RIGHT, Metric

AGGREGATES = (
    Metric("aurc", "area under the risk-coverage curve of items with a confidence; less is better"),
    Metric("ece", "expected calibration error of the same items over ten bins; less is better"),
    Metric("brier", "mean squared difference of confidence and right; less is better"),
    Metric("macro_f1", "mean F1 of the gold labels; claims and lookups"),
)
# A lookup's similarity is no chance of being right, and a turn's confidence is not kept.
_SURE: tuple[GoldSet, ...] = ("questions", "claims")
_LABELLED: tuple[GoldSet, ...] = ("claims", "lookups")


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a set's confidence can be trusted, over the items that have one and whose answer was given."""

    items: int
    aurc: float
    ece: float
    brier: float
    curve: tuple[tuple[float, float], ...]
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a set as wanted and told; `confusion[wanted][told]` counts."""

    items: int
    macro_f1: float
    confusion: dict[str, dict[str, int]]


def trust(scored: Sequence[Scored], gold_set: GoldSet) -> Trust | None:
    """Return how far the confidence of a set can be trusted; None where nothing has any.

    A question counts when it was answered: what declining would have said is not known. A claim counts with any
    verdict, for silence has its confidence too.
    """
    if gold_set not in _SURE:
        return None
    held = [
        (item.confidence, item.scores[RIGHT])
        for item in scored
        if item.gold_set == gold_set
        and item.confidence is not None
        and RIGHT in item.scores
        and (gold_set == "claims" or item.citations)
    ]
    if not held:
        return None
    sure, right = [one for one, _ in held], [score for _, score in held]
    return Trust(
        items=len(held),
        aurc=aurc(sure, right),
        ece=calibration_error(sure, right),
        brier=brier_score(sure, right),
        curve=tuple(risk_coverage(sure, right)),
        bins=reliability_bins(sure, right),
    )


def labels(scored: Sequence[Scored], gold_set: GoldSet) -> Labels | None:
    """Return how a set's labels were told apart; None for a set that has none."""
    held = [item for item in scored if item.gold_set == gold_set]
    if gold_set not in _LABELLED or not held:
        return None
    # A lookup says what differs behind its label.
    wanted, said = [item.wanted for item in held], [item.said.partition(":")[0] for item in held]
    return Labels(len(held), macro_f1(wanted, said), confusion(wanted, said))
