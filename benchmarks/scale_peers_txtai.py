"""txtai made to do our work: our terms in its lexical index, our vectors in its dense one, texts in its database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from txtai import Embeddings
from txtai.scoring import ScoringFactory

from index.analysis import query_terms, terms
from index.encoder import Encoder, Vectors


def lexical(analysed: Sequence[Sequence[str]]) -> Callable[[int, str], Sequence[int]]:
    """Return txtai's BM25 over passages given as terms: (how many, query) to passage numbers."""
    scoring = ScoringFactory.create({"method": "bm25", "terms": True})
    scoring.index((number, list(found), None) for number, found in enumerate(analysed))
    scoring.tokenizer = query_terms
    return lambda count, query: [number for number, _ in scoring.search(query, count)]


class Hybrid:
    """txtai's hybrid search as it comes (its default dense index and fusion), with texts, as a framework serves it."""

    def __init__(self, texts: Sequence[str], vectors: Vectors, encoder: Encoder) -> None:
        """Index the texts; their vectors are given, the encoder is for queries."""
        places = {text: place for place, text in enumerate(texts)}

        def transform(batch: Sequence[str]) -> Vectors:
            known = [places.get(text) for text in batch]
            if None in known:
                return encoder.encode(batch)
            return np.asarray(vectors[known])

        class OurTerms(Embeddings):  # type: ignore[misc]  # txtai ships no types
            def createscoring(self) -> Any:  # noqa: ANN401
                scoring = super().createscoring()
                if scoring is not None:
                    scoring.tokenizer = terms
                return scoring

        self._embeddings = OurTerms(method="external", transform=transform, hybrid=True, content=True)
        self._embeddings.index((number, text, None) for number, text in enumerate(texts))
        self._embeddings.scoring.tokenizer = query_terms

    def search(self, query: str) -> Any:  # noqa: ANN401
        """Return the best ten with their texts; it takes the best hundred of each leg for that, as the product does."""
        return self._embeddings.search(query, 10)

    def nearest(self, vector: Vectors, count: int) -> Sequence[int]:
        """Return the numbers of the nearest passages, best first."""
        found = self._embeddings.ann.search(vector[np.newaxis, :], count)[0]
        return [number for number, _ in found]
