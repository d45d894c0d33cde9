"""Puts every gold turn to the product twice: in its conversation, and alone as a careful person would ask it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from eval.conversation_scoring import Reply, TurnResult, score_turn
from eval.conversationset import GoldConversation, GoldTurn
from index.errors import CitecheckError, InputError
from service.answers import Answer
from service.conversation.exchange import Exchange, Understood


class Asking(Protocol):
    """What answers questions that stand alone: service.pipeline.Pipeline, or a scripted stand-in."""

    def ask(self, question: str) -> Answer:
        """Answer or decline."""


class Understanding(Protocol):
    """What reads messages: service.conversation.followups.FollowUps, or a scripted stand-in."""

    def understand(self, message: str, history: Sequence[Exchange]) -> Understood:
        """Tell what a message means after what was said, oldest first."""


def converse(
    asking: Asking,
    understanding: Understanding,
    gold: Sequence[GoldConversation],
    on_turn: Callable[[TurnResult], None] | None = None,
) -> list[TurnResult]:
    """Hold every conversation; raises InputError when there is none.

    A turn leans on what the product made of the turns before it, right or wrong. One on which the product fails is
    kept as an error and scores as wrong.
    """
    if not gold:
        raise InputError("There are no gold conversations to hold; choose another split or file.", code="no_gold")
    results = []
    for conversation in gold:
        for result in _Held(asking, understanding, conversation).turns():
            results.append(result)
            if on_turn is not None:
                on_turn(result)
    return results


class _Held:
    """One conversation while it is held."""

    def __init__(self, asking: Asking, understanding: Understanding, conversation: GoldConversation) -> None:
        self._asking = asking
        self._understanding = understanding
        self._conversation = conversation
        self._history: list[Exchange] = []

    def turns(self) -> list[TurnResult]:
        results = []
        for number, turn in enumerate(self._conversation.turns, start=1):
            understood, reply = self._say(turn.message)
            results.append(
                score_turn(self._conversation, number, understood, reply, self._alone(turn, understood, reply))
            )
        return results

    def _alone(self, turn: GoldTurn, understood: Understood, reply: Reply) -> Reply:
        # An ambiguous message means nothing alone; and the product is deterministic, so nothing is asked twice.
        asked = reply.status not in ("asked_back", "error") and understood.standalone_question == turn.standalone
        return reply if turn.candidates or asked else self._ask(turn.standalone)

    def _say(self, message: str) -> tuple[Understood, Reply]:
        try:
            understood = self._understanding.understand(message, tuple(self._history))
        except CitecheckError:
            understood, reply = Understood(message, message, ()), Reply("error", None, ())
        else:
            reply = (
                Reply("asked_back", None, ()) if understood.candidates else self._ask(understood.standalone_question)
            )
        quotes = tuple(citation.text for citation in reply.citations)
        self._history.append(Exchange(understood.standalone_question, reply.answer, quotes))
        return understood, reply

    def _ask(self, question: str) -> Reply:
        try:
            answer = self._asking.ask(question)
        except CitecheckError:
            return Reply("error", None, ())
        return Reply(answer.status, answer.answer, answer.citations)
