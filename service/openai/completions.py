"""OpenAI's response objects: completions, chunks, usage, models."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from service.evidence.model import EVIDENCE_FILE
from service.openai.content import Outcome, Piece
from service.openai.requests import MODELS, Message

OWNER = "citecheck"


@dataclass(frozen=True, slots=True)
class Completion:
    """What all objects of one reply share.

    `created` is in Unix seconds; with `counted` the chunks of a stream have a field `usage`, null but in the last.
    """

    id: str
    created: int
    model: str
    counted: bool

    def whole(self, pieces: Sequence[Piece], usage: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """Return the reply in one object."""
        message = {
            "role": "assistant",
            "content": "".join(piece.text for piece in pieces),
            "refusal": None,
            "annotations": [one for piece in pieces for one in piece.annotations],
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._object("chat.completion", [choice]), "usage": usage, OWNER: asdict(outcome)}

    def opening(self) -> dict[str, Any]:
        """Return the first chunk, which says who speaks."""
        return self._chunk({"role": "assistant", "content": "", "refusal": None}, None)

    def piece(self, piece: Piece) -> dict[str, Any]:
        """Return a chunk with some more of the content."""
        annotations = {"annotations": list(piece.annotations)} if piece.annotations else {}
        return self._chunk({"content": piece.text, **annotations}, None)

    def ending(self, outcome: Outcome) -> dict[str, Any]:
        """Return the chunk that ends the choice; it says nothing of the text again."""
        return {**self._chunk({}, "stop"), OWNER: asdict(outcome)}

    def count(self, usage: dict[str, Any]) -> dict[str, Any]:
        """Return the chunk after the choice's end that counts tokens."""
        return {**self._object("chat.completion.chunk", []), "usage": usage}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._object("chat.completion.chunk", [choice]) | ({"usage": None} if self.counted else {})

    def _object(self, name: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": name,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": None,
            "choices": choices,
        }


def new_completion(model: str, *, counted: bool) -> Completion:
    """Begin a reply."""
    return Completion(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), model, counted)


def usage_of(messages: Sequence[Message], content: str, count_tokens: Callable[[str], int]) -> dict[str, Any]:
    """Count the tokens of everything sent, and of the content; by the sentence encoder's tokenizer."""
    prompt = sum(count_tokens(message.text) for message in messages)
    completion = count_tokens(content)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def model_object(model: str) -> dict[str, Any]:
    """Return what is to be said of a model; it is as old as the weights in the package."""
    return {"id": model, "object": "model", "created": _installed(), "owned_by": OWNER}


def model_list() -> dict[str, Any]:
    """Return the models a request may name."""
    return {"object": "list", "data": [model_object(model) for model in MODELS]}


@cache
def _installed() -> int:
    return int(EVIDENCE_FILE.stat().st_mtime)
