"""Text to search terms: case and accents folded, digit groups joined, words stemmed."""

from __future__ import annotations

import re
import threading
import unicodedata

import Stemmer

ANALYSIS_VERSION = "1"

_MARKS = re.compile("[\u0300-\u036f]+")
_DIGIT_GROUP = re.compile(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_WORD = re.compile(r"[^\W_]+")

# Words that say how something is asked, not what about. Dropped from queries only: passages keep every word.
FUNCTION_WORDS = frozenset(
    """
    a about am an and are as at be been but by can could did do does done for had has have hey how i if in into is it
    me my no not of ok on or our please should so such tell that the their then there these they this to um us was we
    were what when where which who whom whose why will with would you your
    """.split()  # noqa: SIM905 - a list of words reads better as text
)

# A Snowball stemmer keeps a cache that two threads must not share.
_local = threading.local()


def fold(text: str) -> str:
    """Return `text` for matching, never for showing: compatibility forms unified, accents and case dropped."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def words(text: str) -> list[str]:
    """Return the folded words of `text` in order: "Ménaka's 3,500" gives ["menaka", "3500"]."""
    folded = _POSSESSIVE.sub("", fold(_DIGIT_GROUP.sub("", text)))
    return _WORD.findall(folded)


def terms(text: str) -> list[str]:
    """Return the stemmed words of `text` in order, repeats kept: what the lexical leg counts."""
    return _stem(words(text))


def query_terms(text: str) -> list[str]:
    """Return the terms of a query without its function words, or all of them when nothing else is left."""
    every = words(text)
    return _stem([word for word in every if word not in FUNCTION_WORDS] or every)


def _stem(found: list[str]) -> list[str]:
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        stemmer = _local.stemmer = Stemmer.Stemmer("english")
    stems: list[str] = stemmer.stemWords(found)
    return stems
