"""Times that lean on an earlier sentence: "two days later", "that year", a day without its year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.evidence.quantities import PartialDate, parse_date

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_YEAR = r"(?:1[0-9]\d\d|20\d\d)"
_DAY = re.compile(
    rf"\b(?:(?P<day_first>\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH})"
    rf"|(?P<month_first>{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)(?!\d|:))(?:,? (?P<year>{_YEAR})\b)?"
)
_MONTH_ONLY = re.compile(
    rf"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Dd]uring)(?: (?:early|mid|late))?[ -](?P<month>{_MONTH})\b(?! \d|,? {_YEAR})"
)
_DATED_MONTH = re.compile(rf"\b(?P<month>{_MONTH}),? (?:of )?(?P<year>{_YEAR})\b")
# Four digits are a year where a preposition, a month or a bracket says so; "1200 people" is none.
_DATED_YEAR = re.compile(
    rf"(?:\b(?:in|of|since|from|until|by|during|before|after|early|late|mid|to|and|year|{_MONTH},?|{_MONTH} \d{{1,2}}"
    rf"(?:st|nd|rd|th)?,?)[ -]|[(–])(?P<year>{_YEAR})\b(?![,.]?\d| [a-z]+s\b)",
    re.IGNORECASE,
)
_ANY_YEAR = re.compile(rf"(?<![\d.,]){_YEAR}(?![\d%]|[.,]\d)")

_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
           "ten": 10, "eleven": 11, "twelve": 12}  # fmt: skip
_SHIFT = re.compile(
    rf"(?P<count>\b(?:{'|'.join(_COUNTS)}|\d{{1,2}})) (?P<unit>day|week)s? (?P<way>later|earlier|afterwards)\b(?! than)"
    r"|(?:\b[Oo]n )?\b[Tt]he (?:very )?(?P<next>next|following|same|previous) day\b(?! of\b)"
    r"|(?:\b[Oo]n )?\b[Tt]hat (?P<that>same )?day\b",
    re.IGNORECASE,
)
# "more than two days later" and "only the next day" do not name a day.
_INEXACT = re.compile(
    r"\b(?:about|around|some|nearly|almost|over|than|least|few|just|only|exactly|until|by|of)\s*$", re.I
)
_SAME = re.compile(
    r"(?P<before>\b(?:in|during|of|by|since|until) )?\b(?:that|the) (?P<same>same )?(?P<unit>year|month)\b"
    r"(?!['’]| of\b)",
    re.IGNORECASE,
)
_ENDS_ADVERBIAL = re.compile(r"\s*(?:[,.;)]|$|(?:in|at|by|with|after|when|to|from|on)\b)")
_REPEATED = re.compile(r"\b(?:every|each|annual|annually|yearly|usually|always|last|next|birthday)\b", re.IGNORECASE)
_QUOTE = re.compile(r"[“”„«»\"]")


@dataclass(frozen=True, slots=True)
class _DayName:
    """A day as a text names it: its value and the order of its parts."""

    value: PartialDate
    month_first: bool


class Paragraph:
    """What years and months a paragraph has named so far."""

    def __init__(self) -> None:
        self.month: int | None = None
        self._sure: set[str] = set()
        self._any: set[str] = set()

    @property
    def years(self) -> set[str]:
        """The years named, with every four digits that could be one where some surely are."""
        return self._sure | self._any if self._sure else set()

    def add(self, sentence: str) -> None:
        """Read one more sentence."""
        named = re.findall(rf"\b{_MONTH}\b", sentence)
        self.month = _month(named[-1]) if named else self.month
        self._sure |= {match["year"] for match in _DATED_YEAR.finditer(sentence)}
        self._any |= {match[0] for match in _ANY_YEAR.finditer(sentence)}


def resolve_times(said: str, earlier: Sequence[str], paragraph: Paragraph) -> str:
    """Return the sentence with its relative times and bare dates made absolute, where they surely can be.

    `earlier` are the sentences before it, the nearest first.
    """
    said = resolve_days(said, earlier)
    said = _with_same(said, earlier)
    return _with_years(said, paragraph)


def _days(text: str) -> list[_DayName]:
    found = [(parse_date(match[0]), match["month_first"] is not None) for match in _DAY.finditer(text)]
    return [_DayName(value, month_first) for value, month_first in found if value is not None]


def _is_quoted(said: str, place: int) -> bool:
    return _QUOTE.search(said, 0, place) is not None


def resolve_days(said: str, earlier: Sequence[str]) -> str:
    """Return the sentence with a day it counts from an earlier one ("two days later") named, where that is sure.

    `earlier` are the sentences before it, the nearest first.
    """
    shift = _SHIFT.search(said)
    if shift is None or _days(said) or _INEXACT.search(said, 0, shift.start()) or _is_quoted(said, shift.start()):
        return said
    if (
        shift["next"] is None
        and shift["count"] is None
        and shift.start() == 0
        and not said[shift.end() :].startswith(",")
    ):
        # "That day was cold."
        return said
    anchor = next((text for text in earlier if _days(text) or _SHIFT.search(text)), "")
    days = _days(anchor)
    if len(days) != 1 or _SHIFT.search(anchor):
        return said
    moved = _moved(days[0], _distance(shift))
    return said if moved is None else _put(said, shift, f"on {moved}")


def _distance(shift: re.Match[str]) -> timedelta:
    if shift["count"] is None:
        named = (shift["next"] or "same").lower()
        return timedelta(days={"next": 1, "following": 1, "same": 0, "previous": -1}[named])
    count = shift["count"].lower()
    number = _COUNTS[count] if count in _COUNTS else int(count)
    days = number * (7 if shift["unit"].lower() == "week" else 1)
    return timedelta(days=-days if shift["way"].lower() == "earlier" else days)


def _moved(day: _DayName, distance: timedelta) -> str | None:
    value = day.value
    if value.month is None or value.day is None:
        return None
    # Without its year a day is reckoned in two years, and told where a leap day makes no difference.
    years = (value.year, value.year) if value.year is not None else (2001, 2004)
    try:
        one, other = (date(year, value.month, value.day) + distance for year in years)
    except ValueError:
        return None
    if (one.month, one.day) != (other.month, other.day):
        return None
    month = _MONTHS[one.month - 1]
    if value.year is None:
        return f"{month} {one.day}" if day.month_first else f"{one.day} {month}"
    return f"{month} {one.day}, {one.year}" if day.month_first else f"{one.day} {month} {one.year}"


def _put(said: str, place: re.Match[str], words: str) -> str:
    words = words[0].upper() + words[1:] if place.start() == 0 else words
    return said[: place.start()] + words + said[place.end() :]


def _with_same(said: str, earlier: Sequence[str]) -> str:
    """Resolve "that year" and "the same month"; as a subject ("That year saw ...") they stay."""
    same = _SAME.search(said)
    if same is None or (not same["same"] and "the " in same[0].lower()) or _is_quoted(said, same.start()):
        return said
    at_start = same.start() == 0 and same["before"] is None
    rest = said[same.end() :]
    if (at_start and not rest.startswith(",")) or (not same["before"] and not _ENDS_ADVERBIAL.match(rest)):
        return said
    monthly = same["unit"].lower() == "month"
    found = _nearest_months(earlier) if monthly else _nearest_years(earlier)
    if len(found) != 1 or _ANY_YEAR.search(said):
        return said
    return _put(said, same, f"{(same['before'] or 'in ').lower()}{found.pop()}")


def _nearest_years(earlier: Sequence[str]) -> set[str]:
    return next((found for text in earlier if (found := _years(text))), set())


def _nearest_months(earlier: Sequence[str]) -> set[str]:
    for text in earlier:
        if re.search(rf"\b{_MONTH}\b", text):
            found = {f"{match['month']} {match['year']}" for match in _DATED_MONTH.finditer(text)}
            days = {
                f"{_MONTHS[day.value.month - 1]} {day.value.year}"
                for day in _days(text)
                if day.value.month is not None and day.value.year is not None
            }
            return found | days
    return set()


def _years(text: str) -> set[str]:
    read = Paragraph()
    read.add(text)
    return read.years


def _with_years(said: str, paragraph: Paragraph) -> str:
    bare = [match for match in _DAY.finditer(said) if match["year"] is None]
    months = [match for match in _MONTH_ONLY.finditer(said) if not any(_touch(match, day) for day in bare)]
    if not (bare or months) or _ANY_YEAR.search(said) or _REPEATED.search(said):
        return said
    if len(paragraph.years) != 1 or _is_quoted(said, max(match.end() for match in (*bare, *months))):
        return said
    (year,) = paragraph.years
    # A month earlier than the one last named: the year may have turned.
    if paragraph.month is not None and min(_month(match[0]) for match in (*bare, *months)) < paragraph.month:
        return said
    for match in sorted((*bare, *months), key=lambda match: -match.end()):
        comma = "," if match.re is _DAY and match["month_first"] else ""
        said = f"{said[: match.end()]}{comma} {year}{said[match.end() :]}"
    return said


def _touch(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _month(text: str) -> int:
    return next(number for number, name in enumerate(_MONTHS, start=1) if name in text)
