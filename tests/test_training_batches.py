"""Items and batches: token places that decode to the answer, nothing lost, padding that changes nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from index.encoder import WEIGHTS
from service.evidence.formats import LABELS, Label
from service.evidence.training.batches import BATCH_TOKENS, IGNORED, Item, collate, make_item, order_batches
from service.evidence.training.examples import Example, entailing, reading
from service.evidence.training.prepared import load_items, save_items
from service.evidence.windows import CLS, MAX_TOKENS, SEP, Tokenizer

PARAGRAPH = (
    "The northern mill of Orvik was opened by Ada Lindqvist in March 1893, and 3,412 people worked in it. "
    "Its owner, Ménaka d'Arc, sold it — unbelievably cheaply — to the Harbour Company."
)


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer(WEIGHTS / "tokenizer.json")


def some_examples(count: int = 60) -> list[Example]:
    chance = random.Random(7)
    made: list[Example] = []
    for number in range(count):
        context = " ".join(chance.choices(PARAGRAPH.split(), k=chance.randint(3, 400)))
        words = [match.span() for match in re.finditer(r"\S+", context)]
        first = chance.randrange(len(words))
        answer = (words[first][0], words[min(first + 2, len(words) - 1)][1])
        if number % 3 == 2:
            made.append(entailing("Ménaka was sold.", context, LABELS[number % 2], kind="x"))
        else:
            span = answer if number % 3 == 0 else None
            made.append(
                reading("Who opened the mill?", context, span, relevant=span is not None, kind="x", header="A\n")
            )
    return made


def items_of(examples: Sequence[Example]) -> list[Item]:
    made = [make_item(example, tokenizer(), random.Random(5)) for example in examples]
    return [item for item in made if item is not None]


def test_an_item_s_start_and_end_tokens_are_the_answer() -> None:
    answered = [example for example in some_examples() if example.answer is not None]
    for example in answered:
        item = make_item(example, tokenizer(), random.Random(1))
        assert item is not None
        assert example.answer is not None
        answer = example.context[slice(*example.answer)]
        assert tuple(item.ids[item.start : item.end + 1].tolist()) == tokenizer().tokens(answer).ids
        assert item.first <= item.start <= item.end < len(item.ids) - 1


def test_an_item_without_an_answer_points_at_its_first_token() -> None:
    item = make_item(reading("Who?", PARAGRAPH, None, relevant=None, kind="x"), tokenizer(), random.Random(1))
    assert item is not None
    assert (item.start, item.end, item.label, item.relevant) == (0, 0, IGNORED, IGNORED)
    assert (item.ids[0], item.ids[item.second - 1], item.ids[-1]) == (CLS, SEP, SEP)


@pytest.mark.parametrize("label", LABELS)
def test_a_claim_s_item_teaches_its_label_alone(label: Label) -> None:
    item = make_item(entailing("It fell.", PARAGRAPH, label, kind="x"), tokenizer(), random.Random(1))
    assert item is not None
    assert (item.start, item.end, item.relevant) == (IGNORED, IGNORED, IGNORED)
    assert LABELS[item.label] == label


def test_an_answer_too_long_for_a_window_makes_no_item() -> None:
    context = "mill " * 400
    assert (
        make_item(reading("Who?", context, (0, 1500), relevant=True, kind="x"), tokenizer(), random.Random(1)) is None
    )


def test_every_item_is_in_exactly_one_batch_of_its_task() -> None:
    items = items_of(some_examples(200))
    batches = order_batches(items, 3)
    assert sorted(number for batch in batches for number in batch) == list(range(len(items)))
    assert all(len({items[number].label == IGNORED for number in batch}) == 1 for batch in batches)
    assert batches == order_batches(items, 3) != order_batches(items, 4)


def test_no_batch_is_over_the_token_budget() -> None:
    items = items_of(some_examples(200))
    shapes = [collate([items[number] for number in batch]).ids.shape for batch in order_batches(items, 3)]
    assert all(rows * length <= BATCH_TOKENS for rows, length in shapes)
    assert max(length for _, length in shapes) <= MAX_TOKENS
    # The budget is used: two neighbouring batches of a task are not needlessly apart.
    assert len(shapes) < 2 + 2 * sum(rows * length for rows, length in shapes) / BATCH_TOKENS


def test_padding_changes_no_item() -> None:
    items = items_of(some_examples(12))
    batch = collate(items)
    for row, item in enumerate(items):
        size = len(item.ids)
        assert batch.ids[row, :size].tolist() == item.ids.tolist()
        assert batch.mask[row].tolist() == [1] * size + [0] * (batch.mask.shape[1] - size)
        assert not batch.ids[row, size:].any()
        assert np.flatnonzero(batch.types[row]).tolist() == list(range(item.second, size))
        assert np.flatnonzero(batch.allowed[row]).tolist() == [0, *range(item.first, size - 1)]
        numbers = (batch.start[row], batch.end[row], batch.label[row], batch.relevant[row])
        assert numbers == (item.start, item.end, item.label, item.relevant)


def test_saved_items_load_as_they_were(tmp_path: Path) -> None:
    items = items_of(some_examples())
    save_items(items, tmp_path / "items.npz")
    loaded = load_items(tmp_path / "items.npz")
    assert len(loaded) == len(items)
    for one, other in zip(items, loaded, strict=True):
        assert one.ids.tolist() == other.ids.tolist()
        assert one.ids.dtype == other.ids.dtype
        names = ("second", "first", "start", "end", "label", "relevant")
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
