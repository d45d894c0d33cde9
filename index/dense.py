"""The dense leg: exact inner-product search over passage vectors with FAISS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors

# One thread: measured 10 to 20 times faster on single queries than two.
faiss.omp_set_num_threads(1)

FILE = "dense.faiss"


class DenseIndex:
    """Vectors by passage number, searched by cosine (the vectors are of unit length)."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - faiss ships no types
        """Wrap a faiss index whose ids are passage numbers."""
        self._index = index

    def search(
        self, query: Vectors, depth: int, allowed: npt.NDArray[np.int64] | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Return the numbers and cosines of the `depth` nearest passages, best first, equal ones by number.

        `query` has shape (dimensions,); `allowed` limits the search to some passage numbers.
        """
        count = min(depth, self._index.ntotal if allowed is None else len(allowed))
        if count == 0:
            return np.empty(0, dtype=np.int64), np.empty(0)
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(allowed))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # its stub lacks the wrapper
        cosines, numbers = self._index.search(query[np.newaxis, :], count, params=parameters)
        order = np.lexsort((numbers[0], -cosines[0]))
        return numbers[0][order], cosines[0][order].astype(np.float64)

    def cosines(self, query: Vectors, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the cosine of `query` with each of the given passages."""
        if len(numbers) == 0:
            return np.empty(0)
        scores: npt.NDArray[np.float64] = (self._index.reconstruct_batch(numbers) @ query).astype(np.float64)
        return scores

    def save(self, folder: Path) -> None:
        """Write the index into an existing folder."""
        faiss.write_index(self._index, str(folder / FILE))


def build_dense(vectors: Vectors, dimensions: int) -> DenseIndex:
    """Index `vectors` of shape (passages, dimensions) under their row numbers."""
    index = faiss.IndexFlatIP(dimensions)
    if len(vectors):
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return DenseIndex(index)


def load_dense(folder: Path) -> DenseIndex:
    """Open what `save` wrote."""
    return DenseIndex(faiss.read_index(str(folder / FILE)))
