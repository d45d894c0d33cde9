"""The body of a chat completion as clients of OpenAI's protocol send it, and what of it cannot be honoured."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from index.errors import InputError, NotFound, TooLarge
from service.schemas import Narrowed, TopK

MAX_MESSAGES = 1_000
MAX_MESSAGE_CHARACTERS = 100_000
WITH_FOOTNOTES = "citecheck"
WITHOUT_FOOTNOTES = "citecheck-plain"
MODELS = (WITH_FOOTNOTES, WITHOUT_FOOTNOTES)
_TEXTS = ("text", "input_text", "output_text")


class _Lenient(BaseModel):
    """What clients add of their own (chat ids, reasoning, ratings) is no reason to refuse them."""

    model_config = ConfigDict(extra="ignore")


class Part(_Lenient):
    """A part of a message; only text can be read."""

    type: str
    text: str | None = None
    refusal: str | None = None

    @property
    def words(self) -> str | None:
        """The part's text, None for an image, a sound or a file."""
        if self.type in _TEXTS:
            return self.text or ""
        return self.refusal or "" if self.type == "refusal" else None


class Message(_Lenient):
    """One message; a plain string counts as one part."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: list[Part] = Field(default=[], json_schema_extra={"examples": ["When did the rebels take Timbuktu?"]})
    annotations: Any = None

    @field_validator("content", mode="before")
    @classmethod
    def _parts(cls, content: object) -> object:
        if content is None:
            return []
        if isinstance(content, str):
            return [{"type": "text", "text": content}]
        if not isinstance(content, list):
            raise ValueError("content is a string or a list of parts")  # noqa: TRY004 - Pydantic reports ValueError
        return [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]

    @property
    def text(self) -> str:
        """All its text, parts on lines of their own."""
        return "\n".join(part.words for part in self.content if part.words)


class StreamOptions(_Lenient):
    """How a stream ends."""

    include_usage: bool | None = False


class Options(Narrowed):
    """Our own field of a request; unknown keys are refused, since nobody but our clients sends it."""

    footnotes: bool | None = Field(default=None, description="Overrides what the model's name says.")
    top_k: TopK = Field(default=None, description="How many passages are read, up to 16.")
    min_confidence: float | None = Field(default=None, ge=0, le=1, description="Decline answers below this.")


class ChatCompletionRequest(_Lenient):
    """A chat completion; parameters not named here are accepted and change nothing."""

    model: str = Field(examples=[WITH_FOOTNOTES], description="One of GET /v1/models.")
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    tool_choice: Any = None
    function_call: Any = None
    response_format: Any = None
    modalities: list[str] | None = None
    citecheck: Options | None = None

    @property
    def options(self) -> Options:
        """Our own field, with nothing set when it is absent."""
        return self.citecheck or Options()

    @property
    def footnotes(self) -> bool:
        """Whether quotes stand in the content too."""
        chosen = self.options.footnotes
        return self.model == WITH_FOOTNOTES if chosen is None else chosen

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends with a chunk that counts tokens."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)


def check_model(model: str) -> str:
    """Return the name of a model; raises NotFound for an unknown one."""
    if model not in MODELS:
        message = f"There is no model {model[:80]!r} here; use {' or '.join(MODELS)}."
        raise NotFound(message, code="model_not_found", param="model")
    return model


def check_supported(body: ChatCompletionRequest) -> None:
    """Raise InputError for what would have to be honoured and cannot be, NotFound for an unknown model."""
    check_model(body.model)
    for param, asked, advice in _unsupported(body):
        if asked:
            raise InputError(advice, code="unsupported_value", param=param)
    for place, message in enumerate(body.messages):
        if sum(len(part.words or "") for part in message.content) > MAX_MESSAGE_CHARACTERS:
            raise TooLarge(
                f"The message has more than {MAX_MESSAGE_CHARACTERS} characters; shorten it.",
                code="message_too_long",
                param=f"messages[{place}].content",
            )


def _unsupported(body: ChatCompletionRequest) -> tuple[tuple[str, bool, str], ...]:
    """Return the parameters that promise something we do not do, and what to do instead."""
    calls = "Answers come from the documents and call no tools; set {} to 'auto' or 'none', or leave it out."
    return (
        ("n", body.n not in (None, 1), "Each request gets one answer; set n to 1 or leave it out."),
        ("logprobs", bool(body.logprobs), "There are no token probabilities; leave out logprobs."),
        ("top_logprobs", bool(body.top_logprobs), "There are no token probabilities; leave out top_logprobs."),
        ("tool_choice", body.tool_choice not in (None, "auto", "none"), calls.format("tool_choice")),
        ("function_call", body.function_call not in (None, "auto", "none"), calls.format("function_call")),
        (
            "response_format",
            _format_of(body.response_format) != "text",
            "Answers are text; leave out response_format, and read the quotes from message.annotations.",
        ),
        ("modalities", "audio" in (body.modalities or ()), "Answers are text; leave 'audio' out of modalities."),
    )


def _format_of(response_format: object) -> object:
    if response_format is None:
        return "text"
    return response_format.get("type") if isinstance(response_format, dict) else response_format
