"""Quotation lookup and citation resolving over the library: which documents to compare, and what to keep prepared."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from cachetools import LRUCache

from index.analysis import terms
from index.documents import Document, Span
from index.library import Library
from index.ranking import best
from service.lookup import LookupResult, PreparedDocument, look_up, prepare
from service.quotes import Address
from service.resolving import Resolution, resolve

# Below this every document is compared with the quote; above, the likeliest are.
_COMPARE_ALL_CHARACTERS = 5_000_000
_COMPARED_DOCUMENTS = 50
_PREPARED_CHARACTERS = 8_000_000


class Lookups:
    """Answers lookups from prepared documents, kept while they fit. Thread-safe."""

    def __init__(self, library: Library) -> None:
        """Look in `library`."""
        self._library = library
        self._prepared: LRUCache[tuple[str, str], PreparedDocument] = LRUCache(
            _PREPARED_CHARACTERS, getsizeof=lambda prepared: len(prepared.document.text)
        )
        self._lock = threading.Lock()

    def look_up(self, quote: str, documents: Sequence[str] | None) -> LookupResult:
        """Tell where `quote` stands; `documents` limits the search to some ids."""
        versions = self._library.store.current_versions()
        chosen = versions if documents is None else {name: versions[name] for name in documents if name in versions}
        likely = self._likely(quote, chosen)
        prepared = [self._prepare(document_id, chosen[document_id]) for document_id in likely]
        return look_up(quote, prepared, section_of=self.section_of)

    def resolve(self, address: Address) -> Resolution:
        """Resolve an address against the current version of its document; raises NotFound for an unknown one."""
        cited = self._library.document(address.document_id, address.version)
        latest = self._latest(address.document_id)
        return resolve(address, cited=cited, latest=latest, section_of=self.section_of)

    def section_of(self, document_id: str, span: Span) -> tuple[str, ...]:
        """Return the section path a span of a current document stands in."""
        section: tuple[str, ...] = ()
        for passage, path in self._library.store.sections(document_id):
            if passage.start >= span.end:
                break
            section = path
        return section

    def _latest(self, document_id: str) -> Document | None:
        record = self._library.store.find_record(document_id)
        return None if record is None else self._library.document(document_id, record.version)

    def _prepare(self, document_id: str, version: str) -> PreparedDocument:
        key = (document_id, version)
        with self._lock:
            found = self._prepared.get(key)
        if found is None:
            found = prepare(self._library.document(document_id, version))
            with self._lock, suppress(ValueError):  # ValueError: larger than the whole cache
                self._prepared[key] = found
        return found

    def _likely(self, quote: str, versions: dict[str, str]) -> list[str]:
        """Return the ids to compare, in order: all of a small library, else those that share the quote's rare words.

        The exact words are looked for everywhere, whatever the size.
        """
        if self._library.store.characters() <= _COMPARE_ALL_CHARACTERS:
            return sorted(versions)
        arrays = self._library.arrays()
        scores = np.zeros(len(arrays.document_ids))
        np.maximum.at(scores, arrays.owners, arrays.lexical.scores(list(dict.fromkeys(terms(quote)))))
        likely = {arrays.document_ids[place] for place in best(scores, _COMPARED_DOCUMENTS)}
        likely.update(self._library.store.containing(quote.strip()))
        return sorted(likely & versions.keys())
