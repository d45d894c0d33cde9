"""The outline of a document: its sections in order, for reading it beside its text."""

from __future__ import annotations

from dataclasses import dataclass

from index.documents import Document
from index.structure import parse


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A heading: `level` counts from 1, `start` is its place in the canonical text."""

    title: str
    level: int
    start: int


@dataclass(frozen=True, slots=True)
class DocumentOutline:
    """The headings of one version of a document, in the order of the text."""

    document_id: str
    version: str
    sections: tuple[OutlineSection, ...]


def outline(document: Document) -> DocumentOutline:
    """Return the headings of a document, its title among them where it stands in the text."""
    headings = parse(document.text).headings
    sections = tuple(OutlineSection(one.title, one.level, one.span.start) for one in headings)
    return DocumentOutline(document.id, document.version, sections)
