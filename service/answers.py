"""The possible outcomes of a question: answered with quotes, or declined with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.quotes import Citation

DeclineReason = Literal["nothing_retrieved", "not_in_documents", "ambiguous_question"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A rival answer with its own quotes."""

    answer: str
    confidence: float
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The documents answer: `answer` stands in them word for word, `citations` (at least one) prove it, best first."""

    status: Literal["answered"]
    answer: str
    confidence: float
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...]
    reason: None
    nearest: tuple[Citation, ...]

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError("an answer needs at least one citation")


@dataclass(frozen=True, slots=True)
class Declined:
    """The documents do not say: `reason` tells why, `nearest` holds the closest passages, which are no answer."""

    status: Literal["declined"]
    answer: None
    confidence: float
    citations: tuple[()]
    alternatives: tuple[()]
    reason: DeclineReason
    nearest: tuple[Citation, ...]


Answer = Answered | Declined


def answered(answer: str, confidence: float, citations: tuple[Citation, ...]) -> Answered:
    """Build an answer; raises ValueError without a citation."""
    return Answered("answered", answer, confidence, citations, (), None, ())


def declined(reason: DeclineReason, confidence: float, nearest: tuple[Citation, ...]) -> Declined:
    """Build a refusal. `confidence` is that of the best answer that was not good enough."""
    return Declined("declined", None, confidence, (), (), reason, nearest)
