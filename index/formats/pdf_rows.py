"""Tables of a PDF: lines whose stretches stand below those of their neighbours are rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.formats.pdf_lines import Line

_MAX_STEP = 3.0
# A bullet or a number set apart from its item or heading is no column.
_MARK = re.compile(r"[•‣◦▪●○■□➢➤✓\uf0b7\uf0a7\uf0d8*–-]|\(?(?:\d+(?:\.\d+)*|[A-Za-z])[.)]?")


def mark_rows(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with those that are rows of a table marked as such; it takes two rows to make one."""
    rows: set[int] = set()
    for number, (above, below) in enumerate(pairwise(lines)):
        if _are_rows(above, below):
            rows |= {number, number + 1}
    return [replace(line, row=True) if number in rows else line for number, line in enumerate(lines)]


def _are_rows(above: Line, below: Line) -> bool:
    if len(above.parts) < 2 or len(above.parts) != len(below.parts) or _is_marked(above) or _is_marked(below):
        return False
    step = above.box.bottom - below.box.bottom
    return 0 < step <= _MAX_STEP * above.box.height and (_stand_in(above, below) or _stand_in(below, above))


def _stand_in(row: Line, other: Line) -> bool:
    """Whether the middle of each cell lies where the other row has none but the cell of the same column."""
    ends = [float("-inf"), *(cell.box.right for cell in other.parts)]
    starts = [*(cell.box.left for cell in other.parts[1:]), float("inf")]
    middles = [(cell.box.left + cell.box.right) / 2 for cell in row.parts]
    return all(end < middle < start for end, middle, start in zip(ends[:-1], middles, starts, strict=True))


def _is_marked(line: Line) -> bool:
    return len(line.parts) == 2 and _MARK.fullmatch(line.parts[0].text) is not None
