"""How a claim reads on its own: its pronouns, short names and relative times resolved against what stands before it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from service.checking.antecedents import Read, read_sentence
from service.checking.denials import resolve_denial
from service.checking.names import Known
from service.checking.statements import Statement
from service.checking.subjects import Context, resolve_subject
from service.checking.times import Paragraph, resolve_times

_REACH = 3
_MOST = 2_000
_BLANK_LINE = re.compile(r"(?:\r\n?|\n)[^\S\r\n]*(?:\r\n?|\n)")
_LONGEST_GAP = 200
_WRAP = re.compile(r"[^\S\r\n]*(?:\r\n?|\n)[^\S\r\n]{0,8}(?:>[ \t]?){0,20}\s*")


def standalone(text: str, statements: Sequence[Statement]) -> list[str | None]:
    """Return, for each statement of `text`, how it reads alone, or None where it reads so as it stands.

    Only claims that lean on earlier statements or on the heading above are changed, and of those only the words that
    lean; a word that could stand for two things stays. Linear in the length of the text.
    """
    reader = _Reader(text)
    return [reader.read(statement) for statement in statements]


class _Reader:
    """Reads the statements in order and remembers the last few as they read alone."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known = Known(text)
        self._earlier: deque[str] = deque(maxlen=_REACH)
        self._reads: deque[Read] = deque(maxlen=_REACH)
        self._heading = ""
        self._title = ""
        self._paragraph = Paragraph()
        self._end = 0

    def read(self, statement: Statement) -> str | None:
        start, end = statement.span.start, statement.span.end
        if self._begins_paragraph(start):
            self._paragraph = Paragraph()
        self._end = end
        if statement.kind == "heading":
            self._enter(self._text[start:end])
            return None
        said = _WRAP.sub(" ", self._text[start : min(end, start + _MOST)])
        if statement.kind != "claim" or end - start > _MOST:
            self._remember(said, Read(None, (), ()))
            return None
        before = self._earlier[0] if self._reads and self._reads[0].tokens else ""
        named = self._resolve(said)
        self._remember(named, read_sentence(named, self._known))
        alone = resolve_denial(named, before)
        return alone if alone != said else None

    def _begins_paragraph(self, start: int) -> bool:
        return _BLANK_LINE.search(self._text, self._end, min(start, self._end + _LONGEST_GAP)) is not None

    def _enter(self, heading: str) -> None:
        self._title = self._title or heading
        self._heading = heading
        self._earlier.clear()
        self._reads.clear()
        self._paragraph = Paragraph()

    def _remember(self, said: str, read: Read) -> None:
        self._earlier.appendleft(said)
        self._reads.appendleft(read)
        self._paragraph.add(said)

    def _resolve(self, said: str) -> str:
        timed = resolve_times(said, tuple(self._earlier), self._paragraph)
        context = Context(tuple(self._reads), self._heading or self._title, self._known)
        return resolve_subject(timed, context)
