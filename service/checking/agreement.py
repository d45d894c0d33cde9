"""Agreement: whether a phrase can be what a pronoun stands for, and whether two phrases name the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from index.analysis import fold
from service.checking.antecedents import Antecedent
from service.checking.names import FEMALE, MALE, Known, name_key

Ask = Literal["it", "they", "he", "she"]
Fit = Literal["surely", "perhaps", "no"]


def fit(ask: Ask, one: Antecedent, known: Known) -> Fit:
    """Return whether a phrase is of the kind that a pronoun stands for."""
    if ask == "it":
        return (
            "surely" if one.kind in ("organisation", "place", "thing") else "perhaps" if one.kind == "unknown" else "no"
        )
    if ask == "they":
        return "surely" if one.kind == "several" else "perhaps" if one.kind == "organisation" else "no"
    described = set(fold(one.text).replace(".", "").split()) | known.described.get(name_key(one.text), set())
    if not described.isdisjoint(FEMALE if ask == "he" else MALE):
        return "no"
    if one.kind == "person":
        return "surely"
    if one.kind != "unknown":
        return "no"
    # A name of two or three words that nothing shows to be a place or a body is somebody's.
    return "surely" if 2 <= len(one.text.split()) <= 3 else "perhaps"


def distinct(found: Sequence[Antecedent]) -> list[Antecedent]:
    """Return each thing once: the same words again or a name's initials are the same thing."""
    kept: list[Antecedent] = []
    for one in found:
        if not any(same(one, other) for other in kept):
            kept.append(one)
    return kept


def same(one: Antecedent, other: Antecedent) -> bool:
    """Return whether two phrases name the same: the same words but for the article, or a name and its initials."""
    first, second = bare(one.text), bare(other.text)
    return fold(first) == fold(second) or first == _initials(second) or second == _initials(first)


def bare(text: str) -> str:
    """Return a phrase without its article."""
    return re.sub(r"^(?:the|an?) ", "", text, flags=re.IGNORECASE)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())
