"""Copies: the same passage in several documents is ranked once, with all its places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from index.analysis import words
from index.documents import Document, Span
from index.passages import Passage
from index.retriever import Hit, Retriever

# So many times as many hits are looked through as are asked for: copies take places that others then fill. While they
# leave too few, so many times more again, up to a limit: a notice can stand under thousands of letters.
_LOOKED_THROUGH = 3
_DEEPER = 8
_DEEPEST = 5_000
# Fewer words are alike by chance: a date, a name, "See below".
FEWEST_WORDS = 5
# So many places are told of a passage: the rest of a thousand would tell nobody more.
MOST_COPIES = 20

Words = tuple[str, ...]


class DistinctRetriever:
    """A retriever whose hits are all different: one that says the same as a better one is among its copies."""

    def __init__(self, retriever: Retriever) -> None:
        """Leave out what repeats itself among the hits of `retriever`."""
        self._retriever = retriever

    def search(self, query: str, top_k: int, documents: Sequence[str] | None) -> tuple[Hit, ...]:
        """See Retriever."""
        depth = _LOOKED_THROUGH * top_k
        while True:
            hits = self._retriever.search(query, depth, documents)
            found = tuple(islice(distinct(hits), top_k))
            if len(found) == top_k or len(hits) < depth or depth >= _DEEPEST:
                return found
            depth = min(_DEEPER * depth, _DEEPEST)


def distinct(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield the hits without those that say the same as a better one of another document; they become its copies."""
    first: dict[Words, int] = {}
    own: list[Hit] = []
    copies: dict[int, list[Passage]] = {}
    for hit in hits:
        said = _said(hit.passage)
        original = first.get(said) if len(said) >= FEWEST_WORDS else None
        if original is not None and own[original].passage.document_id != hit.passage.document_id:
            copies.setdefault(original, []).append(hit.passage)
            continue
        first.setdefault(said, len(own))
        own.append(hit)
    for number, hit in enumerate(own):
        yield replace(hit, copies=tuple(copies[number][:MOST_COPIES])) if number in copies else hit


def _said(passage: Passage) -> Words:
    """Return the words of a passage; of a row, an info-box line or a list item with those of its headings."""
    text = passage.index_text
    # What is indexed of a paragraph ends in the paragraph itself.
    return tuple(words(text[-len(passage.span) :] if passage.kind == "paragraph" else text))


def sayings(document: Document, passage: Passage) -> Iterator[tuple[Span, Words]]:
    """Yield what can be quoted of a passage with its words, folded: what is alike in them is the same statement.

    A row or an info-box line says its words under its headings, so those count as well; likewise a list item.
    """
    headings = () if passage.kind == "paragraph" else tuple(words(passage.index_text))
    for unit in passage.units:
        yield unit, headings + tuple(words(document.quote(unit)))
