"""Who uses a data folder: one writer at a time, named to the others, and nobody while it is being replaced."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.errors import StoreError
from index.locks import FileLock

WRITER_FILE = "writer.lock"
OPEN_FILE = "open.lock"
# A writer that needs moments is waited for; one that runs for minutes is named at once.
_BRIEF_SECONDS = 10.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes. `since` is ISO 8601 in UTC; a `brief` holder will be done in moments."""

    pid: int
    host: str
    command: str
    since: str
    brief: bool


class Lease:
    """The right to write to a data folder, held by one process at a time. Thread-safe; its threads share it.

    The kernel gives the lease of a dead process back at once, also after kill -9.
    """

    def __init__(self, folder: Path) -> None:
        """Take nothing yet."""
        self._lock = FileLock(folder / WRITER_FILE)
        self._guard = threading.Lock()
        self._users = 0

    @contextmanager
    def held(self, *, wait: float = 0.0, brief: bool = False) -> Iterator[None]:
        """Hold the lease; another process's is waited for `wait` seconds, or a few when it is a brief one.

        Raises StoreError (code `data_folder_busy`) naming the holder. Can be nested.
        """
        started = time.monotonic()
        while not self._join(brief):
            holder = self.holder()
            patience = max(wait, _BRIEF_SECONDS) if holder is None or holder.brief else wait
            if time.monotonic() - started >= patience:
                raise _busy(holder)
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            self._leave()

    def holder(self) -> Holder | None:
        """Return who holds the lease as far as is told; None also when the one who told is dead."""
        try:
            told = Holder(**json.loads(self._lock.read()))
            return told if _may_live(told) else None
        except (ValueError, TypeError, OverflowError):
            return None

    def _join(self, brief: bool) -> bool:
        with self._guard:
            if self._users == 0:
                if not self._lock.take(shared=False):
                    return False
                self._lock.write(json.dumps(asdict(_ourselves(brief))).encode())
            self._users += 1
            return True

    def _leave(self) -> None:
        with self._guard:
            self._users -= 1
            if self._users == 0:
                self._lock.write(b"")
                self._lock.release()


class Presence:
    """That a process has the data folder open; any number may, but not while the folder is being replaced."""

    def __init__(self, folder: Path) -> None:
        """Say that the folder is open; raises StoreError (code `data_folder_busy`) while it is being replaced."""
        self._lock = FileLock(folder / OPEN_FILE)
        with suppress(_ReadOnly):
            if not _patiently(lambda: _take_shared(self._lock)):
                raise StoreError(
                    f"The data folder {folder} is being restored; try again when that is done.",
                    code="data_folder_busy",
                )

    def close(self) -> None:
        """Say that the folder is not open any more."""
        self._lock.release()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Have the folder to ourselves; raises StoreError (code `data_folder_busy`) while any process has it open."""
    lock = FileLock(folder / OPEN_FILE)
    if not _patiently(lambda: lock.take(shared=False)):
        raise StoreError(
            f"The data folder {folder} is open in another process, perhaps a server; stop it and try again.",
            code="data_folder_busy",
        )
    try:
        yield
    finally:
        lock.release()


class _ReadOnly(Exception):
    """The lock file cannot be made, so neither can a restore replace anything."""


def _take_shared(lock: FileLock) -> bool:
    try:
        return lock.take(shared=True)
    except StoreError as error:
        raise _ReadOnly from error


def _patiently(take: Callable[[], bool]) -> bool:
    """Try for a moment: who is just leaving is no hindrance."""
    deadline = time.monotonic() + 1.0
    while not take():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _ourselves(brief: bool) -> Holder:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return Holder(os.getpid(), socket.gethostname(), _command(), since, brief)


def _command() -> str:
    """Return the program and its first word: enough to know it by, and no path of anybody's files."""
    program = Path(sys.argv[0]).name or "python"
    first = [word for word in sys.argv[1:2] if word.isidentifier()]
    return " ".join((program if program != "cli.py" else "citecheck", *first))


def _may_live(told: Holder) -> bool:
    if told.host != socket.gethostname():
        return True
    try:
        os.kill(told.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _busy(holder: Holder | None) -> StoreError:
    if holder is None:
        return StoreError(
            "Another process is writing to the data folder; try again when it is done.", code="data_folder_busy"
        )
    return StoreError(
        f"The data folder is being written to by `{holder.command}` (process {holder.pid} on {holder.host}, since "
        f"{holder.since}); try again when it is done.",
        code="data_folder_busy",
        **asdict(holder),
    )
