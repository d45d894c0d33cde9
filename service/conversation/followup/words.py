"""The words of a message, with contractions taken apart, and which of them are its verbs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import fold
from service.evidence import grammar

# "D.O.A.", the initials of "P. G. Wodehouse" and titles keep their full stop.
_RAW = re.compile(
    r"(?:[^\W\d_]\.){2,}|[^\W\d_a-z]\.(?= ?[^\W\d_a-z])|(?:[DMSJ]r|Mrs|Ms|St|Gen|Col|Capt|Prof)\.(?= |$)"
    r"|[^\W_]+(?:[.'’&/-][^\W_]+)*"
)
_CONTRACTED = re.compile(
    r"(what|who|whom|where|when|why|how|it|he|she|they|that|this|these|those|there|we|i|you)['’](s|re|d|ll|ve|m)",
    re.IGNORECASE,
)
_WRITTEN_TOGETHER = re.compile(r"(what|who|where|when|how|that)(s)", re.IGNORECASE)
_SHORT = {"s": "is", "re": "are", "d": "would", "ll": "will", "ve": "have", "m": "am"}
WH = frozenset("who whom whose what which when where why how".split())  # noqa: SIM905 - reads better as text
_SUPPORT = frozenset("do does did can could will would shall should may might must".split())  # noqa: SIM905
_NEGATED = re.compile(
    r"(?<=\w)n['’]t$|(?:(?<=^do)|(?<=^is)|(?<=^ca)|(?<=^wo)|(?<=^did)|(?<=^are)|(?<=^was)|(?<=^has)|(?<=^had)"
    r"|(?<=^does)|(?<=^were)|(?<=^have)|(?<=^could)|(?<=^would)|(?<=^should))nt$|(?<=^can)not$"
)
MAX_WORDS = 400
NOMINATIVE = frozenset({"he", "she", "they", "it", "we", "i", "you", "there", "this", "that", "these", "those"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands: `text` as written, `word` folded, whether 's follows, whether a mark stands before it."""

    start: int
    end: int
    text: str
    word: str
    possessive: bool
    broken: bool

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital or a digit follows none."""
        return self.text[:1].isupper()


def read_words(text: str) -> list[Word]:
    """Return the first MAX_WORDS words of a text; "what's" gives "what" and "is", "Mali's" a possessive "Mali"."""
    found: list[Word] = []
    end = 0
    for match in _RAW.finditer(text):
        broken = _breaks(text[end : match.start()])
        end = match.end()
        found += _apart(text, match, broken=broken)
        if len(found) >= MAX_WORDS:
            break
    return found


def _breaks(gap: str) -> bool:
    return any(mark in gap for mark in ',;:.?!()[]{}"“”«»—–\n') or " - " in gap


def _apart(text: str, match: re.Match[str], *, broken: bool) -> list[Word]:
    raw, start, end = match[0], match.start(), match.end()
    short = _CONTRACTED.fullmatch(raw) or _WRITTEN_TOGETHER.fullmatch(raw)
    if short is not None:
        middle = start + len(short[1])
        auxiliary = Word(middle, end, text[middle:end], _SHORT[short[2].lower()], possessive=False, broken=False)
        return [Word(start, middle, short[1], fold(short[1]), possessive=False, broken=broken), auxiliary]
    if raw.lower().endswith(("'s", "’s")):
        return [Word(start, end - 2, raw[:-2], fold(raw[:-2]), possessive=True, broken=broken)]
    possessive = raw.endswith("s") and text[end : end + 1] in ("'", "’")
    return [Word(start, end, raw, fold(raw).rstrip("."), possessive=possessive, broken=broken)]


def is_auxiliary(word: Word) -> bool:
    """Whether the word is an auxiliary, negated or not; "May" and "Will" inside a text are names."""
    return word.word in grammar.AUXILIARIES or _NEGATED.search(word.word) is not None


@dataclass(frozen=True, slots=True)
class Clause:
    """Places of words in a question: its wh-word, its auxiliary and its main verb; -1 where it has none."""

    wh: int
    auxiliary: int
    verb: int


def read_clause(words: Sequence[Word]) -> Clause:
    """Return the parts of the first clause of a question, as far as word lists and neighbours tell."""
    wh = next((at for at, word in enumerate(words[:8]) if word.word in WH), -1)
    first = next((at for at in range(max(wh, 0), len(words)) if _opens(words, at, wh)), -1)
    if first < 0:
        return Clause(wh, -1, _finite(words, wh + 1) if wh >= 0 else _finite(words, 1))
    if wh < 0 and first > 0:
        # "The MNLA was founded by whom": no question's order.
        wh = -1
    if words[first].word in _SUPPORT or _NEGATED.sub("", words[first].word) in _SUPPORT | {"do", "ca", "wo"}:
        return Clause(wh, first, _base(words, first + 1))
    return Clause(wh, first, _participle(words, first + 1))


def _opens(words: Sequence[Word], at: int, wh: int) -> bool:
    word = words[at]
    if not is_auxiliary(word) or (word.capital and at > 0 and word.word in ("may", "will")):
        return False
    # "Who led the town that was lost": the auxiliary of a relative clause is not the question's.
    return all(later.word not in grammar.RELATIVES for later in words[wh + 1 : at])


def _base(words: Sequence[Word], start: int) -> int:
    """Where the verb without ending stands after "did" and a subject."""
    for at in range(start + 1, len(words)):
        word, before = words[at], words[at - 1]
        if word.capital or before.word in grammar.DETERMINERS or word.word in grammar.ADVERBS:
            continue
        if grammar.is_base_verb(word.word) and not _modifies(words, at):
            return at
        if before.word in NOMINATIVE and at - 1 >= start and word.word not in grammar.PREPOSITIONS:
            return at
    return _unlisted(words, start)


def _modifies(words: Sequence[Word], at: int) -> bool:
    """Whether a word that may be a verb stands inside a noun phrase: "the attack helicopters"."""
    noun = words[at].word in grammar.NOUN_VERBS
    return noun and grammar.is_adjective(words[at - 1].word)


def _unlisted(words: Sequence[Word], start: int) -> int:
    """A verb that no list has: the last word before an object, a preposition or the end, after a subject."""
    for at in range(start + 1, len(words)):
        word, before = words[at], words[at - 1]
        ends = at + 1 == len(words) or words[at + 1].word in grammar.DETERMINERS | grammar.PREPOSITIONS
        ends = ends or words[at + 1].capital or words[at + 1].broken or words[at + 1].word in NOMINATIVE | {"them"}
        closed = word.word in grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.PRONOUNS | grammar.ADVERBS
        if ends and not closed and not word.capital and before.word not in grammar.DETERMINERS:
            return at
    return -1


def _participle(words: Sequence[Word], start: int) -> int:
    for at in range(start, len(words)):
        word, before = words[at], words[at - 1]
        if word.capital or not grammar.is_participle(word.word):
            continue
        described = before.word in grammar.DETERMINERS or grammar.is_adjective(before.word)
        noun_after = at + 1 < len(words) and not _closed(words[at + 1]) and not words[at + 1].broken
        if not (described and noun_after):
            return at
    return -1


def _finite(words: Sequence[Word], start: int) -> int:
    for at in range(max(start, 0), len(words)):
        word, before = words[at], words[at - 1] if at else None
        if word.capital or (before is not None and before.word in grammar.DETERMINERS | grammar.PREPOSITIONS):
            continue
        if grammar.is_participle(word.word) or grammar.is_third_person(word.word):
            return at
        if before is not None and before.word in NOMINATIVE | {"who"} and grammar.is_base_verb(word.word):
            return at
    return -1


def _closed(word: Word) -> bool:
    closed = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.PRONOUNS | grammar.CONJUNCTIONS | grammar.ADVERBS
    return word.word in closed or is_auxiliary(word) or word.word in WH
