"""Sentences that lean on the one before them: "The next day they left again" means nothing alone."""

from __future__ import annotations

import re

_LEANS = re.compile(
    r"(?:\W*(?:and|but|however|also|then|moreover|meanwhile|instead|yet|still),?\s)?\W*(?:"
    r"(?:he|she|it|they|this|these|those|that|there|his|her|its|their|both|neither|another|such|some|others?)\b"
    r"|the\s(?:next|same|following|latter|former|group|movement|city|town|attack|rebels?|move|organi[sz]ation|two|other)\b"
    r"|(?:\w+\s){0,2}(?:days?|weeks?|months?|hours?|years?)\s(?:later|after|before|earlier)\b"
    r"|later\b|afterwards?\b|according\sto\s(?:the|him|her|them)\b)",
    re.IGNORECASE,
)


def leans(sentence: str) -> bool:
    """Whether a sentence begins with words whose meaning stands in the one before it."""
    return _LEANS.match(sentence) is not None
