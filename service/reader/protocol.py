"""What a reader takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.documents import Document, Span
from index.passages import Passage


@dataclass(frozen=True, slots=True)
class Evidence:
    """A retrieved passage with the document version it is a slice of. `relevance` is the retrieval score."""

    document: Document
    passage: Passage
    relevance: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One possible answer: its words (`answer`) inside the sentence, row or info-box line (`quote`) that holds them.

    `confidence` in [0, 1] is the calibrated chance that the quote answers the question. `highlight` marks the
    words that carry the answer, or is None when the whole quote does.
    """

    document: Document
    section: tuple[str, ...]
    quote: Span
    answer: Span
    highlight: Span | None
    confidence: float


class Reader(Protocol):
    """Finds the words that answer a question in retrieved passages."""

    @property
    def fingerprint(self) -> str:
        """Names the reader and its exact weights."""

    @property
    def threshold(self) -> float:
        """The confidence below which its answers are to be declined, fitted on held-out data."""

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """Return possible answers, most confident first, equal ones in the order of the evidence."""
