"""A backup comes back whole, over what was there or not at all, and what is no backup changes nothing."""

from __future__ import annotations

import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
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
