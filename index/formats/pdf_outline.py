"""Headings of a PDF: the entries of its outline found among the lines of their pages, and its title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from index.formats.pdf_lines import Line

_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"(?:(?:chapter|part|section|appendix|kapitel|chapitre)?[0-9ivxlc]{0,9}|[a-z][0-9]*)")
_MAX_LINES = 3
_TITLE_GROWTH = 1.2
_SAME_HEIGHT = 0.05
_MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the outline: its level from 0, its title and the index of its page."""

    level: int
    title: str
    page: int


def page_title(page: Sequence[Line], named: str) -> str | None:
    """Return the title by the first page: what the file calls itself if the page shows it, else the largest line."""
    key = _key(named)
    for start in range(len(page)):
        for count in range(1, _MAX_LINES + 1):
            if key and _key(_said(page[start : start + count])) == key:
                return " ".join(named.split())
    return _largest(page)


def _largest(page: Sequence[Line]) -> str | None:
    heights = [line.box.height for line in page]
    highest = max(heights)
    if len(page) < 2 or highest < _TITLE_GROWTH * median(heights):
        return None
    first = heights.index(highest)
    lines = [line for line in page[first : first + _MAX_LINES] if line.box.height >= (1 - _SAME_HEIGHT) * highest]
    title = _said(lines)
    return title if len(title) <= _MAX_TITLE and any(letter.isalpha() for letter in title) else None


def mark_headings(pages: Sequence[Sequence[Line]], outline: Sequence[Entry], title: str | None) -> list[list[Line]]:
    """Return the pages with the lines of the outline's entries as headings, the title's as one of level 1.

    Without an outline nothing is marked: `index/structure.py` knows headings by how they stand in the text.
    """
    marked = [list(page) for page in pages]
    if not outline:
        return marked
    first = next((number for number, page in enumerate(marked) if page), 0)
    if title is not None:
        _mark(marked[first], title, 1)
    for entry in outline:
        if entry.page < len(marked):
            _mark(marked[entry.page], entry.title, min(entry.level + 2, 6))
    return marked


def _mark(page: list[Line], title: str, level: int) -> None:
    """Make the first lines of `page` that say `title`, after a number at most, one heading."""
    key = _key(title)
    for start, line in enumerate(page):
        for count in range(1, _MAX_LINES + 1):
            lines = page[start : start + count]
            said = _key(_said(lines))
            if any(line.level for line in lines) or not key or not said.endswith(key):
                continue
            if _NUMBER.fullmatch(said.removesuffix(key)):
                box = line.box
                for other in lines[1:]:
                    box = box.joined(other.box)
                page[start : start + count] = [
                    replace(line, text=_said(lines), box=box, level=level, divided=False, parts=(), row=False)
                ]
                return


def _said(lines: Sequence[Line]) -> str:
    """Return what some lines say together."""
    text = ""
    for line in lines:
        text += line.text if line.divided else f"{line.text} "
    return text.strip()


def _key(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()
