"""What each sentence and row of the retrieved passages says of a claim: for it, against it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.documents import Document, Span
from index.passages import Passage
from service.checking.mentions import find_mentions
from service.checking.times import resolve_days
from service.checking.values import Comparison, compare_values
from service.evidence.entailing import as_quoted, label_chances, least_silent
from service.evidence.formats import LABELS
from service.evidence.judging import Judged
from service.evidence.leaning import leans
from service.evidence.model import EvidenceModel, FloatArray, Pair
from service.evidence.reading import Reading
from service.evidence.rendering import Rendered

_ENTAILMENT, _NEUTRAL, _CONTRADICTION = (LABELS.index(label) for label in LABELS)
# A sentence says nothing of its own where the one before it already says so much of what both say together.
_ECHO_SHARE = 0.9
# With a sentence that leans on the one before it goes that one, where there is room for both.
_LED_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Quotable:
    """What can be quoted of a passage, and how it is read.

    `said` is the quote as it is to be understood: a sentence with its relative dates worked out ("The following day"
    after one on 5 April is 6 April), a row's values with their labels. `before` is the sentence it leans on, or "".
    """

    reading: Reading
    said: str
    header: str
    before: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A quote with the chances that it supports and that it refutes a claim, and the values it gives."""

    quotable: Quotable
    supports: float
    refutes: float
    comparison: Comparison

    @property
    def reading(self) -> Reading:
        """The quote itself."""
        return self.quotable.reading


def weigh(model: EvidenceModel, claim: str, quotables: Sequence[Quotable]) -> list[Weighed]:
    """Return the quotes with what each says of the claim, in their order.

    The chances are the verifier's. A quote that gives one of the claim's dates or numbers otherwise does not support
    it, whatever the rest of the sentence says.
    """
    mentions = find_mentions(claim)
    weighed = []
    for quotable, chances in zip(quotables, _judge(model, claim, quotables), strict=True):
        comparison = compare_values(mentions, find_mentions(quotable.said), f"{quotable.header} {quotable.before}")
        supports = 0.0 if comparison.clashes else float(chances[_ENTAILMENT])
        weighed.append(Weighed(quotable, supports, float(chances[_CONTRADICTION]), comparison))
    return weighed


def at_odds(model: EvidenceModel, quote: Weighed, others: Sequence[Weighed]) -> list[float]:
    """Return for each of the others the chance that it and the quote cannot both be true.

    A contradiction holds both ways, so the less sure direction counts.
    """
    forth = _refuting(model, quote, others)
    back = [_refuting(model, other, [quote])[0] for other in others]
    return [min(pair) for pair in zip(forth, back, strict=True)]


def _refuting(model: EvidenceModel, claim: Weighed, quotes: Sequence[Weighed]) -> list[float]:
    """Return the chances that quotes refute what another says, 1 where that is too long to be read whole."""
    said = as_quoted(claim.quotable.said)
    if not model.reads_whole(said):
        return [1.0] * len(quotes)
    return [one.refutes for one in weigh(model, said, [quote.quotable for quote in quotes])]


def _judge(model: EvidenceModel, claim: str, quotables: Sequence[Quotable]) -> list[FloatArray]:
    """Return what each quote says of the claim: the chances of the labels.

    A quote is judged under its headings, and one that leans on the sentence before it also after that one; the less
    silent reading counts, unless that sentence alone says as much, since a quote must hold its proof.
    """
    leaning = [quotable for quotable in quotables if quotable.before]
    pairs = [Pair(claim, quotable.header, quotable.said) for quotable in quotables]
    pairs += [Pair(claim, quotable.header, f"{quotable.before} {quotable.said}") for quotable in leaning]
    pairs += [Pair(claim, quotable.header, quotable.before) for quotable in leaning]
    chances = [label_chances(least_silent(windows), 1.0) for windows in model.judge(pairs)]
    alone, rest = chances[: len(quotables)], chances[len(quotables) :]
    led = zip(rest[: len(leaning)], rest[len(leaning) :], strict=True)
    return [
        _least_silent(own, *next(led)) if quotable.before else own
        for quotable, own in zip(quotables, alone, strict=True)
    ]


def _least_silent(alone: FloatArray, led: FloatArray, before: FloatArray) -> FloatArray:
    """Return the reading that counts of a quote alone and after the sentence before it."""
    side = _ENTAILMENT if led[_ENTAILMENT] > led[_CONTRADICTION] else _CONTRADICTION
    echoes = before[side] >= _ECHO_SHARE * led[side]
    return alone if echoes or alone[_NEUTRAL] <= led[_NEUTRAL] else led


def quotables_of(judged: Sequence[Judged]) -> list[Quotable]:
    """Return every sentence and row of the passages, in their order."""
    return [
        quotable
        for item in judged
        for quotable in find_quotables(item.evidence.document, item.evidence.passage, item.rendered)
    ]


def find_quotables(document: Document, passage: Passage, rendered: Rendered) -> list[Quotable]:
    """Return the sentences of a passage, each after the one it leans on, or its row or info-box line."""
    header = rendered.header
    if not rendered.prose:
        unit = passage.units[0]
        return [Quotable(Reading(document, passage.section, unit, unit, rendered.text), rendered.text, header, "")]
    found, earlier = [], list[str]()
    for unit in passage.units:
        text = document.quote(unit)
        before = earlier[0] if earlier and leans(text) else ""
        found.append(
            Quotable(
                Reading(document, passage.section, unit, unit, text),
                resolve_days(text, earlier),
                header,
                before if len(before) + len(text) <= _LED_CHARACTERS else "",
            )
        )
        earlier.insert(0, text)
    return found


def decisive_span(weighed: Weighed) -> Span | None:
    """Return the words of the quote that decided, in the document, where single values did; else None."""
    reading = weighed.reading
    if reading.document.quote(reading.quote) != weighed.quotable.said or not weighed.comparison.decisive:
        return None
    first = min(weighed.comparison.decisive, key=lambda span: span.start)
    return Span(reading.quote.start + first.start, reading.quote.start + first.end)
