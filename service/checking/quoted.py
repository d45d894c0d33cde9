"""Quotations in a text: what stands between quotation marks or in a block quotation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from index.documents import Span
from index.sentences import trim

_MIN_WORDS = 2
_MIN_CHARACTERS = 12
_MAX_CHARACTERS = 2_000
_NEAR = 60

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_BLANK_LINES = re.compile(r"(?:\r\n?|\n)[^\S\r\n]*(?:\r\n?|\n)\s*")
_QUOTED_LINE = re.compile(r"[^\S\r\n]{0,8}(?:>[ \t]?){1,20}")
_MARK = re.compile(r"[“”„‟«»\"‘’‚]")
# What may close a quotation that the mark opened: German and Polish close with marks that open elsewhere.
_CLOSES = {"“": "”", "„": "“”‟", "‟": "”", "«": "»", '"': '"', "‘": "’", "‚": "‘’", "»": "«", "”": "”"}
_OPENS_AFTER = frozenset('([{—–-/:,"“„«‘‚>*_=')


def find_quotations(text: str) -> list[Span]:
    """Return the quotations of `text` in order, without their marks; none overlap, inner ones are part of outer ones.

    A quotation has at least two words and stays within its paragraph; block quotations ("> ...") count.
    Linear in the length of the text.
    """
    marked = chain.from_iterable(_in_paragraph(text, paragraph) for paragraph in _paragraphs(text))
    found = (span for span in chain(_block_quotations(text), marked) if _says_enough(text, span))
    return list(_apart(sorted(found, key=lambda span: (span.start, -span.end))))


def _apart(found: list[Span]) -> Iterator[Span]:
    end = 0
    for span in found:
        if span.start >= end:
            yield span
            end = span.end


def _paragraphs(text: str) -> Iterator[Span]:
    start = 0
    for gap in _BLANK_LINES.finditer(text):
        yield Span(start, gap.start())
        start = gap.end()
    yield Span(start, len(text))


def _says_enough(text: str, span: Span) -> bool:
    if not _MIN_CHARACTERS <= len(span) <= _MAX_CHARACTERS:
        return False
    return sum(1 for _ in _WORD.finditer(text, span.start, span.end)) >= _MIN_WORDS


def _in_paragraph(text: str, paragraph: Span) -> Iterator[Span]:
    """Yield what stands between two marks of a pair.

    One quotation is open at a time. A mark that opens again, where none closed, begins anew: an unclosed mark
    costs at most its own quotation. A quotation inside another is part of it.
    """
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(text, paragraph.start, paragraph.end):
        if opened is not None and mark.start() - opened.end() > _MAX_CHARACTERS:
            opened = None
        if opened is not None and _closes(text, opened[0], mark):
            inner = trim(text, opened.end(), mark.start())
            if inner is not None:
                yield inner
            opened = None
        elif _opens(text, mark) and (opened is None or _restarts(opened[0], mark[0])):
            opened = mark


def _opens(text: str, mark: re.Match[str]) -> bool:
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    if mark[0] not in _CLOSES or not after:
        return False
    # The marks for which both directions are in use open a word and end none.
    free = not before or before.isspace() or before in _OPENS_AFTER
    return mark[0] in "“„‟«" or (free and not after.isspace())


def _closes(text: str, opening: str, mark: re.Match[str]) -> bool:
    if mark[0] not in _CLOSES[opening]:
        return False
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    if opening in "‘‚":
        return not before.isspace() and not _is_apostrophe(text, mark.end(), before, after)
    return opening != '"' or not (before.isspace() and after.isalnum())


def _is_apostrophe(text: str, end: int, before: str, after: str) -> bool:
    """Whether a single mark stands in a word, or after a plural's s while another one follows to close."""
    if after.isalnum():
        return True
    return before == "s" and after == " " and "’" in text[end : end + _NEAR]


def _restarts(opening: str, mark: str) -> bool:
    """Whether a second opening mark begins anew: not for one of another kind, which opens an inner quotation."""
    return mark == opening


def _block_quotations(text: str) -> Iterator[Span]:
    start: int | None = None
    position = end = 0
    for raw in text.splitlines(keepends=True):
        marks = _QUOTED_LINE.match(raw)
        body = trim(raw, marks.end(), len(raw)) if marks else None
        if body is not None:
            start = position + body.start if start is None else start
            end = position + body.end
        elif start is not None:
            yield Span(start, end)
            start = None
        position += len(raw)
    if start is not None:
        yield Span(start, end)
