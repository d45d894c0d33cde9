"""Derived search files: checksummed, swapped in whole, and never trusted when they do not fit the store."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import dense, lexical
from index.dense import DenseIndex, load_dense
from index.lexical import LexicalIndex, load_lexical

_FORMAT = "1"
_MANIFEST = "manifest.json"
_FILES = frozenset({"passage-ids.npy", "owners.npy", "documents.json", dense.FILE, *lexical.FILES})
_ABANDONED_SECONDS = 600
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrays:
    """Both legs over the same passages. A passage's number is its place in `passage_ids`, in address order.

    `passage_ids` are store ids, shape (passages,); `owners` gives each passage's place in `document_ids`.
    """

    generation: int
    passage_ids: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int32]
    document_ids: tuple[str, ...]
    lexical: LexicalIndex
    dense: DenseIndex


def save(root: Path, fingerprint: str, arrays: Arrays) -> None:
    """Write the files beside the older ones and swap them in by one rename.

    A disk that refuses is no loss: the caller serves from memory and the next start builds again.
    """
    try:
        root.mkdir(exist_ok=True)
        _discard_abandoned(root)
        folder = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
        _write(folder, fingerprint, arrays)
        target = _folder(root, fingerprint, arrays.generation)
        if target.exists():
            shutil.rmtree(target)
        folder.rename(target)
        for old in root.iterdir():
            if old.name != target.name and not old.name.startswith("."):
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        _log.warning("search files were not saved and will be built again at the next start: %s", error)


def load(root: Path, fingerprint: str, generation: int) -> Arrays | None:
    """Open the files of exactly this store content; None when they are missing, stale or corrupt."""
    folder = _folder(root, fingerprint, generation)
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if (manifest["format"], manifest["fingerprint"], manifest["generation"]) != (_FORMAT, fingerprint, generation):
            return None
        # A manifest that leaves a file out would let that file through unchecked.
        checksums = {name: _checksum(folder / name) for name in _FILES}
        if manifest["files"] != checksums:
            _log.warning("the search files are corrupt and are built again")
            return None
        return Arrays(
            generation=generation,
            passage_ids=np.load(folder / "passage-ids.npy", allow_pickle=False),
            owners=np.load(folder / "owners.npy", allow_pickle=False),
            document_ids=tuple(json.loads((folder / "documents.json").read_text(encoding="utf-8"))),
            lexical=load_lexical(folder),
            dense=load_dense(folder),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError):
        return None


def _folder(root: Path, fingerprint: str, generation: int) -> Path:
    return root / f"{generation}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:12]}"


def _write(folder: Path, fingerprint: str, arrays: Arrays) -> None:
    np.save(folder / "passage-ids.npy", arrays.passage_ids)
    np.save(folder / "owners.npy", arrays.owners)
    (folder / "documents.json").write_text(json.dumps(arrays.document_ids), encoding="utf-8")
    arrays.lexical.save(folder)
    arrays.dense.save(folder)
    files = [folder / name for name in sorted(_FILES)]
    manifest = {
        "format": _FORMAT,
        "fingerprint": fingerprint,
        "generation": arrays.generation,
        "files": {path.name: _checksum(path) for path in files},
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in [*files, folder / _MANIFEST, folder]:
        _flush(path)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard_abandoned(root: Path) -> None:
    """Remove what a killed process left; a young folder may be another process at work."""
    for folder in root.glob(".new-*"):
        if time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
