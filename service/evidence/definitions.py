"""Definitions: what the documents say somebody or something with a name is, by the forms in which texts introduce it.

"What is the NATO?" shares no word with its answer but the name, and whatever stands beside a name then looks like an
answer to the model. So for a bare name only sentences are taken that say what it is: "NATO is an alliance ...",
"NATO, a military alliance, ...", "the military alliance NATO", "North Atlantic Treaty Organization (NATO)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.analysis import fold
from index.documents import Span
from service.evidence.definition_forms import Form, forms, named
from service.evidence.openings import open_question
from service.evidence.reading import Evidence, Finding, Reading

# The forms, the most telling first, and the share of public questions of this kind that each answered rightly, with one
# right and one wrong added (python -m benchmarks.definitions).
CONFIDENCES: dict[Form, float] = {"is_a": 0.86, "apposed": 0.86, "titled": 0.80, "spelt_out": 0.92}
_ORDER: tuple[Form, ...] = tuple(CONFIDENCES)
MAX_PLACES = 4
_MOST_WORDS = 7

_ASKED = re.compile(
    r"(?:what|who)(?:['’]s| is| are| was| were)(?: exactly)? (?P<name>[^?]{2,80}?)\s*\?*"
    r"|what (?:does|do|did) (?P<short>[^?]{2,40}?) (?:stand for|mean)\s*\?*"
    r"|(?:define|explain who|explain what) (?P<told>[^?.]{2,80}?)(?: (?:is|was|are|were))?\s*[?.]*",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a passage says a name is, in which form; `place` is the passage's rank."""

    reading: Reading
    form: Form
    place: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The name a question asks the meaning of, without its article; `short` where it asks what letters stand for."""

    name: str
    short: bool


def asked_name(question: str) -> Asked | None:
    """Return what a question asks the meaning of; None for any other question."""
    match = _ASKED.fullmatch(open_question(question).text.strip())
    if match is None:
        return None
    name = _ARTICLE.sub("", match["name"] or match["short"] or match["told"], count=1).strip(" “”\"'")
    return Asked(name, match["short"] is not None) if 0 < len(name.split()) <= _MOST_WORDS else None


def find_definitions(asked: Asked, evidence: Sequence[Evidence]) -> tuple[Finding, ...] | None:
    """Return what the passages say the name stands for, surest first: nothing where they only mention it.

    None where no passage writes it as a name: then the question asks something else.
    """
    ranked = definitions_in(asked, evidence)
    return None if ranked is None else _findings(ranked)


def definitions_in(asked: Asked, evidence: Sequence[Evidence]) -> list[Definition] | None:
    """Return every definition of the name, the most telling first; None where no passage writes it as a name."""
    written = False
    found: list[Definition] = []
    for place, item in enumerate(evidence):
        for unit in item.passage.units:
            for start, end in named(asked.name, item.document.quote(unit)):
                # At the beginning of a sentence any word has a capital.
                written = written or start > 0 or not asked.name.isalpha() or asked.name.isupper()
                found += _definitions(item, unit, start, end, place)
    if not written:
        return None
    if asked.short:
        found = [one for one in found if one.form == "spelt_out"]
    return sorted(found, key=lambda one: _standing(one, asked.name))


def _standing(one: Definition, name: str) -> tuple[int, bool, int, int, int]:
    """Rank by form; of one form first those in a document about the name, of titles the fullest."""
    reading = one.reading
    title = reading.document.title
    about = fold(name) in fold(title) or name.upper() == "".join(word[0] for word in title.split() if word[0].isupper())
    fullness = len(reading.answer) if one.form == "titled" else 0
    return _ORDER.index(one.form), not about, -fullness, one.place, reading.answer.start


def _findings(ranked: Sequence[Definition]) -> tuple[Finding, ...]:
    """Return the best definition with the other places that define the name."""
    if not ranked:
        return ()
    quotes = {(one.reading.document.id, one.reading.quote): one.reading for one in reversed(ranked)}
    best = ranked[0].reading
    others = [
        reading
        for reading in reversed(quotes.values())
        if reading.quote != best.quote or reading.document.id != best.document.id
    ]
    return (Finding(best.text, (best, *others)[:MAX_PLACES], CONFIDENCES[ranked[0].form], stands=True),)


def _definitions(item: Evidence, unit: Span, start: int, end: int, place: int) -> Iterator[Definition]:
    document, passage = item.document, item.passage
    text = document.quote(unit)
    if passage.kind in ("table_row", "field"):
        return
    for form, (first, last) in forms(text, start, end):
        answer = Span(unit.start + first, unit.start + last)
        yield Definition(Reading(document, passage.section, unit, answer, text), form, place)
