"""What one change writes to the store, within the transaction of its caller."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from index import schema
from index.documents import Document
from index.files import FileStamp
from index.passages import Passage
from index.rows import write_document, write_known, write_passage


@dataclass(frozen=True, slots=True)
class Put:
    """A document to be made current with its passages; `recipe` names how they were cut, `stamp` the file at `path`."""

    document: Document
    passages: Sequence[Passage]
    path: str
    recipe: str
    stamp: FileStamp | None


def put_documents(connection: Connection, items: Sequence[Put]) -> None:
    """Make at least one document, all of different ids, current with their passages: one change."""
    now = time.time()
    kept = upsert(schema.versions)
    current = upsert(schema.documents)
    connection.execute(
        kept.on_conflict_do_update(
            index_elements=["document_id", "version"],
            set_={name: kept.excluded[name] for name in ("title", "source", "pages")},
        ),
        [write_document(item.document) for item in items],
    )
    ids = [item.document.id for item in items]
    connection.execute(
        delete(schema.passages).where(schema.passages.c.document_id == bindparam("held")),
        [{"held": one} for one in ids],
    )
    connection.execute(
        current.on_conflict_do_update(
            index_elements=["id"],
            set_={
                column.name: current.excluded[column.name]
                for column in schema.documents.columns
                if column.name not in ("id", "added_at")
            },
        ),
        [_current(item, now) for item in items],
    )
    rows = [write_passage(passage) for item in items for passage in item.passages]
    if rows:
        connection.execute(insert(schema.passages), rows)
    note_change(connection, ids)


def _current(item: Put, now: float) -> dict[str, object]:
    document = item.document
    return {
        "id": document.id,
        "version": document.version,
        "title": document.title,
        "source": document.source,
        "path": item.path,
        "recipe": item.recipe,
        "characters": len(document.text),
        "passages": len(item.passages),
        "added_at": now,
        "updated_at": now,
        **write_known(document.metadata, item.stamp),
    }


def content_key(text: str) -> bytes:
    """Return the key a text's vector is cached under."""
    return hashlib.sha256(text.encode("utf-8")).digest()[:16]


def forget_vectors(connection: Connection, document_id: str, contents: Set[bytes]) -> None:
    """Delete the vectors of a document's passages and of more content keys, whatever encoder made them.

    Other passages may have had the same; they are encoded again when they are needed.
    """
    texts = connection.execute(select(schema.passages.c.index_text).where(schema.passages.c.document_id == document_id))
    keys = {*map(content_key, texts.scalars()), *contents}
    table = schema.vectors
    gone = delete(table).where(table.c.encoder == bindparam("by"), table.c.content == bindparam("key"))
    encoders = connection.execute(select(table.c.encoder).distinct()).scalars().all()
    rows = [{"by": encoder, "key": key} for encoder in encoders for key in sorted(keys)]
    if rows:
        connection.execute(gone, rows)


def generation_of(connection: Connection) -> int:
    """Return the number of changes ever committed."""
    query = select(schema.facts.c.value).where(schema.facts.c.name == "generation")
    return int(connection.execute(query).scalar_one())


def note_change(connection: Connection, document_ids: Sequence[str]) -> None:
    """Begin the next generation with documents that were put in or taken out."""
    generation = generation_of(connection) + 1
    connection.execute(update(schema.facts).where(schema.facts.c.name == "generation").values(value=str(generation)))
    changed = upsert(schema.changes)
    connection.execute(
        changed.on_conflict_do_update(index_elements=["document_id"], set_={"generation": changed.excluded.generation}),
        [{"document_id": one, "generation": generation} for one in document_ids],
    )
