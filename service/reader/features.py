"""The evidence that a sentence or row answers a question, as numbers a linear model can weigh."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.analysis import query_terms, terms
from service.reader.questions import AnswerType, answer_type, answer_words

FEATURES = (
    "sentence_cosine",
    "passage_cosine",
    "relevance",
    "sentence_coverage",
    "passage_coverage",
    "rarest_missing",
    "names_missing",
    "date_present",
    "date_absent",
    "number_present",
    "number_absent",
    "name_present",
    "name_absent",
    "log_length",
    "first_passage",
    "best_sentence_gap",
)

Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence or row in its passage.

    `text` is what it says (for a row or info-box line with its labels), `context` what its passage says; the
    cosines are those of the question with each; `relevance` is the passage's retrieval score and `place` its rank.
    """

    text: str
    context: str
    sentence_cosine: float
    passage_cosine: float
    relevance: float
    place: int


def describe(question: str, candidates: Sequence[Candidate], rarity: Rarity) -> npt.NDArray[np.float64]:
    """Return one row of FEATURES per candidate, shape (candidates, features).

    `rarity(term)` is in [0, 1]: 0 for a term of every passage, 1 for one that no passage holds.
    """
    weights = {term: rarity(term) for term in dict.fromkeys(query_terms(question))}
    names = _names(question, weights)
    kind = answer_type(question)
    asked = set(weights)
    contexts = {candidate.context: set(terms(candidate.context)) for candidate in candidates}
    top = max((candidate.sentence_cosine for candidate in candidates), default=0.0)
    rows = []
    for candidate in candidates:
        context = contexts[candidate.context]
        missing = [weights[term] for term in asked - context]
        found = answer_words(kind, candidate.text)
        fresh = [span for span in found if not asked.issuperset(terms(candidate.text[span[0] : span[1]]))]
        rows.append(
            (
                candidate.sentence_cosine,
                candidate.passage_cosine,
                candidate.relevance,
                _coverage(weights, set(terms(candidate.text))),
                _coverage(weights, context),
                max(missing, default=0.0),
                _missing_share(names, context),
                *_kind_signs(kind, bool(fresh)),
                math.log1p(len(candidate.text)),
                float(candidate.place == 0),
                top - candidate.sentence_cosine,
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(candidates), len(FEATURES))


def _kind_signs(kind: AnswerType, found: bool) -> list[float]:
    """Whether words of the asked kind are there or lacking: a date, a number, or the name of a person or place."""
    asked = (kind == "date", kind == "number", kind in ("person", "place"))
    return [float(is_asked and found is present) for is_asked in asked for present in (True, False)]


def _coverage(weights: dict[str, float], present: set[str]) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / total if total else 0.0


def _names(question: str, weights: dict[str, float]) -> dict[str, float]:
    """The terms of names and numbers in the question: what a near miss gets wrong. The first word is no name."""
    _, _, rest = question.strip().partition(" ")
    marked = [word for word in rest.split() if word[:1].isupper() or any(c.isdigit() for c in word)]
    return {term: weights.get(term, 1.0) for term in dict.fromkeys(terms(" ".join(marked)))}


def _missing_share(names: dict[str, float], present: set[str]) -> float:
    total = sum(names.values())
    return sum(weight for term, weight in names.items() if term not in present) / total if total else 0.0
