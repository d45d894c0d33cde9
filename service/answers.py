"""The possible outcomes of a question: answered, answered in conflicting ways, or declined with a reason."""

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
    """The documents answer: `citations` (at least one) prove it, best first.

    `answer` stands in the first word for word; a list that stands scattered is joined by "; ", each member standing in
    its own citation, and a yes-no question gets Yes or No. `read_as` is the question with misspelt words put right.
    """

    status: Literal["answered"]
    answer: str
    confidence: float
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...]
    reason: None
    nearest: tuple[Citation, ...]
    read_as: str | None
    candidates: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError("an answer needs at least one citation")


@dataclass(frozen=True, slots=True)
class Conflicting:
    """The documents give rival answers: `answer` is the best supported, `alternatives` holds every one, that first."""

    status: Literal["conflicting"]
    answer: str
    confidence: float
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...]
    reason: None
    nearest: tuple[Citation, ...]
    read_as: str | None
    candidates: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.alternatives) < 2 or not all(one.citations for one in self.alternatives):
            raise ValueError("conflicting answers need two alternatives with a citation each")


@dataclass(frozen=True, slots=True)
class Declined:
    """The documents do not say: `reason` tells why, `nearest` holds the closest passages, which are no answer.

    `candidates` holds the readings to choose from when the question is ambiguous.
    """

    status: Literal["declined"]
    answer: None
    confidence: float
    citations: tuple[()]
    alternatives: tuple[()]
    reason: DeclineReason
    nearest: tuple[Citation, ...]
    read_as: str | None
    candidates: tuple[str, ...]


Answer = Answered | Conflicting | Declined


def answered(answer: str, confidence: float, citations: tuple[Citation, ...]) -> Answered:
    """Build an answer; raises ValueError without a citation."""
    return Answered("answered", answer, confidence, citations, (), None, (), None, ())


def conflicting(alternatives: tuple[Alternative, ...]) -> Conflicting:
    """Build the outcome for rival answers, the best supported first; raises ValueError for fewer than two."""
    best, *_ = alternatives
    return Conflicting("conflicting", best.answer, best.confidence, best.citations, alternatives, None, (), None, ())


def declined(reason: DeclineReason, confidence: float, nearest: tuple[Citation, ...]) -> Declined:
    """Build a refusal. `confidence` is that of the best answer that was not good enough."""
    return Declined("declined", None, confidence, (), (), reason, nearest, None, ())


def ambiguous(candidates: tuple[str, ...]) -> Declined:
    """Build the refusal that asks back; raises ValueError for fewer than two readings."""
    if len(candidates) < 2:
        raise ValueError("an ambiguous question has at least two readings")
    return Declined("declined", None, 0.0, (), (), "ambiguous_question", (), None, candidates)
