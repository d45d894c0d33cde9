"""The measuring half of benchmarks.scale_peers, run by the interpreter that has the peers installed.

Every query goes to all systems in turn, beginning with another one each time, so that noise hits all alike; ratios are
medians over the queries. All take the product's terms (same words, same stemmer, function words of queries dropped).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale_data import ScaleData
from benchmarks.scale_exact import exact_best
from benchmarks.scale_search import lexical_leg
from benchmarks.scale_tables import table
from index.analysis import query_terms, terms
from index.encoder import OnnxEncoder, Vectors
from index.lexical import build_lexical
from index.library import Library
from index.retriever import LEG_DEPTH, HybridRetriever

OURS = "citecheck"
WARM_UP = 20
# rank_bm25 looks at every passage for every word: it gets fewer queries, and none beyond this size.
SLOW, SLOW_QUERIES, SLOW_UP_TO = "rank_bm25", 30, 100_000

Search = Callable[[str], object]


def main() -> None:
    """Build everybody's index, let them take turns, print the tables; the fused ones where there is a data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--passages", type=int, required=True)
    parser.add_argument("--queries", type=int, required=True)
    parser.add_argument("--folder", type=Path, help="a data folder with these passages")
    options = parser.parse_args()
    data = ScaleData(options.corpus)
    texts = list(data.texts(options.passages))
    queries = data.queries()[: options.queries]
    _lexical_tables(texts, queries)
    if options.folder is not None:
        library = Library(options.folder, OnnxEncoder())
        try:
            _fused_tables(library, data, texts, queries)
        finally:
            library.close()


def _lexical_tables(texts: Sequence[str], queries: Sequence[str]) -> None:
    built: dict[str, float] = {}
    systems = _lexical_systems(texts, built)
    for count in (10, 100):
        spent = take_turns({name: partial(search, count) for name, search in systems.items()}, queries)
        print(f"### Lexical search of {len(texts):,} passages, the best {count}, one query, ms\n")
        print(times_table(spent, built, {name: _overlap(systems, name, queries, count) for name in systems}))
        print(flush=True)


def _lexical_systems(texts: Sequence[str], built: dict[str, float]) -> dict[str, Callable[[int, str], Sequence[int]]]:
    """Return each system's search, (how many, query) to passage numbers; notes how long each took to build."""
    import bm25s

    from benchmarks.scale_peers_txtai import lexical

    analysed = [list(map(sys.intern, terms(text))) for text in texts]

    def timed(name: str, build: Callable[[], Any]) -> Any:  # noqa: ANN401 - the peers' own types
        started = time.perf_counter()
        made = build()
        built[name] = time.perf_counter() - started
        return made

    def with_bm25s(backend: str) -> Callable[[int, str], Sequence[int]]:
        index = bm25s.BM25(backend=backend)
        index.index(analysed, show_progress=False)

        def search(count: int, query: str) -> Sequence[int]:
            found = index.retrieve([query_terms(query)], k=count, show_progress=False)
            numbers: Sequence[int] = found.documents[0].tolist()
            return numbers

        return search

    systems = {
        OURS: timed(OURS, lambda: _ours(analysed)),
        "bm25s, numpy": timed("bm25s, numpy", lambda: with_bm25s("numpy")),
        "bm25s, numba": timed("bm25s, numba", lambda: with_bm25s("numba")),
        "txtai": timed("txtai", lambda: lexical(analysed)),
    }
    if len(texts) <= SLOW_UP_TO:
        systems[SLOW] = timed(SLOW, lambda: _with_rank_bm25(analysed))
    return systems


def _ours(analysed: Sequence[Sequence[str]]) -> Callable[[int, str], Sequence[int]]:
    index = build_lexical(analysed)
    order = np.arange(len(analysed), dtype=np.float64)

    def search(count: int, query: str) -> Sequence[int]:
        numbers: Sequence[int] = lexical_leg(index, order, query, count).tolist()
        return numbers

    return search


def _with_rank_bm25(analysed: Sequence[Sequence[str]]) -> Callable[[int, str], Sequence[int]]:
    from rank_bm25 import BM25Okapi

    index = BM25Okapi(analysed)

    def search(count: int, query: str) -> Sequence[int]:
        scores = index.get_scores(query_terms(query))
        numbers: Sequence[int] = np.argsort(-scores, kind="stable")[:count].tolist()
        return numbers

    return search


def _fused_tables(library: Library, data: ScaleData, texts: Sequence[str], queries: Sequence[str]) -> None:
    from benchmarks.scale_peers_txtai import Hybrid

    retriever, arrays = HybridRetriever(library), library.arrays()
    vectors = data.vectors(len(texts), library.encoder.dimensions)
    started = time.perf_counter()
    peer = Hybrid(texts, vectors, library.encoder)
    built = {"txtai": time.perf_counter() - started}
    encoded = dict(zip(queries, data.query_vectors(), strict=False))
    dense: dict[str, Callable[[int, str], Sequence[int]]] = {
        OURS: lambda count, query: arrays.dense.search(encoded[query], count, None)[0].tolist(),
        "txtai": lambda count, query: peer.nearest(encoded[query], count),
    }
    spent = take_turns({name: partial(search, LEG_DEPTH) for name, search in dense.items()}, queries)
    recall = {name: _recall(search, vectors, encoded) for name, search in dense.items()}
    print(f"### Dense search of {len(texts):,} passages, the best {LEG_DEPTH}, one query, ms\n")
    print(times_table(spent, built, recall, "recall@10"))
    whole: dict[str, Search] = {OURS: lambda query: retriever.search(query, 10, None), "txtai": peer.search}
    print(f"\n### Both legs fused, {len(texts):,} passages, with encoding the query and the texts of the best 10, ms\n")
    print(times_table(take_turns(whole, queries), {}, {}))


def take_turns(systems: Mapping[str, Search], queries: Sequence[str]) -> dict[str, list[float]]:
    """Return for each system the milliseconds of each query; a slow one is asked only the first few."""
    names = list(systems)
    for query in queries[:WARM_UP]:
        for name in names:
            if name != SLOW:
                systems[name](query)
    spent: dict[str, list[float]] = {name: [] for name in names}
    for turn, query in enumerate(queries):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            if name == SLOW and turn >= SLOW_QUERIES:
                continue
            started = time.perf_counter()
            systems[name](query)
            spent[name].append((time.perf_counter() - started) * 1000)
    return spent


def times_table(
    spent: Mapping[str, Sequence[float]],
    built: Mapping[str, float],
    extra: Mapping[str, float],
    extra_name: str = "same passages as ours",
) -> str:
    """Return the Markdown table of the systems; the ratio is the median over queries of theirs to ours."""
    heads = ["system", "p50", "p95", "times ours"]
    heads += ["built in, s"] if built else []
    heads += [extra_name] if extra else []
    rows = []
    for name, times in spent.items():
        ratio = np.median(np.array(times) / np.array(spent[OURS][: len(times)]))
        row = [name, f"{np.percentile(times, 50):.3f}", f"{np.percentile(times, 95):.3f}", f"{ratio:.2f}"]
        row += [f"{built[name]:.1f}" if name in built else ""] if built else []
        row += [f"{extra[name]:.3f}"] if extra else []
        rows.append(row)
    return table(heads, rows)


def _overlap(
    systems: Mapping[str, Callable[[int, str], Sequence[int]]], name: str, queries: Sequence[str], count: int
) -> float:
    """Return the mean share of our passages that a system has among its own, over the first few queries."""
    shares = []
    for query in queries[:SLOW_QUERIES]:
        ours = set(systems[OURS](count, query))
        if ours:
            shares.append(len(ours & set(systems[name](count, query))) / len(ours))
    return float(np.mean(shares))


def _recall(search: Callable[[int, str], Sequence[int]], vectors: Vectors, encoded: Mapping[str, Vectors]) -> float:
    """Return the mean share of the exact best 10 among the first 10 of a search."""
    _, exact = exact_best(vectors, np.stack(list(encoded.values())), 10)
    shares = [
        len(set(rows) & set(search(LEG_DEPTH, query)[:10])) / 10
        for query, rows in zip(encoded, exact.tolist(), strict=True)
    ]
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
