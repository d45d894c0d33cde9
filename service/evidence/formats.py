"""Public formats of question answering and claim checking, streamed from JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from index.errors import InputError
from service.lines import Line, flag_field, list_field, read_lines, text_field

Label = Literal["entailment", "neutral", "contradiction"]
LABELS: tuple[Label, ...] = get_args(Label)


@dataclass(frozen=True, slots=True)
class SquadRow:
    """One question about one paragraph; `answers` (texts with their offsets) is empty when impossible.

    `source` names the data set where a file mixes several, else "".
    """

    id: str
    title: str
    context: str
    question: str
    answers: tuple[tuple[str, int], ...]
    is_impossible: bool
    source: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """A claim (`hypothesis`) held against evidence (`premise`), with what the one says of the other."""

    id: str
    premise: str
    hypothesis: str
    label: Label
    source: str


def read_squad(path: Path, refused: list[InputError] | None = None) -> Iterator[SquadRow]:
    """Stream the rows of a SQuAD-style JSON-lines file (`.gz` or plain).

    A malformed line raises InputError, or is added to `refused` and left out where that is given.
    """
    for line in read_lines(path):
        try:
            yield _squad_row(line)
        except InputError as error:
            if refused is None:
                raise
            refused.append(error)


def read_pairs(path: Path, refused: list[InputError] | None = None) -> Iterator[PairRow]:
    """Stream the rows of a JSON-lines file of `premise`, `hypothesis` and `label`; malformed ones as in read_squad."""
    for line in read_lines(path):
        try:
            yield _pair_row(line)
        except InputError as error:
            if refused is None:
                raise
            refused.append(error)


def _pair_row(line: Line) -> PairRow:
    row = line.json_object()
    label = text_field(row, "label", line)
    for known in LABELS:
        if label == known:
            return PairRow(
                id=str(row.get("id", line.number)),
                premise=text_field(row, "premise", line),
                hypothesis=text_field(row, "hypothesis", line),
                label=known,
                source=text_field(row, "src", line) if "src" in row else "",
            )
    raise line.refuse(f"label is {label!r}; write one of {', '.join(LABELS)}")


def _squad_row(line: Line) -> SquadRow:
    row = line.json_object()
    context = text_field(row, "context", line)
    return SquadRow(
        id=text_field(row, "id", line),
        title=text_field(row, "title", line),
        context=context,
        question=text_field(row, "question", line),
        answers=tuple(_answer(answer, context, line) for answer in list_field(row, "answers", line)),
        is_impossible=flag_field(row, "is_impossible", line),
        source=text_field(row, "src", line) if "src" in row else "",
    )


def _answer(answer: object, context: str, line: Line) -> tuple[str, int]:
    text, start = (answer.get("text"), answer.get("answer_start")) if isinstance(answer, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(start, int):
        raise line.refuse("an answer needs 'text' and a whole number 'answer_start'; correct it")
    if start < 0 or not context.startswith(text, start):
        raise line.refuse(f"the answer {text!r} does not stand at {start} of its context; correct 'answer_start'")
    return text, start
