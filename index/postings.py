"""Postings: which passages of a segment hold a term and how often, in arrays by term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from index.vocabulary import Vocabulary, build_vocabulary

IntArray = npt.NDArray[np.int64]
Counts = npt.NDArray[np.unsignedinteger]

_CHUNK = 8192
_SHIFT = 32


@dataclass(frozen=True, slots=True)
class Postings:
    """Term t stands in `passages[starts[t]:starts[t+1]]` (ascending), so many times as `counts` says there.

    `lengths` are the numbers of terms of each passage, repeats counted, shape (passages,).
    """

    vocabulary: Vocabulary
    starts: IntArray
    passages: npt.NDArray[np.int32]
    counts: Counts
    lengths: npt.NDArray[np.int32]

    @property
    def size(self) -> int:
        """How many passages there are."""
        return len(self.lengths)

    def frequencies(self) -> IntArray:
        """Return in how many passages each term stands."""
        return np.diff(self.starts)

    def of(self, number: int) -> slice:
        """Return where the postings of a term stand."""
        return slice(int(self.starts[number]), int(self.starts[number + 1]))


@dataclass(frozen=True, slots=True)
class _Counted:
    """The counts of some passages, by passage and then by term."""

    passages: npt.NDArray[np.int32]
    terms: npt.NDArray[np.int32]
    counts: IntArray


def build_postings(corpus: Iterable[Sequence[str]]) -> Postings:
    """Count the terms of each passage."""
    seen: dict[str, int] = {}
    lengths: list[int] = []
    chunks = [_count(chunk, seen, lengths) for chunk in _chunks(corpus)]
    ordered = sorted((term.encode("utf-8", "surrogatepass"), number) for term, number in seen.items())
    place = np.empty(len(ordered), dtype=np.int32)
    place[[number for _, number in ordered]] = np.arange(len(ordered), dtype=np.int32)
    starts, passages, counts = _by_term([_renumbered(chunk, place) for chunk in chunks], len(ordered))
    vocabulary = build_vocabulary(term for term, _ in ordered)
    return Postings(vocabulary, starts, passages, counts, np.array(lengths, dtype=np.int32))


def _chunks(corpus: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    remaining = iter(corpus)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


def _count(chunk: Sequence[Sequence[str]], seen: dict[str, int], lengths: list[int]) -> _Counted:
    """Count one chunk; new terms get the next numbers of `seen`, the passages' lengths go to `lengths`."""
    first = len(lengths)
    sizes = [len(terms) for terms in chunk]
    lengths += sizes
    flat = np.fromiter(
        (seen.setdefault(term, len(seen)) for terms in chunk for term in terms), dtype=np.int64, count=sum(sizes)
    )
    owners = np.repeat(np.arange(first, first + len(chunk), dtype=np.int64), sizes)
    keys, counts = np.unique(owners << _SHIFT | flat, return_counts=True)
    return _Counted((keys >> _SHIFT).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32), counts)


def _renumbered(chunk: _Counted, place: npt.NDArray[np.int32]) -> _Counted:
    terms = place[chunk.terms]
    order = np.argsort(terms, kind="stable")
    return _Counted(chunk.passages[order], terms[order], chunk.counts[order])


def _by_term(chunks: Sequence[_Counted], terms: int) -> tuple[IntArray, npt.NDArray[np.int32], Counts]:
    """Put chunks that are each sorted by term, of ascending passages, behind one another term by term."""
    frequencies = np.zeros(terms, dtype=np.int64)
    highest = 1
    for chunk in chunks:
        frequencies += np.bincount(chunk.terms, minlength=terms)
        highest = max(highest, int(chunk.counts.max(initial=1)))
    starts = np.concatenate([[0], np.cumsum(frequencies)]).astype(np.int64)
    passages = np.empty(int(starts[-1]), dtype=np.int32)
    counts = np.empty(int(starts[-1]), dtype=np.min_scalar_type(highest))
    free = starts[:-1].copy()
    for chunk in chunks:
        held, first, repeats = np.unique(chunk.terms, return_index=True, return_counts=True)
        targets = np.repeat(free[held] - first, repeats) + np.arange(len(chunk.terms))
        passages[targets] = chunk.passages
        counts[targets] = chunk.counts
        free[held] += repeats
    return starts, passages, counts


def merge_postings(parts: Sequence[tuple[Postings, IntArray]], size: int) -> Postings:
    """Join segments into one of `size` passages.

    Each part comes with the new number of each of its passages, -1 for one that is left out. Where the parts keep
    their passages in order, the result is what `build_postings` gives for all of them.
    """
    union = sorted({term for part, _ in parts for term in part.vocabulary.all()})
    place = {term: number for number, term in enumerate(union)}
    maps = [
        np.fromiter((place[term] for term in part.vocabulary.all()), dtype=np.int64, count=len(part.vocabulary))
        for part, _ in parts
    ]
    lengths = np.zeros(size, dtype=np.int32)
    for part, numbers in parts:
        lengths[numbers[numbers >= 0]] = part.lengths[numbers >= 0]
    blocks = [_merge_block(parts, maps, low, high) for low, high in _blocks(parts, maps, len(union))]
    frequencies = np.concatenate([[0], *(block[0] for block in blocks)])[1:].astype(np.int64)
    kept = np.flatnonzero(frequencies)
    starts = np.concatenate([[0], np.cumsum(frequencies[kept])]).astype(np.int64)
    passages = np.concatenate([np.empty(0, np.int32), *(block[1] for block in blocks)])
    highest = max((int(block[2].max(initial=1)) for block in blocks), default=1)
    counts = np.concatenate([np.empty(0, np.uint8), *(block[2] for block in blocks)]).astype(
        np.min_scalar_type(highest)
    )
    return Postings(build_vocabulary(union[number] for number in kept.tolist()), starts, passages, counts, lengths)


_BLOCK = 4_000_000


def _blocks(
    parts: Sequence[tuple[Postings, IntArray]], maps: Sequence[IntArray], terms: int
) -> Iterator[tuple[int, int]]:
    """Yield ranges of the joined terms with about _BLOCK postings each: sorting all at once would take gigabytes."""
    frequencies = np.zeros(terms, dtype=np.int64)
    for (part, _), numbers in zip(parts, maps, strict=True):
        frequencies[numbers] += part.frequencies()
    block_of = np.cumsum(frequencies) // _BLOCK
    edges = [0, *(np.flatnonzero(np.diff(block_of)) + 1).tolist(), terms]
    yield from ((low, high) for low, high in pairwise(edges) if low < high)


def _merge_block(
    parts: Sequence[tuple[Postings, IntArray]], maps: Sequence[IntArray], low: int, high: int
) -> tuple[IntArray, npt.NDArray[np.int32], Counts]:
    """Return the frequencies, passages and counts of the joined terms `low` to `high`."""
    keys, counts = [], []
    for (part, numbers), terms in zip(parts, maps, strict=True):
        first, last = np.searchsorted(terms, [low, high]).tolist()
        held = slice(int(part.starts[first]), int(part.starts[last]))
        owners = np.repeat(terms[first:last], np.diff(part.starts[first : last + 1]))
        moved = numbers[part.passages[held]]
        kept = moved >= 0
        keys.append(owners[kept] << _SHIFT | moved[kept])
        counts.append(part.counts[held][kept])
    joined = np.concatenate(keys)
    order = np.argsort(joined, kind="stable")
    joined = joined[order]
    frequencies = np.bincount((joined >> _SHIFT) - low, minlength=high - low)
    return frequencies, (joined & 0xFFFFFFFF).astype(np.int32), np.concatenate(counts)[order]
