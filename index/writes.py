"""What one change writes to the store, within the transaction of its caller."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
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


def put_document(connection: Connection, item: Put) -> None:
    """Make a document current with its passages."""
    document, now = item.document, time.time()
    current = {
        "version": document.version,
        "title": document.title,
        "source": document.source,
        "path": item.path,
        "recipe": item.recipe,
        "characters": len(document.text),
        "passages": len(item.passages),
        "updated_at": now,
        **write_known(document.metadata, item.stamp),
    }
    kept = write_document(document)
    again = {name: kept[name] for name in ("title", "source", "pages")}
    connection.execute(
        upsert(schema.versions)
        .values(**kept)
        .on_conflict_do_update(index_elements=["document_id", "version"], set_=again)
    )
    connection.execute(delete(schema.passages).where(schema.passages.c.document_id == document.id))
    connection.execute(
        upsert(schema.documents)
        .values(id=document.id, added_at=now, **current)
        .on_conflict_do_update(index_elements=["id"], set_=current)
    )
    rows = [write_passage(passage) for passage in item.passages]
    if rows:
        connection.execute(insert(schema.passages), rows)
    note_change(connection, document.id)


def generation_of(connection: Connection) -> int:
    """Return the number of changes ever committed."""
    query = select(schema.facts.c.value).where(schema.facts.c.name == "generation")
    return int(connection.execute(query).scalar_one())


def note_change(connection: Connection, document_id: str) -> None:
    """Begin the next generation with a document that was put in or taken out."""
    generation = generation_of(connection) + 1
    connection.execute(update(schema.facts).where(schema.facts.c.name == "generation").values(value=str(generation)))
    connection.execute(
        upsert(schema.changes)
        .values(document_id=document_id, generation=generation)
        .on_conflict_do_update(index_elements=["document_id"], set_={"generation": generation})
    )
