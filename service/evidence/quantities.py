"""Dates and numbers as answers give them: parts of a date, a number or range with its unit."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from math import inf

from index.analysis import FUNCTION_WORDS, fold, terms, words

_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sep(?:t(?:ember)?)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})\.?"
_DAY = r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)"
_BEFORE = (
    r"(?:(?:on|in|during)\s+)?(?:the\s+)?(?:(?:early|mid|late)[\s-]+)?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
)
_DATES = tuple(
    re.compile(_BEFORE + shape)
    for shape in (
        rf"{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?",
        rf"{_MONTH} {_DAY}(?:,? {_YEAR})?",
        rf"{_MONTH}(?:,? (?:of )?{_YEAR})?",
        _YEAR,
        r"(?P<year>\d{4})-(?P<number>\d{2})(?:-(?P<day>\d{2}))?",
    )
)
_STARTS_WITH_MONTH = re.compile(rf"(?:{'|'.join(_MONTHS)})\b")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """What a text says of a date; None where it says nothing."""

    year: int | None
    month: int | None
    day: int | None

    def contradicts(self, other: PartialDate) -> bool:
        """Whether a part given by both differs."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return any(one is not None and two is not None and one != two for one, two in pairs)

    def matches(self, other: PartialDate) -> bool:
        """Whether nothing differs and enough is shared: month with day or year, or the year where neither says more."""
        if self.contradicts(other):
            return False
        if self.month is None or other.month is None:
            return self == other
        shares_day = self.day is not None and self.day == other.day
        return shares_day or (self.year is not None and self.year == other.year)


def parse_date(text: str) -> PartialDate | None:
    """Return the one date that `text` is ("on 1 April 2012", "April 1st", "2012-04-01"), or None.

    Ranges, dates in figures whose order is a guess (04/05/2012) and dates amid other words are None.
    """
    folded = " ".join(fold(text).split()).strip(" .,;()\"'")
    for shape in _DATES:
        if found := shape.fullmatch(folded):
            return _checked(found.groupdict())
    return None


def _checked(parts: dict[str, str | None]) -> PartialDate | None:
    year, day = (int(value) if (value := parts.get(name)) else None for name in ("year", "day"))
    number = parts.get("number")
    month = int(number) if number else _month_number(parts.get("month"))
    if month is not None and not 1 <= month <= 12:
        return None
    # A leap year where none is given: 29 February is a day.
    if day is not None and month is not None and not 1 <= day <= monthrange(max(year or 2000, 1), month)[1]:
        return None
    return PartialDate(year, month, day)


def _month_number(name: str | None) -> int | None:
    if name is None:
        return None
    return next(place for place, shape in enumerate(_MONTHS, start=1) if re.fullmatch(shape, name))


_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL: dict[str, float] = {word: float(value) for value, word in enumerate(_ONES)}
_SMALL |= {word: 10.0 * value for value, word in enumerate(_TENS, start=2)}
_SMALL |= {f"{ten}-{one}": _SMALL[ten] + _SMALL[one] for ten in _TENS for one in _ONES[1:10]}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0, "bn": 1e9}
_SCALE = r"(?:\s*-?\s*(?P<{0}>hundred|thousand|million|billion|trillion|dozen|bn)\b)?"
_WORDED = "|".join(sorted(_SMALL, key=len, reverse=True))
_AMOUNT = (
    r"\d{1,15}(?:\.\d{1,9})?|half an?|an?(?= (?:hundred|thousand|million|billion|dozen)\b)"
    rf"|(?:{_WORDED})\b"
)
_LEAST = r"(?:more than|over|at least|no fewer than|no less than|upwards of|above|exceeding)"
_MOST = r"(?:less than|fewer than|under|at most|up to|no more than|as many as|below)"
_ABOUT = r"(?:about|around|approximately|approx\.?|roughly|nearly|almost|some|circa|ca?\.|an estimated|estimated|~|≈)"
_CURRENCY = {"$": "$", "us$": "$", "dollar": "$", "usd": "$", "€": "€", "euro": "€", "eur": "€", "£": "£", "gbp": "£"}
_NUMBER = re.compile(
    rf"(?:(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<about>{_ABOUT})|between|from)?\s*"
    rf"(?P<currency>us\$|[$€£])?\s?(?P<low>{_AMOUNT}){_SCALE.format('low_scale')}"
    rf"(?:\s*(?:[-–—]|\bto\b|\band\b)\s*(?:us\$|[$€£])?(?P<high>{_AMOUNT}){_SCALE.format('high_scale')})?"
    r"(?P<plus>\+)?(?P<unit>%.*|\s.*|)"
)
_GROUPS = re.compile(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))")
_MOST_UNIT_WORDS = 6


@dataclass(frozen=True, slots=True)
class Number:
    """A number (`low` equals `high`) or range, whether it is only about that, and what is counted.

    `unit` holds folded words ("malian soldiers") or "%", "$", "€", "£", with further words after it.
    """

    low: float
    high: float
    approximate: bool
    unit: str

    def counts(self) -> frozenset[str]:
        """Return the unit's words without their endings and without function words."""
        return frozenset(
            stem for word in self.unit.split() for stem in (terms(word) or [word]) if word not in FUNCTION_WORDS
        )

    def overlaps(self, other: Number) -> bool:
        """Whether both could be the same; numbers given roughly may be 15 per cent apart."""
        first, second = (self, other) if self.low <= other.low else (other, self)
        gap = second.low - first.high
        slack = 0.15 * max(abs(first.high), abs(second.low)) if self.approximate or other.approximate else 0.0
        return gap <= slack + 1e-9 * abs(second.low)


def parse_number(text: str) -> Number | None:
    """Return the number or range that `text` gives first, with its unit, or None where it is no number.

    "More than 60" reaches from 60 to infinity and "up to 60" from 0.
    """
    found = _NUMBER.fullmatch(" ".join(fold(_GROUPS.sub("", text)).split()).strip(" ,;()\"'.") if text else "")
    if found is None:
        return None
    unit = _unit(found["unit"], found["currency"])
    high = found["high"] or found["low"]
    high_scale = found["high_scale"] if found["high"] else found["low_scale"]
    low_value = _value(found["low"], found["low_scale"] or high_scale)
    high_value = _value(high, high_scale)
    if unit is None or high_value < low_value:
        return None
    if found["least"] or found["plus"]:
        high_value = inf
    if found["most"]:
        low_value = 0.0
    return Number(low_value, high_value, found["about"] is not None, unit)


def _value(amount: str, scale: str | None) -> float:
    if amount.startswith("half"):
        value = 0.5
    elif amount in ("a", "an"):
        value = 1.0
    else:
        value = _SMALL[amount] if amount in _SMALL else float(amount)
    return value * _SCALES[scale] if scale else value


def _unit(text: str, currency: str | None) -> str | None:
    """The unit's words, or None for what shows that the number was part of something else."""
    text = text.strip()
    if _STARTS_WITH_MONTH.match(text) or len(text.split()) > _MOST_UNIT_WORDS or re.match(r"[-–/:*.]", text):
        return None
    named = re.sub(r"^(?:%|per ?cent\b)", " % ", text).split()
    if named and (sign := _CURRENCY.get(named[0]) or _CURRENCY.get(named[0].rstrip("s"))):
        named = [sign, *named[1:]]
    if currency:
        named = [_CURRENCY[currency], *named]
    return " ".join(piece for word in named for piece in ([word] if word in "%$€£" else words(word)))
