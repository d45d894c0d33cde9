"""What a whole text says of its names: which are places or groups, what each is called, who has which office."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Literal

from index.analysis import fold
from service.evidence import grammar

Kind = Literal["person", "organisation", "place", "thing", "several", "unknown"]


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
PARTICLES = frozenset(grammar.PARTICLES - {"di", "as"})
CALENDAR = _set(
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
    r" (?P<what>[a-z][\w-]{0,30}(?: [a-z][\w-]{0,30}){0,6})(?: [^\W\d_a-z][\w’'-]{0,40}){0,3}(?P<end>.?)"
)
_GOVERNED = re.compile(r"\b(?:in|at|near|from|of|to|on|by|with|and|for|around)(?: the)? $", re.IGNORECASE)
_MID_CAPITAL = re.compile(r"(?<=[a-z,;] )[^\W\d_a-z][\w’'-]{0,40}")
_ROLE_OF = re.compile(rf"\b(?P<role>(?i:{'|'.join(sorted(ROLES))})) {_NAME}")


class Known:
    """What a whole text says of its names: which are places, what each is called, and who has which office."""

    def __init__(self, text: str) -> None:
        """Read `text` once."""
        self.places = {name_key(match["name"]) for match in _LOCATED.finditer(text)} - CALENDAR
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

    def kind(self, name: str, *, article: bool) -> Kind:
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
        if any(word in PARTICLES - {"al", "la", "el", "st", "san"} for word in words[1:-1]):
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
