"""A backup brought back: checked to the last byte before anything is touched, then put in place as a whole."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from index import snapshots
from index.errors import InputError, StoreError
from index.lease import OPEN_FILE, Lease, alone
from index.restoring import ASIDE_PREFIX, MARKER, STAGED_PREFIX, carry_out, swap_in
from index.store import Store
from service.conversation.store import ConversationStore
from service.keeping.archive import Manifest, open_archive, unpack
from service.keeping.files import DATABASES, DERIVED, need_room, told_plainly

# Told how many of how many bytes are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back; `aside` is the folder that now holds what was there before, None when nothing was.

    The documents of `manifest` are counted in the database that was brought back.
    """

    manifest: Manifest
    aside: Path | None


def restore(source: Path, data: Path, *, force: bool, on_progress: Progress) -> Restored:
    """Make the data folder what it was when the backup was made; search files are built again by the next search.

    What was there is set aside, never thrown away. Raises InputError for a file that is no backup or is damaged, and
    for a folder that holds documents already (unless `force`); StoreError while another process writes or has the
    folder open; StoreFull when the disk is full. Nothing is changed then.
    """
    with _opened(source) as (archive, manifest), told_plainly(data, doing=f"restore into {data}"):
        data.mkdir(parents=True, exist_ok=True)
        with Lease(data).held(), alone(data):
            carry_out(data)
            there = [name for name in (*DATABASES, *DERIVED) if (data / name).exists()]
            if there and not force:
                raise InputError(
                    f"{data} holds an index already; choose another folder with --data, or set it aside with --force.",
                    code="folder_not_empty",
                )
            need_room(data, manifest.total)
            staged = Path(tempfile.mkdtemp(prefix=STAGED_PREFIX, dir=data))
            aside = _aside(data)
            try:
                _unpack(archive, manifest, staged, on_progress)
                documents = _prove(staged)
                # All of them, for a log may be left of a database that is gone.
                swap_in(data, staged, aside, (*DATABASES, *DERIVED))
            finally:
                # Once it is begun, what is staged belongs to whoever finishes it.
                if not (data / MARKER).exists():
                    shutil.rmtree(staged, ignore_errors=True)
    return Restored(replace(manifest, documents=documents), aside if aside.exists() else None)


@contextmanager
def _opened(source: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    try:
        file = source.open("rb")
    except OSError as error:
        raise InputError(f"{source} cannot be read ({error.strerror}); name a backup.", code="no_backup") from error
    with file:
        archive, manifest = open_archive(file, source.name)
        with archive:
            yield archive, manifest


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, staged: Path, on_progress: Progress) -> None:
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        on_progress(done, manifest.total)

    for packed in manifest.databases:
        unpack(archive, packed, staged / packed.name, step)


def _prove(staged: Path) -> int:
    """See that the databases are sound and ours, bring them to the present format, and count the documents."""
    for name in DATABASES:
        found = snapshots.problems(staged / name, thorough=False) if (staged / name).exists() else []
        if found:
            raise StoreError(
                f"The database {name} was damaged before it was backed up ({found[0]}); nothing was changed, use "
                "another backup.",
                code="backup_damaged",
            )
    store = Store(staged)
    documents = store.count()
    store.close()
    if (staged / DATABASES[1]).exists():
        ConversationStore(staged).close()
    (staged / OPEN_FILE).unlink(missing_ok=True)
    return documents


def _aside(data: Path) -> Path:
    """Name a folder that is not there yet; two restores within a second, or a clock set back, find another name."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (f"{ASIDE_PREFIX}{stamp}{suffix}" for suffix in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(data / name for name in names if not (data / name).exists())
