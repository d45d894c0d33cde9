"""Data folders of the product filled with real passages whose vectors are known already."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.scale_data import ScaleData, document_text
from index.documents import Document, content_sha256
from index.encoder import OnnxEncoder
from index.library import Incoming, Library, batched, content_key

_VECTORS_AT_ONCE = 5000
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


def filled(folder: Path, data: ScaleData, count: int, encoder: OnnxEncoder) -> float:
    """Bring a data folder to exactly the first `count` passages; returns the seconds it took.

    The vectors go into the store's cache of vectors, by content, before the documents are put in: nothing is encoded.
    """
    started = time.perf_counter()
    held = list(data.documents(count))
    library = Library(folder, encoder)
    try:
        known = {record.document_id: record for record in library.store.records(limit=10**9, offset=0)}
        # The last document of a smaller folder can be longer in a larger one: by the number of its passages.
        missing = [
            (number, texts)
            for number, texts in enumerate(held)
            if (record := known.pop(f"scale-{number:06}", None)) is None or record.passages != len(texts)
        ]
        for document_id in known:
            library.store.remove(document_id, purge=False)
        if missing:
            _put_vectors(library, data, count)
        batches = list(batched(missing, _DOCUMENTS_AT_ONCE))
        for batch in track(batches, f"{count} passages", console=Console(stderr=True), disable=not missing):
            library.add_many([Incoming(document(number, texts), "", None) for number, texts in batch])
        library.refresh()
        library.live.compact()
    finally:
        library.close()
    return time.perf_counter() - started


def _put_vectors(library: Library, data: ScaleData, count: int) -> None:
    vectors = data.vectors(count, library.encoder.dimensions)
    start = 0
    for texts in batched(data.texts(count), _VECTORS_AT_ONCE):
        keys = [content_key(text) for text in texts]
        rows = dict(zip(keys, vectors[start : start + len(keys)], strict=True))
        library.store.put_vectors(library.encoder.fingerprint, rows)
        start += len(keys)


def forget(folder: Path, texts: Iterable[str]) -> None:
    """Take texts' vectors out of the cache, so that they are encoded (and measured) again."""
    with sqlite3.connect(folder / "citecheck.sqlite") as connection:
        connection.executemany("DELETE FROM vectors WHERE content = ?", ((content_key(text),) for text in texts))
    connection.close()


def size_on_disk(folder: Path) -> dict[str, int]:
    """Return the bytes of the database, of the search arrays, and of both together."""
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    derived = sum(size for path, size in sizes.items() if (folder / "derived") in path.parents)
    return {"database": sum(sizes.values()) - derived, "derived": derived, "total": sum(sizes.values())}
