"""The files of a data folder, and what happens to a disk that refuses one."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StoreError, StoreFull
from index.restoring import finish_swap
from index.store import FILE as DOCUMENTS
from service.conversation.store import FILE as CONVERSATIONS

# The truth: everything else is made of these again.
DATABASES = (DOCUMENTS, CONVERSATIONS)
DERIVED = ("derived", "disagreements.json")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SPARE_BYTES = 10_000_000


@contextmanager
def told_plainly(folder: Path, *, doing: str) -> Iterator[None]:
    """Raise failures of the disk and of SQLite as StoreError; `doing` completes "citecheck cannot ..."."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full(folder) from error
        raise StoreError(f"Cannot {doing} ({error.strerror}); check {folder}.", code="data_folder_unusable") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise full(folder) from error
        if code == sqlite3.SQLITE_BUSY:
            raise StoreError(
                "Another process is writing to the data folder; try again in a moment.", code="data_folder_busy"
            ) from error
        raise StoreError(
            f"Cannot {doing} ({error}); look at the data folder with `citecheck doctor`.", code="data_folder_unusable"
        ) from error


def need_index(data: Path) -> None:
    """Raise StoreError unless the data folder holds an index: who only looks at it must not create one."""
    with told_plainly(data, doing="look at the data folder"):
        finish_swap(data)
        path = data / DOCUMENTS
        if path.exists() and path.stat().st_size:
            return
        left = [name for name in (*DATABASES, *DERIVED) if (data / name).exists()]
    if not left:
        raise StoreError(
            f"There is no index in {data}; index documents with `citecheck index`, bring back a backup with `citecheck "
            "restore`, or name another folder with --data.",
            code="no_index",
        )
    state = "empty" if DOCUMENTS in left else f"missing, though there is {' and '.join(left)}"
    raise StoreError(
        f"The database {DOCUMENTS} of {data} is {state}; bring back a backup with `citecheck restore --force`, or "
        "index the documents again with `citecheck index`.",
        code="database_missing",
    )


def need_room(folder: Path, needed: int) -> None:
    """Raise StoreFull unless the disk of `folder` has room for `needed` bytes and a little more."""
    if shutil.disk_usage(folder).free < needed + _SPARE_BYTES:
        raise full(folder, needed)


def full(folder: Path, needed: int | None = None) -> StoreFull:
    """Return the error for a disk that is too full; nothing that was there is changed by then."""
    room = "" if needed is None else f" for the {needed / 1e6:.0f} MB that are needed"
    return StoreFull(
        f"The disk of {folder} has no room{room}; nothing was changed. Free some space and try again.",
        code="disk_full",
    )
