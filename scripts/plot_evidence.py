"""Draw the plots of docs/evidence-model.md: python scripts/plot_evidence.py --curve A.json --depth B.json.

A is written by `python -m eval.fit_confidence --curve`, B by `python -m benchmarks.reading_depth --json`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

FIGURES = Path(__file__).resolve().parent.parent / "docs" / "figures"


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curve", type=Path, required=True)
    parser.add_argument("--depth", type=Path, required=True)
    arguments = parser.parse_args()
    mpl.use("svg")
    # The same bytes for the same figures, so that a new drawing shows in a diff only when something changed.
    mpl.rcParams.update(
        {"svg.hashsalt": "citecheck", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    FIGURES.mkdir(parents=True, exist_ok=True)
    draw_risk_coverage(json.loads(arguments.curve.read_text(encoding="utf-8")))
    draw_depth(json.loads(arguments.depth.read_text(encoding="utf-8")))


def draw_risk_coverage(curve: dict[str, Any]) -> None:
    """Draw how many of the answers are wrong when only the surest are given."""
    figure, axes = plt.subplots(figsize=(5.2, 3.2))
    coverage, risk = zip(*curve["risk_coverage"], strict=True)
    axes.plot(coverage, risk, color="#3b5bdb")
    axes.set(xlabel="coverage: questions answered", ylabel="risk: answers that are wrong", xlim=(0, 1), ylim=(0, None))
    _save(figure, "risk-coverage")


def draw_depth(depths: list[dict[str, float]]) -> None:
    """Draw right answers against what the model takes, a line for each number of passages read."""
    figure, axes = plt.subplots(figsize=(5.2, 3.2))
    for read in sorted({int(depth["read"]) for depth in depths}):
        held = [depth for depth in depths if depth["read"] == read]
        axes.plot(
            [depth["milliseconds"] for depth in held],
            [depth["right"] for depth in held],
            marker="o",
            label=f"{read} read",
        )
    axes.set(xlabel="the model's time for a question, p50 ms", ylabel="questions answered rightly")
    axes.legend(frameon=False)
    _save(figure, "reading-depth")


def _save(figure: Any, name: str) -> None:  # noqa: ANN401 - matplotlib's figure is not typed here
    figure.tight_layout()
    figure.savefig(FIGURES / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
