"""Statements of the documents that contradict each other: another date or count for the same thing.

Precision first. Two sentences that give different dates mostly tell of different events, so a pair is listed only when
the one says all that the other says but for a date or a number, which it gives otherwise, and the evidence model, asked
in both directions, takes each for a refutation of the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from index.documents import Span
from index.library import Library
from index.passages import Passage
from index.retriever import Retriever
from service.checking.attribution import is_denial
from service.checking.mentions import Mentions, find_mentions
from service.checking.values import Comparison, compare_values, happening
from service.checking.weighing import Quotable, find_quotables, weigh
from service.evidence.model import EvidenceModel
from service.evidence.rendering import render
from service.quotes import Citation, make_citation

DisagreementKind = Literal["date", "number"]
# So many of the nearest passages are compared with a statement.
NEIGHBOURS = 10
# So many words, values apart, both statements share at least.
FEWEST_SHARED = 2
# Each direction must be at least this sure.
SURE = 0.5
_READ_AT_ONCE = 256
# What happened again happened at another time.
_AGAIN = re.compile(r"\b(?:again|once more|anew|another|a (?:second|third|further) time|re-\w+)\b", re.IGNORECASE)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two statements that cannot both be right, each with its quote; `confidence` is the less sure direction's."""

    kind: DisagreementKind
    first: Citation
    second: Citation
    confidence: float


def find_disagreements(
    library: Library, retriever: Retriever, model: EvidenceModel, on_progress: Progress
) -> list[Disagreement]:
    """Return the disagreements of a whole library, surest first; `on_progress` gets passages done and their number."""
    ids = library.arrays().passage_ids.tolist()
    seen: set[tuple[str, str]] = set()
    found: list[Disagreement] = []
    for number, passage in enumerate(_passages(library, ids), start=1):
        for statement in _statements(library, passage):
            for other in _rivals(statement, library, retriever):
                made = _judged(statement, other, model)
                if made is not None and (key := (made.first.id, made.second.id)) not in seen:
                    seen.add(key)
                    found.append(made)
        on_progress(number, len(ids))
    return sorted(found, key=lambda one: (-one.confidence, one.first.id, one.second.id))


def _passages(library: Library, ids: list[int]) -> Iterator[Passage]:
    for start in range(0, len(ids), _READ_AT_ONCE):
        batch = ids[start : start + _READ_AT_ONCE]
        held = library.store.passages(batch)
        # One that was removed meanwhile has nothing to disagree with any more.
        yield from (held[number] for number in batch if number in held)


def _statements(library: Library, passage: Passage) -> list[Quotable]:
    document = library.document(passage.document_id, passage.version)
    return [
        quotable
        for quotable in find_quotables(document, passage, render(document, passage))
        if _has_values(find_mentions(quotable.said)) and not is_denial(quotable.said)
    ]


def _has_values(mentions: Mentions) -> bool:
    return bool(mentions.dates or mentions.numbers)


def _rivals(statement: Quotable, library: Library, retriever: Retriever) -> Iterator[Quotable]:
    """Yield the statements nearby that tell of the same in much the same words and give a value otherwise."""
    for hit in retriever.search(statement.said, NEIGHBOURS, None):
        for other in _statements(library, hit.passage):
            if not _is_after(other, statement) or _in_one_table(statement, other):
                continue
            if _on_one_matter(statement, other) and _clash(statement, other):
                yield other


def _is_after(other: Quotable, statement: Quotable) -> bool:
    """Whether `other` comes later in address order: each pair is looked at once."""
    places = [(one.reading.document.id, one.reading.quote.start) for one in (statement, other)]
    return places[0] < places[1]


def _in_one_table(one: Quotable, other: Quotable) -> bool:
    """Whether both are rows or info-box lines under one heading: those tell of different things."""
    told = [
        quotable.reading.document.quote(quotable.reading.quote) != quotable.reading.said for quotable in (one, other)
    ]
    return all(told) and one.header == other.header and one.reading.document.id == other.reading.document.id


def _on_one_matter(one: Quotable, other: Quotable) -> bool:
    """Whether the one says what the other says, names included, values apart: what happens, and to whom.

    Where each has a word the other lacks, they may tell of different things: the northern lake and the southern.
    """
    happens, names = zip(*(_words(quotable) for quotable in (one, other)), strict=True)
    said = [words | named for words, named in zip(happens, names, strict=True)]
    shared = said[0] & said[1]
    # The same names alone do not make it the same event.
    return shared in said and len(shared) >= FEWEST_SHARED and bool(happens[0] & happens[1]) and not _again(one, other)


def _again(one: Quotable, other: Quotable) -> bool:
    """Whether one of them alone tells of another time."""
    return len({_AGAIN.search(quotable.said) is None for quotable in (one, other)}) > 1


def _words(quotable: Quotable) -> tuple[frozenset[str], frozenset[str]]:
    said = quotable.said
    mentions = find_mentions(said)
    return happening(said, mentions), frozenset(word for name in mentions.names for word in name.words)


def _clash(one: Quotable, other: Quotable) -> bool:
    """Whether a value of either is given otherwise by the other, and none agrees."""
    return all(_clashes_only(compare(first, second)) for first, second in ((one, other), (other, one)))


def _clashes_only(comparison: Comparison) -> bool:
    dates = comparison.dates_clashing > 0 and comparison.dates_agreeing == 0
    numbers = comparison.numbers_clashing > 0 and comparison.numbers_agreeing == 0
    # Another date and another number is another event.
    return dates != numbers


def compare(claim: Quotable, quote: Quotable) -> Comparison:
    """Compare what two statements of the documents name."""
    context = f"{quote.header} {quote.before}"
    return compare_values(find_mentions(claim.said), find_mentions(quote.said), context)


def _judged(one: Quotable, other: Quotable, model: EvidenceModel) -> Disagreement | None:
    """Return the disagreement if both directions are sure of it."""
    chances = []
    for claim, quote in ((one, other), (other, one)):
        if not model.reads_whole(claim.said):
            return None
        (weighed,) = weigh(model, claim.said, [quote])
        chances.append(weighed.refutes)
    if min(chances) < SURE:
        return None
    kind: DisagreementKind = "date" if compare(one, other).dates_clashing else "number"
    return Disagreement(kind, _cited(one, other), _cited(other, one), round(min(chances), 4))


def _cited(quotable: Quotable, other: Quotable) -> Citation:
    """Quote one side, its own value marked."""
    reading = quotable.reading
    spans = compare(other, quotable).decisive
    prose = reading.document.quote(reading.quote) == quotable.said
    highlight = (
        Span(reading.quote.start + spans[0].start, reading.quote.start + spans[0].end) if spans and prose else None
    )
    return make_citation(reading.document, reading.quote, section=reading.section, highlight=highlight)
