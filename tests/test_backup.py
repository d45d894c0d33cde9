"""Backups of a folder in use are whole and of one moment, or not there."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from backups_made import backed_up, ignore, small_folder

from conftest import make_document
from index import snapshots
from index.encoder import Encoder
from index.errors import InputError, StoreError, StoreFull
from index.lease import Lease
from index.library import Library
from index.store import Store
from service.keeping.backup import back_up
from service.keeping.restore import restore


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> tuple[Path, Path]:
    """A folder with two documents and a conversation, and its backup; read only."""
    return small_folder(tmp_path_factory.mktemp("small"), encoder)


def test_the_manifest_tells_hashes_and_formats(small: tuple[Path, Path]) -> None:
    _, archive = small
    assert archive.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(archive) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        for database in manifest["databases"]:
            content = opened.read(database["name"])
            assert hashlib.sha256(content).hexdigest() == database["sha256"]
            assert len(content) == database["bytes"]
    assert [(item["name"], item["format"]) for item in manifest["databases"]] == [
        ("citecheck.sqlite", "3"),
        ("conversations.sqlite", "1"),
    ]


def test_a_backup_is_of_one_moment_while_documents_change(data_folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    library = Library(data_folder, encoder)
    stop, numbers = threading.Event(), iter(range(10_000))
    seeded = library.store.generation()

    def keep_writing() -> None:
        while not stop.is_set():
            number = next(numbers)
            # Two documents that are always of the same number, or one ahead of the other.
            for name in ("a", "b"):
                library.add(make_document(f"The zebra crossed {number} rivers.", name))

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for number in range(4):
            backed_up(data_folder, tmp_path / f"{number}.zip")
    finally:
        stop.set()
        writer.join()
    library.close()
    for number in range(4):
        restore(tmp_path / f"{number}.zip", tmp_path / str(number), force=False, on_progress=ignore)
        store = Store(tmp_path / str(number))
        records = {record.document_id: record for record in store.records(limit=100, offset=0)}
        texts = [store.document(name, records[name].version).text for name in ("a", "b") if name in records]
        counts = [int(text.split()[3]) for text in texts]
        assert len(counts) < 2 or counts[0] - counts[1] in (0, 1)
        assert store.generation() == sum((*counts, len(counts))) + seeded
        store.close()


def test_a_disk_that_is_full_leaves_nothing_half_done(small: tuple[Path, Path], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(StoreFull):
        backed_up(small[0], tmp_path / "made.zip")
    with pytest.raises(StoreFull):
        restore(small[1], tmp_path / "data", force=False, on_progress=ignore)
    assert not (tmp_path / "made.zip").exists()
    assert [path.name for path in tmp_path.glob(".citecheck*")] == []
    assert not (tmp_path / "data" / "citecheck.sqlite").exists()


def test_a_killed_backup_leaves_no_file_of_that_name(data_folder: Path, tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from service.keeping import backup
backup.seal = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
backup.back_up(Path({str(data_folder)!r}), Path({str(tmp_path / "made.zip")!r}), force=False, on_progress=print)
"""
    ended = subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not (tmp_path / "made.zip").exists()
    backed_up(data_folder, tmp_path / "made.zip")


def test_places_that_cannot_hold_a_backup(small: tuple[Path, Path], tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "no" / "made.zip", small[1]):
        with pytest.raises(InputError):
            backed_up(small[0], target)
    with pytest.raises(InputError, match="cannot be read"):
        restore(tmp_path / "none.zip", tmp_path / "data", force=False, on_progress=ignore)
    first = small[1].read_bytes()
    (tmp_path / "made.zip").write_bytes(b"old")
    back_up(small[0], tmp_path / "made.zip", force=True, on_progress=ignore)
    assert abs(len(first) - (tmp_path / "made.zip").stat().st_size) < 100


def test_a_transaction_that_does_not_end_is_called_that(small: tuple[Path, Path], tmp_path: Path, monkeypatch) -> None:
    data = Path(shutil.copytree(small[0], tmp_path / "data"))
    monkeypatch.setattr(snapshots, "_BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(data / "citecheck.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            backed_up(data, tmp_path / "made.zip")
    assert caught.value.code == "data_folder_busy"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_backup_does_not_wait_for_a_writer(small: tuple[Path, Path], tmp_path: Path) -> None:
    data = Path(shutil.copytree(small[0], tmp_path / "data"))
    with Lease(data).held():
        assert backed_up(data, tmp_path / "made.zip").bytes == (tmp_path / "made.zip").stat().st_size
