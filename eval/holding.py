"""Keeps two processes from changing the same files at once, by a lock on their folder that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import InputError


@contextmanager
def held(folder: Path, *, wait: bool) -> Iterator[None]:
    """Hold `folder` alone, after waiting for whoever holds it; without `wait`, raise InputError where somebody does.

    The folder itself is locked, so that no lock file stands among the files of the user.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"{folder} cannot be opened ({error.strerror}); name another.", code="bad_out") from error
    try:
        _lock(descriptor, folder, wait=wait)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path, *, wait: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as error:
        raise InputError(f"{folder} is being worked on by another process; wait for it.", code="busy") from error
    except OSError as error:
        raise InputError(f"{folder} cannot be locked ({error.strerror}); name another.", code="bad_out") from error
