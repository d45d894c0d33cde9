"""Results on the terminal: for people with rich, for programs as one JSON document."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.answers import Answer
from service.catalogue import DocumentList
from service.checking.disagreements import Disagreement
from service.exports import MARKS, TITLES
from service.ingest import IngestReport
from service.lookup import LookupResult
from service.quotes import Citation
from service.searched import SearchResult
from service.verdicts import CheckResult, VerdictLabel

# A document's text must not be able to drive the terminal it is shown on.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_REASONS = {
    "nothing_retrieved": "There is nothing to search in.",
    "not_in_documents": "The documents do not say.",
    "ambiguous_question": "The question can be read in several ways.",
}
_MATCHES = {
    "exact": "Exact: these very words stand in the documents.",
    "normalized": "Normalized: only case, accents, spacing, quotation marks or dashes differ.",
    "altered": "ALTERED: the documents nearly say this, in other words.",
    "absent": "Absent: the documents do not say this.",
}

_STYLES: dict[VerdictLabel, str] = {
    "supported": "bold green",
    "refuted": "bold red",
    "conflicting": "bold magenta",
    "not_enough_info": "bold yellow",
}


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print a result as one JSON document, in one line without `indent`."""
    sys.stdout.write(json.dumps(_plain(value), ensure_ascii=False, indent=indent) + "\n")
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Print text with control characters made visible."""
    sys.stdout.write(clean(text) + "\n")


def clean(text: str) -> str:
    """Return `text` safe to show on a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def show_answer(answer: Answer) -> None:
    """Print an answer with its numbered quotes, rival answers with theirs, or a refusal with the closest passages."""
    console = _console()
    if answer.read_as is not None:
        console.print(Text(clean(f"Read as: {answer.read_as}"), style="dim"))
    if answer.status == "declined":
        console.print(Text(_REASONS[answer.reason], style="bold yellow"))
        for reading in answer.candidates:
            console.print(Text(clean(f"- {reading}")))
        if answer.nearest:
            console.print("Closest passages, which are no answer:")
        for citation in answer.nearest:
            _show_citation(console, "-", citation)
        return
    if answer.status == "conflicting":
        console.print(Text("The documents disagree:", style="bold yellow"))
        for rival in answer.alternatives:
            _show_supported(console, rival.answer, rival.confidence, rival.citations)
        return
    _show_supported(console, answer.answer, answer.confidence, answer.citations)


def show_search(result: SearchResult) -> None:
    """Print ranked passages with each leg's rank and score."""
    console = _console()
    for number, hit in enumerate(result.hits, start=1):
        legs = "  ".join(f"{name} {leg.score:.3f} (#{leg.rank or '-'})" for name, leg in hit.legs.items())
        console.print(Text(f"{number}. {hit.score:.3f}  {legs}", style="dim"))
        _show_citation(console, "", hit.passage)


def show_lookup(result: LookupResult) -> None:
    """Print where a quotation stands and, if it was altered, how."""
    console = _console()
    console.print(Text(_MATCHES[result.match], style="bold"))
    for found in result.results:
        _show_citation(console, f"{found.similarity:.2f}", found.citation)
        for difference in found.differences:
            quote, source = clean(difference.quote), clean(difference.source)
            console.print(Text(f"    {difference.op}: the quote has {quote!r}, the source {source!r}"))


def show_check(result: CheckResult) -> None:
    """Print each claim with its verdict and the quotes on either side, then quotations and what was passed over."""
    console = _console()
    for verdict in result.claims:
        console.print(
            Text(f"{MARKS[verdict.verdict]} {TITLES[verdict.verdict]}", style=_STYLES[verdict.verdict]),
            Text(f"  confidence {verdict.confidence:.2f}", style="dim"),
        )
        console.print(Text(clean(f"  {verdict.claim}"), style="bold"))
        if verdict.standalone is not None:
            console.print(Text(clean(f"  checked as: {verdict.standalone}"), style="dim"))
        for label, citations in (
            ("for", verdict.supporting),
            ("against", verdict.refuting),
            ("closest, proves nothing", verdict.nearest),
        ):
            for citation in citations:
                _show_citation(console, f"  [{label}]", citation)
    for quotation in result.quotations:
        console.print(Text(clean(f"Quotation “{quotation.text}”: {_MATCHES[quotation.lookup.match]}"), style="bold"))
        for found in quotation.lookup.results[:1]:
            _show_citation(console, f"  {found.similarity:.2f}", found.citation)
    for item in result.passed_over:
        console.print(Text(clean(f"passed over, {item.kind}: {item.text}"), style="dim"))
    counts = ", ".join(f"{count} {TITLES[label].lower()}" for label, count in result.summary.items() if count)
    console.print(Text(f"{len(result.claims)} claims: {counts}" if counts else "No claims were found."))


def show_disagreements(found: Sequence[Disagreement]) -> None:
    """Print pairs of statements that contradict each other."""
    console = _console()
    for one in found:
        console.print(Text(f"≠ another {one.kind}", style="bold magenta"), Text(f"  {one.confidence:.2f}", style="dim"))
        _show_citation(console, "  -", one.first)
        _show_citation(console, "  -", one.second)
    console.print(Text(f"{len(found)} disagreements."))


@contextmanager
def show_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr while the block runs; it is moved by calls with how many are done, of how many."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def show_documents(listing: DocumentList) -> None:
    """Print the documents as a table; columns that nothing would stand in are left out."""
    rows = [
        {
            "id": item.document_id,
            "title": item.title,
            "author": item.author or "",
            "date": item.date or "",
            "language": item.language or "",
            "tags": ", ".join(item.tags),
            "address": item.address or "",
            "version": item.version,
            "characters": str(item.characters),
            "passages": str(item.passages),
        }
        for item in listing.documents
    ]
    columns = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    table = Table(box=None)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(row[column])) for column in columns))
    _console().print(table)


def show_ingest(report: IngestReport) -> None:
    """Print what changed, what was skipped and why, and how many documents there are of each kind."""
    console = _console()
    for change in report.documents:
        if change.status != "unchanged":
            console.print(Text(f"{change.status:9} {change.document_id}@{change.version}"))
    for item in report.skipped:
        console.print(Text(clean(f"skipped   {item.path}: {item.reason}"), style="yellow"))
    console.print(Text(", ".join(f"{number} {kind}" for kind, number in report.counts.items()), style="bold"))


def _show_supported(console: Console, answer: str, confidence: float, citations: Sequence[Citation]) -> None:
    console.print(Text(clean(answer), style="bold"), Text(f"  confidence {confidence:.2f}", style="dim"))
    for number, citation in enumerate(citations, start=1):
        _show_citation(console, f"[{number}]", citation)


def _show_citation(console: Console, label: str, citation: Citation) -> None:
    quote = Text(clean(citation.text))
    if citation.highlight is not None:
        quote.stylize(
            "bold reverse", citation.highlight.start - citation.start, citation.highlight.end - citation.start
        )
    page = () if citation.page is None else (f"page {citation.page}",)
    place = " › ".join((citation.title, *citation.section, *page))
    console.print(Text(f"{label} "), quote, sep="")
    console.print(Text(clean(f"    {place}"), style="cyan"))
    console.print(Text(f"    {citation.id}", style="dim"))
    for copy in citation.copies:
        also = Text(clean(f"    word for word also in {copy.title}  "), style="cyan")
        console.print(also, Text(copy.id, style="dim"))


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False)


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
