"""Draws docs/figures/scale-*.svg from the recorded state of the sections scale and scale-peers.

python -m benchmarks.scale_plots [--out docs/figures]
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

from benchmarks.comparison import Cells
from benchmarks.record import FILE, read
from benchmarks.scale_tables import CHANGES, FOLDER, LEGS, SEARCHING
from index.errors import InputError

FIGURES = Path(__file__).resolve().parent.parent / "docs" / "figures"
_SIZE = re.compile(r"([\d,]+) passages")
_COLOURS = ("#2c5f8a", "#c06a2b", "#3d8455", "#7a4f94", "#8a8a8a")


def main() -> None:
    """Draw what is recorded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recorded", type=Path, default=FILE, help="the recorded state (default: the committed)")
    parser.add_argument("--out", type=Path, default=FIGURES)
    options = parser.parse_args()
    recorded = read(options.recorded)
    missing = [name for name in ("scale", "scale-peers") if name not in recorded]
    if missing:
        raise InputError(f"Nothing is recorded of {missing[0]}; run `make bench` with RECORD=1.", code="bad_record")
    # The same figures give the same file.
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "citecheck", "font.size": 9, "axes.spines.top": False})
    mpl.rcParams.update({"axes.spines.right": False, "axes.prop_cycle": mpl.cycler(color=_COLOURS)})
    draw_latency(recorded["scale"].tables, options.out)
    draw_folder(recorded["scale"].tables, options.out)
    draw_peers(recorded["scale-peers"].tables, options.out)


def draw_latency(tables: Cells, folder: Path) -> None:
    """Draw the median and the 95th percentile of each leg by size."""
    figure, axes = plt.subplots(figsize=(5.2, 3.2))
    rows = _by_size(tables[SEARCHING])
    for leg, colour in zip(LEGS, _COLOURS, strict=False):
        axes.plot(list(rows), [float(row[f"{leg} p50"]) for row in rows.values()], "o-", color=colour, label=leg)
        axes.plot(list(rows), [float(row[f"{leg} p95"]) for row in rows.values()], ":", color=colour)
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="ms, one query, one thread")
    axes.set_title("Search: median, and 95th percentile dotted")
    axes.legend(frameon=False, loc="upper left", fontsize=7)
    _save(figure, folder / "scale-latency.svg")


def draw_folder(tables: Cells, folder: Path) -> None:
    """Draw memory, disk and how soon a new document is found, by size."""
    figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.6))
    held, changed = _by_size(tables[FOLDER]), _by_size(tables[CHANGES])
    shown = (
        ("memory, GB", [float(row["at most, MB"]) / 1000 for row in held.values()]),
        ("disk, GB", [float(row["disk, GB"]) for row in held.values()]),
        ("10 more searchable after, s", [float(row["10 more searchable after, s"]) for row in changed.values()]),
    )
    for axis, (name, values) in zip(axes, shown, strict=True):
        axis.bar([f"{size:,}" for size in held], values, color=_COLOURS[0], width=0.6)
        axis.set_title(name)
        axis.tick_params(axis="x", labelrotation=20)
    _save(figure, folder / "scale-folder.svg")


def draw_peers(tables: Cells, folder: Path) -> None:
    """Draw how many times as long as ours each peer takes, a panel for each kind of search."""
    kinds = {
        "Lexical, best 10": "Lexical.*best 10,",
        "Lexical, best 100": "Lexical.*best 100",
        "Both legs fused": "fused",
    }
    figure, axes = plt.subplots(1, len(kinds), figsize=(8.6, 2.9), width_ratios=(4, 4, 2))
    for axis, (title, pattern) in zip(axes, kinds.items(), strict=True):
        found = {_size(name): rows for name, rows in tables.items() if re.search(pattern, name)}
        names = list(dict.fromkeys(name for rows in found.values() for name in rows if name != "citecheck"))
        width = 0.8 / len(found)
        for place, (size, rows) in enumerate(sorted(found.items())):
            held = [number for number, name in enumerate(names) if name in rows]
            places = [number + (place - (len(found) - 1) / 2) * width for number in held]
            ratios = [float(rows[names[number]]["times ours"]) for number in held]
            axis.bar(places, ratios, width, color=_COLOURS[place], label=f"{size:,} passages")
        axis.set_xticks(range(len(names)), [name.replace(", ", "\n") for name in names], fontsize=7)
        axis.axhline(1, color="black", linewidth=0.6)
        axis.set_title(title)
        if len(names) > 1:
            axis.set_yscale("log")
    axes[0].set_ylabel("times as long as citecheck")
    axes[0].legend(frameon=False, fontsize=7, loc="upper left")
    _save(figure, folder / "scale-peers.svg")


def _by_size(rows: Mapping[str, Mapping[str, str]]) -> dict[int, Mapping[str, str]]:
    return {int(label.replace(",", "")): row for label, row in rows.items()}


def _size(title: str) -> int:
    found = _SIZE.search(title)
    if found is None:
        raise InputError(f"The recorded table {title!r} names no size; record it again.", code="bad_record")
    return int(found[1].replace(",", ""))


def _save(figure: Any, path: Path) -> None:  # noqa: ANN401 - matplotlib's figure is not typed here
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
