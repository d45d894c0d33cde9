"""What is known of documents beside their texts: asked for by filter, and changed without touching what is searched."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, Row, bindparam, func, select, update

from index import schema
from index.database import reading, writing
from index.documents import Document
from index.errors import StoreError
from index.files import FileStamp
from index.filtering import Filter, condition
from index.rows import DocumentRecord, read_record, write_known

_BATCH = 500


class DescribedDocuments:
    """The documents of one store. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        """Read and write through the store's engine."""
        self._engine = engine

    def put(self, document: Document, *, path: str, stamp: FileStamp | None) -> None:
        """Change what is known of a document that stands as it is: no text, no passage, no generation changes."""
        known = {"path": path, "updated_at": time.time(), **write_known(document.metadata, stamp)}
        with writing(self._engine) as connection:
            connection.execute(update(schema.documents).where(schema.documents.c.id == document.id).values(**known))

    def stamp(self, stamps: Iterable[tuple[str, FileStamp]]) -> None:
        """Note, by document id, how files look now whose documents did not change."""
        rows = [
            {"document": one, "root_": stamp.root, "digest": stamp.digest, "size": stamp.size, "time": stamp.modified}
            for one, stamp in stamps
        ]
        if not rows:
            return
        query = (
            update(schema.documents)
            .where(schema.documents.c.id == bindparam("document"))
            .values(
                root=bindparam("root_"),
                file_sha256=bindparam("digest"),
                file_size=bindparam("size"),
                file_modified=bindparam("time"),
            )
        )
        with writing(self._engine) as connection:
            connection.execute(query, rows)

    def matching(self, wanted: Filter) -> list[str]:
        """Return the ids of the documents in the index that fit a filter, in order."""
        # Sorted here: to read them in order, SQLite would look each row up by itself.
        query = select(schema.documents.c.id).where(condition(wanted))
        with reading(self._engine) as connection:
            return sorted(connection.execute(query).scalars())

    def page(self, wanted: Filter, *, limit: int, offset: int) -> tuple[list[DocumentRecord], int]:
        """Return a page of the documents that fit a filter, by id, and how many fit."""
        table = schema.documents
        page = select(table).where(condition(wanted)).order_by(table.c.id).limit(limit).offset(offset)
        fitting = select(func.count()).select_from(table).where(condition(wanted))
        with reading(self._engine) as connection:
            found = [read_record(row) for row in connection.execute(page)]
            return found, int(connection.execute(fitting).scalar_one())

    def under(self, folder: str) -> list[DocumentRecord]:
        """Return the documents in the index whose files lie below a folder or were found through it, by id.

        A damaged record is left out, so that its file is taken for a new one and indexed again.
        """
        table = schema.documents
        # The character after a slash, so that a range of paths holds all that begin with the folder's.
        first, last = folder.rstrip("/") + "/", folder.rstrip("/") + "0"
        below = (table.c.path >= first) & (table.c.path < last)
        query = select(table).where(below | (table.c.root == folder)).order_by(table.c.id)
        with reading(self._engine) as connection:
            return list(_undamaged(connection.execute(query)))

    def named(self, document_ids: Collection[str]) -> list[DocumentRecord]:
        """Return what is known of those of the documents that are in the index; damaged records are left out."""
        table, ids = schema.documents, sorted(set(document_ids))
        found: list[DocumentRecord] = []
        with reading(self._engine) as connection:
            for start in range(0, len(ids), _BATCH):
                query = select(table).where(table.c.id.in_(ids[start : start + _BATCH])).order_by(table.c.id)
                found += _undamaged(connection.execute(query))
        return found


def _undamaged(rows: Iterable[Row[Any]]) -> Iterator[DocumentRecord]:
    for row in rows:
        with suppress(StoreError):
            yield read_record(row)
