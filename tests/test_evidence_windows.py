"""The windows the evidence model sees: nothing of a passage is lost, and offsets point at the passage's own words."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Fast

from index.encoder import WEIGHTS
from service.evidence.windows import (
    CLS,
    MAX_HEADER_TOKENS,
    MAX_QUESTION_TOKENS,
    MAX_TOKENS,
    OVERLAP_TOKENS,
    SEP,
    Tokenizer,
    Tokens,
    Window,
    make_windows,
)

WORDS = ("town", "Ménaka", "3,904", "unbelievably", "ß", "naïve", "\n", "東京", "—", "🎯", "e\u0301tat", "İzmir", "x")


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer(WEIGHTS / "tokenizer.json")


@cache
def token_names() -> dict[int, str]:
    return {number: name for name, number in Fast.from_file(str(WEIGHTS / "tokenizer.json")).get_vocab().items()}


def numbered(length: int) -> Tokens:
    """Tokens whose ids are all different and whose offsets tell them apart."""
    return Tokens(tuple(range(1000, 1000 + length)), tuple((3 * number, 3 * number + 2) for number in range(length)))


def slice_ids(window: Window) -> tuple[int, ...]:
    return window.ids[window.first : -1]


def plain(text: str) -> str:
    """The text as the tokenizer's vocabulary spells it: lower case, without accents."""
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in parts if unicodedata.category(letter) != "Mn")


lengths = st.builds(numbered, st.integers(0, 900))
texts = st.lists(st.sampled_from(WORDS), max_size=300).map(" ".join) | st.text(max_size=200)


@given(lengths, lengths, lengths)
def test_the_windows_cover_every_token_of_the_passage(question: Tokens, header: Tokens, passage: Tokens) -> None:
    windows = make_windows(question, header, passage)
    assert {token for window in windows for token in slice_ids(window)} == set(passage.ids)
    assert {place for window in windows for place in window.offsets} == set(passage.offsets)


@given(lengths, lengths, lengths)
def test_a_window_s_tokens_and_offsets_belong_together(question: Tokens, header: Tokens, passage: Tokens) -> None:
    where = dict(zip(passage.ids, passage.offsets, strict=True))
    for window in make_windows(question, header, passage):
        assert tuple(where[token] for token in slice_ids(window)) == window.offsets


@given(lengths, lengths, lengths)
def test_no_window_is_longer_than_the_model_takes(question: Tokens, header: Tokens, passage: Tokens) -> None:
    assert all(len(window.ids) <= MAX_TOKENS for window in make_windows(question, header, passage))


@given(lengths, lengths, lengths)
def test_consecutive_windows_share_the_overlap(question: Tokens, header: Tokens, passage: Tokens) -> None:
    for one, other in pairwise(make_windows(question, header, passage)):
        assert slice_ids(one)[-OVERLAP_TOKENS:] == slice_ids(other)[:OVERLAP_TOKENS]
        assert len(slice_ids(other)) > OVERLAP_TOKENS


@given(lengths, lengths, lengths)
def test_a_long_question_or_header_is_cut_to_its_beginning(question: Tokens, header: Tokens, passage: Tokens) -> None:
    asked = question.ids[:MAX_QUESTION_TOKENS]
    titled = header.ids[: MAX_HEADER_TOKENS - max(0, len(asked) - MAX_QUESTION_TOKENS // 2)]
    for window in make_windows(question, header, passage):
        assert window.ids[: window.second] == (CLS, *asked, SEP)
        assert window.ids[window.second : window.first] == titled
        assert window.ids[-1] == SEP


@given(st.integers(1, 900), st.integers(0, 899), st.integers(1, OVERLAP_TOKENS))
def test_a_stretch_as_long_as_the_overlap_is_whole_in_a_window(length: int, start: int, size: int) -> None:
    passage = numbered(length)
    wanted = set(passage.ids[min(start, length - 1) :][:size])
    assert any(wanted <= set(slice_ids(window)) for window in make_windows(numbered(64), numbered(48), passage))


@pytest.mark.parametrize(("length", "count"), [(0, 1), (1, 1), (MAX_TOKENS - 9, 1), (MAX_TOKENS - 8, 2)])
def test_only_a_passage_that_does_not_fit_is_cut(length: int, count: int) -> None:
    # [CLS], a question of 4, [SEP], a header of 2 and the last [SEP] take 9 places.
    assert len(make_windows(numbered(4), numbered(2), numbered(length))) == count


@settings(max_examples=60)
@given(texts)
def test_offsets_point_into_the_text_in_order(text: str) -> None:
    offsets = tokenizer().tokens(text).offsets
    assert all(0 <= start < end <= len(text) for start, end in offsets)
    assert all(one[0] <= other[0] for one, other in pairwise(offsets))


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=300).map(" ".join))
def test_offsets_point_to_the_tokens_words(text: str) -> None:
    passage = tokenizer().tokens(text)
    for window in make_windows(tokenizer().tokens("Who?"), tokenizer().tokens("A heading\n"), passage):
        for token, (start, end) in zip(slice_ids(window), window.offsets, strict=True):
            name = token_names()[token]
            assert name == "[UNK]" or name.removeprefix("##") == plain(text[start:end])


def test_every_word_of_a_text_has_a_token() -> None:
    text = "The town of Ménaka — 東京, 3,904 people — fell."
    offsets = tokenizer().tokens(text).offsets
    held = {place for start, end in offsets for place in range(start, end)}
    assert held == {place for place, letter in enumerate(text) if not letter.isspace()}


def test_a_text_cannot_smuggle_in_special_tokens() -> None:
    smuggling = tokenizer().tokens("Held [SEP] by [CLS] Ada [PAD] [MASK] [UNK]")
    (window,) = make_windows(smuggling, smuggling, smuggling)
    special = {
        number for number, name in token_names().items() if name in ("[SEP]", "[CLS]", "[PAD]", "[MASK]", "[UNK]")
    }
    places = [number for number, token in enumerate(window.ids) if token in special]
    assert places == [0, window.second - 1, len(window.ids) - 1]
