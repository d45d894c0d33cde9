"""Ellipsis: the previous question asked again with something else in it ("and Gao?", "why?", "when was that?")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.analysis import fold
from service.checking.agreement import bare
from service.checking.names import Known
from service.conversation.followup.phrases import Phrase, find_phrases
from service.conversation.followup.words import Word, read_clause, read_words
from service.evidence import grammar

_MARK = re.compile(
    r"(?:(?:(?:and|or|but|so|ok|okay|well|then|yes|no|thanks|hmm|um)\b[\s,.!:;–—-]*)*)"
    r"(?P<about>(?:what|how) about\b\s*|what of\b\s*|and (?:for )?|or )?",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:,?\s*(?:then|instead|too|as well|please|though))?\s*[?.!…]*\s*$", re.IGNORECASE)
_MAX_FRAGMENT = 10
_COMMON_KINDS = {"thing", "several", "event", "person", "organisation", "place"}
_ENOUGH = 2.0


@dataclass(frozen=True, slots=True)
class Fragment:
    """A phrase said on its own: its words, the preposition before it, whether words such as "what about" mark it."""

    text: str
    preposition: str
    phrase: Phrase
    marked: bool


def read_fragment(message: str, known: Known) -> Fragment | None:
    """Return the phrase that a message consists of, None where the message says more."""
    mark = _MARK.match(message)
    body = message[mark.end() if mark else 0 :]
    tail = _TAIL.search(body)
    body = (body[: tail.start()] if tail else body).strip()
    words = read_words(body)
    if not words or len(words) > _MAX_FRAGMENT:
        return None
    preposition = words[0].word if words[0].word in grammar.PREPOSITIONS and len(words) > 1 else ""
    inner = body[words[1].start :] if preposition else body
    phrase = only_phrase(inner, known)
    if phrase is None:
        return None
    return Fragment(body, preposition, phrase, marked=mark is not None and mark["about"] is not None)


def only_phrase(text: str, known: Known) -> Phrase | None:
    """Return the phrase that a text consists of, article included, None where it consists of more or of none."""
    text = text.strip(" ?.!,;:")
    words = read_words(text)
    phrases = find_phrases(text, words, known)
    whole = [one for one in phrases if one.start == 0 and one.end == len(text)]
    if whole:
        return whole[0]
    if len(phrases) == 1 and phrases[0].start == 0 and not any(map(str.isalnum, text[phrases[0].end :])):
        return phrases[0]
    return None


def put_in_slot(fragment: Fragment, question: str, known: Known, near: Sequence[float] | None = None) -> list[str]:
    """Return the question with the fragment in the place of what is of its kind; several where several are alike."""
    words = read_words(question)
    if fragment.phrase.kind == "thing" and grammar.is_participle(fold(fragment.text)):
        return _with_participle(fragment.text, question, words)
    phrases = [_uncounted(one) for one in find_phrases(question, words, known, asked=True)]
    scored = [(_alikeness(fragment, slot, question), slot) for slot in phrases]
    if near is not None:
        scored = [(score + 1.5 * close, slot) for (score, slot), close in zip(scored, near, strict=True)]
    best = max((score for score, _ in scored), default=0.0)
    if best < _ENOUGH:
        return [_appended(fragment, question)] if _is_adverbial(fragment) else []
    slots = [slot for score, slot in scored if score == best]
    return [_replaced(fragment, slot, question) for slot in slots[:1]]


def _with_participle(text: str, question: str, words: Sequence[Word]) -> list[str]:
    """Return "How many were wounded?" for "and wounded?" after "How many were killed?"."""
    verb = read_clause(words).verb
    if verb < 0 or not grammar.is_participle(words[verb].word):
        return []
    return [question[: words[verb].start] + text + question[words[verb].end :]]


_COUNTED = re.compile(r"(?:many|much|several|any|some) ", re.IGNORECASE)


def _uncounted(slot: Phrase) -> Phrase:
    """Return "soldiers" for "many soldiers": what another thing of the kind can stand for."""
    counted = _COUNTED.match(slot.text)
    if counted is None:
        return slot
    return replace(slot, start=slot.start + counted.end(), text=slot.text[counted.end() :])


def _is_adverbial(fragment: Fragment) -> bool:
    return fragment.phrase.kind == "date" or (
        fragment.preposition in ("in", "at", "on", "near", "during", "before", "after")
    )


def _alikeness(fragment: Fragment, slot: Phrase, question: str) -> float:
    one = fragment.phrase
    if (one.kind == "date") != (slot.kind == "date"):
        return 0.0
    if fold(bare(one.text)) == fold(bare(slot.text)):
        return 0.0
    score = 0.0
    if one.kind == slot.kind == "thing" and not (one.name or slot.name) and one.head != slot.head:
        # One thing is seldom like another: "and the turnout?" is not asked in place of "the mill".
        return 0.0
    if one.kind == slot.kind:
        score += 3.0 if one.kind != "unknown" else 2.0
    elif "unknown" in (one.kind, slot.kind) and one.name and slot.name:
        score += 2.0
    elif slot.name and one.kind == "thing" and one.text.split()[0].lower() not in grammar.DETERMINERS:
        # A name nobody has written with its capital yet: "and kelm?".
        score += 1.6
    elif one.kind in ("several", "organisation") and slot.kind in ("several", "organisation"):
        score += 2.0
    score += 2.0 * (one.head == slot.head) + 0.5 * (one.name == slot.name)
    score += 1.0 * (bool(fragment.preposition) and _preposition_before(slot, question) == fragment.preposition)
    return score


def _preposition_before(slot: Phrase, question: str) -> str:
    before = re.search(r"(\w+)\s+$", question[: slot.start])
    word = fold(before[1]) if before else ""
    return word if word in grammar.PREPOSITIONS else ""


def _replaced(fragment: Fragment, slot: Phrase, question: str) -> str:
    start, text = slot.start, fragment.phrase.text
    before = _preposition_before(slot, question)
    if slot.kind == "date" and before in ("in", "on", "at"):
        start = question[: slot.start].rstrip().rfind(" ") + 1
        text = f"{fragment.preposition or date_preposition(text)} {text}"
    elif fragment.preposition and before:
        start = question[: slot.start].rstrip().rfind(" ") + 1
        text = f"{fragment.preposition} {text}"
    elif re.search(r"\b(?:many|much|which|what)\s+$", question[: slot.start], re.IGNORECASE):
        text = bare(text)
    elif _article(question, slot) and not fragment.phrase.name and text.split()[0].lower() not in grammar.DETERMINERS:
        text = f"the {text}"
    return question[:start] + text + question[slot.end :]


def _article(question: str, slot: Phrase) -> bool:
    return question[slot.start : slot.end].lower().startswith("the ") and not slot.name


def date_preposition(text: str) -> str:
    """Return "on" for a day and "in" for a month or a year."""
    return "on" if re.search(r"\b\d{1,2}(?:st|nd|rd|th)?\b(?!\d)", text) and re.search(r"[a-z]", text, re.I) else "in"


def _appended(fragment: Fragment, question: str) -> str:
    preposition = fragment.preposition or date_preposition(fragment.phrase.text)
    body = question.rstrip(" ?.!")
    return f"{body} {preposition} {fragment.phrase.text}?"


__all__ = ["Fragment", "Word", "date_preposition", "only_phrase", "put_in_slot", "read_fragment", "replace"]
