"""Training text: tokenisation undone, made-up tables, and claims paired with evidence that says nothing of them."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from service.evidence.formats import LABELS, PairRow
from service.evidence.training.claims import (
    as_question,
    edited_pairs,
    read_examples,
    silent_evidence,
    some_as_questions,
    with_headings,
)
from service.evidence.training.detokenise import detokenise
from service.evidence.training.examples import Example, entailing
from service.evidence.training.tables import make_table_claims, make_tables
from service.evidence.training.wording import asks_for_explanation, typed

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
        "What is the population of": "Population|Inhabitants",
        "Who directed": "Director|Directed by",
        "Since when has": "Since|From|Opened|Opening date",
        "Who are the allies": "Partners|Supported by|Friends",
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
    return read_examples(rows, "verifier", found=True)


def test_pairs_are_read_with_their_tokenisation_undone() -> None:
    (example,) = read_examples(
        [PairRow("1", "It , he said , 's on .", "It is on .", "neutral", "")], "nli", found=False
    )
    assert (example.question, example.context) == ("It is on.", "It, he said,'s on.")
    assert (example.task, example.label, example.kind) == ("entail", "neutral", "nli")


@pytest.mark.parametrize("seed", range(5))
def test_silent_evidence_is_neutral_and_never_the_claim_s_own(seed: int) -> None:
    claims = claims_about_mills()
    own = {(example.question, example.context) for example in claims}
    made = silent_evidence(claims, random.Random(seed), silence)
    assert {example.question for example in made} == {example.question for example in claims}
    assert {(example.label, example.relevant) for example in made} <= {("neutral", None), ("neutral", False)}
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


SUPPORTED = [
    entailing(
        "Ada Lindqvist opened the mill in 1893.", "Ada Lindqvist opened it in March 1893.", "entailment", kind="x"
    ),
    entailing("About 412 people left Orvik.", "In all, 412 people left Orvik after the fire.", "entailment", kind="x"),
    entailing("The first engine came from Dunmore.", "Dunmore sold the first engine.", "entailment", kind="x"),
    entailing("Orvik burned.", "Nothing is known.", "contradiction", kind="x"),
]


def test_an_edited_pair_differs_in_one_text_and_is_supported_no_more() -> None:
    originals = {(example.question, example.context) for example in SUPPORTED}
    kinds = Counter[str]()
    for seed in range(60):
        for made in edited_pairs(SUPPORTED, random.Random(seed)):
            assert (made.question, made.context) not in originals
            same = [one for one in originals if made.question == one[0] or made.context == one[1]]
            assert len(same) == 1
            assert made.label in ("contradiction", "unsupported")
            kinds[made.label] += 1
    assert min(kinds.values()) > 10
    assert len(kinds) == 2


def test_a_changed_number_contradicts_and_a_changed_name_only_fails_to_support() -> None:
    for seed in range(60):
        for made in edited_pairs(SUPPORTED[1:2], random.Random(seed)):
            kept = "412" in made.question and "412" in made.context
            assert made.label == ("unsupported" if kept else "contradiction")


def test_about_half_of_the_pairs_get_a_title_and_some_of_those_a_section() -> None:
    made = with_headings(SUPPORTED * 500, NAMES, random.Random(0))
    titled = [example.header for example in made if example.header]
    assert 0.45 < len(titled) / len(made) < 0.55
    assert all(header.endswith("\n") for header in titled)
    assert 0.3 < sum(header.count("\n") == 2 for header in titled) / len(titled) < 0.5
    assert [(one.question, one.context, one.label) for one in made] == [
        (one.question, one.context, one.label) for one in SUPPORTED * 500
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_claim_about_a_row_is_said_by_it_at_odds_with_it_or_about_another(seed: int) -> None:
    made = make_table_claims(400, NAMES, random.Random(seed))
    assert {example.label for example in made} == set(LABELS)
    for example in made:
        key, *rest = example.context.split(", ", 1)
        about_it = key in example.question
        if example.label == "entailment":
            value = max((part for part in NAMES if part in rest[0] and part in example.question), key=len, default="")
            assert about_it
            assert value or re.search(r"\d|early", example.question)
        if example.label == "neutral":
            assert example.relevant is None


@given(texts, st.integers(0, 2**32))
def test_a_typed_question_is_within_one_slip_of_the_written_one(text: str, seed: int) -> None:
    made = typed(text, random.Random(seed))
    written = min((text, text.rstrip("? ").lower()), key=lambda one: Levenshtein.distance(made, one))
    assert Levenshtein.distance(made, written) <= 2


def test_some_questions_are_typed_carelessly() -> None:
    asked = "Who opened the northern mill of Orvik?"
    made = Counter(typed(asked, random.Random(seed)) for seed in range(1000))
    assert 0.85 < made[asked] / 1000 < 0.93
    assert made[asked.lower().rstrip("?")] > 40
    assert len(made) > 10


@pytest.mark.parametrize(
    ("question", "explains"),
    [
        ("Why did Orvik burn?", True),
        ("How did it burn?", True),
        ("What caused the fire?", True),
        ("How many burned?", False),
        ("How long did it burn?", False),
        ("Who opened it?", False),
        ("However, when?", False),
    ],
)
def test_questions_for_reasons_are_told_from_questions_for_facts(question: str, explains: bool) -> None:
    assert asks_for_explanation(question) is explains
