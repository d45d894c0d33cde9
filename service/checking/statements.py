"""Statements: every sentence of a text, each a claim or a kind of thing that claims nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.documents import Span
from index.headings import looks_like_heading, mark_headings
from index.lines import Line, read_lines
from index.sentences import split, trim
from service.checking.clauses import split_compound
from service.checking.kinds import StatementKind, classify
from service.checking.verbs import has_finite_verb, read_tokens
from service.evidence import grammar
from service.evidence.quantities import parse_date

# A sentence of real prose is far shorter; judging more of a line of debris would only take time.
_JUDGED = 2_000
_NARROWEST_WRAP = 60
_ORNAMENTS = tuple("©®→►▶➤✓")
_QUOTE_MARKS = re.compile(r"[^\S\r\n]{0,8}(?:>[ \t]?){1,20}")
_SENTENCE_END = re.compile(r"[.!?…][\"”’»)\]*_]{0,3}")


@dataclass(frozen=True, slots=True)
class Statement:
    """A stretch of a text that is one statement, and its kind."""

    span: Span
    kind: StatementKind


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that are read as one; `below` tells whether anything follows."""

    span: Span
    kind: str
    lines: int
    below: bool


def find_statements(text: str) -> list[Statement]:
    """Return the statements of any text in order, none overlapping, in linear time.

    They hold every letter and digit but those of markup (list numbers, tags) and the conjunctions at which
    a compound sentence was divided.
    """
    unquoted, quoted = _without_quote_marks(text)
    lines = mark_headings(unquoted, read_lines(unquoted))
    prose = any(_ends_sentence(unquoted, line.body) for line in lines if line.kind != "heading")
    return [
        statement
        for block in _blocks(unquoted, lines, quoted)
        for statement in _statements(unquoted, block, prose=prose)
    ]


def _without_quote_marks(text: str) -> tuple[str, list[int]]:
    """Blank out the marks of block quotations, offsets kept; also return where quoted lines begin."""
    pieces: list[str] = []
    starts: list[int] = []
    position = 0
    for raw in text.splitlines(keepends=True):
        marks = _QUOTE_MARKS.match(raw)
        if marks is None:
            pieces.append(raw)
        else:
            starts.append(position)
            pieces += (" " * marks.end(), raw[marks.end() :])
        position += len(raw)
    return "".join(pieces), starts


def _blocks(text: str, lines: Sequence[Line], quoted: Sequence[int]) -> Iterator[_Block]:
    """Yield the lines that say something, wrapped ones joined."""
    inside = _Quoted(quoted)
    held: list[Line] = []
    was_quoted = False
    for line in lines:
        is_quoted = inside.begins(line)
        if held and not (is_quoted == was_quoted and _goes_on(text, held[-1], line)):
            yield _block(text, held, below=True)
            held = []
        if line.kind not in ("markup", "fence"):
            held.append(line)
        was_quoted = is_quoted
    if held:
        yield _block(text, held, below=False)


class _Quoted:
    """Tells, line after line, whether quotation marks of a block quotation were blanked in front of it."""

    def __init__(self, starts: Sequence[int]) -> None:
        self._starts = list(reversed(starts))

    def begins(self, line: Line) -> bool:
        first = line.span.start - line.indent
        while self._starts and self._starts[-1] < first:
            self._starts.pop()
        return bool(self._starts) and self._starts[-1] == first


def _block(text: str, lines: Sequence[Line], *, below: bool) -> _Block:
    first = lines[0]
    kind = "row" if len(lines) == 1 and _is_row(text, first) else first.kind
    body = first.body
    if kind == "row":
        body = _within_bars(text, first.span)
    end = lines[-1].span.end if len(lines) > 1 else body.end
    return _Block(Span(body.start, end), kind, len(lines), below)


def _within_bars(text: str, row: Span) -> Span:
    line = text[row.start : row.end]
    left = len(line) - len(line.lstrip("| \t"))
    inner = trim(text, row.start + left, row.start + len(line.rstrip("| \t")))
    return inner or row


def _is_row(text: str, line: Line) -> bool:
    if line.kind == "row":
        return True
    body = text[line.body.start : line.body.end]
    return ("\t" in body or body.count("|") > 1) and not _ends_sentence(text, line.body)


def _goes_on(text: str, above: Line, line: Line) -> bool:
    """Whether a line is the wrapped rest of the line above."""
    if line.kind != "prose" or line.gap or above.kind not in ("prose", "bullet", "number"):
        return False
    if _is_row(text, above) or _is_row(text, line):
        return False
    last = text[above.body.start : above.body.end][-200:]
    if classify(last) == "greeting":
        return False
    return not _is_broken_by_hand(text, above, line) or _is_open(last)


def _is_broken_by_hand(text: str, above: Line, line: Line) -> bool:
    """Whether the line above ended although the next word, which begins like a sentence, would have fitted."""
    words = text[line.span.start : line.span.end].split(maxsplit=1)
    width = max(_NARROWEST_WRAP, len(line.span))
    begins = words[0].lstrip("\"“«„‘'(*_")[:1]
    like_a_sentence = begins.isupper() or begins.isdigit() or begins in _ORNAMENTS
    return like_a_sentence and len(above.span) + 1 + len(words[0]) <= width


def _is_open(line: str) -> bool:
    """Whether a line cannot end there: a comma, a hyphen or a word that wants another."""
    if line[-1] in ",-–—(/" or _SENTENCE_END.search(line[-4:]) is not None:
        return True
    wants = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.AUXILIARIES
    return line.split()[-1].lower() in wants


def _statements(text: str, block: _Block, *, prose: bool) -> Iterator[Statement]:
    if block.kind == "heading" and _is_marked(text, block.span):
        yield Statement(block.span, "heading")
        return
    if block.kind == "row":
        yield Statement(block.span, "fragment")
        return
    sentences = split(text, block.span)
    if len(sentences) == 1 and _is_heading(text, block, sentences[0], prose=prose):
        yield Statement(sentences[0], "heading")
        return
    for sentence in sentences:
        yield from _read_sentence(text, sentence)


def _is_marked(text: str, heading: Span) -> bool:
    """Whether marks before the heading's words make it one: "# Orvik", "== Orvik ==", or an underline."""
    before = text[max(0, heading.start - 8) : heading.start].rstrip(" \t")
    below = text[heading.end : heading.end + 8].lstrip(" \t\r\n")
    return before.endswith(("#", "=")) or below.startswith(("===", "---"))


def _is_heading(text: str, block: _Block, sentence: Span, *, prose: bool) -> bool:
    """Whether a line without marks heads what follows: a title, or a line without a verb."""
    if block.lines > 1 or block.kind not in ("heading", "prose") or not block.below or _ends_sentence(text, sentence):
        return False
    line = text[sentence.start : sentence.end]
    stripped = trim(text, sentence.start + len(line) - len(line.lstrip("*_")), sentence.end)
    if stripped is None or not looks_like_heading(text, stripped) or classify(line) in ("greeting", "question"):
        return False
    if _is_date_or_link(line):
        return False
    # A line in the place of a title may have a verb, where other lines show what a sentence looks like here.
    return (block.kind == "heading" and prose) or not has_finite_verb(read_tokens(text, sentence.start, sentence.end))


def _is_date_or_link(line: str) -> bool:
    return parse_date(line) is not None or "://" in line or line.startswith("www.")


def _ends_sentence(text: str, span: Span) -> bool:
    end = text[max(span.start, span.end - 4) : span.end]
    return bool(end) and re.search(_SENTENCE_END.pattern + r"$", end) is not None


def _read_sentence(text: str, sentence: Span) -> Iterator[Statement]:
    judged = text[sentence.start : min(sentence.end, sentence.start + _JUDGED)]
    kind = classify(judged)
    parts = split_compound(text, sentence) if kind == "claim" and len(sentence) <= _JUDGED else [sentence]
    yield from (Statement(part, kind) for part in parts)
