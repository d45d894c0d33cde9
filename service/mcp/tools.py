"""The tools: what a model is told of each, what they take, what they do, how their results read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mcp.types import Tool, ToolAnnotations
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from service import catalogue
from service.answers import Answer
from service.catalogue import DocumentChange, DocumentList
from service.lookup import LookupResult
from service.mcp import descriptions, texts
from service.mcp.arguments import (
    AddArguments,
    AskArguments,
    CheckArguments,
    CitationArguments,
    ListArguments,
    LookupArguments,
    RemoveArguments,
    SearchArguments,
)
from service.mcp.desk import Desk, Progress
from service.resolving import Resolution
from service.schemas import Request
from service.searched import SearchResult
from service.verdicts import CheckResult

A = TypeVar("A", bound=Request)
R = TypeVar("R")

_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_REMOVES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)


class _Untitled(GenerateJsonSchema):
    """Leaves out titles that only say a field's name again: models read these schemas with every request."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic exports no type for it
        """Set none."""
        return False


@dataclass(frozen=True, slots=True)
class CiteTool(Generic[A, R]):
    """One tool: `call` may raise any CitecheckError, whose sentence the model then reads; `text` shows what it gave."""

    name: str
    title: str
    description: str
    annotations: ToolAnnotations
    arguments: type[A]
    result: TypeAdapter[R]
    call: Callable[[Desk, A, Progress], Awaitable[R]]
    text: Callable[[R], str]

    def listed(self) -> Tool:
        """Return the tool as clients list it; the root of an output schema has to be an object."""
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            annotations=self.annotations,
            input_schema=self.arguments.model_json_schema(schema_generator=_Untitled),
            output_schema={
                "type": "object",
                **self.result.json_schema(mode="serialization", schema_generator=_Untitled),
            },
        )


async def _ask(desk: Desk, given: AskArguments, _progress: Progress) -> Answer:
    ask = desk.pipeline.ask
    return await desk.pool.run(ask, given.question, given.top_k, given.within, given.min_confidence)


async def _check(desk: Desk, given: CheckArguments, progress: Progress) -> CheckResult:
    return await desk.check(given, progress)


async def _look_up(desk: Desk, given: LookupArguments, _progress: Progress) -> LookupResult:
    return await desk.pool.run(desk.pipeline.look_up, given.quote, given.within)


async def _search(desk: Desk, given: SearchArguments, _progress: Progress) -> SearchResult:
    return await desk.pool.run(desk.pipeline.search, given.query, given.top_k, given.within)


async def _resolve(desk: Desk, given: CitationArguments, _progress: Progress) -> Resolution:
    return await desk.pool.run(desk.pipeline.resolve, given.id)


async def _list(desk: Desk, given: ListArguments, _progress: Progress) -> DocumentList:
    library = desk.pipeline.library
    return await desk.pool.run(
        catalogue.list_documents, library, limit=given.limit, offset=given.offset, within=given.within
    )


async def _add(desk: Desk, given: AddArguments, _progress: Progress) -> DocumentChange:
    return await desk.add(given)


async def _remove(desk: Desk, given: RemoveArguments, _progress: Progress) -> DocumentChange:
    return await desk.ingest_pool.run(catalogue.remove_document, desk.pipeline.library, given.id)


READING: tuple[CiteTool[Any, Any], ...] = (
    CiteTool(
        name="ask",
        title="Answer a question from the documents",
        description=descriptions.ASK,
        annotations=_READS,
        arguments=AskArguments,
        result=TypeAdapter(Answer),
        call=_ask,
        text=texts.answer_text,
    ),
    CiteTool(
        name="check",
        title="Check claims against the documents",
        description=descriptions.CHECK,
        annotations=_READS,
        arguments=CheckArguments,
        result=TypeAdapter(CheckResult),
        call=_check,
        text=texts.check_text,
    ),
    CiteTool(
        name="lookup",
        title="Verify a quotation",
        description=descriptions.LOOKUP,
        annotations=_READS,
        arguments=LookupArguments,
        result=TypeAdapter(LookupResult),
        call=_look_up,
        text=texts.lookup_text,
    ),
    CiteTool(
        name="search",
        title="Search passages",
        description=descriptions.SEARCH,
        annotations=_READS,
        arguments=SearchArguments,
        result=TypeAdapter(SearchResult),
        call=_search,
        text=texts.search_text,
    ),
    CiteTool(
        name="resolve_citation",
        title="Open a citation",
        description=descriptions.RESOLVE_CITATION,
        annotations=_READS,
        arguments=CitationArguments,
        result=TypeAdapter(Resolution),
        call=_resolve,
        text=texts.resolution_text,
    ),
    CiteTool(
        name="list_documents",
        title="List the documents",
        description=descriptions.LIST_DOCUMENTS,
        annotations=_READS,
        arguments=ListArguments,
        result=TypeAdapter(DocumentList),
        call=_list,
        text=texts.documents_text,
    ),
)

WRITING: tuple[CiteTool[Any, Any], ...] = (
    CiteTool(
        name="add_document",
        title="Add a document",
        description=descriptions.ADD_DOCUMENT,
        annotations=_ADDS,
        arguments=AddArguments,
        result=TypeAdapter(DocumentChange),
        call=_add,
        text=texts.change_text,
    ),
    CiteTool(
        name="remove_document",
        title="Remove a document",
        description=descriptions.REMOVE_DOCUMENT,
        annotations=_REMOVES,
        arguments=RemoveArguments,
        result=TypeAdapter(DocumentChange),
        call=_remove,
        text=texts.change_text,
    ),
)
