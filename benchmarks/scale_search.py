"""One process over one data folder: how long it takes to open, each leg and the whole search, and its memory.

Prints one JSON object. Run by benchmarks.scale, in a process of its own so that memory is this folder's alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil

from benchmarks.scale_data import ScaleData
from index.analysis import query_terms
from index.encoder import OnnxEncoder, Vectors
from index.lexical import LexicalIndex
from index.library import Library
from index.ranking import best
from index.retriever import LEG_DEPTH, HybridRetriever

WARM_UP = 100
TOP = 10


def main() -> None:
    """Open, warm up, time every query on every leg in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--queries", type=int, required=True)
    options = parser.parse_args()
    data, encoder = ScaleData(options.corpus), OnnxEncoder()
    queries = data.queries()[: options.queries]
    encoder.encode(queries[:1])
    started = time.perf_counter()
    library = Library(options.folder, encoder)
    retriever = HybridRetriever(library)
    retriever.search(queries[0], TOP, None)
    opened = time.perf_counter() - started
    opened_bytes = psutil.Process().memory_info().rss
    for query in queries[:WARM_UP]:
        retriever.search(query, TOP, None)
    figures = {
        "open_seconds": opened,
        "open_bytes": opened_bytes,
        "milliseconds": _timed(library, retriever, encoder, queries),
        "dense_top": [_dense_top(retriever, query) for query in queries],
    }
    figures["bytes"] = psutil.Process().memory_info().rss
    figures["peak_bytes"] = _peak_bytes()
    library.close()
    print(json.dumps(figures))


def lexical_leg(index: LexicalIndex, order: npt.NDArray[np.float64], query: str, count: int) -> npt.NDArray[np.int64]:
    """Return the numbers of the best `count` passages by words, as the product's retriever takes them."""
    scores = index.scores(query_terms(query))
    scored = np.flatnonzero(scores > 0)
    return scored[best(scores[scored], count, order[scored])]


def _timed(
    library: Library, retriever: HybridRetriever, encoder: OnnxEncoder, queries: Sequence[str]
) -> dict[str, list[float]]:
    """Return the milliseconds of each leg for each query: the legs take turns, so that noise hits all alike."""
    arrays = library.arrays()
    vectors: Vectors = encoder.encode(queries)
    spent: dict[str, list[float]] = {}
    for query, vector in zip(queries, vectors, strict=True):
        legs: dict[str, Callable[[], object]] = {
            "encoding": partial(encoder.encode, [query]),
            "lexical": partial(lexical_leg, arrays.lexical, arrays.order, query, LEG_DEPTH),
            "dense": partial(arrays.dense.search, vector, LEG_DEPTH, None),
            "total": partial(retriever.search, query, TOP, None),
        }
        for leg, call in legs.items():
            started = time.perf_counter()
            call()
            spent.setdefault(leg, []).append((time.perf_counter() - started) * 1000)
    return spent


def _dense_top(retriever: HybridRetriever, query: str) -> list[tuple[str, int]]:
    """Return the address (document, start) of the dense leg's first TOP passages, in order."""
    hits = retriever.search(query, 2 * LEG_DEPTH, None)
    ranked = [(hit.legs["dense"].rank, hit.passage) for hit in hits]
    first = sorted((rank, passage.document_id, passage.span.start) for rank, passage in ranked if rank and rank <= TOP)
    return [(document_id, start) for _, document_id, start in first]


def _peak_bytes() -> int:
    """Return the most memory this process held; `ru_maxrss` would begin with what its parent held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
