"""Compound sentences: where one sentence holds clauses that each stand on their own."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from index.documents import Span
from service.checking.verbs import Token, is_finite, is_surely_finite, read_tokens
from service.evidence import grammar

_JOINT = re.compile(r";\s+(?:(?:and|but|while)\s+)?|,\s+(?:and|but|while)\s+")
_MARKS = re.compile(r"[“”„«»\"]")
_MAX_SUBJECT = 10
# What may govern more than the clause it begins: a second clause after it could belong to it too.
_GOVERNS = grammar.SUBORDINATORS | {
    "that",
    "unless",
    "until",
    "before",
    "after",
    "since",
    "as",
    "where",
    "lest",
    "than",
}
_REPORTS = frozenset(
    """
    said says say stated states claimed claims argued argues denied denies announced announces reported reports wrote
    writes added told warned insisted declared believed believes thought suggested agreed alleged according
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_LEANING = frozenset(
    """
    his her its their our my your another other others latter former rest remainder same either neither both
    """.split()  # noqa: SIM905 - a list of words reads better as text
)


def split_compound(text: str, sentence: Span) -> list[Span]:
    """Return the parts of a sentence that each stand on their own, or the sentence itself where that is not sure.

    Parts are joined by ";" or by a comma with "and", "but" or "while"; the conjunction belongs to neither.
    """
    joints = _free_joints(text, sentence)
    if not joints:
        return [sentence]
    tokens = read_tokens(text, sentence.start, sentence.end)
    starts = [token.start for token in tokens]
    parts: list[Span] = []
    start, first = sentence.start, 0
    for joint in joints:
        left = tokens[first : bisect_left(starts, joint.start())]
        right = bisect_left(starts, joint.end())
        if _stands_alone(tokens[right : right + _MAX_SUBJECT]) and _can_end(left, joint[0]):
            parts.append(Span(start, joint.start()))
            start, first = joint.end(), right
    return [*parts, Span(start, sentence.end)]


def _free_joints(text: str, sentence: Span) -> list[re.Match[str]]:
    """The joints outside quotation marks and parentheses."""
    marks = [mark.start() for mark in _MARKS.finditer(text, sentence.start, sentence.end)]
    quoted = Span(marks[0], marks[-1] + 1) if marks else Span(sentence.start, sentence.start)
    free: list[re.Match[str]] = []
    depth, at = 0, sentence.start
    for joint in _JOINT.finditer(text, sentence.start, sentence.end):
        between = text[at : joint.start()]
        depth += between.count("(") + between.count("[") - between.count(")") - between.count("]")
        at = joint.start()
        if depth == 0 and not quoted.start <= at < quoted.end:
            free.append(joint)
    return free


def _can_end(tokens: Sequence[Token], joint: str) -> bool:
    return _is_complete(tokens) and (joint.startswith(";") or _leaves_room(tokens))


def _is_complete(tokens: Sequence[Token]) -> bool:
    """Whether a first part has a verb of its own and a subject before it."""
    return len(tokens) > 1 and any(is_finite(tokens, at) for at in range(1, len(tokens)))


def _leaves_room(tokens: Sequence[Token]) -> bool:
    """Whether nothing in the first part could reach over the conjunction: a date in front, a report, an "if"."""
    if tokens[0].word in grammar.PREPOSITIONS | _GOVERNS:
        return False
    return all(token.word not in _GOVERNS and token.word not in _REPORTS for token in tokens)


def _stands_alone(tokens: Sequence[Token]) -> bool:
    """Whether a later part begins with a subject that needs no other sentence, and a sure verb follows."""
    if len(tokens) < 3 or not _is_subject_start(tokens):
        return False
    verb = next((at for at in range(1, len(tokens)) if is_surely_finite(tokens, at)), None)
    if verb is None:
        return False
    return all(token.word not in grammar.RELATIVES | _GOVERNS | _LEANING for token in tokens[:verb])


def _is_subject_start(tokens: Sequence[Token]) -> bool:
    first = tokens[0]
    if first.word in grammar.PRONOUNS | grammar.PREPOSITIONS | _GOVERNS | grammar.RELATIVES:
        return False
    determined = first.word in grammar.DETERMINERS or first.word[:1].isdigit() or first.capital
    return determined or grammar.looks_plural(first.word)
