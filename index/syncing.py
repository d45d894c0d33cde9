"""Keeping an index like its folders: which files have to be read, what a read file is, which documents have gone."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.documents import Document
from index.errors import DocumentError
from index.files import FileStamp, digest_of_said, stamp_of
from index.listing import FolderListing, Skipped, SourceFile
from index.loading import load_bytes, read_data
from index.messages import shown
from index.rows import DocumentRecord

# A file may be changed once more within the same tick of the file system's clock.
_SETTLED_SECONDS = 2.0

Known = Mapping[str, DocumentRecord]


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that has to be looked into: a new one, or one whose size, time, description or recipe differs."""

    file: SourceFile
    size: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read. Without a document it holds what it held before, only its stamp is new."""

    pending: Pending
    stamp: FileStamp
    document: Document | None


def unchanged(file: SourceFile, known: Known, recipe: str) -> DocumentRecord | None:
    """Return the record of a file that is as it was when it was put in, told without reading it; else None."""
    record = _fitting(file, known, recipe)
    if record is None or record.stamp is None:
        return None
    try:
        return record if record.stamp.fits(file.path.stat()) else None
    except OSError:
        return None


def pending(file: SourceFile) -> Pending:
    """Return a file as one to be read."""
    try:
        size = file.path.stat().st_size
    except OSError:
        # Reading it will say what is wrong.
        size = 0
    return Pending(file, size)


def read_file(item: Pending, known: Known, recipe: str, *, max_bytes: int) -> ReadFile:
    """Read a file and, unless its content is what it was, make its document; raises DocumentError or TooLarge."""
    file = item.file
    status = _status(file.path)
    data = read_data(file.path, max_bytes=max_bytes)
    content = hashlib.sha256(data).hexdigest()
    record = _fitting(file, known, recipe)
    stamp = _stamp(status, content, file, known.get(file.document_id))
    if record is not None and record.stamp is not None and record.stamp.holds_as(stamp):
        return ReadFile(item, stamp, None)
    document = load_bytes(
        data,
        name=file.path.name,
        max_bytes=max_bytes,
        title=file.title,
        document_id=file.document_id,
        metadata=file.said.metadata,
    )
    return ReadFile(item, stamp, document)


def gone(root: str, listing: FolderListing, known: Iterable[DocumentRecord]) -> Iterator[DocumentRecord | Skipped]:
    """Yield the documents of a folder whose files are no longer among its own; those nobody can tell of as skipped.

    A file that is there and was skipped is not gone, nor is one below a folder that cannot be read.
    """
    listed = {file.document_id for file in listing.files}
    held_back = {os.path.realpath(item.path) for item in listing.skipped}
    for record in known:
        if record.document_id in listed or record.path in held_back or not _belongs(record, root):
            continue
        if any(str(parent) in held_back for parent in Path(record.path).parents):
            yield Skipped(Path(record.path), "Its folder cannot be read; the document stays as it was.")
        elif (reason := _untold(Path(record.path))) is not None:
            yield Skipped(Path(record.path), f"It cannot be looked at ({reason}); the document stays as it was.")
        else:
            yield record


def refuse_empty(root: str, known: Iterable[DocumentRecord]) -> None:
    """Raise DocumentError for a folder without a file left if it had documents: its disk may just not be there."""
    lost = sum(_belongs(record, root) for record in known)
    if lost:
        raise DocumentError(
            f"{shown(root)} holds no file that can be read, though {lost} "
            f"{'document was' if lost == 1 else 'documents were'} indexed from it; nothing was removed. Mount or "
            "restore the folder, or, if the files are gone for good, use `citecheck documents remove`.",
            code="folder_empty",
            documents=lost,
        )


def _fitting(file: SourceFile, known: Known, recipe: str) -> DocumentRecord | None:
    """Return the record that a file may still fit: of the same place, description and recipe."""
    record = known.get(file.document_id)
    if record is None or record.stamp is None:
        return None
    same_place = record.path == file.place and record.stamp.root == _root(file, record)
    same_said = record.stamp.said() == digest_of_said(file.said)
    return record if same_place and same_said and record.recipe == recipe else None


def _root(file: SourceFile, record: DocumentRecord | None) -> str:
    """Return the root a file is kept under: the one it has, as long as that still covers it."""
    if record is None or record.stamp is None or record.path != file.place:
        return file.root
    kept = record.stamp.root
    covers = kept and (kept == file.root or _is_below(record.path, kept))
    return kept if covers else file.root


def _belongs(record: DocumentRecord, root: str) -> bool:
    """Whether a document was found by walking `root`, a folder above it or one below it, and its file lies there."""
    if record.stamp is None or not record.stamp.root:
        return False
    return record.stamp.root == root or _is_below(record.path, root)


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _stamp(status: os.stat_result, content: str, file: SourceFile, record: DocumentRecord | None) -> FileStamp:
    stamp = stamp_of(status, content, digest_of_said(file.said), _root(file, record))
    if time.time_ns() - status.st_mtime_ns >= _SETTLED_SECONDS * 1e9:
        return stamp
    # Compared by its content next time.
    return FileStamp(stamp.root, stamp.digest, stamp.size, 0)


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise DocumentError(
            f"{shown(str(path))} cannot be read ({error.strerror or 'input error'}).", code="unreadable_file"
        ) from error


def _untold(path: Path) -> str | None:
    """Return why nobody can tell whether a file is there; None where it is told."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return error.strerror or "input error"
    return None


def folders_of(paths: Sequence[Path]) -> list[Path]:
    """Return the folders among the paths, resolved, each once."""
    return list(dict.fromkeys(path.resolve() for path in paths if path.is_dir()))
