"""The lexical leg: rank-bm25's Okapi scores over the postings of one or more segments."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.postings import IntArray, Postings, build_postings

FloatArray = npt.NDArray[np.float64]

K1 = 1.5
B = 0.75
EPSILON = 0.25


class LexicalIndex:
    """BM25 over segments whose passages are numbered one behind the other; a query touches only its postings.

    The statistics (how many passages, in how many a term stands, their mean length) are those of all passages that
    are not dead, so scores do not depend on how passages are spread over segments. They equal
    `rank_bm25.BM25Okapi.get_scores` but for the order in which its mean idf is summed, some 1e-16 (Trotman et al.
    2014, "Improvements to BM25", Okapi variant with negative idf floored at EPSILON times the mean idf).
    """

    def __init__(self, segments: Sequence[Postings], dead: Sequence[IntArray]) -> None:
        """`dead` are for each segment the ascending numbers, within it, of passages taken out."""
        self._segments = tuple(segments)
        self._dead = tuple(dead)
        self._offsets = [0, *np.cumsum([segment.size for segment in segments]).tolist()]
        self.size = int(self._offsets[-1])
        self._alive = self.size - sum(len(numbers) for numbers in dead)
        self._base = _Frequencies(self._segments, self._dead)
        lengths = sum(
            int(segment.lengths.sum(dtype=np.int64)) - int(segment.lengths[numbers].sum(dtype=np.int64))
            for segment, numbers in zip(segments, dead, strict=True)
        )
        mean_length = lengths / self._alive if lengths else 1.0
        self._norms = [K1 * (1 - B + B * segment.lengths / mean_length) for segment in segments]

    def scores(self, query_terms: Sequence[str]) -> FloatArray:
        """Return every passage's score, shape (size,), 0 for a dead one. Repeated query terms count repeatedly."""
        scores = np.zeros(self.size)
        for term in query_terms:
            self._add(term, scores)
        for offset, numbers in zip(self._offsets, self._dead, strict=False):
            scores[offset + numbers] = 0.0
        return scores

    def _add(self, term: str, scores: FloatArray) -> None:
        frequency = self._base.of(term)
        if not frequency:
            return
        idf = self._idf(frequency)
        encoded = _encoded(term)
        for segment, norms, offset in zip(self._segments, self._norms, self._offsets, strict=False):
            number = segment.vocabulary.find(encoded)
            if number is not None:
                held = segment.of(number)
                passages, counts = segment.passages[held], segment.counts[held].astype(np.float64)
                scores[offset + passages if offset else passages] += idf * (
                    counts * (K1 + 1) / (counts + norms[passages])
                )

    def _idf(self, frequency: int) -> float:
        idf = float(_raw_idf(np.array([frequency]), self._alive)[0])
        return self._floor if idf < 0 else idf

    @cached_property
    def _floor(self) -> float:
        # By frequency and summed exactly: the order of the vocabulary must not show in the last bit.
        held = self._base.histogram()
        frequencies = np.flatnonzero(held)
        idf = _raw_idf(frequencies, self._alive)
        return EPSILON * (math.fsum((idf * held[frequencies]).tolist()) / int(held.sum()))

    def __contains__(self, term: str) -> bool:
        """Whether a passage holds `term`."""
        return self._base.of(term) > 0

    def terms(self) -> Iterator[str]:
        """Yield every term that a passage holds, each once, in the order of its bytes within a segment."""
        return self._base.terms()

    def postings(self, term: str) -> IntArray:
        """Return the ascending numbers of the passages that hold `term`."""
        encoded = _encoded(term)
        found = [np.empty(0, dtype=np.int64)]
        for segment, offset, dead in zip(self._segments, self._offsets, self._dead, strict=False):
            number = segment.vocabulary.find(encoded)
            if number is not None:
                passages = segment.passages[segment.of(number)]
                found.append(offset + (passages[~np.isin(passages, dead)] if len(dead) else passages).astype(np.int64))
        return np.concatenate(found)


class _Frequencies:
    """In how many living passages each term stands, over all segments.

    Terms of the first and largest segment are counted in an array, those only the others have in a dictionary.
    """

    def __init__(self, segments: Sequence[Postings], dead: Sequence[IntArray]) -> None:
        self._first = segments[0] if segments else None
        self._counted = _living(segments[0], dead[0]) if segments else np.empty(0, dtype=np.int64)
        self._others: dict[bytes, int] = {}
        for segment, numbers in zip(segments[1:], dead[1:], strict=True):
            self._count(segment, _living(segment, numbers))

    def _count(self, segment: Postings, frequencies: IntArray) -> None:
        assert self._first is not None  # noqa: S101 - only called for further segments
        for term, frequency in zip(segment.vocabulary.all(), frequencies.tolist(), strict=True):
            number = self._first.vocabulary.find(term)
            if number is not None:
                self._counted[number] += frequency
            elif frequency:
                self._others[term] = self._others.get(term, 0) + frequency

    def of(self, term: str) -> int:
        encoded = _encoded(term)
        number = None if self._first is None else self._first.vocabulary.find(encoded)
        return self._others.get(encoded, 0) if number is None else int(self._counted[number])

    def histogram(self) -> IntArray:
        """Return how many terms stand in n passages, for n from 0; terms in none are left out."""
        both = np.concatenate([self._counted, np.fromiter(self._others.values(), np.int64, len(self._others))])
        held = np.bincount(both)
        held[:1] = 0
        return held

    def terms(self) -> Iterator[str]:
        if self._first is not None:
            for term, frequency in zip(self._first.vocabulary.all(), self._counted.tolist(), strict=True):
                if frequency:
                    yield term.decode()
        yield from (term.decode() for term in self._others)


def _living(segment: Postings, dead: IntArray) -> IntArray:
    """Return in how many living passages each term of a segment stands; a fresh array."""
    frequencies = segment.frequencies()
    if len(dead):
        is_dead = np.zeros(segment.size, dtype=bool)
        is_dead[dead] = True
        places = np.flatnonzero(is_dead[segment.passages])
        owners = np.searchsorted(segment.starts, places, side="right") - 1
        frequencies = frequencies - np.bincount(owners, minlength=len(frequencies))
    return frequencies


def _raw_idf(frequencies: IntArray, size: int) -> FloatArray:
    idf: FloatArray = np.log(size - frequencies + 0.5) - np.log(frequencies + 0.5)
    return idf


def _encoded(term: str) -> bytes:
    # Half a surrogate pair can stand in a question; it is then a term that nothing holds.
    return term.encode("utf-8", "surrogatepass")


def build_lexical(corpus: Iterable[Sequence[str]]) -> LexicalIndex:
    """Return the index of passages given as their terms."""
    return LexicalIndex([build_postings(corpus)], [np.empty(0, dtype=np.int64)])
