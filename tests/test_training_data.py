"""Training text: tokenisation undone, made-up tables, and claims paired with evidence that says nothing of them."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evidence.formats import LABELS, PairRow
from service.evidence.training.claims import as_question, read_examples, silent_evidence, some_as_questions
from service.evidence.training.detokenise import detokenise
from service.evidence.training.examples import Example, entailing
from service.evidence.training.tables import make_tables

NAMES = ("Orvik", "Ada Lindqvist", "Dunmore", "Selma Voss", "Kestrel Bay", "Ravnholm", "Tomas Brandt")
MARKS = ("-LRB-", "``", "''", " ,", " n't", "$ 5", " -- ", "5 's", "Voss", "é", "  ", "\n", "was", "İ")
texts = st.text(max_size=80) | st.lists(st.sampled_from(MARKS), max_size=25).map(" ".join)


def silence(_what: str, _done: int, _total: int) -> None:
    """Report no progress."""


@pytest.mark.parametrize(
    ("tokenised", "written"),
    [
        ("Voss -LRB- born 1976 -RRB- , he 's here .", "Voss (born 1976), he's here."),
        ("`` It is n't , '' she said -LSB- sic -RSB-", '"It isn\'t," she said [sic]'),
        ("They 'll pay $ 5 ; or 7 % !", "They'll pay $5; or 7%!"),
        ("the 1990 's style -- and more", "the 1990's style–and more"),
        ("  two   blanks ", "two blanks"),
    ],
)
def test_tokenised_text_reads_as_people_write_it(tokenised: str, written: str) -> None:
    assert detokenise(tokenised) == written


@pytest.mark.parametrize(
    "text", ["Voss (born 1976), 40, left.", "He said \"no\" (twice): it's 5% of $3, isn't it?", "Où — 東京", ""]
)
def test_text_that_was_never_tokenised_stays_as_it_is(text: str) -> None:
    assert detokenise(text) == text


@given(texts)
def test_undoing_tokenisation_adds_no_letter(text: str) -> None:
    before, after = (Counter(filter(str.isalnum, made)) for made in (text, detokenise(text)))
    assert after <= before


def tables(seed: int, count: int = 400) -> list[Example]:
    return make_tables(count, NAMES, random.Random(seed))


@pytest.mark.parametrize("seed", range(5))
def test_a_table_s_answer_is_one_whole_value_of_it(seed: int) -> None:
    for example in tables(seed):
        if example.answer is None:
            continue
        before, after = example.context[: example.answer[0]], example.context[example.answer[1] :]
        answer = example.context[slice(*example.answer)]
        assert answer == answer.strip() != ""
        assert not after or after.startswith(", ")
        assert re.search(r"(?:^|, )[A-Z][\w ()]*:? $", before)


def test_a_table_s_answer_stands_under_the_label_asked_for() -> None:
    labels = {
        "What is the population of": "Population",
        "Who directed": "Director|Directed by",
        "Since when has": "Since|From|Opened|Opening date",
        "Who are the allies": "Allies",
    }
    checked = Counter[str]()
    for example in tables(0, 4000):
        for asked, label in labels.items():
            if example.answer is not None and example.question.startswith(asked):
                assert re.search(rf"\b(?:{label}):? $", example.context[: example.answer[0]])
                checked[asked] += 1
    assert set(checked) == set(labels)


def test_about_two_in_five_table_questions_are_unanswered() -> None:
    unanswered = sum(example.answer is None for example in tables(1, 4000))
    assert 0.35 < unanswered / 4000 < 0.45


def test_an_answered_table_question_is_relevant_and_names_its_key() -> None:
    for example in tables(2):
        assert (example.relevant is True) == (example.answer is not None)
        if example.kind == "row" and "From what date?" not in example.question:
            assert example.context.split(",")[0] in example.question


def test_the_same_seed_makes_the_same_tables() -> None:
    assert tables(3) == tables(3) != tables(4)


@pytest.mark.parametrize(
    ("claim", "question"),
    [
        ("Orvik was taken in March.", "Was Orvik taken in March?"),
        ("The mill has 412 workers", "Has the mill 412 workers?"),
        ("She will leave.", "Will she leave?"),
        ("Tomas Brandt can swim . ", "Can Tomas Brandt swim?"),
        ("Orvik fell in March.", None),
        ("In 1907, Orvik was sold.", None),
        ("", None),
    ],
)
def test_a_claim_becomes_a_yes_no_question_where_its_verb_can_be_told(claim: str, question: str | None) -> None:
    assert as_question(claim) == question


@given(texts)
def test_any_claim_becomes_a_question_or_stays(claim: str) -> None:
    made = as_question(claim)
    assert made is None or made.endswith("?")


def test_about_one_claim_in_ten_is_asked_and_keeps_its_label_and_evidence() -> None:
    claims = [entailing("Orvik was sold.", f"Line {n}.", LABELS[n % 3], kind="x") for n in range(2000)]
    made = some_as_questions(claims, random.Random(0))
    asked = [example for example in made if example.kind == "yes-no question"]
    assert {example.question for example in asked} == {"Was Orvik sold?"}
    assert 0.07 < len(asked) / len(claims) < 0.13
    assert [(one.context, one.label) for one in made] == [(one.context, one.label) for one in claims]


def claims_about_mills() -> list[Example]:
    towns = ("Orvik", "Dunmore", "Ravnholm", "Kestrel", "Selby", "Tarn")
    rows = [
        PairRow(
            f"{town}{part}",
            f"The mill of {town} burned down {part} the storm .",
            f"The mill of {town} was rebuilt by Brandt and painted white.",
            LABELS[number % 3],
            "",
        )
        for number, town in enumerate(towns)
        for part in ("before", "after")
    ]
    return read_examples(rows, "verifier")


def test_pairs_are_read_with_their_tokenisation_undone() -> None:
    (example,) = read_examples([PairRow("1", "It , he said , 's on .", "It is on .", "neutral", "")], "nli")
    assert (example.question, example.context) == ("It is on.", "It, he said,'s on.")
    assert (example.task, example.label, example.kind) == ("entail", "neutral", "nli")


@pytest.mark.parametrize("seed", range(5))
def test_silent_evidence_is_neutral_and_never_the_claim_s_own(seed: int) -> None:
    claims = claims_about_mills()
    own = {(example.question, example.context) for example in claims}
    made = silent_evidence(claims, random.Random(seed), silence)
    assert {example.question for example in made} == {example.question for example in claims}
    assert {example.label for example in made} == {"neutral"}
    assert not own & {(example.question, example.context) for example in made}
    assert {example.context for example in made} <= {example.context for example in claims}


def test_evidence_that_says_the_claim_is_not_silent() -> None:
    twin = "Brandt rebuilt the Orvik mill, and it was painted white."
    claims = [
        entailing(
            "The Orvik mill was rebuilt by Brandt and painted white.", "The Orvik mill burned.", "neutral", kind="x"
        ),
        entailing("The paint of Orvik is white.", twin, "entailment", kind="x"),
    ]
    made = silent_evidence(claims, random.Random(0), silence)
    assert all(example.context != twin for example in made)
