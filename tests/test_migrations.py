"""Data folders of earlier releases open in this one, and a new folder has the tables that they end up with."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from index import database, schema
from index.errors import StoreError
from index.library import Library
from index.migrations import REVISIONS, upgrade
from index.retriever import HybridRetriever
from index.store import Store

RELEASED = {number: Path(__file__).parent / f"format_{number}.sql" for number in ("1", "2")}
HELD = {"1": {"gao", "kidal"}, "2": {"atlas", "gao", "kidal"}}


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A format and a data folder that its release wrote."""
    with sqlite3.connect(tmp_path / "citecheck.sqlite") as connection:
        connection.executescript(RELEASED[request.param].read_text(encoding="utf-8"))
    connection.close()
    return request.param, tmp_path


def shape(folder: Path) -> dict[str, object]:
    """Return the columns in order, keys, indexes and foreign keys of every table, as SQLite tells them."""
    connection = sqlite3.connect(folder / "citecheck.sqlite")
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: dict[str, object] = {}
    for table in names:
        indexes = sorted(row[1:] for row in connection.execute(f"PRAGMA index_list({table})"))
        columns = [tuple(connection.execute(f"PRAGMA index_info({index[0]})")) for index in indexes]
        found[table] = (
            tuple(connection.execute(f"PRAGMA table_xinfo({table})")),
            tuple(connection.execute(f"PRAGMA foreign_key_list({table})")),
            tuple(zip(indexes, columns, strict=True)),
        )
    connection.close()
    return found


def test_a_folder_of_each_released_format_opens_with_all_it_held(released: tuple[str, Path], encoder) -> None:
    written, folder = released
    library = Library(folder, encoder)
    records = library.store.records(limit=10, offset=0)
    assert {record.document_id for record in records} == HELD[written]
    for record in records:
        assert library.document(record.document_id, record.version).text
    hits = HybridRetriever(library).search("When did Kidal fall?", 3, None)
    assert hits[0].passage.document_id == "kidal"
    library.close()


def test_a_new_folder_and_a_migrated_one_have_the_same_tables(released: tuple[str, Path], tmp_path_factory) -> None:
    fresh = tmp_path_factory.mktemp("fresh")
    for folder in (released[1], fresh):
        Store(folder).close()
    assert shape(released[1]) == shape(fresh)


def test_the_revisions_make_the_schema_of_nothing(tmp_path: Path, tmp_path_factory) -> None:
    engine = database.connect(tmp_path / "citecheck.sqlite")
    with database.writing(engine) as connection:
        upgrade(connection, None)
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()
    fresh = tmp_path_factory.mktemp("fresh")
    Store(fresh).close()
    assert shape(tmp_path) == shape(fresh)


def test_every_format_has_its_revision() -> None:
    script = ScriptDirectory(REVISIONS, version_locations=[REVISIONS])
    formats = [step.revision for step in script.walk_revisions()]
    assert formats[0] == schema.SCHEMA_VERSION
    assert set(formats[1:]) == schema.EARLIER_VERSIONS == set(RELEASED)


def test_a_failed_migration_leaves_the_folder_as_it_was(released: tuple[str, Path], monkeypatch) -> None:
    written, folder = released
    before = shape(folder)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "SCHEMA_VERSION", None)  # no value the facts can hold
        with pytest.raises(StoreError):
            Store(folder)
    assert shape(folder) == before
    store = Store(folder)
    assert store.count() == len(HELD[written])
    store.close()


def test_processes_that_open_an_old_folder_at_once_all_succeed(released: tuple[str, Path]) -> None:
    written, folder = released
    code = f"from pathlib import Path; from index.store import Store; print(Store(Path({str(folder)!r})).count())"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(4)]
    assert [int(process.communicate()[0]) for process in running] == [len(HELD[written])] * 4


def test_alembic_is_loaded_only_to_migrate(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.store import Store\n"
        f"Store(Path({str(tmp_path)!r})).close(); Store(Path({str(tmp_path)!r})).close()\n"
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
