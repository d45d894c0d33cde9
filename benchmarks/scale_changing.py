"""One process that changes a data folder: indexing rate, how soon a new document is found, searches during a merge.

Prints one JSON object. Run by benchmarks.scale; what it puts in it takes out again.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scale_data import ScaleData, document_text
from benchmarks.scale_folder import document, forget
from index.documents import Document, content_sha256
from index.encoder import OnnxEncoder
from index.library import Library, batched
from index.retriever import HybridRetriever
from service.ingest import ingest_paths

ROUNDS = 3
PER_ROUND = 1000
PER_FILE = 100
ADDED = 10
ADDITIONS = 7
# A little more than the share of changes from which the product merges.
TAKEN_OUT = 0.06
MAX_BYTES = 50_000_000


def main() -> None:
    """Measure one after the other and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--passages", type=int, required=True)
    options = parser.parse_args()
    data = ScaleData(options.corpus)
    spare, queries = data.spare(), data.queries()
    library = Library(options.folder, OnnxEncoder())
    forget(options.folder, spare, library.encoder.fingerprint)
    library.refresh()
    try:
        figures = {
            "additions": additions(library, spare[: ADDED * ADDITIONS]),
            "indexing": indexing(library, spare[ADDED * ADDITIONS :]),
            "merging": merging(library, data, options.passages, queries),
        }
    finally:
        library.close()
    print(json.dumps(figures))


def additions(library: Library, texts: Sequence[str]) -> list[float]:
    """Return for several documents of ADDED passages the seconds from handing it over to finding it by a search."""
    retriever = HybridRetriever(library)
    seconds = []
    for number, held in enumerate(batched(texts, ADDED)):
        text = document_text(held)
        added = Document(f"added-{number:06}", "", text, content_sha256(text), "")
        started = time.perf_counter()
        with library.writing():
            library.add(added)
        hits = retriever.search(held[-1], 10, None)
        seconds.append(time.perf_counter() - started)
        if not any(hit.passage.document_id == added.id for hit in hits):
            raise SystemExit(f"{added.id} was added and is not found by its own last passage")
    with library.writing():
        for number in range(len(seconds)):
            library.store.remove(f"added-{number:06}", purge=False)
    return seconds


def indexing(library: Library, texts: Sequence[str]) -> list[tuple[int, float, float]]:
    """Return for each round the passages, the seconds of encoding them alone, and of indexing their files."""
    rounds: list[tuple[int, float, float]] = []
    for held in list(batched(texts, PER_ROUND))[:ROUNDS]:
        with tempfile.TemporaryDirectory() as folder:
            for number, passages in enumerate(batched(held, PER_FILE)):
                path = Path(folder) / f"slice-{len(rounds)}-{number:03}.txt"
                path.write_text(document_text(passages), encoding="utf-8")
            # Which of the two comes first changes from round to round.
            seconds = [0.0, 0.0]
            for which in (0, 1) if len(rounds) % 2 == 0 else (1, 0):
                started = time.perf_counter()
                if which == 0:
                    library.encoder.encode(held)
                else:
                    report = ingest_paths(library, [Path(folder)], max_bytes=MAX_BYTES)
                seconds[which] = time.perf_counter() - started
        rounds.append((len(held), seconds[0], seconds[1]))
        for change in report.documents:
            library.store.remove(change.document_id, purge=False)
        library.refresh()
    return rounds


def merging(library: Library, data: ScaleData, count: int, queries: Sequence[str]) -> dict[str, object]:
    """Take documents out until a merge is due; return its seconds and the milliseconds of searches while it ran."""
    retriever = HybridRetriever(library)
    held = list(data.documents(count))
    out = held[:: max(1, round(1 / TAKEN_OUT))]
    numbers = range(0, len(held), max(1, round(1 / TAKEN_OUT)))
    for number in numbers:
        library.store.remove(f"scale-{number:06}", purge=False)
    library.refresh()
    quiet = [_milliseconds(retriever, query) for query in queries[:100]]
    seconds: list[float] = []

    def merge() -> None:
        started = time.perf_counter()
        library.live.compact()
        seconds.append(time.perf_counter() - started)

    thread = threading.Thread(target=merge)
    thread.start()
    during: list[float] = []
    while thread.is_alive():
        during.append(_milliseconds(retriever, queries[len(during) % len(queries)]))
    thread.join()
    for number, texts in zip(numbers, out, strict=True):
        library.add(document(number, texts))
    library.refresh()
    library.live.compact()
    return {"seconds": seconds[0], "quiet": quiet, "during": during}


def _milliseconds(retriever: HybridRetriever, query: str) -> float:
    started = time.perf_counter()
    retriever.search(query, 10, None)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
