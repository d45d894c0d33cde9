"""The commands that hold one run against another: compare and gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service import cli

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.scored import Scored
    from eval.tables import Table

BaselineOption = Annotated[
    Path | None, typer.Option(help="The accepted run to hold it against (default: the committed baseline).")
]
TestOption = Annotated[
    bool, typer.Option("--show-test", help="Show test items too; whoever reads them can no longer measure with them.")
]


def compare_command(
    before: Annotated[Path, typer.Argument(help="A run, or a baseline.")],
    after: Annotated[Path, typer.Argument(help="A run.")],
    show_test: TestOption = False,
    markdown: Annotated[Path | None, typer.Option(help="Write it as Markdown to this file as well.")] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Compare two runs item by item: what is newly wrong, newly right or broken, and each metric with its chance."""
    from eval.comparison import compare
    from eval.comparison_report import comparison_tables, without_test_words
    from eval.rundir import read_scored
    from service.render import print_json

    comparison = compare(read_scored(before), read_scored(after))
    tables = comparison_tables(comparison, show_test=show_test)
    if markdown is not None:
        _write(markdown, (), tables)
    if as_json:
        print_json(comparison if show_test else without_test_words(comparison))
    else:
        _show((f"{comparison.items} items in both runs.",), tables)


def gate_command(
    run: Annotated[Path | None, typer.Argument(help="A run (default: evaluate the built-in gold now).")] = None,
    baseline: BaselineOption = None,
    strict: Annotated[bool, typer.Option(help="Fail for any item that is newly wrong, significant or not.")] = False,
    detect: Annotated[
        float, typer.Option(min=0.001, max=1, help="The loss that must not go unseen, as a share of the items.")
    ] = 0.08,
    show_test: TestOption = False,
    markdown: Annotated[Path | None, typer.Option(help="Write the decision as Markdown to this file.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the items as JUnit XML to this file.")] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Decide whether a run may replace the baseline.

    Exit code 0: no significant loss and no broken invariant; 1: there is one; 2: bad input; 3: too few items to tell.
    """
    from dataclasses import replace

    from eval.comparison import compare
    from eval.comparison_report import comparison_tables, decision_lines, without_test_words
    from eval.gating import EXIT_CODES, decide
    from eval.junit import as_junit
    from eval.rundir import BASELINE, read_scored
    from service.render import print_json

    accepted = read_scored(baseline or BASELINE)
    comparison = compare(accepted, _scored(run))
    decision = decide(comparison, strict=strict, detect=detect)
    tables = comparison_tables(comparison, show_test=show_test)
    lines = decision_lines(decision)
    if markdown is not None:
        _write(markdown, lines, tables)
    if junit is not None:
        write_text(junit, as_junit(comparison, decision))
    if as_json:
        shown = comparison if show_test else without_test_words(comparison)
        print_json({"decision": replace(decision, violations=shown.violations), "comparison": shown})
    else:
        _show(lines, tables)
    raise typer.Exit(EXIT_CODES[decision.outcome])


def write_text(path: Path, text: str) -> None:
    """Write a file the user named; raises InputError when it cannot be."""
    from index.errors import InputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); name another.", code="bad_out") from error


def _scored(run: Path | None) -> Sequence[Scored]:
    from eval.cli import evaluate_showing_progress
    from eval.request import NOTHING_SAID
    from eval.rundir import read_scored

    if run is not None:
        return read_scored(run)
    return evaluate_showing_progress(NOTHING_SAID).run.scored


def _show(lines: Sequence[str], tables: Sequence[Table]) -> None:
    from rich.console import Console

    from eval.tables import stacked

    console = Console()
    # What was decided stands last, where a terminal is looked at.
    console.print(stacked(tables))
    for line in lines:
        console.print(line, markup=False, highlight=False)


def _write(path: Path, lines: Sequence[str], tables: Sequence[Table]) -> None:
    from eval.tables import markdown_table

    parts = ["# Comparison", *(["\n".join(lines)] if lines else []), *(markdown_table(table) for table in tables)]
    write_text(path, "\n\n".join(parts) + "\n")
