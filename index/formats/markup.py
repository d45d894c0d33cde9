"""Marked-up text (HTML, and what is turned into it) as headings, paragraphs, lists and tables in plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.errors import DocumentError
from index.formats.grid import read_grid, render_fields, render_rows
from index.formats.parsing import Element
from index.messages import shown

PieceKind = Literal["text", "heading", "list", "table", "code"]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCK_TAGS = """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer
    form header hgroup hr html legend li main nav p section summary tbody td tfoot th thead tr
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SPACES = re.compile(r"[ \t\n\r\f]+")
# 10² must not become 102.
_RAISED = {
    "sup": str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"),
    "sub": str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}
_SMALL = re.compile(r"[0-9+\-−]{1,4}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of the result, ready to be set off by blank lines."""

    kind: PieceKind
    text: str


def render(root: Element) -> str:
    """Return what an element shows: blocks in the forms of `index/structure.py`, a blank line between them."""
    return "\n\n".join(piece.text for piece in _Collector().collect(root))


def plain(element: Element) -> str:
    """Return the text of an element in one line."""
    return " ".join(_flat(piece.text) for piece in _Collector().collect(element))


class _Collector:
    """Walks an element and collects its pieces."""

    def __init__(self) -> None:
        self._found: list[Piece] = []
        self._run: list[str] = []

    def collect(self, element: Element) -> list[Piece]:
        self._walk(element)
        self._flush()
        return self._found

    def _walk(self, element: Element) -> None:
        self._say(element.text)
        for child in element:
            self._visit(child)
            self._say(child.tail)

    def _say(self, text: str | None) -> None:
        if text:
            self._run.append(_SPACES.sub(" ", text.replace("\u00ad", "")))

    def _visit(self, element: Element) -> None:
        tag = element.tag
        if tag == "br":
            self._run.append("\n")
        elif tag == "q":
            self._run.append("“")
            self._walk(element)
            self._run.append("”")
        elif tag in _RAISED:
            text = plain(element)
            self._run.append(text.translate(_RAISED[tag]) if _SMALL.fullmatch(text) else text)
        elif (pieces := self._special(element)) is not None:
            self._found += pieces
        elif tag in _BLOCKS:
            self._flush()
            self._walk(element)
            self._flush()
        else:
            self._walk(element)

    def _special(self, element: Element) -> list[Piece] | None:
        """Return the pieces of an element with a form of its own, or None for any other."""
        if element.tag in _HEADINGS:
            kind = _heading
        elif element.tag in _FORMS:
            kind = _FORMS[element.tag]
        else:
            return None
        self._flush()
        return kind(element)

    def _flush(self) -> None:
        lines = (_SPACES.sub(" ", line).strip(" ") for line in "".join(self._run).split("\n"))
        self._run.clear()
        if text := "\n".join(line for line in lines if line.strip()):
            self._found.append(Piece("text", text))


def _heading(element: Element) -> list[Piece]:
    text = plain(element)
    return [Piece("heading", f"{'#' * _HEADINGS[element.tag]} {text}")] if text else []


def _list(element: Element) -> list[Piece]:
    lines: list[str] = []
    number = 0
    for child in element:
        number += child.tag == "li"
        marker = f"{number}. " if element.tag == "ol" and number < 1000 else "- "
        lines += _item(_Collector().collect(child), marker)
    return [Piece("list", "\n".join(lines))] if lines else []


def _item(pieces: list[Piece], marker: str) -> list[str]:
    """Return the lines of a list item: what it says in one line, then the lists and tables in it."""
    said = " ".join(_flat(piece.text) for piece in pieces if piece.kind not in ("list", "table"))
    lines = [marker + said] if said else []
    for piece in pieces:
        if piece.kind == "list":
            lines += [f"  {line}" for line in piece.text.split("\n")]
        elif piece.kind == "table":
            lines += ["", *piece.text.split("\n"), ""]
    return lines


def _definitions(element: Element) -> list[Piece]:
    lines: list[str] = []
    for child in element.iter("dt", "dd"):
        # Where closing tags are missing, each definition lies within the one before.
        text = "" if next(child.iterancestors("dd", "dl")).tag == "dd" else plain(child)
        if text and child.tag == "dd" and lines and lines[-1].endswith(":"):
            lines[-1] += f" {text}"
        elif text:
            lines.append(f"- {text}{':' if child.tag == 'dt' else ''}")
    return [Piece("list", "\n".join(line.removesuffix(":") for line in lines))] if lines else []


def _preformatted(element: Element) -> list[Piece]:
    text = element.text_content().replace("\u00ad", "").strip("\n")
    if not text.strip():
        return []
    return [Piece("code", text if "```" in text else f"```\n{text}\n```")]


def _table(element: Element) -> list[Piece]:
    captions = [Piece("text", text) for caption in element.findall("caption") if (text := plain(caption))]
    grid = read_grid(element, plain)
    if grid is None:
        # A table that only arranges the page: what its cells hold, one after the other.
        cells = (cell for cell in element.iter("td", "th") if next(cell.iterancestors("table")) is element)
        return captions + [piece for cell in cells for piece in _Collector().collect(cell)]
    text = render_fields(grid) or render_rows(grid)
    return captions + ([Piece("table", text)] if text else [])


def _flat(text: str) -> str:
    return " ".join(text.split("\n"))


_FORMS = {
    "ul": _list,
    "ol": _list,
    "menu": _list,
    "dl": _definitions,
    "pre": _preformatted,
    "listing": _preformatted,
    "table": _table,
}


def titled(body: str, title: str | None) -> str:
    """Return `body` under its title, unless it shows a title or has no headings to stand below one.

    Where nothing is marked as a heading, `index/structure.py` knows headings by how they stand in the text, and one
    mark would end that.
    """
    if not title or re.search(r"^# ", body, re.MULTILINE) or not re.search(r"^#{2,6} ", body, re.MULTILINE):
        return body
    return f"# {title}\n\n{body}"


def require_text(text: str, *, name: str, label: str) -> str:
    """Return `text`; raises DocumentError when it says nothing."""
    if not text.strip():
        raise DocumentError(f"{shown(name)} is {label} without any text; add one that has some.", code="empty_document")
    return text
