"""The gate as JUnit XML: read back with a parser, whatever the words."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from scored_items import rights, scored

from eval.comparison import compare
from eval.gating import decide
from eval.junit import as_junit
from eval.scored import Scored


def suite_of(before: list[Scored], after: list[Scored]) -> ElementTree.Element:
    comparison = compare(before, after)
    return ElementTree.fromstring(as_junit(comparison, decide(comparison, strict=False)))


def test_a_passed_gate_is_one_case() -> None:
    items = list(rights("1" * 100))
    suite = suite_of(items, items)
    assert suite.attrib == {
        "name": "citecheck eval gate",
        "tests": "1",
        "failures": "0",
        "errors": "0",
        "skipped": "0",
    }
    (case,) = suite
    assert (case.get("classname"), case.get("name"), len(case)) == ("citecheck.gate", "decision", 0)


def test_losses_are_failures_broken_items_errors_and_lost_ones_say_what_they_said() -> None:
    before = list(rights("1" * 100))
    after = list(rights("0" * 10 + "1" * 89))
    after.append(scored("q99", violations=("quote not verbatim",)))
    suite = suite_of(before, after)
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("2", "1", "0")
    assert suite.get("tests") == str(len(cases)) == "14"
    decision = cases["citecheck.gate", "decision"].find("failure")
    assert decision is not None
    assert "questions: right fell" in (decision.get("message") or "")
    error = cases["citecheck.questions", "q99"].find("error")
    assert error is not None
    assert error.get("message") == "quote not verbatim"
    said = cases["citecheck.questions", "q0 (newly wrong)"].findtext("system-out")
    assert said == "When was q0?\nbefore: 1911\nafter: 1921"


def test_too_few_items_are_skipped_and_test_items_keep_their_words() -> None:
    item = scored("a", split="test")
    suite = suite_of([item], [scored("a", 0, split="test")])
    assert suite.get("skipped") == "1"
    assert suite[1].findtext("system-out") == "a test item"


@given(st.text(), st.text())
def test_any_words_are_held(asked: str, said: str) -> None:
    suite = suite_of([scored("a", asked=asked)], [scored("a", 0, asked=asked, said=said)])
    assert suite[1].findtext("system-out") is not None
