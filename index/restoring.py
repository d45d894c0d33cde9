"""A data folder's files replaced by others, whole: what was begun is finished by whoever opens the folder next."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from index.errors import StoreError
from index.lease import Presence, alone

MARKER = "restore.json"
STAGED_PREFIX = ".restore-"
ASIDE_PREFIX = "before-restore-"
# SQLite would apply a log that is left beside a database to whatever database it finds there.
_SUFFIXES = ("-wal", "-shm", "-journal", "")


@dataclass(frozen=True, slots=True)
class Swap:
    """What is being done: first the `old` files go `aside`, then all that is `staged` goes in.

    `aside` and `staged` are folders within the data folder.
    """

    phase: Literal["aside", "in"]
    old: tuple[str, ...]
    aside: str
    staged: str


def swap_in(folder: Path, staged: Path, aside: Path, old: Sequence[str]) -> None:
    """Set `old` files and folders aside and move in what is staged; the caller has the folder to itself.

    From the moment the marker is written it will happen, though this process be killed.
    """
    _mark(folder, Swap("aside", tuple(old), aside.name, staged.name))
    carry_out(folder)


def finish_swap(folder: Path) -> None:
    """Finish what a killed process began, if anything; raises StoreError when the marker cannot be read."""
    if (folder / MARKER).exists():
        with alone(folder):
            carry_out(folder)


def enter(folder: Path) -> Presence:
    """Say that the folder is open, once no restore is half done in it; raises StoreError."""
    while True:
        finish_swap(folder)
        presence = Presence(folder)
        # One may have been begun and killed since we looked; none can begin while we are here.
        if not (folder / MARKER).exists():
            return presence
        presence.close()


def flush_folder(folder: Path) -> None:
    """Make renames within a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def carry_out(folder: Path) -> None:
    """Finish what was begun, if anything; the caller has the folder to itself."""
    marker = folder / MARKER
    if not marker.exists():
        return  # another process has finished it meanwhile
    swap = _read(marker)
    aside, staged = folder / swap.aside, folder / swap.staged
    if swap.phase == "aside":
        for name in swap.old:
            for suffix in _SUFFIXES:
                _move(folder / f"{name}{suffix}", aside)
        # From here on a file in the folder is a new one and stays.
        _mark(folder, replace(swap, phase="in"))
    if staged.is_dir():
        for path in sorted(staged.iterdir()):
            _move(path, folder)
        staged.rmdir()
    flush_folder(folder)
    marker.unlink()
    flush_folder(folder)


def _move(path: Path, target: Path) -> None:
    if path.exists():
        target.mkdir(exist_ok=True)
        place = target / path.name
        if place.exists():
            raise StoreError(
                f"A restore of the data folder was broken off and {place} is in its way; move it away and try again.",
                code="data_folder_unusable",
            )
        path.rename(place)
        flush_folder(target)


def _mark(folder: Path, swap: Swap) -> None:
    beside = folder / f"{MARKER}.new"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(swap), file)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(folder / MARKER)
    flush_folder(folder)


def _read(marker: Path) -> Swap:
    try:
        swap = Swap(**json.loads(marker.read_text(encoding="utf-8")))
        names = (*swap.old, swap.aside, swap.staged)
        if all(Path(name).name == name for name in names) and swap.phase in ("aside", "in"):
            return swap
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(marker) from error
    raise _unreadable(marker)


def _unreadable(marker: Path) -> StoreError:
    return StoreError(
        f"A restore of the data folder was broken off and its note {marker} cannot be read; move the note away and "
        "restore again.",
        code="data_folder_unusable",
    )
