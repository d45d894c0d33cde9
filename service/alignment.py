"""The stretch of a document that a quote comes closest to, word by word, at a cost that does not grow with its length.

Rare shared words vote for the places where the quote could stand (`candidates`); within one such window the best
stretch is exact (`align`): the fewest words replaced, left out or put in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from service.prepared import Numbers, PreparedDocument

MAX_VOTES: Final = 200_000
_MAX_VOTERS: Final = 128
# A window that nearly says the quote holds far more of its rare words than this share.
_MIN_VOTE_SHARE: Final = 0.125
WINDOWS_PER_DOCUMENT: Final = 4
_NARROWEST_BUCKET: Final = 8
_ROW_CELLS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens `first` to `stop` of a document, where at most `shared` tokens of the quote stand in its order."""

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


def alignment_cost(quote_length: int, window: Window) -> int:
    """Return the work of `align` in such a window, in cells; a row costs more to start than its cells."""
    return quote_length * (window.stop - window.first + _ROW_CELLS)


def candidates(quote: Numbers, prepared: PreparedDocument) -> list[Window]:
    """Return the few windows of the document that share most of the quote's telling words, most promising first."""
    voters = _voters(quote, prepared)
    if not voters:
        return []
    diagonals = np.concatenate([places - position for position, places in voters])
    weights = np.concatenate([np.full(len(found), np.log1p(len(prepared.ids) / len(found))) for _, found in voters])
    width = max(_NARROWEST_BUCKET, len(quote) // 4)
    buckets = (diagonals + len(quote)) // width
    heights, votes = (
        _with_next(np.bincount(buckets, weights=weights)),
        _with_next(np.bincount(buckets)),
    )
    heights[votes < _MIN_VOTE_SHARE * len(voters)] = 0
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
    """Return the stretch of `source` with the fewest edits to `quote`; of these, that with the most words in common.

    Of equals the earliest, of a length like the quote's.
    """
    costs = _last_row(quote, source, anchored=False)
    stop = int(np.argmin(costs))
    cost = int(costs[stop])
    edits = -(-cost // (len(quote) + 1))
    while stop + 1 < len(costs) and costs[stop + 1] == cost:
        stop += 1
    # Backwards from the end, a stretch longer than the quote and its edits together cannot be the best one.
    reach = source[max(0, stop - len(quote) - edits) : stop]
    backwards = _last_row(quote[::-1], reach[::-1], anchored=True)
    lengths = np.flatnonzero(backwards == cost)
    length = int(lengths[np.argmin(np.abs(lengths - len(quote)))])
    return Alignment(stop - length, stop, edits)


def _voters(quote: Numbers, prepared: PreparedDocument) -> list[tuple[int, NDArray[np.int64]]]:
    """Return the quote's rarest known tokens, by position, with their places in the document; both bounded."""
    known = np.flatnonzero(quote >= 0)
    counts = prepared.first_place[quote[known] + 1] - prepared.first_place[quote[known]]
    rarest = np.argsort(counts, kind="stable")[:_MAX_VOTERS]
    affordable = max(1, int(np.searchsorted(np.cumsum(counts[rarest], dtype=np.int64), MAX_VOTES, side="right")))
    voters = []
    for at in rarest[:affordable].tolist():
        begin, count = int(prepared.first_place[quote[known[at]]]), int(counts[at])
        places = prepared.places[begin : begin + count : 1 + count // MAX_VOTES]
        voters.append((int(known[at]), places.astype(np.int64)))
    return voters


def _with_next(heights: NDArray[np.number[Any]]) -> NDArray[np.float64]:
    """Add to each bucket the next one: a place may lie on the border of two."""
    joined = heights.astype(np.float64)
    joined[:-1] += joined[1:].copy()
    return joined


def _window(quote: Numbers, prepared: PreparedDocument, first: int, stop: int) -> Window:
    """Clip the window to the document and count the quote's tokens that occur in it, in order."""
    first, stop = max(0, first), min(len(prepared.ids), stop)
    return Window(first, stop, LCSseq.similarity(quote.tolist(), prepared.ids[first:stop].tolist()))


def _last_row(quote: Numbers, source: Numbers, *, anchored: bool) -> NDArray[np.int64]:
    """Return for every end in `source` the least cost from the whole quote; unless anchored, any start is free.

    An edit costs one more than the quote has words, and a word in common earns one: fewer edits always win, and of
    two ways with as many the one that keeps more words, so that a word left out does not show as another replaced.
    """
    edit = len(quote) + 1
    # Half the memory for all but the oddest quotes, and so nearly twice the speed.
    kind = np.int32 if edit * (len(quote) + len(source) + 1) < np.iinfo(np.int32).max else np.int64
    same, other = np.array([-1, edit], dtype=kind)
    columns = np.arange(0, edit * (len(source) + 1), edit, dtype=kind)
    row = columns.copy() if anchored else np.zeros_like(columns)
    for word in quote:
        following = row + other
        np.minimum(following[1:], row[:-1] + np.where(source == word, same, other), out=following[1:])
        # Leaving out source words costs an edit each: the running minimum of cost less column carries it rightwards.
        row = np.minimum.accumulate(following - columns) + columns
    return row.astype(np.int64)
