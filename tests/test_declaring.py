"""Questions and their answers said as statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evidence.training.verifying.declaring import fill, pattern

WORDS = (
    "who",
    "which",
    "when",
    "how",
    "many",
    "did",
    "was",
    "is",
    "has",
    "town",
    "Orvik",
    "mill",
    "open",
    "built",
    "in",
)


@pytest.mark.parametrize(
    ("question", "answer", "before", "statement"),
    [
        ("Who built the mill?", "Ada Voss", "", "Ada Voss built the mill."),
        ("Who was the mayor of Orvik?", "Ada Voss", "", "The mayor of Orvik was Ada Voss."),
        ("What was built by Ada Voss?", "the mill", "", "The mill was built by Ada Voss."),
        ("When was the mill built?", "1893", "the mill rose in ", "The mill was built in 1893."),
        ("When was Orvik taken?", "31 March", "fell to them ", "Orvik was taken on 31 March."),
        ("When did the mill open?", "May 1893", "finished by ", "The mill opened by May 1893."),
        ("Where is the mill?", "Orvik", "a mill near ", "The mill is near Orvik."),
        ("Which town lost its mill?", "Orvik", "", "Orvik lost its mill."),
        ("What year did the mill burn?", "1901", "", "The mill burned in 1901."),
        ("In which year was the mill sold?", "1899", "", "The mill was sold in 1899."),
        ("To whom did Voss sell the mill?", "the town", "", "Voss sold the mill to the town."),
        ("How many people live in Orvik?", "5,000", "", "5,000 people live in Orvik."),
        ("How many engines did the mill have?", "four", "", "The mill had four engines."),
        ("How many people were hurt in the fire?", "12", "", "12 people were hurt in the fire."),
        ("What did the mill consist of?", "two halls", "", "The mill consisted of two halls."),
        (
            "whom did the free-soil party nominate in 1848",
            "Van Buren",
            "",
            "The free-soil party nominated Van Buren in 1848.",
        ),
    ],
)
def test_a_question_and_its_answer_make_a_statement(question: str, answer: str, before: str, statement: str) -> None:
    asked = pattern(question, answer, before)
    assert asked is not None
    assert fill(asked, answer) == statement


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Why?", "because"),
        ("How did they find the mill?", "by chance"),
        ("Is the mill open?", "yes"),
        ("Who built it?", ""),
        ("What kind of mill was it?", "a windmill"),
        ("Name the mill's owner.", "Voss"),
    ],
)
def test_a_question_that_fits_no_rule_makes_none(question: str, answer: str) -> None:
    assert pattern(question, answer, "") is None


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=60), st.text(max_size=40))
def test_any_statement_holds_the_answer_it_was_given(question: str, before: str) -> None:
    asked = pattern(question, "Kelm", before)
    if asked is not None:
        assert asked.statement.count("{}") == 1 or "{}" in question
        assert "Kelm" in fill(asked, "Kelm")
