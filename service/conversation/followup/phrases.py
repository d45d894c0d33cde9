"""Names, noun phrases and dates in a question, an answer or a quote: what later words may stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.analysis import fold
from service.checking.names import CALENDAR, PARTICLES, Known
from service.conversation.followup.kinds import Kind, kind_of
from service.conversation.followup.words import WH, Word, is_auxiliary, read_clause
from service.evidence import grammar
from service.evidence.questions import answer_words

Role = Literal["subject", "object", "oblique", "owner"]
MAX_PHRASE_WORDS = 12
_LINKS = frozenset({"of", "for"})
_STOP = (
    grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.RELATIVES | grammar.PRONOUNS | WH
    | grammar.MID_ADVERBS | grammar.SUBORDINATORS
    | frozenset(
        """
        him them me us please tell about else again first instead ago later earlier then afterwards together today
        yesterday tomorrow mine yours hers ours theirs himself herself itself themselves everything however not no yes
        ok okay thanks really exactly so as well even besides aside along other anything something anyone someone both
        """.split()  # noqa: SIM905 - a list of words reads better as text
    )
)  # fmt: skip
_ASKED = frozenset({"who", "whom", "whose", "what", "which", "when", "where", "why", "how"})
_DATE_PREPOSITIONS = frozenset({"in", "on", "at", "by", "since", "until", "during", "before", "after", "from"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name, noun phrase or date where it stands in its text."""

    start: int
    end: int
    text: str
    head: str
    kind: Kind
    role: Role
    name: bool


def find_phrases(text: str, words: Sequence[Word], known: Known, *, asked: bool = False) -> list[Phrase]:
    """Return the phrases of a question or an answer in order, a name inside a longer phrase after that phrase.

    Those that an asking word belongs to ("which town") are left out unless `asked` is set.
    """
    clause = read_clause(words)
    dates = [span for span in answer_words("date", text) if _is_date(text[span[0] : span[1]])]
    found = [Phrase(start, end, text[start:end], fold(text[start:end]), "date", "oblique", name=False)
             for start, end in dates]  # fmt: skip
    at = 0
    while at < len(words):
        end = at if _inside(words[at], dates) else _phrase_end(words, at, clause.verb, dates)
        phrase = _phrase(text, words, at, end, known) if end > at else None
        if phrase is not None and (asked or not _is_asked(words, at)):
            found.append(_with_role(phrase, words, at, clause.auxiliary, clause.verb))
            found += _inner(text, words, at, end, known)
        at = max(end, at + 1)
    found.sort(key=lambda one: one.start)
    return sorted([*found, *_pairs(text, found)], key=lambda one: one.start)


def _inner(text: str, words: Sequence[Word], at: int, end: int, known: Known) -> Iterator[Phrase]:
    """Yield the names inside a phrase: "Orvik" in "the mayor of Orvik", "the guild" in "the guild's mayor"."""
    for place in range(at, end - 1):
        if words[place].possessive:
            if words[place].capital and words[place].text.endswith("s") and words[place + 1].capital:
                # "the Dockers' Union" is one name.
                continue
            phrase = _phrase(text, words, at, place + 1, known)
            if phrase is not None:
                yield replace(phrase, role="owner")
        elif words[place].word == "of" and not words[place - 1].capital:
            phrase = _phrase(text, words, place + 1, end, known)
            if phrase is not None and phrase.name:
                yield replace(phrase, role="oblique")


def _pairs(text: str, found: Sequence[Phrase]) -> Iterator[Phrase]:
    """Yield "the dockers and the millers" where both stand alike: together they are several."""
    starting = {one.start: one for one in found}
    for one in found:
        other = starting.get(one.end + len(" and ")) if text[one.end :].startswith(" and ") else None
        if other is not None and one.name == other.name and {one.kind, other.kind}.isdisjoint({"date", "number"}):
            yield replace(one, end=other.end, text=text[one.start : other.end], head="", kind="several", name=one.name)


def find_names(text: str, words: Sequence[Word], known: Known) -> Iterator[Phrase]:
    """Yield the proper names of running text."""
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and end - at < MAX_PHRASE_WORDS and _in_name(words, at, end):
            end += 1
        if end > at:
            phrase = _phrase(text, words, at, end, known)
            opens = at == 0 or words[at].broken
            if phrase is not None and not (opens and end == at + 1 and _opens_sentence(words[at])):
                yield phrase
        at = max(end, at + 1)


def _opens_sentence(word: Word) -> bool:
    """Whether a word has its capital only because a sentence begins with it."""
    return grammar.is_adverb(word.word) or grammar.is_participle(word.word) or grammar.looks_plural(word.word)


def _is_date(text: str) -> bool:
    return any(map(str.isdigit, text)) or fold(text) in CALENDAR


def _inside(word: Word, dates: Sequence[tuple[int, int]]) -> bool:
    return any(start <= word.start < end for start, end in dates)


def _in_name(words: Sequence[Word], first: int, at: int) -> bool:
    word = words[at]
    if at > first and (word.broken or words[at - 1].possessive):
        return False
    if word.capital and word.word not in CALENDAR:
        return not (word.word in _STOP | grammar.DETERMINERS or is_auxiliary(word)) or (
            at > first and not word.text.istitle()
        )
    linked = word.word in PARTICLES | _LINKS | {"the"} and at > first
    return linked and any(later.capital and not later.broken for later in words[at + 1 : at + 2 + (word.word != "the")])


def _phrase_end(words: Sequence[Word], at: int, verb: int, dates: Sequence[tuple[int, int]]) -> int:
    """Where the phrase ends that begins at `at`, or `at` where none does."""
    if not _begins(words, at, verb):
        return at
    end = at + 1
    while end < len(words) and end - at < MAX_PHRASE_WORDS and not words[end].broken:
        if not _continues(words, at, end, verb) or _inside(words[end], dates):
            break
        end += 1
    while end > at + 1 and words[end - 1].word in grammar.PREPOSITIONS | grammar.ARTICLES:
        end -= 1
    return at if end == at + 1 and words[at].word in grammar.DETERMINERS else end


def _begins(words: Sequence[Word], at: int, verb: int) -> bool:
    word = words[at]
    if at == verb or word.word in grammar.CONJUNCTIONS:
        return False
    if word.word in grammar.DETERMINERS:
        return True
    if word.capital and at > 0:
        return word.word not in _STOP and not is_auxiliary(word)
    if word.word.endswith("ing") and grammar.is_participle(word.word):
        return False
    return word.word not in _STOP and not is_auxiliary(word) and not _only_verb(words, at)


def _only_verb(words: Sequence[Word], at: int) -> bool:
    """Whether a small word is a verb wherever it stands: "captured", "became"."""
    word = words[at].word
    if words[at].capital:
        return word in grammar.IRREGULAR_PASTS
    return word in grammar.IRREGULAR_PASTS or (word in grammar.VERBS and at > 0) or grammar.is_adverb(word)


def _continues(words: Sequence[Word], first: int, at: int, verb: int) -> bool:
    word, before = words[at], words[at - 1]
    if before.possessive and word.word not in _STOP and not is_auxiliary(word) and at != verb:
        return True
    if word.word in _LINKS | PARTICLES and word.word != "as" and at + 1 < len(words) and at != verb:
        return _links(words, first, at)
    if word.word in grammar.ARTICLES and before.word in _LINKS:
        return True
    if (
        at == verb
        or word.word in _STOP
        or word.word in grammar.DETERMINERS
        or (is_auxiliary(word) and not word.capital)
    ):
        return False
    if word.capital:
        return True
    # After a name a small word is seldom part of it: "Zappa release"; after a small word of a phrase it is.
    if grammar.is_participle(word.word) and word.word.endswith("ed"):
        return before.word in grammar.ARTICLES or grammar.is_adjective(before.word)
    return not _only_verb(words, at)


def _links(words: Sequence[Word], first: int, at: int) -> bool:
    after = words[at + 1]
    if words[at].word in PARTICLES:
        return words[at - 1].capital and (after.capital or (at + 2 < len(words) and words[at + 2].capital))
    if words[at].word == "for" and not (words[at - 1].capital and after.capital):
        return False
    asked = first > 0 and words[first - 1].word in _ASKED
    return not asked and after.word not in _STOP - PARTICLES and not after.broken


def _phrase(text: str, words: Sequence[Word], at: int, end: int, known: Known) -> Phrase | None:
    bare = [word for word in words[at:end] if word.word not in grammar.ARTICLES]
    if not bare or all(word.word in grammar.DETERMINERS | _STOP for word in bare):
        return None
    if all(grammar.is_adjective(word.word) and not word.capital for word in bare) and len(bare) == end - at:
        return None
    stop = next((place for place, word in enumerate(bare) if place and word.word in grammar.PREPOSITIONS), len(bare))
    name = all(word.capital or word.word in _LINKS | PARTICLES | {"the"} for word in bare)
    phrase = text[words[at].start : words[end - 1].end]
    head = bare[stop - 1].word
    if not re.search(r"[^\W\d_]", phrase):
        return Phrase(words[at].start, words[end - 1].end, phrase, head, "number", "object", name=False)
    article = words[at].word in grammar.ARTICLES
    kind = kind_of(phrase, head, known, name=name, article=article)
    return Phrase(words[at].start, words[end - 1].end, phrase, head, kind, "object", name=name)


def _is_asked(words: Sequence[Word], at: int) -> bool:
    """Whether the phrase belongs to the asking word: "which town", "how many soldiers"."""
    if at and words[at - 1].word in ("which", "what", "whose"):
        return True
    asked = at > 1 and words[at - 1].word in ("many", "much") and words[at - 2].word == "how"
    return asked or (words[at].word in ("many", "much") and at > 0 and words[at - 1].word == "how")


def _with_role(phrase: Phrase, words: Sequence[Word], at: int, auxiliary: int, verb: int) -> Phrase:
    before = words[at - 1].word if at else ""
    role: Role = "object"
    if before in grammar.PREPOSITIONS:
        role = "oblique"
    elif (auxiliary >= 0 and at == auxiliary + 1) or (auxiliary < 0 and verb > at) or (0 < at <= auxiliary):
        role = "subject"
    return Phrase(phrase.start, phrase.end, phrase.text, phrase.head, phrase.kind, role, phrase.name)
