"""Dates, numbers and names in running text: where they stand and what they are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checking.mentions import find_mentions

PIECES = (
    "27 June",
    "1893",
    "about 60",
    "mills",
    "Ada Lindqvist",
    "May",
    "the",
    "$5 million",
    "12 %",
    "İ",
    "’s",
    "\n",
    ".",
)
texts = st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)


def dates(text: str) -> list[tuple[str, tuple[int | None, int | None, int | None]]]:
    found = find_mentions(text).dates
    return [(text[d.span.start : d.span.end], (d.value.year, d.value.month, d.value.day)) for d in found]


def numbers(text: str) -> list[tuple[str, float, float]]:
    return [(text[n.span.start : n.span.end], n.value.low, n.value.high) for n in find_mentions(text).numbers]


def names(text: str) -> list[str]:
    return [text[n.span.start : n.span.end] for n in find_mentions(text).names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It burned on 3 May 1893.", [("3 May 1893", (1893, 5, 3))]),
        ("It burned on May 3, 1893.", [("May 3, 1893", (1893, 5, 3))]),
        ("It burned on 31 March.", [("31 March", (None, 3, 31))]),
        ("On 26 and 27 June 1907 it rained.", [("26", (1907, 6, 26)), ("27 June 1907", (1907, 6, 27))]),
        ("In early March 1893 it shut.", [("March 1893", (1893, 3, None))]),
        ("By 1893 it may march on.", [("1893", (1893, None, None))]),
        ("March on, and may it burn.", []),
        ("Room 1893A holds 18,930 bags.", []),
    ],
)
def test_dates_are_found_in_part_or_whole(
    text: str, expected: list[tuple[str, tuple[int | None, int | None, int | None]]]
) -> None:
    assert dates(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("About 60 mills burned.", [("About 60", 60.0, 60.0)]),
        ("It cost $5 million.", [("$5 million", 5e6, 5e6)]),
        ("Between 82 and 153 men left.", [("Between 82 and 153", 82.0, 153.0)]),
        ("Three of 3,412 workers stayed.", [("Three", 3.0, 3.0), ("3,412", 3412.0, 3412.0)]),
        ("On 3 May 1893 it burned.", []),
        ("Nothing is counted here.", []),
    ],
)
def test_numbers_are_found_with_their_words(text: str, expected: list[tuple[str, float, float]]) -> None:
    assert numbers(text) == expected


def test_a_number_s_unit_ends_with_its_noun_phrase() -> None:
    (found,) = find_mentions("There 412 Orvik workers were paid.").numbers
    assert found.value.unit == "orvik workers"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Lindqvist opened the mill of Orvik.", ["Ada Lindqvist", "Orvik"]),
        ("Orvik was sold.", ["Orvik"]),
        ("Orvik's mill burned.", ["Orvik's"]),
        ("Burning mills fill the Harbour Company's yard.", ["Harbour Company's"]),
        ("It happened in May.", []),
        ("The HBC paid.", ["HBC"]),
    ],
)
def test_names_are_capitals_that_do_not_come_from_the_place(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@given(texts)
def test_mentions_are_slices_in_order_and_numbers_are_no_dates(text: str) -> None:
    found = find_mentions(text)
    for kind in (found.dates, found.numbers, found.names):
        spans = [mention.span for mention in kind]
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert not any(one.span.overlaps(other.span) for one in found.dates for other in found.numbers)


@pytest.mark.parametrize("text", ["1" * 50_000, "A" * 50_000, "9,9 " * 20_000, "Ab " * 20_000, "3 May " * 10_000])
def test_long_texts_are_gone_through(text: str) -> None:
    find_mentions(text)
