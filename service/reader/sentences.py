"""The reader that answers with a whole sentence, row or info-box value, chosen by a linear model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from index.documents import Span
from index.library import Library, is_prose
from index.passages import lexical_text
from service.reader.features import Candidate, Rarity, describe
from service.reader.linear import LinearModel, load_model
from service.reader.protocol import Evidence, Reading
from service.reader.values import value_in_row, words_in_sentence

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Quotable:
    """A candidate quote and what it says: a sentence, or a row or line with its labels."""

    evidence: Evidence
    unit: Span
    text: str
    place: int


class SentenceReader:
    """Scores every sentence and row of the passages; see service.reader.protocol.Reader."""

    def __init__(self, library: Library) -> None:
        """Read with the library's vectors and term statistics."""
        self._library = library

    @cached_property
    def _model(self) -> LinearModel:
        return load_model()

    @property
    def fingerprint(self) -> str:
        """See Reader."""
        return self._model.fingerprint

    @property
    def threshold(self) -> float:
        """See Reader."""
        return self._model.threshold

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """See Reader."""
        quotables = find_quotables(evidence)
        if not quotables:
            return ()
        asked = self._library.encoder.encode([question])[0]
        features = describe(question, weigh(quotables, asked, self._library), rarity(self._library))
        confidence = self._model.confidences(features).round(4)
        order = np.argsort(-confidence, kind="stable")
        readings = [self._reading(question, asked, quotables[place], float(confidence[place])) for place in order]
        return _without_repeats(readings)

    def _reading(self, question: str, asked: Vector, quotable: Quotable, confidence: float) -> Reading:
        passage, document = quotable.evidence.passage, quotable.evidence.document
        if is_prose(passage):
            answer = quotable.unit
            highlight = words_in_sentence(question, document, quotable.unit)
        else:
            answer = value_in_row(
                question, document, passage, lambda texts: self._library.vectors(texts, keep=False) @ asked
            )
            highlight = answer
        return Reading(document, passage.section, quotable.unit, answer, highlight, confidence)


def find_quotables(evidence: Sequence[Evidence]) -> list[Quotable]:
    """Return every sentence of prose passages and every row or line of the others, in the evidence's order."""
    found = []
    for place, item in enumerate(evidence):
        if is_prose(item.passage):
            found += [Quotable(item, unit, item.document.quote(unit), place) for unit in item.passage.units]
        else:
            found.append(Quotable(item, item.passage.units[0], item.passage.index_text, place))
    return found


def weigh(quotables: Sequence[Quotable], asked: Vector, library: Library) -> list[Candidate]:
    """Return the quotables with the cosines the model needs; `asked` is the question's vector."""
    contexts = [quotable.evidence.passage.index_text for quotable in quotables]
    sentence_cosines = library.vectors([quotable.text for quotable in quotables], keep=False) @ asked
    passage_cosines = library.vectors(contexts, keep=False) @ asked
    return [
        Candidate(
            text=quotable.text,
            context=lexical_text(quotable.evidence.document.title, contexts[number]),
            sentence_cosine=float(sentence_cosines[number]),
            passage_cosine=float(passage_cosines[number]),
            relevance=quotable.evidence.relevance,
            place=quotable.place,
        )
        for number, quotable in enumerate(quotables)
    ]


def rarity(library: Library) -> Rarity:
    """Return how rare a term is in the library: 0 when every passage holds it, 1 when none does."""
    lexical = library.arrays().lexical
    scale = math.log(lexical.size + 1.0) or 1.0
    return lambda term: math.log((lexical.size + 1.0) / (len(lexical.postings(term)) + 1.0)) / scale


def _without_repeats(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Keep the best reading of each quote: the pieces of one long line share it."""
    best: dict[tuple[str, Span], Reading] = {}
    for reading in readings:
        best.setdefault((reading.document.id, reading.quote), reading)
    return tuple(best.values())
