"""A question and its answer said as one statement: "When was Gao taken?" and "31 March" as "Gao was taken on 31 March".

People's questions are in other words than the paragraph that answers them, so the statements are paraphrases of their
evidence; with another answer in place of the right one they are false (compare Demszky et al. 2018, "Transforming
Question Answering Datasets Into Natural Language Inference Datasets", and Pan et al. 2021, "Zero-shot Fact
Verification by Claim Generation"). Rules and a dictionary of inflections; a question that fits no rule is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_DO = {"did": "VBD", "does": "VBZ", "do": "VBP"}
_BE = frozenset({"is", "are", "was", "were"})
_HAVE = frozenset({"has", "have", "had"})
_MODAL = frozenset({"can", "could", "will", "would", "should", "may", "might", "must"})
_AUXILIARIES = frozenset(_DO) | _BE | _HAVE | _MODAL
_DETERMINERS = frozenset("the a an his her its their this that these those of to in for and or every each no".split())  # noqa: SIM905
_PREPOSITIONS = frozenset(
    "in on at by from of to with for about into under during through over after as between against".split()  # noqa: SIM905
)
_BEFORE_ANSWER = re.compile(
    r"\b(in|on|at|by|from|since|until|during|near|between|through|after|before|around|to|into|across|within"
    r"|because of|due to)"
    r"(?: (?:the|about|around|early|late))?\s*$",
    re.IGNORECASE,
)
_NOT_ALONE = frozenset({"of", "kind", "type", "sort", "kinds", "types", "sorts"})
_DATE = re.compile(r"^(?:\d{1,2} [A-Z]|[A-Z][a-z]+ \d{1,2}\b)")
_DIGITS = re.compile(r"^[\d,.]+$|^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens|hundreds)$")
_LONGEST_ANSWER = 12
# A verb that cannot be a noun is preferred to one that can, where it stands at most so many words after it.
_SUBJECT_GOES_ON = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a statement: the words it asks with ("which town"), and the statement with "{}" for the answer."""

    asks: str
    statement: str


def fill(asked: Asked, answer: str) -> str:
    """Put an answer into the statement."""
    said = asked.statement.replace("{}", answer.strip(" .,;"), 1)
    return said[0].upper() + said[1:] + "."


def pattern(question: str, answer: str, before: str) -> Asked | None:
    """Return the statement with a gap for the answer, or None where the question fits no rule.

    `before` is what stands before the answer in its paragraph: its last preposition is taken along.
    """
    words = question.strip().rstrip("? .").split()
    if not 3 <= len(words) <= 30 or not 0 < len(answer.split()) <= _LONGEST_ANSWER:
        return None
    first = words[0].lower()
    lead = ""
    if first in _PREPOSITIONS and len(words) > 3 and words[1].lower() in ("what", "which", "whom", "whose"):
        lead, words = first + " ", words[1:]
        first = words[0].lower()
    if first in ("who", "whom", "what", "which") and words[1].lower() not in _NOT_ALONE:
        return _plain_or_noun(words, lead)
    if first in ("when", "where", "why") and words[1].lower() in _AUXILIARIES:
        preposition = _preposition(first, answer, before)
        return None if preposition is None else _inverted(words[1:], first, preposition + "{}", ends=True)
    if first == "how" and len(words) > 3 and words[1].lower() in ("many", "much"):
        return _counted(words, answer)
    return None


def _plain_or_noun(words: Sequence[str], lead: str) -> Asked | None:
    second = words[1].lower()
    asks = words[0].lower()
    if second in _AUXILIARIES:
        if lead:
            return _inverted(words[1:], asks, lead + "{}", ends=True)
        return _copular(words[1:], asks) if second in _BE else _fronted(words[1:], asks)
    if asks in ("who", "what") and _is_form(second, ("VBD", "VBZ")):
        return None if lead else Asked(asks, "{} " + " ".join(words[1:]))
    # "Which town ..." / "What year ...": the noun ends at an auxiliary, or at the verb it is the subject of.
    for at in range(2, min(len(words) - 1, 6)):
        word = words[at].lower()
        asked = f"{asks} {' '.join(words[1:at]).lower()}"
        if word in _AUXILIARIES:
            return _noun_before_auxiliary(words, at, asked, lead)
        if not lead and word == words[at] and _is_form(word, ("VBD", "VBZ")) and not _is_noun(word):
            return Asked(asked, "{} " + " ".join(words[at:]))
    return None


def _noun_before_auxiliary(words: Sequence[str], at: int, asked: str, lead: str) -> Asked | None:
    auxiliary = words[at].lower()
    as_subject = None if lead else Asked(asked, "{} " + " ".join(words[at:]))
    if auxiliary in _BE and words[at + 1].lower() in _PREPOSITIONS:
        return as_subject
    timed = words[at - 1].lower() in ("year", "month", "day", "date", "century", "decade")
    place = lead + "{}" if lead else ("in {}" if timed else "{}")
    inverted = _inverted(words[at:], asked, place, ends=bool(lead) or timed)
    if inverted is not None:
        return inverted
    return None if auxiliary in _DO else as_subject


def _copular(words: Sequence[str], asks: str) -> Asked | None:
    """Turn "was the capital of Mali" into "The capital of Mali was {}", "was taken by X" into "{} was taken by X"."""
    following = words[1].lower()
    if _is_form(following, ("VBN", "VBG")) or following in _PREPOSITIONS or following in ("not", "also", "still"):
        return Asked(asks, "{} " + " ".join(words))
    inverted = _inverted(words, asks, "{}", ends=False)
    if inverted is not None:
        return inverted
    return Asked(asks, f"{' '.join(words[1:])} {words[0].lower()} {{}}")


def _fronted(words: Sequence[str], asks: str) -> Asked | None:
    first, following = words[0].lower(), words[1].lower()
    if first not in _DO and (
        _is_form(following, ("VBN",) if first in _HAVE else ("VB",)) or following in ("be", "not")
    ):
        return Asked(asks, "{} " + " ".join(words))
    return _inverted(words, asks, "{}", ends=False)


def _inverted(words: Sequence[str], asks: str, answer: str, *, ends: bool) -> Asked | None:
    """Put auxiliary, subject, verb back in a statement's order; `ends` puts the answer last, else after the verb."""
    auxiliary = words[0].lower()
    forms = ("VB",) if auxiliary in _DO or auxiliary in _MODAL else (("VBN",) if auxiliary in _HAVE else ("VBN", "VBG"))
    at = _verb_at(words, forms)
    if at is None:
        if auxiliary in _BE and ends and len(words) > 1:
            return Asked(asks, f"{' '.join(words[1:])} {auxiliary} {answer}")
        return None
    subject, verb, rest = " ".join(words[1:at]), words[at], list(words[at + 1 :])
    said = _inflected(verb, _DO[auxiliary]) if auxiliary in _DO else f"{auxiliary} {verb}"
    if said is None:
        return None
    if ends or not rest or rest[-1].lower() in _PREPOSITIONS or rest[0].lower() == "to":
        parts = [subject, said, *rest, answer]
    elif rest[0].lower() in _DETERMINERS - _PREPOSITIONS:
        return None
    else:
        parts = [subject, said, answer, *rest]
    return Asked(asks, " ".join(part for part in parts if part))


def _verb_at(words: Sequence[str], forms: Sequence[str]) -> int | None:
    """Return the place of the main verb after its subject; None when no word is surely one.

    Of words that stand together and may all be nouns as well ("the old age pension start") the last is taken.
    """
    held: int | None = None
    for at in range(2, len(words)):
        word, before = words[at], words[at - 1].lower()
        fits = (
            word.islower()
            and before not in _DETERMINERS
            and (_is_form(word, forms) or (word, forms) == ("be", ("VB",)))
        )
        if fits and not _is_noun(word):
            return at
        if fits and not (at + 1 < len(words) and words[at + 1].lower() == "of"):
            held = at
        elif held is not None and at - held >= _SUBJECT_GOES_ON:
            break
    return held


def _counted(words: Sequence[str], answer: str) -> Asked | None:
    """Turn "how many people live in X" into "{} people live in X", "how many did X score" into "X scored {}"."""
    for at in range(2, min(len(words) - 1, 7)):
        word = words[at].lower()
        noun = " ".join(words[2:at])
        gap = "{} " + noun if _DIGITS.match(answer) and noun else "{}"
        asks = f"how many {noun}"
        if word in _AUXILIARIES:
            if word in _BE and _is_form(words[at + 1].lower(), ("VBN", "VBG")):
                return Asked(asks, f"{gap} {' '.join(words[at:])}")
            if word in _BE and words[at + 1].lower() == "there":
                return Asked(asks, f"there {word} {gap} {' '.join(words[at + 2 :])}".rstrip())
            return _inverted(words[at:], asks, gap, ends=False)
        if at > 2 and word == words[at] and _is_form(word, ("VBD", "VBP", "VB")) and not _is_form(word, ("VBN",)):
            return Asked(asks, f"{gap} {' '.join(words[at:])}")
    return None


def _preposition(asks: str, answer: str, before: str) -> str | None:
    if answer.split()[0].lower() in _PREPOSITIONS or answer.split()[0].lower() in ("because", "since", "until"):
        return ""
    match = _BEFORE_ANSWER.search(before[-30:])
    if match is not None:
        return match[0].strip().lower() + " "
    if asks == "when":
        return "on " if _DATE.match(answer) else "in "
    return "in " if asks == "where" and answer[:1].isupper() else None


@lru_cache(maxsize=100_000)
def _forms(word: str) -> frozenset[str]:
    """Return the Penn tags under which a dictionary has the word."""
    from lemminflect import getAllInflections, getAllLemmas

    found: set[str] = set()
    for kind, lemmas in getAllLemmas(word).items():
        found.add(kind)
        for lemma in lemmas:
            inflections = getAllInflections(lemma, upos=kind)
            found.update(tag for tag, spellings in inflections.items() if word in spellings)
            # A participle that is spelt like the past is listed once.
            if "VBN" not in inflections and word in inflections.get("VBD", ()):
                found.add("VBN")
    return frozenset(found)


def _is_form(word: str, tags: Sequence[str]) -> bool:
    return not _forms(word).isdisjoint(tags)


def _is_noun(word: str) -> bool:
    return "NOUN" in _forms(word)


def _inflected(verb: str, tag: str) -> str | None:
    from lemminflect import getInflection

    if verb == "be":
        return {"VBD": "was", "VBZ": "is"}.get(tag, "are")
    if tag == "VBP":
        return verb
    found = getInflection(verb, tag)
    return found[0] if found else None
