"""Lines of a text and what each looks like on its own: heading, list item, table row, mere markup or prose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.documents import Span

LineKind = Literal["heading", "bullet", "number", "row", "fence", "markup", "prose"]

MAX_HEADING = 200
_MAX_MARKUP = 300
_MARKER = re.compile(r"([-+•‣◦▪]|\*{1,6})\s+|(\d{1,3}[.)])\s+")
_TAG = re.compile(r"<[^<>]*>")
_HASHES = re.compile(r"(#{1,6})[ \t]+")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\u00a0")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, trimmed. `body` is what it says without its list marker or heading marks.

    `level` counts for headings only, `gap` tells whether a blank line (or the start of the text) stands before it.
    """

    kind: LineKind
    span: Span
    body: Span
    level: int
    indent: int
    gap: bool


def read_lines(text: str) -> list[Line]:
    """Return the lines of `text` that are not blank; a lone CR and the Unicode line ends end lines too."""
    lines: list[Line] = []
    position, gap, fenced = 0, True, False
    for raw in text.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            indent = len(raw) - len(raw.lstrip())
            line = _read_line(stripped, position + indent, indent, gap=gap)
            if line.kind == "fence":
                fenced = not fenced
            elif fenced:
                line = Line("prose", line.span, line.span, 0, indent, gap)
            lines.append(line)
        gap = not stripped
        position += len(raw)
    return lines


def _read_line(line: str, start: int, indent: int, *, gap: bool) -> Line:
    span = Span(start, start + len(line))
    if line[0].isalpha():
        return Line("prose", span, span, 0, indent, gap)
    kind, first, last, level = _classify(line)
    return Line(kind, span, Span(start + first, start + last), level, indent, gap)


def _classify(line: str) -> tuple[LineKind, int, int, int]:
    """Return the kind, where the body starts and ends, and a heading's level."""
    whole = (0, len(line))
    if line.startswith("```"):
        return ("fence", *whole, 0)
    if _is_markup(line):
        return ("markup", *whole, 0)
    if line[0] in "=#":
        heading = _heading(line)
        if heading is not None:
            return heading
    if line[0] == "|" and "|" in line[1:]:
        return ("row", *whole, 0)
    marker = _MARKER.match(line)
    if marker is not None and not _is_markup(line[marker.end() :]):
        return ("bullet" if marker[1] else "number", marker.end(), len(line), 0)
    return ("prose", *whole, 0)


def _heading(line: str) -> tuple[LineKind, int, int, int] | None:
    """Recognise `== Wiki ==` and `## Markdown` headings."""
    if len(line) > MAX_HEADING:
        return None
    if line[0] == "=":
        left = len(line) - len(line.lstrip("="))
        right = len(line) - len(line.rstrip("="))
        level = min(left, right)
        start, end = level, len(line) - level
    else:
        hashes = _HASHES.match(line)
        level = len(hashes[1]) if hashes else 0
        start = hashes.end() if hashes else 0
        end = len(line.rstrip("#").rstrip()) if line.endswith(" " + "#" * level) else len(line)
    body = line[start:end]
    if not 1 <= level <= 6 or not body.strip():
        return None
    return "heading", start + len(body) - len(body.lstrip()), start + len(body.rstrip()), level


def _is_markup(line: str) -> bool:
    """Whether nothing but ASCII punctuation is left once tags are gone, as in `----`, `|}` and `<br />`."""
    if len(line) > _MAX_MARKUP:
        return False
    return _PUNCTUATION.issuperset(line) or ("<" in line and _PUNCTUATION.issuperset(_TAG.sub("", line)))
