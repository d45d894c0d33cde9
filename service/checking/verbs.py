"""Words of a sentence, and which of them are finite verbs: a guess from word lists and neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import fold
from service.evidence import grammar

# Dashes that set an aside off stand without blanks: "three towns—Orvik, Kelm and Tarn—were lost".
_RAW = re.compile(r"[^\s—–]+")
_EDGES = "\"“”„«»‘’',.;:()[]{}!?…*_–—"
_MARKED_AUXILIARY = re.compile(r"[a-z]+(?:n['’]t|['’](?:re|ve|ll|d))|cannot")
_POSSESSIVE = ("'s", "’s", "s'", "s’")
# Past forms that are not participles too: "a church built in 1850" is no clause, "the roof fell in 1850" is one.
_ONLY_PAST = frozenset(
    """
    ate became began broke came chose did drew drank drove fell flew forgot froze gave went grew knew lay rode rang
    rose ran sang sank saw shook spoke stole stood swam swore took threw tore underwent undertook withdrew woke wore
    wrote overthrew fled died arrived resigned retired disappeared collapsed surrendered agreed escaped existed
    happened remained refused departed emerged vanished survived failed protested belonged consisted
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_NO_VERB_AFTER = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.CONJUNCTIONS - {"and", "or"}
_PLURAL_PRONOUNS = frozenset({"i", "you", "we", "they", "these", "those", "who", "which", "that"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word where it stands in the text: `raw` with the marks around it, `word` folded and without them."""

    start: int
    end: int
    raw: str
    word: str

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital."""
        return self.raw.lstrip(_EDGES)[:1].isupper()


def read_tokens(text: str, start: int, end: int) -> list[Token]:
    """Return the words between two offsets; stretches without a letter or digit are left out."""
    found = (Token(match.start(), match.end(), match[0], _word(match[0])) for match in _RAW.finditer(text, start, end))
    return [token for token in found if any(map(str.isalnum, token.word))]


def _word(raw: str) -> str:
    return fold(raw).strip(_EDGES)


def has_finite_verb(tokens: Sequence[Token]) -> bool:
    """Return whether a word is most likely a finite verb: what tells a claim from a heading without its full stop."""
    return any(is_finite(tokens, at) for at in range(1, len(tokens)))


def is_auxiliary(token: Token) -> bool:
    """Return whether the word is an auxiliary, a contracted one included; "May" and "Will" are names."""
    return not token.capital and (
        token.word in grammar.AUXILIARIES or _MARKED_AUXILIARY.fullmatch(token.word) is not None
    )


def is_finite(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the word at `at` is most likely a finite verb or an auxiliary."""
    token, before = tokens[at], tokens[at - 1]
    if at == 0 or token.capital or before.word == "to" or before.raw.endswith(_POSSESSIVE):
        return False
    if is_auxiliary(token):
        return before.word not in grammar.ARTICLES
    word = token.word
    subject = at == 1 and before.word in grammar.PRONOUNS
    if not subject and (before.word in _NO_VERB_AFTER or _describes(before)):
        return False
    if word in grammar.IRREGULAR_PASTS or (word.endswith("ed") and grammar.is_participle(word)):
        return True
    if grammar.is_third_person(word):
        return _third_person(tokens, at)
    return _base(tokens, at)


def _describes(token: Token) -> bool:
    return not token.capital and grammar.is_adjective(token.word) and token.word not in grammar.ADVERBS


def _third_person(tokens: Sequence[Token], at: int) -> bool:
    stems = (tokens[at].word[:-1], tokens[at].word[:-2], tokens[at].word[:-3] + "y")
    return any(stem in grammar.VERBS for stem in stems) or takes_object(tokens, at)


def _base(tokens: Sequence[Token], at: int) -> bool:
    before, word = tokens[at - 1], tokens[at].word
    plural = grammar.looks_plural(before.word) or before.word in _PLURAL_PRONOUNS
    return plural and (word in grammar.VERBS or (word in grammar.NOUN_VERBS and takes_object(tokens, at)))


def takes_object(tokens: Sequence[Token], at: int) -> bool:
    """Return whether what follows the word begins a noun phrase: "held the bridge", "controls Orvik"."""
    if at + 1 >= len(tokens) or tokens[at].raw[-1] in ",;:":
        return False
    after = tokens[at + 1]
    return after.capital or after.word in grammar.DETERMINERS | {"him", "them", "us", "me"} or after.word[:1].isdigit()


def is_surely_finite(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the word cannot well be a participle that only describes the noun before it."""
    if not is_finite(tokens, at):
        return False
    token = tokens[at]
    if is_auxiliary(token) or token.word in _ONLY_PAST:
        return True
    if grammar.is_participle(token.word):
        return takes_object(tokens, at)
    return grammar.is_third_person(token.word) and takes_object(tokens, at)


def has_verb_like(tokens: Sequence[Token]) -> bool:
    """Return whether anything could be a verb: the loose test, for sentences that end like one."""
    return any(_verb_like(tokens, at) for at in range(1, len(tokens)))


def _verb_like(tokens: Sequence[Token], at: int) -> bool:
    token, before = tokens[at], tokens[at - 1]
    if is_finite(tokens, at):
        return True
    if token.capital or before.word in grammar.ARTICLES | grammar.PREPOSITIONS - {"up", "out", "off", "down"}:
        return False
    if token.word in grammar.IRREGULAR_PASTS or token.word in grammar.VERBS:
        return True
    # A verb that no list has: "loathes", "overawed".
    ends = token.word.endswith(("ed", "s")) and not token.raw.endswith(_POSSESSIVE)
    described = before.word in grammar.DETERMINERS or _describes(before)
    return ends and at + 1 < len(tokens) and not described and before.raw[-1] != ","


def in_unknown_language(tokens: Sequence[Token]) -> bool:
    """Return whether no English function word stands in several words of running text."""
    lower = [token.word for token in tokens if not token.capital and token.word[:1].isalpha()]
    english = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.RELATIVES
    return len(lower) > 2 and english.isdisjoint(lower)
