"""The signs that a candidate answers the question, as numbers the calibration weighs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.analysis import query_terms, terms
from service.evidence.candidates import Candidate
from service.evidence.questions import answer_type, answer_words

SIGNALS = (
    "margin",
    "relevance",
    "kind_found",
    "kind_missing",
    "repeats_question",
    "log_length",
    "first_passage",
)


def describe(question: str, candidates: Sequence[Candidate]) -> npt.NDArray[np.float64]:
    """Return one row of SIGNALS per candidate, shape (candidates, signals).

    Which of the question's words a passage lacks is no sign here: questions written beside their paragraph share its
    words and real ones do not, so it taught the confidence to distrust paraphrases (docs/decisions/0007).
    """
    asked = set(query_terms(question))
    kind = answer_type(question)
    rows = []
    for candidate in candidates:
        answer = candidate.reading.text
        told = kind != "other"
        fits = bool(answer_words(kind, answer))
        rows.append(
            (
                candidate.margin,
                candidate.judged.relevance,
                float(told and fits),
                float(told and not fits),
                _repeated(answer, asked),
                math.log1p(len(answer)),
                float(candidate.place == 0),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(candidates), len(SIGNALS))


def _repeated(answer: str, asked: set[str]) -> float:
    """The share of the answer's words that the question already has."""
    said = terms(answer)
    return sum(term in asked for term in said) / len(said) if said else 1.0
