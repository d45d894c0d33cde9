"""When two answers say the same, and when they give rival values for one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

from index.analysis import FUNCTION_WORDS, terms, words
from service.evidence.quantities import Number, PartialDate, parse_date, parse_number

__all__ = ["Number", "PartialDate", "normal_form", "parse_date", "parse_number", "rivals", "same_answer"]

Relation = Literal["same", "rival", "unclear"]

_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_RAW_WORD = re.compile(r"[^\W_]+")
_ARTICLES = frozenset({"a", "an", "the"})
_SYMBOLS = frozenset("%$€£")
# A word here on one side only turns the meaning: "before 1990", "vice president", "Gao and Kidal".
_TURNING = frozenset(
    """
    no not never without except before after until against less more over under than least most and or nor both neither
    vice deputy former acting assistant ex anti non north south east west northern southern eastern western new
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_PARTS_OF_PERIOD = frozenset({"early", "mid", "late"})
_TITLES = frozenset(
    """
    president minister prime general colonel captain major lieutenant commander chief leader king queen prince princess
    sir dame lord lady dr doctor mr mrs ms miss professor prof saint pope emperor senator governor chairman secretary
    ag al el bin ben ibn de di da du del der den van von la le ould abu city town
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_MOST_EXTRA_WORDS = 3
_MOST_NAME_WORDS = 8
_VARIANT_LETTERS = 5


def normal_form(text: str) -> str:
    """Return `text` folded, without articles and punctuation; a decimal point stays."""
    # The point is carried through the split into words as a letter no text of ours begins with.
    found = words(_DECIMAL_POINT.sub("point", text))
    # A last "a" is no article: "vitamin A".
    kept = [word for place, word in enumerate(found) if word not in _ARTICLES or place + 1 == len(found)]
    return re.sub(r"(?<=\d)point(?=\d)", ".", " ".join(kept))


def same_answer(one: str, other: str) -> bool:
    """Return whether both texts give the same answer, one perhaps in more words or less exactly."""
    return _relation(one, other) == "same"


def rivals(one: str, other: str) -> bool:
    """Return whether both are dates or both numbers of the same thing that cannot both be right.

    Never so for names and free text, where different words may still mean one thing.
    """
    return _relation(one, other) == "rival"


def _relation(one: str, other: str) -> Relation:
    first, second = normal_form(one), normal_form(other)
    if not first or not second:
        return "same" if one.strip() and one.strip() == other.strip() else "unclear"
    if first == second:
        return "same"
    dates = parse_date(one), parse_date(other)
    if dates[0] and dates[1]:
        return _dates(dates[0], dates[1], _periods_clash(first, second))
    numbers = parse_number(one), parse_number(other)
    if numbers[0] and numbers[1]:
        return _numbers(numbers[0], numbers[1])
    if (dates[0] and numbers[1]) or (numbers[0] and dates[1]):
        return "unclear"
    return "same" if _Phrase.of(one).says(_Phrase.of(other)) else "unclear"


def _periods_clash(one: str, other: str) -> bool:
    early, late = (_PARTS_OF_PERIOD & set(form.split()) for form in (one, other))
    return bool(early and late and early != late)


def _dates(one: PartialDate, other: PartialDate, clash: bool) -> Relation:
    if one.contradicts(other):
        return "rival"
    return "same" if one.matches(other) and not clash else "unclear"


def _numbers(one: Number, other: Number) -> Relation:
    first, second = one.counts(), other.counts()
    nested = first <= second or second <= first
    if (one.low, one.high) == (other.low, other.high):
        return "same" if nested and not _SYMBOLS & (first ^ second) else "unclear"
    # Units that differ may count different things; a bare number beside a plain unit counts the same.
    bare = not (first and second) and len(first | second) <= 2
    plain = not any(word in _SYMBOLS or word.isdigit() for word in first ^ second)
    comparable = first == second or (bare and plain)
    return "rival" if comparable and not one.overlaps(other) else "unclear"


@dataclass(frozen=True, slots=True)
class _Phrase:
    """An answer's words as names and phrases are compared by."""

    content: tuple[str, ...]
    stems: frozenset[str]
    capitals: frozenset[str]
    turning: frozenset[str]

    @classmethod
    def of(cls, text: str) -> _Phrase:
        every = words(text)
        content = tuple(word for word in every if word not in FUNCTION_WORDS)
        raised = [raw for raw in _RAW_WORD.findall(text) if raw[0].isupper()]
        turning = _TURNING & set(every)
        if re.search(r"[/&;]", text):
            turning |= {"and"}
        capitals = frozenset(word for raw in raised for word in words(raw))
        return cls(content, frozenset(terms(" ".join(content))), capitals, turning)

    def says(self, other: _Phrase) -> bool:
        """Whether one of the two holds all that the other says, and little besides."""
        if self.turning != other.turning or not self.content or not other.content:
            return False
        return self._holds(other) or other._holds(self)

    def _holds(self, shorter: _Phrase) -> bool:
        if not all(self._has(word, shorter) for word in shorter.content):
            return False
        if not any(len(word) > 2 and not word.isdigit() and word not in _TITLES for word in shorter.content):
            # Figures or a title alone say too little to be found again in more words.
            return set(self.content) == set(shorter.content)
        extra = len(self.content) - len(shorter.content)
        return extra <= _MOST_EXTRA_WORDS or (self._is_name() and shorter._is_name())

    def _has(self, word: str, shorter: _Phrase) -> bool:
        if word in self.content or not self.stems.isdisjoint(terms(word)):
            return True
        if len(word) < _VARIANT_LETTERS or not word.isalpha() or word not in shorter.capitals:
            return False
        # One letter may differ between spellings of a name, not the first: Gambia is not Zambia.
        return any(
            word[0] == mine[0]
            and len(mine) >= _VARIANT_LETTERS
            and Levenshtein.distance(word, mine, score_cutoff=1) <= 1
            for mine in self.content
            if mine in self.capitals and mine.isalpha()
        )

    def _is_name(self) -> bool:
        if len(self.content) > _MOST_NAME_WORDS:
            return False
        return all(word in self.capitals or word in _TITLES for word in self.content)
