"""A filter turned into the documents it stands for, once and in one place; all below looks in documents by id."""

from __future__ import annotations

from collections.abc import Sequence

from index.filtering import Filter
from index.library import Library
from service.catalogue import find_document


def check_named(library: Library, within: Filter | None) -> None:
    """Raise NotFound for a document that is named and not there."""
    named = within.documents if within is not None and within.documents is not None else ()
    if not named:
        return
    held = frozenset(library.store.described.matching(Filter(named, (), None, None)))
    for document_id in named:
        if document_id not in held:
            find_document(library, document_id)


def documents_within(library: Library, within: Filter | None) -> Sequence[str] | None:
    """Return the ids of the documents to look in, None for all; raises NotFound for a named one that is not there.

    No document may fit: then nothing is found, and that is the answer.
    """
    if within is None:
        return None
    check_named(library, within)
    return library.store.described.matching(within)
