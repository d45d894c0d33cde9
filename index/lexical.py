"""The lexical leg: rank-bm25's Okapi scores, precomputed into sparse arrays so a query touches only its postings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FILES = ("lexical.json", "lexical-starts.npy", "lexical-passages.npy", "lexical-weights.npy")
K1 = 1.5
B = 0.75
EPSILON = 0.25


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Term-major BM25 weights: term t's postings are `passages[starts[t]:starts[t+1]]` with their `weights`.

    A passage's score is the plain sum of the weights of the query's terms, so scores equal
    `rank_bm25.BM25Okapi.get_scores` bit for bit (Trotman et al. 2014, "Improvements to BM25", Okapi variant with
    negative idf floored at EPSILON times the mean idf).
    """

    size: int
    vocabulary: dict[str, int]
    starts: IntArray
    passages: npt.NDArray[np.int32]
    weights: FloatArray

    def scores(self, query_terms: Sequence[str]) -> FloatArray:
        """Return every passage's score, shape (size,). Repeated query terms count repeatedly."""
        scores = np.zeros(self.size)
        for term in query_terms:
            number = self.vocabulary.get(term)
            if number is not None:
                postings = slice(self.starts[number], self.starts[number + 1])
                scores[self.passages[postings]] += self.weights[postings]
        return scores

    def postings(self, term: str) -> npt.NDArray[np.int32]:
        """Return the ascending numbers of the passages that hold `term`."""
        number = self.vocabulary.get(term)
        if number is None:
            return np.empty(0, dtype=np.int32)
        return self.passages[self.starts[number] : self.starts[number + 1]]

    def save(self, folder: Path) -> None:
        """Write the arrays and the vocabulary into an existing folder."""
        np.save(folder / "lexical-starts.npy", self.starts)
        np.save(folder / "lexical-passages.npy", self.passages)
        np.save(folder / "lexical-weights.npy", self.weights)
        content = {"size": self.size, "terms": list(self.vocabulary)}
        (folder / "lexical.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def load_lexical(folder: Path) -> LexicalIndex:
    """Read what `save` wrote into memory: a mapped file that someone truncates would kill the process (SIGBUS)."""
    content = json.loads((folder / "lexical.json").read_text(encoding="utf-8"))
    return LexicalIndex(
        size=content["size"],
        vocabulary={term: number for number, term in enumerate(content["terms"])},
        starts=np.load(folder / "lexical-starts.npy", allow_pickle=False),
        passages=np.load(folder / "lexical-passages.npy", allow_pickle=False),
        weights=np.load(folder / "lexical-weights.npy", allow_pickle=False),
    )


def build_lexical(corpus: Iterable[Sequence[str]]) -> LexicalIndex:
    """Count the terms of each passage and precompute their weights."""
    vocabulary: dict[str, int] = {}
    numbers: list[IntArray] = []
    counts: list[IntArray] = []
    lengths: list[int] = []
    for passage_terms in corpus:
        found = np.array([vocabulary.setdefault(term, len(vocabulary)) for term in passage_terms], dtype=np.int64)
        unique, repeats = np.unique(found, return_counts=True)
        numbers.append(unique)
        counts.append(repeats)
        lengths.append(len(found))
    size = len(lengths)
    if not vocabulary:
        return LexicalIndex(size, {}, np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0))
    owners = np.repeat(np.arange(size, dtype=np.int32), [len(unique) for unique in numbers])
    term_of = np.concatenate(numbers)
    order = np.argsort(term_of, kind="stable")
    term_of, owners, frequency = term_of[order], owners[order], np.concatenate(counts)[order]
    document_frequency = np.bincount(term_of, minlength=len(vocabulary))
    weights = _okapi(frequency, np.array(lengths)[owners], sum(lengths) / size, _idf(document_frequency, size)[term_of])
    starts = np.concatenate([[0], np.cumsum(document_frequency)]).astype(np.int64)
    return LexicalIndex(size, vocabulary, starts, owners, weights)


def _idf(document_frequency: IntArray, size: int) -> FloatArray:
    idf = np.log(size - document_frequency + 0.5) - np.log(document_frequency + 0.5)
    # Summed in vocabulary order, one by one, because rank-bm25 does and a pairwise sum differs in the last bit.
    floor = EPSILON * (sum(idf.tolist()) / len(idf))
    floored: FloatArray = np.where(idf < 0, floor, idf)
    return floored


def _okapi(frequency: IntArray, lengths: IntArray, mean_length: float, idf: FloatArray) -> FloatArray:
    saturation: FloatArray = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * lengths / mean_length))
    return idf * saturation
