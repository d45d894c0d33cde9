"""Definitions: a bare name is answered by what a sentence says it is, and by nothing that merely stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import build_pipeline, make_document
from index.encoder import Encoder
from service.evidence.definition_forms import forms, named
from service.evidence.definitions import Asked, asked_name
from service.pipeline import Pipeline


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What is the Harrow Trust?", Asked("Harrow Trust", short=False)),
        ("who was ada lund", Asked("ada lund", short=False)),
        ("Who's Ada Lund?", Asked("Ada Lund", short=False)),
        ("Please tell me, what is an APU?", Asked("APU", short=False)),
        ("What does APU stand for?", Asked("APU", short=True)),
        ("When did Ada Lund die?", None),
        ("What did the Harrow Trust buy?", None),
    ],
)
def test_which_questions_ask_what_a_name_is(question: str, asked: Asked | None) -> None:
    assert asked_name(question) == asked


@pytest.mark.parametrize(
    ("sentence", "name", "said"),
    [
        ("The Harrow Trust is a charity that mends bridges.", "Harrow Trust", "a charity that mends bridges"),
        ("The Free Port Union (FPU) was a party of dockers, which won once.", "FPU", "a party of dockers"),
        ("Ada Lund, the mayor of Harrow, spoke first.", "Ada Lund", "the mayor of Harrow"),
        ("Ada Lund, mayor of Harrow for ten years, spoke.", "Ada Lund", "mayor of Harrow for ten years"),
        ("They voted for the Norwegian politician and former minister Ada Lund.", "Ada Lund", "former minister"),
        ("The dockers' union Red Anchor called a strike.", "Red Anchor", "dockers' union"),
        ("He joined the Free Port Union (FPU) in May.", "FPU", "Free Port Union"),
        ("The Northern Economic Council (NECO) met.", "NECO", "Northern Economic Council"),
    ],
)
def test_the_forms_that_say_what_a_name_is(sentence: str, name: str, said: str) -> None:
    found = [sentence[slice(*span)] for start, end in named(name, sentence) for _, span in forms(sentence, start, end)]
    assert said in found


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("The leader of the Harrow Trust is a lawyer.", "Harrow Trust"),
        ("The Harrow Trust was dissolved in 1950.", "Harrow Trust"),
        ("The Harrow Trust said that it was part of the deal.", "Harrow Trust"),
        ("Kellby, Harrow and Orrin were taken.", "Harrow"),
        ("In the war against Harrow, the Kellby army lost.", "Harrow"),
        ("The University of Harrow is a school of law.", "Harrow"),
        ("After Ada Lund, the same offer was made to others.", "Ada Lund"),
        ("The region Harrow traders came from was poor.", "Harrow"),
        ("He sued (FPU) and lost.", "FPU"),
        ("The National Front of Harrow (FNH) met.", "FNH"),
        ("Ansuk, a month before the vote, was quiet.", "Ansuk"),
        ("Lake Mirren, an hour by boat from the harbour, froze.", "Lake Mirren"),
        ("Dorel was the first to leave the room when the alarm was heard.", "Dorel"),
        ("Ombada is the problem, said the spokesman of the union on Monday.", "Ombada"),
        ("Harrow was a success.", "Harrow"),
    ],
)
def test_what_merely_stands_beside_a_name_does_not_define_it(sentence: str, name: str) -> None:
    assert [
        sentence[slice(*span)] for start, end in named(name, sentence) for _, span in forms(sentence, start, end)
    ] == []


@given(st.text(max_size=200), st.text(min_size=1, max_size=10))
def test_any_text_can_be_looked_through(sentence: str, name: str) -> None:
    for start, end in named(name, sentence):
        for _, (first, last) in forms(sentence, start, end):
            assert 0 <= first < last <= len(sentence)


def test_a_name_is_answered_by_its_definition_or_declined(tmp_path: Path, encoder: Encoder) -> None:
    built = build_pipeline(tmp_path, encoder)
    built.library.add(
        make_document("The Harrow Trust is a charity that mends bridges. Its rival is the Orrin Fund.", "a")
    )
    built.library.add(make_document("In 1931 the Orrin Fund gave 300 pounds to Ada Lund, a painter from Kellby.", "b"))
    answer = built.ask("What is the Harrow Trust?")
    assert (answer.status, answer.answer) == ("answered", "a charity that mends bridges")
    assert answer.citations[0].text == "The Harrow Trust is a charity that mends bridges."
    assert built.ask("who is ada lund?").answer == "a painter from Kellby"
    unknown = built.ask("What is the Orrin Fund?")
    assert (unknown.status, unknown.reason) == ("declined", "not_in_documents")
    assert unknown.nearest
    built.library.close()


def test_names_of_the_seeds_get_no_word_that_stands_beside_them(pipeline: Pipeline) -> None:
    for question in ("What is the MNLA?", "What is Ansar Dine?", "what is aqim?", "Who is Mahmoud Dicko?"):
        answer = pipeline.ask(question)
        assert answer.status == "answered", question
        assert len(str(answer.answer).split()) >= 4, answer.answer
