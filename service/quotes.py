"""Citations: verbatim quotes with an address anyone who holds the document can resolve."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from index.documents import VERSION_DIGITS, Document, Span
from index.errors import InputError, SpanError

CONTEXT_CHARACTERS = 64
SectionOf = Callable[[Document, Span], tuple[str, ...]]
# One spelling for each address, or ids that differ would name the same words.
_OFFSET = "(0|[1-9][0-9]{0,11})"
_ADDRESS = re.compile(rf"c1:([A-Za-z0-9._-]{{1,200}})@([0-9a-f]{{{VERSION_DIGITS}}}):{_OFFSET}-{_OFFSET}")


@dataclass(frozen=True, slots=True)
class Highlight:
    """The words of a quote that carry the answer, in document offsets."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Copy:
    """Another document's place that says the same in the same words; `text` is verbatim there.

    The words are compared without regard to case, accents, punctuation and spacing.
    """

    id: str
    document_id: str
    version: str
    title: str
    page: int | None
    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        """Where the copy stands in its document."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote in the shape the contract promises: `text` is `canonical_text[start:end]`, always.

    `copies` are the places in other documents that only repeat it.
    """

    id: str
    document_id: str
    version: str
    title: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    prefix: str
    suffix: str
    highlight: Highlight | None
    # Citations kept in conversations, or sent back by a client, may be older than copies.
    copies: tuple[Copy, ...] = ()

    @property
    def span(self) -> Span:
        """Where the quote stands in its document."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed citation id."""

    document_id: str
    version: str
    span: Span

    def __str__(self) -> str:
        """Render the id, e.g. `c1:report@0123456789ab:10-42`."""
        return f"c1:{self.document_id}@{self.version}:{self.span.start}-{self.span.end}"


def parse_address(text: str) -> Address:
    """Read a citation id; raises InputError when it is not one."""
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match[3]) >= int(match[4]):
        raise InputError(
            "This is not a citation id; one looks like c1:document@0123456789ab:10-42.", code="bad_citation_id"
        )
    return Address(match[1], match[2], Span(int(match[3]), int(match[4])))


def make_citation(
    document: Document, span: Span, *, section: tuple[str, ...], highlight: Span | None = None
) -> Citation:
    """Quote `span` of `document`; raises SpanError when the span or the highlight does not fit."""
    text = document.quote(span)
    if highlight is not None and not (span.contains(highlight) and len(highlight) > 0):
        raise SpanError(f"The highlight {highlight} leaves its quote {span}.", code="bad_span")
    return Citation(
        id=str(Address(document.id, document.version, span)),
        document_id=document.id,
        version=document.version,
        title=document.title,
        section=section,
        page=document.page_at(span.start),
        start=span.start,
        end=span.end,
        text=text,
        prefix=document.text[max(0, span.start - CONTEXT_CHARACTERS) : span.start],
        suffix=document.text[span.end : span.end + CONTEXT_CHARACTERS],
        highlight=None if highlight is None else Highlight(highlight.start, highlight.end),
    )


def make_copy(document: Document, span: Span) -> Copy:
    """Quote the place of a copy; raises SpanError when the span does not fit."""
    return Copy(
        id=str(Address(document.id, document.version, span)),
        document_id=document.id,
        version=document.version,
        title=document.title,
        page=document.page_at(span.start),
        start=span.start,
        end=span.end,
        text=document.quote(span),
    )


def cite(document: Document, span: Span, section_of: SectionOf | None) -> Citation:
    """Quote `span` of `document` with the section it stands in, if anyone can tell."""
    return make_citation(document, span, section=() if section_of is None else section_of(document, span))


def verify_citation(citation: Citation, document: Document) -> None:
    """Check a citation against its stored document as it leaves; raises SpanError when any part of it is false."""
    span = citation.span
    true = (
        document.id == citation.document_id
        and document.version == citation.version
        and document.quote(span) == citation.text
        and str(Address(document.id, document.version, span)) == citation.id
        and document.page_at(span.start) == citation.page
        and document.text.endswith(citation.prefix, 0, span.start)
        and document.text.startswith(citation.suffix, span.end)
    )
    if not true:
        raise SpanError(f"The quote {citation.id} is not verbatim; it was withheld.", code="quote_not_verbatim")


def verify_copy(copy: Copy, document: Document) -> None:
    """Check the place of a copy as `verify_citation` does; raises SpanError when any part of it is false."""
    if make_copy(document, copy.span) != copy:
        raise SpanError(f"The quote {copy.id} is not verbatim; it was withheld.", code="quote_not_verbatim")
