"""SQuAD, v1.1 and v2: the official nested JSON, or one question a line; every paragraph becomes a document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.anchoring import Evidence
from eval.goldset import GoldItem
from eval.public.collection import Collection, document_of, unique
from eval.public.reading import check_lines, first_line, read_whole
from eval.sampling import sample
from index.documents import Document, Span, content_sha256
from index.errors import InputError
from index.naming import document_id_for_text
from service.bounds import checked_text
from service.evidence.formats import SquadRow, read_squad

_WORDS = ("who", "whom", "whose", "what", "when", "where", "which", "why", "how")


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    answer_start: int


@dataclass(frozen=True, slots=True)
class _Question:
    id: str
    question: str
    answers: tuple[_Answer, ...] = ()
    is_impossible: bool = False


@dataclass(frozen=True, slots=True)
class _Paragraph:
    context: str
    qas: tuple[_Question, ...]


@dataclass(frozen=True, slots=True)
class _Article:
    paragraphs: tuple[_Paragraph, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Squad:
    data: tuple[_Article, ...]


_FORM = TypeAdapter(_Squad)


def read_squad_collection(path: Path, limit: int | None) -> Collection:
    """Read a file as questions over its paragraphs, all of which are searched; raises InputError where it is malformed.

    A question's evidence is where its annotators found the answer, and no other place that may state it too.
    """
    rows = tuple(read_rows(path))
    documents = {(row.title, row.context): None for row in rows}
    made = {key: _document(path, *key) for key in documents}
    items = (_item(path, row, made[row.title, row.context]) for row in sample(rows, limit))
    return Collection.of((path,), made.values(), questions=unique(path, items))


def read_rows(path: Path) -> Iterator[SquadRow]:
    """Stream the questions of a file in either form; raises InputError naming the line or the place."""
    if is_nested(path):
        return _nested(path)
    check_lines(path)
    return read_squad(path)


def is_nested(path: Path) -> bool:
    """Whether a file is SQuAD's official JSON: one object, and not one question a line."""
    line = first_line(path)
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return ".json" in path.suffixes
    return isinstance(found, dict) and "data" in found


def _nested(path: Path) -> Iterator[SquadRow]:
    content = read_whole(path)
    try:
        found = _FORM.validate_json(content)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "the file"
        raise InputError(
            f"{path.name}, {where}: {problem['msg'][0].lower()}{problem['msg'][1:]}; write SQuAD's format.",
            code="bad_file",
        ) from error
    for article in found.data:
        for paragraph in article.paragraphs:
            for one in paragraph.qas:
                answers = tuple((answer.text, answer.answer_start) for answer in one.answers)
                for text, start in answers:
                    if start < 0 or not paragraph.context.startswith(text, start):
                        raise _refused(path, content, one.id, f"the answer {text!r} does not stand at {start}")
                yield SquadRow(one.id, article.title, paragraph.context, one.question, answers, one.is_impossible, "")


def _refused(path: Path, content: bytes, identity: str, problem: str) -> InputError:
    """Name the line of a question; official files have only one."""
    place = content.find(json.dumps(identity).encode())
    line = content.count(b"\n", 0, max(place, 0)) + 1
    return InputError(
        f"{path.name}, line {line}, question {identity!r}: {problem} of its context; correct 'answer_start'.",
        code="bad_line",
    )


def _document(path: Path, title: str, context: str) -> Document:
    shown = title.replace("_", " ")
    identity = document_id_for_text(shown, content_sha256(context.encode("utf-8", "replace").decode()))
    return document_of(path, context, identity, shown)


def _item(path: Path, row: SquadRow, document: Document) -> GoldItem:
    if row.is_impossible == bool(row.answers):
        need = "and so no answers" if row.is_impossible else "and so needs answers"
        raise InputError(
            f"{path.name}, question {row.id!r}: is_impossible is {row.is_impossible} {need}.", code="bad_file"
        )
    if not all(text.strip() for text, _ in row.answers):
        raise InputError(f"{path.name}, question {row.id!r}: an answer is empty; remove it.", code="bad_file")
    try:
        question = checked_text(row.question, "question")
    except InputError as error:
        raise InputError(f"{path.name}, question {row.id!r}: {error.message}", code="bad_file") from error
    return GoldItem(
        id=row.id,
        question=question,
        type="unanswerable" if row.is_impossible else _kind(question),
        style="public",
        split="dev",
        answerable=not row.is_impossible,
        answers=tuple(dict.fromkeys(text for text, _ in row.answers)),
        evidence=tuple(_evidence(row.answers, row.context, document)),
    )


def _evidence(answers: Sequence[tuple[str, int]], context: str, document: Document) -> Iterator[Evidence]:
    for text, start in dict.fromkeys(answers):
        # The document has LF where the file has CRLF.
        moved = context.count("\r\n", 0, start)
        span = Span(start - moved, start - moved + len(text.replace("\r\n", "\n")))
        yield Evidence(document.id, span, document.quote(span))


def _kind(question: str) -> str:
    """Return the word that asks, for breakdowns."""
    return next((word for word in question.lower().split() if word in _WORDS), "other")
