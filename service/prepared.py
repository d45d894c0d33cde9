"""A document made ready for comparison: folded text, its words as numbers, and where each word stands."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.documents import Document, Span
from index.normalize import Normalized, normalize
from service.places import UNSPACED, stands_whole

Numbers = NDArray[np.int32]

# Marks that stay after folding belong to the letter they follow, or words of Indic and Semitic scripts fall apart.
_MARKS: Final = (
    "\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0730-\u074a"
    "\u0900-\u0963\u0966-\u0dff"
)
_LETTERS: Final = f"(?:[^\\W_{UNSPACED}]|[{_MARKS}])"
_TOKEN: Final = re.compile(f"{_LETTERS}++(?:(?:'|(?<=[0-9])[.,](?=[0-9])){_LETTERS}++)*|\\.{{2,}}|\\S")


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words, numbers and punctuation marks of a folded text, each with its place there."""

    words: tuple[str, ...]
    starts: Numbers
    ends: Numbers

    def __len__(self) -> int:
        """How many there are."""
        return len(self.words)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedQuote:
    """A quote made ready for comparison: what was given, folded, and its tokens."""

    normalized: Normalized
    tokens: Tokens

    def given(self, first: int, stop: int) -> str:
        """Return tokens `first` to `stop` as they were given; "" when there are none."""
        if first >= stop:
            return ""
        span = self.normalized.source_span(int(self.tokens.starts[first]), int(self.tokens.ends[stop - 1]))
        return self.normalized.source[span.start : span.end]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedDocument:
    """A document that quotes can be compared with; costly to make and safe to keep, since documents never change.

    `ids` numbers each token by its word in `vocabulary`; the places of word `w` are
    `places[first_place[w]:first_place[w + 1]]`.
    """

    document: Document
    normalized: Normalized
    tokens: Tokens
    vocabulary: dict[str, int]
    ids: Numbers
    places: Numbers
    first_place: Numbers

    def source_span(self, first: int, stop: int) -> Span:
        """Return the document span of tokens `first` to `stop`, end exclusive."""
        return self.normalized.source_span(int(self.tokens.starts[first]), int(self.tokens.ends[stop - 1]))

    def stands_whole(self, start: int, end: int) -> bool:
        """Whether the folded stretch `start`-`end` cuts no word or character of the document."""
        if self.normalized.splits_character(start) or self.normalized.splits_character(end):
            return False
        if unicodedata.category(self.normalized.text[end : end + 1] or " ")[0] == "M":
            return False
        span = self.normalized.source_span(start, end)
        return stands_whole(self.document.text, span.start, span.end)

    def numbered(self, words: tuple[str, ...]) -> Numbers:
        """Number `words` by this document's vocabulary; words it lacks become -1."""
        return np.fromiter((self.vocabulary.get(word, -1) for word in words), dtype=np.int32, count=len(words))


def prepare_quote(quote: str) -> PreparedQuote:
    """Fold `quote` and cut it into tokens."""
    normalized = normalize(quote)
    return PreparedQuote(normalized, tokenize(normalized.text))


def tokenize(folded: str) -> Tokens:
    """Cut folded text into words, numbers and punctuation marks."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(folded):
        words.append(match[0])
        starts.append(match.start())
        ends.append(match.end())
    return Tokens(tuple(words), np.array(starts, dtype=np.int32), np.array(ends, dtype=np.int32))


def prepare(document: Document) -> PreparedDocument:
    """Fold and number the words of `document`."""
    normalized = normalize(document.text)
    tokens = tokenize(normalized.text)
    vocabulary: dict[str, int] = {}
    ids = np.fromiter(
        (vocabulary.setdefault(word, len(vocabulary)) for word in tokens.words), dtype=np.int32, count=len(tokens)
    )
    counts = np.bincount(ids, minlength=len(vocabulary))
    return PreparedDocument(
        document=document,
        normalized=normalized,
        tokens=tokens,
        vocabulary=vocabulary,
        ids=ids,
        places=np.argsort(ids, kind="stable").astype(np.int32),
        first_place=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
    )
