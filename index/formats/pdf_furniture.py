"""Running headers, footers and page numbers of a PDF: what stands at the same edge of page after page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, takewhile
from statistics import median

from index.formats.pdf_lines import Line

_EDGE_LINES = 3
_ZONE = 0.1
_MIN_ZONE = 72.0
_MAX_GROWTH = 1.15
_MIN_PAGES = 3
_SLOT_SHARE = 0.5
_SLOT_POINTS = 4.0
_MAX_CHARACTERS = 150
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlcdm]{1,7}", re.IGNORECASE)

_Slot = tuple[bool, int]


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the pages without the lines that repeat at their edges, numbers aside.

    Where a place at an edge mostly holds such lines, it is a header or footer also where it says something else, such
    as the name of a short chapter.
    """
    written = [page for page in pages if page]
    if not written:
        return [list(page) for page in pages]
    edges = _Edges(written)
    stripped = [edges.stripped(page) for page in pages]
    # Pages of nothing but what repeats are no pages of headers.
    return stripped if any(stripped) else [list(page) for page in pages]


class _Edges:
    """What repeats at the top and the bottom of some pages."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        lines = [line for page in pages for line in page]
        highest, lowest = max(line.box.top for line in lines), min(line.box.bottom for line in lines)
        depth = max(_ZONE * (highest - lowest), _MIN_ZONE)
        self._zones = (highest - depth, lowest + depth)
        self._max_height = _MAX_GROWTH * median(line.box.height for line in lines)
        seen = [list(chain(*self._edges(page))) for page in pages]
        patterns = Counter(pattern for page in seen for pattern in {_pattern(line, slot) for line, slot in page})
        needed = min(_MIN_PAGES, max(2, len(pages)))
        # Of two pages that begin alike it takes a number to say that this is a header.
        self._repeated = {
            pattern
            for pattern, count in patterns.items()
            if count >= needed and (len(pages) >= _MIN_PAGES or "#" in pattern[1])
        }
        filled = Counter(slot for page in seen for slot in {slot for _, slot in page})
        furnished = Counter(
            slot for page in seen for slot in {slot for line, slot in page if _pattern(line, slot) in self._repeated}
        )
        self._slots = {
            slot for slot, count in furnished.items() if count >= max(_MIN_PAGES, _SLOT_SHARE * filled[slot])
        }

    def stripped(self, page: Sequence[Line]) -> list[Line]:
        """Return the page without its header and footer."""
        dropped = {
            id(line)
            for edge in self._edges(page)
            # From the edge inwards: below a line of text no header follows.
            for line, _ in takewhile(lambda item: self._is_furniture(*item), edge)
        }
        return [line for line in page if id(line) not in dropped]

    def _is_furniture(self, line: Line, slot: _Slot) -> bool:
        return slot in self._slots or _pattern(line, slot) in self._repeated

    def _edges(self, page: Sequence[Line]) -> tuple[list[tuple[Line, _Slot]], list[tuple[Line, _Slot]]]:
        """Return the lines at the top and at the bottom of a page from the edge inwards, each with its place."""
        ordered = sorted(page, key=lambda line: -line.box.bottom)
        top = takewhile(lambda line: line.box.bottom >= self._zones[0], ordered[:_EDGE_LINES])
        bottom = takewhile(lambda line: line.box.top <= self._zones[1], ordered[: -_EDGE_LINES - 1 : -1])
        return self._placed(top, top=True), self._placed(bottom, top=False)

    def _placed(self, lines: Iterable[Line], *, top: bool) -> list[tuple[Line, _Slot]]:
        # Headings are larger than headers, paragraphs longer.
        small = takewhile(lambda line: len(line.text) <= _MAX_CHARACTERS and line.box.height <= self._max_height, lines)
        return [(line, (top, round(line.box.bottom / _SLOT_POINTS))) for line in small]


def _pattern(line: Line, slot: _Slot) -> tuple[_Slot, str]:
    """Return what a line says, numbers aside, at its place."""
    text = line.text.casefold()
    return slot, "#" if _ROMAN.fullmatch(text) else _DIGITS.sub("#", text)
