"""The library: documents go in and out while searches run on whole, immutable snapshots."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from cachetools import LRUCache

from index import derived
from index.analysis import ANALYSIS_VERSION, terms
from index.cutting import CUTTING_VERSION, cut
from index.dense import build_dense
from index.derived import Arrays
from index.documents import Document
from index.encoder import Encoder, Progress, Vectors
from index.errors import DocumentClash
from index.lexical import build_lexical
from index.passages import lexical_text
from index.rows import DocumentRecord
from index.store import Store

MAX_PASSAGE_TOKENS = 160
_ENCODED_AT_ONCE = 256
_CACHED_CHARACTERS = 32_000_000

T = TypeVar("T")
AddStatus = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a document that was put in."""

    document_id: str
    version: str
    status: AddStatus


class Library:
    """The documents of one data folder and the search arrays derived from them. Thread-safe."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Open or create the library in `folder`; raises StoreError when the folder cannot be used."""
        self.store = Store(folder)
        self.encoder = encoder
        self._derived = folder / "derived"
        self._fingerprint = "|".join((self.store.identity, encoder.fingerprint, ANALYSIS_VERSION))
        self._max_tokens = min(MAX_PASSAGE_TOKENS, encoder.max_tokens)
        self._recipe = f"{CUTTING_VERSION}/{self._max_tokens}/{encoder.fingerprint}"
        self._refreshing = threading.Lock()
        self._arrays: Arrays | None = None
        self._documents: LRUCache[tuple[str, str], Document] = LRUCache(_CACHED_CHARACTERS, getsizeof=_size)
        self._documents_generation = -1
        self._documents_lock = threading.Lock()

    def close(self) -> None:
        """Release the store."""
        self.store.close()

    def add(self, document: Document, *, path: str = "", on_progress: Progress | None = None) -> Added:
        """Put a document in, or make it the current version of the document of its id.

        `path` is where it was read from. It is searchable once `refresh` has run (or the next search begins).
        Raises DocumentClash when the id belongs to another file that still exists.
        """
        known = self.store.find_record(document.id)
        if known is not None:
            _refuse_clash(known, document, path)
            same = (document.version, document.title, document.source, path or known.path, self._recipe)
            if (known.version, known.title, known.source, known.path, known.recipe) == same:
                return Added(document.id, document.version, "unchanged")
        passages = cut(document, count_tokens=self.encoder.count_tokens, max_tokens=self._max_tokens)
        self.vectors([passage.index_text for passage in passages], on_progress)
        self.store.put(document, passages, path=path, recipe=self._recipe)
        return Added(document.id, document.version, "added" if known is None else "updated")

    def remove(self, document_id: str, *, purge: bool = False) -> None:
        """Take a document out; old citations keep resolving unless `purge`. Raises NotFound."""
        self.store.remove(document_id, purge=purge)
        self.refresh()

    def document(self, document_id: str, version: str) -> Document:
        """Return one version of a document, also of one that was updated or removed since; raises NotFound."""
        key = (document_id, version)
        generation = self.store.generation()
        with self._documents_lock:
            # Titles can change and texts be purged, by other processes too: what was read before is read again.
            if generation > self._documents_generation:
                self._documents.clear()
                self._documents_generation = generation
            found = self._documents.get(key)
        if found is None:
            found = self.store.document(document_id, version)
            with self._documents_lock, suppress(ValueError):  # ValueError: larger than the whole cache
                if generation == self._documents_generation:
                    self._documents[key] = found
        return found

    def vectors(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Return the vectors of `texts`, shape (len(texts), dimensions), and keep them.

        A text seen before is not encoded again.
        """
        keys = [content_key(text) for text in texts]
        known = self.store.vectors(self.encoder.fingerprint, set(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        # Kept batch by batch, so that an interrupted run continues where it stopped.
        for batch in batched(missing.items(), _ENCODED_AT_ONCE):
            fresh = dict(
                zip(
                    (key for key, _ in batch),
                    self.encoder.encode([text for _, text in batch], on_progress),
                    strict=True,
                )
            )
            self.store.put_vectors(self.encoder.fingerprint, fresh)
            known.update(fresh)
        if not keys:
            return np.empty((0, self.encoder.dimensions), dtype=np.float32)
        return np.stack([known[key] for key in keys])

    def arrays(self) -> Arrays:
        """Return the newest whole snapshot, noticing changes by other processes too."""
        arrays = self._arrays
        if arrays is not None and arrays.generation == self.store.generation():
            return arrays
        # While another thread refreshes, searches go on over the snapshot there is.
        if arrays is not None and self._refreshing.locked():
            return arrays
        return self.refresh()

    def refresh(self) -> Arrays:
        """Bring the search arrays up to the store: from the derived files when they fit, else built again."""
        with self._refreshing:
            generation = self.store.generation()
            if self._arrays is not None and self._arrays.generation == generation:
                return self._arrays
            arrays = derived.load(self._derived, self._fingerprint, generation)
            if arrays is None:
                arrays = self._build()
                derived.save(self._derived, self._fingerprint, arrays)
            self._arrays = arrays
            return arrays

    def _build(self) -> Arrays:
        generation, rows = self.store.layout()
        document_ids = tuple(dict.fromkeys(row[1] for row in rows))
        place = {document_id: number for number, document_id in enumerate(document_ids)}
        texts = [row[3] for row in rows]
        return Arrays(
            generation=generation,
            passage_ids=np.array([row[0] for row in rows], dtype=np.int64),
            owners=np.array([place[row[1]] for row in rows], dtype=np.int32),
            document_ids=document_ids,
            lexical=build_lexical(terms(lexical_text(title, text)) for _, _, title, text in rows),
            dense=build_dense(self.vectors(texts), self.encoder.dimensions),
        )


def _size(document: Document) -> int:
    return len(document.text)


def content_key(text: str) -> bytes:
    """Return the key a text's vector is cached under."""
    return hashlib.sha256(text.encode("utf-8")).digest()[:16]


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield `items` in lists of at most `size`."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def _refuse_clash(known: DocumentRecord, document: Document, path: str) -> None:
    if known.path and not Path(known.path).is_file():
        return  # renamed or deleted: nobody else claims the id
    other_file = bool(path) and bool(known.path) and known.path != path
    if known.source != document.source or other_file:
        theirs, ours = (known.path or known.source or "typed text"), (path or document.source or "typed text")
        raise DocumentClash(
            f"The id {document.id!r} of {ours} is taken by {theirs}; rename one of them or remove the other first.",
            code="document_clash",
            document_id=document.id,
        )
