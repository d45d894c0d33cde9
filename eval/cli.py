"""The console script `citecheck`: the service's commands, and `eval` beside them."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eval import cli_compare, cli_gold, cli_report
from service import cli

if TYPE_CHECKING:
    from eval.request import Request
    from eval.session import Evaluation


class Chosen(StrEnum):
    """The gold sets by name; Typer takes lists of enumerations only."""

    questions = "questions"
    claims = "claims"
    conversations = "conversations"
    lookups = "lookups"


class Format(StrEnum):
    """The formats of gold by name."""

    gold = "gold"
    squad = "squad"
    beir = "beir"
    pairs = "pairs"
    scifact = "scifact"


FormatOption = Annotated[
    Format | None, typer.Option("--format", help="The format of --gold (default: as its content tells).")
]
OnlyOption = Annotated[list[Chosen] | None, typer.Option(help="Only this gold set; can be repeated.")]
GoldOption = Annotated[
    Path | None,
    typer.Option(
        help="A folder of gold sets, a file of questions, or gold and documents in a public format: "
        "a SQuAD file, a BEIR folder, a file of claims (default: the built-in sets)."
    ),
]
DocumentsOption = Annotated[
    Path | None, typer.Option(help="Files the gold is about, indexed afresh (default: the seeds).")
]

eval_app = typer.Typer(no_args_is_help=True, help="Measure whether it still answers right.", rich_markup_mode=None)
cli.app.add_typer(eval_app, name="eval")


@eval_app.callback()
def about() -> None:
    """Measure whether it still answers right."""


@eval_app.command("run")
def run_command(
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="Which part of the gold to use.")] = "all",
    only: OnlyOption = None,
    gold: GoldOption = None,
    documents: DocumentsOption = None,
    out: Annotated[Path | None, typer.Option(help="New folder for the run (default: eval-runs/DATE-SPLIT).")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Evaluate this data folder as it is (default: a temporary one).")
    ] = None,
    form: FormatOption = None,
    qrels: Annotated[str | None, typer.Option(help="Of a BEIR folder, the judgements to use.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many items of each set, evenly chosen.")] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the run in this folder, as it was begun; no other option.")
    ] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Put every gold item to citecheck and score what comes back; exit code 1 if a quote is not verbatim."""
    from eval.request import Request
    from eval.session import figures, folder_by_date
    from service.render import print_json

    request = Request(
        split,
        frozenset(one.value for one in only or ()),
        gold,
        documents,
        data,
        out,
        form.value if form else None,
        qrels,
        limit,
    )
    folder = resume or out or folder_by_date(request)
    try:
        evaluation = evaluate_showing_progress(request if resume else replace(request, out=folder), resume)
    except KeyboardInterrupt:
        raise _interrupted(folder) from None
    if as_json:
        print_json(figures(evaluation))
    else:
        _show(evaluation)
    if evaluation.broken:
        raise typer.Exit(1)


@eval_app.command("claims")
def claims_command(
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="Which part of the gold to use.")] = "all",
    gold: Annotated[Path | None, typer.Option(help="Gold claims, JSON lines (default: the built-in ones).")] = None,
    documents: Annotated[Path | None, typer.Option(help="Files the claims are about (default: the seeds).")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Evaluate this data folder as it is.")] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Check every gold claim and score the verdicts."""
    from rich.console import Console
    from rich.progress import Progress

    from eval.report import claims_terminal
    from eval.request import Request
    from eval.session import evaluate_claims
    from service.render import print_json

    request = Request(split, frozenset(), gold, documents, data, None)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checking", total=None)
        results, made = evaluate_claims(
            request,
            on_start=lambda total: progress.update(task, total=total),
            on_item=lambda: progress.advance(task),
        )
    if as_json:
        # Test items are counted, never shown: whoever reads their failures can no longer measure with them.
        print_json({"figures": made, "items": [item for item in results if item.split == "dev"]})
    else:
        Console().print(claims_terminal(made))


@eval_app.command("conversations")
def conversations_command(
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="Which part of the gold to use.")] = "all",
    gold: Annotated[
        Path | None, typer.Option(help="Gold conversations, JSON lines (default: the built-in ones).")
    ] = None,
    documents: Annotated[Path | None, typer.Option(help="Files they are about (default: the seeds).")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Evaluate this data folder as it is.")] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Ask every turn of the gold conversations in its conversation and alone, and compare."""
    from rich.console import Console
    from rich.progress import Progress

    from eval.report import conversations_terminal
    from eval.request import Request
    from eval.session import evaluate_conversations
    from service.render import print_json

    request = Request(split, frozenset(), gold, documents, data, None)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("talking", total=None)
        results, made = evaluate_conversations(
            request,
            on_start=lambda total: progress.update(task, total=total),
            on_item=lambda: progress.advance(task),
        )
    if as_json:
        # Test items are counted, never shown: whoever reads their failures can no longer measure with them.
        print_json({"figures": made, "items": [item for item in results if item.split == "dev"]})
    else:
        Console().print(conversations_terminal(made))


@eval_app.command("accept")
def accept_command(
    run_folder: Annotated[
        Path | None, typer.Argument(metavar="RUN", help="A folder that `eval run` wrote (default: evaluate now).")
    ] = None,
    baseline: Annotated[Path | None, typer.Option(help="Where the baseline is kept (default: eval/baseline).")] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Make a run the baseline that later ones are compared with; a run with a false quote is refused."""
    from eval.request import NOTHING_SAID
    from eval.rundir import BASELINE, read_run, write_baseline
    from service.render import print_json, print_text

    if run_folder is None:
        run_folder = evaluate_showing_progress(NOTHING_SAID).folder
    write_baseline(read_run(run_folder), baseline or BASELINE)
    if as_json:
        print_json({"run": run_folder, "baseline": baseline or BASELINE})
    else:
        print_text(f"{run_folder} is now the baseline in {baseline or BASELINE}.")


eval_app.command("compare")(cli_compare.compare_command)
eval_app.command("gate")(cli_compare.gate_command)
eval_app.command("report")(cli_report.report_command)
eval_app.command("lint")(cli_gold.lint_command)
eval_app.command("add")(cli_gold.add_command)


def main() -> None:
    """Run the command line."""
    cli.run(cli.app)


def evaluate_showing_progress(request: Request, unfinished: Path | None = None) -> Evaluation:
    """Evaluate with a progress bar on standard error, or go on with an `unfinished` run."""
    from rich.console import Console
    from rich.progress import Progress

    from eval.session import evaluate, resume

    with ExitStack() as shown:
        progress = Progress(console=Console(stderr=True), transient=True)
        task = progress.add_task("asking", total=None)

        def on_start(total: int) -> None:
            # Not before: indexing shows a progress bar of its own.
            progress.update(task, total=total)
            shown.enter_context(progress)

        def on_item() -> None:
            progress.advance(task)

        if unfinished is not None:
            return resume(request, unfinished, on_start=on_start, on_item=on_item)
        return evaluate(request, on_start=on_start, on_item=on_item)


def _interrupted(folder: Path) -> typer.Exit:
    """Say how to go on with a run that was begun."""
    from eval.journal import is_unfinished

    if not is_unfinished(folder):
        raise KeyboardInterrupt
    sys.stderr.write(f"citecheck: Interrupted; go on with: citecheck eval run --resume {folder}\n")
    return typer.Exit(130)


def _show(evaluation: Evaluation) -> None:
    from rich.console import Console

    from eval.report import terminal

    console = Console()
    console.print(terminal(evaluation.run))
    console.print(f"Written to {evaluation.folder}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
