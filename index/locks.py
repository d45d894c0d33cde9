"""Locks between processes that the kernel gives back when their holder dies."""

from __future__ import annotations

import fcntl
import os
import weakref
from contextlib import suppress
from pathlib import Path

from index.errors import StoreError

_MESSAGE_BYTES = 4096


class FileLock:
    """An advisory lock on a file that is never deleted: shared by many, or held by one alone. Not thread-safe.

    Whoever holds it alone can leave a message in the file for those who are turned away.
    """

    def __init__(self, path: Path) -> None:
        """Take nothing yet; the file is made by the first `take`."""
        self.path = path
        self._descriptor: int | None = None
        _locks.add(self)

    def take(self, *, shared: bool) -> bool:
        """Take the lock if it is free, and tell whether it was; raises StoreError where files cannot be locked."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise _unusable(self.path, error) from error
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError as error:
            os.close(descriptor)
            raise _unusable(self.path, error) from error
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; one that is not held is no error."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def write(self, message: bytes) -> None:
        """Leave a message for those who are turned away; a disk too full for it is no reason to stop."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, message[:_MESSAGE_BYTES], 0)

    def read(self) -> bytes:
        """Return the message of whoever holds the lock, or held it last; b"" when there is none."""
        try:
            with self.path.open("rb") as file:
                return file.read(_MESSAGE_BYTES)
        except OSError:
            return b""

    def __del__(self) -> None:
        """A lock that nobody can give back any more is given back."""
        self.release()


_locks: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _forget_all() -> None:
    # A forked copy of us must not keep alive what we hold.
    for lock in list(_locks):
        lock.release()


os.register_at_fork(after_in_child=_forget_all)


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The data folder {path.parent} cannot be locked ({error.strerror}); allow writing to it, put it on a disk "
        "that can lock files, or choose another with --data.",
        code="data_folder_unusable",
    )
