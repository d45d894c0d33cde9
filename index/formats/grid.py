"""Tables with cells that span rows and columns, as rows of `| a | b |` or as labelled values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

Element = Any

_MAX_COLUMNS = 200
_MAX_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Grid:
    """The texts of a table's cells by row; `labelled` tells whether each row is a label and its value."""

    rows: tuple[tuple[str, ...], ...]
    labelled: bool


@dataclass(slots=True)
class _Spanning:
    """A cell that reaches down: how many rows more, and its text."""

    rows: int
    text: str


def read_grid(table: Element, text_of: Callable[[Element], str]) -> Grid | None:
    """Return the cells of a table, or None for one that only arranges a page.

    A cell over several rows is said again in each, so that every row is whole; one over several columns is said again
    in a row of labels and stands once elsewhere.
    """
    if table.find(".//table") is not None or table.find(".//h1") is not None or table.find(".//h2") is not None:
        return None
    rows: list[tuple[str, ...]] = []
    open_cells: dict[int, _Spanning] = {}
    elements = list(table.iter("tr"))
    cells_read = 0
    for element in elements:
        cells = [cell for cell in element if cell.tag in ("td", "th")]
        row = _read_row(cells, open_cells, text_of, is_head=len(cells) > 1 and all(cell.tag == "th" for cell in cells))
        cells_read += len(row)
        if cells_read > _MAX_CELLS:
            raise MemoryError
        if any(row):
            rows.append(row)
    if max(map(len, rows), default=0) < 2:
        return None
    return Grid(tuple(rows), _is_labelled(elements))


def _read_row(
    cells: Sequence[Element], open_cells: dict[int, _Spanning], text_of: Callable[[Element], str], *, is_head: bool
) -> tuple[str, ...]:
    row: list[str] = []
    waiting = iter(cells)
    while len(row) < _MAX_COLUMNS:
        above = open_cells.get(len(row))
        if above is not None:
            above.rows -= 1
            if above.rows == 0:
                del open_cells[len(row)]
            row.append(above.text)
            continue
        cell = next(waiting, None)
        if cell is None:
            if not any(column > len(row) for column in open_cells):
                break
            row.append("")
            continue
        text, below = text_of(cell), _span(cell, "rowspan") - 1
        for column in range(_span(cell, "colspan")):
            said = text if column == 0 or is_head else ""
            if below:
                open_cells[len(row)] = _Spanning(below, said)
            row.append(said)
    return tuple(islice(row, _MAX_COLUMNS))


def _span(cell: Element, attribute: str) -> int:
    value = (cell.get(attribute) or "1").strip()
    return max(1, min(int(value), _MAX_COLUMNS)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _is_labelled(rows: Sequence[Element]) -> bool:
    """Whether most rows are a label and a value, and any other is a heading or picture across both."""
    shapes = [tuple(cell.tag for cell in row if cell.tag in ("td", "th")) for row in rows]
    pairs = sum(shape == ("th", "td") for shape in shapes)
    return 2 * pairs > len(shapes) and all(shape == ("th", "td") or len(shape) <= 1 for shape in shapes)


def render_rows(grid: Grid) -> str:
    """Return the rows as `| a | b |` lines, the first with the labels."""
    width = max(map(len, grid.rows), default=0)
    return "\n".join(row_line([*row, *[""] * (width - len(row))]) for row in grid.rows)


def render_fields(grid: Grid) -> str:
    """Return `- Label: value` lines for labelled rows, "" for any other table."""
    if not grid.labelled:
        return ""
    pairs = ((row[0].rstrip(": "), row[1] if len(row) > 1 else "") for row in grid.rows)
    return "\n".join(f"- {label}: {value}" if value else f"- {label}" for label, value in pairs)


def row_line(cells: Sequence[str]) -> str:
    """Return one table row; line ends in a cell become spaces and bars are escaped."""
    said = (" ".join(cell.split("\n")).replace("|", "\\|").strip() for cell in cells)
    return f"| {' | '.join(said)} |"
