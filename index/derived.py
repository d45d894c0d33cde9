"""Derived search files: one segment, checksummed, swapped in whole, never trusted when it does not fit the store."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.dense import DenseSegment, exact
from index.postings import Postings
from index.segment import Segment
from index.vocabulary import Vocabulary

_FORMAT = "2"
_MANIFEST = "manifest.json"
_CELLS = "dense-cells.faiss"
_DOCUMENTS = "documents.json"
_ARRAYS = (
    "starts",
    "passage-ids",
    "terms-letters",
    "terms-ends",
    "postings-starts",
    "postings-passages",
    "postings-counts",
    "lengths",
    "vectors",
)
_ABANDONED_SECONDS = 600
# Smaller files are read and their checksums compared when they are opened. Larger ones are mapped, so that a big index
# opens at once and memory holds only what is searched; `verify` compares their checksums.
MAPPED_FROM = 64_000_000
_NAME = re.compile(r"(\d+)-[0-9a-f]{12}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """A segment read from files that were written at `generation`; `folder` is where they are."""

    generation: int
    segment: Segment
    folder: Path


def save(root: Path, fingerprint: str, generation: int, segment: Segment) -> None:
    """Write the files beside the older ones and swap them in by one rename.

    A disk that refuses is no loss: the caller serves from memory and the next start builds again.
    """
    folder: Path | None = None
    try:
        root.mkdir(exist_ok=True)
        _discard_abandoned(root)
        folder = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
        _write(folder, fingerprint, generation, segment)
        target = _folder(root, fingerprint, generation)
        if target.exists():
            _drop(target)
        folder.rename(target)
        for old in root.iterdir():
            if old.name != target.name and not old.name.startswith("."):
                _drop(old)
    except (OSError, RuntimeError) as error:  # faiss reports a full disk as a RuntimeError
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        _log.warning("search files were not saved and will be built again at the next start: %s", error)


def load(folders: Sequence[Path], fingerprint: str, generation: int) -> Saved | None:
    """Open the newest of `saved_folders` that fits the store; None when none does or they are stale or corrupt.

    Files may be older than `generation`, the store's own: what changed since is caught up with. Files that are newer
    belong to a history that the store went back on, and are removed: so the folders are listed before the generation is
    read, or another process could save meanwhile.
    """
    found = []
    for folder in folders:
        match = _NAME.fullmatch(folder.name)
        if match and int(match[1]) > generation:
            _drop(folder)
        elif match and folder == _folder(folder.parent, fingerprint, int(match[1])):
            found.append((int(match[1]), folder))
    for written, folder in sorted(found, reverse=True):
        segment = _open(folder, fingerprint, written)
        if segment is not None:
            return Saved(written, segment, folder)
    return None


def verify(folder: Path) -> list[str]:
    """Return the names of the files in one saved segment whose checksums are wrong, the manifest's for an unusable one.

    Reads everything.
    """
    try:
        expected = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["files"]
        return sorted(name for name in _names(folder) if expected.get(name) != _described(folder / name, whole=True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [_MANIFEST]


def saved_folders(root: Path) -> list[Path]:
    """Return the folders of saved segments, whatever wrote them."""
    return sorted(path for path in root.glob("[0-9]*") if path.is_dir()) if root.is_dir() else []


def generation_of(folder: Path) -> int:
    """Return the generation that a saved folder was written at, -1 for any other folder."""
    match = _NAME.fullmatch(folder.name)
    return int(match[1]) if match else -1


def _open(folder: Path, fingerprint: str, generation: int) -> Segment | None:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if (manifest["format"], manifest["fingerprint"], manifest["generation"]) != (_FORMAT, fingerprint, generation):
            return None
        # A manifest that leaves a file out would let that file through unchecked.
        if not _fits(folder, manifest["files"]):
            _log.warning("the search files are corrupt and are built again")
            return None
        return _read(folder)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        return None


def _fits(folder: Path, files: Mapping[str, Mapping[str, object]]) -> bool:
    found = {name: _described(folder / name, whole=False) for name in _names(folder)}
    if files.keys() != found.keys():
        return False
    return all(
        files[name]["bytes"] == one["bytes"] and one.get("sha256", files[name]["sha256"]) == files[name]["sha256"]
        for name, one in found.items()
    )


def _names(folder: Path) -> set[str]:
    cells = {_CELLS} if (folder / _CELLS).exists() else set()
    return {f"{name}.npy" for name in _ARRAYS} | {_DOCUMENTS} | cells


def _described(path: Path, *, whole: bool) -> dict[str, object]:
    """Return a file's size and, if it is small or `whole` is wished, its checksum."""
    size = path.stat().st_size
    return {"bytes": size} | ({"sha256": _checksum(path)} if whole or size < MAPPED_FROM else {})


def _folder(root: Path, fingerprint: str, generation: int) -> Path:
    return root / f"{generation}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:12]}"


def _write(folder: Path, fingerprint: str, generation: int, segment: Segment) -> None:
    postings = segment.postings
    arrays: dict[str, npt.NDArray[Any]] = {
        "starts": segment.starts,
        "passage-ids": segment.passage_ids,
        "terms-letters": postings.vocabulary.letters,
        "terms-ends": postings.vocabulary.ends,
        "postings-starts": postings.starts,
        "postings-passages": postings.passages,
        "postings-counts": postings.counts,
        "lengths": postings.lengths,
        "vectors": segment.dense.vectors,
    }
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", arrays[name])
    (folder / _DOCUMENTS).write_text(json.dumps(segment.document_ids), encoding="utf-8")
    if segment.dense.cells is not None:
        faiss.write_index(segment.dense.cells, str(folder / _CELLS))
    manifest = {
        "format": _FORMAT,
        "fingerprint": fingerprint,
        "generation": generation,
        "files": {name: _described(folder / name, whole=True) for name in sorted(_names(folder))},
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in [*(folder / name for name in _names(folder)), folder / _MANIFEST, folder]:
        _flush(path)


def _read(folder: Path) -> Segment:
    arrays = {name: _array(folder / f"{name}.npy") for name in _ARRAYS}
    cells = _read_cells(folder / _CELLS) if (folder / _CELLS).exists() else None
    return Segment(
        document_ids=tuple(json.loads((folder / _DOCUMENTS).read_text(encoding="utf-8"))),
        starts=arrays["starts"],
        passage_ids=arrays["passage-ids"],
        postings=Postings(
            vocabulary=Vocabulary(arrays["terms-letters"], arrays["terms-ends"]),
            starts=arrays["postings-starts"],
            passages=arrays["postings-passages"],
            counts=arrays["postings-counts"],
            lengths=arrays["lengths"],
        ),
        dense=exact(arrays["vectors"]) if cells is None else DenseSegment(arrays["vectors"], None, cells),
    )


def _array(path: Path) -> npt.NDArray[Any]:
    if path.stat().st_size < MAPPED_FROM:
        # A mapped file that someone truncates would kill the process (SIGBUS).
        whole: npt.NDArray[Any] = np.load(path, allow_pickle=False)
        return whole
    return np.asarray(np.load(path, allow_pickle=False, mmap_mode="r"))


def _read_cells(path: Path) -> Any:  # noqa: ANN401 - faiss ships no types
    large = path.stat().st_size >= MAPPED_FROM
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP if large else 0)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop(folder: Path) -> None:
    """Remove a saved segment; if we are killed on the way, what is left does not look like one."""
    going = folder.with_name(f".old-{os.getpid()}-{folder.name}")
    with suppress(OSError):
        folder.rename(going)
    shutil.rmtree(going, ignore_errors=True)


def _discard_abandoned(root: Path) -> None:
    """Remove what a killed process left; a young folder may be another process at work."""
    for folder in (*root.glob(".new-*"), *root.glob(".old-*")):
        if time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
