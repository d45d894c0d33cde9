"""The command line: thin commands over the pipeline, every one with --data and --json."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from service.pipeline import Pipeline
    from service.settings import Settings

DataOption = Annotated[
    Path | None, typer.Option("--data", help="The data folder (environment CITECHECK_DATA, default .citecheck).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, in the shapes of the HTTP API.")]
TopKOption = Annotated[int | None, typer.Option("--top-k", help="How many passages are read or listed.")]
DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", help="Search only this document; can be repeated.")
]

_ALL = 1_000_000

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
documents_app = typer.Typer(invoke_without_command=True, help="List, show or remove documents.")
app.add_typer(documents_app, name="documents")


@app.callback()
def about() -> None:
    """Answers about your documents, with verbatim quotes anyone can look up."""


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add or refresh files and folders; unchanged files cost nothing."""
    from service.ingest import ingest_paths
    from service.pipeline import open_pipeline
    from service.render import print_json, show_ingest

    settings = _settings(data)
    report = ingest_paths(open_pipeline(settings).library, paths, max_bytes=settings.max_document_bytes)
    if as_json:
        print_json(report)
    else:
        show_ingest(report)


@app.command()
def ask(
    question: Annotated[str, typer.Argument()],
    data: DataOption = None,
    as_json: JsonOption = False,
    top_k: TopKOption = None,
    document: DocumentOption = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", help="Decline answers below this, 0 to 1.")
    ] = None,
) -> None:
    """Answer a question with its quotes, or say that the documents do not."""
    from service.render import print_json, show_answer

    answer = _open(data).ask(question, top_k, document, min_confidence)
    if as_json:
        print_json(answer)
    else:
        show_answer(answer)


@app.command()
def search(
    query: Annotated[str, typer.Argument()],
    data: DataOption = None,
    as_json: JsonOption = False,
    top_k: TopKOption = None,
    document: DocumentOption = None,
) -> None:
    """Rank passages, with each leg's score."""
    from service.render import print_json, show_search

    result = _open(data).search(query, top_k, document)
    if as_json:
        print_json(result)
    else:
        show_search(result)


@app.command()
def lookup(
    quote: Annotated[str, typer.Argument()],
    data: DataOption = None,
    as_json: JsonOption = False,
    document: DocumentOption = None,
) -> None:
    """Tell where a quotation stands in the documents, or that it does not."""
    from service.render import print_json, show_lookup

    result = _open(data).look_up(quote, document)
    if as_json:
        print_json(result)
    else:
        show_lookup(result)


@app.command()
def check(
    claim: Annotated[str | None, typer.Argument(help="A claim or a text; without it and --file, stdin.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Check this text file.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
    document: DocumentOption = None,
    form: Annotated[
        Literal["text", "markdown", "claimreview"],
        typer.Option("--format", help="text for the terminal, markdown, or schema.org's ClaimReview as JSON-LD."),
    ] = "text",
) -> None:
    """Give every claim of a text a verdict with quotes for and against, or say that the documents do not."""
    from index.errors import InputError
    from service.exports import as_claim_review, as_markdown
    from service.render import print_json, show_check, show_progress

    if as_json and form != "text":
        raise InputError("--json and --format name two forms; leave one out.", code="bad_format")
    text = _text_to_check(claim, file, data)
    pipeline = _open(data)
    with show_progress("claims") as on_verdict:
        result = pipeline.check(text, document, on_verdict)
    if as_json:
        print_json(result)
    elif form == "claimreview":
        print_json(as_claim_review(result))
    elif form == "markdown":
        sys.stdout.write(as_markdown(result))
    else:
        show_check(result)


def _text_to_check(claim: str | None, file: Path | None, data: Path | None) -> str:
    """Return the text of the argument, the file or stdin; raises InputError when there is none or more than one."""
    from index.errors import InputError
    from index.loading import load_file

    if claim is not None and file is not None:
        raise InputError("Give a claim or --file, not both.", code="text_or_file")
    if file is not None:
        return load_file(file, max_bytes=_settings(data).max_document_bytes).text
    if claim is not None and claim != "-":
        return claim
    if claim is None and sys.stdin.isatty():
        raise InputError(
            'Say what to check: citecheck check "claim", --file article.txt, or text on stdin.', code="no_text"
        )
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


@app.command()
def disagreements(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List statements of the documents that contradict each other."""
    from service.render import print_json, show_disagreements, show_progress

    pipeline = _open(data)
    with show_progress("passages") as on_progress:
        found = pipeline.find_disagreements(on_progress)
    if as_json:
        print_json(pipeline.disagreements())
    else:
        show_disagreements(found)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve the HTTP API and the web page."""
    from service.server import run_server

    run_server(_settings(data), host, port, as_json=as_json)


@app.command()
def mcp(
    transport: Annotated[
        Literal["stdio", "http"], typer.Option(help="stdio for a client that starts this command, http for others.")
    ] = "stdio",
    host: Annotated[str, typer.Option(help="Address to listen on (http).")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on (http).")] = 8001,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Another host name that clients call it by (http); can be repeated.")
    ] = None,
    allow_writes: Annotated[bool, typer.Option(help="Let clients add and remove documents.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve the documents to AI assistants over the Model Context Protocol."""
    from service.mcp.extra import check_installed

    check_installed()
    from service.mcp.serving import run_http, run_stdio

    pipeline = _open(data)
    if transport == "stdio":
        run_stdio(pipeline, allow_writes=allow_writes)
    else:
        run_http(pipeline, host, port, names=allow_host or (), allow_writes=allow_writes, as_json=as_json)


@documents_app.callback()
def documents(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the documents unless a subcommand says otherwise."""
    context.obj = (data, as_json)
    if context.invoked_subcommand is None:
        list_documents(context, data, as_json)


@documents_app.command("list")
def list_documents(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List what is indexed."""
    data, as_json = _inherited(context, data, as_json)
    from service.catalogue import list_documents as list_page
    from service.render import print_json, show_documents

    listing = list_page(_open(data).library, limit=_ALL, offset=0)
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

    library = _open(data).library
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

    pipeline = _open(data)
    if purge:
        ConversationStore(pipeline.settings.data).forget(document_id)
    change = take_out(pipeline.library, document_id, purge=purge)
    if as_json:
        print_json(change)
    else:
        print_text(f"Removed {document_id}.")


def run(command_line: typer.Typer) -> None:
    """Run the command line with the contract's exit codes; errors are one sentence on stderr."""
    from index.errors import CitecheckError, StoreError

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        command_line()
    except StoreError as error:
        sys.exit(_complain(error.message, 3))
    except CitecheckError as error:
        sys.exit(_complain(error.message, 2))
    except KeyboardInterrupt:
        sys.exit(_complain("Interrupted; what was finished is kept, run the command again to continue.", 130))
    except BrokenPipeError:
        sys.exit(0)


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"citecheck: {message}\n")
    return code


def _inherited(context: typer.Context, data: Path | None, *flags: bool) -> tuple[Path | None, bool]:
    """Return --data and --json, whether they stand before or after the subcommand of `documents`."""
    outer_data, outer_json = context.obj or (None, False)
    return data or outer_data, any((*flags, outer_json))


def _settings(data: Path | None) -> Settings:
    from service.settings import read_settings

    return read_settings({} if data is None else {"data": data})


def _open(data: Path | None) -> Pipeline:
    """Open a data folder that is there; only `index` and `serve` make one. Raises StoreError."""
    from index.errors import StoreError
    from service.pipeline import open_pipeline

    settings = _settings(data)
    if not settings.data.exists():
        raise StoreError(
            f"There is no data folder {settings.data}; index something first or name another with --data.",
            code="no_data_folder",
        )
    return open_pipeline(settings)
