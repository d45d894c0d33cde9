"""Turns and conversations: what was asked, how it was understood, what was answered then."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from service.answers import Answer
from service.conversation.exchange import Exchange
from service.llm.written import Written
from service.quotes import Citation

FeedbackVerdict = Literal["right", "wrong", "evidence_wrong"]
_JSON = TypeAdapter[Any](Any)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thinks of a turn: right, wrong, or the evidence does not bear the answer out."""

    verdict: FeedbackVerdict
    comment: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A turn before it is kept: `written` is the language model's wording, None without one."""

    message: str
    standalone_question: str
    context: str | None
    answer: Answer
    written: Written | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One kept turn; `turn` counts from 1, `created_at` is ISO 8601 in UTC.

    `context` holds words of what was talked about that were put beside the question, since the documents did not
    answer it as it reads; None for most turns.
    """

    conversation_id: str
    turn: int
    message: str
    standalone_question: str
    context: str | None
    answer: Answer
    written: Written | None
    feedback: Feedback | None
    created_at: str


@dataclass(frozen=True, slots=True)
class ConversationInfo:
    """A conversation as a list shows it; `turns` is how many there are, times are ISO 8601 in UTC."""

    conversation_id: str
    title: str
    turns: int
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class ConversationList:
    """One page of the conversations, the last used first; `total` counts all of them."""

    conversations: tuple[ConversationInfo, ...]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with its turns, oldest first."""

    info: ConversationInfo
    turns: tuple[Turn, ...]


def turn_json(turn: Turn) -> dict[str, Any]:
    """Return a turn in the contract's shape: the answer's fields beside the turn's own."""
    own = asdict(turn)
    answer = own.pop("answer")
    found: dict[str, Any] = _JSON.dump_python({**answer, **own}, mode="json")
    return found


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation with its turns as JSON."""
    return {**asdict(conversation.info), "turns": [turn_json(turn) for turn in conversation.turns]}


def exchange_of(turn: Turn) -> Exchange:
    """Return what a later message may lean on."""
    return Exchange(turn.standalone_question, turn.answer.answer, tuple(one.text for one in turn.answer.citations))


def quotes_of(answer: Answer) -> tuple[Citation, ...]:
    """Return every citation an answer carries, rival answers' and nearest passages too, each once."""
    rivals = tuple(citation for rival in answer.alternatives for citation in rival.citations)
    return tuple({citation.id: citation for citation in (*answer.citations, *rivals, *answer.nearest)}.values())
