"""The lines of a PDF as paragraphs, lists and headings, with the places where its pages start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from index.formats.grid import row_line
from index.formats.pdf_lines import Line

_BULLET = re.compile(r"[•‣◦▪●○■□➢➤✓\uf0b7\uf0a7\uf0d8–—*-]\s+(?=\S)")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)]\s+(?=\S)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = "-\u2010\u00ad"
_LAST_PART = re.compile(r"[^\W\d_]+$")
_FIRST_PART = re.compile(r"^[^\W\d_]+")
_LEADER = re.compile(r"(?:\s?\.){4,}|…(?:\s?…)+")
_SENTENCE_ENDS = (".", "!", "?", "…", ":", ".”", ".’", ".»", '."', ".)")

_GAP = 1.35
_INDENT = 0.8
_MAX_INDENT = 6.0
_GROWTH = 0.15
_CLOSE = 0.3
_HANGING = 3.0


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is usual where a line stands: the step from line to line in its column, the right edge of its block."""

    step: float
    right: float


def join_pages(pages: Sequence[Sequence[Line]]) -> tuple[str, tuple[int, ...]]:
    """Return the text and the offset at which each page starts; a page without lines starts where the next one does."""
    writer = _Writer(word.casefold() for page in pages for line in page for word in _WORD.findall(line.text))
    for page in pages:
        writer.start_page()
        for line, setting in zip(page, _settings(page), strict=True):
            writer.add(line, setting)
    return writer.finish()


def _settings(page: Sequence[Line]) -> list[_Setting]:
    settings: list[_Setting] = []
    for _, group in groupby(page, key=lambda line: line.column):
        column = list(group)
        step = _usual_step(column)
        start = 0
        for end in range(1, len(column) + 1):
            if end == len(column) or not _is_near(column[end - 1], column[end], step):
                right = max(line.box.right for line in column[start:end])
                settings += [_Setting(step, right)] * (end - start)
                start = end
    return settings


def _usual_step(column: Sequence[Line]) -> float:
    height = median(line.box.height for line in column)
    steps = [above.box.bottom - line.box.bottom for above, line in pairwise(column)]
    falling = [step for step in steps if 0.5 * height < step < 3 * height]
    return median(falling) if falling else 1.2 * height


def _is_near(before: Line, line: Line, usual: float) -> bool:
    """Whether a line stands where the next line of a paragraph does, in the same size."""
    step = before.box.bottom - line.box.bottom
    grown = abs(line.box.height - before.box.height) > _GROWTH * before.box.height
    return -_CLOSE * usual <= step <= _GAP * usual and not grown


class _Writer:
    """Puts lines one after the other and decides what stands between them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._parts: list[str] = []
        self._length = 0
        self._starts: list[int] = []
        self._waiting = 0
        self._before: Line | None = None
        self._new_page = True
        self._first: Line | None = None

    def start_page(self) -> None:
        """Begin a page; it starts where its first line will."""
        self._waiting += 1
        self._new_page = True

    def add(self, line: Line, setting: _Setting) -> None:
        """Add the next line."""
        text = _marked(line)
        if self._before is not None:
            between = self._between(self._before, line, setting)
            if between == "" and not self._keeps_hyphen(self._before, line):
                self._drop_hyphen()
            self._append(between)
            if between == "\n\n" or between == "\n":
                self._first = line
        else:
            self._first = line
        self._starts += [self._length] * self._waiting
        self._waiting = 0
        self._append(text)
        self._before, self._new_page = line, False

    def finish(self) -> tuple[str, tuple[int, ...]]:
        """Return the text and where its pages start."""
        return "".join(self._parts), tuple(self._starts + [self._length] * self._waiting)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _between(self, before: Line, line: Line, setting: _Setting) -> str:
        """Return what stands between two lines: nothing within a word, a space, a line end or a blank line."""
        if before.level or line.level or before.row != line.row:
            return "\n\n"
        if _is_divided(before, line):
            return ""
        if self._new_page or before.column != line.column:
            return " " if _goes_on(before, line) else "\n\n"
        return "\n" if line.row else self._within(before, line, setting)

    def _within(self, before: Line, line: Line, setting: _Setting) -> str:
        """Return what stands between two lines of prose of one column."""
        near = _is_near(before, line, setting.step)
        if _is_item(line):
            return "\n" if self._in_item() and near else "\n\n"
        if self._hangs(line) and near:
            return " "
        if not near or self._is_indented(before, line):
            return "\n\n"
        if _LEADER.search(before.text):
            return "\n"
        if _fits(before, line, setting):
            return "\n\n" if before.text.endswith(_SENTENCE_ENDS) and not self._in_item() else "\n"
        return " "

    def _hangs(self, line: Line) -> bool:
        """Whether a line goes on with a list item, further in than its mark."""
        return self._first is not None and self._in_item() and line.box.left > self._first.box.left + _HANGING

    def _in_item(self) -> bool:
        return self._first is not None and _is_item(self._first)

    def _is_indented(self, before: Line, line: Line) -> bool:
        shift = line.box.left - before.box.left
        height = line.box.height
        if shift > _INDENT * height:
            return not self._in_item() and shift < _MAX_INDENT * height
        # After the first line of a paragraph, which may be indented, or of an item the margin is where text goes on.
        return shift < -_INDENT * height and (before is not self._first or shift < -_MAX_INDENT * height)

    def _keeps_hyphen(self, before: Line, line: Line) -> bool:
        """Whether a divided word is one that has a hyphen anyway, as the rest of the document shows."""
        left = _LAST_PART.search(before.text.rstrip(_HYPHENS))
        right = _FIRST_PART.search(line.text)
        if left is None or right is None:
            return False
        whole, hyphenated = f"{left[0]}{right[0]}".casefold(), f"{left[0]}-{right[0]}".casefold()
        keeps = whole not in self._words and hyphenated in self._words
        if keeps and before.divided:
            self._append("-")
        return keeps

    def _drop_hyphen(self) -> None:
        last = self._parts[-1]
        kept = last.rstrip(_HYPHENS)
        self._parts[-1] = kept
        self._length -= len(last) - len(kept)


def _marked(line: Line) -> str:
    if line.level:
        return f"{'#' * line.level} {line.text}"
    if line.row:
        return row_line([part.text for part in line.parts])
    bullet = _BULLET.match(line.text)
    text = f"• {line.text[bullet.end() :]}" if bullet and line.text[0] not in "–—" else line.text
    return _LEADER.sub(" …", text)


def _is_item(line: Line) -> bool:
    return _BULLET.match(line.text) is not None or _NUMBER.match(line.text) is not None


def _is_divided(before: Line, line: Line) -> bool:
    """Whether the last word of a line goes on in the next."""
    if before.divided:
        return not before.row
    text = before.text
    return len(text) > 1 and text[-1] in _HYPHENS and text[-2].isalpha() and line.text[0].islower()


def _goes_on(before: Line, line: Line) -> bool:
    """Whether a sentence goes on in the next column or on the next page."""
    return not before.text.endswith(_SENTENCE_ENDS) and line.text[0].islower() and not _is_item(line)


def _fits(before: Line, line: Line, setting: _Setting) -> bool:
    """Whether the first word of a line had room in the line before, which therefore ended on purpose."""
    word = line.text.split(" ", 1)[0]
    width = (line.box.right - line.box.left) / max(len(line.text), 1)
    return before.box.right + width * (len(word) + 1.5) < setting.right
