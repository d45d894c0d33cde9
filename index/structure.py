"""Structure: title, headings, and the blocks of a text with the section each stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.cells import field_cells, find_label, reads_as_prose, row_cells
from index.documents import Span
from index.headings import find_title, looks_like_heading, mark_headings
from index.lines import Line, read_lines
from index.passages import Cell, PassageKind

_LONG_LINE = 160
_ITEM_KINDS = ("bullet", "number")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the document's title is one of level 1."""

    level: int
    title: str
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text that belongs together: a paragraph, a list item, an info-box line or a table row."""

    kind: PassageKind
    span: Span
    section: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """What a text is made of. Blocks are in order, trimmed, never empty and never overlap."""

    title: str | None
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]


def parse(text: str) -> Structure:
    """Return the structure of any text, in linear time. Reads wiki text, Markdown and plain text alike."""
    lines = mark_headings(text, read_lines(text))
    marked = [line for line in lines if line.kind == "heading"]
    title = find_title(marked, lines[0] if lines else None)
    reader = _Reader(text, lines, title)
    reader.read()
    return Structure(
        title=text[title.body.start : title.body.end] if title else None,
        headings=tuple(Heading(line.level, text[line.body.start : line.body.end], line.body) for line in marked),
        blocks=tuple(reader.blocks),
    )


class _Reader:
    """Walks the lines once and collects blocks."""

    def __init__(self, text: str, lines: Sequence[Line], title: Line | None) -> None:
        self.blocks: list[Block] = []
        self._text = text
        self._lines = lines
        self._title = title
        self._open: list[tuple[int, str]] = []
        self._section: tuple[str, ...] = ()
        prose = [len(line.span) for line in lines if line.kind == "prose"]
        self._one_line_paragraphs = 2 * sum(length for length in prose if length > _LONG_LINE) > sum(prose)

    def read(self) -> None:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if line.kind == "heading":
                self._enter(line)
                at += 1
            elif line.kind == "row":
                at = self._read_table(at)
            elif line.kind in _ITEM_KINDS:
                at = self._read_list(at)
            elif line.kind == "prose":
                at = self._read_prose(at)
            else:
                at += 1

    def _add(self, kind: PassageKind, span: Span, cells: tuple[Cell, ...] = ()) -> None:
        self.blocks.append(Block(kind, span, self._section, cells))

    def _enter(self, heading: Line) -> None:
        if heading is self._title:
            self._open.clear()
        else:
            while self._open and self._open[-1][0] >= heading.level:
                self._open.pop()
            self._open.append((heading.level, self._text[heading.body.start : heading.body.end]))
        self._section = tuple(title for _, title in self._open)

    def _read_table(self, at: int) -> int:
        end = self._run_end(at, ("row", "markup"))
        rows = [(line.span, row_cells(self._text, line.span)) for line in self._lines[at:end] if line.kind == "row"]
        header = rows.pop(0)[1] if len(rows) > 1 else ()
        labels = [self._text[cell.start : cell.end] if cell else "" for cell in header]
        for span, cells in rows:
            named = (
                Cell(labels[column] if column < len(labels) else "", cell)
                for column, cell in enumerate(cells)
                if cell is not None
            )
            if filled := tuple(named):
                self._add("table_row", span, filled)
        return end

    def _read_list(self, at: int) -> int:
        end = at + 1
        items = [self._lines[at].body]
        indent = self._lines[at].indent
        while end < len(self._lines) and _continues_list(self._lines[end], indent):
            line = self._lines[end]
            if line.kind in _ITEM_KINDS:
                items.append(line.body)
                indent = line.indent
            else:
                items[-1] = Span(items[-1].start, line.span.end)
            end += 1
        self._add_items(items, may_be_info_box=self._lines[at].kind == "bullet")
        return end

    def _add_items(self, items: Sequence[Span], *, may_be_info_box: bool) -> None:
        labels = [find_label(self._text, item) for item in items]
        values = sum(
            label is not None and not reads_as_prose(self._text, item)
            for item, label in zip(items, labels, strict=True)
        )
        is_info_box = may_be_info_box and 2 * values >= len(items)
        for item, label in zip(items, labels, strict=True):
            cells = field_cells(self._text, item, label) if is_info_box and label is not None else ()
            # A label without a value says no more than any other list item.
            self._add("field" if cells else "list_item", item, cells)

    def _read_prose(self, at: int) -> int:
        end = self._run_end(at, ("prose",))
        run = self._lines[at:end]
        if len(run) == 1 and self._is_caption(at):
            return end
        if self._stand_alone(run):
            for line in run:
                self._add("paragraph", line.span)
        else:
            self._add("paragraph", Span(run[0].span.start, run[-1].span.end))
        return end

    def _is_caption(self, at: int) -> bool:
        """Whether a line only names the list, info box or table right below it."""
        if at + 1 == len(self._lines):
            return False
        below = self._lines[at + 1]
        near = not below.gap or (below.kind == "bullet" and find_label(self._text, below.body) is not None)
        listed = below.kind == "row" or below.kind in _ITEM_KINDS
        return near and listed and looks_like_heading(self._text, self._lines[at].span)

    def _stand_alone(self, run: Sequence[Line]) -> bool:
        """Whether each line is a paragraph of its own rather than a part of one that was wrapped."""
        long = sum(len(line.span) > _LONG_LINE for line in run)
        return self._one_line_paragraphs or 3 * long >= len(run)

    def _run_end(self, at: int, kinds: tuple[str, ...]) -> int:
        """Return where the lines of these kinds end that follow without a blank line."""
        end = at + 1
        while end < len(self._lines) and self._lines[end].kind in kinds and not self._lines[end].gap:
            end += 1
        return end


def _continues_list(line: Line, indent: int) -> bool:
    """Whether a line goes on with a list: another item, or the wrapped rest of one, which is indented further."""
    if line.gap:
        return False
    return line.kind in _ITEM_KINDS or (line.kind == "prose" and line.indent > max(indent, 1))
