"""What separates a quote from the source it comes closest to, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

from service.alignment import similarity
from service.places import at_word_edge
from service.prepared import PreparedDocument, PreparedQuote, Tokens


@dataclass(frozen=True, slots=True)
class Difference:
    """Words replaced, omitted (only the source has them) or inserted (only the quote has them).

    `start` and `end` are document offsets of the source words; for inserted words an empty span where they would stand.
    """

    op: Literal["replaced", "omitted", "inserted"]
    quote: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens `quote_first` to `quote_stop` of a quote, and tokens `first` to `stop` of the source that answer them."""

    quote_first: int
    quote_stop: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How near a quote comes to tokens `first` to `stop` of a document; there is always a difference."""

    first: int
    stop: int
    similarity: float
    differences: tuple[Difference, ...]


def compare(quote: PreparedQuote, prepared: PreparedDocument, pieces: Sequence[Piece]) -> Comparison:
    """List every difference between a quote and the source; what lies between two pieces was left out."""
    pieces = [_whole_words(prepared, piece) for piece in pieces]
    changes: list[Piece] = []
    edits = 0
    for at, piece in enumerate(pieces):
        if at:
            between, left_out = _between(pieces[at - 1], piece)
            edits += left_out
            changes.append(between)
        changed, kept, changed_tokens = _changes(quote, prepared, piece)
        spaced = [pair for stretch in kept for pair in _spacing(quote.tokens, prepared.tokens, stretch)]
        edits += changed_tokens + len(spaced)
        changes += sorted([*changed, *spaced], key=_order)
    first, stop = pieces[0].first, pieces[-1].stop
    if not changes:
        # The folded texts differ and no word does, so the whole is shown: an altered quote never looks untouched.
        edits = 1
        changes.append(Piece(pieces[0].quote_first, pieces[-1].quote_stop, first, stop))
    length = sum(piece.quote_stop - piece.quote_first for piece in pieces)
    differences = tuple(_difference(quote, prepared, change, first) for change in changes)
    return Comparison(first, stop, similarity(edits, length, stop - first), differences)


def source_tokens(
    quote: PreparedQuote, prepared: PreparedDocument, comparison: Comparison, wanted: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the source tokens that answer some of the quote's tokens; None unless at least half are the same."""
    whole = Piece(0, len(quote.tokens), comparison.first, comparison.stop)
    answers: list[int] = []
    same = 0
    for change, equal in _stretches(quote, prepared, whole):
        if change.stop - change.first == change.quote_stop - change.quote_first:
            shift = change.first - change.quote_first
            inside = range(max(wanted[0], change.quote_first), min(wanted[1], change.quote_stop))
            answers += [token + shift for token in inside]
            same += len(inside) if equal else 0
    if not answers or 2 * same < wanted[1] - wanted[0]:
        return None
    return answers[0], answers[-1] + 1


def _between(before: Piece, after: Piece) -> tuple[Piece, int]:
    """Return what an ellipsis stands for, and how many tokens that is: words left out, or nothing at all."""
    if before.stop < after.first:
        return Piece(0, 0, before.stop, after.first), after.first - before.stop
    return Piece(before.quote_stop, after.quote_first, after.first, after.first), 1


def _whole_words(prepared: PreparedDocument, piece: Piece) -> Piece:
    """Widen the source side until it cuts no word, so that the non- before a quoted word is listed as omitted."""
    first, stop, text = piece.first, piece.stop, prepared.document.text
    while first > 0 and not at_word_edge(text, prepared.source_span(first, stop).start):
        first -= 1
    while stop < len(prepared.tokens) and not at_word_edge(text, prepared.source_span(first, stop).end):
        stop += 1
    return Piece(piece.quote_first, piece.quote_stop, first, stop)


def _stretches(quote: PreparedQuote, prepared: PreparedDocument, piece: Piece) -> Iterator[tuple[Piece, bool]]:
    """Yield the piece cut into stretches that agree (True) and that do not."""
    numbers = prepared.numbered(quote.tokens.words[piece.quote_first : piece.quote_stop]).tolist()
    source = prepared.ids[piece.first : piece.stop].tolist()
    for op in Levenshtein.opcodes(source, numbers):
        stretch = Piece(
            piece.quote_first + op.dest_start,
            piece.quote_first + op.dest_end,
            piece.first + op.src_start,
            piece.first + op.src_end,
        )
        yield stretch, op.tag == "equal"


def _changes(quote: PreparedQuote, prepared: PreparedDocument, piece: Piece) -> tuple[list[Piece], list[Piece], int]:
    """Return the stretches that differ, those that agree, and how many single tokens were edited."""
    changes: list[Piece] = []
    kept: list[Piece] = []
    edits = 0
    joined = False
    for stretch, equal in _stretches(quote, prepared, piece):
        if equal:
            kept.append(stretch)
        else:
            edits += max(stretch.stop - stretch.first, stretch.quote_stop - stretch.quote_first)
            previous = changes.pop() if joined else stretch
            changes.append(Piece(previous.quote_first, stretch.quote_stop, previous.first, stretch.stop))
        joined = not equal
    return changes, kept, edits


def _spacing(quote: Tokens, source: Tokens, stretch: Piece) -> Iterator[Piece]:
    """Yield the pairs of agreeing tokens that stand apart in one text and together in the other."""
    for ahead in range(1, stretch.stop - stretch.first):
        ours, theirs = stretch.quote_first + ahead, stretch.first + ahead
        if (quote.starts[ours] > quote.ends[ours - 1]) != (source.starts[theirs] > source.ends[theirs - 1]):
            yield Piece(ours - 1, ours + 1, theirs - 1, theirs + 1)


def _order(change: Piece) -> tuple[int, int]:
    return change.first, change.quote_first


def _difference(quote: PreparedQuote, prepared: PreparedDocument, change: Piece, first: int) -> Difference:
    """Describe one stretch by the words of both sides, as each gives them; the citation begins with token `first`."""
    ours = quote.given(change.quote_first, change.quote_stop)
    if change.first == change.stop:
        at_start = change.first == first
        place = (
            prepared.source_span(first, first + 1).start if at_start else prepared.source_span(first, change.first).end
        )
        return Difference("inserted", ours, "", place, place)
    span = prepared.source_span(change.first, change.stop)
    return Difference("replaced" if ours else "omitted", ours, prepared.document.quote(span), span.start, span.end)
