"""The store and the derived files: foreign, damaged or full places are refused plainly, and purged means erased."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from conftest import make_document
from index import database, derived
from index.arrays import join
from index.documents import Document, Span, content_sha256
from index.errors import NotFound, StoreError, StoreFull
from index.passages import Passage
from index.segment import NONE_DEAD, Row, Segment, build_segment
from index.store import Store


def passages_of(document: Document) -> list[Passage]:
    spans = [Span(at, min(at + 400, len(document.text))) for at in range(0, len(document.text), 400)]
    return [
        Passage(document.id, document.version, span, "paragraph", (), (span,), (), document.quote(span))
        for span in spans
    ]


def put(store: Store, document: Document) -> None:
    store.put(document, passages_of(document), path="", recipe="1")


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("citecheck.sqlite*")))


def segment() -> Segment:
    rows = [Row(1, "doc", "", "Kidal fell"), Row(2, "doc", "", "Gao")]
    return build_segment(rows, lambda texts: np.eye(2, dtype=np.float32)[: len(texts)], 2)


def saved(root: Path) -> Path:
    derived.save(root, "x", 1, segment())
    (folder,) = root.iterdir()
    return folder


def test_derived_files_come_back_and_are_held_in_memory(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    loaded = derived.load(derived.saved_folders(tmp_path), "x", 1)
    assert loaded is not None
    # A mapped file that is truncated under us ends the process with SIGBUS.
    for path in folder.iterdir():
        path.write_bytes(b"")
    found, expected = join(1, [loaded.segment], [NONE_DEAD]), join(1, [segment()], [NONE_DEAD])
    assert found.lexical.scores(["gao"]).tolist() == expected.lexical.scores(["gao"]).tolist()
    assert found.dense.search(np.array([0, 1], dtype=np.float32), 2, None)[0].tolist() == [1, 0]
    assert derived.load(derived.saved_folders(tmp_path), "x", 1) is None


def test_large_derived_files_are_mapped_and_verified_on_demand(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(derived, "MAPPED_FROM", 100)
    folder = saved(tmp_path)
    loaded = derived.load(derived.saved_folders(tmp_path), "x", 1)
    assert loaded is not None
    assert derived.verify(folder) == []
    data = bytearray((folder / "postings-passages.npy").read_bytes())
    data[-1] ^= 0xFF
    (folder / "postings-passages.npy").write_bytes(bytes(data))
    assert derived.verify(folder) == ["postings-passages.npy"]
    (folder / "postings-passages.npy").write_bytes(bytes(data[:-1]))
    assert derived.load(derived.saved_folders(tmp_path), "x", 1) is None


def test_older_files_are_opened_and_those_of_another_history_removed(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    loaded = derived.load(derived.saved_folders(tmp_path), "x", 7)
    assert loaded is not None
    assert loaded.generation == 1
    assert derived.load(derived.saved_folders(tmp_path), "y", 7) is None
    assert derived.load(derived.saved_folders(tmp_path), "x", 0) is None
    assert not folder.exists()


@pytest.mark.parametrize("files", [[], {}, None, "all", {"starts.npy": 3}])
def test_a_manifest_that_does_not_list_every_file_is_corrupt(tmp_path: Path, files: object) -> None:
    folder = saved(tmp_path)
    content = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**content, "files": files}))
    assert derived.load(derived.saved_folders(tmp_path), "x", 1) is None


@pytest.mark.parametrize("name", ["starts.npy", "../outside"])
def test_a_manifest_lists_exactly_the_files(tmp_path: Path, name: str) -> None:
    folder = saved(tmp_path)
    content = json.loads((folder / "manifest.json").read_text())
    if content["files"].pop(name, None) is None:
        content["files"][name] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(content))
    assert derived.load(derived.saved_folders(tmp_path), "x", 1) is None


@pytest.mark.parametrize("content", ["[]", "3", '"x"', "{}", "[" * 100_000, "\x00"])
def test_any_other_manifest_is_corrupt(tmp_path: Path, content: str) -> None:
    (saved(tmp_path) / "manifest.json").write_text(content)
    assert derived.load(derived.saved_folders(tmp_path), "x", 1) is None


def test_any_folder_name_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "we?ird#100% é"
    put(Store(folder), make_document("Kidal fell."))
    assert (folder / "citecheck.sqlite").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert Store(folder).count() == 1


def test_purged_text_is_gone_from_the_files(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(30):
        put(store, make_document(f"Secret{number:02}x marched on Kidal. " * (number * 7 + 1), f"doc{number}"))
    put(store, make_document("Secret02x came again.", "doc2"))
    store.remove("doc4", purge=False)
    assert b"Secret04x" in bytes_of(tmp_path)
    for number in range(0, 30, 2):
        store.remove(f"doc{number}", purge=True)
        assert f"Secret{number:02}x".encode() not in bytes_of(tmp_path)
    assert b"Secret05x" in bytes_of(tmp_path)
    with pytest.raises(NotFound):
        store.remove("doc4", purge=True)


def test_a_purge_that_cannot_tidy_up_says_so(tmp_path: Path, monkeypatch, caplog) -> None:
    monkeypatch.setattr("index.store.connect", lambda path: database.connect(path, 0.05))
    store = Store(tmp_path)
    put(store, make_document("Kidal fell."))
    reader = sqlite3.connect(tmp_path / "citecheck.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM versions").fetchall()
    store.remove("doc", purge=True)
    assert "traces of purged text may stay" in caplog.text
    reader.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE facts (name TEXT, value TEXT)",
        "CREATE TABLE facts (animal TEXT)",
        "CREATE TABLE recipes (name TEXT)",
        "CREATE TABLE facts AS SELECT 'schema' AS name, '1' AS value",
    ],
)
def test_another_programs_database_is_refused(tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(tmp_path / "citecheck.sqlite") as connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(StoreError, match="not written by citecheck") as caught:
        Store(tmp_path)
    assert caught.value.code == "data_folder_format"


def test_another_format_is_named(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "citecheck.sqlite") as connection:
        connection.execute("UPDATE facts SET value = '9' WHERE name = 'schema'")
    connection.close()
    with pytest.raises(StoreError, match="format 9") as caught:
        Store(tmp_path)
    assert caught.value.code == "data_folder_format"


FORMAT_1 = Path(__file__).parent / "format_1.sql"


def written_by_format_1(folder: Path) -> sqlite3.Connection:
    """Return a connection to a database that the release of format 1 wrote, with all it held."""
    connection = sqlite3.connect(folder / "citecheck.sqlite", isolation_level=None)
    connection.executescript(FORMAT_1.read_text(encoding="utf-8"))
    return connection


def rows_of(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    tables = ("passages", "vectors", "facts", "sqlite_sequence")
    rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    documents = "id, version, title, source, path, recipe, characters, passages, added_at, updated_at"
    versions = "document_id, version, sha256, title, source, text"
    return rows | {
        "documents": connection.execute(f"SELECT {documents} FROM documents").fetchall(),
        "versions": connection.execute(f"SELECT {versions} FROM versions").fetchall(),
    }


def test_a_folder_of_format_1_is_brought_up_to_date_without_loss(tmp_path: Path) -> None:
    connection = written_by_format_1(tmp_path)
    before = rows_of(connection)
    for _ in range(2):
        store = Store(tmp_path)
        after = rows_of(connection)
        assert dict(after.pop("facts")) == dict(before["facts"]) | {"schema": "3"}  # type: ignore[arg-type]
        assert after == {table: rows for table, rows in before.items() if table != "facts"}
        assert (store.count(), store.generation()) == (2, 5)
        store.close()
    connection.close()


def test_old_addresses_resolve_and_new_pages_are_kept_after_the_change(tmp_path: Path) -> None:
    written_by_format_1(tmp_path).close()
    store = Store(tmp_path)
    assert store.document("gao", "48228d118d65").text == "Gao fell a day later."
    assert store.document("timbuktu", "d175aa371945").pages == ()
    paged = Document("atlas", "Atlas", "One. Two.", content_sha256("One. Two."), "atlas.pdf", (0, 0, 5, 9))
    put(store, paged)
    assert store.document("atlas", paged.version) == paged
    assert [paged.page_at(offset) for offset in (0, 4, 5, 8)] == [2, 2, 3, 3]


def test_messages_repeat_only_a_little_of_an_id(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for ask in (lambda: store.record("x" * 9999), lambda: store.document("x" * 9999, "y" * 9999)):
        with pytest.raises(NotFound) as caught:
            ask()
        assert len(caught.value.message) < 300


def failing(folder: Path, reason: str) -> StoreError:
    engine = database.connect(folder / "citecheck.sqlite")
    with pytest.raises(StoreError) as caught, database.translated(engine):
        raise OperationalError("", None, sqlite3.OperationalError(reason))
    return caught.value


def test_a_full_disk_is_told_from_a_broken_one(tmp_path: Path, monkeypatch) -> None:
    assert isinstance(failing(tmp_path, "database or disk is full"), StoreFull)
    assert not isinstance(failing(tmp_path, "disk I/O error"), StoreFull)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    assert isinstance(failing(tmp_path, "disk I/O error"), StoreFull)
    assert failing(tmp_path, "database is locked").code == "data_folder_busy"


def test_a_read_only_folder_is_called_that(tmp_path: Path, monkeypatch) -> None:
    assert "read-only" in failing(tmp_path, "attempt to write a readonly database").message
    assert "unable to open" in failing(tmp_path, "unable to open database file").message
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "read-only" in failing(tmp_path, "unable to open database file").message


def test_secure_deletion_is_on(tmp_path: Path) -> None:
    with database.reading(database.connect(tmp_path / "citecheck.sqlite")) as connection:
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1
