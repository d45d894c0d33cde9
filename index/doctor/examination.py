"""The examination of a data folder, check by check."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from index import snapshots
from index.database import connect, writing
from index.doctor.findings import Check, Finding, Patient, Progress
from index.doctor.passages import check_passages
from index.doctor.surroundings import check_leftovers, check_permissions, check_room, check_search_files
from index.doctor.texts import check_texts
from index.doctor.vectors import check_vectors
from index.errors import StoreError
from index.library import Library
from index.store import FILE


def examine(folder: Path, library: Library, *, repair: bool, on_progress: Progress) -> Iterator[Finding]:
    """Yield what is wrong with the documents' side of a data folder, as it is found.

    With `repair` what is derived is mended at once, under the writer's lease; texts are never touched. Raises
    StoreError when another process writes while we want to mend.
    """
    engine = connect(folder / FILE)
    patient = Patient(folder, library, engine, repair, on_progress)
    mended = False
    try:
        with library.writing() if repair else nullcontext():
            for check in _CHECKS:
                for finding in _carefully(check, patient):
                    mended = mended or (finding.check in ("passages", "vectors") and finding.done is not None)
                    yield finding
            if mended:
                # What was built from what was wrong is wrong too.
                shutil.rmtree(folder / "derived", ignore_errors=True)
    finally:
        engine.dispose()


def _carefully(check: Check, patient: Patient) -> Iterator[Finding]:
    """Run a check; where the database itself cannot be read, that is what was found."""
    try:
        yield from check(patient)
    except (StoreError, SQLAlchemyError) as error:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        yield Finding(name, "lost", FILE, f"This could not be examined ({error}); see docs/keeping.md.")


def _check_database(patient: Patient) -> Iterator[Finding]:
    path, name = patient.folder / FILE, "database"

    def find() -> list[str]:
        return snapshots.problems(path, thorough=True, on_step=lambda: patient.on_progress(name, 0, None))

    found = find()
    if found and patient.repair:
        # Indexes of the database are made of its tables; where only they were wrong, all is well then.
        with writing(patient.engine) as connection:
            connection.exec_driver_sql("REINDEX")
        left = find()
        for problem in (problem for problem in found if problem not in left):
            yield Finding(name, "derived", FILE, f"{problem}.", "Its indexes were made again.")
        found = left
    for problem in found:
        yield Finding(name, "lost", FILE, f"{problem}; bring back a backup with `citecheck restore`.")


_CHECKS: tuple[Check, ...] = (
    _check_database,
    check_texts,
    check_passages,
    check_vectors,
    check_search_files,
    check_room,
    check_permissions,
    check_leftovers,
)
