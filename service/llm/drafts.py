"""A model's reply cut into sentences while it arrives, each with the markers it ends in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.documents import Span
from index.sentences import split

# Space within a line: the end of a line always ends a sentence, whatever is still to come.
_SPACE = r"[^\S\n]*"
_MARKER = rf"\[{_SPACE}[0-9]{{1,3}}(?:{_SPACE},{_SPACE}[0-9]{{1,3}})*{_SPACE}\]"
_MARKERS = rf"{_MARKER}(?:{_SPACE}{_MARKER})*"
_END = r"[.!?…][\"”’»)]*"
_FOUND = re.compile(_MARKER)
# "It fell. [1] Then" and "It fell [1]. Then"; what follows must be known, or a second marker could still come.
_BOUNDARY = re.compile(rf"(?:{_END}{_SPACE}{_MARKERS}|{_MARKERS}{_SPACE}{_END}){_SPACE}(?=[^\s\[.!?…\"”’»)])|\n")
_AFTER_END = re.compile(rf"({_END})\s*({_MARKERS})(?:\s*[.!?…])?")
_BEFORE_MARK = re.compile(r"\s+([.,;:!?…])")
_THOUGHT, _THOUGHT_END = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as the model wrote it, without its markers, and the numbers in them, each once."""

    text: str
    numbers: tuple[int, ...]


def drafts(pieces: Iterable[str]) -> Iterator[Draft]:
    """Yield the sentences of a reply as soon as each is whole, however the reply is cut into pieces.

    What a model thinks aloud first ("<think>...</think>") is no part of its reply.
    """
    buffer = ""
    for piece in _without_thought(pieces):
        buffer += piece
        while (found := _BOUNDARY.search(buffer)) is not None:
            yield from _sentences(buffer[: found.end()])
            buffer = buffer[found.end() :]
    yield from _sentences(buffer)


def _without_thought(pieces: Iterable[str]) -> Iterator[str]:
    head = ""
    for piece in (remaining := iter(pieces)):
        head = (head + piece).lstrip()
        if not _THOUGHT.startswith(head[: len(_THOUGHT)]):
            yield head
            yield from remaining
            return
        _, ended, rest = head.partition(_THOUGHT_END)
        if ended:
            yield rest
            yield from remaining
            return
    if not head.startswith(_THOUGHT):
        yield head


def _sentences(stretch: str) -> Iterator[Draft]:
    """Cut what stands between two boundaries; markers behind a full stop are put before it, where they belong."""
    text = _AFTER_END.sub(r" \2\1 ", stretch)
    for span in split(text, Span(0, len(text))):
        sentence = text[span.start : span.end]
        numbers = [int(number) for marker in _FOUND.findall(sentence) for number in re.findall("[0-9]+", marker)]
        said = _BEFORE_MARK.sub(r"\1", " ".join(_FOUND.sub(" ", sentence).split()))
        if any(map(str.isalnum, said)):
            yield Draft(said, tuple(dict.fromkeys(numbers)))
