"""The library: documents go in and out while searches run on whole, immutable snapshots."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Literal, TypeVar

import numpy as np
from cachetools import LRUCache

from index import derived
from index.analysis import ANALYSIS_VERSION
from index.arrays import Arrays, join, numbers_of
from index.cutting import CUTTING_VERSION, cut
from index.documents import Document
from index.encoder import Encoder, Progress, Vectors
from index.errors import DocumentClash
from index.files import FileStamp
from index.lease import Lease
from index.rows import DocumentRecord
from index.segment import NONE_DEAD, Segment, build_segment, merge_segments
from index.store import Changes, Store

MAX_PASSAGE_TOKENS = 160
_ENCODED_AT_ONCE = 256
_CACHED_CHARACTERS = 32_000_000
# An index of no more passages is joined into one segment at every change: that takes less than a second.
_SMALL = 5_000
# A larger one when so great a share of it has changed, or it has come into so many pieces.
_DUE_SHARE = 0.05
_DUE_SEGMENTS = 12
# Two segments become one while the older is not so many times as large: so each passage is moved few times.
_TIER = 3

_log = logging.getLogger(__name__)

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
        self._lease = Lease(folder)
        self.encoder = encoder
        self._derived = folder / "derived"
        self._fingerprint = "|".join((self.store.identity, encoder.fingerprint, ANALYSIS_VERSION))
        self._max_tokens = min(MAX_PASSAGE_TOKENS, encoder.max_tokens)
        self._recipe = f"{CUTTING_VERSION}/{self._max_tokens}/{encoder.fingerprint}"
        self._refreshing = threading.Lock()
        self._compacting = threading.Lock()
        self._arrays: Arrays | None = None
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

        `path` is where it was read from, `stamp` how that file looked. Metadata alone can change too. It is searchable once `refresh` has run (or the next search begins).
        Raises DocumentClash when the id belongs to another file that still exists.
        """
        known = self.store.find_record(document.id)
        if known is not None:
            _refuse_clash(known, document, path)
            if (known.version, known.title, known.source, known.recipe) == self._text_of(document):
                return self._described(known, document, path or known.path, stamp)
        passages = cut(document, count_tokens=self.encoder.count_tokens, max_tokens=self._max_tokens)
        self.vectors([passage.index_text for passage in passages], on_progress)
        self.store.put(document, passages, path=path, recipe=self._recipe, stamp=stamp)
        return Added(document.id, document.version, "added" if known is None else "updated")

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
        """Take a document out; old citations keep resolving unless `purge`. Raises NotFound."""
        self.store.remove(document_id, purge=purge)
        self.refresh()

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
        arrays = self._arrays
        if arrays is not None and arrays.generation == self.store.generation():
            return arrays
        # While another thread refreshes, searches go on over the snapshot there is.
        if arrays is not None and self._refreshing.locked():
            return arrays
        return self.refresh()

    def refresh(self) -> Arrays:
        """Bring the search arrays up to the store: from the derived files when they fit, else built again.

        Of a large index only what changed since is read; the pieces that come of it are joined by `compact`.
        """
        with self._refreshing:
            arrays = self._arrays or self._opened()
            changes = self.store.changes(arrays.generation)
            if changes.generation != arrays.generation:
                arrays = self._caught_up(arrays, changes)
                if arrays.alive <= _SMALL:
                    arrays = self._compacted(arrays)
            self._arrays = arrays
            return arrays

    def compact(self) -> None:
        """Join the segments into one and save it, if they are due; searches and changes go on meanwhile.

        Takes minutes for a million passages.
        """
        with self._compacting:
            arrays = self.refresh()
            if not _is_due(arrays):
                return
            compacted = self._compacted(arrays)
            with self._refreshing:
                changes = self.store.changes(compacted.generation)
                self._arrays = self._caught_up(compacted, changes)

    def compact_soon(self) -> None:
        """Begin `compact` in the background, where it is due and not under way."""
        arrays = self._arrays
        if arrays is not None and _is_due(arrays) and not self._compacting.locked():
            threading.Thread(target=self.compact, name="compact", daemon=True).start()

    def verify_soon(self) -> None:
        """Compare the checksums of the large search files in the background; corrupt ones are built again."""
        saved = derived.saved_folders(self._derived)
        if saved:
            threading.Thread(target=self._verify, args=(saved[-1],), name="verify", daemon=True).start()

    def _verify(self, folder: Path) -> None:
        if not derived.verify(folder) or not folder.exists():
            return
        _log.warning("the search files are corrupt and are built again")
        rmtree(folder, ignore_errors=True)
        with self._refreshing:
            self._arrays = self._opened()

    def _opened(self) -> Arrays:
        """Return what the derived files hold, or else everything built from the store."""
        saved = derived.load(self._derived, self._fingerprint, self.store.generation())
        if saved is not None:
            return join(saved.generation, [saved.segment], [NONE_DEAD])
        with self.store.rows() as (generation, rows):
            segment = build_segment(rows, self.vectors, self.encoder.dimensions)
        return self._saved(generation, segment)

    def _caught_up(self, arrays: Arrays, changes: Changes) -> Arrays:
        """Return the snapshot with changed documents taken out of its segments and put in as one of their own."""
        segments = list(arrays.segments)
        dead = [
            np.union1d(gone, numbers_of(segment, changes.document_ids))
            for segment, gone in zip(arrays.segments, arrays.dead, strict=True)
        ]
        if changes.rows:
            segments.append(build_segment(changes.rows, self.vectors, self.encoder.dimensions))
            dead.append(NONE_DEAD)
        # The first, by far the largest, is joined in `compact`.
        while len(segments) > 2 and segments[-2].size < _TIER * segments[-1].size:
            merged = merge_segments(segments[-2:], dead[-2:])
            segments[-2:], dead[-2:] = [merged], [NONE_DEAD]
        return join(changes.generation, segments, dead)

    def _compacted(self, arrays: Arrays) -> Arrays:
        """Return the snapshot as one segment, saved."""
        return self._saved(arrays.generation, merge_segments(arrays.segments, arrays.dead))

    def _saved(self, generation: int, segment: Segment) -> Arrays:
        derived.save(self._derived, self._fingerprint, generation, segment)
        # What is large is mapped from its file rather than held in memory.
        if segment.dense.vectors.nbytes >= derived.MAPPED_FROM:
            saved = derived.load(self._derived, self._fingerprint, generation)
            segment = saved.segment if saved is not None and saved.generation == generation else segment
        return join(generation, [segment], [NONE_DEAD])


def _is_due(arrays: Arrays) -> bool:
    first = arrays.segments[0].size if arrays.segments else 0
    changed = len(arrays.passage_ids) - first + sum(len(numbers) for numbers in arrays.dead)
    return len(arrays.segments) > _DUE_SEGMENTS or changed > _DUE_SHARE * first


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
