"""What kind of thing a phrase names, and which kinds a leaning word can stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from index.analysis import fold
from service.checking.names import CALENDAR, FEMALE, MALE, ORGANISATIONS, PLACES, ROLES, TITLES, Known, name_key
from service.checking.names import Kind as NameKind
from service.evidence import grammar

Kind = NameKind | Literal["event", "date", "number"]
Fit = Literal["surely", "perhaps", "no"]


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


EVENTS = _set(
    "battle war coup attack rebellion massacre conflict operation offensive election agreement ceasefire truce treaty "
    "siege revolt uprising insurgency insurrection intervention invasion capture fall referendum protest assassination "
    "killing bombing crisis collapse revolution campaign festival concert ceremony accord deal independence mission "
    "declaration mutiny raid ambush withdrawal incident earthquake flood fire crash accident tour release trial wedding"
)
PEOPLE = ROLES | _set(
    "father mother brother sister son daughter wife husband uncle nephew cousin child deputy successor "
    "predecessor prisoner candidate player student victim member person guy lady founder spokesperson "
    "secretary rebel fighter chief"
)
TIMES = _set("day week month year time decade century date period morning night moment")
_GROUP_BEFORE = re.compile(
    rf"\b(?P<what>{'|'.join(sorted(ORGANISATIONS))}|{'|'.join(sorted(PLACES))})"
    r"(?: called| named| known as)? (?P<name>[^\W\d_a-z][\w’'-]{0,40}(?: [^\W\d_a-z][\w’'-]{0,40}){0,4})"
)


class Told(Known):
    """What a text says of its names, and what kinds the documents make them."""

    def __init__(self, text: str, kinds: Mapping[str, NameKind]) -> None:
        """Read `text` once; `kinds` are by name_key, for names of which the text says nothing."""
        super().__init__(text)
        self._kinds = kinds

    def kind(self, name: str, *, article: bool) -> NameKind:
        """Return what kind of thing a proper name names."""
        said = super().kind(name, article=article)
        told = self._kinds.get(name_key(name), "unknown")
        if said == "unknown" or (said == "thing" and told != "unknown"):
            return told
        return said


# "The French", "the Swedes", "the Malians".
_PEOPLE_NAME = re.compile(r"[^\W\d_a-z][\w’'-]*(?:ese|ish|ch|ians?|ans|edes|anes|ss|reeks|bs|egs?)")


def read_known(text: str, kinds: Mapping[str, NameKind]) -> Told:
    """Return what a text says of its names, "the group Ansar" included."""
    known = Told(text, kinds)
    for match in _GROUP_BEFORE.finditer(text):
        known.described[name_key(match["name"])].add(match["what"])
    for name in [name for name, said in known.described.items() if " " in name and not said.isdisjoint(ROLES)]:
        known.described[name.rpartition(" ")[2]] |= known.described[name] & ROLES
    return known


# Words that go with one kind of thing: a town is lost and lies somewhere, a group is led, a war begins.
_GOES_WITH: dict[Kind, frozenset[str]] = {
    "organisation": _set(
        "lead leads led found founded leader leaders member members goal goals aim aims ideology fighters "
        "allies ally flag join joined form formed disband disbanded headquarters headquartered spokesman "
        "commander based want wants wanted fight fought recruit finance financed funded armed"
    ),
    "place": _set(
        "lost lose far located lie lies capture captured take took taken retake retook recapture recaptured "
        "control controlled hold held leave left fall fell population live lives inhabitants mayor region "
        "country province river enter entered occupy occupied seize seized besiege besieged liberate "
        "liberated large defend defended retaken reach reached governor"
    ),
    "event": _set(
        "happen happened start started begin began end ended last lasted cause caused causes result results "
        "outcome casualties won win die died over recognised recognise rejected reject signed aftermath "
        "consequences stop stopped trigger triggered"
    ),
    "thing": _set(
        "recognise recognize recognised recognized sign signed reject rejected declare declared accept "
        "accepted renounce renounced publish published written proclaim proclaimed ratify ratified mean "
        "replace"
    ),
    "person": _set(
        "born died age old wife husband married live role job resign resigned elected successor parents study "
        "studied grow childhood nationality"
    ),
}  # fmt: skip


def suits(kind: Kind, words: Iterable[str]) -> int:
    """Return 1 where words of a message go with a kind of thing, -1 where they go with other kinds only, else 0."""
    wanted = {one for one, listed in _GOES_WITH.items() for word in words if word in listed}
    if not wanted or kind in ("unknown", "several", "date", "number"):
        return 0
    return 1 if kind in wanted else -1


def kind_of(phrase: str, head: str, known: Known, *, name: bool, article: bool) -> Kind:
    """Return the kind of a phrase by its own words and what the texts at hand say of it."""
    words = fold(phrase).split()
    if head in EVENTS or "coup" in words or (name and not EVENTS.isdisjoint(words)):
        return "event"
    if name:
        bare = re.sub(r"^[Tt]he ", "", phrase)
        kind: Kind = known.kind(bare, article=article) if bare else "unknown"
        people = kind == "thing" and article and _PEOPLE_NAME.fullmatch(bare) is not None
        if kind == "unknown" and " " not in bare and len(bare) > 5 and grammar.looks_plural(head):
            return "several"
        return "several" if people or (kind == "thing" and grammar.looks_plural(head)) else kind
    if head in TIMES or head in CALENDAR:
        return "date"
    if grammar.looks_plural(head):
        return "several"
    if head in PEOPLE or words[0] in TITLES:
        return "person"
    if head in ORGANISATIONS:
        return "organisation"
    return "place" if head in PLACES else "thing"


def fits(ask: str, kind: Kind, text: str, known: Known) -> Fit:
    """Return whether a phrase of a kind can be what a leaning word (by its nominative) stands for."""
    if ask in ("he", "she"):
        return _fits_person(ask, kind, text, known)
    sure, maybe = _FITS[ask]
    return "surely" if kind in sure else "perhaps" if kind in maybe else "no"


_FITS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "it": (_set("organisation place thing event"), _set("unknown")),
    "they": (_set("several organisation"), _set("unknown thing")),
    "there": (_set("place"), _set("unknown event thing")),
    "then": (_set("date"), _set("event")),
    "this": (_set("thing event"), _set("unknown organisation place several")),
    "these": (_set("several"), _set("unknown organisation")),
}


def _fits_person(ask: str, kind: Kind, text: str, known: Known) -> Fit:
    described = set(fold(text).replace(".", "").split()) | known.described.get(name_key(text), set())
    if not described.isdisjoint(FEMALE if ask == "he" else MALE):
        return "no"
    if kind == "person":
        return "surely"
    return "perhaps" if kind == "unknown" else "no"
