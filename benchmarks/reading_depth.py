"""How many passages to rerank and to read: python -m benchmarks.reading_depth --questions squad_v2_dev.jsonl.gz.

Every paragraph becomes a document. The answerable questions of the half of the articles that nothing was fitted on
meet the product's retrieval, reranking and reading at several depths; an answer is right when it shares half of its
words with a gold one. The cost is what the model takes for the passages, measured here, one question at a time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from eval.confidence import in_first_half
from eval.fit_confidence import index_paragraphs, is_right, progress, sample
from index.encoder import PACKAGED, load_encoder
from index.fusion import fuse
from index.library import Library
from index.ranking import best
from index.retriever import HybridRetriever
from service.evidence.calibration import load_calibration
from service.evidence.candidates import find_candidates
from service.evidence.formats import SquadRow, read_squad
from service.evidence.judging import RELEVANCE_WEIGHT, Judged
from service.evidence.reader import EvidenceReader, number_answers
from service.evidence.reading import evidence_for
from service.evidence.signals import describe

RERANK_DEPTHS = (1, 4, 8, 16, 24, 32)
READ_DEPTHS = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Depth:
    """Of the questions put at one depth, the share answered rightly and the model's median milliseconds."""

    reranked: int
    read: int
    right: float
    milliseconds: float


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True, help="SQuAD-style JSON lines")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    options = parser.parse_args()
    rows = [row for row in read_squad(options.questions) if not row.is_impossible and not in_first_half(row.title)]
    depths = measure(sample(rows, options.count))
    print("| passages | right | model, p50 ms |\n| --- | ---: | ---: |")
    for depth in depths:
        print(f"| {depth.reranked} reranked, {depth.read} read | {depth.right:.3f} | {depth.milliseconds:.0f} |")
    if options.json:
        options.json.write_text(json.dumps([asdict(depth) for depth in depths], indent=1) + "\n", encoding="utf-8")
    return 0


def measure(rows: Sequence[SquadRow]) -> list[Depth]:
    """Return the figures of every depth that makes sense: no more is read than reranked."""
    right: dict[tuple[int, int], list[bool]] = {}
    seconds: dict[int, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder), load_encoder(PACKAGED))
        ids = index_paragraphs(library, rows)
        reader = EvidenceReader()
        for row in progress(rows, "questions"):
            judged, times = _judged(library, reader, row.question)
            for count, spent in times.items():
                seconds.setdefault(count, []).append(spent)
            for reranked in RERANK_DEPTHS:
                ordered = _first(judged, reranked)
                for read in READ_DEPTHS:
                    if read <= reranked:
                        found = _is_answered(row, ordered[:read], ids[row.context])
                        right.setdefault((reranked, read), []).append(found)
        library.close()
    return [
        Depth(reranked, read, float(np.mean(held)), 1000 * float(np.median(seconds[reranked])))
        for (reranked, read), held in right.items()
    ]


def _judged(library: Library, reader: EvidenceReader, question: str) -> tuple[list[Judged], dict[int, float]]:
    """Return the deepest list of judged passages in fusion's order, and the seconds each depth takes."""
    hits = HybridRetriever(library).search(question, max(RERANK_DEPTHS), None)
    evidence = evidence_for(library, hits)
    times = {}
    judged: tuple[Judged, ...] = ()
    for count in RERANK_DEPTHS:
        started = time.perf_counter()
        judged = reader.rank(question, evidence[:count])
        times[count] = time.perf_counter() - started
    place = {id(item): number for number, item in enumerate(evidence)}
    return sorted(judged, key=lambda item: place[id(item.evidence)]), times


def _first(judged: Sequence[Judged], count: int) -> list[Judged]:
    """Return the first `count` passages by fusion in the order the model and fusion give them together."""
    held = judged[:count]
    scores = np.array([item.evidence.score for item in held])
    blend = fuse(scores, np.array([item.relevance for item in held]), RELEVANCE_WEIGHT)
    return [replace(held[place], blend=float(blend[place])) for place in best(blend, len(held)).tolist()]


def _is_answered(row: SquadRow, judged: Sequence[Judged], home: str) -> bool:
    candidates = find_candidates(judged)
    if not candidates:
        return False
    signals = describe(row.question, candidates)
    standing = load_calibration().stand(signals, number_answers(candidates))
    return is_right(candidates[standing.groups[0][0]], row, home)


if __name__ == "__main__":
    sys.exit(main())
