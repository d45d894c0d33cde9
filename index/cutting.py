"""Cutting: a document into passages that fit the encoder and keep sentences, list items, fields and rows whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from index.documents import Document, Span
from index.packing import balanced_groups, clip, cost_function, halves, pieces
from index.passages import Cell, Passage, PassageKind
from index.sentences import split, trim
from index.structure import Block, parse

# Changes whenever the same text would be cut differently, so that stored passages are cut anew.
CUTTING_VERSION = "2"

MIN_TOKENS = 16
FIELD_TOKENS = 40
LIST_TOKENS = 80
LONG_UNIT = 600
LABEL_CHARACTERS = 80
_HEADER_CHARACTERS = 240
_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not cut further: a sentence or a piece of one, or a value with the punctuation around it.

    `whole` is the sentence, row or line it belongs to.
    """

    span: Span
    whole: Span
    cells: tuple[Cell, ...]
    cost: int


def cut(document: Document, *, count_tokens: Callable[[str], int], max_tokens: int) -> tuple[Passage, ...]:
    """Return the passages of a document, in order and apart.

    No index text has more than `max_tokens` tokens as `count_tokens` counts them. Raises ValueError for a limit too
    small to hold a heading and a few words.
    """
    if max_tokens < MIN_TOKENS:
        raise ValueError(f"Passages need at least {MIN_TOKENS} tokens.")
    cutter = _Cutter(document, count_tokens, max_tokens)
    return tuple(cutter.passages(parse(document.text).blocks))


class _Cutter:
    def __init__(self, document: Document, count_tokens: Callable[[str], int], max_tokens: int) -> None:
        self._document = document
        self._text = document.text
        self._count = count_tokens
        self._cost = cost_function(count_tokens)
        self._max_tokens = max_tokens
        self._headers: dict[tuple[str, ...], tuple[str, int]] = {}
        self._labels: dict[str, str] = {}

    def passages(self, blocks: Iterable[Block]) -> Iterator[Passage]:
        for section, group in groupby(blocks, key=lambda block: block.section):
            header, room = self._header(section)
            for kind, atoms, limit in self._groups(group, room):
                costs = [atom.cost for atom in atoms]
                for start, end in balanced_groups(costs, limit):
                    yield from self._fitting(kind, section, header, atoms[start:end])

    def _header(self, section: tuple[str, ...]) -> tuple[str, int]:
        """Return what stands before each passage of a section, and how many tokens it leaves for the passage."""
        if section not in self._headers:
            parts = [clip(part, LABEL_CHARACTERS) for part in section]
            joined = _SEPARATOR.join(part for part in parts if part)
            header = self._shortened(joined, _HEADER_CHARACTERS, self._max_tokens // 2)
            self._headers[section] = (header, self._max_tokens - self._cost(header) if header else self._max_tokens)
        return self._headers[section]

    def _label(self, cell: Cell) -> str:
        if cell.label not in self._labels:
            self._labels[cell.label] = self._shortened(cell.label, LABEL_CHARACTERS, self._max_tokens // 4)
        return self._labels[cell.label]

    def _shortened(self, text: str, characters: int, tokens: int) -> str:
        """Return `text` and a colon within both limits, ended at a word; nothing if nothing fits."""
        kept = clip(text, characters)
        while kept and self._cost(f"{kept}: ") > tokens:
            kept = clip(kept, len(kept) * 3 // 4)
        return f"{kept}: " if kept else ""

    def _groups(self, blocks: Iterable[Block], room: int) -> Iterator[tuple[PassageKind, list[_Atom], int]]:
        """Yield what may share passages, with how many tokens one passage takes."""
        items: list[_Atom] = []
        for block in blocks:
            atoms = list(self._atoms(block, room))
            if block.kind == "list_item":
                if items and not self._joins(items, atoms, min(room, LIST_TOKENS)):
                    yield "list_item", items, room
                    items = []
                items += atoms
                continue
            if items:
                yield "list_item", items, room
                items = []
            yield block.kind, atoms, self._limit(block, room)
        if items:
            yield "list_item", items, room

    def _joins(self, items: Sequence[_Atom], atoms: Sequence[_Atom], limit: int) -> bool:
        """Whether the next list item goes into the same passage: both short, and nothing but a marker between."""
        between = self._text[items[-1].span.end : atoms[0].span.start]
        same_list = len(between) <= 20 and not any(character.isalpha() for character in between)
        return same_list and sum(atom.cost for atom in (*items, *atoms)) <= limit

    def _limit(self, block: Block, room: int) -> int:
        if block.kind != "field" or not block.cells:
            return room
        return max(1, min(room, FIELD_TOKENS) - self._cost(self._label(block.cells[0])))

    def _atoms(self, block: Block, room: int) -> Iterator[_Atom]:
        if not block.cells:
            for sentence in split(self._text, block.span):
                yield from (
                    _Atom(piece, sentence, (), cost)
                    for piece, cost in pieces(self._text, sentence, cost=self._cost, limit=room)
                )
            return
        starts = [block.span.start, *(cell.span.start for cell in block.cells[1:]), block.span.end]
        for cell, (start, end) in zip(block.cells, pairwise(starts), strict=True):
            around = trim(self._text, start, end) or cell.span
            label = self._label(cell)
            spent = self._cost(f"{label}{self._slice(cell.span)}; ")
            if spent <= room and len(around) <= room * 12:
                yield _Atom(
                    around,
                    block.span,
                    (cell,),
                    spent if block.kind == "table_row" else self._cost(f"{self._slice(cell.span)}, "),
                )
            else:
                limit = max(1, room - self._cost(label) - 1)
                cut_up = list(pieces(self._text, cell.span, cost=self._cost, limit=limit))
                parts = _parts(around, cell, [piece for piece, _ in cut_up])
                yield from (
                    _Atom(part, block.span, cells, cost) for (part, cells), (_, cost) in zip(parts, cut_up, strict=True)
                )

    def _fitting(
        self, kind: PassageKind, section: tuple[str, ...], header: str, atoms: list[_Atom]
    ) -> Iterator[Passage]:
        """Yield one passage of `atoms`; several should the sum of their costs have promised too much."""
        waiting = [atoms]
        while waiting:
            group = waiting.pop()
            passage = self._passage(kind, section, header, group)
            if self._count(passage.index_text) <= self._max_tokens:
                yield passage
                continue
            parts = group if len(group) > 1 else self._halved(group[0])
            if len(parts) == 1:
                yield self._passage(kind, section, "", group)
            else:
                middle = len(parts) // 2
                waiting += [parts[middle:], parts[:middle]]

    def _halved(self, atom: _Atom) -> list[_Atom]:
        if not atom.cells:
            return [_Atom(half, atom.whole, (), atom.cost) for half in halves(self._text, atom.span)]
        (cell,) = atom.cells
        parts = _parts(atom.span, cell, halves(self._text, cell.span))
        return [_Atom(half, atom.whole, cells, atom.cost) for half, cells in parts]

    def _passage(self, kind: PassageKind, section: tuple[str, ...], header: str, atoms: Sequence[_Atom]) -> Passage:
        span = Span(atoms[0].span.start, atoms[-1].span.end)
        cells = tuple(cell for atom in atoms for cell in atom.cells)
        return Passage(
            document_id=self._document.id,
            version=self._document.version,
            span=span,
            kind=kind,
            section=section,
            units=tuple(_units(atoms)),
            cells=cells,
            index_text=header + self._body(kind, span, cells, begins=span.start == atoms[0].whole.start),
        )

    def _body(self, kind: PassageKind, span: Span, cells: Sequence[Cell], *, begins: bool) -> str:
        """Return what a passage says, with its labels; `begins` tells whether it holds the start of its row or line."""
        if not cells:
            return self._slice(span)
        if kind == "field":
            return self._label(cells[0]) + ", ".join(self._slice(cell.span) for cell in cells)
        # The first column names what a row is about. "Kidal, Held by Ansar Dine" reads like a sentence about Kidal,
        # and its vector is nearer to questions than as "Town: Kidal; Held by: Ansar Dine" (docs/decisions/0005).
        named = 1 if begins and len(cells) > 1 else 0
        values = [self._slice(cell.span) for cell in cells[:named]]
        named_values = (f"{self._heading(cell)} {self._slice(cell.span)}".strip() for cell in cells[named:])
        return ", ".join([*values, *named_values])

    def _heading(self, cell: Cell) -> str:
        return self._label(cell).removesuffix(": ")

    def _slice(self, span: Span) -> str:
        return self._text[span.start : span.end]


def _parts(around: Span, cell: Cell, values: Sequence[Span]) -> list[tuple[Span, tuple[Cell, ...]]]:
    """Return each piece of a cell's value with its place; label and punctuation go with the first and last piece."""
    starts = [around.start, *(value.start for value in values[1:])]
    ends = [*(value.end for value in values[:-1]), around.end]
    return [
        (Span(start, end), (Cell(cell.label, value),)) for start, end, value in zip(starts, ends, values, strict=True)
    ]


def _units(atoms: Sequence[_Atom]) -> Iterator[Span]:
    """Yield what can be quoted: each whole sentence, row or line, or of a very long one what the passage holds."""
    for whole, group in groupby(atoms, key=lambda atom: atom.whole):
        held = list(group)
        yield whole if len(whole) <= LONG_UNIT else Span(held[0].span.start, held[-1].span.end)
