"""Gold items: hand-written questions whose evidence quotes are resolved to spans of the stored documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict

from eval.anchoring import (
    NEARLY,
    Evidence,
    EvidenceRow,
    FindDocument,
    OnProblem,
    Split,
    Words,
    anchor_all,
    occurrences,
    read_items,
)
from service.lines import Line

__all__ = [
    "GOLD_FILE",
    "NEARLY",
    "Evidence",
    "FindDocument",
    "GoldItem",
    "Split",
    "load_gold",
    "occurrences",
    "select",
]

GOLD_FILE = Path(__file__).parent / "gold" / "questions.jsonl"


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
class _Row:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    id: Words
    question: Words
    type: Words
    style: Words
    split: Split
    answerable: bool
    answers: tuple[Words, ...]
    evidence: tuple[EvidenceRow, ...]


def load_gold(path: Path, find_document: FindDocument, on_problem: OnProblem | None = None) -> tuple[GoldItem, ...]:
    """Read a gold file and anchor its quotes in the documents; raises InputError as `read_items` does."""

    def convert(row: _Row, line: Line) -> GoldItem:
        return _item(row, line, find_document)

    return read_items(path, _Row, "evidence: document_id, quote", "gold items", convert, on_problem)


def select(gold: Iterable[GoldItem], split: Split | Literal["all"]) -> tuple[GoldItem, ...]:
    """Keep the items of one split, or all of them."""
    return tuple(item for item in gold if split in ("all", item.split))


def _item(row: _Row, line: Line, find_document: FindDocument) -> GoldItem:
    stated = bool(row.answers), bool(row.evidence)
    if stated != (row.answerable, row.answerable):
        need = "at least one answer and one evidence quote" if row.answerable else "neither answers nor evidence"
        raise line.refuse(f"item {row.id!r} has answerable={row.answerable} and so needs {need}")
    evidence = anchor_all(row.evidence, line, find_document)
    return GoldItem(row.id, row.question, row.type, row.style, row.split, row.answerable, row.answers, evidence)
