"""What the doctor found, and the patient it is found in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from index.encoder import Encoder
from index.library import Library

# Told what is looked at, how much of it is done, and how much there is (None: not known).
Progress = Callable[[str, int, int | None], None]
Kind = Literal["lost", "derived", "around", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `lost` is damage to what was put in: only a backup brings it back. `derived` can be made again from that. `around`
    is the disk or the permissions. A `note` is nothing wrong. `about` names the document or the file; `done` says what
    was done about it, None when nothing was.
    """

    check: str
    kind: Kind
    about: str
    problem: str
    done: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still wrong."""
        return self.kind != "note" and self.done is None


@dataclass(frozen=True, slots=True)
class Patient:
    """A data folder under examination; `repair` whether what is derived is mended."""

    folder: Path
    library: Library
    engine: Engine
    repair: bool
    on_progress: Progress

    @property
    def encoder(self) -> Encoder:
        """The encoder that passages are cut and embedded for."""
        return self.library.encoder


Check = Callable[[Patient], Iterator[Finding]]
