"""Labelled values: what an info-box line or a table row says, one span per value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index.documents import Span
from index.passages import Cell

_LABEL = re.compile(r"(\*{0,2})([^\W_][^:.!?;,|]{0,58}?)(\*{0,2})\s{0,8}:\*{0,2}\s(?=\s*\S)")
_MAX_LABEL_WORDS = 6
_MARK = re.compile(r"<(?:hr|br)\s?/?>|-{3,}|[(),;]", re.IGNORECASE)
_DATE_COMMA = re.compile(r"\b\d{1,2}, ?\d{4}\b")
_DEBRIS = " \t\u00a0*,;"


def find_label(text: str, line: Span) -> Span | None:
    """Return the label of a line such as `Leaders: a, b`, or None if it has none."""
    match = _LABEL.match(text, line.start, line.end)
    if match is None or len(match[2].split()) > _MAX_LABEL_WORDS:
        return None
    return Span(*match.span(2))


def reads_as_prose(text: str, line: Span) -> bool:
    """Whether a line ends as sentences do, which values seldom do."""
    return text[line.end - 1] in ".!?" and len(line) > 40


def field_cells(text: str, line: Span, label: Span) -> tuple[Cell, ...]:
    """Return one cell per value of an info-box line: split at commas and semicolons outside parentheses."""
    name = text[label.start : label.end]
    start = text.index(":", label.end) + 1
    return tuple(Cell(name, value) for value in _values(text, start, line.end))


def row_cells(text: str, row: Span) -> tuple[Span | None, ...]:
    """Return the cells of a table row in column order; an empty cell is None. An escaped bar does not divide."""
    end = row.end - 1 if text[row.end - 1] == "|" and row.end - row.start > 1 else row.end
    bars = [row.start]
    at = text.find("|", row.start + 1, end)
    while at >= 0:
        if text[at - 1] != "\\":
            bars.append(at)
        at = text.find("|", at + 1, end)
    return tuple(_cleaned(text, left + 1, right, "") for left, right in pairwise([*bars, end]))


def _values(text: str, start: int, end: int) -> Iterator[Span]:
    for cut in [*_separators(text, start, end), Span(end, end)]:
        value = _cleaned(text, start, cut.start, _DEBRIS)
        if value is not None and any(character.isalnum() for character in text[value.start : value.end]):
            yield value
        start = cut.end


def _separators(text: str, start: int, end: int) -> Iterator[Span]:
    marks = [(match[0], Span(*match.span())) for match in _MARK.finditer(text, start, end)]
    dates = {text.index(",", match.start()) for match in _DATE_COMMA.finditer(text, start, end)}
    closed = _closed_parentheses(marks)
    depth = 0
    for position, (mark, span) in enumerate(marks):
        if mark in "()":
            depth += (position in closed) * (1 if mark == "(" else -1)
        elif depth == 0 and span.start not in dates and not _is_within_number(text, span):
            yield span


def _closed_parentheses(marks: list[tuple[str, Span]]) -> set[int]:
    """Return which parentheses have a partner; a forgotten one must not swallow the rest of the line."""
    opened: list[int] = []
    closed: set[int] = set()
    for position, (mark, _) in enumerate(marks):
        if mark == "(":
            opened.append(position)
        elif mark == ")" and opened:
            closed |= {opened.pop(), position}
    return closed


def _is_within_number(text: str, mark: Span) -> bool:
    around = text[mark.start - 1 : mark.end + 1]
    return len(around) == 3 and around[1] == "," and around[0].isdigit() and around[2].isdigit()


def _cleaned(text: str, start: int, end: int, debris: str) -> Span | None:
    """Return the stretch without white space and `debris` at its ends, or None if nothing is left."""
    while start < end and (text[start].isspace() or text[start] in debris):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in debris):
        end -= 1
    return Span(start, end) if start < end else None
