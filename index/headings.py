"""Headings: marked ones, underlined ones, and lines of plain text that stand as one; and which is the title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.documents import Span
from index.lines import Line

_MAX_CHARACTERS = 100
_MAX_WORDS = 14
_MAX_STACKED = 3
_TITLE_WITHIN = 5
_NOT_AFTER_HEADING = frozenset(".!:;,…")
_OPENING = frozenset("\"'“‘«¿¡")


def mark_headings(text: str, lines: Sequence[Line]) -> list[Line]:
    """Return the lines with underlined and plain headings marked as headings; a plain title has level 1."""
    marked = _mark_underlined(text, lines)
    levels = {line.level for line in marked if line.kind == "heading"}
    if 1 in levels:
        return marked
    found = _plain_headings(text, marked)
    title = next((at for at in found if at < _TITLE_WITHIN), None)
    if title is not None:
        marked[title] = replace(marked[title], kind="heading", level=1)
    if not levels:
        for at in found:
            if at != title:
                marked[at] = replace(marked[at], kind="heading", level=2)
    return marked


def find_title(headings: Sequence[Line], first: Line | None) -> Line | None:
    """Return the heading that names the document: its only level-1 heading, or the one it opens with."""
    top = [heading for heading in headings if heading.level == 1]
    if len(top) == 1 or (top and first is not None and top[0].span.start == first.span.start):
        return top[0]
    return None


def looks_like_heading(text: str, span: Span) -> bool:
    """Whether a line is short, begins like a name or a sentence and does not end like a sentence."""
    if len(span) > _MAX_CHARACTERS:
        return False
    line = text[span.start : span.end]
    if line[-1] in _NOT_AFTER_HEADING or len(line.split()) > _MAX_WORDS:
        return False
    first = line[1:2] if line[0] in _OPENING else line[0]
    return first.isalnum() and not first.islower() and any(character.isalpha() for character in line)


def _mark_underlined(text: str, lines: Sequence[Line]) -> list[Line]:
    marked = list(lines)
    for at in range(1, len(marked)):
        above, line = marked[at - 1], marked[at]
        level = _underline_level(text, line)
        alone = above.gap or (at > 1 and marked[at - 2].kind != "prose")
        if level and alone and not line.gap and above.kind == "prose" and looks_like_heading(text, above.span):
            marked[at - 1] = replace(above, kind="heading", level=level)
    return marked


def _underline_level(text: str, line: Line) -> int:
    if line.kind != "markup" or len(line.span) < 3:
        return 0
    marks = set(text[line.span.start : line.span.end])
    return 1 if marks == {"="} else 2 if marks == {"-"} else 0


def _plain_headings(text: str, lines: Sequence[Line]) -> list[int]:
    """Return which isolated short lines head what follows, in order.

    Judged from the end: a line heads prose, a list or a table that follows it, or another heading (an article under
    an archive's name), but stacked short lines are a poem or an address.
    """
    found: list[int] = []
    stacked = 0
    for at in range(len(lines) - 2, -1, -1):
        line, below = lines[at], lines[at + 1]
        isolated = line.kind == "prose" and line.gap and below.gap and looks_like_heading(text, line.span)
        heads_another = bool(found) and found[-1] == at + 1
        if not isolated or not (heads_another or at == 0 or _is_content(text, below)):
            stacked = 0
            continue
        stacked = stacked + 1 if heads_another else 1
        if stacked <= _MAX_STACKED:
            found.append(at)
    return found[::-1]


def _is_content(text: str, line: Line) -> bool:
    if line.kind == "prose":
        return not looks_like_heading(text, line.span)
    if line.kind == "bullet":
        return ": " not in text[line.body.start : min(line.body.end, line.body.start + _MAX_CHARACTERS)]
    return line.kind in ("number", "row")
