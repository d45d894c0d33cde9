"""What kind of answer a question asks for, and whether a text holds words of that kind."""

from __future__ import annotations

import re
from typing import Literal

from index.analysis import fold

AnswerType = Literal["date", "number", "person", "place", "other"]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"\b\d{{1,2}}(?:[-–]\d{{1,2}})? {_MONTH}\b(?: \d{{4}})?|\b{_MONTH} \d{{1,2}}(?:[-–]\d{{1,2}})?\b(?:, \d{{4}})?"
    rf"|\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b{_MONTH} \d{{4}}\b|\b(?:1[0-9]|20)\d{{2}}s?\b"
    rf"|\b(?:early|mid|late)[- ]?{_MONTH}\b|\b\d+(?:st|nd|rd|th) century\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:[$€£]\s?)?\b\d[\d.,]*(?:\s?[-–]\s?\d[\d.,]*)?%?(?: (?:percent|per cent|million|billion|thousand))?"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|"
    r"thousands?|millions?|dozens?|half|third|quarter)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’.-]+(?: (?:[A-ZÀ-ÖØ-Þ][\w'’.-]+|ag|al|bin|de|ould|van|von))*")

_ASKS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    ("date", re.compile(r"\b(?:when|what (?:\w+ )?(?:date|day|month|year|century|decade)|which (?:day|month|year))\b")),
    (
        "number",
        re.compile(r"\bhow (?:many|much|large|big|long|old|far|tall|often)\b|\bwhat (?:number|percentage|share)\b"),
    ),
    ("person", re.compile(r"\b(?:who|whom|whose)\b")),
    ("place", re.compile(r"\b(?:where|what (?:city|town|country|place|region)|which (?:city|town|country|region))\b")),
)


def answer_type(question: str) -> AnswerType:
    """Return the kind of answer asked for; "other" where the words do not tell."""
    folded = fold(question)
    found = [(match.start(), kind) for kind, pattern in _ASKS if (match := pattern.search(folded))]
    return min(found)[1] if found else "other"


def answer_words(kind: AnswerType, text: str) -> list[tuple[int, int]]:
    """Return where words of that kind stand in `text`, as (start, end); empty for kinds that cannot be told."""
    pattern = {"date": _DATE, "number": _NUMBER, "person": _NAME, "place": _NAME}.get(kind)
    return [] if pattern is None else [match.span() for match in pattern.finditer(text)]
