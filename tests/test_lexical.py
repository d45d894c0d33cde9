"""The lexical leg holds to rank_bm25 bit for bit, on random and on real text."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from conftest import SEEDS
from index.analysis import fold, terms, words
from index.lexical import build_lexical
from index.ranking import best

WORDS = st.sampled_from([f"w{number}" for number in range(30)])
CORPUS = st.lists(st.lists(WORDS, min_size=1, max_size=40), min_size=1, max_size=30)


@given(CORPUS, st.lists(WORDS, max_size=10))
def test_scores_equal_rank_bm25(corpus: list[list[str]], query: list[str]) -> None:
    expected = BM25Okapi(corpus).get_scores([*query, "unseen"])
    # But for the last bits of the mean idf, which rank_bm25 sums in the order in which it met the words.
    assert np.allclose(build_lexical(corpus).scores([*query, "unseen"]), expected, rtol=1e-12, atol=1e-12)


def test_same_top_ten_as_rank_bm25_on_real_text() -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.txt")))
    every = terms(text)
    corpus = [every[start : start + 60] for start in range(0, len(every), 30)]
    ours, theirs = build_lexical(corpus), BM25Okapi(corpus)
    generator = random.Random(1)
    for _ in range(100):
        query = generator.choices(every, k=generator.randint(1, 12))
        expected = theirs.get_scores(query)
        order = sorted(range(len(corpus)), key=lambda number: (-expected[number], number))[:10]
        assert best(ours.scores(query), 10).tolist() == order


def test_empty_corpus_and_empty_passages() -> None:
    assert build_lexical([]).scores(["a"]).shape == (0,)
    assert build_lexical([[], []]).scores(["a"]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("menaka", "Ménaka"),
        ("MENAKA", "Ménaka"),
        ("the army's posts", "the army’s posts"),
        ("3500 people", "3,500 people"),
        ("coup d'etat", "coup d’état"),
        ("rebels", "rebel"),
        ("ﬁghters", "fighters"),
    ],
)
def test_typed_words_meet_written_ones(typed: str, written: str) -> None:
    assert terms(typed) == terms(written)


def test_words_keep_order_and_repeats() -> None:
    assert words("Gao, Gao and Kidal: 16–17 January") == ["gao", "gao", "and", "kidal", "16", "17", "january"]


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.floats(-5, 5), max_size=50), st.integers(0, 60))
def test_best_is_a_stable_sort(scores: list[float], count: int) -> None:
    array = np.array(scores)
    expected = sorted(range(len(scores)), key=lambda place: (-array[place], place))[:count]
    assert best(array, count).tolist() == expected
