"""Put documents in, list them, read them, take them out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from index.documents import Document
from index.errors import DocumentError, InputError
from index.filtering import MAX_TAGS, narrowed
from index.loading import load_bytes, load_text
from index.messages import shown
from index.metadata import METADATA_NAMES, Description, split_tags
from index.sidecars import describe
from service import catalogue
from service.catalogue import DocumentChange, DocumentInfo, DocumentList, DocumentText
from service.outline import DocumentOutline, outline
from service.routes.state import ChatDep, PipelineDep, State, StateDep
from service.schemas import TextDocument

router = APIRouter(prefix="/v1/documents", tags=["documents"])

MAX_PAGE = 1000
_FORM_FIELDS = ("title", *METADATA_NAMES)
_MAX_FIELDS = len(_FORM_FIELDS) + MAX_TAGS
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        **{name: {"type": "string"} for name in _FORM_FIELDS if name != "tags"},
                        "tags": {"type": "array", "items": {"type": "string"}},
                    },
                }
            },
            "application/json": {"schema": TextDocument.model_json_schema()},
        },
    }
}


@router.get("")
async def list_documents(
    state: StateDep,
    pipeline: PipelineDep,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    tags: Annotated[list[str] | None, Query(max_length=MAX_TAGS, description="Repeated: all of them.")] = None,
    date_from: Annotated[str | None, Query(max_length=40)] = None,
    date_to: Annotated[str | None, Query(max_length=40)] = None,
) -> DocumentList:
    """List the documents in the index, by id, or those with these tags and dates."""
    within = narrowed(None, tags, date_from, date_to)
    return await state.pool.run(catalogue.list_documents, pipeline.library, limit=limit, offset=offset, within=within)


@router.post("", openapi_extra=_BODY)
async def add_document(request: Request, state: StateDep, pipeline: PipelineDep) -> DocumentChange:
    """Add or update a document: a multipart `file`, or JSON with its text. It is searchable when this returns."""
    document = await _read_document(request, state)
    return await state.ingest_pool.run(catalogue.put_document, pipeline.library, document)


@router.get("/{document_id}")
async def get_document(document_id: str, state: StateDep, pipeline: PipelineDep) -> DocumentInfo:
    """Tell what is known of a document."""
    return await state.pool.run(catalogue.describe_document, pipeline.library, document_id)


@router.get("/{document_id}/text")
async def get_text(
    document_id: str, state: StateDep, pipeline: PipelineDep, version: Annotated[str | None, Query()] = None
) -> DocumentText:
    """Return the full canonical text, of the current version or of an older one."""
    document = await state.pool.run(catalogue.read_document, pipeline.library, document_id, version)
    return DocumentText(document.id, document.version, document.title, document.text, document.pages)


@router.get("/{document_id}/outline")
async def get_outline(
    document_id: str, state: StateDep, pipeline: PipelineDep, version: Annotated[str | None, Query()] = None
) -> DocumentOutline:
    """Return the headings and where they stand, of the current version or of an older one."""

    def read() -> DocumentOutline:
        return outline(catalogue.read_document(pipeline.library, document_id, version))

    return await state.pool.run(read)


@router.delete("/{document_id}")
async def remove_document(
    document_id: str, state: StateDep, pipeline: PipelineDep, chat: ChatDep, purge: Annotated[bool, Query()] = False
) -> DocumentChange:
    """Take a document out. Old citations keep resolving (as `gone`) unless `purge` erases its texts too.

    With `purge` the turns of conversations that show its words are erased as well.
    """
    if not purge:
        return await state.ingest_pool.run(catalogue.remove_document, pipeline.library, document_id, purge=False)
    # Before, so that a purge cut off in the middle can be asked for again; and after, for turns made meanwhile.
    await state.ingest_pool.run(chat.store.forget, document_id)
    change = await state.ingest_pool.run(catalogue.remove_document, pipeline.library, document_id, purge=True)
    await state.ingest_pool.run(chat.store.forget, document_id)
    return change


async def _read_document(request: Request, state: State) -> Document:
    max_bytes = state.settings.max_document_bytes
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=_MAX_FIELDS) as form:
            return await _uploaded(form, state)
    body = _text_body(await request.body())
    return load_text(
        body.text, document_id=body.id, title=body.title, source="", max_bytes=max_bytes, metadata=body.metadata
    )


async def _uploaded(form: FormData, state: State) -> Document:
    max_bytes = state.settings.max_document_bytes
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise DocumentError("The form has no file; send it in a field named 'file'.", code="no_file")
    said = _described(form)
    data = await upload.read(max_bytes + 1)
    # Some formats take seconds to read: the pool keeps the service answering meanwhile.
    return await state.ingest_pool.run(
        load_bytes,
        data,
        name=upload.filename or "",
        max_bytes=max_bytes,
        title=said.title,
        metadata=said.metadata,
    )


def _described(form: FormData) -> Description:
    """Return what the fields beside the file say of it; one that is left empty says nothing.

    Tags come in fields of their own, or in one parted by commas. Raises DocumentError for a field nobody knows.
    """
    said: dict[str, object] = {}
    tags: list[str] = []
    for name, value in form.multi_items():
        if name == "file":
            continue
        if not isinstance(value, str):
            raise InputError(f"The field {shown(name)!r} must be text.", code="bad_field")
        if name == "tags":
            tags += filter(str.strip, split_tags(value))
        elif value.strip():
            said[name] = value
    return describe({**said, "tags": tags}, where="the form", others=())


def _text_body(body: bytes) -> TextDocument:
    try:
        return TextDocument.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
