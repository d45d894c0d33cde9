"""Which words of a quote carry the answer: a cell of a row, a value of an info-box line, a date in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from index.analysis import query_terms, terms
from index.documents import Document, Span
from index.passages import Cell, Passage, cell_text
from service.reader.questions import AnswerType, answer_type, answer_words

Similarity = Callable[[Sequence[str]], npt.NDArray[np.float32]]


def words_in_sentence(question: str, document: Document, sentence: Span) -> Span | None:
    """Return the only date or number of a sentence for a question that asks for one, else None.

    Two candidates are one too many: marking the wrong one is worse than marking none.
    """
    kind = answer_type(question)
    if kind not in ("date", "number"):
        return None
    asked = set(query_terms(question))
    text = document.quote(sentence)
    fresh = [(start, end) for start, end in answer_words(kind, text) if not asked.issuperset(terms(text[start:end]))]
    if len(fresh) != 1:
        return None
    start, end = fresh[0]
    return Span(sentence.start + start, sentence.start + end)


def value_in_row(question: str, document: Document, passage: Passage, similarity: Similarity) -> Span:
    """Return the cell of a row, or the value or values of an info-box line, that answers.

    `similarity` gives the cosine of the question with each of some texts.
    """
    asked = set(query_terms(question))
    fresh = [cell for cell in passage.cells if not asked.issuperset(terms(document.quote(cell.span)))]
    if not fresh:
        return passage.span
    if passage.kind == "field":
        return _value_of_field(asked, document, fresh, passage)
    fitting = _of_kind(answer_type(question), document, fresh) or fresh
    scores = similarity([cell_text(document, cell) for cell in fitting])
    return fitting[int(np.argmax(scores))].span


def _value_of_field(asked: set[str], document: Document, fresh: Sequence[Cell], passage: Passage) -> Span:
    """One value when the question's words single it out ("general secretary"), else all of them."""
    label = set(terms(passage.cells[0].label))
    shared = [len((asked - label) & set(terms(document.quote(cell.span)))) for cell in fresh]
    if max(shared) > 0 and shared.count(max(shared)) == 1:
        return fresh[shared.index(max(shared))].span
    return Span(passage.cells[0].span.start, passage.cells[-1].span.end)


def _of_kind(kind: AnswerType, document: Document, cells: Sequence[Cell]) -> list[Cell]:
    fitting = [cell for cell in cells if answer_words(kind, document.quote(cell.span))]
    if kind in ("person", "place"):
        # Months are capitalised like names.
        fitting = [cell for cell in fitting if not answer_words("date", document.quote(cell.span))]
    return fitting
