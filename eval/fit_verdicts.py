"""Fit what decides a claim: python -m eval.fit_verdicts --pairs scifact_dev.jsonl.gz ...

Two things are fitted. What a quote's signals say of a claim: on one half of public pairs of claim and evidence, and on
the sentences that retrieval brings up for the development claims of the gold over the seeds, most of which are silent.
And how sure a verdict must be: on the development claims, each scored by numbers that were fitted without it.
The test claims of the gold and the other half of the pairs are not touched. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.claimset import CLAIMS_FILE, DEVELOPMENT_CLAIMS_FILE, GoldClaim, load_claims
from eval.fit_confidence import progress
from index.documents import Span
from index.encoder import PACKAGED, load_encoder
from index.library import Library
from index.retriever import HybridRetriever
from service.catalogue import read_document
from service.checking.checker import WEIGHED, Checker
from service.checking.mentions import find_mentions
from service.checking.values import compare_values
from service.checking.weighing import Described, describe, describe_quotes, quotables_of
from service.checking.weights import SIGNALS, WEIGHTS, Bars, Confidence, WeighingModel, log_odds, surest, verdict_for
from service.evidence.entailing import least_silent
from service.evidence.formats import PairRow, read_pairs
from service.evidence.model import EvidenceModel, Pair
from service.evidence.reader import EvidenceReader
from service.ingest import ingest_paths
from service.quotations import Quotations
from service.verdicts import LABELS, VerdictLabel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SUPPORTS, REFUTES, NEITHER = range(3)
_CLASSES = {"entailment": SUPPORTS, "contradiction": REFUTES, "neutral": NEITHER}
SEEDS = Path(__file__).parent.parent / "seeds"
FOLDS = 5
# A false "supported" is the worst error: it costs as much as two others, and however much is gained, no more than this
# share of refuted and undecided claims may come out supported (.05 is asked on claims that nothing was fitted on).
FALSE_SUPPORTED_COST = 1.0
MOST_FALSE_SUPPORTED = 0.04
# The gold's sentences count as much as all public pairs together: they are what is met in use.
GOLD_SHARE = 0.5
AS_DECIDED = Confidence(1.0, 0.0, 0.0, 0.0, 0.0)
_GRID = np.round(np.arange(0.2, 0.96, 0.05), 2)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Quotes with their signals, shape (n, len(SIGNALS)), what they say of their claims (n,), and each one's weight."""

    signals: FloatArray
    labels: IntArray
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class Case:
    """One development claim: its verdict, and the signals and labels of the sentences found for it."""

    id: str
    verdict: VerdictLabel
    signals: FloatArray
    labels: IntArray


def main() -> None:
    """Fit, report, write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="premise, hypothesis, label")
    parser.add_argument(
        "--gold", type=Path, nargs="+", default=[CLAIMS_FILE, DEVELOPMENT_CLAIMS_FILE], help="claims over the seeds"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    public = read_public(arguments.pairs)
    cases = read_cases(arguments.gold)
    chances = cross_fitted(public, cases)
    bars = fit_bars(cases, chances)
    confidence = fit_confidence(cases, chances, bars)
    fitted = replace(fit(join(public, cases)), bars=bars, confidence=confidence)
    report = report_on(cases, chances, bars)
    _write(arguments.out, fitted, report)
    print(json.dumps(report, indent=1))  # noqa: T201 - the command's result


def read_public(paths: Sequence[Path]) -> Sentences:
    """Return the first halves of public pairs, every file of the same weight."""
    model = EvidenceReader().verifier
    signals, labels, weights = [], [], []
    for path in paths:
        rows = [row for row in read_pairs(path) if in_first_half(row.id)]
        signals += [describe_pair(model, row) for row in progress(rows, path.name)]
        labels += [_CLASSES[row.label] for row in rows]
        weights += [1.0 / len(rows)] * len(rows)
    return Sentences(np.array(signals), np.array(labels), np.array(weights) / sum(weights))


def in_first_half(identity: str) -> bool:
    """Whether a pair belongs to the half that is fitted on."""
    return hashlib.sha256(identity.encode()).digest()[0] % 2 == 0


def describe_pair(model: EvidenceModel, row: PairRow) -> tuple[float, ...]:
    """Return the signals of a claim with given evidence."""
    mentions = find_mentions(row.hypothesis)
    comparison = compare_values(mentions, find_mentions(row.premise), "")
    (windows,) = model.judge([Pair(row.hypothesis, "", row.premise)])
    return describe(row.hypothesis, mentions, row.premise, "", least_silent(windows), comparison)


def read_cases(paths: Sequence[Path]) -> list[Case]:
    """Put the development claims to a library of the seeds."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), load_encoder(PACKAGED))
        ingest_paths(library, [SEEDS], max_bytes=20_000_000)
        reader = EvidenceReader()
        checker = Checker(library, HybridRetriever(library), reader, Quotations(library).look_up)
        find_document = partial(read_document, library)
        gold = [claim for path in paths for claim in load_claims(path, find_document) if claim.split == "dev"]
        cases = []
        for claim in progress(gold, "development claims"):
            judged = checker.retrieve(claim.claim, None)
            quotes = describe_quotes(reader.verifier, claim.claim, quotables_of(judged[:WEIGHED]))
            labels = [_says(claim, quote) for quote in quotes]
            if not quotes:
                continue
            cases.append(Case(claim.id, claim.verdict, np.array([q.signals for q in quotes]), np.array(labels)))
        library.close()
    return cases


def _says(claim: GoldClaim, quote: Described) -> int:
    def stands_in(spans: Sequence[tuple[str, Span]]) -> bool:
        reading = quote.reading
        return any(name == reading.document.id and span.overlaps(reading.quote) for name, span in spans)

    if stands_in([(one.document_id, one.span) for one in claim.supporting]):
        return SUPPORTS
    return REFUTES if stands_in([(one.document_id, one.span) for one in claim.refuting]) else NEITHER


def join(public: Sentences, cases: Sequence[Case]) -> Sentences:
    """Put the sentences of the cases beside the public pairs, every case of the same weight."""
    weights = np.concatenate([np.full(len(case.labels), 1.0 / len(case.labels)) for case in cases])
    return Sentences(
        np.concatenate([public.signals, *(case.signals for case in cases)]),
        np.concatenate([public.labels, *(case.labels for case in cases)]),
        np.concatenate([public.weights * (1 - GOLD_SHARE), weights / weights.sum() * GOLD_SHARE]),
    )


def fit(sentences: Sentences) -> WeighingModel:
    """Fit the chances; the bars are left at a half, the confidence as decided and the fingerprint empty."""
    from sklearn.linear_model import LogisticRegression

    means = np.average(sentences.signals, axis=0, weights=sentences.weights)
    scales = np.sqrt(np.average((sentences.signals - means) ** 2, axis=0, weights=sentences.weights)) + 1e-9
    weights = sentences.weights * len(sentences.labels)
    chosen = LogisticRegression(C=0.1, max_iter=5000).fit(
        (sentences.signals - means) / scales, sentences.labels, sample_weight=weights
    )
    return WeighingModel(means, scales, chosen.coef_, chosen.intercept_, Bars(0.5, 0.5, 0.5), AS_DECIDED, "")


def cross_fitted(public: Sentences, cases: Sequence[Case]) -> list[FloatArray]:
    """Return for each case its sentences' chances by a model that was fitted without it."""
    chances: dict[str, FloatArray] = {}
    for fold in range(FOLDS):
        held = [case for place, case in enumerate(cases) if place % FOLDS == fold]
        model = fit(join(public, [case for place, case in enumerate(cases) if place % FOLDS != fold]))
        chances |= {case.id: model.chances(case.signals) for case in held}
    return [chances[case.id] for case in cases]


def decided(chances: FloatArray, bars: Bars) -> VerdictLabel:
    """Return the verdict that the product would give on one claim's chances."""
    return deciding(chances, bars)[0]


def gain(verdicts: Sequence[VerdictLabel], cases: Sequence[Case]) -> FloatArray:
    """Return what each verdict is worth: 1 when right, less the cost of a false "supported"."""
    return np.array(
        [
            float(verdict == case.verdict)
            - FALSE_SUPPORTED_COST * (verdict == "supported" and case.verdict in ("refuted", "not_enough_info"))
            for verdict, case in zip(verdicts, cases, strict=True)
        ]
    )


def false_supported(verdicts: Sequence[VerdictLabel], cases: Sequence[Case]) -> float:
    """Return the share of refuted and undecided claims that come out supported."""
    unproved = [v for v, case in zip(verdicts, cases, strict=True) if case.verdict in ("refuted", "not_enough_info")]
    return unproved.count("supported") / max(1, len(unproved))


def fit_bars(cases: Sequence[Case], chances: Sequence[FloatArray]) -> Bars:
    """Return the middle of the bars that gain about the most (within half a standard error of the best)."""
    sides = [surest(one) for one in chances]
    grid, gains = [], []
    for bars in itertools.product(_GRID.tolist(), repeat=3):
        verdicts = [verdict_for(*one, Bars(*bars)) for one in sides]
        if false_supported(verdicts, cases) <= MOST_FALSE_SUPPORTED:
            grid.append(bars)
            gains.append(gain(verdicts, cases))
    if not grid:
        return Bars(1.0, 1.0, 1.0)
    means = np.array([one.mean() for one in gains])
    best = gains[int(np.argmax(means))]
    error = 0.5 * best.std() / np.sqrt(len(best))
    good = np.array([bars for bars, mean in zip(grid, means, strict=True) if mean >= best.mean() - error])
    middle = good.mean(axis=0)
    # The mean of good bars need not be good itself, so the good one nearest to it is taken.
    nearest = good[np.argmin(((good - middle) ** 2).sum(axis=1))]
    return Bars(float(nearest[0]), float(nearest[1]), float(nearest[2]))


def fit_confidence(cases: Sequence[Case], chances: Sequence[FloatArray], bars: Bars) -> Confidence:
    """Return how likely a verdict is right, by what decided it: one slope, a shift for each verdict, held back."""
    from sklearn.linear_model import LogisticRegression

    decisions = [deciding(one, bars) for one in chances]
    right = [verdict == case.verdict for (verdict, _), case in zip(decisions, cases, strict=True)]
    if len(set(right)) < 2:
        return AS_DECIDED
    rows = [[log_odds(chance), *(verdict == label for label in LABELS)] for verdict, chance in decisions]
    (numbers,) = LogisticRegression(C=1.0, fit_intercept=False).fit(np.array(rows, dtype=float), right).coef_
    shifts = dict(zip(LABELS, numbers[1:].tolist(), strict=True))
    return Confidence(slope=float(numbers[0]), **shifts)


def deciding(chances: FloatArray, bars: Bars) -> tuple[VerdictLabel, float]:
    """Return the verdict on one claim's chances and the chance that decides it."""
    supports, refutes = surest(chances)
    verdict = verdict_for(supports, refutes, bars)
    by = {"supported": supports, "refuted": refutes, "conflicting": min(supports, refutes)}
    return verdict, by.get(verdict, 1.0 - max(supports, refutes))


def report_on(cases: Sequence[Case], chances: Sequence[FloatArray], bars: Bars) -> dict[str, float]:
    """Return what the bars give on the development claims, each judged by numbers fitted without it."""
    verdicts = [decided(one, bars) for one in chances]
    right = [verdict == case.verdict for verdict, case in zip(verdicts, cases, strict=True)]
    report = {"claims": float(len(cases)), "accuracy": float(np.mean(right))}
    report["false_supported"] = false_supported(verdicts, cases)
    for label in LABELS:
        ours = [ok for ok, case in zip(right, cases, strict=True) if case.verdict == label]
        report[f"right_when_{label}"] = float(np.mean(ours)) if ours else 0.0
    return {name: round(value, 4) for name, value in report.items()}


def _write(path: Path, fitted: WeighingModel, report: dict[str, float]) -> None:
    numbers = {
        "signals": list(SIGNALS),
        "means": fitted.means.tolist(),
        "scales": fitted.scales.tolist(),
        "coefficients": fitted.coefficients.tolist(),
        "intercepts": fitted.intercepts.tolist(),
        "bars": asdict(fitted.bars),
        "confidence": asdict(fitted.confidence),
    }
    digest = hashlib.sha256(json.dumps(numbers).encode()).hexdigest()
    content = {**numbers, "fingerprint": f"verdicts-{digest[:12]}", "report": report}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
