"""Chat, read top to bottom: a message understood, answered from the documents, worded if asked for, and kept."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from index.errors import InProgress, InputError, NotFound
from index.filtering import Filter
from service.answers import Answer, Answered, Conflicting, Declined
from service.conversation.exchange import Exchange, InContext, Understood
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

Event = Understood | InContext | Retrieved | Citation | Answer | Sentence | Written


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and how a message is answered; None means the service's own setting."""

    top_k: int | None
    within: Filter | None
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
        self._answering: set[str | None] = set()
        self._lock = threading.Lock()

    def reply(
        self, message: str, history: Sequence[Exchange], scope: Scope, stopped: threading.Event | None = None
    ) -> Iterator[Event]:
        """Answer a message after `history` (oldest first) without keeping anything, event by event.

        How it was understood, what was retrieved, each quote as it is verified, the answer; then, with a language
        model, each sentence its quotes bear out, and Written. Raises InputError for an unusable message before
        the first event, and Stopped where it waits for the language model and `stopped` is set.
        """
        message = self.pipeline.checked_question(message)
        self.pipeline.check_scope(scope.top_k, scope.within, scope.min_confidence)
        return self._replying(message, history[-REACH:], scope, stopped)

    def converse(
        self,
        message: str,
        conversation_id: str | None,
        scope: Scope,
        key: str | None,
        stopped: threading.Event | None = None,
    ) -> Iterator[Opened | Event | Turn]:
        """Answer the next message of a conversation, a new one without an id, and keep the turn: the last event.

        A `key` names the request: its retry gets the turn of the first try. Raises InputError or NotFound before the
        first event, and Stopped as `reply` does.
        """
        message = self.pipeline.checked_question(message)
        self.pipeline.check_scope(scope.top_k, scope.within, scope.min_confidence)
        request = None if key is None else _request_key(key, message, conversation_id, scope)
        earlier = None if request is None else self.store.made_by(request)
        if earlier is not None:
            return self._repeated(earlier)
        if conversation_id is not None:
            self.store.info(conversation_id)
        return self._conversing(message, conversation_id, scope, request, stopped)

    def waits_after(self, event: object) -> bool:
        """Whether the step after this event may wait for the language model."""
        return self.writer is not None and isinstance(event, Answered | Conflicting | Sentence)

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation as it was answered then, every quote checked again; raises NotFound."""
        found = self.store.conversation(conversation_id)
        return replace(found, turns=tuple(turn for turn in found.turns if self._is_held(turn)))

    def close(self) -> None:
        """Release the store."""
        self.store.close()

    def _replying(
        self, message: str, history: Sequence[Exchange], scope: Scope, stopped: threading.Event | None
    ) -> Iterator[Event]:
        def asking(question: str) -> Iterator[Step]:
            return self.pipeline.asking(question, scope.top_k, scope.within, scope.min_confidence)

        understood = self._followups.understand(message, history)
        yield understood
        question = understood.standalone_question
        for event in replies(understood, asking):
            yield event
            if self.writer is not None and isinstance(event, Answered | Conflicting):
                yield from self.writer.write(question, event, stopped)

    def _conversing(
        self,
        message: str,
        conversation_id: str | None,
        scope: Scope,
        request: RequestKey | None,
        stopped: threading.Event | None,
    ) -> Iterator[Opened | Event | Turn]:
        with self._in_hand(request):
            chosen = new_id() if conversation_id is None else conversation_id
            history = [exchange_of(turn) for turn in self.store.turns(chosen, REACH)]
            question, context, answer, written = message, None, None, None
            for event in self._replying(message, history, scope, stopped):
                if isinstance(event, Understood):
                    question = event.standalone_question
                    yield Opened(chosen, event)
                    continue
                if isinstance(event, Answered | Conflicting | Declined):
                    answer = event
                elif isinstance(event, InContext):
                    context = event.context
                elif isinstance(event, Written):
                    written = event
                yield event
            if answer is None:
                raise AssertionError("a message ends with an answer")
            # A document that was purged meanwhile leaves no words behind in a turn.
            self._verify(answer)
            draft = Draft(message, question, context, answer, written)
            yield self.store.append(chosen, draft, request, begins=conversation_id is None)

    @contextmanager
    def _in_hand(self, request: RequestKey | None) -> Iterator[None]:
        """Hold a request's key while it is answered; raises InProgress when another try of it is."""
        key = None if request is None else request.key
        with self._lock:
            if key is not None and key in self._answering:
                raise InProgress("This request is being answered already; wait a moment.", code="request_in_progress")
            self._answering.update({key} - {None})
        try:
            yield
        finally:
            with self._lock:
                self._answering.discard(key)

    def _repeated(self, turn: Turn) -> Iterator[Opened | Event | Turn]:
        """Tell again what a kept turn said."""
        self._verify(turn.answer)
        understood = Understood(turn.message, turn.standalone_question, turn.answer.candidates, None)
        yield Opened(turn.conversation_id, understood)
        if turn.context is not None:
            yield InContext(turn.context)
        yield from turn.answer.citations
        yield turn.answer
        yield turn

    def _is_held(self, turn: Turn) -> bool:
        """Whether every quote of a turn stands in a version that is held; false only while a purge is under way."""
        try:
            self._verify(turn.answer)
        except NotFound:
            return False
        return True

    def _verify(self, answer: Answer) -> None:
        for citation in quotes_of(answer):
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
