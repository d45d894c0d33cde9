"""From a message and what was said before to its reading, top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

from service.conversation.exchange import Exchange, Understood
from service.conversation.followup.frames import put_in_slot, read_fragment
from service.conversation.followup.leaning import Lean, find_leaning
from service.conversation.followup.mentions import Discourse, Mention, read_history
from service.conversation.followup.phrases import find_phrases
from service.conversation.followup.ranking import Ranked, load_ranker
from service.conversation.followup.wording import Filled, fill
from service.conversation.followup.words import read_clause, read_words

MAX_MESSAGE = 2_000


class Reader:
    """Reads messages against their history."""

    def __init__(self) -> None:
        """Load the fitted numbers."""
        self.ranker = load_ranker()

    def read(self, message: str, history: Sequence[Exchange]) -> Understood:
        """Return how the message reads alone."""
        if not history or len(message) > MAX_MESSAGE:
            return Understood(message, message, ())
        discourse = read_history(history)
        fragment = read_fragment(message, discourse.known)
        if fragment is not None:
            found = put_in_slot(fragment, discourse.last.question, discourse.known)
            if found and (fragment.marked or len(fragment.text.split()) < 4):
                return Understood(message, found[0], ())
        return self._resolve(message, discourse)

    def _resolve(self, message: str, discourse: Discourse) -> Understood:
        words = read_words(message)
        phrases = find_phrases(message, words, discourse.known)
        leans = find_leaning(words, read_clause(words), phrases, discourse.known)
        filled = [one for lean in leans if (one := self._fill(lean, discourse)) is not None]
        return Understood(message, fill(message, filled) if filled else message, ())

    def _fill(self, lean: Lean, discourse: Discourse) -> Filled | None:
        ranked = self.ranker.rank(lean, discourse.mentions, discourse.known)
        if not ranked or ranked[0].chance < self.ranker.sure:
            return None
        return Filled(lean, ranked[0].mention.text)


__all__ = ["Mention", "Ranked", "Reader"]
