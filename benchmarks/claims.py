"""Claim checking on public sets: what the fitted numbers add to the evidence model, and SciFact from end to end.

    python -m benchmarks.claims --pairs FOLDER
    python -m benchmarks.claims --scifact FOLDER --cache DIR

Pairs are those that eval.fit_verdicts did not fit on (the other half). End to end, a claim is put to the whole corpus:
retrieved, judged and decided as a user's would be, with thresholds fitted on other documents.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.evidence_entailment import SETS, PairSet
from benchmarks.judging import sample
from eval import metrics
from eval.datasets import read_beir_corpus
from eval.fit_verdicts import in_first_half
from eval.public.scifact import ScifactClaim, read_claims
from index.documents import Document, Span, content_sha256
from index.encoder import PACKAGED, load_encoder
from index.library import Library
from index.retriever import HybridRetriever
from index.sentences import split
from service.checking.checker import Checker
from service.checking.mentions import find_mentions
from service.checking.values import compare_values
from service.checking.weighing import describe
from service.checking.weights import WeighingModel, load_weights
from service.evidence.entailing import least_silent
from service.evidence.formats import LABELS, Label, PairRow, read_pairs
from service.evidence.model import EvidenceModel, Pair
from service.evidence.reader import EvidenceReader
from service.evidence.training.detokenise import detokenise
from service.quotations import Quotations
from service.verdicts import Verdict

# The order of WeighingModel's chances, neither last.
_CLASSES: tuple[Label, ...] = ("entailment", "contradiction", "neutral")


def main() -> None:
    """Print a table for what was asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, help="folder with the public pairs")
    parser.add_argument("--scifact", type=Path, help="SciFact as a BEIR folder with claims_dev.jsonl")
    parser.add_argument("--cache", type=Path, default=Path(".citecheck-bench"), help="keeps the index between runs")
    parser.add_argument("--limit", type=int, help="at most so many of each")
    options = parser.parse_args()
    if options.pairs:
        print(pairs_table(options.pairs, options.limit))
    if options.scifact:
        print(scifact_table(options.scifact, options.cache / "scifact-claims", options.limit))


def pairs_table(folder: Path, limit: int | None) -> str:
    """Measure both on every set, over the rows that nothing was fitted on."""
    model, weights = EvidenceReader().verifier, load_weights()
    lines = ["| set | pairs | verifier alone | with values and fitted weights |", "| --- | ---: | ---: | ---: |"]
    for pair_set in SETS:
        held_out = [row for row in read_pairs(folder / pair_set.file) if not in_first_half(row.id)]
        rows = sample(held_out, limit)
        alone, joined = accuracies(model, weights, pair_set, rows)
        lines.append(f"| {pair_set.name} | {len(rows)} | {alone:.3f} | {joined:.3f} |")
    return "\n".join(lines)


def accuracies(
    model: EvidenceModel, weights: WeighingModel, pair_set: PairSet, rows: Sequence[PairRow]
) -> tuple[float, float]:
    """Return the label accuracy of the verifier alone and with the fitted weights."""
    alone, joined = [], []
    known = [_CLASSES.index(label) for label in pair_set.labels]
    for row in track(rows, pair_set.name, console=Console(stderr=True)):
        claim, evidence = row.hypothesis, row.premise
        if pair_set.tokenised:
            claim, evidence = detokenise(claim), detokenise(evidence)
        (windows,) = model.judge([Pair(claim, "", evidence)])
        window, mentions = least_silent(windows), find_mentions(claim)
        comparison = compare_values(mentions, find_mentions(evidence), "")
        supports, refutes = weights.chances(np.array([describe(claim, mentions, evidence, "", window, comparison)]))[
            0
        ].tolist()
        chances = np.array([supports, refutes, 1 - supports - refutes])
        raw = np.array([window.entailment[LABELS.index(label)] for label in _CLASSES])
        alone.append(float(_CLASSES[known[int(np.argmax(raw[known]))]] == row.label))
        joined.append(float(_CLASSES[known[int(np.argmax(chances[known]))]] == row.label))
    return metrics.mean(alone), metrics.mean(joined)


def scifact_table(folder: Path, cache: Path, limit: int | None) -> str:
    """Check SciFact's development claims against its whole corpus."""
    cache.mkdir(parents=True, exist_ok=True)
    library = Library(cache, load_encoder(PACKAGED))
    try:
        sentences = index_corpus(library, folder)
        checker = Checker(library, HybridRetriever(library), EvidenceReader(), Quotations(library).look_up)
        claims = list(read_claims(folder / "claims_dev.jsonl"))[:limit]
        verdicts = [checker.decide(claim.text, None) for claim in track(claims, "claims", console=Console(stderr=True))]
    finally:
        library.close()
    right = [float(verdict.verdict == claim.label) for claim, verdict in zip(claims, verdicts, strict=True)]
    precision, recall = rationale_scores(claims, verdicts, sentences)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return (
        "| SciFact dev | measured |\n| --- | ---: |\n"
        f"| claims | {len(claims)} |\n| abstracts | {len(sentences)} |\n"
        f"| label accuracy | {metrics.mean(right):.3f} |\n"
        f"| rationale sentences with the right label: precision | {precision:.3f} |\n"
        f"| rationale sentences with the right label: recall | {recall:.3f} |\n"
        f"| rationale sentences with the right label: F1 | {f1:.3f} |"
    )


def rationale_scores(
    claims: Sequence[ScifactClaim], verdicts: Sequence[Verdict], sentences: dict[str, tuple[Span, ...]]
) -> tuple[float, float]:
    """Return precision and recall of the quoted sentences on the right side (micro, as in sentence+label scoring)."""
    told = right = wanted = 0
    for claim, verdict in zip(claims, verdicts, strict=True):
        quoted = {
            (citation.document_id, number)
            for citation in (*verdict.supporting, *verdict.refuting)
            for number, span in enumerate(sentences[citation.document_id])
            if span.overlaps(citation.span)
        }
        told += len(quoted)
        wanted += len(claim.rationale)
        if verdict.verdict == claim.label:
            right += len(quoted & claim.rationale)
    return right / max(1, told), right / max(1, wanted)


def index_corpus(library: Library, folder: Path) -> dict[str, tuple[Span, ...]]:
    """Put every abstract in and return where its sentences stand, by document id.

    The folder holds abstracts as running text; their sentences, which the rationales number, are cut by our splitter.
    """
    found = {}
    for row in track(list(read_beir_corpus(folder)), "abstracts", console=Console(stderr=True)):
        library.add(Document(row.id, row.title, row.text, content_sha256(row.text), ""))
        found[row.id] = tuple(split(row.text, Span(0, len(row.text))))
    library.refresh()
    return found


if __name__ == "__main__":
    main()
