"""Puts every gold turn to the product twice: in its conversation, and alone as a careful person would ask it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from eval.anchoring import FindDocument
from eval.conversation_scoring import Reply, TurnResult, score_turn
from eval.conversationset import GoldConversation, GoldTurn
from eval.invariants import FAILED, broken_by_answer
from index.errors import CitecheckError
from service.answers import Answer
from service.conversation.exchange import Exchange, Understood
from service.conversation.replying import last_reply

_FAILED = Reply("error", None, (), (FAILED,))
_ASKED_BACK = Reply("asked_back", None, (), ())


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
    find_document: FindDocument,
    gold: Sequence[GoldConversation],
    on_turn: Callable[[TurnResult], None] | None = None,
    *,
    alone: bool = True,
) -> list[TurnResult]:
    """Hold every conversation; without `alone` no turn is asked alone too, and counts as if it had gone the same.

    A turn leans on what the product made of the turns before it, right or wrong. One on which the product fails is
    kept as an error and scores as wrong. `find_document` gives the documents that quotes are held against.
    """
    results = []
    for conversation in gold:
        for result in _Held(asking, understanding, find_document, conversation, alone=alone).turns():
            results.append(result)
            if on_turn is not None:
                on_turn(result)
    return results


class _Held:
    """One conversation while it is held."""

    def __init__(
        self,
        asking: Asking,
        understanding: Understanding,
        find_document: FindDocument,
        conversation: GoldConversation,
        *,
        alone: bool,
    ) -> None:
        self._asking = asking
        self._understanding = understanding
        self._find_document = find_document
        self._conversation = conversation
        self._asks_alone = alone
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
        return reply if turn.candidates or asked or not self._asks_alone else self._ask(turn.standalone)

    def _say(self, message: str) -> tuple[Understood, Reply]:
        try:
            understood = self._understanding.understand(message, tuple(self._history))
            answer = last_reply(understood, self._asking.ask)
        except CitecheckError:
            understood, reply = Understood(message, message, (), None), _FAILED
        else:
            reply = _ASKED_BACK if understood.candidates else self._reply(answer)
        quotes = tuple(citation.text for citation in reply.citations)
        self._history.append(Exchange(understood.standalone_question, reply.answer, quotes))
        return understood, reply

    def _ask(self, question: str) -> Reply:
        try:
            return self._reply(self._asking.ask(question))
        except CitecheckError:
            return _FAILED

    def _reply(self, answer: Answer) -> Reply:
        violations = broken_by_answer(answer, self._find_document)
        return Reply(answer.status, answer.answer, answer.citations, violations)
