"""Tables as cells, and how they look on a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Group as Stack
from rich.table import Table as RichTable
from rich.text import Text

from service.render import clean

_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Table:
    """Cells ready to print; columns in `numeric` are aligned right."""

    title: str
    columns: tuple[str, ...]
    numeric: frozenset[int]
    rows: tuple[tuple[str, ...], ...]


def stacked(tables: Sequence[Table]) -> Stack:
    """Render tables for a terminal, one under the other; empty ones are left out."""
    return Stack(*(rich_table(table) for table in tables if table.rows))


def shortened(text: str) -> str:
    """Return text on one line, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"


def number(value: float | None) -> str:
    """Return a figure with three digits, a dash for none."""
    return "–" if value is None else f"{value:.3f}"


def rich_table(table: Table) -> RichTable:
    """Render a table for a terminal."""
    made = RichTable(title=table.title, title_justify="left", title_style="bold", box=SIMPLE, padding=(0, 1, 0, 0))
    for position, column in enumerate(table.columns):
        numeric = position in table.numeric
        # A number cut in two by a narrow terminal is a wrong number.
        made.add_column(
            column, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric or position == 0
        )
    for row in table.rows:
        made.add_row(*(Text(clean(cell)) for cell in row))
    return made


def markdown_table(table: Table) -> str:
    """Render a table with its title as Markdown."""
    rule = ("---:" if position in table.numeric else "---" for position in range(len(table.columns)))
    lines = [table.columns, tuple(rule), *(tuple(map(_escape, row)) for row in table.rows)]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## {table.title}\n\n{body if table.rows else 'None.'}"


def _escape(cell: str) -> str:
    flat = " ".join(cell.split())
    for special in ("\\", "|", "`", "*", "_", "<", "["):
        flat = flat.replace(special, f"\\{special}")
    return flat
