"""One stateless reply, step by step: what was said before is understood, the question answered, the tokens counted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.conversation.chat import Chat, Scope
from service.openai.completions import usage_of
from service.openai.content import Content, Outcome, Piece
from service.openai.replayed import earlier_exchanges, history_of, question_of
from service.openai.requests import ChatCompletionRequest


@dataclass(frozen=True, slots=True)
class Ending:
    """What there is to say when the text is complete."""

    outcome: Outcome
    usage: dict[str, Any]


class Reply:
    """A request that was found in order, ready to be answered.

    `waits` tells whether the next step may wait for the language model; `stopped`, once set, ends that.
    """

    def __init__(self, chat: Chat, body: ChatCompletionRequest, base_url: str) -> None:
        """Look at the question, not at the documents; raises InputError or NotFound where it cannot be answered."""
        options = body.options
        self._chat = chat
        self._messages = body.messages
        self._scope = Scope(options.top_k, options.within, options.min_confidence)
        self._question = chat.pipeline.checked_question(question_of(body.messages))
        chat.pipeline.check_scope(options.top_k, options.within, options.min_confidence)
        self.stopped = threading.Event()
        self.waits = False
        self._content = Content(base_url, footnotes=body.footnotes, worded=chat.writer is not None)

    def steps(self) -> Iterator[tuple[Piece, ...] | Ending]:
        """Yield what each event adds to the text, often nothing, and the ending last."""
        history = history_of(self._chat, earlier_exchanges(self._messages))
        text: list[str] = []
        for event in self._chat.reply(self._question, history, self._scope, self.stopped):
            self.waits = self._chat.waits_after(event)
            pieces = tuple(self._content.pieces(event))
            text += (piece.text for piece in pieces)
            yield pieces
        count_tokens = self._chat.pipeline.library.encoder.count_tokens
        yield Ending(self._content.outcome(), usage_of(self._messages, "".join(text), count_tokens))
