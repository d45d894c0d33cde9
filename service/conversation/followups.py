"""Turns a message of a conversation into a question that stands alone, or into the readings it could have."""

from __future__ import annotations

from collections.abc import Sequence

from service.conversation.exchange import Exchange, Understood
from service.conversation.followup.reading import Reader
from service.pipeline import Pipeline


class FollowUps:
    """Understands follow-up questions without a language model. Thread-safe and deterministic."""

    def __init__(self, pipeline: Pipeline) -> None:
        """Read names as the documents of `pipeline` write them."""
        self._reader = Reader()
        self._pipeline = pipeline

    def understand(self, message: str, history: Sequence[Exchange]) -> Understood:
        """Return how a message reads alone; `history` holds the exchanges before it, oldest first."""
        return self._reader.read(message, history)
