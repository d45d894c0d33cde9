"""The stretch of a document that a quote comes closest to, word by word, at a cost that does not grow with its length.

Rare shared words vote for the places where the quote could stand (`candidates`); within one such window the best
stretch is exact (`align`): the fewest words replaced, left out or put in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.prepared import Numbers, PreparedDocument

MAX_VOTES: Final = 200_000
WINDOWS_PER_DOCUMENT: Final = 4
_NARROWEST_BUCKET: Final = 8


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens `first` to `stop` of a document, where at most `shared` tokens of the quote can be found."""

    first: int
    stop: int
    shared: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """Tokens `first` to `stop` of a document, reached from the quote by `edits` of single tokens."""

    first: int
    stop: int
    edits: int


def similarity(edits: int, quote_length: int, source_length: int) -> float:
    """Return 1 for the same words, 0 for none in common."""
    return round(1 - edits / max(quote_length, source_length, 1), 4)


def candidates(quote: Numbers, prepared: PreparedDocument) -> list[Window]:
    """Return the few windows of the document that share most of the quote's telling words, most promising first."""
    diagonals, weights = _votes(quote, prepared)
    if len(diagonals) == 0:
        return []
    width = max(_NARROWEST_BUCKET, len(quote) // 4)
    buckets = (diagonals + len(quote)) // width
    heights = np.bincount(buckets, weights=weights)
    heights[:-1] += heights[1:].copy()
    windows: list[Window] = []
    for _ in range(WINDOWS_PER_DOCUMENT):
        best = int(np.argmax(heights))
        if heights[best] <= 0:
            break
        first = best * width - len(quote)
        windows.append(_window(quote, prepared, first - width, first + 3 * width + len(quote)))
        heights[max(0, best - 1) : best + 2] = 0
    return sorted(windows, key=lambda window: (-window.shared, window.first))


def align(quote: Numbers, source: Numbers) -> Alignment:
    """Return the stretch of `source` with the fewest edits to `quote`: the earliest, of a length like the quote's."""
    costs = _last_row(quote, source, anchored=False)
    stop = int(np.argmin(costs))
    edits = int(costs[stop])
    while stop + 1 < len(costs) and costs[stop + 1] == edits:
        stop += 1
    # Backwards from the end, a stretch longer than the quote and its edits together cannot be the best one.
    reach = source[max(0, stop - len(quote) - edits) : stop]
    backwards = _last_row(quote[::-1], reach[::-1], anchored=True)
    lengths = np.flatnonzero(backwards == edits)
    length = int(lengths[np.argmin(np.abs(lengths - len(quote)))])
    return Alignment(stop - length, stop, edits)


def _votes(quote: Numbers, prepared: PreparedDocument) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for shared words, rarest first and within a fixed number of votes, where the quote would have to begin."""
    known = np.flatnonzero(quote >= 0)
    counts = prepared.first_place[quote[known] + 1] - prepared.first_place[quote[known]]
    order = np.argsort(counts, kind="stable")
    known, counts = known[order], counts[order].astype(np.int64)
    affordable = max(1, int(np.searchsorted(np.cumsum(counts), MAX_VOTES, side="right")))
    diagonals: list[NDArray[np.int64]] = []
    weights: list[NDArray[np.float64]] = []
    for position, count in zip(known[:affordable].tolist(), counts[:affordable].tolist(), strict=True):
        begin = prepared.first_place[quote[position]]
        places = prepared.places[begin : begin + count : 1 + count // MAX_VOTES].astype(np.int64)
        diagonals.append(places - position)
        weights.append(np.full(len(places), np.log1p(len(prepared.ids) / count)))
    if not diagonals:
        return np.empty(0, dtype=np.int64), np.empty(0)
    return np.concatenate(diagonals), np.concatenate(weights)


def _window(quote: Numbers, prepared: PreparedDocument, first: int, stop: int) -> Window:
    """Clip the window to the document and count the quote's tokens that occur in it."""
    first, stop = max(0, first), min(len(prepared.ids), stop)
    inside = prepared.ids[first:stop]
    return Window(first, stop, int(np.isin(quote, inside).sum()))


def _last_row(quote: Numbers, source: Numbers, *, anchored: bool) -> Numbers:
    """Return for every end in `source` the fewest edits from the whole quote; unless anchored, any start is free."""
    columns = np.arange(len(source) + 1, dtype=np.int32)
    row = columns.copy() if anchored else np.zeros_like(columns)
    for word in quote:
        following = row + 1
        np.minimum(following[1:], row[:-1] + (source != word), out=following[1:])
        # Leaving out source words costs one each, so the running minimum of cost less column carries it rightwards.
        row = np.minimum.accumulate(following - columns) + columns
    return row.astype(np.int32)
