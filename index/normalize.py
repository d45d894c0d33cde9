"""Folds text for matching, never for storing, and maps every folded character back to its source.

Only typography is folded: case, accents, white space, invisible characters, and the shapes of quotation marks, dashes
and ellipses. Nothing that can carry meaning is: 10² stays apart from 102, ½ from 1/2 and ≠ from =.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.documents import Span
from index.errors import SpanError

Offsets = NDArray[np.int32]
Mask = NDArray[np.bool_]

_SINGLE_QUOTES: Final = "'`´ʹʻʼʽ‘’‚‛′‵‹›❛❜＇"
_DOUBLE_QUOTES: Final = '"“”„‟″‶«»❝❞〝〞〟＂ˮ'
_DASHES: Final = "-֊־‐‑‒–—―−⁃⸺⸻﹘﹣－"
_INVISIBLE: Final = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
    + "".join(map(chr, range(0x2066, 0x2070)))
)
_SHAPES: Final = {
    **dict.fromkeys(_SINGLE_QUOTES, "'"),
    **dict.fromkeys(_DOUBLE_QUOTES, '"'),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_INVISIBLE, ""),
    "…": "...",
}
# The overlay marks among the accents (U+0334-U+0338) negate or strike out: without them ≠ would read as =.
_ACCENTS: Final = re.compile("[\u0300-\u0333\u0339-\u036f]")
_SPACED_ELLIPSIS: Final = re.compile(r"\.(?: \.){2,}")
_SPACE, _DASH = ord(" "), ord("-")


@dataclass(frozen=True, slots=True, eq=False)
class Normalized:
    """Folded text; `offsets[i]` is the place in `source` of the character that `text[i]` came from."""

    text: str
    offsets: Offsets
    source: str

    def source_span(self, start: int, end: int) -> Span:
        """Return the source span of `text[start:end]` with the combining marks that follow its last character."""
        if not 0 <= start < end <= len(self.text):
            raise SpanError(f"The span {start}-{end} does not fit {len(self.text)} characters.", code="bad_span")
        first, stop = int(self.offsets[start]), int(self.offsets[end - 1]) + 1
        stop += self._merged(end, stop)
        while stop < len(self.source) and unicodedata.category(self.source[stop])[0] == "M":
            stop += 1
        return Span(first, stop)

    def splits_character(self, position: int) -> bool:
        """Whether `position` lies inside what one source character became, such as the dots of an ellipsis sign."""
        inside = 0 < position < len(self.text)
        return inside and bool(self.offsets[position] == self.offsets[position - 1])

    def _merged(self, end: int, stop: int) -> int:
        """Return 1 when the last folded character stands for two typed single quotes, so both are covered."""
        if self.text[end - 1] != '"' or _fold(self.source[stop - 1]) != "'":
            return 0
        limit = int(self.offsets[end]) if end < len(self.text) else len(self.source)
        beyond = stop
        while beyond < limit and _fold(self.source[beyond]) == "":
            beyond += 1
        return beyond + 1 - stop if beyond < limit else 0


def normalize(text: str) -> Normalized:
    """Fold `text` for comparison."""
    folded = text.translate(_FOLDS)
    offsets = _expanded_offsets(text) if not text.isascii() else np.arange(len(text), dtype=np.int32)
    if not unicodedata.is_normalized("NFD", folded):
        # Every character is already decomposed, so this only puts marks in canonical order and keeps the length.
        folded = unicodedata.normalize("NFD", folded)
    folded, offsets = _join_single_quotes(folded, offsets)
    folded, offsets = _without_idle_spaces(folded, offsets)
    folded, offsets = _close_ellipses(folded, offsets)
    return Normalized(folded, offsets, text)


def is_invisible(character: str) -> bool:
    """Whether readers cannot see `character`: zero-width, soft hyphen, byte order mark or direction control."""
    return character in _INVISIBLE


class _Folds(dict[int, str]):
    """What each code point becomes; filled as characters are met, for str.translate."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        self[code] = folded
        return folded


def _fold(character: str) -> str:
    """Fold one character until nothing changes: folding can uncover another character that folds."""
    folded, previous = character, ""
    while folded != previous:
        previous = folded
        plain = _ACCENTS.sub("", unicodedata.normalize("NFD", folded)).casefold()
        folded = "".join(" " if c.isspace() else _SHAPES.get(c, c) for c in plain)
    return folded


_FOLDS: Final = _Folds()


def _codes(text: str) -> NDArray[np.uint32]:
    """Return the code points of `text`."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text(codes: NDArray[np.uint32]) -> str:
    """Return the string of these code points."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def _expanded_offsets(text: str) -> Offsets:
    """Return the source place of every character of the folded text, before anything is merged."""
    codes = _codes(text)
    widths = np.ones(int(codes.max()) + 1, dtype=np.int32)
    for character in set(text):
        widths[ord(character)] = len(_FOLDS[ord(character)])
    return np.repeat(np.arange(len(text), dtype=np.int32), widths[codes])


def _join_single_quotes(text: str, offsets: Offsets) -> tuple[str, Offsets]:
    """Turn each pair of adjacent single quotes into one double quote."""
    if "''" not in text:
        return text, offsets
    keep = np.ones(len(text), dtype=np.bool_)
    for match in re.finditer("''", text):
        keep[match.end() - 1] = False
    return text.replace("''", '"'), offsets[keep]


def _without_idle_spaces(text: str, offsets: Offsets) -> tuple[str, Offsets]:
    """Collapse runs of spaces, and drop those beside a dash."""
    if "  " not in text and " -" not in text and "- " not in text:
        return text, offsets
    codes = _codes(text)
    space = codes == _SPACE
    repeated = space[1:] & space[:-1]
    keep = np.concatenate(([True], ~repeated)).astype(np.bool_)
    codes, offsets = codes[keep], offsets[keep]
    keep = ~((codes == _SPACE) & _beside(codes == _DASH))
    return _text(codes[keep]), offsets[keep]


def _beside(mask: Mask) -> Mask:
    """Return where the previous or the next element is set."""
    beside = np.zeros_like(mask)
    beside[1:] |= mask[:-1]
    beside[:-1] |= mask[1:]
    return beside


def _close_ellipses(text: str, offsets: Offsets) -> tuple[str, Offsets]:
    """Drop the spaces inside dots typed apart."""
    if ". . ." not in text:
        return text, offsets
    keep = np.ones(len(text), dtype=np.bool_)
    for match in _SPACED_ELLIPSIS.finditer(text):
        keep[match.start() + 1 : match.end() : 2] = False
    return _text(_codes(text)[keep]), offsets[keep]
