"""Where a quote stands in a text without cutting a word, a number or an accented letter at either edge."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from index.normalize import is_invisible

_LOOK: Final = 16
_SEPARATORS: Final = frozenset(".,/\u2044")
_UNITS: Final = frozenset("%\u2030\u00b0")
_APOSTROPHES: Final = "'’ʼ‘＇`´′"
_LINKS: Final = _APOSTROPHES + "\u00b0"
_HYPHENS: Final = "-\u2010\u2011"
_MINUSES: Final = "-\u2212"
# "000 people" must not be found inside "10 000 people", nor "10" before it, whichever space groups the digits.
_GROUPING: Final = frozenset(" \u00a0\u2009\u202f")
_FIRST_GROUP: Final = re.compile(r"(?<!\w)\d{1,3}$")
_NEXT_GROUP: Final = re.compile(r"\d{3}(?!\d)")
# "government forces" must not be found inside "anti-government forces": the prefix reverses what is said.
_REVERSING: Final = re.compile(
    r"(?<![^\W_])(?:anti|contra|counter|de|ex|mis|near|non|post|pre|pro|pseudo|quasi|semi|un)$", re.IGNORECASE
)
# Scripts written without spaces between words: an edge between two such letters cuts nothing.
UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
_WORD: Final = re.compile(f"[^\\W_{UNSPACED}]+")


def at_word_edge(text: str, position: int) -> bool:
    """Whether cutting `text` at `position` leaves every word, number and accented letter whole."""
    if position < len(text) and unicodedata.category(text[position])[0] == "M":
        return False
    before = _seen(text[max(0, position - _LOOK) : position])
    after = _seen(text[position : position + _LOOK])
    if not before or not after:
        # Nothing to be seen on one side: the text ends there, or hides what follows behind invisible characters.
        return position < _LOOK if not before else position > len(text) - _LOOK
    if _ungroups(before, after):
        return False
    if not after[0].isalnum():
        return not (before[-1].isalnum() and _continues(before, after))
    return not (_joins(before, after[0]) or _reverses(before, after[0]))


def stands_whole(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` cuts nothing at either edge."""
    return at_word_edge(text, start) and at_word_edge(text, end)


def find_places(text: str, wanted: str, accept: Callable[[int, int], bool]) -> Iterator[int]:
    """Yield in order the start of each occurrence of `wanted` that `accept(start, end)` takes."""
    start = text.find(wanted)
    while start != -1:
        step = start + 1
        if accept(start, start + len(wanted)):
            yield start
        elif (word := _WORD.match(text, start)) is not None:
            # No other edge lies inside this word; without the jump a hostile text costs its length times the quote's.
            step = word.end()
        start = text.find(wanted, step)


def _seen(text: str) -> str:
    """Return what a reader sees as characters of their own: no combining marks, nothing invisible."""
    if text.isascii():
        return text
    return "".join(c for c in text if not (is_invisible(c) or unicodedata.category(c)[0] == "M"))


def _ungroups(before: str, after: str) -> bool:
    """Whether the cut falls beside the space between two groups of a number's digits."""
    if before[-1] in _GROUPING:
        before = before[:-1]
    elif after[0] in _GROUPING:
        after = after[1:]
    else:
        return False
    return _FIRST_GROUP.search(before) is not None and _NEXT_GROUP.match(after) is not None


def _joins(before: str, first: str) -> bool:
    """Whether what stands before the letter or digit `first` belongs to the same word."""
    last, earlier = before[-1], before[-2:-1]
    if last.isalnum():
        return _UNSPACED.match(last) is None and _UNSPACED.match(first) is None
    return last in _LINKS and earlier.isalnum()


def _reverses(before: str, first: str) -> bool:
    """Whether a number's separator, sign or currency, or a prefix such as non-, was cut off."""
    last, earlier = before[-1], before[:-1]
    if not first.isdigit():
        return last in _HYPHENS and _REVERSING.search(earlier) is not None
    if last in _SEPARATORS:
        return earlier[-1:].isdigit()
    if unicodedata.category(last) == "Sc":
        return True
    return last in _MINUSES and not earlier[-1:].isalnum()


def _continues(before: str, after: str) -> bool:
    """Whether a word or number at the end of `before` goes on after the sign that follows."""
    sign, following = after[0], after[1:2]
    if before[-1].isdigit() and (sign in _UNITS or unicodedata.category(sign) == "Sc"):
        return True
    if sign in _SEPARATORS:
        return before[-1].isdigit() and following.isdigit()
    if sign in _HYPHENS:
        return following.isalnum() and _REVERSING.search(before) is not None
    return sign in _APOSTROPHES and following.isalnum()
