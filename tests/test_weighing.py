"""Sentences held against a claim: how each is read, and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conftest import make_document
from index.documents import Span
from index.passages import Passage
from service.checking.weighing import Quotable, find_quotables, weigh
from service.evidence.model import Pair, WindowLogits
from service.evidence.reading import Reading
from service.evidence.rendering import render

MILL = make_document("The mill of Orvik ground 40 tons in the year of the flood.", "mill")


def quotables(*sentences: str) -> list[Quotable]:
    """The sentences of a document of one paragraph, as they are read."""
    document = make_document(" ".join(sentences), "town")
    starts = [document.text.index(sentence) for sentence in sentences]
    units = tuple(Span(start, start + len(text)) for start, text in zip(starts, sentences, strict=True))
    span = Span(0, units[-1].end)
    passage = Passage(document.id, document.version, span, "paragraph", ("Siege",), units, (), "")
    return find_quotables(document, passage, render(document, passage))


class Told:
    """A verifier that says the same of every pair: chances of 6, 3 and 1 in ten."""

    def judge(self, pairs: list[Pair]) -> list[list[WindowLogits]]:
        entailment = np.log([0.6, 0.1, 0.3])
        return [[WindowLogits((), np.zeros(1), np.zeros(1), 0.0, 0.0, entailment)] for _ in pairs]


@pytest.mark.parametrize(
    ("claim", "supports"),
    [
        ("The mill of Orvik ground 40 tons.", 0.6),
        ("The mill of Orvik ground its corn.", 0.6),
        ("The mill of Orvik ground 51 tons.", 0.0),
    ],
)
def test_a_quote_that_gives_another_number_does_not_support(claim: str, supports: float) -> None:
    whole = Span(0, len(MILL.text))
    quotable = Quotable(Reading(MILL, (), whole, whole, MILL.text), MILL.text, "", "")
    model: Any = Told()
    (found,) = weigh(model, claim, [quotable])
    assert (found.supports, found.refutes) == pytest.approx((supports, 0.3))
    assert found.quotable is quotable


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        (("Orvik fell on 31 May 1911.", "The next day, it burnt."), "On 1 June 1911, it burnt."),
        (("Orvik fell on 31 May.", "Its mayor fled.", "Two days later, it burnt."), "On 2 June, it burnt."),
        (("Orvik fell in May.", "The next day, it burnt."), "The next day, it burnt."),
        (("It lasted from 3 to 5 May and from 7 May.", "The next day, it burnt."), "The next day, it burnt."),
        (("The next day, it burnt.", "Orvik fell on 31 May."), "Orvik fell on 31 May."),
    ],
)
def test_a_day_that_counts_from_an_earlier_one_is_read_as_its_date(sentences: tuple[str, ...], said: str) -> None:
    last = quotables(*sentences)[-1]
    assert last.said == said
    assert last.reading.document.quote(last.reading.quote) == last.reading.said == sentences[-1]


def test_a_date_that_was_worked_out_decides_like_one_that_stands_there() -> None:
    fell = quotables("Orvik fell on 31 May 1911.", "The next day, it burnt.")[-1]
    model: Any = Told()
    clashing, agreeing = (weigh(model, f"Orvik burnt on {day} June 1911.", [fell])[0] for day in (4, 1))
    assert clashing.supports == 0.0
    assert agreeing.supports == pytest.approx(0.6)


class Finding:
    """A verifier that is sure of support where a text has all of some words, and silent otherwise."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def judge(self, pairs: list[Pair]) -> list[list[WindowLogits]]:
        return [[WindowLogits((), np.zeros(1), np.zeros(1), 0.0, 0.0, self._said(pair.text))] for pair in pairs]

    def _said(self, text: str) -> Any:
        return np.log([0.96, 0.02, 0.02] if all(word in text for word in self.words) else [0.02, 0.96, 0.02])


@pytest.mark.parametrize(
    ("words", "supports"), [(("Orvik", "burnt"), 0.96), (("burnt",), 0.96), (("Orvik",), 0.02), (("snow",), 0.02)]
)
def test_a_quote_holds_some_of_its_proof_itself(words: tuple[str, ...], supports: float) -> None:
    led = quotables("The town of Orvik fell.", "It burnt for three days.")[1]
    assert led.before == "The town of Orvik fell."
    model: Any = Finding(*words)
    (found,) = weigh(model, "Orvik was on fire.", [led])
    assert found.supports == pytest.approx(supports)
