"""The documents as clients see them: list, put in, take out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from index.documents import Document
from index.library import Library
from index.rows import DocumentRecord


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document in the index. Times are ISO 8601 in UTC."""

    document_id: str
    version: str
    title: str
    source: str
    characters: int
    passages: int
    added_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page of the documents, by id; `total` counts all of them."""

    documents: tuple[DocumentInfo, ...]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What became of a document."""

    document_id: str
    version: str
    status: Literal["added", "updated", "unchanged", "removed"]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The full canonical text of one version."""

    document_id: str
    version: str
    title: str
    text: str


def list_documents(library: Library, *, limit: int, offset: int) -> DocumentList:
    """Return a page of the documents in the index."""
    records = library.store.records(limit=limit, offset=offset)
    return DocumentList(tuple(_info(record) for record in records), library.store.count(), limit, offset)


def describe_document(library: Library, document_id: str) -> DocumentInfo:
    """Return what is known of a document; raises NotFound."""
    return _info(library.store.record(document_id))


def read_document(library: Library, document_id: str, version: str | None = None) -> Document:
    """Return a document's current text, or that of an older version; raises NotFound."""
    return library.document(document_id, version or library.store.record(document_id).version)


def put_document(library: Library, document: Document) -> DocumentChange:
    """Put a document in; it is searchable when this returns. Raises DocumentClash."""
    added = library.add(document)
    if added.status != "unchanged":
        library.refresh()
    return DocumentChange(added.document_id, added.version, added.status)


def remove_document(library: Library, document_id: str, *, purge: bool = False) -> DocumentChange:
    """Take a document out; raises NotFound."""
    version = library.store.record(document_id).version
    library.remove(document_id, purge=purge)
    return DocumentChange(document_id, version, "removed")


def _info(record: DocumentRecord) -> DocumentInfo:
    return DocumentInfo(
        document_id=record.document_id,
        version=record.version,
        title=record.title,
        source=record.source,
        characters=record.characters,
        passages=record.passages,
        added_at=_time(record.added_at),
        updated_at=_time(record.updated_at),
    )


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
