"""What is around the database: search files, room on the disk, permissions, what killed processes left."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from index import derived
from index.doctor.findings import Finding, Patient
from index.restoring import ASIDE_PREFIX, MARKER, STAGED_PREFIX
from index.store import FILE

_ABANDONED_SECONDS = 3600
_SPARE_BYTES = 100_000_000
_OTHERS_WRITE = 0o002


def check_search_files(patient: Patient) -> Iterator[Finding]:
    """Compare the checksums of the search files; missing ones are nothing wrong, they are made when needed."""
    root = patient.folder / "derived"
    for folder in derived.saved_folders(root):
        patient.on_progress("search files", 0, None)
        bad = derived.verify(folder)
        # Files that another process has replaced meanwhile are nothing wrong.
        if bad and folder.exists():
            done = None
            if patient.repair:
                shutil.rmtree(folder, ignore_errors=True)
                done = "Removed; they are built again."
            yield Finding("search files", "derived", folder.name, f"Corrupt: {', '.join(bad)}.", done)


def check_room(patient: Patient) -> Iterator[Finding]:
    """See that the disk has room to rewrite the database, which erasing a purged document takes."""
    needed = (patient.folder / FILE).stat().st_size + _SPARE_BYTES
    free = shutil.disk_usage(patient.folder).free
    if free < needed:
        problem = f"{free / 1e6:.0f} MB are free and {needed / 1e6:.0f} MB may be needed; free some space."
        yield Finding("disk", "around", str(patient.folder), problem)


def check_permissions(patient: Patient) -> Iterator[Finding]:
    """See that we can read and write every file, and that not everybody can write."""
    for path in (patient.folder, *_ours(patient.folder)):
        name = str(path.relative_to(patient.folder.parent))
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue  # gone since it was listed
        if stat.S_ISLNK(mode):
            continue
        if not os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)) and path.exists():
            yield Finding("permissions", "around", name, "This user cannot read and write it; change its owner.")
        if mode & _OTHERS_WRITE:
            done = None
            if patient.repair:
                path.chmod(mode & ~_OTHERS_WRITE)
                done = "Only its owner and group can write now."
            yield Finding("permissions", "around", name, "Every user of this machine can change it.", done)


def _ours(folder: Path) -> Iterator[Path]:
    """Yield what citecheck keeps here: what a restore set aside is the user's."""
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(ASIDE_PREFIX):
            yield path
            if path.is_dir() and not path.is_symlink():
                # Folders may vanish while we walk: another process replaces its search files.
                for place, folders, files in os.walk(path):
                    yield from (Path(place) / name for name in sorted((*folders, *files)))


def check_leftovers(patient: Patient) -> Iterator[Finding]:
    """Find what killed processes left, and tell of what a restore set aside."""
    folder = patient.folder
    left = [
        *folder.glob(".citecheck-backup-*"),
        *folder.glob("derived/.new-*"),
        *folder.glob("derived/.old-*"),
    ]
    if not (folder / MARKER).exists():
        left += folder.glob(f"{STAGED_PREFIX}*")
    for path in sorted(left):
        if not _is_abandoned(path):
            continue
        done = None
        if patient.repair:
            shutil.rmtree(path, ignore_errors=True)
            done = "Removed."
        yield Finding("leftovers", "derived", path.name, "A process that was killed left it.", done)
    for path in sorted(folder.glob(f"{ASIDE_PREFIX}*")):
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        problem = f"A restore set aside what was here before, {size / 1e6:.0f} MB; delete it when it is not needed."
        yield Finding("leftovers", "note", path.name, problem)


def _is_abandoned(path: Path) -> bool:
    try:
        # A young one may be another process at work, and so may one from the future.
        return abs(time.time() - path.stat().st_mtime) >= _ABANDONED_SECONDS
    except FileNotFoundError:
        return False
