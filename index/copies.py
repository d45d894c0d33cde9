"""Copies: the same passage in several documents is ranked once, with all its places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from index.analysis import words
from index.documents import Document, Span
from index.errors import NotFound
from index.passages import Passage
from index.retriever import Hit, Retriever

# So many times as many hits are looked through as are asked for: copies take places that others then fill. While they
# leave too few, so many times more again, up to a limit: a notice can stand under thousands of letters.
_LOOKED_THROUGH = 3
_DEEPER = 8
_DEEPEST = 5_000
# Fewer words are alike by chance: a date, a name, "See below".
FEWEST_WORDS = 5

DocumentOf = Callable[[str, str], Document]
Words = tuple[str, ...]


class DistinctRetriever:
    """A retriever whose hits are all different: one that says the same as a better one is among its copies."""

    def __init__(self, retriever: Retriever, document_of: DocumentOf) -> None:
        """`document_of` gives a document by id and version."""
        self._retriever = retriever
        self._document_of = document_of

    def search(self, query: str, top_k: int, documents: Sequence[str] | None) -> tuple[Hit, ...]:
        """See Retriever."""
        depth = _LOOKED_THROUGH * top_k
        while True:
            hits = self._retriever.search(query, depth, documents)
            found = tuple(islice(distinct(hits, self._document_of), top_k))
            if len(found) == top_k or len(hits) < depth or depth >= _DEEPEST:
                return found
            depth = min(_DEEPER * depth, _DEEPEST)


def distinct(hits: Sequence[Hit], document_of: DocumentOf) -> Iterator[Hit]:
    """Yield the hits without those that say the same as a better one of another document; they become its copies."""
    kept: list[frozenset[Words]] = []
    holding: dict[Words, list[int]] = {}
    copies: dict[int, list[Passage]] = {}
    own: list[Hit] = []
    for hit in hits:
        try:
            document = document_of(hit.passage.document_id, hit.passage.version)
        except NotFound:
            continue  # purged meanwhile
        said = frozenset(key for _, key in sayings(document, hit.passage))
        original = _original(hit, said, kept, holding, own)
        if original is not None:
            copies.setdefault(original, []).append(hit.passage)
            continue
        for key in said:
            holding.setdefault(key, []).append(len(own))
        kept.append(said)
        own.append(hit)
    for number, hit in enumerate(own):
        yield replace(hit, copies=tuple(copies[number])) if number in copies else hit


def _original(
    hit: Hit,
    said: frozenset[Words],
    kept: Sequence[frozenset[Words]],
    holding: Mapping[Words, Sequence[int]],
    own: Sequence[Hit],
) -> int | None:
    """Return the first better hit of another document that says exactly the same."""
    if not said or any(len(key) < FEWEST_WORDS for key in said):
        return None
    for number in holding.get(min(said), ()):
        if said == kept[number] and own[number].passage.document_id != hit.passage.document_id:
            return number
    return None


def sayings(document: Document, passage: Passage) -> Iterator[tuple[Span, Words]]:
    """Yield what can be quoted of a passage with its words, folded: what is alike in them is the same statement.

    A row or an info-box line says its words under its headings, so those count as well; likewise a list item.
    """
    headings = () if passage.kind == "paragraph" else tuple(words(passage.index_text))
    for unit in passage.units:
        yield unit, headings + tuple(words(document.quote(unit)))
