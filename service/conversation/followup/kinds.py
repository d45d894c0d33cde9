"""What kind of thing a phrase names, and which kinds a leaning word can stand for."""

from __future__ import annotations

import re
from typing import Literal

from index.analysis import fold
from service.checking.names import CALENDAR, FEMALE, MALE, ORGANISATIONS, PLACES, ROLES, TITLES, Known, name_key
from service.evidence import grammar

Kind = Literal["person", "organisation", "place", "thing", "several", "event", "date", "number", "unknown"]
Fit = Literal["surely", "perhaps", "no"]


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


EVENTS = _set(
    "battle war coup attack rebellion massacre conflict operation offensive election agreement ceasefire truce treaty "
    "siege revolt uprising insurgency insurrection intervention invasion capture fall referendum protest assassination "
    "killing bombing crisis collapse revolution campaign festival concert ceremony accord deal independence mission "
    "declaration mutiny raid ambush withdrawal incident earthquake flood fire crash accident tour release trial wedding"
)
PEOPLE = ROLES | _set("father mother brother sister son daughter wife husband uncle nephew cousin child deputy successor "
                      "predecessor prisoner candidate player student victim member person guy lady founder spokesperson "
                      "secretary rebel fighter chief")  # fmt: skip
TIMES = _set("day week month year time decade century date period morning night moment")
_GROUP_BEFORE = re.compile(
    rf"\b(?P<what>{'|'.join(sorted(ORGANISATIONS))}|{'|'.join(sorted(PLACES))})"
    r"(?: called| named| known as)? (?P<name>[^\W\d_a-z][\w’'-]{0,40}(?: [^\W\d_a-z][\w’'-]{0,40}){0,4})"
)


def read_known(text: str) -> Known:
    """Return what a text says of its names, "the group Ansar" included."""
    known = Known(text)
    for match in _GROUP_BEFORE.finditer(text):
        known.described[name_key(match["name"])].add(match["what"])
    return known


def kind_of(phrase: str, head: str, known: Known, *, name: bool, article: bool) -> Kind:
    """Return the kind of a phrase by its own words and what the texts at hand say of it."""
    words = fold(phrase).split()
    if head in EVENTS or (name and not EVENTS.isdisjoint(words)):
        return "event"
    if name:
        bare = re.sub(r"^[Tt]he ", "", phrase)
        kind: Kind = known.kind(bare, article=article) if bare else "unknown"
        return "several" if kind == "thing" and grammar.looks_plural(head) else kind
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
    "they": (_set("several organisation"), _set("unknown person place")),
    "there": (_set("place"), _set("unknown event organisation thing")),
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
