"""The reading order of a PDF page: columns one after the other, whatever order the file draws them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from index.formats.pdf_lines import Line
from index.formats.pdf_rows import mark_rows

_MIN_LINES = 6
_MIN_WORDS = 4
_MIN_FILLED = 0.55
_MAX_CROSSING = 0.25
_STEP = 3.0
_MAX_PLACES = 300
_MARGIN = 1.5
_MAX_DEPTH = 2


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page as they are read; those of a page without columns stay in their order.

    Lines of one column have the same number in `column`, and each stretch from edge to edge a number of its own.
    """
    parts = [part for line in lines for part in (line.parts or (line,))]
    ordered = _columns(parts, _MAX_DEPTH)
    if ordered is None:
        return mark_rows(lines)
    return [replace(line, column=number) for number, column in enumerate(ordered) for line in column]


def _columns(parts: Sequence[Line], depth: int) -> list[list[Line]] | None:
    """Return the columns of some stretches of text in the order they are read, or None if there is but one."""
    gutter = _gutter(parts) if depth else None
    if gutter is None:
        return None
    found: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []

    def finish() -> None:
        for column in (left, right):
            if column:
                found.extend(_columns(column, depth - 1) or [list(column)])
                column.clear()

    for part in sorted(parts, key=lambda part: (-part.box.bottom, part.box.left)):
        if part.box.right <= gutter + _MARGIN:
            left.append(part)
        elif part.box.left >= gutter - _MARGIN:
            right.append(part)
        else:
            finish()
            found.append([part])
    finish()
    return found


def _gutter(parts: Sequence[Line]) -> float | None:
    """Return where a white strip divides two columns of prose; the columns of a table hold too few words."""
    if len(parts) < 2 * _MIN_LINES:
        return None
    start, end = min(part.box.left for part in parts), max(part.box.right for part in parts)
    # A damaged file may set letters miles apart.
    step = max(_STEP, (end - start) / _MAX_PLACES)
    places = [start + step * number for number in range(1, int((end - start) / step))]
    candidates = [place for place in places if 0.2 < (place - start) / (end - start) < 0.8]
    crossings = [(sum(_crosses(part, place) for part in parts), place) for place in candidates]
    if not crossings:
        return None
    fewest = min(count for count, _ in crossings)
    best = [place for count, place in crossings if count == fewest]
    gutter = best[len(best) // 2]
    if fewest > _MAX_CROSSING * len(parts):
        return None
    left = [part for part in parts if part.box.right <= gutter + _MARGIN]
    right = [part for part in parts if part.box.left >= gutter - _MARGIN]
    return gutter if _is_prose(left) and _is_prose(right) else None


def _crosses(part: Line, place: float) -> bool:
    return part.box.left < place - _MARGIN and part.box.right > place + _MARGIN


def _is_prose(column: Sequence[Line]) -> bool:
    if len(column) < _MIN_LINES:
        return False
    width = max(part.box.right for part in column) - min(part.box.left for part in column)
    filled = median(part.box.right - part.box.left for part in column)
    return median(len(part.text.split()) for part in column) >= _MIN_WORDS and filled >= _MIN_FILLED * width
