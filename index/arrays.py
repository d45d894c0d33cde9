"""The arrays of one snapshot: segments searched as one, with what was taken out of them since they were made."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index.dense import DenseIndex
from index.lexical import FloatArray, LexicalIndex
from index.postings import IntArray
from index.segment import NONE_DEAD, Dead, Segment


@dataclass(frozen=True, slots=True)
class Arrays:
    """Both legs over the same passages, at one generation of the store.

    A passage's number is its place in `passage_ids`, the segments one behind the other. `owners` gives each passage's
    place in `document_ids`; `order` ranks the numbers by address, whatever segment they are in. Of a document in
    several segments only the last is alive; `dead` are for each segment its numbers that are not, ascending.
    """

    generation: int
    segments: tuple[Segment, ...]
    dead: tuple[Dead, ...]
    passage_ids: IntArray
    owners: IntArray
    document_ids: tuple[str, ...]
    order: FloatArray
    lexical: LexicalIndex
    dense: DenseIndex

    @property
    def alive(self) -> int:
        """How many passages can be found."""
        return len(self.passage_ids) - sum(len(numbers) for numbers in self.dead)

    def of_documents(self, documents: Collection[str]) -> IntArray:
        """Return the ascending numbers of the passages of some documents, also of those taken out."""
        found = [NONE_DEAD]
        offset = 0
        for segment in self.segments:
            found.append(offset + numbers_of(segment, documents))
            offset += segment.size
        return np.concatenate(found)


def join(generation: int, segments: Sequence[Segment], dead: Sequence[Dead]) -> Arrays:
    """Return the snapshot of some segments, the largest first."""
    places = np.cumsum([0, *(len(segment.document_ids) for segment in segments)]).tolist()
    return Arrays(
        generation=generation,
        segments=tuple(segments),
        dead=tuple(dead),
        passage_ids=np.concatenate([NONE_DEAD, *(segment.passage_ids for segment in segments)]),
        owners=np.concatenate(
            [
                NONE_DEAD,
                *(
                    np.repeat(np.arange(len(segment.document_ids)) + first, np.diff(segment.starts))
                    for segment, first in zip(segments, places, strict=False)
                ),
            ]
        ),
        document_ids=tuple(name for segment in segments for name in segment.document_ids),
        order=_order(segments),
        lexical=LexicalIndex([segment.postings for segment in segments], dead),
        dense=DenseIndex([segment.dense for segment in segments], dead),
    )


def numbers_of(segment: Segment, documents: Iterable[str]) -> IntArray:
    """Return the ascending numbers, within the segment, of the passages of some documents."""
    places = sorted(place for place in (_place(segment, name) for name in set(documents)) if place is not None)
    sizes = np.diff(segment.starts)[places]
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    numbers: IntArray = np.repeat(segment.starts[places], sizes) + within
    return numbers.astype(np.int64)


def _place(segment: Segment, document_id: str) -> int | None:
    place = bisect_left(segment.document_ids, document_id)
    return place if segment.document_ids[place : place + 1] == (document_id,) else None


def _order(segments: Sequence[Segment]) -> FloatArray:
    """Rank all numbers by address: those of the first segment as they are, the others' between them."""
    if not segments:
        return np.empty(0)
    first, others = segments[0], segments[1:]
    parts = [np.arange(first.size, dtype=np.float64)]
    count = sum(segment.size for segment in others)
    documents = sorted(
        (name, number, place)
        for number, segment in enumerate(others)
        for place, name in enumerate(segment.document_ids)
    )
    ranks = [np.empty(segment.size) for segment in others]
    passed = 0
    for name, number, place in documents:
        segment = others[number]
        start, end = segment.starts[place : place + 2].tolist()
        # Just before the first document that follows by id.
        behind = int(first.starts[bisect_left(first.document_ids, name)]) - 1
        within = np.arange(passed + 1, passed + 1 + end - start)
        ranks[number][start:end] = behind + within / (count + 1)
        passed += end - start
    return np.concatenate([*parts, *ranks])
