"""What the evidence benchmarks share: a sample of the rows, the model asked in chunks, and a figure with its target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import track

from eval.sampling import sample
from service.evidence.model import EvidenceModel, Pair, WindowLogits

__all__ = ["CHUNK", "Figure", "judged", "sample"]

# Pairs given to the model at once: their logits stay in memory until all of them are judged.
CHUNK = 512


@dataclass(frozen=True, slots=True)
class Figure:
    """One number measured over `rows` rows, between 0 and 1, and what was asked of it (None: only reported)."""

    name: str
    rows: int
    measured: float
    asked: float | None = None


def judged(model: EvidenceModel, pairs: Sequence[Pair], description: str) -> Iterator[list[WindowLogits]]:
    """Yield each pair's windows in order; progress goes to standard error."""
    starts = range(0, len(pairs), CHUNK)
    for start in track(starts, description, console=Console(stderr=True)):
        yield from model.judge(pairs[start : start + CHUNK])


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table; a measured one under what was asked is marked."""
    lines = ["| figure | rows | asked | measured |", "| --- | ---: | ---: | ---: |"]
    for figure in figures:
        asked = "" if figure.asked is None else f"{figure.asked:.2f}"
        missed = " (under)" if figure.asked is not None and figure.measured < figure.asked else ""
        lines.append(f"| {figure.name} | {figure.rows} | {asked} | {figure.measured:.4f}{missed} |")
    return "\n".join(lines)
