"""What a question asks for: its kind of answer, yes or no, one thing or several."""

from __future__ import annotations

import re
from typing import Literal

from index.analysis import fold
from service.evidence import grammar
from service.evidence.openings import AUXILIARY, open_question

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


_OR = re.compile(r"\bor\b(?! (?:not|more|less|so|later|earlier|any\w*|even|otherwise|else|other|similar|related)\b)")
_NO_CHOICE = re.compile(r"\b(?:any|anyone|anybody|anything|ever|either)\b")
_AND_WHEN = re.compile(
    r"(?:,|\band\b|[?;.])\s*(?:and )?(?:if (?:so|yes)\b|(?:by |to |with )?"
    r"(?:who|whom|what|which|when|where|why|how)(?: (?:many|much|long|often|exactly))?\s*[?.!]*$)"
)
_WH_WORD = re.compile(r"(?:who|whom|whose|what|which|when|where|why|how)\b")
# "Did he register for what game?"
_WHAT_LATE = re.compile(r"\b(?:of|for|by|in|at|on|to|with|from) (?:what \w+|whom)$|\bof what (?:type|kind|sort)\b")
_REQUEST = re.compile(
    r"(?:you|we|i|anyone|someone)(?: (?:please|also|just|perhaps|kindly))* "
    r"(?:(?:tell|list|name|give|show|explain|describe|summari[sz]e|remind|find|look|help|clarify|enumerate|identify|"
    r"know|say|mention|remember|elaborate|mind|see|quote|cite)\b|(?:have|got|get) (?:any|an?|the|some|more) "
    r"(?:idea|list|information|info|details?|data|clue|answer|summary)\b)"
)
# "Do tell me", "have a look", "May 2012": they only look like auxiliaries.
_NO_AUXILIARY = re.compile(r"(?:do (?:tell|list|name|give|show|explain)|have a look|(?:may|march) \d)")


def is_yes_no(question: str) -> bool:
    """Return whether yes or no would answer; not so for a choice ("A or B?") or a request ("Could you list ...?")."""
    opened = open_question(question)
    folded = fold(opened.text)
    if (
        not folded
        or _AND_WHEN.search(" ".join(fold(question).split()))
        or (opened.form != "question" and _WH_WORD.match(folded))
    ):
        return False
    if opened.form == "statement":
        return True
    if _WHAT_LATE.search(folded):
        return False
    if _OR.search(folded) and not _NO_CHOICE.search(folded):
        return False
    if opened.form == "whether":
        return True
    auxiliary = AUXILIARY.match(folded)
    if auxiliary is None or _NO_AUXILIARY.match(folded):
        return False
    rest = folded[auxiliary.end() :].lstrip()
    # "were did he go": where, misspelt.
    return _REQUEST.match(rest) is None and AUXILIARY.match(rest) is None


_LISTING = re.compile(r"(?:please )?(?:list|enumerate)\b|(?:give|show) (?:me|us) (?:an? |the )?(?:\w+ )?list\b")
_NAMING = re.compile(r"(?:name|identify|mention|give(?: me| us)?|show(?: me| us)?|cite|describe|what are|who are)\b")
_WHICH = re.compile(r"\b(?:which|what)\b")
_PLURAL_BE = re.compile(r"(?:what|who|which)(?: (?:are|were)|['’]re)(?: all)?\b")
# Plural words that only describe the noun after them: "sports team", "human rights group".
_DESCRIBING = frozenset("sports arms sales rights forces savings customs systems weapons united communications".split())  # noqa: SIM905 - a list of words reads better as text
_COUNT = re.compile(r"(?:[2-9]|\d\d+|two|three|four|five|six|seven|eight|nine|ten|several|various)$")
_STRANDED = re.compile(r"\b(?:for|about|against|with|from|to|of|on|in|like|by|do|doing|called|named|known as)$")


def asks_list(question: str) -> bool:
    """Return whether the question asks for several things: "Which towns ...?", "Who were the leaders ...?"."""
    text = open_question(question).text
    folded = fold(text)
    if _LISTING.match(folded):
        return True
    if found := _PLURAL_BE.match(folded):
        return _plural_phrase(folded[found.end() :].split())
    if found := _NAMING.match(folded):
        return _plural_head(text[found.end() :].split())
    asked = _WH_WORD.search(folded)
    if AUXILIARY.match(folded) or asked is None or not _WHICH.match(folded, asked.start()):
        return False
    # Words keep their capitals here: a capital shows where a name, the object, begins.
    return _plural_head(text[asked.end() :].split() if len(folded) == len(text) else folded[asked.end() :].split())


def _plural_phrase(rest: list[str]) -> bool:
    """Whether "what are/who were ..." is about several things, not about what one thing is or does."""
    places = [place for place, word in enumerate(rest) if grammar.looks_plural(word.strip(",'’"))]
    if not places or rest[0] in ("you", "we", "they", "these", "those"):
        return bool(rest) and rest[0] in grammar.PREPOSITIONS | {"involved"}
    after = rest[places[0] + 1 :]
    marked = rest[0] in grammar.DETERMINERS | {"various"} or _COUNT.match(rest[0]) or rest[0].endswith(("'s", "’s"))
    if not after:
        return bool(marked)
    # "What were the rebels called?", "What were the rebels fighting for?" ask for one thing about them.
    if _STRANDED.search(" ".join(after)):
        return False
    if grammar.is_participle(after[0]):
        return len(after) > 1
    return bool(marked) or after[0] in grammar.PREPOSITIONS


def _plural_head(rest: list[str]) -> bool:
    """Whether the noun that "which" or "what" asks about is plural."""
    if rest and rest[0] == "of":
        return any(word in ("are", "were", "have") for word in rest) and "how" not in rest
    for place, raw in enumerate(rest):
        word = fold(raw).strip(",.'’\"“”?")
        after = rest[place + 1 :]
        plural_verb = bool(after) and after[0] in ("are", "were", "have")
        if word in grammar.UNCOUNTED:
            return plural_verb
        if word.endswith(("'s", "’s")):
            continue
        if _COUNT.match(word) and place < 2:
            return bool(after)
        if _ends_phrase(word):
            return False
        if grammar.looks_plural(word) and (plural_verb or not raw[:1].isupper()):
            return _is_noun(word, place, after)
    return False


def _ends_phrase(word: str) -> bool:
    if word in grammar.PREPOSITIONS | grammar.AUXILIARIES | grammar.RELATIVES:
        return True
    return grammar.is_participle(word) and not grammar.is_adjective(word)


def _is_noun(word: str, place: int, after: list[str]) -> bool:
    """Whether a word in -s is the noun asked about, not a verb ("What causes malaria?") nor part of a longer noun."""
    if not after:
        return True
    following = fold(after[0]).strip(",.")
    ends = following in grammar.AUXILIARIES | {"who", "that"} or grammar.is_participle(following)
    if word in _DESCRIBING:
        return ends or following in grammar.PREPOSITIONS
    if not grammar.is_third_person(word) or ends or grammar.is_base_verb(following):
        return True
    # "Which country borders Mali": a noun has stood already and an object follows.
    return False if place else word[:-1] not in grammar.VERBS and following in grammar.PREPOSITIONS
