"""How much of what is not borne out a written sentence's check lets through, on AttributionBench.

    python -m benchmarks.grounding --shared ../shared/data

A statement is kept as a language model's sentence would be (service/llm/grounding.py). The bar is chosen on one half:
the lowest at which the precision of keeping is WANTED_PRECISION by the lower end of its 90 per cent interval (Wilson),
over statements held against a text no longer than a quote usually is. The other half is reported on.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.evidence_entailment import ATTRIBUTABLE, ATTRIBUTION
from benchmarks.judging import sample
from eval.fit_verdicts import in_first_half
from service.evidence.model import EvidenceModel
from service.lines import read_lines, text_field
from service.llm.grounding import ENTAILED, Premise, entailments

QUOTE_CHARACTERS = 600
# Above that precision hardly rises on the choosing half, while recall falls fast.
WANTED_PRECISION = 0.88
# 90 per cent of a normal distribution lie within so many standard deviations.
_Z = 1.645
BARS = tuple(number / 100 for number in range(1, 100))


@dataclass(frozen=True, slots=True)
class Row:
    """A statement held against the text it cites: its chance (service.llm.grounding) and whether people agreed."""

    id: str
    source: str
    characters: int
    chance: float
    attributable: bool


def main() -> None:
    """Print the chosen bar and what it does on both halves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder with bench/")
    parser.add_argument("--limit", type=int, help="at most so many rows, for a quick look")
    options = parser.parse_args()
    rows = read_rows(options.shared / "bench" / "verify" / ATTRIBUTION, options.limit)
    choosing = [row for row in rows if in_first_half(row.id)]
    reporting = [row for row in rows if not in_first_half(row.id)]
    bar = choose(choosing)
    print(f"bar chosen on {len(choosing)} statements: {bar:.2f}; in use: {ENTAILED:.2f}\n")
    print(table([("choosing", choosing), ("reporting", reporting)], ENTAILED))


def read_rows(path: Path, limit: int | None) -> list[Row]:
    """Judge every statement of the file."""
    model = EvidenceModel()
    rows = []
    for line in track(sample(list(read_lines(path)), limit), "statements", console=Console(stderr=True)):
        row = line.json_object()
        premise = Premise("", text_field(row, "premise", line).strip())
        (chance,) = entailments(model, text_field(row, "hypothesis", line).strip(), [premise])
        attributable = ATTRIBUTABLE[text_field(row, "label", line)]
        rows.append(
            Row(text_field(row, "id", line), text_field(row, "sub", line), len(premise.text), chance, attributable)
        )
    return rows


def choose(rows: Sequence[Row]) -> float:
    """Return the lowest bar that is precise enough, the highest where none is."""
    quoted = [row for row in rows if row.characters <= QUOTE_CHARACTERS]
    return next((bar for bar in BARS if surely(quoted, bar) >= WANTED_PRECISION), BARS[-1])


def surely(rows: Sequence[Row], bar: float) -> float:
    """Return the lower end of the Wilson interval (90 per cent) around the precision, 0 where nothing is kept."""
    number = sum(row.chance >= bar for row in rows)
    if not number:
        return 0.0
    share, square = precision(rows, bar), _Z**2
    half_width = _Z * math.sqrt(share * (1 - share) / number + square / (4 * number**2))
    return (share + square / (2 * number) - half_width) / (1 + square / number)


def precision(rows: Sequence[Row], bar: float) -> float:
    """Return the share of the kept that is attributable, 0 where nothing is kept."""
    kept = [row.attributable for row in rows if row.chance >= bar]
    return sum(kept) / len(kept) if kept else 0.0


def recall(rows: Sequence[Row], bar: float) -> float:
    """Return the share of the attributable that is kept."""
    kept = [row.chance >= bar for row in rows if row.attributable]
    return sum(kept) / len(kept) if kept else 0.0


def table(halves: Sequence[tuple[str, Sequence[Row]]], bar: float) -> str:
    """Return precision and recall of keeping as a Markdown table, by half, length of the text and source."""
    groups: list[tuple[str, Callable[[Row], bool]]] = [
        (f"texts of up to {QUOTE_CHARACTERS} characters", lambda row: row.characters <= QUOTE_CHARACTERS),
        ("longer texts", lambda row: row.characters > QUOTE_CHARACTERS),
        ("all", lambda _row: True),
    ]
    sources = sorted({row.source for _, rows in halves for row in rows})
    groups += [(source, lambda row, source=source: row.source == source) for source in sources]
    lines = ["| half | statements | number | kept | precision | recall |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for half, rows in halves:
        for name, belongs in groups:
            held = [row for row in rows if belongs(row)]
            kept = sum(row.chance >= bar for row in held)
            figures = f"{precision(held, bar):.3f} | {recall(held, bar):.3f}"
            lines.append(f"| {half} | {name} | {len(held)} | {kept} | {figures} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
