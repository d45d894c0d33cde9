"""Corrections: "no, I meant 1851", "not Kelm, Orvik", "sorry, the dockers"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NO = (
    r"(?:(?:no|nope|sorry|wait|oops|actually|not (?:that|this|quite)(?: one)?|wrong(?: one)?|my mistake|(?:or )?rather|"
    r"correction|that['’]?s (?:wrong|not it|not right|not what i (?:meant|asked)))\b[\s,.!;:–—-]*)"
)
_MEANT = (
    r"(?:(?:i|we) (?:really |actually )?(?:mean|meant|was asking|am asking|asked|was talking|"
    r"wanted(?: to ask| to know)?|"
    r"was thinking)(?: about| of)?|i['’]m asking(?: about)?|(?:what )?i meant (?:was|is)|make (?:that|it))"
)
_SAID = re.compile(rf"\s*(?P<no>{_NO}*)(?P<meant>{_MEANT}\b[\s,:;–—-]*)?(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_NOT_BUT = re.compile(
    r"not (?P<old>[^,;–—]{1,80}?)\s*(?:[,;–—-]+\s*(?:but )?|\s+but )(?P<new>[^,;]{1,120})", re.IGNORECASE
)
_NOT_LAST = re.compile(
    r"(?P<new>[^,;]{1,120}?)\s*[,;–—-]*\s*(?:and )?\bnot (?:the )?(?P<old>[^,;?]{1,80})", re.IGNORECASE
)

_LATE = re.compile(r"(?P<new>[^,;]{1,120}?),? i (?:mean|meant)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was meant (`new`) in place of what (`old`, "" where it is not said)."""

    new: str
    old: str


def read_correction(message: str) -> Correction | None:
    """Return the correction that a message makes, None where it makes none."""
    said = _SAID.fullmatch(message)
    if said is None:
        return None
    rest = said["rest"].strip().rstrip(".?! ")
    late = _LATE.fullmatch(rest)
    if late is not None:
        return Correction(late["new"], "")
    swapped = _NOT_BUT.fullmatch(rest) or _NOT_LAST.fullmatch(rest)
    if swapped is not None and (swapped.re is _NOT_BUT or said["no"] or said["meant"] or len(rest.split()) < 7):
        return Correction(swapped["new"].strip(), swapped["old"].strip())
    if (said["meant"] or said["no"]) and rest:
        return Correction(said["rest"].strip() if said["meant"] is None else rest, "")
    return None
