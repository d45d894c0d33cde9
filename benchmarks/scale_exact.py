"""Exact nearest neighbours by comparing every vector: what approximate search is held against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors

_AT_ONCE = 20_000


def exact_best(vectors: Vectors, queries: Vectors, depth: int) -> tuple[Vectors, npt.NDArray[np.int64]]:
    """Return the cosines and rows of each query's `depth` nearest vectors, best first; shape (queries, depth)."""
    best = np.full((len(queries), depth), -np.inf, dtype=np.float32)
    rows = np.zeros((len(queries), depth), dtype=np.int64)
    for start in range(0, len(vectors), _AT_ONCE):
        block = np.asarray(vectors[start : start + _AT_ONCE])
        cosines = np.concatenate([best, queries @ block.T], axis=1)
        numbers = np.concatenate(
            [rows, np.broadcast_to(np.arange(start, start + len(block)), (len(queries), len(block)))], axis=1
        )
        kept = np.argpartition(-cosines, depth - 1, axis=1)[:, :depth]
        best, rows = np.take_along_axis(cosines, kept, 1), np.take_along_axis(numbers, kept, 1)
    order = np.argsort(-best, axis=1, kind="stable")
    return np.take_along_axis(best, order, 1), np.take_along_axis(rows, order, 1)
