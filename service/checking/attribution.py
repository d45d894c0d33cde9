"""Who says it: reported statements, accusations and denials, told by their verbs.

"The government accused the movement of looting" is not refuted by "The movement denied this", nor is "The movement
looted the town" proved by the accusation.
"""

from __future__ import annotations

import re

_REPORTED = re.compile(
    r"\b(?:accus(?:e|es|ed|ing)|alleg(?:e|es|ed|ing|edly|ation|ations)|claim(?:s|ed|ing)|report(?:ed|edly|s that)"
    r"|according to|sa(?:id|ys) (?:that|it|they|he|she)|stat(?:ed|es|ing) that|(?:maintain|insist)(?:s|ed) that"
    r"|announc(?:ed|es) that|suspect(?:s|ed)|believ(?:ed|es) (?:that|to)|rumou?r(?:s|ed)|call(?:ed|s) for"
    r"|argu(?:ed|es) that|estimat(?:ed|es) that|warn(?:ed|s) that|blam(?:ed|es)|declar(?:ed|es) that)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial)|reject(?:s|ed|ing)|dismiss(?:es|ed)|refut(?:es|ed)|disput(?:es|ed)"
    r"|contest(?:s|ed)|distanc(?:ed|es) (?:itself|himself|herself|themselves))\b",
    re.IGNORECASE,
)


def is_reported(text: str) -> bool:
    """Whether the sentence says that somebody said, claimed or suspected something."""
    return _REPORTED.search(text) is not None


def is_denial(text: str) -> bool:
    """Whether the sentence says that somebody denied or rejected something."""
    return _DENIED.search(text) is not None
