"""What a search gives: ranked passages with each leg's opinion of them."""

from __future__ import annotations

from dataclasses import dataclass

from index.retriever import Leg
from service.quotes import Citation


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A ranked passage as clients see it."""

    passage: Citation
    score: float
    legs: dict[str, Leg]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of one search, best first; `read_as` is the query with misspelt words put right, if any were."""

    hits: tuple[SearchHit, ...]
    read_as: str | None
