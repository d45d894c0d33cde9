"""Folding is narrow, idempotent, and every folded stretch maps back to the source it came from."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Span
from index.errors import SpanError
from index.normalize import normalize

AWKWARD = st.text(
    st.one_of(
        st.sampled_from("abé É.…'’‘\"“”`´«»-–—− \n\t\u00a0\u200b\u00ad\u0301\u0338ßﬁİ²½≠İ각\u0345ᾳ12,\ud800"),
        st.characters(),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("Ménaka", "menaka"),
        ("Me\u0301naka", "menaka"),
        ("“Azawad” and ‘Azawad’", "\"azawad\" and 'azawad'"),
        ("``Azawad''", '"azawad"'),
        ("«Azawad» 5′ 6″", '"azawad" 5\' 6"'),
        ("16–17 January", "16-17 january"),
        ("cities — Kidal", "cities-kidal"),
        ("a\u00a0\n  b", "a b"),
        ("a \u200b b", "a b"),
        ("reb\u00adels\ufeff", "rebels"),
        ("and … so . . . on", "and ... so ... on"),
        ("Straße", "strasse"),
        ("각", "\u1100\u1161\u11a8"),
    ],
)
def test_folds_typography(source, folded):
    assert normalize(source).text == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10²", "102"),
        ("½", "1/2"),
        ("≠", "="),
        ("∉", "∈"),
        ("1.5", "1,5"),
        ("co-operate", "cooperate"),
        ("H₂O", "H2O"),
        ("'a'", '"a"'),
    ],
)
def test_keeps_meaning_apart(one, other):
    assert normalize(one).text != normalize(other).text


def test_maps_a_span_back_with_its_marks():
    source = "in Me\u0301naka\u0301 — now"
    folded = normalize(source)
    start = folded.text.index("menaka")
    assert folded.source_span(start, start + 6) == Span(3, 11)
    assert source[3:11] == "Me\u0301naka\u0301"


def test_maps_two_typed_quotes_back_to_both():
    source = "he said ``no'' twice"
    folded = normalize(source)
    start = folded.text.index('"no"')
    span = folded.source_span(start, start + 4)
    assert source[span.start : span.end] == "``no''"


def test_empty_text_and_empty_span():
    folded = normalize("")
    assert folded.text == ""
    with pytest.raises(SpanError):
        folded.source_span(0, 0)


def test_knows_when_a_position_splits_a_character():
    folded = normalize("so… on")
    assert folded.splits_character(3)
    assert not folded.splits_character(2)
    assert not folded.splits_character(5)


@given(AWKWARD)
@settings(max_examples=400)
def test_is_idempotent(source):
    once = normalize(source).text
    assert normalize(once).text == once


@given(AWKWARD)
@settings(max_examples=400)
def test_offsets_are_monotonic_and_in_range(source):
    folded = normalize(source)
    assert len(folded.offsets) == len(folded.text)
    assert (np.diff(folded.offsets) >= 0).all()
    assert all(0 <= offset < len(source) for offset in folded.offsets)


@given(AWKWARD, st.data())
@settings(max_examples=400)
def test_a_stretch_between_word_edges_folds_to_itself(source, data):
    folded = normalize(source)
    edges = [
        i
        for i in range(len(folded.text) + 1)
        if not folded.splits_character(i) and "'" not in folded.text[max(0, i - 1) : i + 1]
    ]
    start, end = sorted((data.draw(st.sampled_from([0, *edges])), data.draw(st.sampled_from([0, *edges]))))
    if start >= end or folded.text[start:end].strip(" .") != folded.text[start:end]:
        return
    span = folded.source_span(start, end)
    again = normalize(source[span.start : span.end]).text
    assert again.startswith(folded.text[start:end]) or folded.text[start:end] == again


@pytest.mark.parametrize("piece", ["The rebels took Kidal - quickly. ", "Les rebelles ont pris Ménaka – “vite”… "])
def test_five_megabytes_take_about_a_second(piece):
    text = piece * (5_000_000 // len(piece))
    began = time.process_time()
    normalize(text)
    assert time.process_time() - began < 5
