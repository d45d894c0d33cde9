"""The data folders of an evaluation: one as it is, documents indexed for one run, or those of a public format, kept."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from eval.provenance import code_fingerprint
from eval.public.collection import Collection
from eval.request import Request
from index.documents import Document
from index.errors import InputError
from index.library import Library
from service.ingest import ingest_paths
from service.pipeline import Pipeline, open_pipeline
from service.settings import Settings, read_settings

INDEXED = Path("eval-runs") / ".indexed"
_WHOLE = "whole"
_DIGITS = 16


def seeds() -> Path:
    """Return the folder of documents shipped with citecheck: in the package in a wheel, else the repository's."""
    here = Path(__file__).parent
    for folder in (here / "seeds", here.parent / "seeds"):
        if any(folder.glob("*.txt")):
            return folder
    raise InputError("The seed documents are not installed; name a folder with --documents.", code="no_seeds")


@contextmanager
def opened(request: Request) -> Iterator[Pipeline]:
    """Open a data folder as it is, or index documents into a temporary one."""
    if request.data is not None:
        if request.documents is not None:
            raise InputError("Give --documents or --data, not both: --data is evaluated as it is.", code="bad_option")
        with _opened(read_settings({"data": request.data})) as pipeline:
            yield pipeline
        return
    documents = request.documents or seeds()
    with tempfile.TemporaryDirectory(prefix="citecheck-eval-") as folder:
        settings = read_settings({"data": Path(folder)})
        with _opened(settings) as pipeline:
            ingest_paths(pipeline.library, [documents], max_bytes=settings.max_document_bytes)
            yield pipeline


@contextmanager
def opened_collection(collection: Collection) -> Iterator[Pipeline]:
    """Open the data folder that holds just the documents of a collection; they are indexed where it is not there yet.

    It is kept for later runs over the same documents with the same code, and may be deleted at any time. What was
    indexed before an interruption is not indexed again.
    """
    documents, key = _key(collection.documents())
    folder = INDEXED / f"{key}-{code_fingerprint(('index',))}"
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(read_settings({"data": folder})) as pipeline:
        if not (folder / _WHOLE).exists():
            _index(pipeline.library, collection.documents(), documents)
            (folder / _WHOLE).touch()
        yield pipeline


def _key(documents: Iterable[Document]) -> tuple[int, str]:
    """Return how many documents there are, and what names exactly these."""
    digest, count = hashlib.sha256(), 0
    for count, document in enumerate(documents, start=1):  # noqa: B007 - how many there were
        digest.update(f"{document.id}\0{document.title}\0{document.sha256}\0".encode())
    return count, digest.hexdigest()[:_DIGITS]


def _index(library: Library, documents: Iterable[Document], count: int) -> None:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for document in progress.track(documents, total=count, description="indexing"):
            library.add(document)
        library.refresh()


@contextmanager
def _opened(settings: Settings) -> Iterator[Pipeline]:
    pipeline = open_pipeline(settings)
    try:
        yield pipeline
    finally:
        pipeline.library.close()
