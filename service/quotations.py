"""Quotation lookup and citation resolving over the library: which documents to compare, and what to keep prepared."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np
from cachetools import LRUCache

from index.analysis import terms
from index.documents import Document
from index.errors import NotFound
from index.library import Library
from index.ranking import best
from index.rows import DocumentRecord
from service.lookup import LookupResult, PreparedDocument, look_up, prepare
from service.quotes import Address
from service.resolving import Resolution, resolve
from service.sections import Sections

# Below this every document is compared with the quote; above, the likeliest are.
_COMPARE_ALL_CHARACTERS = 5_000_000
_COMPARED_DOCUMENTS = 50
_PREPARED_CHARACTERS = 8_000_000

Records = Mapping[str, DocumentRecord]
# The title is part of what is kept: a document can be renamed without a new version.
_Key = tuple[str, str, str]


class Quotations:
    """Looks quotations up in prepared documents, kept while they fit, and resolves citations. Thread-safe."""

    def __init__(self, library: Library) -> None:
        """Look in `library`."""
        self._library = library
        self._listed: tuple[int, Records] = (-1, {})
        self._prepared: LRUCache[_Key, PreparedDocument] = LRUCache(
            _PREPARED_CHARACTERS, getsizeof=lambda prepared: len(prepared.document.text)
        )
        self._lock = threading.Lock()
        self._sections = Sections()

    def look_up(self, quote: str, documents: Sequence[str] | None) -> LookupResult:
        """Tell where `quote` stands; `documents` limits the search to some ids."""
        records = self._records()
        chosen = records if documents is None else {name: records[name] for name in documents if name in records}
        likely = [chosen[document_id] for document_id in self._likely(quote, chosen)]
        prepared = list(self._prepare(likely, named=documents is not None))
        return look_up(quote, prepared, section_of=self._sections.section_of)

    def resolve(self, address: Address) -> Resolution:
        """Resolve an address against the current version of its document; raises NotFound for an unknown one."""
        # Read from the store, not from a cache: another process may have purged the text or changed the title.
        cited = self._library.store.document(address.document_id, address.version)
        latest = self._latest(cited)
        return resolve(address, cited=cited, latest=latest, section_of=self._sections.section_of)

    def _latest(self, cited: Document) -> Document | None:
        record = self._library.store.find_record(cited.id)
        if record is None or record.version == cited.version:
            return cited if record else None
        return self._library.store.document(cited.id, record.version)

    def _records(self) -> Records:
        """Return what the index holds by id, read again only after a change, whichever process made it."""
        generation = self._library.store.generation()
        if self._listed[0] != generation:
            records = {
                record.document_id: record for record in self._library.store.records(limit=sys.maxsize, offset=0)
            }
            self._forget(records)
            self._listed = (generation, records)
        return self._listed[1]

    def _forget(self, records: Records) -> None:
        """Drop whatever is kept of documents that were changed or removed: their texts may have been purged."""
        current = {_key(record) for record in records.values()}
        with self._lock:
            for key in [key for key in self._prepared if key not in current]:
                del self._prepared[key]
        self._sections.forget(self._sections.document_ids() - records.keys())

    def _prepare(self, records: Sequence[DocumentRecord], *, named: bool) -> Iterator[PreparedDocument]:
        """Yield the documents ready for comparison; one purged meanwhile raises NotFound only if it was asked for."""
        for record in records:
            with self._lock:
                found = self._prepared.get(_key(record))
            if found is None:
                try:
                    document = self._library.store.document(record.document_id, record.version)
                except NotFound:
                    if named:
                        raise
                    continue
                found = prepare(document)
                with self._lock, suppress(ValueError):  # ValueError: larger than the whole cache
                    self._prepared[document.id, document.version, document.title] = found
            yield found

    def _likely(self, quote: str, records: Records) -> list[str]:
        """Return the ids to compare, in order: all of a small library, else those that share the quote's rare words.

        The exact words are looked for everywhere, whatever the size.
        """
        if self._library.store.characters() <= _COMPARE_ALL_CHARACTERS:
            return sorted(records)
        arrays = self._library.arrays()
        scores = np.zeros(len(arrays.document_ids))
        np.maximum.at(scores, arrays.owners, arrays.lexical.scores(list(dict.fromkeys(terms(quote)))))
        likely = {arrays.document_ids[place] for place in best(scores, _COMPARED_DOCUMENTS)}
        likely.update(self._library.store.containing(quote.strip()))
        return sorted(likely & records.keys())


def _key(record: DocumentRecord) -> _Key:
    return record.document_id, record.version, record.title
