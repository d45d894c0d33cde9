"""Passages: the slices of a document that are embedded, indexed and ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.documents import Span

PassageKind = Literal["paragraph", "list_item", "field", "table_row"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A labelled value: a table cell under its column heading, or one value of an info-box line."""

    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous slice of one document version.

    `units` are the quotable stretches it touches (sentences, or the whole row or info-box line; a unit may be
    longer than the passage when a long line was cut). `cells` are filled for rows and fields. `index_text` is what
    is embedded: section and column headings stand in it. What is quoted never comes from it.
    """

    document_id: str
    version: str
    span: Span
    kind: PassageKind
    section: tuple[str, ...]
    units: tuple[Span, ...]
    cells: tuple[Cell, ...]
    index_text: str


def lexical_text(title: str, index_text: str) -> str:
    """Return what the lexical leg counts: the document's title too, which would only blur a passage's vector."""
    return f"{title} {index_text}"
