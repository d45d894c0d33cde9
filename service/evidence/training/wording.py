"""Questions as people type them: no capitals, no question mark, a slip of the finger."""

from __future__ import annotations

import random
import re

Rng = random.Random
_PLAIN = 0.08
_SLIPPED = 0.04
_LONG_WORD = re.compile(r"\b[A-Za-z]{5,}\b")
_EXPLAINED = re.compile(
    r"(?:why|for what reason|what (?:caused|causes|led|made|is meant|does .* mean)"
    r"|how(?! (?:many|much|long|old|often|far|big|large|tall|high|deep|wide|soon|early|late|fast)\b))\b",
    re.IGNORECASE,
)


def asks_for_explanation(question: str) -> bool:
    """Tell whether a question asks why, how or what something means, not for a name, date or count."""
    return _EXPLAINED.match(question) is not None


def typed(question: str, rng: Rng) -> str:
    """Return the question, now and then in small letters without its mark, and now and then with a typing error."""
    if rng.random() < _PLAIN:
        question = question.rstrip("? ").lower()
    if rng.random() < _SLIPPED:
        question = _with_slip(question, rng)
    return question


def _with_slip(question: str, rng: Rng) -> str:
    """Leave out, double or swap one letter inside a long word; its first and last stay."""
    words = list(_LONG_WORD.finditer(question))
    if not words:
        return question
    word = rng.choice(words)
    place = rng.randrange(word.start() + 1, word.end() - 2)
    one, other = question[place], question[place + 1]
    return question[:place] + rng.choice((other, one + one + other, other + one)) + question[place + 2 :]
