"""The command that writes reports: one run as a page, or the history of many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli_compare import TestOption, write_text
from service import cli


def report_command(
    run: Annotated[Path | None, typer.Argument(help="A folder that `eval run` wrote.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="A run or a baseline to hold it against, with differences and intervals.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="Instead of one run: each metric over all the runs in this folder.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write (default: report.html of the run, history.html of the folder)."),
    ] = None,
    show_test: TestOption = False,
    as_json: cli.JsonOption = False,
) -> None:
    """Write a run as one HTML file that needs nothing else: figures, plots, and every item to click through."""
    from index.errors import InputError
    from service.render import print_json, print_text

    if (run is None) == (history is None):
        raise InputError("Name a run, or the folder of runs with --history; not both.", code="bad_option")
    if history is not None:
        path, page = out or history / "history.html", _history(history)
    elif run is not None:
        path, page = out or run / "report.html", _report(run, baseline, show_test=show_test)
    write_text(path, page)
    if as_json:
        print_json({"report": str(path)})
    else:
        print_text(f"Written to {path}")


def _report(run: Path, baseline: Path | None, *, show_test: bool) -> str:
    from eval.html.page import report_page
    from eval.rundir import read_run, read_scored

    return report_page(read_run(run), None if baseline is None else read_scored(baseline), show_test=show_test)


def _history(folder: Path) -> str:
    from eval.html.page import history_page
    from eval.rundir import read_run
    from index.errors import InputError

    found = [(path.parent.name, read_run(path.parent)) for path in sorted(folder.glob("*/run.json"))]
    if not found:
        raise InputError(f"{folder} holds no runs; name the folder they were written to.", code="not_a_run")
    return history_page(sorted(found, key=lambda one: one[1].provenance.started))
