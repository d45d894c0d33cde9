"""What a language model wrote from the quotes: the sentences that its quotes bear out, and how many they did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Problem = Literal["timeout", "rate_limited", "unreachable", "nonsense", "nothing_entailed"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence without its markers, and the ids of the citations that entail it."""

    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """The sentences that were kept; `text` joins them, each followed by its markers like [1][2].

    A marker counts in the answer's list of quotes, from 1. `dropped` sentences were not borne out by what they cite.
    With a `problem` there are no sentences: the answer stands as it was found in the documents.
    """

    text: str
    sentences: tuple[Sentence, ...]
    dropped: int
    model: str
    problem: Problem | None


class NoReply(Exception):
    """A language model gave nothing to work with; never leaves this package."""

    def __init__(self, problem: Problem) -> None:
        """Keep what went wrong: nothing that the server said, which may hold the key."""
        super().__init__(problem)
        self.problem = problem


class Stopped(Exception):
    """Whoever asked for the words wants them no more; the work ends without a result."""
