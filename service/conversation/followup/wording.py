"""Putting what was meant into the message in place of the words that lean on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.conversation.followup.leaning import Lean
from service.evidence import grammar

_MAX_OWNER_WORDS = 8


@dataclass(frozen=True, slots=True)
class Filled:
    """Words that lean and what stands for them."""

    lean: Lean
    text: str


def fill(message: str, filled: Sequence[Filled]) -> str:
    """Return the message with each leaning word replaced; a second mention of the same thing stays a pronoun."""
    kept = [one for place, one in enumerate(filled) if one.text not in {other.text for other in filled[:place]}]
    for one in reversed(kept):
        lean = one.lean
        message = message[: lean.start] + _phrase(message, one) + message[_end(message, lean) :]
    return message


def _end(message: str, lean: Lean) -> int:
    """Where the replaced words end, with the 's of "that group's"."""
    if lean.possessive and message[lean.end : lean.end + 2] in ("'s", "’s"):
        return lean.end + 2
    return lean.end


def _phrase(message: str, one: Filled) -> str:
    phrase = settled(one.text)
    if one.lean.start == 0 and message[:1].isupper():
        phrase = phrase[:1].upper() + phrase[1:]
    if one.lean.ask == "there":
        before = message[: one.lean.start].split()
        placed = bool(before) and before[-1].lower() in grammar.PREPOSITIONS
        return phrase if placed else f"in {phrase}"
    if one.lean.possessive:
        return phrase + ("'" if phrase.endswith("s") else "'s")
    return phrase


def settled(phrase: str) -> str:
    """Return a phrase as it reads when it is not new any more: "a mill" becomes "the mill"."""
    first, _, rest = phrase.partition(" ")
    if first.lower() in ("a", "an") and rest:
        return f"the {rest}"
    if first in ("The", "This", "His", "Her", "Their", "Its"):
        return first.lower() + phrase[len(first) :]
    return phrase
