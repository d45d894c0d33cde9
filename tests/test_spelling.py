"""Misspelt words of a question are put right by the documents' words, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import build_pipeline, make_document
from index.library import Library
from service.spelling import Speller

TEXT = (
    "The lighthouse at Brelholm was recaptured by the smugglers in February 1731. "
    "The soldiers celebrated in Kerrvandra with the ambassador."
)


@pytest.fixture(scope="module")
def speller(tmp_path_factory: pytest.TempPathFactory, encoder) -> Speller:
    library = Library(tmp_path_factory.mktemp("spelling"), encoder)
    library.add(make_document(TEXT))
    library.refresh()
    return Speller(library)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("When was the lighthouse recaptred?", "When was the lighthouse recaptured?"),
        ("what happened in Febuary", "what happened in February"),
        ("Who celabrated in Kervandra?", "Who celebrated in Kerrvandra?"),
        ("Who was the ambasador?", "Who was the ambassador?"),
    ],
)
def test_a_misspelt_word_is_read_as_the_documents_write_it(speller: Speller, asked: str, read: str) -> None:
    assert speller.correct(asked) == read


@pytest.mark.parametrize(
    "asked",
    [
        "When was the lighthouse recaptured?",
        "What does the currency look like?",  # a word people use, though no document does
        "Who is Xyzzyqua?",  # unknown, and near to nothing
        "wen was it",  # too short to tell
        "",
        "1731 ??? …",
        "ͺͺͺͺͺͺ ﾞﾞﾞﾞﾞﾞ ﱞﱞﱞﱞﱞ",  # letters that fold to nothing
        "Who is Ambasodar?",  # two slips in a name: perhaps another one
    ],
)
def test_everything_else_stays(speller: Speller, asked: str) -> None:
    assert speller.correct(asked) == asked


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_question_comes_back_with_its_marks_and_spaces(speller: Speller, asked: str) -> None:
    corrected = speller.correct(asked)
    assert [c for c in corrected if not c.isalpha()] == [c for c in asked if not c.isalpha()]


def test_an_empty_library_corrects_nothing(tmp_path: Path, encoder) -> None:
    library = Library(tmp_path, encoder)
    assert Speller(library).correct("Who celabrated?") == "Who celabrated?"


def test_the_answer_tells_how_the_question_was_read(tmp_path: Path, encoder) -> None:
    pipeline = build_pipeline(tmp_path, encoder)
    pipeline.library.add(make_document(TEXT))
    pipeline.library.refresh()
    assert pipeline.ask("When was the lighthouse recaptred?").read_as == "When was the lighthouse recaptured?"
    assert pipeline.ask("When was the lighthouse recaptured?").read_as is None
