"""A backup of a data folder in use: its databases as they were at one moment, in one file that is whole or absent."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from index import snapshots
from index.errors import InputError, StoreError
from index.restoring import flush_folder
from index.store import Store
from service.conversation.store import ConversationStore
from service.keeping.archive import Manifest, pack, seal
from service.keeping.files import DATABASES, need_index, need_room, told_plainly

# Told how many of how many bytes are done.
Progress = Callable[[int, int], None]

_PREFIX = ".citecheck-backup-"


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made: the file, its length in bytes, and what is in it."""

    path: Path
    bytes: int
    manifest: Manifest


def back_up(data: Path, target: Path, *, force: bool, on_progress: Progress) -> Backup:
    """Write a backup of the data folder to `target`, whoever reads and writes the folder meanwhile.

    Raises InputError when the file is there already (unless `force`) or its folder is not, StoreFull when the disk is
    full, StoreError when the data folder cannot be read or holds no index; no half-made file is left then.
    """
    if target.is_dir() or not target.parent.is_dir():
        raise InputError(f"{target} is no place for a file; name a file in a folder that exists.", code="bad_target")
    if target.exists() and not force:
        raise InputError(f"{target} exists already; name another file or use --force.", code="file_exists")
    _open_once(data)
    with (
        told_plainly(target.parent, doing=f"write a backup to {target.parent}"),
        tempfile.TemporaryDirectory(prefix=_PREFIX, dir=target.parent) as work,
    ):
        folder = Path(work)
        copies = _copy(data, folder, on_progress)
        made = folder / "backup.zip"
        manifest = _pack(made, copies, on_progress)
        length = made.stat().st_size
        made.replace(target)
        flush_folder(target.parent)
    return Backup(target, length, manifest)


def _open_once(data: Path) -> None:
    """Bring the databases to the present format, and see that they are ours."""
    need_index(data)
    Store(data).close()
    if (data / DATABASES[1]).exists():
        ConversationStore(data).close()


def _copy(data: Path, folder: Path, on_progress: Progress) -> list[Path]:
    paths = [data / name for name in DATABASES if (data / name).exists()]
    with snapshots.pinned(paths) as sources:
        sizes = [snapshots.size(source) for source in sources]
        # Room for the copies and, where nothing can be compressed, as much for the archive.
        need_room(folder.parent, 2 * sum(sizes))
        for place, (path, source) in enumerate(zip(paths, sources, strict=True)):
            before = sum(sizes[:place])

            def told(done: int, _total: int, before: int = before) -> None:
                on_progress(before + done, 2 * sum(sizes))

            snapshots.copy(source, folder / path.name, told)
    return [folder / path.name for path in paths]


def _pack(target: Path, copies: list[Path], on_progress: Progress) -> Manifest:
    total = sum(path.stat().st_size for path in copies)
    done = total

    def step(more: int) -> None:
        nonlocal done
        done += more
        on_progress(done, 2 * total)

    with target.open("xb") as file:
        target.chmod(0o600)
        with zipfile.ZipFile(file, "w", compresslevel=1) as archive:
            forms = [_fact(path, "SELECT value FROM facts WHERE name = 'schema'") for path in copies]
            packed = [pack(archive, path, form, step) for path, form in zip(copies, forms, strict=True)]
            documents = int(_fact(copies[0], "SELECT count(*) FROM documents"))
            for path in copies:
                path.unlink()
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = Manifest(made_at, version("citecheck"), documents, tuple(packed))
            seal(archive, manifest)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _fact(path: Path, query: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(query).fetchone()
    if row is None:
        raise StoreError(
            f"{path.name} says nothing of its format; look at the data folder with `citecheck doctor`.",
            code="data_folder_format",
        )
    return str(row[0])
