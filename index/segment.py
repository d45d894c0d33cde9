"""A segment: the search arrays of some documents, never changed once made; and several joined into one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from index.analysis import terms
from index.dense import DenseSegment, build_dense
from index.encoder import Vectors
from index.passages import lexical_text
from index.postings import IntArray, Postings, build_postings, merge_postings

Scalar = TypeVar("Scalar", bound=np.generic)
Dead = npt.NDArray[np.int64]
NONE_DEAD: Dead = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Row:
    """What is searched of one passage: its id in the store and the texts that stand for it."""

    passage_id: int
    document_id: str
    title: str
    index_text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Passages in address order, numbered from 0: by document id, then by place.

    Document d holds the passages `starts[d]` to `starts[d + 1]`; `passage_ids` are store ids, shape (passages,).
    """

    document_ids: tuple[str, ...]
    starts: IntArray
    passage_ids: IntArray
    postings: Postings
    dense: DenseSegment

    @property
    def size(self) -> int:
        """How many passages there are."""
        return len(self.passage_ids)


def build_segment(rows: Iterable[Row], encode: Callable[[Sequence[str]], Vectors], dimensions: int) -> Segment:
    """Return the segment of passages given in address order; `encode` gives the vectors of their index texts."""
    passage_ids: list[int] = []
    document_ids: list[str] = []
    starts: list[int] = []
    texts: list[str] = []
    vectors: list[Vectors] = []

    def counted() -> Iterable[Sequence[str]]:
        for row in rows:
            if not document_ids or document_ids[-1] != row.document_id:
                document_ids.append(row.document_id)
                starts.append(len(passage_ids))
            passage_ids.append(row.passage_id)
            texts.append(row.index_text)
            if len(texts) == _ENCODED_AT_ONCE:
                vectors.append(encode(texts))
                texts.clear()
            yield terms(lexical_text(row.title, row.index_text))

    postings = build_postings(counted())
    vectors.append(encode(texts) if texts else np.empty((0, dimensions), dtype=np.float32))
    return Segment(
        document_ids=tuple(document_ids),
        starts=np.array([*starts, len(passage_ids)], dtype=np.int64),
        passage_ids=np.array(passage_ids, dtype=np.int64),
        postings=postings,
        dense=build_dense(_joined(vectors, len(passage_ids))),
    )


_ENCODED_AT_ONCE = 4096


def _joined(parts: list[Vectors], size: int) -> Vectors:
    """Return the parts as one array, letting go of each as it is copied."""
    if len(parts) == 1:
        return parts[0]
    joined = np.empty((size, parts[0].shape[1]), dtype=np.float32)
    start = 0
    parts.reverse()
    while parts:
        part = parts.pop()
        joined[start : start + len(part)] = part
        start += len(part)
    return joined


def merge_segments(segments: Sequence[Segment], dead: Sequence[Dead]) -> Segment:
    """Return one segment of all passages that are not dead, as `build_segment` makes it of them.

    `dead` are for each segment its numbers of passages taken out, ascending; always whole documents.
    """
    held = sorted(
        (segment.document_ids[document], place, document)
        for place, (segment, gone) in enumerate(zip(segments, dead, strict=True))
        for document in _living(segment, gone).tolist()
    )
    places = np.array([place for _, place, _ in held], dtype=np.int64)
    documents = np.array([document for _, _, document in held], dtype=np.int64)
    sizes = np.zeros(len(held), dtype=np.int64)
    for place, segment in enumerate(segments):
        ours = places == place
        sizes[ours] = np.diff(segment.starts)[documents[ours]]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    size = int(starts[-1])
    numbers = [
        _renumbered(segment, documents[places == place], starts[:-1][places == place])
        for place, segment in enumerate(segments)
    ]
    return Segment(
        document_ids=tuple(document_id for document_id, _, _ in held),
        starts=starts,
        passage_ids=_moved([segment.passage_ids for segment in segments], numbers, size),
        postings=merge_postings(
            [(segment.postings, moved) for segment, moved in zip(segments, numbers, strict=True)], size
        ),
        dense=build_dense(_moved([segment.dense.vectors for segment in segments], numbers, size)),
    )


def _living(segment: Segment, dead: Dead) -> IntArray:
    """Return the places of the documents that are not taken out; one without passages is in no segment."""
    gone = np.zeros(len(segment.document_ids), dtype=bool)
    gone[np.searchsorted(segment.starts, dead, side="right") - 1] = True
    return np.flatnonzero(~gone)


def _renumbered(segment: Segment, documents: IntArray, targets: IntArray) -> IntArray:
    """Return the new number of each passage, -1 for those of documents that are not named."""
    numbers = np.full(segment.size, -1, dtype=np.int64)
    sizes = np.diff(segment.starts)[documents]
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    numbers[np.repeat(segment.starts[documents], sizes) + within] = np.repeat(targets, sizes) + within
    return numbers


_MOVED_AT_ONCE = 65_536


def _moved(parts: Sequence[npt.NDArray[Scalar]], numbers: Sequence[IntArray], size: int) -> npt.NDArray[Scalar]:
    """Return the rows of the parts at their new numbers."""
    moved = np.empty((size, *parts[0].shape[1:]), dtype=parts[0].dtype)
    for part, places in zip(parts, numbers, strict=True):
        for start in range(0, len(part), _MOVED_AT_ONCE):
            target = places[start : start + _MOVED_AT_ONCE]
            moved[target[target >= 0]] = part[start : start + _MOVED_AT_ONCE][target >= 0]
    return moved
