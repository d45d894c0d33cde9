"""Copies of a quote: each statement is cited once, with every place that repeats it word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.copies import FEWEST_WORDS, Words, sayings
from index.documents import Document, Span
from index.passages import Passage
from service.evidence.reading import Evidence
from service.quotes import Citation, Copy, make_copy

_Place = tuple[str, str, Span]


def gathered(citations: Sequence[Citation], evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Return the citations without those that repeat an earlier one from another document, each with its copies.

    Copies are looked for in the evidence that was retrieved.
    """
    said, places = _sayings(evidence)
    kept: list[Citation] = []
    first: dict[Words, str] = {}
    for citation in citations:
        key = said.get((citation.document_id, citation.version, citation.span), ())
        if len(key) < FEWEST_WORDS:
            kept.append(citation)
        elif first.setdefault(key, citation.document_id) == citation.document_id:
            kept.append(replace(citation, copies=_copies(citation, places[key])))
    return tuple(kept)


def _copies(citation: Citation, places: Sequence[tuple[Document, Span]]) -> tuple[Copy, ...]:
    """Return the first place in each other document, by document id."""
    found: dict[str, Copy] = {}
    for document, span in sorted(places, key=lambda place: (place[0].id, place[1])):
        if document.id != citation.document_id:
            found.setdefault(document.id, make_copy(document, span))
    return tuple(found.values())


def _sayings(
    evidence: Sequence[Evidence],
) -> tuple[dict[_Place, Words], dict[Words, list[tuple[Document, Span]]]]:
    """Return the words of everything quotable, whole passages too, and for those words the places that say them."""
    said: dict[_Place, Words] = {}
    places: dict[Words, list[tuple[Document, Span]]] = {}
    for document, passage in _passages(evidence):
        single = tuple(sayings(document, passage))
        whole = (passage.span, tuple(word for _, key in single for word in key))
        for span, key in (*single, whole):
            if said.setdefault((document.id, document.version, span), key) is key:
                places.setdefault(key, []).append((document, span))
    return said, places


def _passages(evidence: Sequence[Evidence]) -> Iterator[tuple[Document, Passage]]:
    for item in evidence:
        yield item.document, item.passage
        yield from item.copies
