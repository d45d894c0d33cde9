"""Markdown tables as cells: read from what a benchmark prints, and shown with what was recorded beside each figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

# Figures by table, row label and column.
Cells = Mapping[str, Mapping[str, Mapping[str, str]]]

_HEADING = re.compile(r"#{1,6} +(.*?) *$")
_CELL = re.compile(r"((?:\\.|[^\\|])*)\|")
_LINE = re.compile(r"\|(?:(?:\\.|[^\\|])*\|)+ *$")
_RULE = re.compile(r":?-{3,}:?")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Table:
    """A table under the heading `name` ("" without one); `right[i]` tells whether column i is aligned right.

    The columns before the first that is aligned right label a row: at least one, and not the last if there are more.
    Every row has as many cells as there are columns.
    """

    name: str
    columns: tuple[str, ...]
    right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def lead(self) -> int:
        """How many columns label a row."""
        words = next((place for place, right in enumerate(self.right) if right), len(self.right))
        return max(1, min(words, len(self.columns) - 1))

    @property
    def labels(self) -> list[str]:
        """The rows' labels, told apart."""
        return _unique(", ".join(row[: self.lead]) for row in self.rows)

    @property
    def figures(self) -> list[str]:
        """The names of the other columns, told apart."""
        return _unique(self.columns[self.lead :])


Part = str | Table


def parse(text: str) -> list[Part]:
    """Return the tables of `text` and the lines between them, in order."""
    lines = text.split("\n")
    parts: list[Part] = []
    heading, at = "", 0
    while at < len(lines):
        columns, rule = _cells(lines[at]), _cells(lines[at + 1]) if at + 1 < len(lines) else ()
        if columns and len(rule) == len(columns) and all(map(_RULE.fullmatch, rule)):
            rows = tuple(_rows(lines[at + 2 :], len(columns)))
            parts.append(Table(heading, columns, tuple(cell.endswith(":") for cell in rule), rows))
            at += 2 + len(rows)
            continue
        if found := _HEADING.match(lines[at]):
            heading = found[1]
        parts.append(lines[at])
        at += 1
    return parts


def render(parts: Iterable[Part]) -> str:
    """Return the text that `parse` reads back as `parts`; a table does not print its heading, which is a line."""
    lines: list[str] = []
    for part in parts:
        if isinstance(part, str):
            lines.append(part)
            continue
        rule = ("---:" if right else "---" for right in part.right)
        lines += [_line(map(_escape, part.columns)), _line(rule)]
        lines += [_line(map(_escape, row)) for row in part.rows]
    return "\n".join(lines)


def cells(parts: Iterable[Part]) -> dict[str, dict[str, dict[str, str]]]:
    """Return every figure by table, row label and column; names that return are numbered ("name (2)")."""
    return {
        name: {
            label: dict(zip(table.figures, row[table.lead :], strict=True))
            for label, row in zip(table.labels, table.rows, strict=True)
        }
        for name, table in _named(parts)
    }


def compare(parts: Sequence[Part], recorded: Cells) -> list[Part]:
    """Return `parts` with "(was X)" after every figure that `recorded` has otherwise, and what is new or gone."""
    named = _named(parts)
    names = iter([name for name, _ in named])
    shown: list[Part] = []
    for part in parts:
        if isinstance(part, str):
            shown.append(part)
        elif (name := next(names)) in recorded:
            shown += [_marked(part, recorded[name]), *_gone(part, recorded[name])]
        else:
            shown += [part, "", "New: this table."]
    present = {name for name, _ in named}
    return shown + [f"Gone: the table “{name}”." for name in recorded if name not in present]


def _marked(table: Table, recorded: Mapping[str, Mapping[str, str]]) -> Table:
    rows = []
    for label, row in zip(table.labels, table.rows, strict=True):
        if label not in recorded:
            rows.append((f"{row[0]} (new)".strip(), *row[1:]))
            continue
        was = recorded[label]
        figures = (_beside(now, was.get(name)) for name, now in zip(table.figures, row[table.lead :], strict=True))
        rows.append((*row[: table.lead], *figures))
    return replace(table, rows=tuple(rows))


def _beside(now: str, was: str | None) -> str:
    if was is None:
        return f"{now} (new)".strip()
    return now if now == was else f"{now} (was {was or 'empty'})".strip()


def _gone(table: Table, recorded: Mapping[str, Mapping[str, str]]) -> list[str]:
    labels, columns = set(table.labels), set(table.figures)
    rows = [
        f"Gone: the row “{label}” ({', '.join(f'{column} {was}' for column, was in figures.items())})."
        for label, figures in recorded.items()
        if label not in labels
    ]
    known = dict.fromkeys(column for figures in recorded.values() for column in figures)
    lost = [f"Gone: the column “{column}”." for column in known if column not in columns]
    return ["", *rows, *lost] if rows or lost else []


def _named(parts: Iterable[Part]) -> list[tuple[str, Table]]:
    tables = [part for part in parts if isinstance(part, Table)]
    return list(zip(_unique(table.name for table in tables), tables, strict=True))


def _unique(names: Iterable[str]) -> list[str]:
    """Number the names that stand there already; a name that reads like a numbered one is passed over."""
    taken: dict[str, None] = {}
    for name in names:
        wanted, number = name, 1
        while wanted in taken:
            number += 1
            wanted = f"{name} ({number})"
        taken[wanted] = None
    return list(taken)


def _rows(lines: Iterable[str], width: int) -> Iterator[tuple[str, ...]]:
    for line in lines:
        row = _cells(line)
        if len(row) != width:
            return
        yield row


def _cells(line: str) -> tuple[str, ...]:
    """Return the cells of a line of a table, none where it is no such line."""
    if not _LINE.match(line):
        return ()
    return tuple(_ESCAPED.sub(r"\1", cell.strip(" ")) for cell in _CELL.findall(line[1:]))


def _line(row: Iterable[str]) -> str:
    return f"| {' | '.join(row)} |"


def _escape(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|")
