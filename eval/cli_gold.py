"""The commands about gold itself: lint and add."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from service import cli


def lint_command(
    path: Annotated[Path, typer.Argument(help="A folder of gold sets, or a file of questions.")],
    documents: Annotated[
        Path | None, typer.Option(help="Files the gold is about, indexed afresh (default: the seeds).")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder that holds them.")] = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Check gold you wrote: every problem with its line and remedy; exit code 2 if there is any."""
    from functools import partial

    from eval.linting import lint
    from eval.opening import opened
    from eval.request import Request
    from service.catalogue import read_document
    from service.render import print_json, print_text

    with opened(Request("all", frozenset(), path, documents, data, None)) as pipeline:
        found = lint(path, partial(read_document, pipeline.library))
    if as_json:
        print_json(found)
    else:
        for problem in found.problems:
            print_text(problem)
        files = ", ".join(file.name for file in found.files)
        print_text(f"{files}: {found.items} items can be used, {len(found.problems)} problems.")
    if found.problems:
        raise typer.Exit(2)


def add_command(
    conversation: Annotated[str, typer.Argument(help="The conversation's id.")],
    turn: Annotated[int, typer.Argument(min=1, help="The turn's number, from 1.")],
    gold: Annotated[Path, typer.Option(help="The file of gold questions to add to.")],
    answer: Annotated[list[str] | None, typer.Option(help="An acceptable answer; can be repeated.")] = None,
    quote: Annotated[
        list[str] | None, typer.Option(help="A quote that states it, as DOCUMENT:WORDS; can be repeated.")
    ] = None,
    unanswerable: Annotated[bool, typer.Option(help="The documents do not say it.")] = False,
    kind: Annotated[str, typer.Option("--type", help="The type it counts under in breakdowns.")] = "chat",
    split: Annotated[Literal["dev", "test"], typer.Option(help="The half of the gold it belongs to.")] = "dev",
    data: cli.DataOption = None,
    as_json: cli.JsonOption = False,
) -> None:
    """Make a chat turn a gold question: with its own answer if it was marked right, else with the one you give."""
    from functools import partial

    from eval.adding import Wanted, append, quotes_of, row_of
    from eval.opening import opened
    from eval.request import Request
    from service.catalogue import read_document
    from service.conversation.store import ConversationStore
    from service.render import print_json, print_text
    from service.settings import read_settings

    folder = read_settings({} if data is None else {"data": data}).data
    wanted = Wanted(tuple(answer or ()), quotes_of(quote or ()), unanswerable)
    with opened(Request("all", frozenset(), None, None, folder, None)) as pipeline:
        find_document = partial(read_document, pipeline.library)
        store = ConversationStore(folder)
        try:
            row = row_of(store.turn(conversation, turn), wanted, find_document, kind=kind, split=split)
        finally:
            store.close()
        append(gold, row, find_document)
    if as_json:
        print_json(row)
    else:
        print_text(f"Added {row.id} to {gold}")
