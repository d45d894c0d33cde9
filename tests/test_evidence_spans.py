"""Answer spans: the best ones a search through all of them would find, within bounds, each counted once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import make_document
from index.documents import Span
from service.evidence.candidates import _trimmed
from service.evidence.model import WindowLogits
from service.evidence.spans import MAX_ANSWER_TOKENS, ScoredSpan, best_spans

# Every start and end of a window of at most this many tokens is looked at; of a longer one, so many of the best.
ENDS = 16
LIMIT = 6
logits = st.floats(-12, 12, allow_nan=False, width=32)


def window(start: list[float], end: list[float], null: float = 0.0, first: int = 0) -> WindowLogits:
    """A window whose tokens are those numbered from `first` on in a text of two-letter words."""
    offsets = tuple((3 * number, 3 * number + 2) for number in range(first, first + len(start)))
    return WindowLogits(offsets, np.array(start), np.array(end), null, 0.0, np.zeros(3))


@st.composite
def some_windows(draw: st.DrawFn, longest: int) -> list[WindowLogits]:
    """Windows over one text that overlap as they will."""
    made = []
    for _ in range(draw(st.integers(0, 3))):
        length = draw(st.integers(0, longest))
        row = st.lists(logits, min_size=length, max_size=length)
        made.append(window(draw(row), draw(row), draw(logits), draw(st.integers(0, 10))))
    return made


def every_span(windows: list[WindowLogits]) -> dict[tuple[int, int], float]:
    """Each span that is short enough, with its best margin over the windows."""
    best: dict[tuple[int, int], float] = {}
    for one in windows:
        for first in range(len(one.offsets)):
            for last in range(first, min(len(one.offsets), first + MAX_ANSWER_TOKENS)):
                span = one.offsets[first][0], one.offsets[last][1]
                margin = float(one.start[first] + one.end[last] - one.null)
                best[span] = max(margin, best.get(span, margin))
    return best


def noise(length: int, seed: int) -> list[float]:
    return np.random.default_rng(seed).uniform(-1, 1, length).tolist()


@settings(deadline=None, derandomize=True)
@given(some_windows(longest=ENDS), st.integers(1, LIMIT))
def test_the_best_spans_are_those_of_a_full_search(windows: list[WindowLogits], limit: int) -> None:
    expected = every_span(windows)
    found = best_spans(windows, limit)
    assert [span.margin for span in found] == sorted(expected.values(), reverse=True)[:limit]
    assert all(expected[span.start, span.end] == span.margin for span in found)


@settings(deadline=None, derandomize=True)
@given(some_windows(longest=ENDS))
def test_the_top_span_is_that_of_a_full_search(windows: list[WindowLogits]) -> None:
    expected = every_span(windows)
    best = max(expected.values(), default=0.0)
    top = [span for span, margin in expected.items() if margin == best]
    found = best_spans(windows, 1)
    assert [(span.start, span.end) for span in found] == top or (found[0].start, found[0].end) in top


@settings(max_examples=50, deadline=None, derandomize=True)
@given(some_windows(longest=90), st.integers(1, LIMIT))
def test_spans_of_long_windows_are_real_short_and_best_first(windows: list[WindowLogits], limit: int) -> None:
    expected = every_span(windows)
    found = best_spans(windows, limit)
    assert len(found) <= limit
    assert len({(span.start, span.end) for span in found}) == len(found)
    assert found == sorted(found, key=lambda span: (-span.margin, span.start, span.end))
    assert all(expected[span.start, span.end] == span.margin for span in found)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 39), (70, 75), (140, 179), (179, 179)])
def test_a_clear_answer_in_a_long_window_comes_first(first: int, last: int, seed: int) -> None:
    start, end = noise(180, seed), noise(180, seed + 100)
    start[first] = end[last] = 9.0
    assert best_spans([window(start, end, null=2.0)], LIMIT)[0] == ScoredSpan(3 * first, 3 * last + 2, 16.0)


def test_an_answer_has_at_most_so_many_tokens() -> None:
    start, end = [-9.0] * 60, [-9.0] * 60
    start[5] = end[5 + MAX_ANSWER_TOKENS] = 9.0
    longest = 3 * MAX_ANSWER_TOKENS
    assert all(span.end - span.start < longest for span in best_spans([window(start, end)], 100))
    end[5 + MAX_ANSWER_TOKENS - 1] = 8.0
    assert best_spans([window(start, end)], 1) == [ScoredSpan(15, 15 + longest - 1, 17.0)]


def test_no_answer_ends_before_it_starts() -> None:
    found = best_spans([window([-9.0, -9.0, 9.0], [9.0, -9.0, -8.0])], LIMIT)
    assert all(span.start < span.end for span in found)
    assert found[0] == ScoredSpan(6, 8, 1.0)


def test_a_span_of_two_windows_counts_once_with_its_better_margin() -> None:
    one = window([0.0, 5.0], [0.0, 5.0], null=4.0)
    other = window([5.0, 0.0], [5.0, 0.0], null=1.0, first=1)
    found = best_spans([one, other], LIMIT)
    assert found[0] == ScoredSpan(3, 5, 9.0)
    assert [(span.start, span.end) for span in found].count((3, 5)) == 1
    assert best_spans([other, one], LIMIT) == found


def test_equal_spans_come_in_the_order_of_the_text() -> None:
    found = best_spans([window([0.0, 0.0], [0.0, 0.0])], LIMIT)
    assert [(span.start, span.end) for span in found] == [(0, 2), (0, 5), (3, 5)]


@pytest.mark.parametrize("windows", [[], [window([], [])], [window([], []), window([], [], first=3)]])
def test_a_text_without_tokens_has_no_spans(windows: list[WindowLogits]) -> None:
    assert best_spans(windows, LIMIT) == []


@given(st.text(alphabet="aé1 ,—\n", min_size=1, max_size=40), st.data())
def test_an_answer_is_whole_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    trimmed = _trimmed(make_document(text), Span(start, end))
    if trimmed is None:
        assert not text[start:end].strip(" \n,")
        return
    said = text[trimmed.start : trimmed.end]
    assert said == said.strip(" \n,")
    assert not (text[: trimmed.start][-1:].isalnum() and said[0].isalnum())
    assert not (said[-1].isalnum() and text[trimmed.end :][:1].isalnum())
