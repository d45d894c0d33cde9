"""Hybrid retrieval: both legs, fused, with every hit telling where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.analysis import query_terms
from index.arrays import Arrays
from index.encoder import Encoder
from index.fusion import fuse
from index.library import Library
from index.passages import Passage
from index.ranking import best

LEG_DEPTH = 100
DENSE_WEIGHT = 0.5
_RETRIES = 3
# Vectors are of unit length; their last bits may say a little more.
_LARGEST_COSINE = 1.01


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg's opinion of a hit; `rank` is 1-based and null beyond the leg's depth, LEG_DEPTH or more."""

    rank: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage with its fused score and each leg's rank and score.

    `copies` are passages of other documents, ranked below it, that only repeat it.
    """

    passage: Passage
    score: float
    legs: Mapping[str, Leg]
    copies: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passage numbers best first, shape (n,), with scores per leg for the same numbers."""

    numbers: npt.NDArray[np.int64]
    fused: npt.NDArray[np.float64]
    lexical: npt.NDArray[np.float64]
    dense: npt.NDArray[np.float64]
    lexical_top: npt.NDArray[np.int64]
    dense_top: npt.NDArray[np.int64]


class Retriever(Protocol):
    """Finds the passages that bear on a query."""

    def search(self, query: str, top_k: int, documents: Sequence[str] | None) -> tuple[Hit, ...]:
        """Return the best `top_k` hits, equal scores by address; `documents` limits the search to some ids."""


class HybridRetriever:
    """BM25 and dense search over a library, fused by weighted z-scores."""

    def __init__(self, library: Library, *, dense_weight: float = DENSE_WEIGHT) -> None:
        """Search `library`; `dense_weight` in [0, 1] is the dense leg's share."""
        self._library = library
        self._dense_weight = dense_weight

    def search(self, query: str, top_k: int, documents: Sequence[str] | None) -> tuple[Hit, ...]:
        """See Retriever."""
        depth = max(LEG_DEPTH, top_k)
        found: list[tuple[int, Passage]] = []
        ranking: Ranking | None = None
        for _ in range(_RETRIES):
            arrays = self._library.arrays()
            allowed = _allowed(arrays, documents)
            ranking = rank(arrays, self._library.encoder, query, allowed, self._dense_weight, depth)
            if not _is_sound(ranking):
                self._library.live.discard(arrays)
                continue
            ids = arrays.passage_ids[ranking.numbers[:top_k]].tolist()
            passages = self._library.store.passages(ids)
            found = [(place, passages[identity]) for place, identity in enumerate(ids) if identity in passages]
            if len(found) == len(ids):
                break
            # A document was changed between ranking and reading: rank again over what there is now. Where changes never
            # cease, what is still there is better than nothing.
            self._library.refresh()
        return () if ranking is None else _hits(ranking, found)


def _is_sound(ranking: Ranking) -> bool:
    """Whether all cosines are: large search files are mapped, and a damaged page would be ranked first."""
    return bool((np.abs(ranking.dense) <= _LARGEST_COSINE).all())


def rank(
    arrays: Arrays,
    encoder: Encoder,
    query: str,
    allowed: npt.NDArray[np.int64] | None,
    dense_weight: float,
    depth: int = LEG_DEPTH,
) -> Ranking:
    """Take each leg's best `depth` and rank their union by the fused true scores."""
    lexical_scores = arrays.lexical.scores(query_terms(query))
    vector = encoder.encode([query])[0]
    dense_top, _ = arrays.dense.search(vector, depth, allowed)
    lexical_top = _lexical_top(lexical_scores, allowed, arrays.order, depth)
    numbers = np.union1d(lexical_top, dense_top).astype(np.int64)
    # In address order, so that the last bit of a sum does not tell how passages are spread over segments.
    numbers = numbers[np.argsort(arrays.order[numbers])]
    lexical = lexical_scores[numbers]
    dense = arrays.dense.cosines(vector, numbers)
    fused = fuse(lexical, dense, dense_weight)
    order = best(fused, len(numbers))
    return Ranking(numbers[order], fused[order], lexical[order], dense[order], lexical_top, dense_top)


def _lexical_top(
    scores: npt.NDArray[np.float64],
    allowed: npt.NDArray[np.int64] | None,
    order: npt.NDArray[np.float64],
    depth: int,
) -> npt.NDArray[np.int64]:
    # Few passages hold a word of the query: taking the best of those alone is much quicker.
    scored = np.flatnonzero(scores > 0) if allowed is None else allowed[scores[allowed] > 0]
    return scored[best(scores[scored], depth, order[scored])]


def _allowed(arrays: Arrays, documents: Sequence[str] | None) -> npt.NDArray[np.int64] | None:
    return None if documents is None else arrays.of_documents(documents)


def _hits(ranking: Ranking, passages: Sequence[tuple[int, Passage]]) -> tuple[Hit, ...]:
    lexical_rank = {number: place for place, number in enumerate(ranking.lexical_top.tolist(), start=1)}
    dense_rank = {number: place for place, number in enumerate(ranking.dense_top.tolist(), start=1)}
    hits = []
    for place, passage in passages:
        number = int(ranking.numbers[place])
        legs = {
            "lexical": Leg(lexical_rank.get(number), round(float(ranking.lexical[place]), 6)),
            "dense": Leg(dense_rank.get(number), round(float(ranking.dense[place]), 6)),
        }
        hits.append(Hit(passage, round(float(ranking.fused[place]), 6), legs, ()))
    return tuple(hits)
