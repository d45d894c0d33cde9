"""How the product behaves at 10,000, 100,000 and a million real passages: speed, memory, disk, recall, changes.

    python -m benchmarks.scale --corpus DIR [--sizes 10000 100000 1000000] [--largest N] [--queries 1000]

DIR is what benchmarks.scale_corpus made; data folders are built in it once and brought up to date in later runs.
One query at a time, one thread, warm. Dense recall is against exact search over the same vectors.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale_data import ScaleData
from benchmarks.scale_exact import exact_best
from benchmarks.scale_folder import filled, place_of, size_on_disk
from benchmarks.scale_tables import Measured, tables
from index.encoder import OnnxEncoder

SIZES = (10_000, 100_000, 1_000_000)
# Two of equal cosine can stand for each other.
_EQUAL = 1e-6


def main() -> None:
    """Measure every size that has its vectors and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder made by benchmarks.scale_corpus")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--largest", type=int, help="no size beyond this: a quick look")
    parser.add_argument("--queries", type=int, default=1000)
    options = parser.parse_args()
    data = ScaleData(options.corpus)
    sizes = chosen_sizes(options.sizes, data.encoded(), options.largest)
    measured = [measure(data, size, options.queries) for size in sizes]
    print(tables(measured))


def chosen_sizes(sizes: Sequence[int], encoded: int, largest: int | None) -> list[int]:
    """Return the sizes that can be had; one beyond what is encoded becomes what is encoded."""
    if encoded == 0:
        sys.exit("no passage has its vector yet; run benchmarks.scale_corpus, which goes on where it was stopped")
    limit = encoded if largest is None else min(encoded, largest)
    return sorted({min(size, limit) for size in sizes})


def measure(data: ScaleData, size: int, queries: int) -> Measured:
    """Bring the data folder of this size up to date, measure it in processes of their own and return the figures."""
    folder = data.folder / f"library-{size}"
    filled(folder, data, size, OnnxEncoder())
    common = ("--folder", str(folder), "--corpus", str(data.folder))
    disk = size_on_disk(folder)
    search = child("benchmarks.scale_search", *common, "--queries", str(queries))
    recall = dense_recall(data, size, search.pop("dense_top"))
    changing = child("benchmarks.scale_changing", *common, "--passages", str(size))
    return Measured(size, disk, recall, search, changing)


def child(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module in a process of its own and return the JSON object it prints last."""
    command = [sys.executable, "-m", module, *arguments]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    figures: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return figures


def dense_recall(data: ScaleData, size: int, found: Sequence[Sequence[tuple[str, int]]]) -> float:
    """Return the mean share of each query's exact best that the dense leg found; equal cosines count as found."""
    depth = max(map(len, found))
    vectors, queries = data.vectors(size, OnnxEncoder().dimensions), data.query_vectors()[: len(found)]
    cosines, _ = exact_best(vectors, queries, depth)
    texts = list(data.texts(size))
    starts = np.cumsum([0, *map(len, data.documents(size))]).tolist()
    shares = []
    for query, last, addresses in zip(queries, cosines[:, -1], found, strict=True):
        places = [place_of(document_id, start, starts, texts) for document_id, start in addresses]
        shares.append(float(np.mean(vectors[places] @ query >= last - _EQUAL)) * len(places) / depth)
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
