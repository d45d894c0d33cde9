"""Gold claims and articles: what a fact check should find, its quotes resolved to spans of the stored documents."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import ClassVar, Literal

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
    only_place,
    read_items,
    short,
)
from index.documents import Span
from service.lines import Line
from service.lookup import Match
from service.verdicts import PassedOverKind, VerdictLabel

__all__ = [
    "ARTICLES_FILE",
    "CLAIMS_FILE",
    "DEVELOPMENT_CLAIMS_FILE",
    "EVERYDAY_CLAIMS_FILE",
    "ArticleClaim",
    "ArticlePart",
    "ArticlePassedOver",
    "ArticleQuotation",
    "GoldArticle",
    "GoldClaim",
    "Style",
    "load_articles",
    "load_claims",
]

CLAIMS_FILE = Path(__file__).parent / "gold" / "claims.jsonl"
# More claims of the same form, all of the development half and in no reported figure.
DEVELOPMENT_CLAIMS_FILE = Path(__file__).parent / "gold" / "claims_development.jsonl"
# Plain claims as people paste them, where the others look for what is hard; both halves, reported by themselves.
EVERYDAY_CLAIMS_FILE = Path(__file__).parent / "gold" / "claims_everyday.jsonl"
ARTICLES_FILE = Path(__file__).parent / "gold" / "articles.jsonl"

Style = Literal["plain", "paraphrased"]

_SIDES: dict[VerdictLabel, tuple[bool, bool, str]] = {
    "supported": (True, False, "at least one supporting quote and no refuting one"),
    "refuted": (False, True, "at least one refuting quote and no supporting one"),
    "conflicting": (True, True, "at least one quote on each side"),
    "not_enough_info": (False, False, "no quotes"),
}
_QUOTATION_MARKS = '"“”„«»'


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """One claim that stands alone, its verdict, and every place in the documents that states or contradicts it.

    `documents` are the ids of those it is checked in, None for all.
    """

    id: str
    claim: str
    verdict: VerdictLabel
    kind: str
    style: Style
    split: Split
    supporting: tuple[Evidence, ...]
    refuting: tuple[Evidence, ...]
    # Gold of our own is checked in all documents.
    documents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ArticlePart:
    """A stretch of an article's text."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class ArticleClaim(ArticlePart):
    """A claim inside an article; `standalone` is how it reads alone, None where its own words do."""

    verdict: VerdictLabel
    standalone: str | None


@dataclass(frozen=True, slots=True)
class ArticlePassedOver(ArticlePart):
    """What claims nothing that documents could decide."""

    kind: PassedOverKind


@dataclass(frozen=True, slots=True)
class ArticleQuotation(ArticlePart):
    """What an article quotes, without its quotation marks, and whether the documents hold these words."""

    match: Match


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article whose claims lean on their neighbours; spans point into `text`, claims and the rest in its order."""

    id: str
    split: Split
    text: str
    claims: tuple[ArticleClaim, ...]
    passed_over: tuple[ArticlePassedOver, ...]
    quotations: tuple[ArticleQuotation, ...]


@dataclass(frozen=True, slots=True)
class _ClaimRow:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    id: Words
    claim: Words
    verdict: VerdictLabel
    kind: Words
    style: Style
    split: Split
    supporting: tuple[EvidenceRow, ...]
    refuting: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class _ArticleClaimRow:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    text: Slice
    verdict: VerdictLabel
    standalone: Words | None


@dataclass(frozen=True, slots=True)
class _PassedOverRow:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    text: Slice
    kind: PassedOverKind


@dataclass(frozen=True, slots=True)
class _QuotationRow:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    text: Slice
    match: Match


@dataclass(frozen=True, slots=True)
class _ArticleRow:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)
    id: Words
    split: Split
    text: Slice
    claims: tuple[_ArticleClaimRow, ...]
    passed_over: tuple[_PassedOverRow, ...]
    quotations: tuple[_QuotationRow, ...]


def load_claims(path: Path, find_document: FindDocument, on_problem: OnProblem | None = None) -> tuple[GoldClaim, ...]:
    """Read gold claims and anchor their quotes in the documents; raises InputError as `read_items` does."""

    def convert(row: _ClaimRow, line: Line) -> GoldClaim:
        return _claim(row, line, find_document)

    return read_items(path, _ClaimRow, "supporting, refuting: document_id, quote", "gold claims", convert, on_problem)


def load_articles(path: Path) -> tuple[GoldArticle, ...]:
    """Read gold articles and find their slices in their texts; raises InputError naming the line and the remedy."""
    nested = "claims: text, verdict, standalone; passed_over: text, kind; quotations: text, match"
    return read_items(path, _ArticleRow, nested, "gold articles", _article)


def _claim(row: _ClaimRow, line: Line, find_document: FindDocument) -> GoldClaim:
    *sides, need = _SIDES[row.verdict]
    if [bool(row.supporting), bool(row.refuting)] != sides:
        raise line.refuse(f"claim {row.id!r} is {row.verdict!r} and so needs {need}")
    places = anchor_all((*row.supporting, *row.refuting), line, find_document)
    supporting, refuting = places[: len(row.supporting)], places[len(row.supporting) :]
    for one, other in product(supporting, refuting):
        if one.document_id == other.document_id and one.span.overlaps(other.span):
            raise line.refuse(
                f"the quote {short(one.quote)} is on both sides; cut it down to the words that speak for each"
            )
    return GoldClaim(row.id, row.claim, row.verdict, row.kind, row.style, row.split, supporting, refuting)


def _article(row: _ArticleRow, line: Line) -> GoldArticle:
    claims = tuple(
        ArticleClaim(part.text, _place(part.text, row, line), part.verdict, part.standalone) for part in row.claims
    )
    passed_over = tuple(
        ArticlePassedOver(part.text, _place(part.text, row, line), part.kind) for part in row.passed_over
    )
    quotations = tuple(
        ArticleQuotation(part.text, _inside_marks(part.text, row, line), part.match) for part in row.quotations
    )
    if not claims:
        raise line.refuse(f"article {row.id!r} has no claims; list at least one")
    _check_apart((*claims, *passed_over), line)
    return GoldArticle(row.id, row.split, row.text, claims, passed_over, quotations)


def _place(text: str, row: _ArticleRow, line: Line) -> Span:
    span = only_place(text, row.text, f"the text of {row.id}", line)
    if span is None:
        raise line.refuse(f"{short(text)} is not in the text of {row.id}; copy the slice exactly")
    return span


def _inside_marks(text: str, row: _ArticleRow, line: Line) -> Span:
    span = _place(text, row, line)
    around = row.text[max(span.start - 1, 0) : span.start], row.text[span.end : span.end + 1]
    if not all(mark and mark in _QUOTATION_MARKS for mark in around):
        raise line.refuse(f"{short(text)} is not all that stands between two quotation marks; copy just that")
    return span


def _check_apart(parts: tuple[ArticlePart, ...], line: Line) -> None:
    # A stretch with two labels would count for and against the same system.
    for one, other in pairwise(sorted(parts, key=lambda part: part.span)):
        if one.span.overlaps(other.span):
            raise line.refuse(f"{short(one.text)} overlaps another slice; list each stretch once")
