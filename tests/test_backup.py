"""Backups of a folder in use are whole and of one moment; what cannot be restored changes nothing."""

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
from pathlib import Path
from types import SimpleNamespace

import pytest

from conftest import make_document
from index import restoring
from index.encoder import Encoder
from index.errors import InputError, StoreError, StoreFull
from index.lease import Lease
from index.library import Library
from index.retriever import HybridRetriever
from index.store import Store
from service.conversation.store import ConversationStore
from service.keeping.backup import Backup, back_up
from service.keeping.restore import restore

FORMAT_1 = Path(__file__).parent / "format_1.sql"


def ignore(_done: int, _total: int) -> None:
    pass


def backed_up(data: Path, target: Path) -> Backup:
    return back_up(data, target, force=False, on_progress=ignore)


def contents(data: Path) -> dict[str, tuple[str, ...]]:
    """Return every row of every table of both databases."""
    found = {}
    for name in ("citecheck.sqlite", "conversations.sqlite"):
        if (data / name).exists():
            with sqlite3.connect(data / name) as connection:
                found[name] = tuple(connection.iterdump())
            connection.close()
    return found


def rewritten(source: Path, target: Path, **changes: bytes | None) -> Path:
    """Copy an archive with the content of some members changed, or the members left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content = changes.get(info.filename.partition(".")[0], old.read(info))
            if content is not None:
                new.writestr(info.filename, content)
    return target


def with_manifest(source: Path, target: Path, **fields: object) -> Path:
    with zipfile.ZipFile(source) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    return rewritten(source, target, manifest=json.dumps({**manifest, **fields}).encode())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> tuple[Path, Path]:
    """A folder with two documents and a conversation, and its backup; read only."""
    folder = tmp_path_factory.mktemp("small")
    library = Library(folder / "data", encoder)
    library.add(make_document("The zebra crossed the river at dawn.", "zebra"))
    library.add(make_document("The giraffe stayed at home.", "giraffe"))
    library.refresh()
    library.close()
    conversations = ConversationStore(folder / "data")
    conversations.create("About animals")
    conversations.close()
    backed_up(folder / "data", folder / "made.zip")
    return folder / "data", folder / "made.zip"


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
        assert store.generation() == sum((*counts, len(counts))) + 5
        store.close()


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


def archives(source: Path, folder: Path) -> dict[str, Path]:
    """Return files that must not be restored, by what is wrong with them."""
    with zipfile.ZipFile(source) as archive:
        documents, manifest = archive.read("citecheck.sqlite"), json.loads(archive.read("manifest.json"))
    flipped = bytearray(documents)
    flipped[len(flipped) // 2] ^= 1
    truncated, text = folder / "truncated.zip", folder / "text.zip"
    truncated.write_bytes(source.read_bytes()[:-200])
    text.write_text("a shopping list")
    first, second = manifest["databases"]
    outside = rewritten(source, folder / "outside.zip")
    with zipfile.ZipFile(outside, "a") as archive:
        archive.writestr("../outside.txt", b"x")
    bomb = b"\0" * 50_000_000
    lying = rewritten(source, folder / "plain.zip", citecheck=bomb)
    sized = {**first, "bytes": len(bomb)}
    return {
        "flipped": rewritten(source, folder / "flipped.zip", citecheck=bytes(flipped)),
        "shorter": rewritten(source, folder / "shorter.zip", citecheck=documents[:-1]),
        "truncated": truncated,
        "text": text,
        "nothing": rewritten(source, folder / "nothing.zip", manifest=None),
        "outside": outside,
        "outside and listed": with_manifest(
            outside, folder / "listed.zip", databases=[first, second, {**first, "name": "../outside.txt", "bytes": 1}]
        ),
        "larger than it says": lying,
        "not what it says": with_manifest(lying, folder / "sized.zip", databases=[sized, second]),
        "twice the same": with_manifest(source, folder / "twice.zip", databases=[first, first]),
        "no documents": with_manifest(
            rewritten(source, folder / "none.zip", citecheck=None), folder / "some.zip", databases=[second]
        ),
        "a later format": with_manifest(source, folder / "later.zip", format=2),
        "another kind": with_manifest(source, folder / "kind.zip", kind="cake"),
        "a list": rewritten(source, folder / "list.zip", manifest=b"[]"),
        "deep": rewritten(source, folder / "deep.zip", manifest=b"[" * 90_000),
    }


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


def test_a_disk_that_is_full_leaves_nothing_half_done(small: tuple[Path, Path], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(StoreFull):
        backed_up(small[0], tmp_path / "made.zip")
    with pytest.raises(StoreFull):
        restore(small[1], tmp_path / "data", force=False, on_progress=ignore)
    assert not (tmp_path / "made.zip").exists()
    assert [path.name for path in tmp_path.glob(".citecheck*")] == []
    assert not (tmp_path / "data" / "citecheck.sqlite").exists()


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


def test_a_backup_does_not_wait_for_a_writer(small: tuple[Path, Path], tmp_path: Path) -> None:
    data = Path(shutil.copytree(small[0], tmp_path / "data"))
    with Lease(data).held():
        assert backed_up(data, tmp_path / "made.zip").bytes == (tmp_path / "made.zip").stat().st_size
