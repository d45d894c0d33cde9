"""The lexical leg against rank_bm25 on the same passages and queries: same top 10, and how much faster."""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.analysis import terms
from index.lexical import build_lexical
from index.ranking import best
from service.evidence.formats import read_squad


def real_passages(path: Path, count: int) -> list[list[str]]:
    """Return the terms of `count` passages of real text: paragraphs, cut into shorter ones when there are too few."""
    paragraphs = [terms(text) for text in dict.fromkeys(row.context for row in read_squad(path, []))]
    size = 120
    while True:
        passages = [
            words[start : start + size] for words in paragraphs for start in range(0, len(words), size) if words
        ]
        if len(passages) >= count:
            return passages[:count]
        size -= 10
        if size < 10:
            sys.exit(f"{path} has too little text for {count} passages")


def median_seconds(call: Callable[[Sequence[str]], object], queries: Sequence[Sequence[str]]) -> float:
    """Return the median time of one call."""
    times = []
    for query in queries:
        started = time.perf_counter()
        call(query)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    """Compare and print a Markdown table."""
    from rank_bm25 import BM25Okapi

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path, required=True, help="SQuAD-style JSON lines with enough paragraphs")
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=50)
    arguments = parser.parse_args()
    passages = real_passages(arguments.squad, arguments.passages)
    generator = random.Random(0)
    rows = [row.question for row in read_squad(arguments.squad, [])]
    queries = [terms(question) for question in generator.sample(rows, arguments.queries)]
    ours, theirs = build_lexical(passages), BM25Okapi(passages)
    same = sum(np.array_equal(best(ours.scores(query), 10), best(theirs.get_scores(query), 10)) for query in queries)
    fast = median_seconds(lambda query: best(ours.scores(query), 10), queries)
    slow = median_seconds(lambda query: best(theirs.get_scores(query), 10), queries)
    print("| | passages | p50 per query, ms | times faster | same top 10 |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print(f"| rank_bm25 | {len(passages)} | {slow * 1000:.2f} | | |")
    print(f"| citecheck | {len(passages)} | {fast * 1000:.3f} | {slow / fast:.0f} | {same} of {len(queries)} |")


if __name__ == "__main__":
    main()
