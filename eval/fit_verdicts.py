"""Fit how sure a verdict must be: python -m eval.fit_verdicts.

The bars that the verifier's chances must reach, and how sure the verdicts then are, are fitted on the development
claims of the gold over the seeds, with the sentences that retrieval brings up for them. The report says what bars give
that were fitted without the claims they judge. The test claims of the gold are not touched. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.claimset import CLAIMS_FILE, DEVELOPMENT_CLAIMS_FILE, EVERYDAY_CLAIMS_FILE, load_claims
from eval.fit_confidence import progress
from index.encoder import PACKAGED, load_encoder
from index.library import Library
from index.retriever import HybridRetriever
from service.catalogue import read_document
from service.checking.checker import WEIGHED, Checker
from service.checking.weighing import Weighed, at_odds, quotables_of, weigh
from service.checking.weights import (
    AT_ODDS,
    WEIGHTS,
    Bars,
    Confidence,
    Fitted,
    best_for,
    log_odds,
    speaking_against,
    surest,
    verdict_for,
)
from service.evidence.model import VERIFIER_CHECKSUM
from service.evidence.reader import EvidenceReader
from service.ingest import ingest_paths
from service.quotations import Quotations
from service.verdicts import LABELS, VerdictLabel

FloatArray = npt.NDArray[np.float64]
SEEDS = Path(__file__).parent.parent / "seeds"
DEVELOPMENT = (CLAIMS_FILE, DEVELOPMENT_CLAIMS_FILE, EVERYDAY_CLAIMS_FILE)
FOLDS = 5
# A false "supported" is the worst error: it costs as much as two others, and however much is gained, no more than this
# share of refuted and undecided claims may come out supported.
FALSE_SUPPORTED_COST = 1.0
# To call false what the documents say or leave open costs half as much: the quote shows the reader that it does not.
FALSE_REFUTED_COST = 0.5
MOST_FALSE_SUPPORTED = 0.05
AS_DECIDED = Confidence(1.0, 0.0, 0.0, 0.0, 0.0)
_GRID = np.round(np.arange(0.2, 0.96, 0.05), 2)


@dataclass(frozen=True, slots=True)
class Case:
    """One development claim: its verdict, and what the sentences found for it say.

    `chances` are those to support and to refute it, shape (n, 2); `odds` those to be at odds with the best quote for
    it, shape (n,).
    """

    id: str
    verdict: VerdictLabel
    chances: FloatArray
    odds: FloatArray


def main() -> None:
    """Fit, report, write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--gold", type=Path, nargs="+", default=DEVELOPMENT, help="claims over the seeds, their development halves"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    cases = read_cases(arguments.gold)
    bars = fit_bars(cases)
    report = report_on(cases, cross_fitted(cases))
    _write(arguments.out, bars, fit_confidence(cases, bars), report)
    print(json.dumps(report, indent=1))  # noqa: T201 - the command's result


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
            weighed = weigh(reader.verifier, claim.claim, quotables_of(judged[:WEIGHED]))
            chances = np.array([(quote.supports, quote.refutes) for quote in weighed]).reshape(-1, 2)
            cases.append(Case(claim.id, claim.verdict, chances, _odds(reader, chances, weighed)))
        library.close()
    return cases


def _odds(reader: EvidenceReader, chances: FloatArray, weighed: Sequence[Weighed]) -> FloatArray:
    """Return the chances that the quotes are at odds with the best one for the claim, whatever the bars will be."""
    best = best_for(chances, Bars(0.0, 1.0, 0.0))
    return np.zeros(len(weighed)) if best is None else np.array(at_odds(reader.verifier, weighed[best], weighed))


def cross_fitted(cases: Sequence[Case]) -> list[VerdictLabel]:
    """Return for each case its verdict by bars that were fitted without it."""
    verdicts: dict[str, VerdictLabel] = {}
    for fold in range(FOLDS):
        bars = fit_bars([case for place, case in enumerate(cases) if place % FOLDS != fold])
        verdicts |= {case.id: decided(case, bars) for case in cases[fold::FOLDS]}
    return [verdicts[case.id] for case in cases]


def decided(case: Case, bars: Bars) -> VerdictLabel:
    """Return the verdict that the product would give."""
    return deciding(case, bars)[0]


def sides(case: Case, bars: Bars) -> tuple[float, float]:
    """Return the surest chance of either side, without what is not at odds with the best quote for the claim."""
    if best_for(case.chances, bars) is None:
        return surest(case.chances)
    false = speaking_against(case.chances, bars) & (case.odds < AT_ODDS)
    return surest(case.chances[~false])


def gain(verdicts: Sequence[VerdictLabel], cases: Sequence[Case]) -> FloatArray:
    """Return what each verdict is worth: 1 when right, less the cost of a false "supported" or "refuted"."""
    return np.array([_worth(verdict, case.verdict) for verdict, case in zip(verdicts, cases, strict=True)])


def _worth(verdict: VerdictLabel, gold: VerdictLabel) -> float:
    if verdict == gold:
        return 1.0
    if gold == "conflicting":
        return 0.0
    return {"supported": -FALSE_SUPPORTED_COST, "refuted": -FALSE_REFUTED_COST}.get(verdict, 0.0)


def false_supported(verdicts: Sequence[VerdictLabel], cases: Sequence[Case]) -> float:
    """Return the share of refuted and undecided claims that come out supported."""
    unproved = [v for v, case in zip(verdicts, cases, strict=True) if case.verdict in ("refuted", "not_enough_info")]
    return unproved.count("supported") / max(1, len(unproved))


def false_refuted(verdicts: Sequence[VerdictLabel], cases: Sequence[Case]) -> float:
    """Return the share of supported and undecided claims that come out refuted."""
    standing = [v for v, case in zip(verdicts, cases, strict=True) if case.verdict in ("supported", "not_enough_info")]
    return standing.count("refuted") / max(1, len(standing))


def fit_bars(cases: Sequence[Case]) -> Bars:
    """Return the middle of the bars that gain about the most (within half a standard error of the best)."""
    grid, gains = [], []
    weighed: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for triple in itertools.product(_GRID.tolist(), repeat=3):
        bars = Bars(*triple)
        least = bars.least_for, bars.least_against
        if least not in weighed:
            weighed[least] = [sides(case, bars) for case in cases]
        verdicts = [verdict_for(*one, bars) for one in weighed[least]]
        if false_supported(verdicts, cases) <= MOST_FALSE_SUPPORTED:
            grid.append(triple)
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


def fit_confidence(cases: Sequence[Case], bars: Bars) -> Confidence:
    """Return how likely a verdict is right, by what decided it: one slope, a shift for each verdict, held back."""
    from sklearn.linear_model import LogisticRegression

    decisions = [deciding(case, bars) for case in cases]
    right = [verdict == case.verdict for (verdict, _), case in zip(decisions, cases, strict=True)]
    if len(set(right)) < 2:
        return AS_DECIDED
    rows = [[log_odds(chance), *(verdict == label for label in LABELS)] for verdict, chance in decisions]
    (numbers,) = LogisticRegression(C=1.0, fit_intercept=False).fit(np.array(rows, dtype=float), right).coef_
    shifts = dict(zip(LABELS, numbers[1:].tolist(), strict=True))
    return Confidence(slope=float(numbers[0]), **shifts)


def deciding(case: Case, bars: Bars) -> tuple[VerdictLabel, float]:
    """Return the verdict on one claim and the chance that decides it."""
    supports, refutes = sides(case, bars)
    verdict = verdict_for(supports, refutes, bars)
    by = {"supported": supports, "refuted": refutes, "conflicting": min(supports, refutes)}
    return verdict, by.get(verdict, 1.0 - max(supports, refutes))


def report_on(cases: Sequence[Case], verdicts: Sequence[VerdictLabel]) -> dict[str, float]:
    """Return how often verdicts on the cases are right, over all and for each gold label."""
    right = [verdict == case.verdict for verdict, case in zip(verdicts, cases, strict=True)]
    report = {"claims": float(len(cases)), "accuracy": float(np.mean(right))}
    report["false_supported"] = false_supported(verdicts, cases)
    report["false_refuted"] = false_refuted(verdicts, cases)
    for label in LABELS:
        ours = [ok for ok, case in zip(right, cases, strict=True) if case.verdict == label]
        report[f"right_when_{label}"] = float(np.mean(ours)) if ours else 0.0
    return {name: round(value, 4) for name, value in report.items()}


def _write(path: Path, bars: Bars, confidence: Confidence, report: dict[str, float]) -> Fitted:
    numbers = {"verifier": VERIFIER_CHECKSUM, "bars": asdict(bars), "confidence": asdict(confidence)}
    digest = hashlib.sha256(json.dumps(numbers).encode()).hexdigest()
    fitted = Fitted(bars, confidence, f"verdicts-{digest[:12]}")
    content = {**numbers, "fingerprint": fitted.fingerprint, "report": report}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return fitted


if __name__ == "__main__":
    main()
