"""Records and passages against the texts they are of: spans that fit, and the same passages when cut again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import NoResultFound

from index import schema
from index.database import reading, translated, writing
from index.doctor.findings import Finding, Patient
from index.documents import Document, Span, content_sha256
from index.errors import StoreError
from index.passages import Passage
from index.rows import read_document, read_passage, read_record, write_passage
from index.writes import generation_of, note_change

_CHECK = "passages"
_IDS_AT_ONCE = 500


def check_passages(patient: Patient) -> Iterator[Finding]:
    """Examine the documents in the index one by one, and passages that belong to none."""
    yield from _orphans(patient)
    total = patient.library.store.count()
    for number, document_id in enumerate(_ids(patient)):
        patient.on_progress(_CHECK, number, total)
        held = _read(patient, document_id)
        # One that was taken out meanwhile is nothing wrong.
        if held is not None:
            yield from _check_document(patient, held)


def _ids(patient: Patient) -> Iterator[str]:
    table = schema.documents
    query = select(table.c.id).order_by(table.c.id).limit(_IDS_AT_ONCE)
    last = ""
    while True:
        with reading(patient.engine) as connection:
            ids = connection.execute(query.where(table.c.id > last)).scalars().all()
        yield from ids
        if len(ids) < _IDS_AT_ONCE:
            return
        last = ids[-1]


@dataclass(frozen=True, slots=True)
class _Held:
    """All that is held of one document at one moment, and the store's generation then.

    `document` is None for a text that is missing or damaged; `passages` is what is wrong where they cannot be read.
    """

    row: Row[Any]
    document: Document | None
    passages: Sequence[Row[Any]] | str
    generation: int


def _read(patient: Patient, document_id: str) -> _Held | None:
    """Read a document in one transaction, so that nobody changes it in between; None for one that is not there."""
    table, noted, held = schema.documents, schema.changes, schema.passages
    record = select(table, noted.c.generation).outerjoin(noted, noted.c.document_id == table.c.id)
    stored = select(held).where(held.c.document_id == document_id).order_by(held.c.start, held.c.end)
    with reading(patient.engine) as connection:
        row = connection.execute(record.where(table.c.id == document_id)).first()
        if row is None:
            return None
        document = _document(patient, connection, row)
        try:
            with translated(patient.engine):
                passages: Sequence[Row[Any]] | str = connection.execute(stored).all()
        except StoreError as error:
            passages = error.message
        return _Held(row, document, passages, generation_of(connection))


def _document(patient: Patient, connection: Connection, row: Row[Any]) -> Document | None:
    """Return the text of a record, or None where it is missing, cannot be read or is not what was stored."""
    kept = schema.versions.c
    query = select(schema.versions).where(kept.document_id == row.id, kept.version == row.version)
    try:
        with translated(patient.engine):
            document = read_document(connection.execute(query).one())
        sound = content_sha256(document.text).startswith(row.version)
    except (StoreError, NoResultFound, ValueError, TypeError, AttributeError):
        return None
    return document if sound else None


def _check_document(patient: Patient, held: _Held) -> Iterator[Finding]:
    try:
        read_record(held.row)
    except StoreError as error:
        yield Finding(_CHECK, "lost", held.row.id, error.message)
    # What is wrong with its text has been told.
    problem = None if held.document is None else _problem(patient, held, held.document)
    if held.document is None or problem is None:
        return
    done = None
    if patient.repair:
        done = f"Cut again into {_cut_again(patient, held.document)} passages."
    yield Finding(_CHECK, "derived", held.row.id, problem, done)


def _cut_again(patient: Patient, document: Document) -> int:
    """Replace the passages of a document in the index, in one transaction; all else of it stays."""
    rows = [write_passage(passage) for passage in patient.library.passages_of(document)]
    counts = {"recipe": patient.library.recipe, "characters": len(document.text), "passages": len(rows)}
    with writing(patient.engine) as connection:
        connection.execute(delete(schema.passages).where(schema.passages.c.document_id == document.id))
        connection.execute(update(schema.documents).where(schema.documents.c.id == document.id).values(**counts))
        if rows:
            connection.execute(insert(schema.passages), rows)
        note_change(connection, [document.id])
    return len(rows)


def _problem(patient: Patient, held: _Held, document: Document) -> str | None:
    """Return what is wrong with a document's passages, None when nothing is."""
    row, stored = held.row, held.passages
    if isinstance(stored, str):
        return f"Its passages cannot be read ({stored})."
    if row.recipe == patient.library.recipe:
        if not _same(stored, [write_passage(passage) for passage in patient.library.passages_of(document)]):
            return "Its passages are not what its text gives when it is cut."
    elif not all(_fits(passage, document) for passage in stored):
        return "A passage of it leaves its text or cannot be read."
    if (row.passages, row.characters) != (len(stored), len(document.text)):
        return "Its numbers of passages and characters are wrong."
    if row.generation is None or row.generation > held.generation:
        return "When it changed is not known."
    return None


def _same(stored: Sequence[Row[Any]], expected: Sequence[dict[str, object]]) -> bool:
    """Compare what cutting decides; ids are given when passages are stored."""
    return len(stored) == len(expected) and all(
        row._mapping[name] == value
        for row, passage in zip(stored, expected, strict=True)
        for name, value in passage.items()
    )


def _fits(row: Row[Any], document: Document) -> bool:
    try:
        passage = read_passage(row)
    except (ValueError, TypeError, KeyError):
        return False
    return passage.version == document.version and all(
        0 <= span.start < span.end <= len(document.text) for span in _spans(passage)
    )


def _spans(passage: Passage) -> Sequence[Span]:
    return (passage.span, *passage.units, *(cell.span for cell in passage.cells))


def _orphans(patient: Patient) -> Iterator[Finding]:
    """Find passages of documents that are not in the index; a search might show them."""
    table, owner = schema.passages, schema.documents
    nobody = table.c.document_id.not_in(select(owner.c.id))
    query = select(table.c.document_id, func.count()).where(nobody).group_by(table.c.document_id)
    with reading(patient.engine) as connection:
        found = connection.execute(query).all()
    for document_id, count in found:
        done = None
        if patient.repair:
            with writing(patient.engine) as connection:
                connection.execute(delete(table).where(table.c.document_id == document_id, nobody))
            done = "Removed."
        yield Finding(
            _CHECK, "derived", document_id, f"{count} passages of it are left, though it was taken out.", done
        )
