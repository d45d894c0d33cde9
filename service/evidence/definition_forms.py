"""The forms in which a sentence says what a name is: "NAME is a ...", "NAME, a ...,", "the ... NAME", "... (NAME)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from index.analysis import fold

Form = Literal["is_a", "apposed", "titled", "spelt_out"]
_LONGEST = 240

# Of what stands inside a name without a capital.
_LINK = r"(?:of|the|de|du|la|le|al|el|ag|ould|bin|ibn|van|von|da|di|for|and|in|on)"
_LINKED = re.compile(r"\b(?:of|for|the|and|in|on)\s+$")
_NAME = re.compile(rf"[A-ZÀ-ÖØ-Þ0-9][\w.'’&/-]*(?:[ \u00a0](?:{_LINK}[ \u00a0])*[A-ZÀ-ÖØ-Þ0-9][\w.'’&/-]*)*")
_BE = re.compile(r"\s+(?:is|are|was|were)\s+(?:also |still |now |then |today )?(?=(?:an?|the|one|part)\s)")
_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PREPOSITION = re.compile(r"\b(?:of|in|by|to|for|with|from|at|on|against|between|and|than|as|under|over|near)\b", re.I)
_STOP = re.compile(
    r"[;:]|,\s+(?:said|says|according|which|who|and|but|while|whose|where|although|though|with|after|when)\b|\s[—–]\s|[.!?]$"
)
_OFFICES = (
    r"(?:president|prime minister|minister|leader|chief|head|general|colonel|captain|commander|lieutenant|major|king|"
    r"queen|emperor|prince|princess|chairman|chairwoman|chair|director|secretary-general|secretary|spokesman|"
    r"spokeswoman|spokesperson|ambassador|senator|governor|mayor|judge|bishop|pope|founder|author|writer|novelist|poet|"
    r"journalist|singer|actor|actress|scientist|engineer|architect|artist|painter|composer|professor|player|coach)"
)
_MODIFIER = r"(?!(?:of|in|by|to|for|with|from|at|on|and|or|that|said|when|while|as)\b)[\w'’-]+"
_OFFICE = re.compile(rf"\b{_OFFICES}$", re.IGNORECASE)
_ROLE = (
    rf"(?:{_OFFICES}|group|movement|organi[sz]ation|party|militia|coalition|alliance|union|company|firm|agency|"
    r"institute|university|newspaper|magazine|station|city|town|village|region|province|state|country|river|lake|"
    r"mountain|island|operation|ship|film|novel|album|band|network|website)"
)
_APPOSED = re.compile(
    r"(?:\s*\([^()]*\))?,\s+((?:an?|the|one of)\s[^,;:()]{3,120}|[a-z][\w'’-]*(?:\s[\w'’-]+){0,3} of\s[^,;:()]{3,100})"
    r"(?=[,.;)]|$)"
)
# What follows a comma and is a clause, or the next member of a list, and not a phrase that says what the name is.
_NO_PHRASE = re.compile(
    r"^(?:and|or|but|as|with|in|on|at|by|who|which|while|\w+ing|\w+ed|the (?:same|next|following|latter|former))\b"
    rf"|^the (?!(?:[A-Z]\w+\s){{1,2}}{_ROLE})[A-Z]"
    r"|\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|did|does|do|itself|themselves|also)\b"
)
# The part of a phrase that carries its head: up to the first word that begins an addition.
_HEAD = re.compile(
    r"(?:(?!\b(?:of|in|by|to|for|with|from|at|on|against|between|that|which|who|whose|where|when|before|after|later|"
    r"earlier|ago|since|until|during|than|as|named|called|based|led|created|used|known)\b)[^,;:])+"
)
_NO_KIND = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|nights?|mornings?|evenings?|weeks?|weekends?|months?|years?|decades?|"
    r"moments?|while|time|times|kilometres?|kilometers?|miles?|metres?|meters?|km|walk|drive|ride|first|last|only|next|"
    r"same|problem|reason|result|case|point|most|least|lot|bit|few|things?|way|idea|hope|fear|truth|fact|success|failure|"
    r"question|answer|start|end|beginning)\s*$",
    re.IGNORECASE,
)
# "the insurgent group NAME", "Malian president NAME", "Coup leader Captain NAME" at the beginning of a sentence.
_TITLE = re.compile(
    rf"(?:\b(?:the|an?)\s((?:{_MODIFIER}\s){{0,4}}?{_ROLE})|^((?:{_MODIFIER}\s){{0,2}}?{_ROLE})"
    rf"|(?<![\w'’-])((?:former\s)?(?:[A-Z][a-z]+(?:ian|ish|ese|an|i|ch|ic)\s)?(?:former\s)?{_ROLE}))"
    r"\s(?:[A-Z][a-z]+\s)?$",
    re.IGNORECASE,
)


def named(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text writes the name, in whatever case it was typed, as a name of its own or a part of one."""
    pattern = re.compile(rf"(?<!\w){re.escape(fold(name))}(?!\w)")
    folded = fold(text)
    if len(folded) != len(text):
        folded = "".join(fold(letter)[:1] or letter for letter in text)
    names = [match.span() for match in _NAME.finditer(text)]
    for match in pattern.finditer(folded):
        start, end = match.span()
        if _NAME.fullmatch(text[start:end]) and not any(_is_part(text, start, end, name) for name in names):
            yield start, end


def _is_part(text: str, start: int, end: int, name: tuple[int, int]) -> bool:
    """Whether the words are part of a longer name of something else: "Harrow" of "University of Harrow".

    A given name or a title before them is not: "John Harrow", "Major Harrow".
    """
    first, last = name
    if not (first <= start and end <= last):
        return False
    before, after = text[first:start], text[end:last]
    return bool(_LINKED.search(before)) or (bool(after.strip(" .")) and not after.startswith(("'", "’")))


def forms(text: str, start: int, end: int) -> Iterator[tuple[Form, tuple[int, int]]]:
    """Yield the forms in which a sentence says what the name at `start` to `end` is, with where it says so."""
    said = _is_a(text, start, end)
    if said is not None:
        yield "is_a", said
    apposed = _apposed(text, end)
    if apposed is not None:
        yield "apposed", apposed
    title = _TITLE.search(text[:start])
    if title is not None:
        said = next(title.span(group) for group in (1, 2, 3) if title[group])
        # "the region NAME ..." may be the beginning of anything; a president is one.
        if _OFFICE.search(text[slice(*said)]) or " " in text[slice(*said)]:
            yield "titled", said
    spelt = _spelt_out(text, start, end)
    if spelt is not None:
        yield "spelt_out", spelt


def _is_a(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find "NAME (...) is a ..." or "Long Name (NAME) is a ..." where the name is what the sentence is about."""
    # Brackets tell other names and dates of the subject: they are blanked, lengths kept.
    plain = _PARENTHESES.sub(lambda match: " " * len(match[0]), text)
    bracketed = not plain[start:end].strip()
    if bracketed and not (re.search(r"[(,;:]\s*$", text[:start]) and re.match(r"\s*[,;)]", text[end:])):
        return None
    verb = _BE.search(plain, end)
    if verb is None:
        return None
    before = _NAME.sub("", plain[:start])
    if _PREPOSITION.search(before) or re.search(r"[,;:]", before):
        return None
    if not re.fullmatch(r"\s*(?:,[^,]{1,160},|or [^,]{1,80})?\s*", plain[end : verb.start()]):
        return None
    said = _phrase(text, verb.end())
    return said if said is not None and _says_what(text[slice(*said)]) else None


def _says_what(phrase: str) -> bool:
    """Whether a phrase can say what something is: not when, how far, how many or the how manieth."""
    head = _HEAD.match(phrase)
    return head is not None and not _NO_KIND.search(head[0])


def _apposed(text: str, end: int) -> tuple[int, int] | None:
    """Find "NAME, a ..., " or "NAME, president of ..., "."""
    match = _APPOSED.match(text, end)
    if match is None or _NO_PHRASE.search(match[1]) or not _says_what(match[1]):
        return None
    return match.start(1), _trimmed(text, *match.span(1))


def _spelt_out(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find "Long Name (LN)" for the short name, whose letters the long one begins its words with."""
    short = text[start:end]
    if not (short.isupper() and 2 <= len(short) <= 10 and text[:start].endswith("(")):
        return None
    words = list(re.finditer(r"[^\W\d_][\w'’-]*", text[: start - 1]))
    for count in range(2, min(len(words), len(short) + 6) + 1):
        chosen = words[-count:]
        capitals = "".join(word[0][0] for word in chosen if word[0][0].isupper())
        # ECOWAS takes three letters of "Economic": the initials stand in it in order, and few letters are left.
        # The whole of the name: "Front of Harrow" is not what ends "National Front of Harrow (FNH)".
        before = "" if count == len(words) else words[-count - 1][0]
        whole = not before[:1].isupper() or before in ("The", "A", "An")
        if (
            whole
            and chosen[0][0][0] == short[0]
            and len(capitals) >= max(2, len(short) - 2)
            and _in_order(capitals, short)
        ):
            return chosen[0].start(), chosen[-1].end()
    return None


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _phrase(text: str, start: int) -> tuple[int, int] | None:
    """Return the phrase that begins at `start`, to where its sentence goes on about something else."""
    stop = _STOP.search(text, start)
    end = min(stop.start() if stop else len(text), start + _LONGEST)
    end = _trimmed(text, start, end)
    if end < len(text) and text[end - 1 : end + 1].isalnum():
        end = text.rfind(" ", start, end)
    return (start, end) if end - start > 2 else None


def _trimmed(text: str, start: int, end: int) -> int:
    """Return where the last word ends."""
    while end > start and not text[end - 1].isalnum() and text[end - 1] not in ")”\"'’":
        end -= 1
    return end
