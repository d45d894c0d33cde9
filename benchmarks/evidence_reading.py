"""How well the evidence model finds answers in a given paragraph, and tells that there is none: SQuAD v2, PolicyQA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.judging import Figure, judged, sample
from eval import metrics
from eval.confidence import in_first_half
from service.evidence.formats import SquadRow, read_squad
from service.evidence.model import EvidenceModel, Pair, WindowLogits
from service.evidence.spans import best_spans

# Of a paragraph without any valid span; below every true margin, and finite so that JSON can hold it.
NO_SPAN = -1e9
SUREST = 0.5


@dataclass(frozen=True, slots=True)
class Answered:
    """A question's best span: how sure the model is of it (`margin`) and how right it is (0 when impossible)."""

    title: str
    margin: float
    exact: float
    f1: float
    is_impossible: bool


@dataclass(frozen=True, slots=True)
class Abstaining:
    """SQuAD v2 with its figures, the threshold each half of the articles was scored with, and every question."""

    figures: list[Figure]
    thresholds: tuple[float, float]
    questions: list[Answered]


def squad_v2(model: EvidenceModel, path: Path, limit: int | None = None) -> Abstaining:
    """Measure spans on the answerable questions, and spans with abstention on all.

    Every article is scored with the no-answer threshold that suits the other half of the articles best.
    """
    questions = read_spans(model, list(read_squad(path)), limit, "SQuAD v2 dev")
    halves = [[one for one in questions if in_first_half(one.title) is first] for first in (True, False)]
    thresholds = (fit_threshold(halves[1]), fit_threshold(halves[0]))
    kept = [(one, one.margin >= threshold) for half, threshold in zip(halves, thresholds, strict=True) for one in half]
    answerable = [one for one in questions if not one.is_impossible]
    figures = [
        *_span_figures("SQuAD v2 dev, answerable", answerable, exact=0.69, f1=0.80),
        *_whole_figures(kept),
        _surest(questions),
    ]
    return Abstaining(figures, thresholds, questions)


def policyqa(model: EvidenceModel, path: Path, limit: int | None = None) -> list[Figure]:
    """Measure spans in long policies; every question has an answer."""
    return _span_figures("PolicyQA test", read_spans(model, list(read_squad(path)), limit, "PolicyQA test"))


def read_spans(model: EvidenceModel, rows: Sequence[SquadRow], limit: int | None, description: str) -> list[Answered]:
    """Read every row's paragraph, without its title as the published figures do, never declining."""
    rows = sample(rows, limit)
    pairs = [Pair(row.question, "", row.context) for row in rows]
    return [_answered(row, windows) for row, windows in zip(rows, judged(model, pairs, description), strict=True)]


def _answered(row: SquadRow, windows: Sequence[WindowLogits]) -> Answered:
    spans = best_spans(windows, 1)
    margin, answer = (spans[0].margin, row.context[spans[0].start : spans[0].end]) if spans else (NO_SPAN, "")
    if row.is_impossible:
        return Answered(row.title, margin, 0.0, 0.0, is_impossible=True)
    gold = [text for text, _ in row.answers]
    exact, f1 = metrics.exact_match(answer, gold), metrics.token_f1(answer, gold)
    return Answered(row.title, margin, exact, f1, is_impossible=False)


def fit_threshold(questions: Sequence[Answered]) -> float:
    """Return the margin from which to answer so that the mean F1 is largest; 0, the model's own, without questions.

    Declining gains 1 on an impossible question and 0 on others (SQuAD v2 evaluation script, Rajpurkar 2018).
    """
    if not questions:
        return 0.0
    ordered = sorted(questions, key=lambda one: -one.margin)
    margins = np.array([one.margin for one in ordered])
    gains = np.array([-1.0 if one.is_impossible else one.f1 for one in ordered])
    # A threshold cannot part equal margins.
    last = np.append(margins[1:] < margins[:-1], [True])
    totals = np.where(last, np.cumsum(gains), -np.inf)
    best = int(np.argmax(totals))
    if totals[best] < 0:
        return float(np.nextafter(margins[0], np.inf))
    return float((margins[best] + margins[min(best + 1, len(margins) - 1)]) / 2)


def _span_figures(
    name: str, questions: Sequence[Answered], *, exact: float | None = None, f1: float | None = None
) -> list[Figure]:
    if not questions:
        return []
    count = len(questions)
    return [
        Figure(f"{name}: exact match", count, metrics.mean([one.exact for one in questions]), exact),
        Figure(f"{name}: F1", count, metrics.mean([one.f1 for one in questions]), f1),
    ]


def _whole_figures(kept: Sequence[tuple[Answered, bool]]) -> list[Figure]:
    declined = [float(not answers) for _, answers in kept]
    exact = [one.exact if answers else float(one.is_impossible) for one, answers in kept]
    f1 = [one.f1 if answers else float(one.is_impossible) for one, answers in kept]
    answerable = [number for number, (one, _) in enumerate(kept) if not one.is_impossible]
    impossible = [number for number, (one, _) in enumerate(kept) if one.is_impossible]
    parts = (
        ("exact match", exact, range(len(kept)), None),
        ("F1", f1, range(len(kept)), 0.68),
        ("exact match of the answerable", exact, answerable, None),
        ("F1 of the answerable", f1, answerable, None),
        ("answerable declined", declined, answerable, None),
        ("impossible declined", declined, impossible, None),
    )
    return [
        Figure(f"SQuAD v2 dev, whole: {name}", len(part), metrics.mean([scores[number] for number in part]), asked)
        for name, scores, part, asked in parts
        if len(part)
    ]


def _surest(questions: Sequence[Answered]) -> Figure:
    """Return how right the answers are to the half of all questions that the model is surest of."""
    curve = metrics.risk_coverage([one.margin for one in questions], [one.f1 for one in questions])
    coverage, risk = next(point for point in curve if point[0] >= SUREST)
    return Figure("SQuAD v2 dev, surest half: F1 of what is answered", round(coverage * len(questions)), 1 - risk)
