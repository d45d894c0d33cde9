"""What the evidence benchmarks share: a sample of the rows, the model asked in chunks, and a figure with its target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from service.evidence.model import EvidenceModel, Pair, WindowLogits

# Pairs given to the model at once: their logits stay in memory until all of them are judged.
CHUNK = 512
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number measured over `rows` rows, between 0 and 1, and what was asked of it (None: only reported)."""

    name: str
    rows: int
    measured: float
    asked: float | None = None


def sample(rows: Sequence[Row], limit: int | None) -> Sequence[Row]:
    """Return every k-th row, at most `limit` of them; all without a limit.

    k is odd: sets whose rows come in twos or fours (a claim with and without a change) would else show one side only.
    """
    if limit is None or len(rows) <= limit:
        return rows
    return rows[:: math.ceil(len(rows) / limit) | 1]


def judged(model: EvidenceModel, pairs: Sequence[Pair], description: str) -> Iterator[list[WindowLogits]]:
    """Yield each pair's windows in order; progress goes to standard error."""
    starts = range(0, len(pairs), CHUNK)
    for start in track(starts, description, console=Console(stderr=True)):
        yield from model.judge(pairs[start : start + CHUNK])
