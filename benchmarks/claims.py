"""SciFact from end to end: python -m benchmarks.claims --scifact FOLDER --cache DIR.

A claim is put to the whole corpus: retrieved, judged and decided as a user's would be, with thresholds fitted on other
documents. What the verifier makes of given evidence is in benchmarks.evidence_entailment.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval import metrics
from eval.datasets import read_beir_corpus
from eval.public.scifact import ScifactClaim, read_claims
from index.documents import Document, Span, content_sha256
from index.encoder import PACKAGED, load_encoder
from index.library import Library
from index.retriever import HybridRetriever
from index.sentences import split
from service.checking.checker import Checker
from service.evidence.reader import EvidenceReader
from service.quotations import Quotations
from service.verdicts import Verdict


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scifact", type=Path, required=True, help="SciFact as a BEIR folder with claims_dev.jsonl")
    parser.add_argument("--cache", type=Path, default=Path(".citecheck-bench"), help="keeps the index between runs")
    parser.add_argument("--limit", type=int, help="at most so many of each")
    options = parser.parse_args()
    print(scifact_table(options.scifact, options.cache / "scifact-claims", options.limit))


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
