"""Stored vectors: of the right length, finite, and of unit length; others are forgotten and computed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from sqlalchemy import delete, func, select

from index import schema
from index.database import reading, writing
from index.doctor.findings import Finding, Patient
from index.errors import StoreError

_CHECK = "vectors"
_ROWS_AT_ONCE = 2000
_TOLERANCE = 1e-3


def check_vectors(patient: Patient) -> Iterator[Finding]:
    """Read all vectors in small pieces; one finding for each encoder with bad ones."""
    try:
        bad = _bad(patient)
    except StoreError as error:
        yield Finding(_CHECK, "lost", "", f"They cannot be read ({error.message}).")
        return
    for encoder, contents in sorted(bad.items()):
        done = None
        if patient.repair:
            _forget(patient, encoder, contents)
            done = "Forgotten; they are computed again when they are needed."
        yield Finding(_CHECK, "derived", encoder, f"{len(contents)} vectors are not unit vectors of its length.", done)


def _bad(patient: Patient) -> dict[str, list[bytes]]:
    """Return the content keys of unusable vectors by encoder."""
    table = schema.vectors
    sizes = {patient.encoder.fingerprint: patient.encoder.dimensions * 4}
    bad: dict[str, list[bytes]] = defaultdict(list)
    with reading(patient.engine) as connection:
        total = connection.execute(select(func.count()).select_from(table)).scalar_one()
        query = select(table.c.encoder, table.c.content, table.c.vector)
        rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
        for number, row in enumerate(rows):
            if number % _ROWS_AT_ONCE == 0:
                patient.on_progress(_CHECK, number, total)
            # Of an encoder that is not in use, the first vector says how long they are.
            size = sizes.setdefault(row.encoder, len(row.vector))
            if not _is_unit(row.vector, size):
                bad[row.encoder].append(row.content)
    return bad


def _is_unit(vector: object, size: int) -> bool:
    if not isinstance(vector, bytes) or len(vector) != size or size % 4:
        return False
    # A number that is not finite, or far too large, makes a length that is not near 1 either.
    values = np.frombuffer(vector, dtype=np.float32).astype(np.float64)
    return bool(abs(float(np.linalg.norm(values)) - 1.0) < _TOLERANCE)


def _forget(patient: Patient, encoder: str, contents: list[bytes]) -> None:
    table = schema.vectors
    for start in range(0, len(contents), _ROWS_AT_ONCE):
        batch = contents[start : start + _ROWS_AT_ONCE]
        with writing(patient.engine) as connection:
            connection.execute(delete(table).where(table.c.encoder == encoder, table.c.content.in_(batch)))
