"""The lines of a PDF page: their words and where they stand."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from index.formats.extracted import cleaned

_DIVIDED = 2  # what PDFium gives for a hyphen at which a line divides a word
_LINE_ENDS = (10, 13)
_WIDE_GAP = 1.2
_SUPPLEMENTARY = 0x10000


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands on a page, in points, as the page is read: y grows upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """How high it is."""
        return self.top - self.bottom

    @property
    def is_sound(self) -> bool:
        """Whether the numbers are some; damaged files yield others."""
        return math.isfinite(self.left + self.bottom + self.right + self.top)

    def joined(self, other: Box) -> Box:
        """Return the box around both."""
        return Box(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line. `divided` tells that its last word goes on in the next line; `level` is a heading's, else 0.

    `parts` are the stretches that wide gaps divide, if there are several; in a `row` of a table they are its cells.
    `column` counts the columns of the page.
    """

    text: str
    box: Box
    divided: bool
    parts: tuple[Line, ...]
    level: int
    column: int
    row: bool


@dataclass(frozen=True, slots=True)
class _Letter:
    character: str
    box: Box


def read_lines(page: pypdfium2.PdfPage) -> list[Line]:
    """Return the lines of a page in the order of the file."""
    lines: list[Line] = []
    run: list[_Letter] = []
    for code, box in _characters(page):
        if code in _LINE_ENDS or code == _DIVIDED:
            lines += _line(run, divided=code == _DIVIDED)
            run = []
        else:
            run.append(_Letter(chr(code), box))
    return lines + _line(run, divided=False)


def _characters(page: pypdfium2.PdfPage) -> Iterator[tuple[int, Box]]:
    """Yield code points with their boxes, turned as the page is."""
    text_page = page.get_textpage()
    raw, rectangle = text_page.raw, pdfium.FS_RECTF()
    place = ctypes.byref(rectangle)
    turn = page.get_rotation() // 90
    high = 0
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = _SUPPLEMENTARY + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        pdfium.FPDFText_GetLooseCharBox(raw, index, place)
        yield code, _turned(Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top), turn)
    text_page.close()


def _turned(box: Box, turn: int) -> Box:
    if turn == 1:
        return Box(box.bottom, -box.right, box.top, -box.left)
    if turn == 2:
        return Box(-box.right, -box.top, -box.left, -box.bottom)
    if turn == 3:
        return Box(-box.top, box.left, -box.bottom, box.right)
    return box


def _line(letters: list[_Letter], *, divided: bool) -> list[Line]:
    """Return the line of some letters, none if they are blank."""
    parts: list[list[_Letter]] = [[]]
    for letter in letters:
        if letter.character.isspace():
            if parts[-1]:
                parts[-1].append(letter)
            continue
        seen = next((before for before in reversed(parts[-1]) if not before.character.isspace()), None)
        if seen is not None and letter.box.left - seen.box.right > _WIDE_GAP * max(seen.box.height, 1.0):
            parts.append([])
        parts[-1].append(letter)
    found = [part for number, part in enumerate(parts, 1) if part]
    stretches = tuple(
        stretch
        for number, part in enumerate(found, 1)
        if (stretch := _stretch(part, divided=divided and number == len(found))) is not None
    )
    if len(stretches) < 2:
        return list(stretches)
    return [joined_parts(stretches)]


def joined_parts(parts: tuple[Line, ...]) -> Line:
    """Return the line that stretches side by side make up."""
    box = parts[0].box
    for part in parts[1:]:
        box = box.joined(part.box)
    return Line(" ".join(part.text for part in parts), box, parts[-1].divided, parts, 0, 0, row=False)


def _stretch(letters: list[_Letter], *, divided: bool) -> Line | None:
    text = " ".join(cleaned("".join(letter.character for letter in letters)).split(" ")).strip()
    inked = [letter.box for letter in letters if not letter.character.isspace() and letter.box.is_sound]
    if not text or not inked:
        return None
    box = inked[0]
    for other in inked[1:]:
        box = box.joined(other)
    return Line(" ".join(text.split()), box, divided, (), 0, 0, row=False)
