"""Files and folders into the library, with progress and a report of what was skipped and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from index.errors import InputError
from index.library import Library
from index.listing import Skipped, find_files
from index.loading import load_file
from service.catalogue import DocumentChange


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every file: changed or unchanged documents, and files that were not taken."""

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
            progress.advance(files)
    library.refresh()
    return IngestReport(tuple(changes), tuple(skipped))


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
