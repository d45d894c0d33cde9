"""A question with what was talked about beside it: for words that lean on more than one phrase can stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import FUNCTION_WORDS, fold, terms
from service.conversation.exchange import Exchange

# So many of the last questions say what is talked about.
_REACH = 2
_LONGEST = 400
_WORD = re.compile(r"[^\W_](?:[\w'’-]*[^\W_])?")
_ASKED = frozenset({"many", "much", "long", "old", "often", "far", "big", "large", "kind", "sort"})


def widened(question: str, history: Sequence[Exchange]) -> str | None:
    """Return the question with the words of the last questions that it lacks in brackets; None where it lacks none."""
    known = set(terms(question))
    topic: list[str] = []
    for word in _WORD.findall(" ".join(one.question for one in history[-_REACH:])[:_LONGEST]):
        stems = terms(word)
        if fold(word) in FUNCTION_WORDS | _ASKED or not stems or known.issuperset(stems):
            continue
        known.update(stems)
        topic.append(word)
    return f"{question.rstrip(' ?.!')} ({' '.join(topic)})?" if topic else None
