"""Dates, numbers and names as they stand in running text, each with its place and value."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import FUNCTION_WORDS, fold, words
from index.documents import Span
from service.evidence.quantities import Number, PartialDate, parse_date, parse_number

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b(?:\.(?=\s\d))?"
)
_DAY = r"(?:the\s)?(?<!\d)\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:1[0-9]\d\d|20\d\d)(?![,.]?\w)"
_AND = r"\s?(?:[-–—,]|\bto\b|\band\b|\bor\b)\s?"
# "26 and 27 June 2012": the first day takes its month from the second.
_TWO_DAYS = re.compile(
    rf"\b(?P<first>\d{{1,2}})(?={_AND}(?P<rest>\d{{1,2}}(?:st|nd|rd|th)?\s(?P<month>{_MONTH})(?:,?\s{_YEAR})?))"
)
_DATE = re.compile(
    rf"\b(?:{_DAY}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?!\d|:)(?:,?\s{_YEAR})?"
    rf"|{_MONTH},?\s(?:of\s)?{_YEAR}|{_MONTH}|\d{{4}}-\d{{2}}-\d{{2}}|{_YEAR})"
)
_QUALIFIER = (
    r"(?:more than|over|at least|no fewer than|no less than|upwards of|above|less than|fewer than|under|at most|up to"
    r"|no more than|as many as|below|about|around|approximately|roughly|nearly|almost|some|an estimated|estimated)"
)
_WORDED = (
    "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(?:one|two|three|four|five|six|seven|eight|nine)|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_SCALE = r"(?:hundred|thousand|million|billion|trillion|dozen)"
_NUMBER = re.compile(
    rf"\bbetween\s[$€£]?\d[\d,.]*\sand\s[$€£]?\d[\d,]*(?:\s{_SCALE}\b)?|(?:\b{_QUALIFIER}\s)?(?:[$€£]\s?)?"
    rf"(?:(?<![\w.,])\d[\d,\u00a0\u202f]*(?:\.\d+)?(?:\s?[-–—]\s?\d[\d,]*)?(?![\w]*\d)|\b(?:{_WORDED})\b|\ba(?=\s{_SCALE}\b))"
    rf"(?:[\s-]{_SCALE}\b)?(?:\s?%|\s(?:per\s?cent|percent)\b)?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\s(?:of\sthe\s|of\s)?(?P<unit>[^\W\d_][\w'’-]*(?:\s[^\W\d_][\w'’-]*){0,2})")
_NAME = re.compile(
    r"\b[A-ZÀ-ÖØ-Þ][\w'’-]*\w(?:\s(?:(?:of|of\sthe|de|la|al|el|ag|ould|von|van|ibn)\s)?[A-ZÀ-ÖØ-Þ][\w'’-]*\w)*"
)
# What follows a subject: "Gao was", not "Fighting in".
_PREDICATE = re.compile(r"\s+(?:is|was|has|had|were|are|will|would|did|and|[a-z]+ed)\b")
# Far enough to see what ends before a word.
_NEARBY = 8
_CALENDAR = frozenset(
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday
    """.split()  # noqa: SIM905 - a list of words reads better as text
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text, perhaps in part."""

    span: Span
    value: PartialDate


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number in a text with what it counts."""

    span: Span
    value: Number


@dataclass(frozen=True, slots=True)
class NameMention:
    """A proper name in a text and its folded words, without function words."""

    span: Span
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a text names exactly, each kind in the order of the text."""

    dates: tuple[DateMention, ...]
    numbers: tuple[NumberMention, ...]
    names: tuple[NameMention, ...]


def find_mentions(text: str) -> Mentions:
    """Return the dates, numbers and names of a sentence or row. Offsets are into `text`."""
    dates = _dates(text)
    starts = [mention.span.start for mention in dates]
    numbers = tuple(mention for mention in _numbers(text) if not _overlaps(mention.span, dates, starts))
    return Mentions(dates, numbers, tuple(_names(text)))


def _overlaps(span: Span, dates: Sequence[DateMention], starts: Sequence[int]) -> bool:
    """Whether a date shares a character with `span`; `starts` are where the dates begin, in order."""
    before = bisect_left(starts, span.end)
    return any(mention.span.overlaps(span) for mention in dates[max(0, before - 2) : before])


def _dates(text: str) -> tuple[DateMention, ...]:
    found = []
    for match in _TWO_DAYS.finditer(text):
        year = re.search(_YEAR, match["rest"])
        value = parse_date(f"{match['first']} {match['month']} {year[0] if year else ''}")
        if value is not None:
            found.append(DateMention(Span(match.start("first"), match.end("first")), value))
    for match in _DATE.finditer(text):
        value = parse_date(match[0])
        # "May" and "March" alone are as often a verb; with a small letter they never match.
        if value is not None and not (match[0] in ("May", "March", "Mar") and _begins_sentence(text, match.start())):
            found.append(DateMention(Span(*match.span()), value))
    return tuple(sorted(found, key=lambda mention: mention.span.start))


def _begins_sentence(text: str, place: int) -> bool:
    before = text[max(0, place - _NEARBY) : place].rstrip()
    return not before or before[-1] in ".!?"


def _numbers(text: str) -> list[NumberMention]:
    found = []
    for match in _NUMBER.finditer(text):
        counted = _COUNTED.match(text, match.end())
        unit = "" if counted is None else _unit(counted["unit"])
        value = parse_number(f"{match[0]} {unit}") or parse_number(match[0])
        if value is not None:
            found.append(NumberMention(Span(*match.span()), value))
    return found


def _unit(following: str) -> str:
    """Return the words after a number up to the first that ends the noun phrase."""
    unit: list[str] = []
    for word in following.split():
        if fold(word) in FUNCTION_WORDS:
            break
        unit.append(word)
    return " ".join(unit)


def _names(text: str) -> list[NameMention]:
    found = []
    for match in _NAME.finditer(text):
        span = _without_article(text, Span(*match.span()))
        name = text[span.start : span.end]
        held = tuple(word for word in words(name) if word not in FUNCTION_WORDS and word not in _CALENDAR)
        # A sentence's first word has its capital from its place, unless more capitals follow or it is an acronym.
        plain = " " not in name and not name.isupper() and not name.endswith(("'s", "’s"))
        from_place = plain and _begins_sentence(text, span.start) and _PREDICATE.match(text, span.end) is None
        if held and not from_place:
            found.append(NameMention(span, held))
    return found


def _without_article(text: str, span: Span) -> Span:
    first, _, rest = text[span.start : span.end].partition(" ")
    return Span(span.end - len(rest), span.end) if rest and fold(first) in FUNCTION_WORDS else span
