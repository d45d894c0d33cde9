"""The connection to the store's database: durable settings, write transactions, and its errors in our words."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError

from index.errors import StoreError, StoreFull

_BUSY_SECONDS = 30.0
_FULL_BYTES = 1_000_000
_log = logging.getLogger(__name__)


def connect(path: Path, busy_seconds: float = _BUSY_SECONDS) -> Engine:
    """Return an engine on the SQLite file at `path`, created when missing; writers wait so long for one another."""
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database."""
    with translated(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it is durable on exit, or none of it."""
    with translated(engine), engine.execution_options(write=True).begin() as connection:
        yield connection


def erase_freed(engine: Engine) -> None:
    """Leave nothing of deleted rows in the files: pages rewritten, the write-ahead log emptied.

    `secure_delete` alone leaves copies of rows that SQLite once moved within or between pages.
    """
    # The rows are gone already: a disk too full to rewrite the file must not look like a purge that failed.
    connection = engine.raw_connection()
    try:
        _try_erasing(connection, "VACUUM")
        _try_erasing(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _try_erasing(connection: PoolProxiedConnection, statement: str) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        row = cursor.fetchone()
        reason = "another process is reading" if row and row[0] else ""
    except sqlite3.Error as error:
        reason = str(error)
    finally:
        cursor.close()
    if reason:
        _log.warning("traces of purged text may stay in the data folder until the next purge: %s", reason)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Raise database failures as StoreError, with what the user can do."""
    try:
        yield
    except DBAPIError as error:
        raise _in_our_words(str(error.orig), Path(str(engine.url.database)).parent) from error


def _in_our_words(reason: str, folder: Path) -> StoreError:
    # SQLite calls a full disk an I/O error when it was the log that could not grow.
    if "full" in reason or ("disk I/O error" in reason and _is_full(folder)):
        return StoreFull(
            "The disk is full; nothing acknowledged was lost. Free some space and try again.", code="disk_full"
        )
    if "locked" in reason:
        return StoreError(
            "Another process is writing to the data folder; try again in a moment.", code="data_folder_busy"
        )
    if "readonly" in reason or "permission" in reason.lower() or not os.access(folder, os.W_OK | os.X_OK):
        return StoreError(
            f"The data folder {folder} or a file in it is read-only for this user; allow writing to it or choose "
            "another with --data.",
            code="data_folder_unusable",
        )
    if "malformed" in reason or "not a database" in reason:
        return StoreError(
            f"A database in {folder} is damaged ({reason}); bring back a backup with `citecheck restore`, or choose "
            "another folder with --data.",
            code="data_folder_damaged",
        )
    return StoreError(
        f"The data folder {folder} cannot be used ({reason}); check the folder or choose another with --data.",
        code="data_folder_unusable",
    )


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _FULL_BYTES
    except OSError:
        return False


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - the event's own type
    # Transactions are begun by us, so that a writer takes its lock at the start and not in the middle.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
