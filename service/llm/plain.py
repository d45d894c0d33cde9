"""Plain sentences: what a language model may not draw (links, images, tags, hidden characters) is refused."""

from __future__ import annotations

import re
import unicodedata

_LIST_MARK = re.compile(r"^(?:[-*•–>#]+\s+|[0-9]{1,2}[.)]\s+)+")
# Taken off: they change the look of words and nothing else.
_EMPHASIS = re.compile(r"\*+|`+|(?<!\w)_+|_+(?!\w)|~~")
_DRAWN = re.compile(
    r"[<>\[\]{}|\\]|://|&#?\w{1,10};"  # tags, links and images, tables, escapes
    r"|\bwww\.|\b(?:javascript|data|mailto|file|tel|vbscript):\S|\S@\S"
    r"|\b[\w-]+\.[^\W\d_]{2,24}\b",  # a name that a viewer would turn into a link: example.org
    re.IGNORECASE,
)
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


def plain(text: str) -> str | None:
    """Return a sentence without list marks and emphasis, white space single; None where it is not plain text."""
    bare = _EMPHASIS.sub("", _LIST_MARK.sub("", " ".join(text.split())))
    if _DRAWN.search(bare) or any(unicodedata.category(character) in _HIDDEN for character in bare):
        return None
    said = " ".join(bare.split())
    return said if any(map(str.isalpha, said)) else None
