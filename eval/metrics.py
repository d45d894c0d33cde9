"""Metrics as small pure functions, each with its definition and source.

A value that no item defines is an error here, never zero: which items count is decided by `eval.scoring`.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from index.analysis import words

T = TypeVar("T")

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def hit_at_k(ranks: Sequence[int | None], k: int) -> float:
    """1 when any relevant thing stands among the first k results, else 0 (success@k in trec_eval).

    `ranks` holds, for each relevant thing, the 1-based rank that shows it first, or None.
    """
    return float(any(rank is not None and rank <= k for rank in _some(ranks)))


def recall_at_k(ranks: Sequence[int | None], k: int) -> float:
    """Share of the relevant things that the first k results show (recall.k in trec_eval)."""
    return sum(rank is not None and rank <= k for rank in _some(ranks)) / len(ranks)


def reciprocal_rank(ranks: Sequence[int | None], k: int) -> float:
    """1 / rank of the first relevant result within k, or 0 (Voorhees, TREC-8 QA, 1999; averaged it is MRR@k)."""
    best = min((rank for rank in _some(ranks) if rank is not None), default=k + 1)
    return 1 / best if best <= k else 0.0


def ndcg_at_k(gains: Sequence[float], judged: Sequence[float], k: int) -> float:
    """DCG of the first k results over that of the ideal order, gain = grade, discount = log2(rank + 1).

    `gains` are the grades in rank order (0 when unjudged), `judged` all grades of the query. Järvelin and Kekäläinen,
    2002, as trec_eval's ndcg_cut computes it and BEIR reports it.
    """
    ideal = _dcg(sorted((max(grade, 0) for grade in judged), reverse=True), k)
    if ideal == 0:
        raise ValueError("nDCG is undefined without a relevant document")
    return _dcg([max(gain, 0) for gain in gains], k) / ideal


def normalize_answer(text: str) -> str:
    """Lower case, no ASCII punctuation, no articles, single spaces (SQuAD v2 evaluation script, Rajpurkar 2018)."""
    bare = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(answer: str, gold: Sequence[str]) -> float:
    """1 when the normalised answer equals any normalised gold answer (SQuAD v2)."""
    return float(normalize_answer(answer) in {normalize_answer(text) for text in _some(gold)})


def token_f1(answer: str, gold: Sequence[str]) -> float:
    """Harmonic mean of token precision and recall after normalisation, best over gold answers (SQuAD v2)."""
    return max(_f1(normalize_answer(answer).split(), normalize_answer(text).split()) for text in _some(gold))


def contains_answer(answer: str, gold: Sequence[str]) -> float:
    """1 when the words of any gold answer stand in the answer side by side ("accuracy" of Mallen et al., 2023).

    Kind to a reader that answers with a whole sentence, where exact match and F1 are not. Case, accents, every kind
    of punctuation and articles are ignored: in "cities—Kidal, Gao" SQuAD's normalisation sees no word "Kidal".
    """
    padded = f" {_bare_words(answer)} "
    return float(any(f" {wanted} " in padded for wanted in map(_bare_words, _some(gold)) if wanted))


def risk_coverage(
    confidences: Sequence[float], right: Sequence[float], weights: Sequence[float] | None = None
) -> list[tuple[float, float]]:
    """(coverage, risk) at every distinct confidence, surest first (El-Yaniv and Wiener, JMLR 2010).

    Coverage is the share of the items answered when all at least so confident are, risk 1 - the mean of their `right`
    (0 to 1); `weights` make some items count more. Equally confident items are answered together, so that their order
    cannot change the curve.
    """
    counts = [1.0] * len(confidences) if weights is None else weights
    ranked = sorted(zip(_some(confidences), right, counts, strict=True), key=lambda item: -item[0])
    held = np.cumsum([weight for _, _, weight in ranked])
    total = np.cumsum([value * weight for _, value, weight in ranked])
    return [
        (float(held[place] / held[-1]), float(1 - total[place] / held[place]))
        for place in range(len(ranked))
        if place + 1 == len(ranked) or ranked[place + 1][0] < ranked[place][0]
    ]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` per cent of the values lie, linearly interpolated (Hyndman and Fan type 7)."""
    return float(np.percentile(_some(values), percent))


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean, summed without rounding error so that order cannot change a report."""
    return math.fsum(_some(values)) / len(values)


def _bare_words(text: str) -> str:
    return " ".join(word for word in words(text) if word not in ("a", "an", "the"))


def _dcg(gains: Sequence[float], k: int) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:k], start=1))


def _f1(answer: list[str], gold: list[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    common = sum((Counter(answer) & Counter(gold)).values())
    return 2 * common / (len(answer) + len(gold))


def _some(values: Sequence[T]) -> Sequence[T]:
    if len(values) == 0:
        raise ValueError("the metric is undefined without any item")
    return values
