"""What reading takes and gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from index.documents import Document, Span
from index.errors import NotFound
from index.library import Library
from index.passages import Passage
from index.retriever import Hit, Leg


@dataclass(frozen=True, slots=True)
class Evidence:
    """A retrieved passage with the document version it is a slice of.

    `score` is that of fused retrieval, `legs` what each leg says, `copies` are passages of other documents that only
    repeat it, each with its document.
    """

    document: Document
    passage: Passage
    score: float
    legs: Mapping[str, Leg]
    copies: tuple[tuple[Document, Passage], ...]


def evidence_for(library: Library, hits: Iterable[Hit]) -> list[Evidence]:
    """Return hits with the document versions they are slices of, without those that were purged meanwhile."""
    found = []
    for hit in hits:
        with suppress(NotFound):
            document = library.document(hit.passage.document_id, hit.passage.version)
            copies = tuple((library.document(copy.document_id, copy.version), copy) for copy in hit.copies)
            found.append(Evidence(document, hit.passage, hit.score, hit.legs, copies))
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """A quote (sentence, row or info-box line) and the words in it that answer.

    `said` is what the quote says: itself, or for a row or info-box line its values with their labels.
    """

    document: Document
    section: tuple[str, ...]
    quote: Span
    answer: Span
    said: str

    @property
    def text(self) -> str:
        """The answer's words, verbatim."""
        return self.document.quote(self.answer)


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer and every place that gives it, best first. `confidence` in [0, 1] is its calibrated chance.

    `text` is what the best place says, word for word; Yes or No for a question that asks for that; several
    places' words where a list stands scattered. `stands` tells whether the model would give the answer if its passage
    were the only one: confidences are shares, and beside a strong answer its rivals look weaker than they are.
    """

    text: str
    readings: tuple[Reading, ...]
    confidence: float
    stands: bool
