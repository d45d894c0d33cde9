"""What each sentence and row of the retrieved passages says of a claim: for it, against it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.documents import Document, Span
from index.passages import Passage
from service.checking.attribution import is_denial, is_reported
from service.checking.mentions import Mentions, find_mentions
from service.checking.values import Comparison, compare_values, coverage, happening, share
from service.checking.weights import WeighingModel
from service.evidence.entailing import least_silent
from service.evidence.formats import LABELS
from service.evidence.judging import Judged
from service.evidence.leaning import leans
from service.evidence.model import EvidenceModel, Pair, WindowLogits
from service.evidence.reading import Reading
from service.evidence.rendering import Rendered

FloatArray = npt.NDArray[np.float64]
_ENTAILMENT, _NEUTRAL, _CONTRADICTION = (LABELS.index(label) for label in LABELS)
# With a sentence that leans on the one before it goes that one, where there is room for both.
_LED_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Quotable:
    """What can be quoted of a passage: its headings, its text, and what stands before it that it leans on."""

    reading: Reading
    header: str
    before: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A quote with the calibrated chances that it supports and that it refutes a claim, and the values it gives."""

    quotable: Quotable
    supports: float
    refutes: float
    comparison: Comparison

    @property
    def reading(self) -> Reading:
        """The quote itself."""
        return self.quotable.reading


@dataclass(frozen=True, slots=True)
class Described:
    """A quote, the values it gives, and its signals (weights.SIGNALS) for a claim."""

    quotable: Quotable
    comparison: Comparison
    signals: tuple[float, ...]

    @property
    def reading(self) -> Reading:
        """The quote itself."""
        return self.quotable.reading


def weigh(model: EvidenceModel, weights: WeighingModel, claim: str, judged: Sequence[Judged]) -> list[Weighed]:
    """Return every sentence and row of the passages with what it says of the claim, in their order."""
    described = describe_quotes(model, claim, quotables_of(judged))
    if not described:
        return []
    chances = weights.chances(np.array([quote.signals for quote in described]))
    return [
        Weighed(quote.quotable, float(row[0]), float(row[1]), quote.comparison)
        for quote, row in zip(described, chances, strict=True)
    ]


def describe_quotes(model: EvidenceModel, claim: str, quotables: Sequence[Quotable]) -> list[Described]:
    """Return the quotes with their signals for the claim, in their order."""
    mentions = find_mentions(claim)
    described = []
    for quotable, window in zip(quotables, _judge(model, claim, quotables), strict=True):
        said, context = quotable.reading.said, f"{quotable.header} {quotable.before}"
        comparison = compare_values(mentions, find_mentions(said), context)
        described.append(Described(quotable, comparison, describe(claim, mentions, said, context, window, comparison)))
    return described


def describe(
    claim: str, mentions: Mentions, said: str, context: str, window: WindowLogits, comparison: Comparison
) -> tuple[float, ...]:
    """Return the signals (weights.SIGNALS) of one quote for a claim; `window` is what the model says of the two."""
    entailment = window.entailment
    scaled = np.exp(entailment - np.logaddexp.reduce(entailment))
    told = 1.0 - float(scaled[_NEUTRAL])
    clash = float(comparison.clashes)
    wanted = len(mentions.names) or 1
    alike = share(happening(claim, mentions), said)
    return (
        float(entailment[_ENTAILMENT] - entailment[_NEUTRAL]),
        float(entailment[_CONTRADICTION] - entailment[_NEUTRAL]),
        float(scaled[_ENTAILMENT]),
        float(scaled[_CONTRADICTION]),
        clash,
        clash * told,
        clash * alike,
        float(scaled[_CONTRADICTION]) * alike,
        float(comparison.dates_missing > 0),
        float(comparison.numbers_missing > 0),
        comparison.names_missing / wanted,
        coverage(claim, f"{said} {context}"),
        float(is_reported(said) and not is_reported(claim)),
        float(is_denial(said) and not is_denial(claim)),
    )


def _judge(model: EvidenceModel, claim: str, quotables: Sequence[Quotable]) -> list[WindowLogits]:
    """Judge each quote under its headings, and one that leans on the sentence before it also after that one.

    Of the two readings the less neutral counts.
    """
    leaning = [quotable for quotable in quotables if quotable.before]
    pairs = [Pair(claim, quotable.header, quotable.reading.said) for quotable in quotables]
    pairs += [Pair(claim, quotable.header, f"{quotable.before} {quotable.reading.said}") for quotable in leaning]
    windows = [least_silent(held) for held in model.judge(pairs)]
    alone, led = windows[: len(quotables)], iter(windows[len(quotables) :])
    return [
        least_silent([window, next(led)]) if quotable.before else window
        for quotable, window in zip(quotables, alone, strict=True)
    ]


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
        return [Quotable(Reading(document, passage.section, unit, unit, rendered.text), header, "")]
    found = []
    for number, unit in enumerate(passage.units):
        text = document.quote(unit)
        before = document.quote(passage.units[number - 1]) if number and leans(text) else ""
        found.append(
            Quotable(
                Reading(document, passage.section, unit, unit, text),
                header,
                before if len(before) + len(text) <= _LED_CHARACTERS else "",
            )
        )
    return found


def decisive_span(weighed: Weighed) -> Span | None:
    """Return the words of the quote that decided, in the document, where single values did; else None."""
    reading = weighed.reading
    if reading.document.quote(reading.quote) != reading.said or not weighed.comparison.decisive:
        return None
    first = min(weighed.comparison.decisive, key=lambda span: span.start)
    return Span(reading.quote.start + first.start, reading.quote.start + first.end)
