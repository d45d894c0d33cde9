"""The connection to the store's database: durable settings, write transactions, and its errors in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from index.errors import StoreError, StoreFull

_BUSY_MILLISECONDS = 30_000


def connect(path: Path) -> Engine:
    """Return an engine on the SQLite file at `path`, created when missing."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database."""
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it is durable on exit, or none of it."""
    with translated(), engine.execution_options(write=True).begin() as connection:
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Raise database failures as StoreError, with what the user can do."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        if "full" in reason:
            raise StoreFull(
                "The disk is full; nothing acknowledged was lost. Free some space and try again.", code="disk_full"
            ) from error
        if "locked" in reason:
            raise StoreError(
                "Another process is writing to the data folder; try again in a moment.", code="data_folder_busy"
            ) from error
        raise StoreError(
            f"The data folder cannot be used ({reason}); check its permissions or choose another with --data.",
            code="data_folder_unusable",
        ) from error


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - the event's own type
    # Transactions are begun by us, so that a writer takes its lock at the start and not in the middle.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
