"""Which section of a document a quote stands in: the one where it starts, and a heading stands in its own."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

from index.documents import Document, Span
from index.structure import Heading, parse

# Some tens of megabytes at most; one document never counts for more, so that even that of a million headings is kept.
_KEPT_HEADINGS: Final = 100_000
_LONGEST_MARKS: Final = 300


@dataclass(frozen=True, slots=True)
class _Outline:
    """Where each section of one text starts, in order, and its path."""

    starts: tuple[int, ...]
    paths: tuple[tuple[str, ...], ...]

    def at(self, position: int) -> tuple[str, ...]:
        """Return the path of the section that `position` stands in; () before the first heading."""
        place = bisect_right(self.starts, position)
        return self.paths[place - 1] if place else ()


class Sections:
    """Tells the section of any span of any version; parses a version once while it is kept. Thread-safe."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._outlines: LRUCache[tuple[str, str], _Outline] = LRUCache(
            _KEPT_HEADINGS, getsizeof=lambda outline: min(len(outline.starts) + 1, _KEPT_HEADINGS)
        )
        self._lock = threading.Lock()

    def section_of(self, document: Document, span: Span) -> tuple[str, ...]:
        """Return the path of the section where `span` starts."""
        key = (document.id, document.version)
        with self._lock:
            found = self._outlines.get(key)
        if found is None:
            found = _outline(document.text)
            with self._lock:
                self._outlines[key] = found
        return found.at(span.start)

    def forget(self, document_ids: Iterable[str]) -> None:
        """Drop what is kept of these documents."""
        gone = set(document_ids)
        with self._lock:
            for key in [key for key in self._outlines if key[0] in gone]:
                del self._outlines[key]

    def document_ids(self) -> set[str]:
        """Return the ids of the documents something is kept of."""
        with self._lock:
            return {document_id for document_id, _ in self._outlines}


def _outline(text: str) -> _Outline:
    structure = parse(text)
    title = next((h for h in structure.headings if h.level == 1 and h.title == structure.title), None)
    starts = tuple(_line_start(text, heading.span.start) for heading in structure.headings)
    return _Outline(starts, tuple(_paths(structure.headings, title)))


def _paths(headings: Sequence[Heading], title: Heading | None) -> Iterator[tuple[str, ...]]:
    """Yield the path of each heading, itself included; the document's title is no section."""
    above: list[Heading] = []
    for heading in headings:
        if heading is title:
            above.clear()
        else:
            while above and above[-1].level >= heading.level:
                above.pop()
            above.append(heading)
        yield tuple(one.title for one in above)


def _line_start(text: str, position: int) -> int:
    """Return where the marks before a heading begin, such as == or #."""
    lines = (text[max(0, position - _LONGEST_MARKS) : position] + "x").splitlines()
    return position + 1 - len(lines[-1])
