"""Public benchmark formats, streamed: SQuAD-style JSON lines and BEIR folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.lines import Line, read_lines
from index.errors import InputError


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
class BeirDocument:
    """One document of a BEIR corpus; the title may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirQuery:
    """One query with the graded relevance of the documents judged for it (zero: judged, not relevant)."""

    id: str
    text: str
    relevance: dict[str, int]


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


def _squad_row(line: Line) -> SquadRow:
    row = line.json_object()
    context = _text(row, "context", line)
    return SquadRow(
        id=_text(row, "id", line),
        title=_text(row, "title", line),
        context=context,
        question=_text(row, "question", line),
        answers=tuple(_answer(answer, context, line) for answer in _list(row, "answers", line)),
        is_impossible=_flag(row, "is_impossible", line),
        source=_text(row, "src", line) if "src" in row else "",
    )


def read_beir_corpus(folder: Path) -> Iterator[BeirDocument]:
    """Stream `corpus.jsonl` of a BEIR folder."""
    for line in read_lines(_member(folder, "corpus.jsonl")):
        row = line.json_object()
        title = _text(row, "title", line) if "title" in row else ""
        yield BeirDocument(_text(row, "_id", line), title, _text(row, "text", line))


def read_beir_queries(folder: Path, split: str) -> Iterator[BeirQuery]:
    """Stream the queries of a BEIR folder that `qrels/<split>.tsv` judges."""
    judged = read_qrels(_member(folder, f"qrels/{split}.tsv"))
    for line in read_lines(_member(folder, "queries.jsonl")):
        row = line.json_object()
        query_id = _text(row, "_id", line)
        if query_id in judged:
            yield BeirQuery(query_id, _text(row, "text", line), judged.pop(query_id))
    if judged:
        raise InputError(
            f"{folder}: {len(judged)} judged queries, {min(judged)!r} among them, are not in queries.jsonl; "
            "complete the folder.",
            code="bad_file",
        )


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read BEIR judgements (`query-id corpus-id score`, one header line) as query -> document -> grade."""
    judged: dict[str, dict[str, int]] = {}
    for line in read_lines(path):
        cells = line.text.split("\t")
        if line.number == 1 and cells[-1] == "score":
            continue
        if len(cells) != 3 or not cells[2].strip().lstrip("-").isdecimal():
            raise line.refuse("expected query-id, corpus-id and a whole number between tabs; correct it")
        judged.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    return judged


def _member(folder: Path, name: str) -> Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise InputError(f"{folder} has no {name}; give a folder in BEIR's layout.", code="bad_file")


def _text(row: dict[str, Any], key: str, line: Line) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise line.refuse(f"{key!r} is {'not a string' if key in row else 'missing'}; correct it")
    return value


def _list(row: dict[str, Any], key: str, line: Line) -> list[Any]:
    value = row.get(key)
    if not isinstance(value, list):
        raise line.refuse(f"{key!r} is {'not a list' if key in row else 'missing'}; correct it")
    return value


def _flag(row: dict[str, Any], key: str, line: Line) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise line.refuse(f"{key!r} is not true or false; correct it")
    return value


def _answer(answer: object, context: str, line: Line) -> tuple[str, int]:
    text, start = (answer.get("text"), answer.get("answer_start")) if isinstance(answer, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(start, int):
        raise line.refuse("an answer needs 'text' and a whole number 'answer_start'; correct it")
    if start < 0 or not context.startswith(text, start):
        raise line.refuse(f"the answer {text!r} does not stand at {start} of its context; correct 'answer_start'")
    return text, start
