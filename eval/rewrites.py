"""Public conversations with each follow-up written out (CANARD, MuDoCo, CAsT): exchanges, a message, its reading."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.analysis import words
from service.conversation.exchange import Exchange
from service.lines import Line, list_field, read_lines, text_field

Part = Literal["fit", "choose", "report"]
_NO_ANSWER = frozenset({"I don't know.", "CANNOTANSWER"})
# How MuDoCo's tokens are set apart: "What 's the news ?".
_SPACED = re.compile(r" (?='s\b|n't\b|[.,?!;:])|(?<=\$) ")


@dataclass(frozen=True, slots=True)
class Follow:
    """A message after some exchanges, oldest first, and the question that says the same alone."""

    id: str
    source: str
    conversation: str
    history: tuple[Exchange, ...]
    message: str
    rewrite: str

    @property
    def is_standalone(self) -> bool:
        """Whether the message needed no rewriting."""
        return words(self.message) == words(self.rewrite)

    @property
    def part(self) -> Part:
        """The part of the data its whole conversation belongs to: three fifths to fit, a fifth each for the rest."""
        lot = hashlib.sha256(f"{self.source} {self.conversation}".encode()).digest()[0] % 5
        return "fit" if lot < 3 else "choose" if lot == 3 else "report"


def read_follows(path: Path) -> list[Follow]:
    """Read rows of src, id, history, question, rewrite; earlier questions read as they were written out.

    MuDoCo's assistant turns are left out, and a CANARD title becomes a first question without an answer.
    """
    rows = [_row(line) for line in read_lines(path)]
    written = {(row.source, row.conversation, row.message): row.rewrite for row in rows}
    return [_follow(row, written) for row in rows if not (row.source.startswith("mudoco") and len(row.said) % 2)]


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    source: str
    conversation: str
    said: tuple[str, ...]
    message: str
    rewrite: str


def _row(line: Line) -> _Row:
    row = line.json_object()
    row_id = text_field(row, "id", line)
    said = tuple(_joined(str(one)) for one in list_field(row, "history", line))
    return _Row(row_id, text_field(row, "src", line), row_id.rpartition("_")[0], said,
                _joined(text_field(row, "question", line)), _joined(text_field(row, "rewrite", line)))  # fmt: skip


def _joined(text: str) -> str:
    return " ".join(_SPACED.sub("", text).split())


def _follow(row: _Row, written: dict[tuple[str, str, str], str]) -> Follow:
    history = tuple(
        Exchange(written.get((row.source, row.conversation, question), question), answer, ())
        for question, answer in _pairs(row.source, row.said)
    )
    # Two dialogues about one CANARD article differ in the last part of the name only.
    conversation = row.conversation.rpartition("_")[0] if row.source == "canard" else row.conversation
    return Follow(row.id, row.source, conversation, history, row.message, row.rewrite)


def _pairs(source: str, said: Sequence[str]) -> list[tuple[str, str | None]]:
    if source in ("cast19", "cast20"):
        return [(question, None) for question in said]
    titled = [(f"Tell me about {said[0]}.", None)] if source == "canard" and said else []
    rest = said[2:] if source == "canard" else said
    pairs = [(rest[at], rest[at + 1]) for at in range(0, len(rest) - 1, 2)]
    return [*titled, *((question, None if answer in _NO_ANSWER else answer) for question, answer in pairs)]


def overlap(predicted: str, gold: str) -> float:
    """Return ROUGE-1 F1: the share of words (folded, repeats counted) that two texts have in common."""
    one, other = Counter(words(predicted)), Counter(words(gold))
    common = sum((one & other).values())
    return 2 * common / (one.total() + other.total()) if common else float(one == other)
