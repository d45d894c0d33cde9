"""What a document is: canonical text, its version, and spans that can be quoted from it."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass

from index.errors import SpanError
from index.metadata import NO_METADATA, Metadata

VERSION_DIGITS = 12


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a document in Unicode code points, 0-based, end exclusive."""

    start: int
    end: int

    def __len__(self) -> int:
        """Length in code points."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one document.

    `text` is canonical: of a text file every character, only CRLF turned into LF; of another format what was taken
    from it (docs/formats.md). Offsets everywhere else in citecheck point into it. `source` is the file name (never a
    path that is followed) or "" for typed text. `pages` are the offsets at which its pages start, empty for a
    document without pages. `unread` are the pages, from 1, that hold no readable text; it is told when a file is
    read and not kept. `metadata` is kept beside the document and not with each version of its text: a document read
    from the store has none.
    """

    id: str
    title: str
    text: str
    sha256: str
    source: str
    # Most documents, and all that were typed, have no pages.
    pages: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()
    metadata: Metadata = NO_METADATA

    def page_at(self, offset: int) -> int | None:
        """Return the page, from 1, on which the character at `offset` stands; None without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    @property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 of the canonical text, as used in addresses."""
        return self.sha256[:VERSION_DIGITS]

    def quote(self, span: Span) -> str:
        """Return the verbatim slice `span`; raises SpanError if it is empty or leaves the text."""
        if not 0 <= span.start < span.end <= len(self.text):
            raise SpanError(
                f"The span {span.start}-{span.end} does not fit document {self.id} of {len(self.text)} characters.",
                code="bad_span",
            )
        return self.text[span.start : span.end]


def content_sha256(text: str) -> str:
    """Return the hex SHA-256 of the UTF-8 form of a canonical text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
