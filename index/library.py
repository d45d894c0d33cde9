"""The library: documents go in and out while searches run on whole, immutable snapshots."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from cachetools import LRUCache

from index.arrays import Arrays
from index.cutting import CUTTING_VERSION, cut
from index.documents import Document
from index.encoder import Encoder, Progress, Vectors
from index.errors import CitecheckError, DocumentClash
from index.files import FileStamp
from index.lease import Lease
from index.live import LiveArrays
from index.passages import Passage
from index.rows import DocumentRecord
from index.store import Store
from index.writes import Put
from index.writes import content_key as content_key

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


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document to be put in; `path` is where it was read from, "" for an upload, `stamp` how that file looked.

    `passages` are what `passages_of` gives for it, None where that is still to be done.
    """

    document: Document
    path: str
    stamp: FileStamp | None
    passages: Sequence[Passage] | None


class Library:
    """The documents of one data folder and the search arrays derived from them. Thread-safe."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Open or create the library in `folder`; raises StoreError when the folder cannot be used."""
        self.store = Store(folder)
        self._lease = Lease(folder)
        self.encoder = encoder
        self.live = LiveArrays(folder / "derived", self.store, encoder, self.vectors)
        self._max_tokens = min(MAX_PASSAGE_TOKENS, encoder.max_tokens)
        self._recipe = f"{CUTTING_VERSION}/{self._max_tokens}/{encoder.fingerprint}"
        self._documents: LRUCache[tuple[str, str], Document] = LRUCache(_CACHED_CHARACTERS, getsizeof=_size)
        self._documents_generation = -1
        self._documents_lock = threading.Lock()

    def close(self) -> None:
        """Release the store."""
        self.store.close()

    def add(
        self,
        document: Document,
        *,
        path: str = "",
        stamp: FileStamp | None = None,
        on_progress: Progress | None = None,
    ) -> Added:
        """Put a document in, or make it the current version of the document of its id.

        `path` is where it was read from, `stamp` how that file looked. Metadata alone can change too. It is searchable
        once `refresh` has run (or the next search begins). Raises DocumentClash when the id belongs to another file
        that still exists.
        """
        (added,) = self.add_many([Incoming(document, path, stamp, None)], on_progress)
        if isinstance(added, DocumentClash):
            raise added
        return added

    def add_many(self, items: Sequence[Incoming], on_progress: Progress | None = None) -> list[Added | DocumentClash]:
        """Put several documents of different ids in, as `add` does one; a clash stands for the one that was not taken.

        Their passages are encoded together, which keeps every core busy, and those that are new are put in by one
        transaction.
        """
        results: list[Added | DocumentClash] = []
        fresh: list[Put] = []
        records = {one.document_id: one for one in self.store.described.named([item.document.id for item in items])}
        for item in items:
            known = records.get(item.document.id)
            try:
                result = self._added(known, item)
            except DocumentClash as clash:
                results.append(clash)
                continue
            if result is None:
                passages = self.passages_of(item.document) if item.passages is None else item.passages
                fresh.append(Put(item.document, passages, item.path, self._recipe, item.stamp))
                result = Added(item.document.id, item.document.version, "added" if known is None else "updated")
            results.append(result)
        self.vectors([passage.index_text for one in fresh for passage in one.passages], on_progress)
        self.store.put_many(fresh)
        return results

    def _added(self, known: DocumentRecord | None, item: Incoming) -> Added | None:
        """Return what became of a document whose text is in already, None for one that is to be cut."""
        if known is None:
            return None
        _refuse_clash(known, item.document, item.path)
        if (known.version, known.title, known.source, known.recipe) != self._text_of(item.document):
            return None
        return self._described(known, item.document, item.path or known.path, item.stamp)

    @property
    def recipe(self) -> str:
        """How passages are cut and encoded here; documents put in with another are to be put in again."""
        return self._recipe

    def _text_of(self, document: Document) -> tuple[str, str, str, str]:
        return document.version, document.title, document.source, self._recipe

    def _described(self, known: DocumentRecord, document: Document, path: str, stamp: FileStamp | None) -> Added:
        """Keep what is new of a document whose text is not."""
        if (known.metadata, known.path) != (document.metadata, path):
            self.store.described.put(document, path=path, stamp=stamp)
            return Added(document.id, document.version, "updated")
        if stamp is not None and stamp != known.stamp:
            self.store.described.stamp([(document.id, stamp)])
        return Added(document.id, document.version, "unchanged")

    def remove(self, document_id: str, *, purge: bool = False) -> None:
        """Take a document out; old citations keep resolving unless `purge`, which leaves nothing of it in the files.

        A purge from a large index takes minutes: its search files are written anew. Raises NotFound.
        """
        self.store.remove(document_id, purge=purge, contents=self._contents(document_id) if purge else set())
        if purge:
            self.live.compact(always=True)
        else:
            self.refresh()

    def _contents(self, document_id: str) -> set[bytes]:
        """Return the content keys of every version held: of those not in the index no passages are left to tell."""
        found: set[bytes] = set()
        for version in self.store.versions(document_id):
            # A text that is damaged is purged all the same.
            with suppress(CitecheckError, ValueError, TypeError, AttributeError):
                passages = self.passages_of(self.store.document(document_id, version))
                found.update(content_key(passage.index_text) for passage in passages)
        return found

    def passages_of(self, document: Document) -> tuple[Passage, ...]:
        """Return the passages that a document is cut into here."""
        return cut(document, count_tokens=self.encoder.count_tokens, max_tokens=self._max_tokens)

    def writing(self, *, wait: float = 0.0, brief: bool = False) -> AbstractContextManager[None]:
        """Be the one process that writes while the context lasts; see `Lease.held`."""
        return self._lease.held(wait=wait, brief=brief)

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
        return self.live.arrays()

    def refresh(self) -> Arrays:
        """Bring the search arrays up to the store; see `LiveArrays.refresh`."""
        return self.live.refresh()


def _size(document: Document) -> int:
    return len(document.text)


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
