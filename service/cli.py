"""The command line: thin commands over the pipeline, every one with --data and --json."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from service import cli_keeping
from service.cli_documents import documents_app, index
from service.cli_options import (
    DataOption,
    DocumentOption,
    JsonOption,
    SinceOption,
    TagOption,
    TopKOption,
    UntilOption,
    narrowed_by,
    open_data,
    settings_of,
)

__all__ = ["DataOption", "JsonOption", "app", "documents_app", "run"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(documents_app, name="documents")
cli_keeping.register(app)


@app.callback()
def about() -> None:
    """Answers about your documents, with verbatim quotes anyone can look up."""


app.command()(index)


@app.command()
def ask(
    question: Annotated[str, typer.Argument()],
    data: DataOption = None,
    as_json: JsonOption = False,
    top_k: TopKOption = None,
    document: DocumentOption = None,
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", help="Decline answers below this, 0 to 1.")
    ] = None,
) -> None:
    """Answer a question with its quotes, or say that the documents do not."""
    from service.render import print_json, show_answer

    answer = open_data(data).ask(question, top_k, narrowed_by(document, tag, since, until), min_confidence)
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
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Rank passages, with each leg's score."""
    from service.render import print_json, show_search

    result = open_data(data).search(query, top_k, narrowed_by(document, tag, since, until))
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
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Tell where a quotation stands in the documents, or that it does not."""
    from service.render import print_json, show_lookup

    result = open_data(data).look_up(quote, narrowed_by(document, tag, since, until))
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
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
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
    within = narrowed_by(document, tag, since, until)
    text = _text_to_check(claim, file, data)
    pipeline = open_data(data)
    with show_progress("claims") as on_verdict:
        result = pipeline.check(text, within, on_verdict)
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
        return load_file(file, max_bytes=settings_of(data).max_document_bytes).text
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

    pipeline = open_data(data)
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

    run_server(settings_of(data), host, port, as_json=as_json)


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

    pipeline = open_data(data)
    if transport == "stdio":
        run_stdio(pipeline, allow_writes=allow_writes)
    else:
        run_http(pipeline, host, port, names=allow_host or (), allow_writes=allow_writes, as_json=as_json)


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
