"""Rows of the store as our types, and back."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from index.documents import Document, Span
from index.errors import StoreError
from index.files import FileStamp
from index.metadata import Metadata
from index.passages import Cell, Passage


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What is known of a document in the index, without its text. Times are seconds since 1970 in UTC.

    `stamp` is None for a document that did not come from a file here, or whose file was not stamped.
    """

    document_id: str
    version: str
    title: str
    source: str
    path: str
    recipe: str
    characters: int
    passages: int
    added_at: float
    updated_at: float
    metadata: Metadata
    stamp: FileStamp | None


def read_record(row: Row[Any]) -> DocumentRecord:
    """Return the record of a document's row; raises StoreError for one that is damaged."""
    return DocumentRecord(
        row.id,
        row.version,
        row.title,
        row.source,
        row.path,
        row.recipe,
        row.characters,
        row.passages,
        row.added_at,
        row.updated_at,
        Metadata(row.author, row.date, row.language, _read_tags(row), row.address),
        read_stamp(row),
    )


def _read_tags(row: Row[Any]) -> tuple[str, ...]:
    with suppress(ValueError, TypeError, RecursionError):
        tags = json.loads(row.tags)
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
            return tuple(tags)
    raise StoreError(
        f"The tags of the document {row.id!r} are damaged in the database; index it again, or bring back a backup with "
        "`citecheck restore`.",
        code="data_folder_damaged",
    )


def read_stamp(row: Row[Any]) -> FileStamp | None:
    """Return the stamp of the file that a document's row came from."""
    if row.file_sha256 is None:
        return None
    return FileStamp(row.root, row.file_sha256, row.file_size, row.file_modified)


def write_known(metadata: Metadata, stamp: FileStamp | None) -> dict[str, object]:
    """Return the columns of a document that its text does not decide."""
    return {
        "author": metadata.author,
        "date": metadata.date,
        "language": metadata.language,
        "tags": json.dumps(metadata.tags, ensure_ascii=False),
        "address": metadata.address,
        "root": "" if stamp is None else stamp.root,
        "file_sha256": None if stamp is None else stamp.digest,
        "file_size": None if stamp is None else stamp.size,
        "file_modified": None if stamp is None else stamp.modified,
    }


def write_document(document: Document) -> dict[str, object]:
    """Return the columns of a document's version."""
    return {
        "document_id": document.id,
        "version": document.version,
        "sha256": document.sha256,
        "title": document.title,
        "source": document.source,
        "text": document.text,
        "pages": json.dumps(document.pages) if document.pages else None,
    }


def read_document(row: Row[Any]) -> Document:
    """Return the document of a version's row."""
    pages = tuple(json.loads(row.pages)) if row.pages else ()
    return Document(row.document_id, row.title, row.text, row.sha256, row.source, pages)


def write_passage(passage: Passage) -> dict[str, object]:
    """Return the columns of a passage."""
    return {
        "document_id": passage.document_id,
        "version": passage.version,
        "start": passage.span.start,
        "end": passage.span.end,
        "kind": passage.kind,
        "section": json.dumps(passage.section, ensure_ascii=False),
        "units": json.dumps([[unit.start, unit.end] for unit in passage.units]),
        "cells": json.dumps([[cell.label, cell.span.start, cell.span.end] for cell in passage.cells]),
        "index_text": passage.index_text,
    }


def read_passage(row: Row[Any]) -> Passage:
    """Return the passage of a row."""
    return Passage(
        document_id=row.document_id,
        version=row.version,
        span=Span(row.start, row.end),
        kind=row.kind,
        section=tuple(json.loads(row.section)),
        units=tuple(Span(start, end) for start, end in json.loads(row.units)),
        cells=tuple(Cell(label, Span(start, end)) for label, start, end in json.loads(row.cells)),
        index_text=row.index_text,
    )
