"""Files as they were when they were read: what tells one that did not change without reading it again."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from index.metadata import Description

# Part of every digest: a release that takes another text from the same file counts on, so that files are read again.
READING_VERSION = "1"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file when its document was put in.

    `root` is the folder given to `index` under which it was found, "" for a file named outright. `digest` has three
    parts: a digest of its bytes, one of what was said of it, and which file it was in which state, as the system tells
    files apart. `size` is in bytes, `modified` in nanoseconds since 1970.
    """

    root: str
    digest: str
    size: int
    modified: int

    def fits(self, status: os.stat_result) -> bool:
        """Whether it is still the same file, of the same size and time.

        A stamp of a release that did not note which file it was fits none.
        """
        state = self._parts()[2:]
        return (self.size, self.modified, state) == (status.st_size, status.st_mtime_ns, [_state_of(status)])

    def holds_as(self, other: FileStamp) -> bool:
        """Whether both files hold the same, and the same is said of them."""
        return self._parts()[:2] == other._parts()[:2]

    def said(self) -> str:
        """Return the part of the digest that covers what was said of the file."""
        return self._parts()[1]

    def _parts(self) -> list[str]:
        return self.digest.split("+")


def digest_of_said(said: Description) -> str:
    """Return a digest of what a sidecar or a manifest says of a file, and of the way files are read here."""
    return _digest_of(said, READING_VERSION)


# Of most files nothing is said.
@lru_cache(1024)
def _digest_of(said: Description, version: str) -> str:
    content = json.dumps([version, said.title, asdict(said.metadata)])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def digest_of_file(path: Path) -> str:
    """Return a digest of a file's bytes; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(status: os.stat_result, content: str, said: str, root: str) -> FileStamp:
    """Return the stamp of a file from its status and the digests of its content and of what is said of it."""
    return FileStamp(root, f"{content}+{said}+{_state_of(status)}", status.st_size, status.st_mtime_ns)


def _state_of(status: os.stat_result) -> str:
    """Tell a file from another that took its place with its size and time, as `cp -p` and `unzip` put them."""
    return f"{status.st_ctime_ns}.{status.st_ino}"
