"""Files and folders into the library, with progress and a report of what was skipped and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from index.errors import InputError
from index.library import Library
from index.listing import Skipped, find_files
from index.loading import load_file
from service.catalogue import DocumentChange

_MAX_RANGES = 20


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every file: changed or unchanged documents, and files or pages that were not taken."""

    documents: tuple[DocumentChange, ...]
    skipped: tuple[Skipped, ...]


def ingest_paths(library: Library, paths: Sequence[Path], *, max_bytes: int) -> IngestReport:
    """Add or refresh files and folders.

    A file named outright must be usable, else InputError; one found in a folder is skipped with its reason. Every
    finished document is kept, whatever happens to the next.
    """
    listing = find_files(paths)
    named = {path.resolve() for path in paths}
    changes: list[DocumentChange] = []
    skipped = list(listing.skipped)
    with _progress() as progress:
        files = progress.add_task("documents", total=len(listing.files))
        encoded = progress.add_task("encoding", total=None, visible=False)

        def on_progress(count: int) -> None:
            progress.update(encoded, advance=count, visible=True)

        for file in listing.files:
            progress.update(files, description=file.path.name[:40])
            try:
                document = load_file(file.path, max_bytes=max_bytes, title=file.title, document_id=file.document_id)
                added = library.add(document, path=str(file.path.resolve()), on_progress=on_progress)
            except InputError as error:
                if file.path.resolve() in named:
                    raise
                skipped.append(Skipped(file.path, error.message))
            else:
                changes.append(DocumentChange(added.document_id, added.version, added.status))
                if document.unread:
                    skipped.append(Skipped(file.path, _unread(document.unread)))
            progress.advance(files)
    library.refresh()
    return IngestReport(tuple(changes), tuple(skipped))


def _unread(pages: Sequence[int]) -> str:
    """Say which pages hold no text, neighbours as ranges; the rest of the document was taken."""
    ranges = [list(group) for _, group in groupby(enumerate(pages), key=lambda item: item[1] - item[0])]
    named = [f"{group[0][1]}-{group[-1][1]}" if len(group) > 1 else f"{group[0][1]}" for group in ranges]
    listed = ", ".join(named[:_MAX_RANGES]) + (" and more" if len(named) > _MAX_RANGES else "")
    which = f"Page {listed} holds" if len(pages) == 1 else f"Pages {listed} hold"
    return f"{which} no readable text, perhaps scans; run text recognition (OCR) on the file and add it again."


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
