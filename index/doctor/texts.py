"""Every stored text against its hash: the one thing that cannot be made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, func, select, tuple_, update

from index import schema
from index.database import reading, writing
from index.doctor.findings import Finding, Patient
from index.documents import VERSION_DIGITS, content_sha256
from index.errors import StoreError

_KEYS_AT_ONCE = 500
_CHECK = "texts"
_RESTORE = "bring it back with `citecheck restore`, or index its file again"


def check_texts(patient: Patient) -> Iterator[Finding]:
    """Read every version of every document, one at a time."""
    table = schema.versions
    with reading(patient.engine) as connection:
        total = connection.execute(select(func.count()).select_from(table)).scalar_one()
    for number, (document_id, version) in enumerate(_keys(patient)):
        patient.on_progress(_CHECK, number, total)
        yield from _check_version(patient, document_id, version)
    yield from _without_text(patient)


def _keys(patient: Patient) -> Iterator[tuple[str, str]]:
    table = schema.versions
    last = ("", "")
    while True:
        key = tuple_(table.c.document_id, table.c.version)
        query = select(table.c.document_id, table.c.version).where(key > last)
        with reading(patient.engine) as connection:
            rows = connection.execute(query.order_by(table.c.document_id, table.c.version).limit(_KEYS_AT_ONCE)).all()
        for row in rows:
            yield row.document_id, row.version
        if len(rows) < _KEYS_AT_ONCE:
            return
        last = (rows[-1].document_id, rows[-1].version)


def _check_version(patient: Patient, document_id: str, version: str) -> Iterator[Finding]:
    table, about = schema.versions, f"{document_id}@{version}"
    here = (table.c.document_id == document_id) & (table.c.version == version)
    try:
        with reading(patient.engine) as connection:
            row = connection.execute(select(table).where(here)).first()
        if row is None:
            return  # purged since it was listed
        found = content_sha256(row.text)
    except (StoreError, UnicodeError, AttributeError) as error:
        yield Finding(_CHECK, "lost", about, f"Its text cannot be read ({error}); {_RESTORE}.")
        return
    if found[:VERSION_DIGITS] != version:
        yield Finding(_CHECK, "lost", about, f"Its text is not the one that was stored; {_RESTORE}.")
        return
    if found != row.sha256:
        done = None
        if patient.repair:
            with writing(patient.engine) as connection:
                connection.execute(update(table).where(here).values(sha256=found))
            done = "The hash was computed again."
        yield Finding(
            _CHECK, "derived", about, "Its full SHA-256 does not match its text, though its version does.", done
        )
    if not _pages_fit(row):
        yield Finding(_CHECK, "lost", about, f"Its page numbers cannot be right; {_RESTORE}.")


def _pages_fit(row: Row[Any]) -> bool:
    try:
        pages = json.loads(row.pages) if row.pages else []
        return pages == sorted(pages) and all(0 <= offset <= len(row.text) for offset in pages)
    except (ValueError, TypeError):
        return False


def _without_text(patient: Patient) -> Iterator[Finding]:
    current, kept = schema.documents, schema.versions
    same = (kept.c.document_id == current.c.id) & (kept.c.version == current.c.version)
    query = select(current.c.id, current.c.version).outerjoin(kept, same).where(kept.c.version.is_(None))
    with reading(patient.engine) as connection:
        missing = connection.execute(query).all()
    for row in missing:
        yield Finding(_CHECK, "lost", f"{row.id}@{row.version}", f"Its text is missing; {_RESTORE}.")
