"""The training items on disk, so that a resumed run need not make them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from service.evidence.training.batches import Item

_NUMBERS = ("second", "first", "start", "end", "label", "relevant")


def save_items(items: Sequence[Item], path: Path) -> None:
    """Write the items to an .npz file."""
    sizes = np.array([len(item.ids) for item in items], dtype=np.int32)
    numbers = np.array([[getattr(item, name) for name in _NUMBERS] for item in items], dtype=np.int16)
    # Under another name first: a run that is stopped here must not find half a file when it starts again.
    waiting = path.with_suffix(".new.npz")
    np.savez(waiting, ids=np.concatenate([item.ids for item in items]), sizes=sizes, numbers=numbers)
    waiting.replace(path)


def load_items(path: Path) -> list[Item]:
    """Read what save_items wrote."""
    with np.load(path) as arrays:
        pieces = np.split(arrays["ids"], np.cumsum(arrays["sizes"])[:-1])
        return [Item(piece, *row) for piece, row in zip(pieces, arrays["numbers"].tolist(), strict=True)]
