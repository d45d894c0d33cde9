"""The live arrays: the newest snapshot of a store's search arrays, kept up with it while searches go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import rmtree

import numpy as np

from index import derived
from index.analysis import ANALYSIS_VERSION
from index.arrays import Arrays, join, numbers_of
from index.encoder import Encoder, Vectors
from index.segment import NONE_DEAD, Segment, build_segment, merge_segments
from index.store import Changes, Store

# An index of no more passages is joined into one segment at every change: that takes less than a second.
_SMALL = 5_000
# What changed is read whole up to so many passages, or as many as there are; beyond, building anew takes less memory.
_READ_WHOLE = 20_000
# A larger one when so great a share of it has changed, or it has come into so many pieces.
_DUE_SHARE = 0.05
_DUE_SEGMENTS = 12
# Two segments become one while the older is not so many times as large: so each passage is moved few times.
_TIER = 3


_log = logging.getLogger(__name__)


class LiveArrays:
    """The search arrays of one store, derived from it and saved beside it. Thread-safe."""

    def __init__(
        self, folder: Path, store: Store, encoder: Encoder, vectors: Callable[[Sequence[str]], Vectors]
    ) -> None:
        """Keep files in `folder`; `vectors` gives the vectors of index texts."""
        self._derived = folder
        self._store = store
        self._vectors = vectors
        self._dimensions = encoder.dimensions
        self._fingerprint = "|".join((store.identity, encoder.fingerprint, ANALYSIS_VERSION))
        self._refreshing = threading.Lock()
        self._compacting = threading.Lock()
        self._arrays: Arrays | None = None

    def arrays(self) -> Arrays:
        """Return the newest whole snapshot, noticing changes by other processes too."""
        arrays = self._arrays
        if arrays is not None and arrays.generation == self._store.generation():
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
            if arrays.generation != self._store.generation():
                arrays = self._brought_up(arrays)
            self._arrays = arrays
            return arrays

    def _brought_up(self, arrays: Arrays) -> Arrays:
        if self._store.changed_passages(arrays.generation) > _DUE_SHARE * arrays.alive:
            # Another process may have done the work.
            saved = self._saved_newer(arrays.generation)
            arrays = arrays if saved is None else saved
            if arrays.generation == self._store.generation():
                return arrays
        if self._store.changed_passages(arrays.generation) > max(_READ_WHOLE, arrays.alive):
            return self._built()
        arrays = self._caught_up(arrays, self._store.changes(arrays.generation))
        return self._compacted(arrays) if arrays.alive <= _SMALL else arrays

    def compact(self, *, always: bool = False) -> None:
        """Join the segments into one and save it, if they are due or `always`; searches and changes go on meanwhile.

        Takes minutes for a million passages.
        """
        with self._compacting:
            arrays = self.refresh()
            if not (_is_due(arrays) or (always and _has_changed(arrays))):
                return
            compacted = self._compacted(arrays)
            with self._refreshing:
                changes = self._store.changes(compacted.generation)
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
        self._build_again([folder])

    def discard(self, arrays: Arrays) -> None:
        """Throw away a snapshot that gives impossible scores, and its files; everything is built again."""
        if self._arrays is arrays:
            self._build_again(derived.saved_folders(self._derived))

    def _build_again(self, folders: Sequence[Path]) -> None:
        _log.warning("the search files are corrupt and are built again")
        with self._refreshing:
            # Searches wait: nothing corrupt is served meanwhile.
            self._arrays = None
            for folder in folders:
                rmtree(folder, ignore_errors=True)
            self._arrays = self._opened()

    def _opened(self) -> Arrays:
        """Return what the derived files hold, or else everything built from the store."""
        saved = derived.load(derived.saved_folders(self._derived), self._fingerprint, self._store.generation())
        if saved is not None:
            return join(saved.generation, [saved.segment], [NONE_DEAD])
        return self._built()

    def _saved_newer(self, generation: int) -> Arrays | None:
        """Return what is saved if that is newer than `generation`, before it is read at length."""
        folders = derived.saved_folders(self._derived)
        if not any(derived.generation_of(folder) > generation for folder in folders):
            return None
        saved = derived.load(folders, self._fingerprint, self._store.generation())
        if saved is None or saved.generation <= generation:
            return None
        return join(saved.generation, [saved.segment], [NONE_DEAD])

    def _built(self) -> Arrays:
        """Return everything built from the store, read piece by piece."""
        with self._store.rows() as (generation, rows):
            segment = build_segment(rows, self._vectors, self._dimensions)
        return self._saved(generation, segment)

    def _caught_up(self, arrays: Arrays, changes: Changes) -> Arrays:
        """Return the snapshot with changed documents taken out of its segments and put in as one of their own."""
        segments = list(arrays.segments)
        dead = [
            np.union1d(gone, numbers_of(segment, changes.document_ids))
            for segment, gone in zip(arrays.segments, arrays.dead, strict=True)
        ]
        if changes.rows:
            segments.append(build_segment(changes.rows, self._vectors, self._dimensions))
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
            saved = derived.load(derived.saved_folders(self._derived), self._fingerprint, generation)
            segment = saved.segment if saved is not None and saved.generation == generation else segment
        return join(generation, [segment], [NONE_DEAD])


def _has_changed(arrays: Arrays) -> bool:
    return len(arrays.segments) > 1 or any(len(numbers) for numbers in arrays.dead)


def _is_due(arrays: Arrays) -> bool:
    first = arrays.segments[0].size if arrays.segments else 0
    changed = len(arrays.passage_ids) - first + sum(len(numbers) for numbers in arrays.dead)
    return len(arrays.segments) > _DUE_SEGMENTS or changed > _DUE_SHARE * first
