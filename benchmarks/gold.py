"""The gold sets over the seeds as Markdown tables: python -m benchmarks.gold questions (or another set)."""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.progress import Progress

from benchmarks.comparison import Table, render
from eval.claim_scoring import ClaimFigures
from eval.goldfiles import BUILT_IN, FILES
from eval.report import tables
from eval.request import Request
from eval.scored import GoldSet, Scored
from eval.session import evaluate, evaluate_claims
from eval.summary import set_figures, summarise
from eval.tables import Table as ReportTable
from index.errors import CitecheckError

# Stands in the report; here it would be recorded with every figure.
_EXPLANATION = "what it is"


def main() -> int:
    """Run the command; returns its exit code, 1 where an item failed or broke an invariant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=get_args(GoldSet))
    what: GoldSet = parser.parse_args().what
    checksum = hashlib.sha256((BUILT_IN / FILES[what]).read_bytes()).hexdigest()[:12]
    try:
        found, broken = measure(what)
    except CitecheckError as error:
        print(error.message, file=sys.stderr)
        return 2
    origin = _figures("Gold", {"file": {"SHA-256": checksum}})
    print("\n\n".join(f"### {table.name}\n\n{render([table])}" for table in (origin, *found)))
    return int(broken)


def measure(what: GoldSet) -> tuple[list[Table], bool]:
    """Put one gold set to the product; returns its tables and whether anything broke. No run is kept."""
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console, transient=True) as shown:
        task = shown.add_task(what, total=None, visible=False)
        request = Request(
            split="all", only=frozenset({what}), gold=None, documents=None, data=None, out=Path(folder) / "run"
        )

        def on_start(total: int) -> None:
            # Not before: indexing shows a progress bar of its own.
            shown.update(task, total=total, visible=True)

        if what == "claims":
            _, figures = evaluate_claims(request, on_start=on_start, on_item=lambda: shown.advance(task))
            return list(claim_tables(figures)), False
        made = evaluate(request, on_start=on_start, on_item=lambda: shown.advance(task))
    if what == "questions":
        summary = summarise(made.run.items)
        latency = _figures("Latency, ms", {"ask": {name: f"{ms:.1f}" for name, ms in summary.latency_ms.items()}})
        return [*map(stable, tables(summary)), latency], made.broken
    return list(set_tables(made.run.scored)), made.broken


def stable(table: ReportTable) -> Table:
    """Return a table of the report under a name that does not change with its figures, without explanations."""
    kept = [number for number, column in enumerate(table.columns) if column != _EXPLANATION]
    return Table(
        name=re.sub(r"\b\d+ ", "", table.title.partition(":")[0]),
        columns=tuple(table.columns[number] for number in kept),
        right=tuple(number in table.numeric for number in kept),
        rows=tuple(tuple(row[number] for number in kept) for row in table.rows),
    )


def set_tables(scored: Sequence[Scored]) -> Iterator[Table]:
    """Lay out every metric of one gold set (at least one item): over all, by its items' types, by split."""
    (overall,) = set_figures(scored).values()
    rows = {name: {"value": _share(one.value), "items": str(one.count)} for name, one in overall.items()}
    yield _figures("All items", rows)
    for name, key in (("type", lambda one: one.group), ("split", lambda one: one.split)):
        parts: dict[str, list[Scored]] = {}
        for one in sorted(scored, key=key):
            parts.setdefault(key(one), []).append(one)
        yield _figures(f"By {name}", {part: _means(held, list(overall)) for part, held in parts.items()})


def claim_tables(figures: ClaimFigures) -> Iterator[Table]:
    """Lay out the figures of checked claims."""
    overall = {
        "claims": str(figures.claims),
        "accuracy": _share(figures.accuracy),
        "macro F1": _share(figures.macro_f1),
        "false supported": _share(figures.false_supported),
        "right evidence": _share(figures.evidence),
    }
    yield _figures("All claims", {name: {"value": value} for name, value in overall.items()})
    confusion = {
        str(gold): {str(told): str(count) for told, count in counts.items()}
        for gold, counts in figures.confusion.items()
    }
    yield _figures("Gold (rows) and verdicts (columns)", confusion)
    for name, groups in (("kind", figures.by_kind), ("style", figures.by_style)):
        yield _figures(f"Accuracy by {name}", {key: {"accuracy": _share(value)} for key, value in groups.items()})


def _means(scored: Sequence[Scored], names: Sequence[str]) -> dict[str, str]:
    (figures,) = set_figures(scored).values()
    means = {name: _share(figures[name].value if name in figures else None) for name in names}
    return {"items": str(len(scored)), **means}


def _figures(name: str, rows: Mapping[str, Mapping[str, str]]) -> Table:
    columns = tuple(next(iter(rows.values())))
    cells = tuple((label, *(figures[column] for column in columns)) for label, figures in rows.items())
    return Table(name, ("", *columns), (False, *(True for _ in columns)), cells)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
