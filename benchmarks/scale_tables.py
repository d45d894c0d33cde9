"""What benchmarks.scale measures of one size, and the Markdown tables it is shown in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SEARCHING, FOLDER = "One query, one thread, warm, ms", "The data folder"
INDEXING, CHANGES = "Indexing", "Changes"
LEGS = ("encoding", "lexical", "dense", "total")
_MEGA, _GIGA = 1e6, 1e9


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one size; `search` and `changing` are what the modules of those names print."""

    passages: int
    disk: Mapping[str, int]
    recall: float
    search: Mapping[str, Any]
    changing: Mapping[str, Any]


def tables(measured: Sequence[Measured]) -> str:
    """Return the Markdown tables under their headings."""
    return "\n\n".join(
        f"### {title}\n\n{made(measured)}"
        for title, made in (
            (SEARCHING, searching),
            (FOLDER, folder),
            (INDEXING, indexing),
            (CHANGES, changes),
        )
    )


def searching(measured: Sequence[Measured]) -> str:
    """Return the table of latencies and recall; a total is a whole search, encoding and reading passages included."""
    heads = [f"{leg} {name}" for leg in LEGS for name in ("p50", "p95")]
    rows = []
    for item in measured:
        spent = [item.search["milliseconds"][leg] for leg in LEGS]
        times = [f"{value:.2f}" for each in spent for value in np.percentile(each, (50, 95))]
        rows.append([f"{item.passages:,}", *times, f"{item.recall:.4f}"])
    return table(["passages", *heads, "dense recall@10"], rows)


def folder(measured: Sequence[Measured]) -> str:
    """Return the table of opening, memory and disk; what is mapped counts as memory once it was touched."""
    heads = ["passages", "open to the first hit, s", "memory, MB", "at most, MB", "disk, GB", "of it search files, GB"]
    rows = [
        [
            f"{item.passages:,}",
            f"{item.search['open_seconds']:.2f}",
            f"{item.search['bytes'] / _MEGA:.0f}",
            f"{item.search['peak_bytes'] / _MEGA:.0f}",
            f"{item.disk['total'] / _GIGA:.3f}",
            f"{item.disk['derived'] / _GIGA:.3f}",
        ]
        for item in measured
    ]
    return table(heads, rows)


def indexing(measured: Sequence[Measured]) -> str:
    """Return the table of the rate at which files go in, beside the encoder's own over the same passages."""
    rows = []
    for item in measured:
        count, alone, whole = np.sum(item.changing["indexing"], axis=0)
        rows.append([f"{item.passages:,}", f"{count / alone:.0f}", f"{count / whole:.0f}", f"{alone / whole:.3f}"])
    heads = ["passages before", "encoder alone, passages/s", "indexing files, passages/s", "share"]
    return table(heads, rows)


def changes(measured: Sequence[Measured]) -> str:
    """Return the table of how soon a document is found, and of searches while the index is merged."""
    heads = ["passages", "10 more searchable after, s", "longest, s", "merge, s", "search p50 before, ms"]
    heads += ["during the merge p50", "p95", "longest"]
    rows = []
    for item in measured:
        merging, added = item.changing["merging"], item.changing["additions"]
        during = merging["during"] or [float("nan")]
        row = [f"{item.passages:,}", f"{np.median(added):.3f}", f"{max(added):.3f}", f"{merging['seconds']:.1f}"]
        row += [f"{value:.1f}" for value in (np.median(merging["quiet"]), *np.percentile(during, (50, 95, 100)))]
        rows.append(row)
    return table(heads, rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is words and the others figures."""
    rule = ["---", *("---:" for _ in heads[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, *rows))
