"""The arguments of the tools: bounded as over HTTP, unknown ones refused."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from index.errors import InputError
from index.filtering import MAX_TAGS, Filter, narrowed
from service.schemas import DateText, Described, Request

A = TypeVar("A", bound=Request)

MAX_PAGE = 1000


def _unpacked(value: object) -> object:
    """Return the list that some clients send as JSON in a string."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


Unpacked = BeforeValidator(_unpacked)
TopK = Annotated[int | None, Field(ge=1, le=100, strict=True)]


class NarrowedArguments(Request):
    """Which documents are looked in."""

    documents: Annotated[Annotated[list[str], Field(max_length=1000)] | None, Unpacked] = Field(
        default=None,
        description="Ids from list_documents: look only in these documents. Leave out to look in all of them.",
    )
    tags: Annotated[Annotated[list[str], Field(max_length=MAX_TAGS)] | None, Unpacked] = Field(
        default=None, description="Look only in documents that have all these tags; list_documents shows them."
    )
    date_from: DateText | None = Field(
        default=None,
        description="Look only in documents dated this day, month or year (2012-04-06, 2012-04, 2012) or later; "
        "documents without a date are left out.",
    )
    date_to: DateText | None = Field(default=None, description="The same: this day, month or year or earlier.")

    @property
    def within(self) -> Filter | None:
        """The filter, None where nothing narrows; raises InputError for a date or tag that cannot be one."""
        return narrowed(self.documents, self.tags, self.date_from, self.date_to)


class AskArguments(NarrowedArguments):
    """A question in natural language."""

    question: str = Field(
        description="One self-contained question in natural language: say whom and what you mean, no 'he' or 'there'.",
        examples=["When did the rebels take Timbuktu?"],
    )
    top_k: TopK = Field(default=None, description="How many passages are read, up to 16; the default is usually right.")
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Refuse answers below this confidence; leave out for the bar that was fitted on known answers.",
    )


class CheckArguments(NarrowedArguments):
    """A text whose claims are to be found and checked, or claims that stand alone."""

    text: str | None = Field(
        default=None,
        description="A sentence, paragraph or article, up to 100,000 characters; its claims are found for you.",
        examples=["The MNLA declared independence on 6 April 2012."],
    )
    claims: Annotated[list[str] | None, Unpacked] = Field(
        default=None, description="Instead of 'text': up to 200 self-contained claims, each checked as it stands."
    )


class LookupArguments(NarrowedArguments):
    """A quotation to verify."""

    quote: str = Field(
        description="The words as they were quoted, without a source; at least 6 letters, up to 20,000 characters.",
        examples=["The MNLA denied this claim."],
    )


class SearchArguments(NarrowedArguments):
    """A search over passages."""

    query: str = Field(description="Words or a question.", examples=["who held Kidal"])
    top_k: TopK = Field(default=None, description="How many passages come back, 1 to 100.")


class CitationArguments(Request):
    """A citation's address."""

    id: str = Field(
        description="The address that came with a quote.", examples=["c1:003_2ac005a384697a87@0a1b2c3d4e5f:120-180"]
    )


class ListArguments(NarrowedArguments):
    """One page of the documents."""

    limit: int = Field(default=100, ge=1, le=MAX_PAGE, strict=True, description="How many documents to list.")
    offset: int = Field(default=0, ge=0, le=2**31, strict=True, description="How many to pass over first.")


class AddArguments(Described):
    """A document as text."""

    title: str = Field(min_length=1, description="What people call the document; shown with every quote from it.")
    text: str = Field(description="The whole text; Markdown and wiki headings, lists and tables are understood.")


class RemoveArguments(Request):
    """A document's id."""

    id: str = Field(description="The document's id, from list_documents.")


def read_arguments(kind: type[A], given: dict[str, Any]) -> A:
    """Return the arguments; raises InputError naming the first that cannot be used."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        name, known = ".".join(str(part) for part in problem["loc"])[:100], ", ".join(kind.model_fields)
        if problem["type"] == "extra_forbidden":
            message = f"There is no argument {name!r}; the arguments are {known}."
        else:
            message = f"The argument {name!r} cannot be used: {problem['msg'][:200]}."
        raise InputError(message, code="bad_argument") from error
