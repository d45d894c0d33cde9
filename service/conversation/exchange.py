"""What was said before in a conversation, as far as understanding the next message needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what it got.

    `question` is how the message was understood, standing alone; `answer` holds the answer's words, None when it was
    declined; `evidence` the texts of its quotes, best first.
    """

    question: str
    answer: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """How a message reads without what was said before it.

    `standalone_question` is the message itself, character for character, where it stands alone. `candidates` holds the
    readings to choose from, at least two, where the message could mean several things; then `standalone_question` is
    the message. `topic` holds words of the last questions to put beside the question where the documents do not answer
    it as it reads; None for a message that leans on nothing.
    """

    message: str
    standalone_question: str
    candidates: tuple[str, ...]
    topic: str | None


@dataclass(frozen=True, slots=True)
class InContext:
    """A message was asked once more, with these words of what was talked about beside it, and is answered so."""

    context: str
