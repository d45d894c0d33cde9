"""Values of a claim against those of a quote: the same, given otherwise, or left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checking.attribution import is_denial
from service.checking.mentions import find_mentions
from service.checking.values import Comparison, compare_values, same_name_word


def compared(claim: str, quote: str, context: str = "") -> Comparison:
    return compare_values(find_mentions(claim), find_mentions(quote), context)


@pytest.mark.parametrize(
    ("claim", "quote", "agreeing", "clashing"),
    [
        ("Orvik burned on 1 April 1893.", "On April 1, Orvik burned.", 1, 0),
        ("Orvik burned in April 1893.", "On 1 April Orvik burned.", 1, 0),
        ("Orvik burned on 2 April 1893.", "On 1 April Orvik burned.", 0, 1),
        ("Orvik burned in 1893.", "Orvik burned.", 0, 0),
        ("Orvik burned in 1893.", "Orvik burned in 1894, and again in 1893.", 1, 0),
        ("Orvik burned on 1 February.", "In February 1893 Orvik burned.", 1, 0),
    ],
)
def test_dates_are_compared_as_dates(claim: str, quote: str, agreeing: int, clashing: int) -> None:
    found = compared(claim, quote)
    assert (found.dates_agreeing, found.dates_clashing) == (agreeing, clashing)
    assert found.clashes is (clashing > 0)


def test_a_year_above_the_quote_need_not_be_said_again_but_cannot_be_at_odds() -> None:
    assert compared("Orvik burned in 1893.", "Orvik burned.", "The fires of 1893").dates_agreeing == 1
    assert compared("Orvik burned in 1893.", "Orvik burned.", "The fires of 1894").dates_clashing == 0


@pytest.mark.parametrize(
    ("claim", "quote", "agreeing", "clashing"),
    [
        ("About 60 soldiers fell.", "97 soldiers fell.", 0, 1),
        ("About 90 soldiers fell.", "97 soldiers fell.", 1, 0),
        ("More than 60 soldiers fell.", "97 soldiers fell.", 1, 0),
        ("60 soldiers fell.", "97 mills burned.", 0, 0),
        ("60 soldiers fell.", "Soldiers fell.", 0, 0),
        ("Sixty soldiers fell.", "60 soldiers fell.", 1, 0),
        ("60 soldiers fell.", "Between 50 and 70 soldiers fell.", 1, 0),
    ],
)
def test_numbers_are_compared_where_they_count_the_same(claim: str, quote: str, agreeing: int, clashing: int) -> None:
    found = compared(claim, quote)
    assert (found.numbers_agreeing, found.numbers_clashing) == (agreeing, clashing)


def test_the_decisive_words_are_those_that_clash() -> None:
    quote = "On 1 April 97 soldiers left Orvik."
    found = compared("On 1 April 60 soldiers left Orvik.", quote)
    assert [quote[span.start : span.end] for span in found.decisive] == ["97"]


def test_without_a_clash_the_decisive_words_are_those_that_agree() -> None:
    quote = "On 1 April 97 soldiers left Orvik."
    found = compared("97 soldiers left Orvik.", quote)
    assert [quote[span.start : span.end] for span in found.decisive] == ["97", "Orvik"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("ghali", "ghaly", True), ("malian", "mali", True), ("orvik", "dunmore", False), ("gao", "gap", False)],
)
def test_names_may_be_spelt_in_two_ways(one: str, other: str, same: bool) -> None:
    assert same_name_word(one, other) is same


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("The council accused Brandt of arson.", False),
        ("Brandt denied this claim.", True),
        ("The mill burned.", False),
        ("Brandt rejected the offer.", True),
    ],
)
def test_a_denial_is_told_by_its_verb(text: str, denied: bool) -> None:
    assert is_denial(text) == denied


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_a_value_of_a_claim_either_agrees_or_clashes(claim: str, quote: str, context: str) -> None:
    mentions, found = find_mentions(claim), compared(claim, quote, context)
    assert found.dates_agreeing + found.dates_clashing <= len(mentions.dates)
    assert found.numbers_agreeing + found.numbers_clashing <= len(mentions.numbers)


@given(st.sampled_from(["On 3 May 1893, 60 mills burned in Orvik.", "Ada Lindqvist sold 412 bags in 1907."]))
def test_a_text_agrees_with_itself(text: str) -> None:
    mentions, found = find_mentions(text), compared(text, text)
    assert not found.clashes
    assert (found.dates_agreeing, found.numbers_agreeing) == (len(mentions.dates), len(mentions.numbers))
