"""Sentences of the passages held against a claim."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.documents import Span
from service.evidence.formats import LABELS
from service.evidence.judging import Judged
from service.evidence.model import EvidenceModel, FloatArray, Pair, WindowLogits
from service.evidence.reading import Reading

_ENTAILMENT, _NEUTRAL, _CONTRADICTION = (LABELS.index(label) for label in LABELS)
# With a sentence goes the one before it, where there is room for both: "The next day" means nothing alone.
_CONTEXT_CHARACTERS = 400
# A sentence says nothing of its own where the one before it already said so much of what both say together.
_ECHO_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Weighed:
    """A quote and the calibrated chances that it entails or contradicts a claim."""

    reading: Reading
    entails: float
    contradicts: float


def weigh(model: EvidenceModel, temperature: float, claim: str, judged: Sequence[Judged]) -> list[Weighed]:
    """Return every sentence and row of the passages with what it says of the claim, in their order.

    A sentence is judged alone and after the one before it, where it may be understood better; the latter counts
    unless that one alone says as much, since a quote must hold its proof.
    """
    quotables = [quotable for item in judged for quotable in _quotables(item)]
    alone = _judge(model, temperature, claim, [quotable.reading.said for quotable in quotables])
    places = [number for number, quotable in enumerate(quotables) if quotable.led != quotable.reading.said]
    judged_led = _judge(model, temperature, claim, [quotables[number].led for number in places])
    led = dict(zip(places, judged_led, strict=True))
    weighed = []
    for number, quotable in enumerate(quotables):
        if number not in led:
            entails, contradicts = alone[number]
        else:
            entails, contradicts = (
                own if before >= _ECHO_SHARE * both else max(own, both)
                for own, both, before in zip(alone[number], led[number], alone[number - 1], strict=True)
            )
        weighed.append(Weighed(quotable.reading, entails, contradicts))
    return weighed


def _judge(model: EvidenceModel, temperature: float, claim: str, texts: Sequence[str]) -> list[tuple[float, float]]:
    """Return the chances of texts, each less by the chance that the text does not bear on the claim at all.

    A sentence about something else "contradicts" a claim about as often as not: trained pairs are always on one matter.
    """
    # Without headings: the entailment head was trained on evidence that had none.
    found = []
    for windows in model.judge([Pair(claim, "", text) for text in texts]):
        entails, contradicts = chances_of(windows, temperature)
        bears = 1.0 / (1.0 + math.exp(-least_silent(windows).relevance))
        found.append((bears * entails, bears * contradicts))
    return found


def as_quoted(sentence: str) -> str:
    """Return a sentence of a document in the form in which the verifier holds it, like a claim, against another.

    It says many things where a claim says one, so the verifier was taught to tell the two apart by the marks.
    """
    return f"“{sentence}”"


def least_silent(windows: Sequence[WindowLogits]) -> WindowLogits:
    """Return the window of a text that is least neutral: a long text says what one of its windows says."""
    return max(windows, key=lambda window: -label_chances(window, 1.0)[_NEUTRAL])


def chances_of(windows: Sequence[WindowLogits], temperature: float) -> tuple[float, float]:
    """Return the chances of entailment and contradiction by the window that is least silent."""
    chances = label_chances(least_silent(windows), temperature)
    return float(chances[_ENTAILMENT]), float(chances[_CONTRADICTION])


def label_chances(window: WindowLogits, temperature: float) -> FloatArray:
    """Return the chance of each label, in the order of LABELS; `temperature` as fitted, 1 for those of the model."""
    scaled = window.entailment / temperature
    chances: FloatArray = np.exp(scaled - np.logaddexp.reduce(scaled))
    return chances


@dataclass(frozen=True, slots=True)
class _Quotable:
    """What can be quoted of a passage, and its text after the sentence before it, where both have room."""

    reading: Reading
    led: str


def _quotables(item: Judged) -> list[_Quotable]:
    document, passage = item.evidence.document, item.evidence.passage
    if not item.rendered.prose:
        unit, text = passage.units[0], item.rendered.text
        return [_Quotable(Reading(document, passage.section, unit, unit, text), text)]
    found = []
    for number, unit in enumerate(passage.units):
        before = passage.units[number - 1].start if number else unit.start
        start = before if unit.end - before <= _CONTEXT_CHARACTERS else unit.start
        reading = Reading(document, passage.section, unit, unit, document.quote(unit))
        found.append(_Quotable(reading, document.quote(Span(start, unit.end))))
    return found
