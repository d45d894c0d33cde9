"""A backup comes back whole, over what was there or not at all, and what is no backup changes nothing."""

from __future__ import annotations

import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from backups_made import archives, contents, ignore, rewritten, small_folder, with_manifest

from index import restoring
from index.encoder import Encoder
from index.errors import InputError, StoreError
from index.library import Library
from index.retriever import HybridRetriever
from index.store import Store
from service.keeping.restore import restore

FORMAT_1 = Path(__file__).parent / "format_1.sql"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> tuple[Path, Path]:
    """A folder with two documents and a conversation, and its backup; read only."""
    return small_folder(tmp_path_factory.mktemp("small"), encoder)


def test_everything_comes_back(small: tuple[Path, Path], tmp_path: Path, encoder: Encoder) -> None:
    data, archive = small
    restored = restore(archive, tmp_path / "new" / "data", force=False, on_progress=ignore)
    assert restored.aside is None
    assert restored.manifest.documents == 2
    assert contents(tmp_path / "new" / "data") == contents(data)
    library = Library(tmp_path / "new" / "data", encoder)
    assert HybridRetriever(library).search("zebra", 5, None)[0].passage.document_id == "zebra"
    library.close()
    assert not {path.name for path in (tmp_path / "new" / "data").iterdir()} & {"restore.json", "manifest.json"}


def test_what_was_there_is_set_aside(small: tuple[Path, Path], data_folder: Path) -> None:
    before = contents(data_folder)
    (data_folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="--force"):
        restore(small[1], data_folder, force=False, on_progress=ignore)
    assert contents(data_folder) == before
    restored = restore(small[1], data_folder, force=True, on_progress=ignore)
    assert restored.aside is not None
    assert contents(restored.aside) == before
    assert contents(data_folder) == contents(small[0])
    assert (data_folder / "notes.txt").read_text() == "mine"
    again = restore(small[1], data_folder, force=True, on_progress=ignore)
    assert again.aside not in (None, restored.aside)


def test_a_folder_in_use_is_not_replaced(small: tuple[Path, Path], data_folder: Path) -> None:
    before, store = contents(data_folder), Store(data_folder)
    with pytest.raises(StoreError, match="open in another process"):
        restore(small[1], data_folder, force=True, on_progress=ignore)
    store.close()
    code = (
        "import sys; from pathlib import Path; from index.lease import Lease\n"
        f"with Lease(Path({str(data_folder)!r})).held(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=f"process {process.pid}"):
            restore(small[1], data_folder, force=True, on_progress=ignore)
        process.kill()
    assert contents(data_folder) == before


def test_a_backup_of_an_earlier_format_is_brought_up_to_date(small: tuple[Path, Path], tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    with sqlite3.connect(old) as connection:
        connection.executescript(FORMAT_1.read_text(encoding="utf-8"))
    connection.close()
    content = old.read_bytes()
    entry = {"name": "citecheck.sqlite", "bytes": len(content), "format": "1"}
    entry["sha256"] = hashlib.sha256(content).hexdigest()
    part = rewritten(small[1], tmp_path / "part.zip", citecheck=content, conversations=None)
    archive = with_manifest(part, tmp_path / "old.zip", databases=[entry])
    restore(archive, tmp_path / "data", force=False, on_progress=ignore)
    store = Store(tmp_path / "data")
    assert store.document("gao", "48228d118d65").text == "Gao fell a day later."
    store.close()


def test_what_is_no_whole_backup_changes_nothing(small: tuple[Path, Path], data_folder: Path, tmp_path: Path) -> None:
    before, names = contents(data_folder), sorted(path.name for path in data_folder.iterdir())
    (tmp_path / "made").mkdir()
    for wrong, archive in archives(small[1], tmp_path / "made").items():
        with pytest.raises(InputError) as caught:
            restore(archive, data_folder, force=True, on_progress=ignore)
        assert caught.value.code in ("not_a_backup", "backup_damaged", "backup_format"), wrong
        assert contents(data_folder) == before, wrong
        locks = {"open.lock", "writer.lock"}
        assert {path.name for path in data_folder.iterdir()} - locks == set(names) - locks, wrong
    assert not (tmp_path / "outside.txt").exists()


def test_a_backup_of_a_later_release_is_refused(small: tuple[Path, Path], tmp_path: Path) -> None:
    data = Path(shutil.copytree(small[0], tmp_path / "data"))
    with sqlite3.connect(data / "citecheck.sqlite") as connection:
        connection.execute("UPDATE facts SET value = '9' WHERE name = 'schema'")
    connection.close()
    content = (data / "citecheck.sqlite").read_bytes()
    entry = {"name": "citecheck.sqlite", "bytes": len(content), "format": "9"}
    entry["sha256"] = hashlib.sha256(content).hexdigest()
    part = rewritten(small[1], tmp_path / "part.zip", citecheck=content, conversations=None)
    archive = with_manifest(part, tmp_path / "later.zip", databases=[entry])
    with pytest.raises(StoreError, match="format 9"):
        restore(archive, tmp_path / "empty", force=False, on_progress=ignore)
    assert {path.name for path in (tmp_path / "empty").iterdir()} <= {"open.lock", "writer.lock"}


@pytest.mark.parametrize("step", range(6))
def test_a_restore_that_is_killed_is_finished_by_the_next_to_open(
    small: tuple[Path, Path], data_folder: Path, step: int
) -> None:
    """The process is killed at each of its renames in turn; either nothing has happened, or all of it will."""
    before = contents(data_folder)
    code = f"""
import os, signal, sys
from pathlib import Path
from index import restoring
from service.keeping.restore import restore
steps = 0
move = restoring._move
def killed(path, target):
    global steps
    if steps == {step}:
        os.kill(os.getpid(), signal.SIGKILL)
    steps += path.exists()
    move(path, target)
restoring._move = killed
restore(Path(sys.argv[1]), Path(sys.argv[2]), force=True, on_progress=lambda done, total: None)
"""
    ended = subprocess.run([sys.executable, "-c", code, str(small[1]), str(data_folder)], check=False)
    assert ended.returncode in (0, -signal.SIGKILL)
    Store(data_folder).close()
    assert contents(data_folder) == contents(small[0])
    assert not (data_folder / restoring.MARKER).exists()
    (aside,) = data_folder.glob("before-restore-*")
    assert contents(aside) == before


@pytest.mark.parametrize(
    "fields",
    [
        '"documents": Infinity',
        '"documents": 1e400',
        '"documents": NaN',
        '"documents": -1',
        '"documents": "2"',
        '"documents": true',
        '"documents": 2.0',
        '"documents": ' + "[" * 40_000 + "]" * 40_000,
        '"databases": [{"name": "citecheck.sqlite", "bytes": Infinity, "sha256": "", "format": "3"}]',
        '"databases": [{"name": "citecheck.sqlite", "bytes": 1e400, "sha256": "", "format": "3"}]',
        '"databases": [{"name": "citecheck.sqlite", "bytes": -1, "sha256": "", "format": "3"}]',
        '"databases": [{"name": ["citecheck.sqlite"], "bytes": 1, "sha256": {}, "format": 3}]',
        '"databases": "citecheck.sqlite"',
        '"databases": {"citecheck.sqlite": 1}',
        '"databases": 5',
        '"made_at": "yesterday"',
        '"made_at": {}',
        '"citecheck": "\\u001b[2J"',
        '"citecheck": "\\ud800"',
    ],
)
def test_a_hostile_manifest_is_one_clear_error(small: tuple[Path, Path], tmp_path: Path, fields: str) -> None:
    with zipfile.ZipFile(small[1]) as archive:
        sound = archive.read("manifest.json").decode()
    # The last of two equal keys counts.
    hostile = f"{sound.rstrip().removesuffix('}')}, {fields}}}".encode()
    archive_path = rewritten(small[1], tmp_path / "hostile.zip", manifest=hostile)
    with pytest.raises(InputError) as caught:
        restore(archive_path, tmp_path / "data", force=False, on_progress=ignore)
    assert caught.value.code == "not_a_backup"
    assert not (tmp_path / "data").exists()


def test_documents_are_counted_in_what_was_restored(small: tuple[Path, Path], tmp_path: Path) -> None:
    lying = with_manifest(small[1], tmp_path / "lying.zip", documents=1_000_000)
    assert restore(lying, tmp_path / "data", force=False, on_progress=ignore).manifest.documents == 2


def test_the_log_of_a_database_that_is_gone_is_set_aside(small: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "citecheck.sqlite-wal").write_bytes(b"old log")
    restored = restore(small[1], tmp_path, force=False, on_progress=ignore)
    assert restored.aside is not None
    assert (restored.aside / "citecheck.sqlite-wal").read_bytes() == b"old log"
    assert contents(tmp_path) == contents(small[0])


def begin_swap(folder: Path) -> None:
    """Leave what a restore leaves that is killed once it is decided."""
    (folder / ".restore-x").mkdir()
    (folder / ".restore-x" / "citecheck.sqlite").write_bytes(b"new")
    (folder / "restore.json").write_text(
        '{"phase": "in", "old": [], "aside": "before-restore-x", "staged": ".restore-x"}'
    )


def test_nothing_in_the_way_of_a_restore_is_replaced(tmp_path: Path) -> None:
    begin_swap(tmp_path)
    (tmp_path / "citecheck.sqlite").write_bytes(b"mine")
    with pytest.raises(StoreError, match="in its way"):
        Store(tmp_path)
    assert (tmp_path / "citecheck.sqlite").read_bytes() == b"mine"
    assert (tmp_path / ".restore-x" / "citecheck.sqlite").read_bytes() == b"new"


def test_a_restore_killed_while_the_folder_is_opened_is_finished(tmp_path: Path, monkeypatch) -> None:
    """It is begun and killed between the look at its marker and the lock that keeps it out."""
    take = restoring.Presence

    def late(folder: Path) -> object:
        monkeypatch.setattr(restoring, "Presence", take)
        begin_swap(folder)
        return take(folder)

    monkeypatch.setattr(restoring, "Presence", late)
    presence = restoring.enter(tmp_path)
    assert (tmp_path / "citecheck.sqlite").read_bytes() == b"new"
    assert not (tmp_path / restoring.MARKER).exists()
    presence.close()
