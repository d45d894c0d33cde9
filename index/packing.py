"""Packing: consecutive weights into balanced groups, and text that is too long into pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from index.documents import Span
from index.sentences import trim

_LOOK_BACK = 200
_CHARACTERS_PER_TOKEN = 12

Cost = Callable[[str], int]


def cost_function(count_tokens: Callable[[str], int]) -> Cost:
    """Return the cost of a text: its tokens, or more for one that is much longer than its tokens tell.

    A word of thousands of letters is a single unknown token to some tokenizers.
    """

    def cost(text: str) -> int:
        return max(count_tokens(text), -(-len(text) // _CHARACTERS_PER_TOKEN))

    return cost


def balanced_groups(costs: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """Return ranges of consecutive items: as few as `limit` allows, and as even as that number allows.

    An item beyond the limit stands alone.
    """
    fewest = len(_greedy(costs, limit))
    low, high = min(limit, -(-sum(costs) // max(fewest, 1))), limit
    while low < high:
        middle = (low + high) // 2
        if len(_greedy(costs, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return _greedy(costs, high)


def _greedy(costs: Sequence[int], limit: int) -> list[tuple[int, int]]:
    starts: list[int] = []
    total = 0
    for at, cost in enumerate(costs):
        if not starts or total + cost > limit:
            starts.append(at)
            total = 0
        total += cost
    return list(pairwise([*starts, len(costs)])) if starts else []


def pieces(text: str, span: Span, *, cost: Cost, limit: int) -> Iterator[tuple[Span, int]]:
    """Yield pieces of `span`, in order, none costlier than `limit` if it can be cut any further."""
    fits = len(span) <= limit * _CHARACTERS_PER_TOKEN and cost(text[span.start : span.end]) <= limit
    # Twice as many characters as tokens: small enough that pieces fill passages evenly, big enough to be few.
    windows = [(span.start, span.end)] if fits else _windows(text, span, max(1, limit * 2))
    waiting = [piece for window in windows if (piece := trim(text, *window))]
    waiting.reverse()
    while waiting:
        piece = waiting.pop()
        spent = cost(text[piece.start : piece.end])
        if spent <= limit or len(piece) == 1:
            yield piece, spent
        else:
            waiting += reversed(halves(text, piece))


def halves(text: str, span: Span) -> list[Span]:
    """Return the two parts of `span` cut near its middle, at white space if there is some."""
    middle = _cut(text, span.start, span.start + max(1, len(span) // 2))
    parts = (trim(text, span.start, middle), trim(text, middle, span.end))
    return [part for part in parts if part is not None]


def clip(text: str, characters: int) -> str:
    """Return the beginning of a text, ended at a word, without white space around it."""
    stripped = text.strip()
    if len(stripped) <= characters:
        return stripped
    return stripped[: _cut(stripped, 0, characters)].strip()


def _windows(text: str, span: Span, size: int) -> Iterator[tuple[int, int]]:
    start = span.start
    while span.end - start > size:
        end = _cut(text, start, start + size)
        yield start, end
        start = end
    yield start, span.end


def _cut(text: str, start: int, end: int) -> int:
    """Return the last place after white space up to `end`, or `end` when the second half of the stretch has none."""
    lowest = max(start + (end - start) // 2, end - _LOOK_BACK, start + 1)
    for at in range(end, lowest - 1, -1):
        if text[at - 1].isspace() or (at < len(text) and text[at].isspace()):
            return at
    return end
