"""The dense leg: inner-product search over the unit vectors of one or more segments with FAISS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.postings import IntArray

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# One thread: measured 10 to 20 times faster on single queries than two.
faiss.omp_set_num_threads(1)

# Up to so many passages every vector is compared; beyond, those of the nearest cells.
EXACT_UP_TO = 50_000
_CELLS_PER_ROOT = 4
# One cell in so many is looked into: one in 8 gave .958 of the exact first ten at 100,000 passages, .949 at worst.
_PROBED_ONE_IN = 6
_TRAINED_ON = 64
_ROUNDS = 8
# Cells keep vectors in 8 bits: so many times as many are fetched, then compared exactly.
_FETCHED = 3
# Of a filter that leaves no more than this, every vector is compared.
_FEW = 20_000


@dataclass(frozen=True, slots=True)
class DenseSegment:
    """The vectors of a segment's passages, shape (passages, dimensions), and how they are searched.

    `cells` is a trained inverted file of a large segment, None for one that is searched exactly through `flat`.
    """

    vectors: Vectors
    flat: Any | None
    cells: Any | None


class DenseIndex:
    """Vectors by passage number, over segments numbered one behind the other."""

    def __init__(self, segments: Sequence[DenseSegment], dead: Sequence[IntArray]) -> None:
        """`dead` are for each segment the ascending numbers, within it, of passages taken out."""
        self._segments = tuple(segments)
        self._offsets = [0, *np.cumsum([len(segment.vectors) for segment in segments]).tolist()]
        self._alive = [_without(len(segment.vectors), gone) for segment, gone in zip(segments, dead, strict=True)]

    def search(self, query: Vectors, depth: int, allowed: IntArray | None) -> tuple[IntArray, FloatArray]:
        """Return the numbers and cosines of the `depth` nearest passages, best first.

        `query` has shape (dimensions,); `allowed` limits the search to some passage numbers, ascending. Of equal
        passages at the very end of the list, which is in it is not defined.
        """
        numbers, cosines = [np.empty(0, dtype=np.int64)], [np.empty(0)]
        for segment, offset, alive in zip(self._segments, self._offsets, self._alive, strict=False):
            wanted = None if allowed is None else _within(allowed, offset, len(segment.vectors))
            found = _nearest(segment, query, depth, _allowing(len(segment.vectors), alive, wanted))
            numbers.append(found + offset)
            cosines.append(_cosines(segment.vectors[found], query))
        number, cosine = np.concatenate(numbers), np.concatenate(cosines)
        order = np.lexsort((number, -cosine))[:depth]
        return number[order], cosine[order]

    def cosines(self, query: Vectors, numbers: IntArray) -> FloatArray:
        """Return the cosine of `query` with each of the given passages."""
        scores = np.empty(len(numbers))
        for segment, offset in zip(self._segments, self._offsets, strict=False):
            held = np.flatnonzero((numbers >= offset) & (numbers < offset + len(segment.vectors)))
            if len(held):
                scores[held] = _cosines(segment.vectors[numbers[held] - offset], query)
        return scores


def build_dense(vectors: Vectors) -> DenseSegment:
    """Return vectors of shape (passages, dimensions) ready to be searched; large ones are sorted into cells."""
    if len(vectors) <= EXACT_UP_TO:
        return exact(vectors)
    cells = _untrained(len(vectors), vectors.shape[1])
    chosen = np.linspace(0, len(vectors) - 1, min(len(vectors), _TRAINED_ON * cells.nlist), dtype=np.int64)
    cells.train(np.ascontiguousarray(vectors[chosen], dtype=np.float32))
    for start in range(0, len(vectors), EXACT_UP_TO):
        cells.add(np.ascontiguousarray(vectors[start : start + EXACT_UP_TO], dtype=np.float32))
    return DenseSegment(vectors, None, cells)


def exact(vectors: Vectors) -> DenseSegment:
    """Return vectors ready for exact search."""
    flat = faiss.IndexFlatIP(vectors.shape[1])
    if len(vectors) == 0:
        return DenseSegment(vectors, flat, None)
    flat.add(np.ascontiguousarray(vectors, dtype=np.float32))
    # The same memory, seen as an array: vectors are held once.
    held: Vectors = faiss.rev_swig_ptr(flat.get_xb(), vectors.size).reshape(vectors.shape)
    return DenseSegment(held, flat, None)


def _untrained(passages: int, dimensions: int) -> Any:  # noqa: ANN401 - faiss ships no types
    count = 2 ** round(math.log2(_CELLS_PER_ROOT * math.sqrt(passages)))
    cells = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimensions),
        dimensions,
        count,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    cells.cp.niter = _ROUNDS
    cells.cp.max_points_per_centroid = _TRAINED_ON
    # Vectors are of unit length: so are the middles of cells, and the largest product is the smallest angle.
    cells.cp.spherical = True
    return cells


def _nearest(segment: DenseSegment, query: Vectors, depth: int, alive: Mask | None) -> IntArray:
    """Return the numbers within a segment of its nearest passages, those `alive` only, in no order."""
    count = len(segment.vectors) if alive is None else int(alive.sum())
    if count == 0:
        return np.empty(0, dtype=np.int64)
    if segment.flat is not None:
        _, found = segment.flat.search(query[np.newaxis, :], min(depth, count), params=_selecting(alive))
        numbers: IntArray = found[0]
        return numbers
    if alive is not None and count <= _FEW:
        return _nearest_of(segment, query, depth, np.flatnonzero(alive))
    cells: Any = segment.cells
    probed = max(1, cells.nlist // _PROBED_ONE_IN)
    parameters = faiss.SearchParametersIVF(nprobe=probed, **_selector(alive))  # type: ignore[call-arg]
    _, found = cells.search(query[np.newaxis, :], min(_FETCHED * depth, count), params=parameters)
    return _nearest_of(segment, query, depth, np.sort(found[0][found[0] >= 0]))


def _nearest_of(segment: DenseSegment, query: Vectors, depth: int, numbers: IntArray) -> IntArray:
    """Return the nearest of some passages by their exact cosines."""
    if len(numbers) <= depth:
        return numbers
    cosines = segment.vectors[numbers] @ query
    return numbers[np.argpartition(-cosines, depth - 1)[:depth]]


def _selecting(alive: Mask | None) -> Any:  # noqa: ANN401
    return None if alive is None else faiss.SearchParameters(**_selector(alive))


def _selector(alive: Mask | None) -> dict[str, Any]:
    if alive is None:
        return {}
    bits: Any = np.packbits(alive, bitorder="little")  # its stub lacks the wrapper that takes an array
    return {"sel": faiss.IDSelectorBitmap(bits)}  # type: ignore[call-arg]


def _cosines(vectors: Vectors, query: Vectors) -> FloatArray:
    # Row by row: a matrix product may round a row differently by where it stands among the others.
    products: FloatArray = (vectors.astype(np.float64) * query).sum(axis=1)
    return products


def _without(size: int, dead: IntArray) -> Mask | None:
    if len(dead) == 0:
        return None
    alive = np.ones(size, dtype=bool)
    alive[dead] = False
    return alive


def _within(allowed: IntArray, offset: int, size: int) -> IntArray:
    first, last = np.searchsorted(allowed, [offset, offset + size])
    return allowed[first:last] - offset


def _allowing(size: int, alive: Mask | None, wanted: IntArray | None) -> Mask | None:
    if wanted is None:
        return alive
    mask = np.zeros(size, dtype=bool)
    mask[wanted] = True
    return mask if alive is None else mask & alive
