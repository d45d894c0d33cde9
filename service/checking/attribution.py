"""Denials, told by their verbs."""

from __future__ import annotations

import re

_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial)|reject(?:s|ed|ing)|dismiss(?:es|ed)|refut(?:es|ed)|disput(?:es|ed)"
    r"|contest(?:s|ed)|distanc(?:ed|es) (?:itself|himself|herself|themselves))\b",
    re.IGNORECASE,
)


def is_denial(text: str) -> bool:
    """Whether the sentence says that somebody denied or rejected something."""
    return _DENIED.search(text) is not None
