"""Chat, read top to bottom: a message understood, answered from the documents, worded if asked for, and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from index.errors import InputError
from service.answers import Answer, Answered, Conflicting, Declined
from service.conversation.exchange import Exchange, Understood
from service.conversation.followups import FollowUps
from service.conversation.records import RequestKey, new_id
from service.conversation.replying import replies
from service.conversation.store import ConversationStore
from service.conversation.turns import Conversation, Draft, Turn, exchange_of, quotes_of
from service.llm.writer import Writer, open_writer
from service.llm.written import Sentence, Written
from service.pipeline import Pipeline, Retrieved, Step
from service.quotes import Citation, verify_citation

# So many of the last exchanges may be leant on.
REACH = 8
_LONGEST_KEY = 200

Event = Understood | Retrieved | Citation | Answer | Sentence | Written


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and how a message is answered; None means the service's own setting."""

    top_k: int | None
    documents: Sequence[str] | None
    min_confidence: float | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The first event of a turn: its conversation, and how the message was understood."""

    conversation_id: str
    understood: Understood


class Chat:
    """Conversations over the documents of a pipeline. Thread-safe."""

    def __init__(self, pipeline: Pipeline, store: ConversationStore, writer: Writer | None) -> None:
        """Answer through `pipeline`, keep turns in `store`; `writer` words answers if there is one."""
        self.pipeline = pipeline
        self.store = store
        self.writer = writer
        self._followups = FollowUps(pipeline)

    def reply(self, message: str, history: Sequence[Exchange], scope: Scope) -> Iterator[Event]:
        """Answer a message after `history` (oldest first) without keeping anything, event by event.

        How it was understood, what was retrieved, each quote as it is verified, the answer; then, with a language
        model, each sentence its quotes bear out, and Written. Raises InputError for an unusable message before
        the first event.
        """
        message = self.pipeline.checked_question(message)
        self.pipeline.check_scope(scope.top_k, scope.documents, scope.min_confidence)
        return self._replying(message, history[-REACH:], scope)

    def converse(
        self, message: str, conversation_id: str | None, scope: Scope, key: str | None
    ) -> Iterator[Opened | Event | Turn]:
        """Answer the next message of a conversation, a new one without an id, and keep the turn: the last event.

        A `key` names the request: its retry gets the turn of the first try. Raises InputError or NotFound before the
        first event.
        """
        message = self.pipeline.checked_question(message)
        self.pipeline.check_scope(scope.top_k, scope.documents, scope.min_confidence)
        request = None if key is None else _request_key(key, message, conversation_id, scope)
        earlier = None if request is None else self.store.made_by(request)
        if earlier is not None:
            return self._repeated(earlier)
        if conversation_id is not None:
            self.store.info(conversation_id)
        return self._conversing(message, conversation_id, scope, request)

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation as it was answered then, every quote checked again; raises NotFound."""
        found = self.store.conversation(conversation_id)
        for turn in found.turns:
            self._verify(turn)
        return found

    def close(self) -> None:
        """Release the store."""
        self.store.close()

    def _replying(self, message: str, history: Sequence[Exchange], scope: Scope) -> Iterator[Event]:
        def asking(question: str) -> Iterator[Step]:
            return self.pipeline.asking(question, scope.top_k, scope.documents, scope.min_confidence)

        question = message
        for event in replies(self._followups.understand(message, history), asking):
            yield event
            if isinstance(event, Understood):
                question = event.standalone_question
            elif self.writer is not None and isinstance(event, Answered | Conflicting):
                yield from self.writer.write(question, event)

    def _conversing(
        self, message: str, conversation_id: str | None, scope: Scope, request: RequestKey | None
    ) -> Iterator[Opened | Event | Turn]:
        begins = conversation_id is None
        chosen = new_id() if conversation_id is None else conversation_id
        history = [exchange_of(turn) for turn in self.store.turns(chosen, REACH)]
        question, answer, written = message, None, None
        for event in self._replying(message, history, scope):
            if isinstance(event, Understood):
                question = event.standalone_question
                yield Opened(chosen, event)
                continue
            if isinstance(event, Answered | Conflicting | Declined):
                answer = event
            elif isinstance(event, Written):
                written = event
            yield event
        if answer is None:
            raise AssertionError("a message ends with an answer")
        yield self.store.append(chosen, Draft(message, question, answer, written), request, begins=begins)

    def _repeated(self, turn: Turn) -> Iterator[Opened | Event | Turn]:
        """Tell again what a kept turn said."""
        self._verify(turn)
        yield Opened(
            turn.conversation_id, Understood(turn.message, turn.standalone_question, turn.answer.candidates, None)
        )
        yield from turn.answer.citations
        yield turn.answer
        yield turn

    def _verify(self, turn: Turn) -> None:
        for citation in quotes_of(turn.answer):
            verify_citation(citation, self.pipeline.library.document(citation.document_id, citation.version))


def open_chat(pipeline: Pipeline) -> Chat:
    """Join the usual parts around a pipeline: the conversations of its data folder, a writer if one is set."""
    writer = open_writer(pipeline.settings, pipeline.reader)
    return Chat(pipeline, ConversationStore(pipeline.settings.data), writer)


def _request_key(key: str, message: str, conversation_id: str | None, scope: Scope) -> RequestKey:
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise InputError(
            f"An idempotency key has 1 to {_LONGEST_KEY} printable characters; use a random one, as a UUID.",
            code="bad_idempotency_key",
        )
    asked = json.dumps([message, conversation_id, asdict(scope)], sort_keys=True)
    return RequestKey(key, hashlib.sha256(asked.encode()).hexdigest())
