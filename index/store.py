"""The store: documents, their versions, passages and vectors in one database, changed in whole transactions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, func, inspect, select
from sqlalchemy.dialects.sqlite import insert as upsert

from index import schema
from index.database import connect, erase_freed, reading, writing
from index.described import DescribedDocuments
from index.documents import Document
from index.encoder import Vectors
from index.errors import NotFound, StoreError
from index.files import FileStamp
from index.messages import shown
from index.migrations import migrate
from index.passages import Passage
from index.restoring import enter
from index.rows import (
    DocumentRecord,
    read_document,
    read_passage,
    read_record,
)
from index.segment import Row
from index.writes import Put, forget_vectors, generation_of, note_change, put_documents

FILE = "citecheck.sqlite"
_FACTS = frozenset({"schema", "identity", "generation"})
_BATCH = 500
_STREAMED = 2000


@dataclass(frozen=True, slots=True)
class Changes:
    """The documents put in or taken out since some generation, and the rows of those that are in, in address order."""

    generation: int
    document_ids: frozenset[str]
    rows: tuple[Row, ...]


class Store:
    """Thread-safe; several processes may open the same folder."""

    def __init__(self, folder: Path) -> None:
        """Open the store in `folder`, creating both when missing; raises StoreError when they cannot be used."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The data folder {folder} cannot be created ({error.strerror}); choose another with --data.",
                code="data_folder_unusable",
            ) from error
        self._presence = enter(folder)
        self._engine = connect(folder / FILE)
        with reading(self._engine) as connection:
            new = not inspect(connection).get_table_names()
        if new:
            self._create()
        else:
            migrate(self._engine)
        self.identity = self._check_format()["identity"]
        self.described = DescribedDocuments(self._engine)

    def _check_format(self) -> dict[str, str]:
        """Return the facts; raises StoreError for another release's database, or another program's."""
        with reading(self._engine) as connection:
            inspector = inspect(connection)
            tables = set(inspector.get_table_names())
            # Of other releases only the facts are known to look like ours.
            columns = inspector.get_columns(schema.facts.name) if schema.facts.name in tables else []
            ours = {column["name"] for column in columns} >= set(schema.facts.columns.keys())
            facts = {row.name: row.value for row in connection.execute(select(schema.facts))} if ours else {}
        # One that is of an earlier version still was not ours to migrate.
        if facts.get("schema", schema.SCHEMA_VERSION) not in {schema.SCHEMA_VERSION, *schema.EARLIER_VERSIONS}:
            raise StoreError(
                f"The data folder was written in format {shown(str(facts['schema']), limit=80)} and this citecheck "
                f"reads {schema.SCHEMA_VERSION}; use the matching release or index again into a new folder.",
                code="data_folder_format",
            )
        if (
            not tables >= set(schema.metadata.tables)
            or not facts.keys() >= _FACTS
            or not str(facts["generation"]).isdecimal()
        ):
            raise StoreError(
                f"The file {FILE} in the data folder was not written by citecheck; choose another with --data.",
                code="data_folder_format",
            )
        return facts

    def _create(self) -> None:
        facts = {"schema": schema.SCHEMA_VERSION, "identity": uuid.uuid4().hex, "generation": "0"}
        with writing(self._engine) as connection:
            schema.metadata.create_all(connection)
            # Another process may have created it meanwhile: its facts stay.
            rows = [{"name": name, "value": value} for name, value in facts.items()]
            connection.execute(upsert(schema.facts).on_conflict_do_nothing(), rows)

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()
        self._presence.close()

    def generation(self) -> int:
        """Return the number of changes ever committed; equal numbers mean equal content."""
        with reading(self._engine) as connection:
            return generation_of(connection)

    def put(
        self,
        document: Document,
        passages: Sequence[Passage],
        *,
        path: str,
        recipe: str,
        stamp: FileStamp | None = None,
    ) -> None:
        """Make `document` current with its passages, in one transaction; `stamp` is that of the file at `path`."""
        self.put_many([Put(document, passages, path, recipe, stamp)])

    def put_many(self, items: Sequence[Put]) -> None:
        """Make documents current with their passages, all in one transaction."""
        if not items:
            return
        with writing(self._engine) as connection:
            put_documents(connection, items)

    def remove(self, document_id: str, *, purge: bool, contents: AbstractSet[bytes] = frozenset()) -> None:
        """Take a document out of the index; its texts stay for old citations unless `purge`. Raises NotFound.

        One that was taken out before can still be purged. What is purged is erased from the files too, with the vectors
        of its passages and of the content keys in `contents`.
        """
        with writing(self._engine) as connection:
            if purge:
                forget_vectors(connection, document_id, contents)
            found = connection.execute(delete(schema.documents).where(schema.documents.c.id == document_id)).rowcount
            if purge:
                found += connection.execute(
                    delete(schema.versions).where(schema.versions.c.document_id == document_id)
                ).rowcount
            if not found:
                raise _unknown(document_id)
            note_change(connection, [document_id])
        if purge:
            erase_freed(self._engine)

    def records(self, *, limit: int, offset: int) -> list[DocumentRecord]:
        """List the documents in the index by id."""
        query = select(schema.documents).order_by(schema.documents.c.id).limit(limit).offset(offset)
        with reading(self._engine) as connection:
            return [read_record(row) for row in connection.execute(query)]

    def count(self) -> int:
        """Return how many documents are in the index."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(schema.documents)).scalar_one())

    def characters(self) -> int:
        """Return the length of all current documents together."""
        with reading(self._engine) as connection:
            return int(
                connection.execute(select(func.coalesce(func.sum(schema.documents.c.characters), 0))).scalar_one()
            )

    def containing(self, text: str) -> list[str]:
        """Return the ids of the current documents that hold `text` character for character."""
        current, kept = schema.documents, schema.versions
        same = (kept.c.document_id == current.c.id) & (kept.c.version == current.c.version)
        query = select(current.c.id).join(kept, same).where(func.instr(kept.c.text, text) > 0).order_by(current.c.id)
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def find_record(self, document_id: str) -> DocumentRecord | None:
        """Return what is known of a document in the index, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(schema.documents).where(schema.documents.c.id == document_id)).first()
        return None if row is None else read_record(row)

    def record(self, document_id: str) -> DocumentRecord:
        """Return what is known of a document in the index; raises NotFound."""
        found = self.find_record(document_id)
        if found is None:
            raise _unknown(document_id)
        return found

    def document(self, document_id: str, version: str) -> Document:
        """Return one version of a document, also of one that was updated or removed since; raises NotFound."""
        table = schema.versions
        query = select(table).where(table.c.document_id == document_id, table.c.version == version)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound(
                f"Version {shown(version, limit=80)} of the document {shown(document_id, limit=80)} is not held here; "
                "check the address.",
                code="version_not_found",
            )
        return read_document(row)

    def versions(self, document_id: str) -> list[str]:
        """Return the versions held of a document, also of one that was removed."""
        query = select(schema.versions.c.version).where(schema.versions.c.document_id == document_id)
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of those ids that still exist."""
        found: dict[int, Passage] = {}
        with reading(self._engine) as connection:
            for batch in _batches(ids):
                query = select(schema.passages).where(schema.passages.c.id.in_(batch))
                found.update((row.id, read_passage(row)) for row in connection.execute(query))
        return found

    @contextmanager
    def rows(self) -> Iterator[tuple[int, Iterator[Row]]]:
        """Give the generation and, in address order, what is searched of every passage, read as it is asked for."""
        with reading(self._engine) as connection:
            yield generation_of(connection), _rows(connection, None)

    def changed_passages(self, since: int) -> int:
        """Return how many passages the documents have that were put in after generation `since`."""
        changed, held = schema.changes.c, schema.documents.c
        query = select(func.coalesce(func.sum(held.passages), 0)).join(schema.changes, changed.document_id == held.id)
        with reading(self._engine) as connection:
            return int(connection.execute(query.where(changed.generation > since)).scalar_one())

    def changes(self, since: int) -> Changes:
        """Return what was changed after generation `since`; all of it is held in memory."""
        query = select(schema.changes.c.document_id).where(schema.changes.c.generation > since)
        with reading(self._engine) as connection:
            generation = generation_of(connection)
            ids = sorted(connection.execute(query).scalars())
            rows = tuple(row for batch in _batches(ids) for row in _rows(connection, batch))
        return Changes(generation, frozenset(ids), rows)

    def vectors(self, encoder: str, contents: Iterable[bytes]) -> dict[bytes, Vectors]:
        """Return the cached vectors of those content keys that have one."""
        table = schema.vectors
        found: dict[bytes, Vectors] = {}
        with reading(self._engine) as connection:
            for batch in _batches(list(contents)):
                query = select(table.c.content, table.c.vector).where(table.c.encoder == encoder)
                for row in connection.execute(query.where(table.c.content.in_(batch))):
                    found[row.content] = np.frombuffer(row.vector, dtype=np.float32)
        return found

    def put_vectors(self, encoder: str, vectors: dict[bytes, Vectors]) -> None:
        """Cache vectors by content key; those already there stay."""
        if not vectors:
            return
        rows = [
            {"encoder": encoder, "content": content, "vector": vector.tobytes()} for content, vector in vectors.items()
        ]
        with writing(self._engine) as connection:
            connection.execute(upsert(schema.vectors).on_conflict_do_nothing(), rows)


def _rows(connection: Connection, documents: Sequence[str] | None) -> Iterator[Row]:
    table, owner = schema.passages, schema.documents
    query = select(table.c.id, table.c.document_id, owner.c.title, table.c.index_text).join(
        owner, owner.c.id == table.c.document_id
    )
    if documents is not None:
        query = query.where(table.c.document_id.in_(documents))
    ordered = query.order_by(table.c.document_id, table.c.start, table.c.end)
    for found in connection.execution_options(yield_per=_STREAMED).execute(ordered):
        yield Row(*found)


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _unknown(document_id: str) -> NotFound:
    return NotFound(
        f"There is no document {shown(document_id, limit=80)!r}; list the ids with `citecheck documents`.",
        code="document_not_found",
    )
