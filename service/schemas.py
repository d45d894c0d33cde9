"""The bodies of requests and the few responses that are not domain types; unknown keys are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.filtering import MAX_TAGS, Filter, narrowed
from index.metadata import METADATA_NAMES, Metadata, stated_metadata

DateText = Annotated[str, Field(max_length=40)]
TopK = Annotated[int | None, Field(default=None, ge=1, le=100, strict=True)]


class Request(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(extra="forbid")


class Narrowed(Request):
    """Which documents are looked in: those that fit every field given."""

    documents: list[str] | None = Field(default=None, max_length=1000, description="Only these documents, by id.")
    tags: list[str] | None = Field(
        default=None, max_length=MAX_TAGS, description="Only documents that have all these tags.", examples=[["press"]]
    )
    date_from: DateText | None = Field(
        default=None,
        description="Only documents of this day, month or year (ISO 8601) or later; not those without a date.",
        examples=["2012-04"],
    )
    date_to: DateText | None = Field(
        default=None, description="Only documents of this day, month or year or earlier; not those without a date."
    )

    @property
    def within(self) -> Filter | None:
        """The filter, None where nothing narrows; raises InputError for a date or tag that cannot be one."""
        return narrowed(self.documents, self.tags, self.date_from, self.date_to)


class AskRequest(Narrowed):
    """A question in natural language."""

    question: str = Field(examples=["When did the rebels take Timbuktu?"])
    top_k: TopK = Field(default=None, description="How many passages are read, up to 16.")
    min_confidence: float | None = Field(
        default=None, ge=0, le=1, description="Decline answers below this; absent means the service's own bar."
    )


class SearchRequest(Narrowed):
    """A search over passages."""

    query: str = Field(examples=["who held Kidal"])
    top_k: TopK = Field(default=None, description="How many hits come back.")


class LookupRequest(Narrowed):
    """A quotation to verify."""

    quote: str = Field(examples=["The MNLA denied this claim."])


class CheckRequest(Narrowed):
    """A text whose claims are to be found and checked, or claims that stand alone."""

    text: str | None = Field(default=None, examples=["The MNLA declared independence on 6 April 2012."])
    claims: list[str] | None = Field(default=None, description="Instead of a text: claims, each checked as it stands.")
    stream: bool = Field(default=False, description="Send server-sent events: start, a verdict for each claim, done.")
    format: Literal["json", "markdown", "claimreview"] = Field(
        default="json", description="Markdown for people, claimreview for schema.org's ClaimReview as JSON-LD."
    )


class ChatRequest(Narrowed):
    """The next message of a conversation."""

    message: str = Field(examples=["When did the rebels take Timbuktu?", "And Gao?"])
    conversation_id: str | None = Field(
        default=None, max_length=100, description="The conversation it continues; absent: a new one."
    )
    stream: bool = Field(default=False, description="Send server-sent events, the last of them `done`.")
    top_k: TopK = Field(default=None, description="How many passages are read, up to 16.")
    min_confidence: float | None = Field(
        default=None, ge=0, le=1, description="Decline answers below this; absent means the service's own bar."
    )


class NewConversation(Request):
    """An empty conversation."""

    title: str | None = Field(default=None, max_length=10_000)


class RenameRequest(Request):
    """Another title for a conversation."""

    title: str = Field(max_length=10_000)


class FeedbackRequest(Request):
    """What a person thinks of a turn; evidence_wrong: the quotes do not bear the answer out."""

    conversation_id: str = Field(max_length=100)
    turn: int = Field(ge=1, le=10_000_000)
    verdict: Literal["right", "wrong", "evidence_wrong"]
    comment: str = Field(default="", max_length=2000)


class Described(Request):
    """What is known of a document beside its text."""

    author: str | None = Field(default=None, examples=["A. Reporter"])
    date: str | None = Field(default=None, description="YYYY, YYYY-MM or YYYY-MM-DD.", examples=["2012-04-06"])
    language: str | None = Field(default=None, description="A code as in BCP 47.", examples=["en"])
    tags: list[str] | None = Field(default=None, examples=[["press"]])
    address: str | None = Field(default=None, description="Where it came from; shown, never fetched.")

    @property
    def metadata(self) -> Metadata:
        """What was given, fit to be kept; raises DocumentError for what is not."""
        return stated_metadata(self.model_dump(include=set(METADATA_NAMES)), where="the request")


class TextDocument(Described):
    """A document sent as text."""

    text: str
    id: str | None = Field(
        default=None, description="Letters, digits, '.', '_' and '-'; made from the title if absent."
    )
    title: str | None = None


class Health(BaseModel):
    """Liveness or readiness."""

    status: Literal["ok", "ready", "starting", "failed"]


class ErrorBody(BaseModel):
    """One sentence that says what is wrong and what to do."""

    code: str
    message: str
    details: dict[str, object]


class ErrorResponse(BaseModel):
    """Every error has this shape."""

    error: ErrorBody
