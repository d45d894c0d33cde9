"""The dates and numbers of a written sentence, each of which its quote must give."""

from __future__ import annotations

import re

from service.checking.mentions import DateMention, Mentions, NumberMention, find_mentions
from service.evidence.quantities import Number, PartialDate

# What stands in figures, also where it is neither a date nor a count: 12:30, 5.56, B-52, 555-0199.
_FIGURES = re.compile(r"[0-9]+(?:[.,:/-][0-9]+)*")
# How far apart two numbers may be where the sentence itself says "about".
_ROUGHLY = 0.15


def gives_values(sentence: str, header: str, quote: str) -> bool:
    """Whether every date, number and figure of a sentence stands in the quote, or a date's year in the header.

    Stricter than comparing a claim: there what is left out may be true, here what is added is not from the quote.
    """
    wanted, given, around = find_mentions(sentence), find_mentions(quote), find_mentions(header)
    dates = all(_gives_date(mention.value, given.dates, around.dates) for mention in wanted.dates)
    numbers = all(_gives_number(mention.value, given.numbers) for mention in wanted.numbers)
    return dates and numbers and _other_figures(sentence, wanted) <= set(_FIGURES.findall(f"{header} {quote}"))


def _gives_date(value: PartialDate, given: tuple[DateMention, ...], around: tuple[DateMention, ...]) -> bool:
    years = {mention.value.year for mention in (*given, *around)}
    return any(
        not value.contradicts(mention.value)
        and value.day in (None, mention.value.day)
        and value.month in (None, mention.value.month)
        and (value.year in (None, mention.value.year) or value.year in years)
        for mention in (*given, *(around if value.month is None else ()))
    )


def _gives_number(value: Number, given: tuple[NumberMention, ...]) -> bool:
    """Whether the quote gives the very number or range, or a narrower one that counts the same."""
    for mention in given:
        other = mention.value
        if (value.low, value.high) == (other.low, other.high):
            return True
        if _counts_alike(value, other) and _within(other, value):
            return True
    return False


def _counts_alike(one: Number, other: Number) -> bool:
    first, second = one.counts(), other.counts()
    return not first or not second or bool(first & second)


def _within(inner: Number, outer: Number) -> bool:
    slack = _ROUGHLY * abs(outer.low) if outer.approximate else 0.0
    return outer.low - slack <= inner.low and inner.high <= outer.high + slack


def _other_figures(sentence: str, mentions: Mentions) -> set[str]:
    """Return the figures of a sentence that are no part of a date or number in it."""
    taken = [*(mention.span for mention in mentions.dates), *(mention.span for mention in mentions.numbers)]
    return {
        found[0]
        for found in _FIGURES.finditer(sentence)
        if not any(span.start < found.end() and found.start() < span.end for span in taken)
    }
