"""Gold items: hand-written questions whose evidence quotes are resolved to spans of the stored documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from rapidfuzz import fuzz

from index.documents import Document, Span
from index.errors import InputError, NotFound
from service.lines import Line, read_lines
from service.quotes import Citation

GOLD_FILE = Path(__file__).parent / "gold" / "questions.jsonl"
NEARLY = 75.0
"""A likeness (0-100) below which a missing quote is called absent: unrelated prose stays under about 60."""

Split = Literal["dev", "test"]
FindDocument = Callable[[str], Document]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a document states the answer; `quote` is its text."""

    document_id: str
    span: Span
    quote: str

    def shown_by(self, citation: Citation) -> bool:
        """Whether the citation shows at least one character of this evidence."""
        return citation.document_id == self.document_id and citation.span.overlaps(self.span)


@dataclass(frozen=True, slots=True)
class GoldItem:
    """One question, every acceptable answer, and every place that states it; both are empty when unanswerable."""

    id: str
    question: str
    type: str
    style: str
    split: Split
    answerable: bool
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _EvidenceRow:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    document_id: _Words
    quote: Annotated[str, StringConstraints(min_length=1)]


@dataclass(frozen=True, slots=True)
class _Row:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    id: _Words
    question: _Words
    type: _Words
    style: _Words
    split: Split
    answerable: bool
    answers: tuple[_Words, ...]
    evidence: tuple[_EvidenceRow, ...]


_ROW = TypeAdapter(_Row)


def load_gold(path: Path, find_document: FindDocument) -> tuple[GoldItem, ...]:
    """Read a gold file and anchor its quotes in the documents; raises InputError naming the line and the remedy."""
    first_line: dict[str, int] = {}
    items = []
    for line in read_lines(path):
        row = _parse(line)
        if row.id in first_line:
            raise line.refuse(f"the id {row.id!r} was used on line {first_line[row.id]}; give this item its own")
        first_line[row.id] = line.number
        items.append(_item(row, line, find_document))
    if not items:
        raise InputError(f"{path.name} holds no gold items; write one JSON object a line.", code="bad_gold")
    return tuple(items)


def select(gold: Iterable[GoldItem], split: Split | Literal["all"]) -> tuple[GoldItem, ...]:
    """Keep the items of one split, or all of them."""
    return tuple(item for item in gold if split in ("all", item.split))


def _parse(line: Line) -> _Row:
    try:
        row = _ROW.validate_json(line.text)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the line"
        raise line.refuse(f"{where}: {_remedy(problem['type'], problem['msg'])}") from error
    stated = bool(row.answers), bool(row.evidence)
    if stated != (row.answerable, row.answerable):
        need = "at least one answer and one evidence quote" if row.answerable else "neither answers nor evidence"
        raise line.refuse(f"item {row.id!r} has answerable={row.answerable} and so needs {need}")
    return row


def _remedy(kind: str, message: str) -> str:
    if kind == "unexpected_keyword_argument":
        keys = ", ".join(field.name for field in fields(_Row))
        return f"unknown key; remove it, the keys are {keys} (evidence: document_id, quote)"
    if kind == "missing":
        return "this key is missing; add it"
    return message[0].lower() + message[1:]


def _item(row: _Row, line: Line, find_document: FindDocument) -> GoldItem:
    evidence = tuple(_anchor(part, line, find_document) for part in row.evidence)
    return GoldItem(row.id, row.question, row.type, row.style, row.split, row.answerable, row.answers, evidence)


def _anchor(part: _EvidenceRow, line: Line, find_document: FindDocument) -> Evidence:
    try:
        document = find_document(part.document_id)
    except NotFound as error:
        raise line.refuse(f"there is no document {part.document_id!r}; index it or correct document_id") from error
    starts = occurrences(part.quote, document.text)
    if not starts:
        raise line.refuse(f"the quote {_short(part.quote)} is not in {document.id}; {_moved(part.quote, document)}")
    if len(starts) > 1:
        places = ", ".join(map(str, starts[:5]))
        raise line.refuse(
            f"the quote {_short(part.quote)} stands {len(starts)} times in {document.id} (at {places}); "
            "lengthen it until it stands once"
        )
    return Evidence(part.document_id, Span(starts[0], starts[0] + len(part.quote)), part.quote)


def occurrences(quote: str, text: str) -> tuple[int, ...]:
    """Return every place where `quote` stands in `text`, overlapping ones too."""
    starts = []
    start = text.find(quote)
    while start >= 0:
        starts.append(start)
        start = text.find(quote, start + 1)
    return tuple(starts)


def _moved(quote: str, document: Document) -> str:
    near = fuzz.partial_ratio_alignment(quote, document.text, score_cutoff=NEARLY)
    if near is None or near.dest_end <= near.dest_start:
        return "nothing like it is; check document_id or copy the quote again"
    span = Span(near.dest_start, near.dest_end)
    return f"it is probably now {_short(document.quote(span))} at {span.start}-{span.end}; copy it from there"


def _short(quote: str, limit: int = 120) -> str:
    return repr(quote if len(quote) <= limit else quote[: limit - 1] + "…")
