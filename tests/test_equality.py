"""When two answers say the same and when they are rivals."""

from __future__ import annotations

from datetime import date
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evidence.equality import Number, PartialDate, normal_form, parse_date, parse_number, rivals, same_answer


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("The MNLA.", "mnla"),
        ("“Amadou Toumani Touré”", "amadou toumani toure"),
        ("about 3,500", "about 3500"),
        ("1.5 million", "1.5 million"),
        ("vitamin A", "vitamin a"),
        ("—", ""),
    ],
)
def test_normal_form(text: str, form: str) -> None:
    assert normal_form(text) == form


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 April 2012", (2012, 4, 1)),
        ("on 1 April 2012", (2012, 4, 1)),
        ("April 1st, 2012", (2012, 4, 1)),
        ("Sunday, April 1, 2012", (2012, 4, 1)),
        ("the 1st of April 2012", (2012, 4, 1)),
        ("2012-04-01", (2012, 4, 1)),
        ("2012-04", (2012, 4, None)),
        ("April 1", (None, 4, 1)),
        ("1 April.", (None, 4, 1)),
        ("April 2012", (2012, 4, None)),
        ("early April 2012", (2012, 4, None)),
        ("mid-April 2012", (2012, 4, None)),
        ("in 2012", (2012, None, None)),
        ("Sept. 5, 1999", (1999, 9, 5)),
        ("29 February", (None, 2, 29)),
    ],
)
def test_dates(text: str, found: tuple[int | None, int | None, int | None]) -> None:
    assert parse_date(text) == PartialDate(*found)


@pytest.mark.parametrize(
    "text",
    ["", "30–31 March", "04/05/2012", "31 February", "2012-13-01", "29 February 2011", "3,500", "2,012",
     "Gao fell on 1 April",
     "before 1 April 2012", "Marching", "1990s", "2012-04-01T10:00", "0000-02-30"],
)  # fmt: skip
def test_no_dates(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3,500", (3500, 3500, False, "")),
        ("3,500 soldiers", (3500, 3500, False, "soldiers")),
        ("about 60", (60, 60, True, "")),
        ("~500 (FLNA)", (500, 500, True, "flna")),
        ("9,000–10,000", (9000, 10000, False, "")),
        ("between 9,000 and 10,000 men", (9000, 10000, False, "men")),
        ("9 to 10 million", (9e6, 10e6, False, "")),
        ("two", (2, 2, False, "")),
        ("Twenty-five hostages", (25, 25, False, "hostages")),
        ("half a million", (5e5, 5e5, False, "")),
        ("a dozen", (12, 12, False, "")),
        ("60 percent", (60, 60, False, "%")),
        ("60%", (60, 60, False, "%")),
        ("60 per cent of voters", (60, 60, False, "% of voters")),
        ("$1.5 million", (1.5e6, 1.5e6, False, "$")),
        ("1.5 million dollars", (1.5e6, 1.5e6, False, "$")),
        ("more than 60", (60, inf, False, "")),
        ("200+", (200, inf, False, "")),
        ("up to 60", (0, 60, False, "")),
    ],
)
def test_numbers(text: str, found: tuple[float, float, bool, str]) -> None:
    assert parse_number(text) == Number(*found)


@pytest.mark.parametrize(
    "text",
    ["", "Gao", "1 April", "30–31 March", "10:30", "the 19th century", "1st", "dozens of men", "10–9", "1990s",
     "2012-04-01", "9" * 400,
     "60 of the soldiers who had once fought in Libya returned home", "a few", "half the town"],
)  # fmt: skip
def test_no_numbers(text: str) -> None:
    assert parse_number(text) is None


SAME = [
    ("1 April 2012", "April 1"),
    ("April 2012", "1 April 2012"),
    ("early April 2012", "1 April 2012"),
    ("on 1 April", "2012-04-01"),
    ("3,500", "3500 soldiers"),
    ("3,500 soldiers", "3,500 Malian soldiers"),
    ("about 60", "60"),
    ("two", "2"),
    ("60 percent", "60%"),
    ("half a million", "500,000"),
    ("$2 million", "2 million dollars"),
    ("The MNLA", "MNLA"),
    ("Touré", "President Amadou Toumani Touré"),
    ("Touré", "Toure"),
    ("Mohamed Ag Najem", "Ag Najem"),
    ("Mohamed Ag Najem", "Colonel Mohamed ag Najem"),
    ("Iyad ag Ghali", "Iyad ag Ghaly"),
    ("Touré", "President of the Republic, Colonel Amadou Toumani Touré"),
    ("a military coup", "military coup d'état"),
    ("Kidal", "the town of Kidal"),
    ("?", "?"),
]
RIVALS = [
    ("1 April 2012", "2 April 2012"),
    ("April 1", "31 March 2012"),
    ("2011", "April 2012"),
    ("March", "April"),
    ("60", "80"),
    ("60 soldiers", "80 soldiers"),
    ("two", "3 towns"),
    ("about 60", "100"),
    ("9,000–10,000", "3,000–4,000"),
    ("60%", "75 percent"),
    ("$5 million", "$7 million"),
    ("up to 60", "75"),
]
UNCLEAR = [
    ("2012", "April 2012"),
    ("April", "1 April"),
    ("early April 2012", "late April 2012"),
    ("about 60", "65"),
    ("9,500", "9,000–10,000"),
    ("more than 60", "100"),
    ("400 captured", "1,000 defected"),
    ("400 captured", "400 killed"),
    ("60%", "3,500"),
    ("9,000–10,000 (in 2012)", "3,000–4,000 (in 2023)"),
    ("2", "2 April"),
    ("1 April 2012", "before 1 April 2012"),
    ("Gao", "Kidal"),
    ("Gao", "Gao and Kidal"),
    ("Gambia", "Zambia"),
    ("Sudan", "South Sudan"),
    ("President", "President Touré"),
    ("Vice President Biden", "President Biden"),
    ("Amadou Toumani Touré", "Ahmed Sékou Touré"),
    ("First Battle of Ménaka", "Second Battle of Ménaka"),
    ("16", "16–17 January 2012"),
    ("the army", "the army that fought for years against the northern rebels"),
    ("county", "country"),
    ("Ag", "Mohamed Ag Najem"),
    ("", ""),
    ("", "Gao"),
    ("?", "!"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(one: str, other: str) -> None:
    assert same_answer(one, other)
    assert not rivals(one, other)


@pytest.mark.parametrize(("one", "other"), RIVALS)
def test_rivals(one: str, other: str) -> None:
    assert rivals(one, other)
    assert not same_answer(one, other)


@pytest.mark.parametrize(("one", "other"), UNCLEAR)
def test_neither(one: str, other: str) -> None:
    assert not same_answer(one, other)
    assert not rivals(one, other)


NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "about ", "over ", "up to ", "$"]),
    st.one_of(st.integers(0, 10_000).map("{:,}".format), st.sampled_from(["two", "1.5 million", "50–60", "60 to 90"])),
    st.sampled_from(["", " soldiers", " Malian soldiers", "%", " in 2012"]),
)
DATES = st.builds(
    lambda day, shape: day.strftime(shape),
    st.dates(date(2011, 12, 1), date(2012, 3, 1)),
    st.sampled_from(["%d %B %Y", "%B %d", "%B %Y", "%Y", "%Y-%m-%d", "early %B %Y", "on %d %B"]),
)
NAMES = st.lists(
    st.sampled_from(
        ["Touré", "Toure", "Ghali", "Ghaly", "Ag", "Iyad", "President", "of", "the", "and", "3", "South", "-"]
    ),
    max_size=5,
).map(" ".join)
ANSWERS = st.one_of(NUMBERS, DATES, NAMES, st.text(max_size=12))


@given(ANSWERS, ANSWERS)
def test_symmetric_and_exclusive(one: str, other: str) -> None:
    assert same_answer(one, other) == same_answer(other, one)
    assert rivals(one, other) == rivals(other, one)
    assert not (same_answer(one, other) and rivals(one, other))


@given(ANSWERS)
def test_reflexive(text: str) -> None:
    assert same_answer(text, text) == bool(text.strip())
    assert not rivals(text, text)


@given(st.dates(date(1000, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read(day: date) -> None:
    for shape in ("%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%d %b %Y"):
        assert parse_date(day.strftime(shape)) == PartialDate(day.year, day.month, day.day)


@given(st.integers(0, 10**12))
def test_every_whole_number_is_read(value: int) -> None:
    assert parse_number(f"{value:,}") == Number(float(value), float(value), approximate=False, unit="")
