"""Passages against the texts they are cut from: spans that fit, and the same passages when cut again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from index import schema
from index.database import reading, writing
from index.doctor.findings import Finding, Patient
from index.documents import Document, Span
from index.errors import StoreError
from index.passages import Passage
from index.rows import read_passage, write_passage
from index.writes import note_change

_CHECK = "passages"
_IDS_AT_ONCE = 500


def check_passages(patient: Patient) -> Iterator[Finding]:
    """Examine the documents in the index one by one, and passages that belong to none."""
    yield from _orphans(patient)
    total = patient.library.store.count()
    for number, row in enumerate(_documents(patient)):
        patient.on_progress(_CHECK, number, total)
        document = patient.document(row.id, row.version)
        # What is wrong with its text has been told.
        if document is not None:
            yield from _check_document(patient, row, document)


def _documents(patient: Patient) -> Iterator[Row[Any]]:
    table, noted = schema.documents, schema.changes
    query = (
        select(table, noted.c.generation)
        .outerjoin(noted, noted.c.document_id == table.c.id)
        .order_by(table.c.id)
        .limit(_IDS_AT_ONCE)
    )
    last = ""
    while True:
        with reading(patient.engine) as connection:
            rows = connection.execute(query.where(table.c.id > last)).all()
        yield from rows
        if len(rows) < _IDS_AT_ONCE:
            return
        last = rows[-1].id


def _check_document(patient: Patient, row: Row[Any], document: Document) -> Iterator[Finding]:
    problem = _problem(patient, row, document)
    if problem is None:
        return
    done = None
    if patient.repair:
        done = f"Cut again into {_cut_again(patient, document)} passages."
    yield Finding(_CHECK, "derived", row.id, problem, done)


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


def _problem(patient: Patient, row: Row[Any], document: Document) -> str | None:
    """Return what is wrong with a document's passages, None when nothing is."""
    table = schema.passages
    try:
        with reading(patient.engine) as connection:
            query = select(table).where(table.c.document_id == row.id).order_by(table.c.start, table.c.end)
            stored = connection.execute(query).all()
    except StoreError as error:
        return f"Its passages cannot be read ({error.message})."
    if row.recipe == patient.library.recipe:
        if not _same(stored, [write_passage(passage) for passage in patient.library.passages_of(document)]):
            return "Its passages are not what its text gives when it is cut."
    elif not all(_fits(held, document) for held in stored):
        return "A passage of it leaves its text or cannot be read."
    if (row.passages, row.characters) != (len(stored), len(document.text)):
        return "Its numbers of passages and characters are wrong."
    if row.generation is None or row.generation > patient.library.store.generation():
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
