"""A passage as the evidence model reads it, and the way back from its words to the document's."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from index.cutting import LABEL_CHARACTERS
from index.documents import Document, Span
from index.packing import clip
from index.passages import Cell, Passage

# Between two values of an info-box line stand a comma, a blank and perhaps list marks.
_BETWEEN_VALUES = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A verbatim stretch of the document inside a rendered text: text[start:start + len(span)] is the span's slice."""

    start: int
    span: Span


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the model is shown. Prose is one piece; a row or info-box line has a piece per value, labels between."""

    header: str
    text: str
    pieces: tuple[Piece, ...]
    prose: bool
    row: bool

    def locate(self, start: int, end: int) -> Span | None:
        """Return the document's words at text[start:end], or None where only labels stand.

        A stretch over several values of a row is cut to the one it covers most, since the document has bars or
        other values in between; over values of an info-box line it is the slice from the first to the last.
        """
        held = [(piece, stretch) for piece in self.pieces if (stretch := _shared(piece, start, end)) is not None]
        if not held:
            return None
        if not self.row and all(_follow(one.span, other.span) for (one, _), (other, _) in pairwise(held)):
            return Span(held[0][1].start, held[-1][1].end)
        return max((stretch for _, stretch in held), key=len)


def render(document: Document, passage: Passage) -> Rendered:
    """Return the passage under its document's title and section headings."""
    parts = (clip(part, LABEL_CHARACTERS) for part in (document.title, *passage.section))
    header = "\n".join(parts) + "\n"
    if not passage.cells:
        return Rendered(header, document.quote(passage.span), (Piece(0, passage.span),), prose=True, row=False)
    text, pieces = "", []
    for number, cell in enumerate(passage.cells):
        text += _before(passage, cell, number)
        pieces.append(Piece(len(text), cell.span))
        text += document.quote(cell.span)
    return Rendered(header, text, tuple(pieces), prose=False, row=passage.kind == "table_row")


def _before(passage: Passage, cell: Cell, number: int) -> str:
    """Return what stands before a value: "Kidal, Held by Ansar Dine" in a row, "Allies: A, B" in an info box."""
    # A label is clipped as in the index: one of a hundred thousand characters must not swamp the model.
    label = clip(cell.label, LABEL_CHARACTERS)
    if passage.kind == "field":
        return f"{label}: " if number == 0 else ", "
    return "" if number == 0 else f", {label} ".replace(",  ", ", ")


def _shared(piece: Piece, start: int, end: int) -> Span | None:
    """Return the part of the document that a stretch of the text has in common with a piece."""
    first, last = max(start, piece.start), min(end, piece.start + len(piece.span))
    offset = piece.span.start - piece.start
    return Span(first + offset, last + offset) if first < last else None


def _follow(one: Span, other: Span) -> bool:
    return 0 <= other.start - one.end <= _BETWEEN_VALUES
