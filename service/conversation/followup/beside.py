"""What was talked about, as far as a question does not say it: for words that lean on more than a phrase can say."""

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


def topic_beside(question: str, history: Sequence[Exchange]) -> str | None:
    """Return the words of the last questions that a question lacks, None where it lacks none."""
    known = set(terms(question))
    topic: list[str] = []
    for word in _WORD.findall(" ".join(one.question for one in history[-_REACH:])[:_LONGEST]):
        stems = terms(word)
        if fold(word) in FUNCTION_WORDS | _ASKED or not stems or not known.isdisjoint(stems):
            continue
        known.update(stems)
        topic.append(word)
    return " ".join(topic) or None
