"""What later words may stand for: the names and noun phrases of a sentence, and what kind of thing each is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.analysis import fold
from service.checking.verbs import Token, is_finite, read_tokens
from service.evidence import grammar

AntecedentKind = Literal["person", "organisation", "place", "thing", "several", "unknown"]

_MAX_SUBJECT = 9


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


ROLES = _set(
    "president mayor minister general captain colonel leader king queen director chairman chairwoman governor prince "
    "princess emperor bishop pope spokesman spokeswoman commander chief founder author owner miller teacher doctor "
    "engineer architect painter writer officer soldier scientist actor actress politician singer journalist lawyer "
    "judge priest merchant woman man boy girl"
)
TITLES = ROLES | _set(
    "mr mrs ms miss dr sir lord lady professor prof gen col capt lt sgt major lieutenant sergeant saint"
)
MALE = _set("mr sir lord king prince emperor chairman spokesman pope bishop man boy")
FEMALE = _set("mrs ms miss lady queen princess chairwoman spokeswoman woman girl")
GROUPS = _set("group movement organisation organization party coalition alliance militia company firm association")
ORGANISATIONS = GROUPS | _set(
    "council union committee agency club team army front government ministry bank university institute league "
    "federation congress parliament brigade forces commission church school newspaper guild society corporation"
)
PLACES = _set("town city village island country region port province district capital state valley river lake")
_PARTICLES = frozenset(grammar.PARTICLES - {"di", "as"})
_LINKS = frozenset({"of", "for", "the"})
_CALENDAR = _set(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday"
)
_NAME = (
    r"\b(?P<name>[^\W\d_a-z][\w’'-]{0,40}"
    r"(?: (?:(?:of|of the|for the|ag|al|bin|de|von|van) )?[^\W\d_a-z][\w’'-]{0,40}){0,5})"
)
_LOCATED = re.compile(rf"\b(?:in|at|near|from|around|outside|towards?|(?:town|city|village|port|island) of) {_NAME}")
_IS_A = re.compile(
    rf"{_NAME}(?P<link>,| (?:is|was|are|were|became))(?: then| now| the then)? (?:an?|the|one of the)"
    r" (?P<what>[a-z][\w-]{0,30}(?: [a-z][\w-]{0,30}){0,6})(?P<end>.?)"
)
_GOVERNED = re.compile(r"\b(?:in|at|near|from|of|to|on|by|with|and|for|around)(?: the)? $", re.IGNORECASE)
_MID_CAPITAL = re.compile(r"(?<=[a-z,;] )[^\W\d_a-z][\w’'-]{0,40}")
_ROLE_OF = re.compile(rf"\b(?P<role>(?i:{'|'.join(sorted(ROLES))})) {_NAME}")


@dataclass(frozen=True, slots=True)
class Antecedent:
    """A name or noun phrase: its words, the folded noun that heads it, its kind, and whether it is a proper name."""

    text: str
    head: str
    kind: AntecedentKind
    name: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What a sentence offers: its subject, None where it is not sure; a subject left as a pronoun; other phrases."""

    subject: Antecedent | None
    pronoun: str
    others: tuple[Antecedent, ...]
    tokens: tuple[Token, ...]


class Known:
    """What a whole text says of its names: which are places, what each is called, and who has which office."""

    def __init__(self, text: str) -> None:
        """Read `text` once."""
        self.places = {name_key(match["name"]) for match in _LOCATED.finditer(text)} - _CALENDAR
        self.capitals = {match[0] for match in _MID_CAPITAL.finditer(text)}
        self.described: defaultdict[str, set[str]] = defaultdict(set)
        self.offices: defaultdict[str, set[str]] = defaultdict(set)
        for match in _IS_A.finditer(text):
            # "In Orvik, the mayor resigned" and "The mayor of Orvik was a miller" describe no Orvik.
            governed = _GOVERNED.search(text, max(0, match.start() - 12), match.start()) is not None
            if not governed and (match["link"] != "," or match["end"] == ","):
                self._describe(match["name"], _described_as(match["what"]))
        for match in _ROLE_OF.finditer(text):
            self._describe(match["name"], fold(match["role"]))

    def _describe(self, name: str, what: str) -> None:
        self.described[name_key(name)].add(what)
        if what in ROLES:
            self.offices[what].add(name_key(name))

    def kind(self, name: str, *, article: bool) -> AntecedentKind:
        """Return what kind of thing a proper name names, by its own words and by what the text says of it."""
        words = [fold(word).strip(".") for word in name.split()]
        said = self.described.get(name_key(name), set())
        if words[0] in TITLES or not said.isdisjoint(ROLES):
            return "person"
        acronym = len(name) > 1 and name.isupper()
        if not ORGANISATIONS.isdisjoint(words) or not said.isdisjoint(ORGANISATIONS) or acronym:
            return "organisation"
        if name_key(name) in self.places or words[-1] in PLACES or not said.isdisjoint(PLACES):
            return "place"
        if any(word in _PARTICLES - {"al", "la", "el", "st", "san"} for word in words[1:-1]):
            return "person"
        return "thing" if article else "unknown"


def _described_as(what: str) -> str:
    """The noun that heads "small town on the coast"."""
    words = fold(what).split()
    ends = grammar.PREPOSITIONS | grammar.RELATIVES | grammar.CONJUNCTIONS
    end = next(
        (at for at, word in enumerate(words) if word in ends or (at and grammar.is_participle(word))), len(words)
    )
    return words[end - 1] if end else ""


def name_key(name: str) -> str:
    """Return a name for looking it up: folded, without titles, article and possessive ending."""
    words = fold(re.sub(r"(?:['’]s|['’])$", "", name)).split()
    while len(words) > 1 and (words[0] in grammar.ARTICLES or words[0].strip(".") in TITLES):
        words = words[1:]
    return " ".join(words)


def read_sentence(text: str, known: Known) -> Read:
    """Return the subject and the other names and noun phrases of a sentence."""
    tokens = read_tokens(text, 0, len(text))
    start, end = subject_bounds(tokens)
    pronoun = tokens[start].word if start < len(tokens) and tokens[start].word in grammar.PRONOUNS else ""
    subject = None if pronoun or end <= start else _phrase(text, tokens[start:end], known)
    rest = [*_phrases(text, tokens[:start], known), *_phrases(text, tokens[max(end, start) :], known)]
    return Read(subject, pronoun, tuple(rest), tuple(tokens))


def subject_bounds(tokens: Sequence[Token]) -> tuple[int, int]:
    """Return where the subject begins and ends, as places of words; an end not after the start where it is unsure."""
    start = after_front(tokens)
    verb = next((at for at in range(start + 1, len(tokens)) if is_finite(tokens, at)), None)
    if verb is None or verb - start > _MAX_SUBJECT:
        return start, start
    end = verb
    while end > start + 1 and grammar.is_adverb(tokens[end - 1].word) and not tokens[end - 1].capital:
        end -= 1
    comma = next((at for at in range(start, end) if tokens[at].raw[-1] in ",;:"), None)
    if comma is not None:
        # "Anna Borg, the mayor, resigned": the subject ends where its apposition begins.
        apposed = tokens[comma + 1].word in grammar.ARTICLES if comma + 1 < end else False
        end = comma + 1 if apposed and tokens[end - 1].raw.endswith(",") else start
    if any(token.word in grammar.RELATIVES | grammar.SUBORDINATORS for token in tokens[start:end]):
        return start, start
    return start, end


def after_front(tokens: Sequence[Token]) -> int:
    """Return at which word the main clause begins: after "In 1850," or "However,"."""
    if not tokens:
        return 0
    first = tokens[0].word
    fronted = first in grammar.PREPOSITIONS or grammar.is_adverb(first) or first in _FRONT
    later = any(token.word in ("later", "earlier", "afterwards") for token in tokens[:4])
    same = first in ("the", "that") and any(token.word in ("day", "week", "month", "year") for token in tokens[1:4])
    if not (fronted or later or same):
        return 0
    comma = next((at for at, token in enumerate(tokens[:14]) if token.raw.endswith(",")), None)
    return 0 if comma is None else comma + 1


_FRONT = _set(
    "however furthermore moreover additionally meanwhile therefore later thus instead today yesterday finally"
)


def _phrases(text: str, tokens: Sequence[Token], known: Known) -> Iterator[Antecedent]:
    """Yield the names and the phrases with an article among some words."""
    at = 0
    while at < len(tokens):
        end = _phrase_end(tokens, at)
        if end > at:
            found = _phrase(text, tokens[at:end], known)
            if found is not None:
                yield found
        at = max(end, at + 1)


def _phrase_end(tokens: Sequence[Token], at: int) -> int:
    """Where the name or noun phrase ends that begins at `at`, or `at` where none does."""
    article = tokens[at].word in grammar.ARTICLES
    if not article and not _in_name(tokens[at]):
        return at
    end = at + 1
    while end < len(tokens) and tokens[end - 1].raw[-1] not in ",;:.)" and _continues(tokens, end, article=article):
        end += 1
    return end


def _continues(tokens: Sequence[Token], at: int, *, article: bool) -> bool:
    token = tokens[at]
    if token.raw[0] in '(“"«':
        return False
    if token.capital:
        return True
    if token.word in _LINKS | _PARTICLES and tokens[at - 1].capital:
        return any(later.capital for later in tokens[at + 1 : at + 3])
    closed = grammar.PREPOSITIONS | grammar.CONJUNCTIONS | grammar.AUXILIARIES | grammar.RELATIVES | grammar.DETERMINERS
    common = article and token.word not in closed and not tokens[at - 1].capital
    return common and not (at > 1 and tokens[at - 1].word not in grammar.ARTICLES and is_finite(tokens, at))


def _in_name(token: Token) -> bool:
    return token.capital and token.word not in _CALENDAR and token.word not in _NOT_NAMES


_NOT_NAMES = (
    grammar.PREPOSITIONS | grammar.PRONOUNS | grammar.DETERMINERS | grammar.CONJUNCTIONS | grammar.ADVERBS | _FRONT
)


def _phrase(text: str, tokens: Sequence[Token], known: Known) -> Antecedent | None:
    """Return what some words name, or None where that is not sure."""
    tokens = tokens[: next((at for at, token in enumerate(tokens) if at and token.raw[0] == "("), len(tokens))]
    whole = text[tokens[0].start : tokens[-1].end].strip(' ,;:.()[]“”"«»*_')
    whole = re.sub(r"['’]s$|(?<=s)['’]$", "", whole)
    bare = [token for token in tokens if token.word not in grammar.ARTICLES]
    if not bare or not whole or (tokens[0].word not in grammar.ARTICLES and tokens[0].word in _UNSURE_FIRST):
        return None
    if any(token.word == "and" for token in tokens):
        return Antecedent(whole, "", "several", name=False)
    article = tokens[0].word in grammar.ARTICLES
    name = all(token.capital or token.word in _LINKS | _PARTICLES for token in bare) and not bare[0].word[:1].isdigit()
    if name and (len(bare) > 1 or article or not grammar.looks_plural(bare[0].word)):
        proper = re.sub(r"^[Tt]he ", "", whole)
        return Antecedent(whole, _head(bare), known.kind(proper, article=article), name=True)
    return _common(whole, bare)


_UNSURE_FIRST = _set(
    "its their his her our my your no some any few many most several each every all both this that these those there"
)


def _head(bare: Sequence[Token]) -> str:
    end = next((at for at, token in enumerate(bare) if at and token.word in grammar.PREPOSITIONS), len(bare))
    return re.sub(r"['’]s$", "", bare[end - 1].word)


def _common(whole: str, bare: Sequence[Token]) -> Antecedent:
    head = _head(bare)
    name = any(token.capital for token in bare)
    if grammar.looks_plural(head):
        return Antecedent(whole, head, "several", name)
    if head in ROLES:
        return Antecedent(whole, head, "person", name)
    kind: AntecedentKind = "organisation" if head in ORGANISATIONS else "place" if head in PLACES else "thing"
    return Antecedent(whole, head, kind, name)
