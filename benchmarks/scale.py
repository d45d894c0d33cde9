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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale_data import ScaleData
from benchmarks.scale_exact import exact_best
from benchmarks.scale_folder import filled, place_of, size_on_disk
from index.encoder import OnnxEncoder

SIZES = (10_000, 100_000, 1_000_000)
LEGS = ("encoding", "lexical", "dense", "total")
# Two of equal cosine can stand for each other.
_EQUAL = 1e-6
_MEGA, _GIGA = 1e6, 1e9


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one size; `filled` is the seconds of putting the documents in without encoding."""

    passages: int
    filled: float
    disk: Mapping[str, int]
    recall: float
    search: Mapping[str, Any]
    changing: Mapping[str, Any]


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
    print("\n\n".join(tables(measured)))


def chosen_sizes(sizes: Sequence[int], encoded: int, largest: int | None) -> list[int]:
    """Return the sizes that can be had; one beyond what is encoded becomes what is encoded."""
    limit = encoded if largest is None else min(encoded, largest)
    return sorted({min(size, limit) for size in sizes})


def measure(data: ScaleData, size: int, queries: int) -> Measured:
    """Bring the data folder of this size up to date, measure it in processes of their own and return the figures."""
    folder = data.folder / f"library-{size}"
    seconds = filled(folder, data, size, OnnxEncoder())
    common = ("--folder", str(folder), "--corpus", str(data.folder))
    disk = size_on_disk(folder)
    search = child("benchmarks.scale_search", *common, "--queries", str(queries))
    recall = dense_recall(data, size, search.pop("dense_top"))
    return Measured(
        size, seconds, disk, recall, search, child("benchmarks.scale_changing", *common, "--passages", str(size))
    )


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


def tables(measured: Sequence[Measured]) -> list[str]:
    """Return the Markdown tables."""
    return [searching_table(measured), folder_table(measured), changing_table(measured)]


def searching_table(measured: Sequence[Measured]) -> str:
    """Return the table of latencies and recall."""
    heads = [f"{leg} {name}" for leg in LEGS for name in ("p50", "p95")]
    rows = []
    for item in measured:
        spent = [item.search["milliseconds"][leg] for leg in LEGS]
        times = [f"{value:.2f}" for each in spent for value in np.percentile(each, (50, 95))]
        rows.append([f"{item.passages:,}", *times, f"{item.recall:.4f}"])
    title = "### One query, one thread, warm, ms (total: with encoding and reading the passages)"
    return f"{title}\n\n{table(['passages', *heads, 'dense recall@10'], rows)}"


def folder_table(measured: Sequence[Measured]) -> str:
    """Return the table of memory, disk and opening."""
    heads = [
        "passages",
        "open to first hit, s",
        "memory, MB",
        "peak, MB",
        "disk, GB",
        "of it search files, GB",
        "built in, s",
    ]
    rows = [
        [
            f"{item.passages:,}",
            f"{item.search['open_seconds']:.2f}",
            f"{item.search['bytes'] / _MEGA:.0f}",
            f"{item.search['peak_bytes'] / _MEGA:.0f}",
            f"{item.disk['total'] / _GIGA:.2f}",
            f"{item.disk['derived'] / _GIGA:.2f}",
            f"{item.filled:.0f}",
        ]
        for item in measured
    ]
    return f"### The folder\n\n{table(heads, rows)}"


def changing_table(measured: Sequence[Measured]) -> str:
    """Return the table of indexing, additions and merges."""
    heads = [
        "passages",
        "encoder alone, passages/s",
        "indexing, passages/s",
        "share",
        "10 passages searchable after, s",
    ]
    heads += ["longest, s", "merge, s", "search p50 before, ms", "during the merge, ms", "p95", "longest"]
    rows = []
    for item in measured:
        count, alone, whole = np.sum(item.changing["indexing"], axis=0)
        merging, added = item.changing["merging"], item.changing["additions"]
        during = merging["during"] or [float("nan")]
        rows.append(
            [
                *(f"{item.passages:,}", f"{count / alone:.0f}", f"{count / whole:.0f}", f"{alone / whole:.3f}"),
                *(f"{np.median(added):.3f}", f"{max(added):.3f}", f"{merging['seconds']:.1f}"),
                f"{np.median(merging['quiet']):.1f}",
                *(f"{value:.1f}" for value in (np.median(during), np.percentile(during, 95), max(during))),
            ]
        )
    return f"### Changes\n\n{table(heads, rows)}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is words and the others figures."""
    rule = ["---", *("---:" for _ in heads[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, *rows))


if __name__ == "__main__":
    main()
