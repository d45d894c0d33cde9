"""Documents as MCP resources: citecheck://documents/ID is the full canonical text."""

from __future__ import annotations

from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    Annotations,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from index.errors import NotFound
from service.catalogue import DocumentInfo, list_documents, read_document
from service.mcp.desk import Desk

_PREFIX = "citecheck://documents/"
_PAGE = 100
_MIME = "text/plain"


async def list_resources(desk: Desk, cursor: str | None) -> ListResourcesResult:
    """Return a page of the documents; the cursor is where the page begins."""
    if cursor is not None and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
        raise MCPError(code=INVALID_PARAMS, message="The cursor is not one of this server; list from the beginning.")
    offset = int(cursor or 0)
    page = await desk.pool.run(list_documents, desk.pipeline.library, limit=_PAGE, offset=offset)
    following = offset + _PAGE
    return ListResourcesResult(
        resources=[_resource(item) for item in page.documents],
        next_cursor=str(following) if following < page.total else None,
    )


def list_templates() -> ListResourceTemplatesResult:
    """Return the one template."""
    template = ResourceTemplate(
        uri_template=f"{_PREFIX}{{document_id}}",
        name="document",
        title="A document",
        description="The full text of a document; a citation's start and end count Unicode code points of it.",
        mime_type=_MIME,
    )
    return ListResourceTemplatesResult(resource_templates=[template])


async def read_resource(desk: Desk, uri: str) -> ReadResourceResult:
    """Return a document's text; raises MCPError for an address that names none."""
    if not uri.startswith(_PREFIX):
        raise MCPError(code=INVALID_PARAMS, message=f"Addresses of documents begin with {_PREFIX}.", data={"uri": uri})
    try:
        document = await desk.pool.run(read_document, desk.pipeline.library, uri.removeprefix(_PREFIX))
    except NotFound as error:
        raise MCPError(code=INVALID_PARAMS, message=error.message, data={"uri": uri}) from error
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, text=document.text, mime_type=_MIME)])


def _resource(item: DocumentInfo) -> Resource:
    return Resource(
        uri=_PREFIX + item.document_id,
        name=item.document_id,
        title=item.title,
        mime_type=_MIME,
        annotations=Annotations(last_modified=item.updated_at),
    )
