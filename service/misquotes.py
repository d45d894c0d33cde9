"""Finds where documents nearly say a quote, also one that leaves words out behind an ellipsis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.alignment import Alignment, Window, align, alignment_cost, candidates, similarity
from service.differences import Comparison, Piece, compare
from service.prepared import Numbers, PreparedDocument, PreparedQuote, Tokens

# Fitted by benchmarks/lookup_threshold.py on SQuAD 2.0 dev: a quote of n tokens is altered, not absent, from a
# similarity of 0.45 + 0.85 / n. Short stretches share function words by chance, hence the second term. Of 2,886
# sentences and clauses absent from the article searched, 2.7% pass (7.2% of those up to 7 tokens, 3.4% up to 12, 1.2%
# of the longer); of as many misquotations 99.7% are found with up to 20% of the words edited, 96% with 30, 94% with 40.
NEARLY: Final = 0.45
NEARLY_SHORT: Final = 0.85
MIN_WORDS: Final = 5
# An ellipsis may leave out this many tokens, about two paragraphs; beyond that the parts are not one quotation.
ELISION_REACH: Final = 300
MAX_PARTS: Final = 12
# Work one lookup may spend on alignment, in cells: about a second. The most promising windows come first.
MAX_CELLS: Final = 150_000_000
_MIN_ANCHOR_WORDS: Final = 3
_MAX_ANCHORS: Final = 3
_ELLIPSIS: Final = re.compile(r"\.{3,}")

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Misquote:
    """Where one document comes nearest to a quote, and how."""

    prepared: PreparedDocument
    comparison: Comparison


@dataclass(frozen=True, slots=True, eq=False)
class _Try:
    """A window worth aligning: part `anchor` of the quote is looked for there first, the other parts around it."""

    prepared: PreparedDocument
    parts: tuple[Range, ...]
    anchor: int
    window: Window
    promise: float

    @property
    def cost(self) -> int:
        """The work of aligning the anchor, and every other part within its reach."""
        reach = Window(0, ELISION_REACH, 0)
        return sum(
            alignment_cost(stop - first, self.window if at == self.anchor else reach)
            for at, (first, stop) in enumerate(self.parts)
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """Where the parts of a quote were found; `nearness` does not count what the ellipses left out."""

    prepared: PreparedDocument
    pieces: tuple[Piece, ...]
    nearness: float

    @property
    def rank(self) -> tuple[float, int, int]:
        """Nearest first, then the least left out, then the earliest."""
        first, stop = self.pieces[0].first, self.pieces[-1].stop
        return -self.nearness, stop - first, first


def nearly(similarity: float, length: int) -> bool:
    """Whether a quote of `length` tokens that is so similar to the source was altered rather than made up."""
    return similarity >= round(NEARLY + NEARLY_SHORT / length, 4)


def find_misquotes(quote: PreparedQuote, documents: Sequence[PreparedDocument]) -> list[Misquote]:
    """Return for each document the stretch that nearly says `quote`, the nearest first."""
    if sum(map(_is_word, quote.tokens.words)) < MIN_WORDS:
        return []
    tries = [attempt for prepared in documents for attempt in _tries(quote, prepared)]
    tries.sort(key=lambda attempt: (-attempt.promise, attempt.prepared.document.id, attempt.window.first))
    best: dict[str, _Placed] = {}
    budget = MAX_CELLS
    for attempt in tries:
        found = best.get(attempt.prepared.document.id)
        # The first try is always afforded: no quote within the length limit costs more than a few seconds alone.
        if (budget < MAX_CELLS and attempt.cost > budget) or (found and attempt.promise < found.nearness):
            continue
        budget -= attempt.cost
        placed = _place(quote, attempt)
        if placed is not None and (found is None or placed.rank < found.rank):
            best[attempt.prepared.document.id] = placed
    misquotes = [Misquote(found.prepared, compare(quote, found.prepared, found.pieces)) for found in best.values()]
    return sorted(misquotes, key=lambda misquote: (-misquote.comparison.similarity, misquote.prepared.document.id))


def elided_parts(tokens: Tokens) -> tuple[Range, ...]:
    """Return the stretches of words between ellipses; a bracketed ellipsis counts with its brackets."""
    words = tokens.words
    parts: list[Range] = []
    first = 0
    for at, word in enumerate(words):
        if _ELLIPSIS.fullmatch(word) is None:
            continue
        bracketed = 0 < at < len(words) - 1 and words[at - 1] + words[at + 1] in ("[]", "()")
        parts.append((first, at - bracketed))
        first = at + 1 + bracketed
    parts.append((first, len(words)))
    return tuple((begin, end) for begin, end in parts if any(map(_is_word, words[begin:end])))


def _is_word(token: str) -> bool:
    """Whether a token is a word or a number, not punctuation."""
    return token[0].isalnum()


def _tries(quote: PreparedQuote, prepared: PreparedDocument) -> Iterator[_Try]:
    """Yield the windows of one document that could hold the quote, whole or in parts."""
    numbers = prepared.numbered(quote.tokens.words)
    yield from _windows(numbers, prepared, ((0, len(numbers)),), 0)
    parts = elided_parts(quote.tokens)
    if not 2 <= len(parts) <= MAX_PARTS:
        return
    anchors = sorted(range(len(parts)), key=lambda at: (parts[at][0] - parts[at][1], at))[:_MAX_ANCHORS]
    for anchor in anchors:
        if sum(map(_is_word, quote.tokens.words[slice(*parts[anchor])])) >= _MIN_ANCHOR_WORDS:
            yield from _windows(numbers, prepared, parts, anchor)


def _windows(numbers: Numbers, prepared: PreparedDocument, parts: tuple[Range, ...], anchor: int) -> Iterator[_Try]:
    """Yield the windows that share enough words with part `anchor` for the quote to be nearly there."""
    first, stop = parts[anchor]
    length = sum(end - begin for begin, end in parts)
    for window in candidates(numbers[first:stop], prepared):
        promise = (length - (stop - first) + window.shared) / length
        if nearly(promise, length) and 2 * window.shared >= stop - first:
            yield _Try(prepared, parts, anchor, window, promise)


def _place(quote: PreparedQuote, attempt: _Try) -> _Placed | None:
    """Align the anchor in its window and the other parts nearby, in order; None when they do not say the quote."""
    prepared, parts = attempt.prepared, attempt.parts
    numbers = prepared.numbered(quote.tokens.words)
    found = _part(numbers, prepared, parts[attempt.anchor], (attempt.window.first, attempt.window.stop))
    pieces, edits = [found[0]], found[1]
    for part in reversed(parts[: attempt.anchor]):
        piece, more = _part(numbers, prepared, part, _reach_before(pieces[0].first, part), nearest_end=True)
        pieces.insert(0, piece)
        edits += more
    for part in parts[attempt.anchor + 1 :]:
        piece, more = _part(numbers, prepared, part, _reach_after(pieces[-1].stop, part))
        pieces.append(piece)
        edits += more
    length = sum(end - begin for begin, end in parts)
    nearness = similarity(edits, length, sum(piece.stop - piece.first for piece in pieces))
    if not nearly(nearness, length) or any(piece.first == piece.stop for piece in pieces):
        return None
    return _Placed(prepared, tuple(pieces), nearness)


def _reach_before(limit: int, part: Range) -> Range:
    """Return where a part may stand that comes before token `limit`."""
    return max(0, limit - ELISION_REACH - (part[1] - part[0])), limit


def _reach_after(limit: int, part: Range) -> Range:
    """Return where a part may stand that comes from token `limit` on."""
    return limit, limit + ELISION_REACH + part[1] - part[0]


def _part(
    numbers: Numbers, prepared: PreparedDocument, part: Range, within: Range, *, nearest_end: bool = False
) -> tuple[Piece, int]:
    """Align one part of the quote; when mostly not there, the piece is empty and all its tokens count as edits."""
    wanted, source = numbers[part[0] : part[1]], prepared.ids[within[0] : within[1]]
    if nearest_end:
        found = align(wanted[::-1], source[::-1])
        found = Alignment(len(source) - found.stop, len(source) - found.first, found.edits)
    else:
        found = align(wanted, source)
    if 2 * found.edits > len(wanted):
        return Piece(part[0], part[1], within[0], within[0]), len(wanted)
    return Piece(part[0], part[1], within[0] + found.first, within[0] + found.stop), found.edits
