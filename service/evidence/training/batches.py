"""Examples to padded batches of about equal cost, in a fixed random order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.evidence.training.examples import TARGETS, Example
from service.evidence.windows import MAX_TOKENS, Tokenizer, Window, make_windows

BATCH_TOKENS = 4096
_BUCKET = 4096
_STEP = 16
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Item:
    """One window ready for the model; -100 (IGNORED) where a head has nothing to learn from it.

    `start` and `end` are token places, 0 (the [CLS] token) for "no answer here".
    """

    ids: npt.NDArray[np.uint16]
    second: int
    first: int
    start: int
    end: int
    label: int
    relevant: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of shape (batch, tokens) and (batch,); `allowed` marks where an answer may begin or end."""

    ids: npt.NDArray[np.int64]
    mask: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    allowed: npt.NDArray[np.bool_]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    label: npt.NDArray[np.int64]
    relevant: npt.NDArray[np.int64]


def make_item(example: Example, tokenizer: Tokenizer, rng: random.Random) -> Item | None:
    """Return a window of an example: one that holds the answer whole where there is one, else any.

    None when an answer fits in no window.
    """
    windows = make_windows(
        tokenizer.tokens(example.question), tokenizer.tokens(example.header), tokenizer.tokens(example.context)
    )
    if example.answer is None:
        window, start, end = rng.choice(windows), 0, 0
    else:
        fitting = [(window, place) for window in windows if (place := _place(window, example.answer)) is not None]
        if not fitting:
            return None
        window, (start, end) = rng.choice(fitting)
    reads = example.task == "read"
    return Item(
        ids=np.array(window.ids, dtype=np.uint16),
        second=window.second,
        first=window.first,
        start=start if reads else IGNORED,
        end=end if reads else IGNORED,
        label=IGNORED if example.label is None else TARGETS.index(example.label),
        relevant=IGNORED if example.relevant is None else int(example.relevant),
    )


def _place(window: Window, answer: tuple[int, int]) -> tuple[int, int] | None:
    """Return the answer's first and last token in the window, or None if it is not whole in it."""
    held = [number for number, (start, end) in enumerate(window.offsets) if start < answer[1] and end > answer[0]]
    if not held or window.offsets[held[0]][0] > answer[0] or window.offsets[held[-1]][1] < answer[1]:
        return None
    return window.first + held[0], window.first + held[-1]


def order_batches(items: Sequence[Item], seed: int) -> list[list[int]]:
    """Return batches of item numbers: of similar length, of one task each, shuffled."""
    rng = random.Random(seed)  # noqa: S311 - reproducible, nothing secret
    batches: list[list[int]] = []
    for reads in (True, False):
        numbers = [number for number, item in enumerate(items) if (item.start != IGNORED) == reads]
        rng.shuffle(numbers)
        for cut in range(0, len(numbers), _BUCKET):
            bucket = sorted(numbers[cut : cut + _BUCKET], key=lambda number: len(items[number].ids))
            batches += _filled(bucket, items)
    rng.shuffle(batches)
    return batches


def _filled(numbers: Sequence[int], items: Sequence[Item]) -> Iterator[list[int]]:
    batch: list[int] = []
    for number in numbers:
        if batch and (len(batch) + 1) * _padded(len(items[number].ids)) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def collate(items: Sequence[Item]) -> Batch:
    """Pad items to one batch."""
    length = _padded(max(len(item.ids) for item in items))
    shape = (len(items), length)
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    allowed = np.zeros(shape, dtype=bool)
    allowed[:, 0] = True
    for row, item in enumerate(items):
        size = len(item.ids)
        ids[row, :size] = item.ids
        mask[row, :size] = 1
        types[row, item.second : size] = 1
        allowed[row, item.first : size - 1] = True
    return Batch(
        ids,
        mask,
        types,
        allowed,
        *(
            np.array([getattr(item, name) for item in items], dtype=np.int64)
            for name in ("start", "end", "label", "relevant")
        ),
    )


def _padded(length: int) -> int:
    return min(MAX_TOKENS, -(-length // _STEP) * _STEP)
