"""The documents as clients see them: list, put in, take out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.documents import Document
from index.errors import NotFound
from index.filtering import Filter
from index.library import Library
from index.messages import shown
from index.naming import is_document_id
from index.rows import DocumentRecord
from service.clock import iso_utc
from service.unread import unread_note

ChangeStatus = Literal["added", "updated", "unchanged", "removed"]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document in the index. Times are ISO 8601 in UTC; for author to address see `index.metadata.Metadata`."""

    document_id: str
    version: str
    title: str
    source: str
    characters: int
    passages: int
    added_at: str
    updated_at: str
    author: str | None
    date: str | None
    language: str | None
    tags: tuple[str, ...]
    address: str | None


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page of the documents, by id; `total` counts all of them, or all that fit."""

    documents: tuple[DocumentInfo, ...]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What became of a document; `note` tells of pages without readable text."""

    document_id: str
    version: str
    status: ChangeStatus
    note: str | None


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The full canonical text of one version; `pages` are the offsets at which its pages start, if it has pages."""

    document_id: str
    version: str
    title: str
    text: str
    pages: tuple[int, ...]


def list_documents(library: Library, *, limit: int, offset: int, within: Filter | None = None) -> DocumentList:
    """Return a page of the documents in the index, or of those that fit `within`."""
    if within is not None:
        records, total = library.store.described.page(within, limit=limit, offset=offset)
    else:
        records, total = library.store.records(limit=limit, offset=offset), library.store.count()
    return DocumentList(tuple(_info(record) for record in records), total, limit, offset)


def find_document(library: Library, document_id: str) -> DocumentRecord:
    """Return the record of a document in the index; raises NotFound, also for what cannot be an id."""
    if not is_document_id(document_id):
        raise NotFound(f"{shown(document_id)} is not the id of a document.", code="document_not_found")
    return library.store.record(document_id)


def describe_document(library: Library, document_id: str) -> DocumentInfo:
    """Return what is known of a document; raises NotFound."""
    return _info(find_document(library, document_id))


def read_document(library: Library, document_id: str, version: str | None = None) -> Document:
    """Return a document's current text, or that of an older version; raises NotFound."""
    return library.document(document_id, version or find_document(library, document_id).version)


def put_document(library: Library, document: Document) -> DocumentChange:
    """Put a document in; it is searchable when this returns.

    Raises DocumentClash, or StoreError naming another process that writes.
    """
    with library.writing(brief=True):
        added = library.add(document)
        if added.status != "unchanged":
            library.refresh()
            library.live.compact_soon()
    note = unread_note(document.unread) if document.unread else None
    return DocumentChange(added.document_id, added.version, added.status, note)


def remove_document(library: Library, document_id: str, *, purge: bool = False) -> DocumentChange:
    """Take a document out; with `purge` its texts too, also when it was taken out before. Raises NotFound.

    The version told is the one that was current, "" if none was.
    """
    if not purge:
        find_document(library, document_id)
    with library.writing(brief=True):
        record = library.store.find_record(document_id) if is_document_id(document_id) else None
        library.remove(document_id, purge=purge)
        library.live.compact_soon()
    return DocumentChange(document_id, record.version if record else "", "removed", None)


def _info(record: DocumentRecord) -> DocumentInfo:
    return DocumentInfo(
        document_id=record.document_id,
        version=record.version,
        title=record.title,
        source=record.source,
        characters=record.characters,
        passages=record.passages,
        added_at=iso_utc(record.added_at),
        updated_at=iso_utc(record.updated_at),
        author=record.metadata.author,
        date=record.metadata.date,
        language=record.metadata.language,
        tags=record.metadata.tags,
        address=record.metadata.address,
    )
