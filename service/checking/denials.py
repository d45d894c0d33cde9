"""Denials that lean on the sentence before: "The council denied this." told with what it denied."""

from __future__ import annotations

import re

from index.analysis import fold
from service.checking.verbs import has_finite_verb, read_tokens
from service.evidence import grammar

_MOST = 300
_DENIAL = re.compile(
    r"(?P<front>[^,;:“”\"]{1,120}?\b(?P<verb>denied|denies|confirmed|confirms|rejected|rejects|dismissed|disputed)) "
    r"(?:this|that|it|(?:the|this|that|these|those) (?:claims?|accusations?|allegations?|reports?|charges?))"
    r"(?P<end>[.!]?)"
)
_SAID = re.compile(
    r"\b(?:said|says|claimed|claims|stated|states|reported|reports|wrote|alleged|argued|announced) that "
)
_REPORTS = re.compile(
    r"\b(?:said|says|saying|claim|claims|claimed|stated?|states|report(?:s|ed|edly)?|wrote|accus\w+|alleg\w+|argued?"
    r"|argues|announc\w+|according|told|blamed?|denied|denies|rejected|confirmed|suspect\w*|believ\w+|called for)\b",
    re.IGNORECASE,
)


def resolve_denial(said: str, before: str) -> str:
    """Return "X denied this." as "X denied that <before>.", or the sentence as it is; `before` is a claim or empty."""
    denial = _DENIAL.fullmatch(said)
    content = _content(before) if denial is not None and before else None
    if denial is None or content is None:
        return said
    that = "that" if denial["verb"].startswith(("den", "conf")) else "the claim that"
    return f"{denial['front']} {that} {content}{denial['end']}"


def _content(before: str) -> str | None:
    """Return what the sentence before says, as it reads after "that"; of a report only what was reported."""
    claim = before.rstrip(" .!")
    if len(claim) > _MOST or re.search(r"[“”\"«»?:]", claim):
        return None
    reported = _SAID.search(claim)
    if reported is not None:
        return claim[reported.end() :] if len(_REPORTS.findall(claim)) == 1 else None
    if _REPORTS.search(claim) or not has_finite_verb(read_tokens(claim, 0, len(claim))):
        return None
    first = claim.split()[0]
    small = fold(first) in grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.PRONOUNS - {"i"} | grammar.ADVERBS
    return claim[0].lower() + claim[1:] if small else claim
