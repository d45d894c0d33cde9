"""Question and passage to the token windows the evidence model sees; training and serving share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MAX_TOKENS = 192
MAX_QUESTION_TOKENS = 64
MAX_HEADER_TOKENS = 48
# Neighbouring windows of a long passage share this many tokens, so that an answer is whole in one of them.
OVERLAP_TOKENS = 48
CLS, SEP = 101, 102


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's token ids and where each token stands in it, as (start, end) in code points."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model: [CLS] question [SEP] header passage-slice [SEP].

    `offsets` are those of the passage slice's tokens in the passage, and `first` is the place of the first of them
    in `ids`; only they can be an answer. `second` is where the second segment (token type 1) begins.
    """

    ids: tuple[int, ...]
    second: int
    first: int
    offsets: tuple[tuple[int, int], ...]


class Tokenizer:
    """The packaged WordPiece tokenizer, without special tokens, padding or truncation. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Load a `tokenizer.json`."""
        from tokenizers import Tokenizer as Fast

        self._fast: Any = Fast.from_file(str(path))
        self._fast.no_padding()
        self._fast.no_truncation()
        # A text that says "[SEP]" must not end the segment it stands in.
        self._fast.encode_special_tokens = True
        self.tokens = lru_cache(maxsize=1024)(self._tokens)

    def _tokens(self, text: str) -> Tokens:
        encoding = self._fast.encode(text, add_special_tokens=False)
        return Tokens(tuple(encoding.ids), tuple(encoding.offsets))


def make_windows(question: Tokens, header: Tokens, passage: Tokens) -> list[Window]:
    """Return the windows over a passage: one when it fits, else overlapping ones that cover every token."""
    asked = question.ids[:MAX_QUESTION_TOKENS]
    prefix = (CLS, *asked, SEP)
    # A long question leaves less to the header, so that windows stay wide enough to read.
    titled = header.ids[: MAX_HEADER_TOKENS - max(0, len(asked) - MAX_QUESTION_TOKENS // 2)]
    room = MAX_TOKENS - len(prefix) - len(titled) - 1
    return [
        Window(
            ids=(*prefix, *titled, *passage.ids[start:end], SEP),
            second=len(prefix),
            first=len(prefix) + len(titled),
            offsets=passage.offsets[start:end],
        )
        for start, end in _slices(len(passage.ids), room)
    ]


def _slices(length: int, room: int) -> Sequence[tuple[int, int]]:
    """Cut `length` tokens into slices of at most `room`, each sharing OVERLAP_TOKENS with the one before."""
    if length <= room:
        return [(0, length)]
    step = room - OVERLAP_TOKENS
    starts = range(0, length - OVERLAP_TOKENS, step)
    return [(start, min(length, start + room)) for start in starts]
