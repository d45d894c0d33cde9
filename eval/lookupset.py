"""Gold lookups: quotations that documents hold, nearly hold or lack, with their places and what was changed in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict

from eval.anchoring import (
    Evidence,
    EvidenceRow,
    FindDocument,
    OnProblem,
    Slice,
    Split,
    Words,
    anchor_all,
    read_items,
    short,
)
from index.errors import CitecheckError
from index.normalize import normalize
from service.lines import Line
from service.lookup import Match, check_quote

LOOKUPS_FILE = Path(__file__).parent / "gold" / "lookups.jsonl"

_WORD = re.compile(r"\w+")
_NEEDS: dict[Match, tuple[bool, bool, str]] = {
    "exact": (True, False, "at least one evidence quote and no differences"),
    "normalized": (True, False, "at least one evidence quote and no differences"),
    "altered": (True, True, "at least one evidence quote and one difference"),
    "absent": (False, False, "neither evidence nor differences"),
}


@dataclass(frozen=True, slots=True)
class Changed:
    """Words of a quotation and the document's in their place; a side is empty where words were put in or left out."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    quote: str
    source: str


@dataclass(frozen=True, slots=True)
class GoldLookup:
    """One quotation as somebody gives it, how it matches, and every place of that match.

    `differences` are changes that must be among those reported; only an altered quotation has any.
    """

    id: str
    split: Split
    kind: str
    quote: str
    match: Match
    evidence: tuple[Evidence, ...]
    differences: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    id: Words
    split: Split
    kind: Words
    quote: Slice
    match: Match
    evidence: tuple[EvidenceRow, ...]
    differences: tuple[Changed, ...]


def load_lookups(
    path: Path, find_document: FindDocument, on_problem: OnProblem | None = None
) -> tuple[GoldLookup, ...]:
    """Read gold lookups and anchor their evidence; raises InputError as `read_items` does."""

    def convert(row: _Row, line: Line) -> GoldLookup:
        return _lookup(row, line, find_document)

    nested = "evidence: document_id, quote; differences: quote, source"
    return read_items(path, _Row, nested, "gold lookups", convert, on_problem)


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text, its typography folded, for comparing differences."""
    return _WORD.findall(normalize(text).text)


def same_typography_apart(quote: str, text: str) -> bool:
    """Whether `text` holds the quotation but for typography and the quotation marks it is wrapped in."""
    folded, wanted = (normalize(one).text.strip(" '\"") for one in (text, quote))
    return wanted in folded


def _lookup(row: _Row, line: Line, find_document: FindDocument) -> GoldLookup:
    evidence, differences, need = _NEEDS[row.match]
    if (bool(row.evidence), bool(row.differences)) != (evidence, differences):
        raise line.refuse(f"lookup {row.id!r} is {row.match!r} and so needs {need}")
    try:
        check_quote(row.quote)
    except CitecheckError as error:
        raise line.refuse(f"quote: {error.message[0].lower()}{error.message[1:].rstrip('.')}") from error
    for part in row.evidence:
        _check_match(row, part, line)
    for changed in row.differences:
        _check_changed(changed, row, line)
    places = anchor_all(row.evidence, line, find_document)
    return GoldLookup(row.id, row.split, row.kind, row.quote, row.match, places, row.differences)


def _check_match(row: _Row, part: EvidenceRow, line: Line) -> None:
    held = {
        "exact": row.quote.strip() in part.quote,
        "normalized": same_typography_apart(row.quote, part.quote) and row.quote.strip() not in part.quote,
    }
    if not held.get(row.match, True):
        raise line.refuse(f"the evidence {short(part.quote)} is no {row.match} match of the quote; correct either")


def _check_changed(changed: Changed, row: _Row, line: Line) -> None:
    ours, theirs = words_of(changed.quote), words_of(changed.source)
    if ours == theirs:
        raise line.refuse(
            f"the difference {changed.quote!r} for {changed.source!r} is none; give the words that differ"
        )
    if not holds_words(words_of(row.quote), ours):
        raise line.refuse(f"the words {short(changed.quote)} are not in the quote; copy them from there")
    if not any(holds_words(words_of(part.quote), theirs) for part in row.evidence):
        raise line.refuse(f"the words {short(changed.source)} are in no evidence; copy them from there")


def holds_words(held: list[str], wanted: list[str]) -> bool:
    """Whether `wanted` stands in `held`, in one piece."""
    return any(held[at : at + len(wanted)] == wanted for at in range(len(held) - len(wanted) + 1))
