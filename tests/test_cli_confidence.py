"""How sure an answer must be, said for one question on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import as_json, citecheck

QUESTION = "Who led the MNLA?"


def test_an_answer_less_sure_than_asked_for_is_declined(seeded_folder: Path) -> None:
    strict = as_json("ask", QUESTION, "--min-confidence", "1.0", data=seeded_folder)
    assert (strict["status"], strict["answer"], strict["reason"]) == ("declined", None, "not_in_documents")
    assert strict["citations"] == []
    assert strict["nearest"]
    assert 0 < strict["confidence"] < 1


def test_where_no_confidence_is_asked_for_any_answer_is_given_whatever_the_setting(seeded_folder: Path) -> None:
    """Even to what the documents do not say, with its quote and a confidence that tells."""
    asked = ("ask", "Who composed the opera about the mills of Orvik?", "--min-confidence", "0", "--json")
    result = citecheck(*asked, data=seeded_folder, CITECHECK_MIN_CONFIDENCE="1")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["status"] == "answered"
    assert answer["citations"]
    assert answer["confidence"] < 0.2


@pytest.mark.parametrize("bar", ["1.01", "nan"])
def test_a_confidence_that_is_none_exits_with_two_and_one_sentence(seeded_folder: Path, bar: str) -> None:
    result = citecheck("ask", QUESTION, "--min-confidence", bar, data=seeded_folder)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == "citecheck: min_confidence must be between 0 and 1.\n"
