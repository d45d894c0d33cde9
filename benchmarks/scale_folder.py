"""Data folders of the product filled with real passages whose vectors are known already."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.scale_data import ScaleData, document_text
from index.documents import Document, content_sha256
from index.encoder import OnnxEncoder
from index.library import Incoming, Library, batched, content_key

_DOCUMENTS_AT_ONCE = 20


def document(number: int, passages: Sequence[str]) -> Document:
    """Return document `number` of the corpus; ids sort as numbers do, so address order is the corpus's order."""
    text = document_text(passages)
    return Document(f"scale-{number:06}", "", text, content_sha256(text), "")


def place_of(document_id: str, start: int, starts: Sequence[int], texts: Sequence[str]) -> int:
    """Return which passage of the corpus begins at character `start` of a document.

    `starts` gives the number of each document's first passage, `texts` are all passages.
    """
    place = starts[int(document_id.removeprefix("scale-"))]
    while start > 0:
        start -= len(texts[place]) + len("\n\n")
        place += 1
    return place


def filled(folder: Path, data: ScaleData, count: int, encoder: OnnxEncoder) -> None:
    """Bring a data folder to exactly the first `count` passages, searchable and merged.

    The vectors go into the store's cache of vectors, by content, before the documents are put in: nothing is encoded.
    """
    library = Library(folder, encoder)
    try:
        _put_in(library, data, count)
        library.refresh()
        library.live.compact()
    finally:
        library.close()


def _put_in(library: Library, data: ScaleData, count: int) -> None:
    """Put in the documents that are not there yet, and take out those that should not be."""
    known = {record.document_id: record.passages for record in library.store.records(limit=10**9, offset=0)}
    vectors = data.vectors(count, library.encoder.dimensions)
    missing: list[tuple[int, int, list[str]]] = []
    first = 0
    for number, texts in enumerate(data.documents(count)):
        # The last document of a smaller folder can be longer in a larger one.
        if known.pop(f"scale-{number:06}", 0) != len(texts):
            missing.append((number, first, texts))
        first += len(texts)
    for document_id in known:
        library.store.remove(document_id, purge=False)
    batches = list(batched(missing, _DOCUMENTS_AT_ONCE))
    for batch in track(batches, f"{count} passages", console=Console(stderr=True), disable=not missing):
        for _, start, texts in batch:
            rows = dict(zip(map(content_key, texts), vectors[start : start + len(texts)], strict=True))
            library.store.put_vectors(library.encoder.fingerprint, rows)
        library.add_many([Incoming(document(number, texts), "", None, None) for number, _, texts in batch])


def forget(folder: Path, texts: Iterable[str], encoder: str) -> None:
    """Take texts' vectors of an encoder out of the cache, so that they are encoded (and measured) again."""
    rows = [(encoder, content_key(text)) for text in texts]
    with closing(sqlite3.connect(folder / "citecheck.sqlite")) as connection, connection:
        connection.executemany("DELETE FROM vectors WHERE encoder = ? AND content = ?", rows)


def size_on_disk(folder: Path) -> dict[str, int]:
    """Return the bytes of the database, of the search arrays, and of both together."""
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    derived = sum(size for path, size in sizes.items() if (folder / "derived") in path.parents)
    return {"database": sum(sizes.values()) - derived, "derived": derived, "total": sum(sizes.values())}
