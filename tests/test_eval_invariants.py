"""What must hold of every answer: each break is named, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import make_document
from eval.invariants import (
    FALSE_QUOTE,
    NO_QUOTE,
    NO_SIDE,
    NOT_IN_QUOTES,
    broken_by_answer,
    broken_by_verdict,
    is_verbatim,
)
from index.documents import Document, Span
from index.errors import NotFound
from service.answers import Alternative, Answer, answered, conflicting, declined
from service.quotes import Citation, make_citation
from service.verdicts import Verdict, VerdictLabel

TEXT = "The mill of Orvik burned in 1911. Bread was dear. The mill of Selje burned in 1921."
TOWNS = make_document(TEXT, "towns")
CLAIM = "The mill of Orvik burned."


def find(identity: str) -> Document:
    if identity != TOWNS.id:
        raise NotFound("no such document", code="document_not_found")
    return TOWNS


def cite(words: str) -> Citation:
    start = TEXT.index(words)
    return make_citation(TOWNS, Span(start, start + len(words)), section=())


ORVIK, SELJE = cite("The mill of Orvik burned in 1911."), cite("The mill of Selje burned in 1921.")
FALSE = replace(ORVIK, text="The mill of Orvik burned in 1912.")


def unquoted(words: str) -> Answer:
    """An answer that lost its quotes on the way: the type itself would not be made without any."""
    answer = answered(words, 0.9, (ORVIK,))
    object.__setattr__(answer, "citations", ())
    return answer


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        (answered("1911", 0.9, (ORVIK,)), ()),
        (answered("1911; 1921", 0.9, (ORVIK, SELJE)), ()),
        (answered("Yes", 0.9, (ORVIK,)), ()),
        (answered("No", 0.9, (ORVIK,)), ()),
        (answered("1921", 0.9, (ORVIK,)), (NOT_IN_QUOTES,)),
        (answered("1911; 1921", 0.9, (ORVIK,)), (NOT_IN_QUOTES,)),
        (answered("1912", 0.9, (FALSE,)), (FALSE_QUOTE,)),
        (unquoted("1911"), (NO_QUOTE,)),
        (conflicting((Alternative("1911", 0.8, (ORVIK,)), Alternative("1921", 0.7, (SELJE,)))), ()),
        (
            conflicting((Alternative("1911", 0.8, (ORVIK,)), Alternative("1911", 0.7, (SELJE,)))),
            (NOT_IN_QUOTES,),
        ),
        (conflicting((Alternative("1911", 0.8, (ORVIK,)), Alternative("1912", 0.7, (FALSE,)))), (FALSE_QUOTE,)),
        (declined("not_in_documents", 0.1, (ORVIK,)), ()),
        (declined("not_in_documents", 0.1, (FALSE,)), (FALSE_QUOTE,)),
        (declined("nothing_retrieved", 0.0, ()), ()),
    ],
)
def test_each_break_of_an_answer_is_named(answer: Answer, broken: tuple[str, ...]) -> None:
    assert broken_by_answer(answer, find) == broken


def verdict(
    label: VerdictLabel,
    supporting: tuple[Citation, ...] = (),
    refuting: tuple[Citation, ...] = (),
    nearest: tuple[Citation, ...] = (),
) -> Verdict:
    """A verdict whose quotes are what the test says: the type itself would not be made with the wrong ones."""
    made = Verdict(CLAIM, Span(0, len(CLAIM)), None, "not_enough_info", 0.7, (), (), "silent", ())
    changes = {"verdict": label, "supporting": supporting, "refuting": refuting, "nearest": nearest}
    for name, value in changes.items():
        object.__setattr__(made, name, value)
    return made


@pytest.mark.parametrize(
    ("given_verdict", "broken"),
    [
        (verdict("supported", (ORVIK,)), ()),
        (verdict("supported", (), (ORVIK,)), (NO_SIDE,)),
        (verdict("refuted", (), (SELJE,)), ()),
        (verdict("refuted", (SELJE,)), (NO_SIDE,)),
        (verdict("conflicting", (ORVIK,), (SELJE,)), ()),
        (verdict("conflicting", (ORVIK,)), (NO_SIDE,)),
        (verdict("not_enough_info"), ()),
        (verdict("not_enough_info", nearest=(FALSE,)), (FALSE_QUOTE,)),
        (verdict("supported", (FALSE,)), (FALSE_QUOTE,)),
        (verdict("refuted", (FALSE,)), (FALSE_QUOTE, NO_SIDE)),
    ],
)
def test_each_break_of_a_verdict_is_named(given_verdict: Verdict, broken: tuple[str, ...]) -> None:
    assert broken_by_verdict(given_verdict, find) == broken


@given(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT)))
def test_every_slice_of_the_document_is_verbatim_and_one_character_more_is_not(start: int, length: int) -> None:
    quote = make_citation(TOWNS, Span(start, min(start + length, len(TEXT))), section=())
    assert is_verbatim(quote, find)
    assert not is_verbatim(replace(quote, text=quote.text + "x"), find)
    assert not is_verbatim(replace(quote, document_id="gone"), find)
    assert not is_verbatim(replace(quote, version="0" * 12), find)
