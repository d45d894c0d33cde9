"""The topic of a question that names nothing: "Who won?" after "When was the battle of Orvik?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import fold
from service.conversation.followup.mentions import Discourse, Mention
from service.conversation.followup.wording import settled
from service.conversation.followup.words import WH, Word, is_auxiliary
from service.evidence import grammar

_MAX_OPEN_WORDS = 8
# What happens in an event or a place without being said of it: its people, its outcome.
_PARTS = frozenset(
    """
    people soldiers civilians troops men women victims casualties losses deaths dead survivors prisoners rebels fighters
    side sides winner winners outcome result results consequences aftermath cause causes reason reasons damage
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_DOES = frozenset(
    """
    won win lost died die dead killed wounded injured hurt captured responsible involved participated happened survived
    surrendered fought fled displaced arrested missing defeated
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_SMALL = (
    WH | grammar.AUXILIARIES | grammar.ARTICLES | grammar.CONJUNCTIONS - {"if", "when", "while", "because", "although"}
    | frozenset({"many", "much", "there", "were", "was", "what", "exactly", "by", "part", "took"})
)  # fmt: skip


def is_open(words: Sequence[Word]) -> bool:
    """Whether a question only asks for what any event has: "How many people died?", "Who won?"."""
    if not words or len(words) > _MAX_OPEN_WORDS or not (words[0].word in WH | {"and"} or is_auxiliary(words[0])):
        return False
    asked = [word.word for word in words]
    return any(word in _PARTS | _DOES for word in asked) and all(word in _PARTS | _DOES | _SMALL for word in asked)


def with_topic(message: str, discourse: Discourse) -> str:
    """Return an open question with the event or else the place of the last question, or as it is without one."""
    topic = topic_of(discourse)
    if topic is None:
        return message
    body = message.rstrip(" ?.!")
    return f"{body} {_preposition(topic, discourse)} {settled(topic.text)}{message[len(body) :].strip() or '?'}"


def topic_of(discourse: Discourse) -> Mention | None:
    """Return the event, else the place, that the last exchange was about."""
    last = [one for one in discourse.mentions if one.turn == 0 and one.source in ("question", "answer")]
    events = [one for one in last if one.kind == "event"]
    places = [one for one in last if one.kind == "place" and one.name]
    return next(iter([*events, *places]), None)


def _preposition(one: Mention, discourse: Discourse) -> str:
    question = discourse.last.question
    before = re.search(r"(\w+)\s+$", question[: max(0, question.find(one.text))])
    said = fold(before[1]) if before else ""
    return said if said in ("in", "at", "on", "during", "near") else "in"
