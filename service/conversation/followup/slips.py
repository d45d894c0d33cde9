"""Small words typed in haste ("thier", "whta"), put right so that the grammar is not missed."""

from __future__ import annotations

import re
from collections import Counter

from rapidfuzz.distance import OSA

from index.analysis import fold
from index.library import Library

_WORD = re.compile(r"[^\W\d_]+")
_SMALL = tuple(
    """
    what when where which who whose whom why how about and the they them their there then that this these those his her
    she was were did does has have had is are after before other group town not mean meant
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_KNOWN = frozenset(_SMALL)
_MAX_UNKNOWN = 8


class Slips:
    """Corrects small words that neither the documents nor the encoder's vocabulary know. Thread-safe."""

    def __init__(self, library: Library) -> None:
        """Leave the words of `library` as they are."""
        self._library = library

    def corrected(self, text: str) -> str:
        """Return the text with unknown words that are one slip away from a small word put right."""
        unknown = [match for match in _WORD.finditer(text) if self._is_unknown(match[0])][:_MAX_UNKNOWN]
        for match in reversed(unknown):
            near = [word for word in _SMALL if OSA.distance(word, match[0], score_cutoff=1) <= 1]
            if near:
                text = text[: match.start()] + max(near, key=lambda word: _kept(word, match[0])) + text[match.end() :]
        return text

    def _is_unknown(self, word: str) -> bool:
        if not word.islower() or not 3 <= len(word) <= 6 or fold(word) in _KNOWN:
            return False
        return self._library.encoder.count_tokens(word) > 1 and word not in self._library.arrays().lexical


def _kept(word: str, typed: str) -> tuple[int, bool]:
    """How much of what was typed a word keeps: letters swapped or left out are likelier slips than wrong ones."""
    return len(Counter(word) & Counter(typed)), word[0] == typed[0]
