"""Turns a message of a conversation into a question that stands alone, or into the readings it could have."""

from __future__ import annotations

from collections.abc import Sequence

from service.conversation.exchange import Exchange, Understood
from service.conversation.followup.documents import DocumentNames
from service.conversation.followup.mentions import REACH, names_of
from service.conversation.followup.reading import MAX_MESSAGE, Reader
from service.conversation.followup.slips import Slips
from service.pipeline import Pipeline


class FollowUps:
    """Understands follow-up questions without a language model. Thread-safe and deterministic."""

    def __init__(self, pipeline: Pipeline) -> None:
        """Read names as the documents of `pipeline` write them."""
        self._names = DocumentNames(pipeline.library)
        self._slips = Slips(pipeline.library)
        self._reader = Reader()

    def understand(self, message: str, history: Sequence[Exchange]) -> Understood:
        """Return how a message reads alone; `history` holds the exchanges before it, oldest first.

        A message that stands alone comes back character for character, as does one that leans on something that the
        history does not surely hold, and one of more than MAX_MESSAGE characters.
        """
        if not history or not message.strip() or len(message) > MAX_MESSAGE:
            return Understood(message, message, (), None)
        kept = [self._read(one) for one in history[-REACH:]]
        typed = self._names.cased(self._slips.corrected(message))
        understood = self._reader.read(typed, kept, self._names.kinds_of(names_of(typed, kept)))
        if understood.candidates or understood.standalone_question == typed:
            return Understood(message, message, understood.candidates, understood.topic)
        return Understood(message, understood.standalone_question, (), understood.topic)

    def _read(self, one: Exchange) -> Exchange:
        return Exchange(self._names.cased(one.question[:MAX_MESSAGE]), one.answer, one.evidence)
