"""Sentences: where they begin and end inside a stretch of text."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

import sentencex

from index.documents import Span

_LANGUAGE = "en"
_WINDOW = 4000
_LONG = 400
_DOUBLE_QUOTES = "“”„‟«»「」『』《》〈〉＂"
_SINGLE_QUOTES = "‘‚‛‹›`"
_OPENING = '"“„‟«「『《〈([{‘‚‹'

# One character for one, so offsets stay true. sentencex panics on white space that is not ASCII, stops at blank lines,
# and takes quadratic time over unclosed curly quotes; straight quotes are the ones it pairs in linear time.
_PLAIN = {
    **{code: " " for code in range(sys.maxunicode + 1) if chr(code).isspace()},
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, _SINGLE_QUOTES), "'"),
}
_UNQUOTED = {ord('"'): " "}
_DANGLING = re.compile(r"\s([" + re.escape(_OPENING) + r"]{1,4})\s*$")


def split(text: str, span: Span) -> tuple[Span, ...]:
    """Return the sentences of `span`, trimmed and in order; together they hold every character but white space."""
    cuts = _without_dangling_quotes(text, span, _all_cuts(text, span))
    return tuple(_merged(text, _trimmed(text, cuts, span.start)))


def _all_cuts(text: str, span: Span) -> Iterator[int]:
    """Yield where sentences end, a window at a time so that time stays linear whatever the text holds."""
    start = span.start
    while span.end - start > _WINDOW:
        at = text.rfind(" ", start + _WINDOW // 2, start + _WINDOW)
        cuts = list(_cuts(text, Span(start, start + _WINDOW if at < 0 else at + 1)))
        # The last sentence may go on beyond the window: the next one begins with it, unless it is all there is.
        whole = cuts[:-1] or cuts
        yield from whole
        start = whole[-1]
    yield from _cuts(text, Span(start, span.end))


def _cuts(text: str, window: Span) -> Iterator[int]:
    """Yield where sentences end, the window's own end included."""
    plain = text[window.start : window.end].translate(_PLAIN)
    for sentence in sentencex.get_sentence_boundaries(_LANGUAGE, plain):
        start, end = int(sentence["start_index"]), int(sentence["end_index"])
        if end - start > _LONG and '"' in plain[start:end]:
            # Inside quotation marks sentencex never cuts, and one forgotten mark would join whole paragraphs.
            inner = sentencex.get_sentence_boundaries(_LANGUAGE, plain[start:end].translate(_UNQUOTED))
            yield from (window.start + start + int(part["end_index"]) for part in inner[:-1])
        yield window.start + end


def _without_dangling_quotes(text: str, span: Span, cuts: Iterable[int]) -> Iterator[int]:
    """Move an opening quote or bracket left at the end of a sentence to the sentence it opens."""
    start = span.start
    for cut in cuts:
        dangling = _DANGLING.search(text, max(start, cut - 8), cut)
        moved = dangling.start(1) if dangling and cut < span.end else cut
        if moved > start:
            yield moved
            start = moved


def _trimmed(text: str, cuts: Iterable[int], start: int) -> Iterator[Span]:
    for cut in cuts:
        piece = trim(text, start, cut)
        if piece is not None:
            yield piece
        start = max(start, cut)


def _merged(text: str, pieces: Iterable[Span]) -> Iterator[Span]:
    """Join a piece without a letter or digit to its neighbour: it is an ellipsis or a stray mark, not a sentence."""
    held: Span | None = None
    held_says = False
    for piece in pieces:
        says = _says_something(text, piece)
        if held is None:
            held, held_says = piece, says
        elif says and held_says:
            yield held
            held = piece
        else:
            held, held_says = Span(held.start, piece.end), says or held_says
    if held is not None:
        yield held


def _says_something(text: str, span: Span) -> bool:
    return any(character.isalnum() for character in text[span.start : span.end])


def trim(text: str, start: int, end: int) -> Span | None:
    """Return the span without white space at its ends, or None if nothing is left."""
    stretch = text[start:end]
    inner = stretch.strip()
    if not inner:
        return None
    start += len(stretch) - len(stretch.lstrip())
    return Span(start, start + len(inner))
