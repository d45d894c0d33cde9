"""The commands that put documents in, list them, show them and take them out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli_options import (
    DataOption,
    JsonOption,
    SinceOption,
    TagOption,
    UntilOption,
    narrowed_by,
    open_data,
    settings_of,
)

_ALL = 1_000_000_000

documents_app = typer.Typer(invoke_without_command=True, help="List, show or remove documents.")


def index(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    data: DataOption = None,
    as_json: JsonOption = False,
    keep_missing: Annotated[
        bool, typer.Option("--keep-missing", help="Keep documents whose files have vanished from the folders.")
    ] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for another process that writes.")] = 0.0,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay and follow every change until Ctrl-C; with --json a line for each.")
    ] = False,
) -> None:
    """Make the index hold what files and folders hold: add, update, remove; unchanged files cost nothing."""
    from functools import partial

    from service.ingest import ingest_paths
    from service.pipeline import open_pipeline
    from service.render import print_json, show_ingest
    from service.watching import check_installed, follow

    if watch:
        check_installed()
    settings = settings_of(data)
    library = open_pipeline(settings).library
    take_in = partial(ingest_paths, library, paths, max_bytes=settings.max_document_bytes)
    run = partial(take_in, wait=wait, keep_missing=keep_missing)
    show = partial(print_json, indent=None if watch else 2) if as_json else show_ingest
    show(run())
    if watch:
        follow(run, paths, ignored=settings.data, show=show)


@documents_app.callback()
def documents(
    context: typer.Context,
    data: DataOption = None,
    as_json: JsonOption = False,
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """List the documents unless a subcommand says otherwise."""
    context.obj = (data, as_json)
    if context.invoked_subcommand is None:
        list_documents(context, data, as_json, tag, since, until)


@documents_app.command("list")
def list_documents(
    context: typer.Context,
    data: DataOption = None,
    as_json: JsonOption = False,
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """List what is indexed, or what has these tags and dates."""
    data, as_json = _inherited(context, data, as_json)
    from service.catalogue import list_documents as list_page
    from service.render import print_json, show_documents

    within = narrowed_by(None, tag, since, until)
    listing = list_page(open_data(data).library, limit=_ALL, offset=0, within=within)
    if as_json:
        print_json(listing)
    else:
        show_documents(listing)


@documents_app.command("show")
def show_document(
    context: typer.Context, document_id: str, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Print a document's text, or with --json what is known of it."""
    data, as_json = _inherited(context, data, as_json)
    from service.catalogue import describe_document, read_document
    from service.render import print_json, print_text

    library = open_data(data).library
    if as_json:
        print_json(describe_document(library, document_id))
    else:
        print_text(read_document(library, document_id).text)


@documents_app.command("remove")
def remove_document(
    context: typer.Context,
    document_id: str,
    data: DataOption = None,
    as_json: JsonOption = False,
    purge: Annotated[
        bool, typer.Option(help="Erase its texts too, and the turns of conversations that show its words.")
    ] = False,
) -> None:
    """Take a document out of the index."""
    data, as_json = _inherited(context, data, as_json)
    from service.catalogue import remove_document as take_out
    from service.conversation.store import ConversationStore
    from service.render import print_json, print_text

    pipeline = open_data(data)
    if purge:
        ConversationStore(pipeline.settings.data).forget(document_id)
    change = take_out(pipeline.library, document_id, purge=purge)
    if as_json:
        print_json(change)
    else:
        print_text(f"Removed {document_id}.")


def _inherited(context: typer.Context, data: Path | None, *flags: bool) -> tuple[Path | None, bool]:
    """Return --data and --json, whether they stand before or after the subcommand of `documents`."""
    outer_data, outer_json = context.obj or (None, False)
    return data or outer_data, any((*flags, outer_json))
