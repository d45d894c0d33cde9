"""Copies of SQLite databases as they are at one moment, made while others read and write them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

# Told how many of how many bytes are done.
Progress = Callable[[int, int], None]

_BUSY_SECONDS = 30.0
_PAGES_AT_ONCE = 4096


@contextmanager
def pinned(paths: Sequence[Path]) -> Iterator[list[sqlite3.Connection]]:
    """Give a connection to each database, all seeing them as they are at one moment, whatever is written meanwhile.

    No transaction is committed to the first of them while the others are pinned. Raises sqlite3.Error.
    """
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(_connect(path))) for path in paths]
        with closing(_connect(paths[0])) as gate:
            gate.execute("BEGIN IMMEDIATE")
            for connection in connections:
                connection.execute("BEGIN")
                # The snapshot is taken by the first thing that is read.
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            gate.execute("ROLLBACK")
        yield connections


def copy(source: sqlite3.Connection, target: Path, on_progress: Progress) -> None:
    """Copy what a pinned connection sees to a new file, which needs no other beside it; raises sqlite3.Error."""
    page = source.execute("PRAGMA page_size").fetchone()[0]

    def told(_status: int, remaining: int, total: int) -> None:
        on_progress((total - remaining) * page, total * page)

    with closing(_connect(target)) as connection:
        source.backup(connection, pages=_PAGES_AT_ONCE, progress=told)
        connection.execute("PRAGMA journal_mode=DELETE")


def size(source: sqlite3.Connection) -> int:
    """Return how many bytes `copy` will write."""
    pages, page = (source.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages) * int(page)


def problems(path: Path, *, thorough: bool, on_step: Callable[[], None] = lambda: None) -> list[str]:
    """Return what SQLite finds wrong with a database file, [] when it is sound.

    `thorough` compares indexes with their tables and follows foreign keys too; `on_step` is called every now and then.
    """
    try:
        with closing(_connect(path)) as connection:
            connection.set_progress_handler(on_step, 1_000_000)
            check = "integrity_check" if thorough else "quick_check"
            found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}(20)") if row[0] != "ok"]
            if thorough:
                rows = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
                found += [f"row {row[1]} of {row[0]} points to nothing in {row[2]}" for row in rows]
            return found
    except sqlite3.Error as error:
        return [str(error)]


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
