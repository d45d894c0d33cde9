"""Near misses: what is changed differs, what is replaced is gone, and the answers stay where that is promised."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.evidence.training.perturb import MONTHS, change_context, change_question, entities, hide_answer

PARAGRAPH = (
    "The northern mill of Orvik was opened by Ada Lindqvist in March 1893, and 412 people worked there till the fire. "
    "Its owner, Tomas Brandt, sold it to the Harbour Company in 1907. "
    "Most of the machines came from Dunmore, and the first engine was supported by Selma Voss for 3.5 years."
)
POOL = ("Elin Karr", "Kestrel Bay", "1921", "77", "Ravnholm")
ASKED = (
    ("Who opened the mill of Orvik in March 1893?", "Ada Lindqvist"),
    ("Who was Tomas Brandt till the fire at the northern mill?", "owner"),
    ("Did Tomas Brandt sell the mill in 1907, or 412 days later?", "Harbour Company"),
    ("How long had Selma Voss supported the first engine?", "3.5 years"),
    ("In 1893, how many people worked at the mill of Orvik?", "412"),
)
WORDS = (
    "the",
    "Who",
    "Orvik",
    "May",
    "March",
    "1893,",
    "3.5",
    "0",
    "0.1",
    "1,200",
    "can",
    "will",
    "first",
    "İ",
    "’s",
    "\n",
)
texts = st.text(max_size=80) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
seeds = st.integers(0, 2**32)


def whole(detail: str) -> str:
    return rf"(?<!\w){re.escape(detail)}(?!\w)"


def changed_questions(question: str, answer: str, rounds: int = 60) -> list[str | None]:
    return [change_question(question, PARAGRAPH, [answer], POOL, random.Random(seed)) for seed in range(rounds)]


def changed_contexts(question: str, answer: str, context: str = PARAGRAPH, rounds: int = 60) -> list[str | None]:
    return [change_context(question, context, [answer], POOL, random.Random(seed)) for seed in range(rounds)]


def test_entities_are_names_within_sentences_and_numbers() -> None:
    assert entities("Voss left Orvik in 1976, and in May 3,200 of the Harbour Company's men went. Dunmore fell.") == [
        "Orvik",
        "May",
        "Harbour Company",
        "1976",
        "3,200",
    ]


@pytest.mark.parametrize(("question", "answer"), ASKED)
def test_a_changed_question_differs(question: str, answer: str) -> None:
    changed = [made for made in changed_questions(question, answer) if made is not None]
    assert len(set(changed)) > 3
    assert question not in changed


@pytest.mark.parametrize("seed", range(12))
def test_a_year_before_a_comma_becomes_another_year(seed: int) -> None:
    changed = change_question("In 1976, who came?", "x", ["Ada"], (), random.Random(seed))
    assert changed is not None
    assert re.fullmatch(r"In 19[678]\d, who came\?", changed)


@pytest.mark.parametrize(("question", "negated"), [("can it fly?", "can't it fly?"), ("will it fly?", "won't it fly?")])
def test_a_question_is_negated_as_people_write(question: str, negated: str) -> None:
    made = {change_question(question, "x", ["Ada"], (), random.Random(seed)) for seed in range(40)}
    assert made == {None, negated}


@pytest.mark.parametrize(("question", "answer"), [ASKED[0], ASKED[2], ASKED[3]])
def test_a_changed_context_keeps_the_answer_and_loses_a_detail(question: str, answer: str) -> None:
    changed = [made for made in changed_contexts(question, answer) if made is not None]
    assert changed
    details = [detail for detail in entities(question) if re.search(whole(detail), PARAGRAPH)]
    for context in changed:
        assert answer in context
        assert any(re.search(whole(detail), context) is None for detail in details)


def test_a_detail_that_stands_twice_is_replaced_throughout() -> None:
    context = "Ada ran Orvik. In Orvik, the Orvik mill burned, but Old Orvik stood."
    changed = [made for made in changed_contexts("Who ran Orvik?", "Ada", context) if made is not None]
    assert changed
    assert not any("Orvik" in made for made in changed)


def test_the_last_name_alone_goes_with_the_full_name() -> None:
    context = "The mill of Tomas Brandt burned. Brandt blamed Ada."
    changed = [made for made in changed_contexts("Whom did Tomas Brandt blame?", "Ada", context) if made is not None]
    assert changed
    assert not any("Brandt" in made for made in changed)


@pytest.mark.parametrize(("number", "others"), [("0.1", {"0.2", "0.3"}), ("0.0", set())])
def test_a_context_is_never_handed_out_unchanged(number: str, others: set[str]) -> None:
    question, context = f"Who said the share was {number} of it?", f"The {number} share left, said Ada."
    made = {change_context(question, context, ["Ada"], (), random.Random(seed)) for seed in range(60)}
    assert made == {None} | {context.replace(number, other) for other in others}


def test_a_detail_that_is_part_of_an_answer_s_only_place_stays() -> None:
    context = "They met at the Tomas Brandt Company that year."
    assert set(changed_contexts("Which firm did Tomas Brandt own?", "Brandt Company", context)) == {None}


def test_a_month_becomes_another_month() -> None:
    context = "It fell in March, said Ada."
    changed = changed_contexts("Who said it fell in March?", "Ada", context)
    assert {made.split()[3] for made in changed if made is not None} == {f"{month}," for month in MONTHS} - {"March,"}


def test_hiding_an_answer_drops_its_sentence_alone() -> None:
    first, second, third = re.split(r"(?<=\.) ", PARAGRAPH, maxsplit=2)
    assert hide_answer(PARAGRAPH, [("Tomas Brandt", PARAGRAPH.index("Tomas Brandt"))]) == f"{first} {third}"
    assert hide_answer(PARAGRAPH, [("412", PARAGRAPH.index("412"))]) == f"{second} {third}"


def test_an_answer_said_again_elsewhere_cannot_be_hidden() -> None:
    again = PARAGRAPH + " Later the TOMAS BRANDT prize was named for him."
    assert hide_answer(again, [("Tomas Brandt", again.index("Tomas Brandt"))]) is None


def test_a_paragraph_of_which_little_is_left_is_no_example() -> None:
    assert hide_answer("Ada left in 1893. He stayed.", [("Ada", 0)]) is None


@settings(max_examples=150)
@given(st.lists(texts, min_size=1, max_size=6), st.data())
def test_hiding_leaves_no_answer_text(sentences: list[str], data: st.DataObject) -> None:
    context = PARAGRAPH + " " + ". ".join(sentences)
    start = data.draw(st.integers(0, len(context) - 1))
    answer = context[start : start + data.draw(st.integers(1, 30))]
    rest = hide_answer(context, [(answer, start)])
    assert rest is None or answer.casefold() not in rest.casefold()


@settings(max_examples=150)
@given(texts, texts, st.lists(texts, max_size=3), st.lists(texts, max_size=4), seeds)
def test_any_texts_give_a_change_or_none(
    question: str, context: str, answers: list[str], pool: list[str], seed: int
) -> None:
    made = change_question(question, context, answers, pool, random.Random(seed))
    assert made != question
    kept = change_context(question, context, answers, pool, random.Random(seed))
    assert kept is None or (kept != context and all(answer in kept for answer in answers))


@given(seeds)
def test_the_same_seed_makes_the_same_near_misses(seed: int) -> None:
    for question, answer in ASKED:
        once, again = random.Random(seed), random.Random(seed)
        assert change_question(question, PARAGRAPH, [answer], POOL, once) == change_question(
            question, PARAGRAPH, [answer], POOL, again
        )
        assert change_context(question, PARAGRAPH, [answer], POOL, once) == change_context(
            question, PARAGRAPH, [answer], POOL, again
        )
