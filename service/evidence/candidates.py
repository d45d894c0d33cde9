"""Possible answers: the best spans of each passage, traced back to the documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.documents import Document, Span
from service.evidence.judging import Judged
from service.evidence.reading import Reading
from service.evidence.spans import best_spans

SPANS = 6
# Overlapping spans say the same in more or fewer words; the best of them stands for all.
KEPT = 2
_EDGES = " \t\n\u00a0,;:|"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer, the passage it comes from, its rank among those read, and its margin over "no answer"."""

    reading: Reading
    judged: Judged
    place: int
    margin: float


def find_candidates(judged: Sequence[Judged]) -> list[Candidate]:
    """Return the best spans of each passage that do not overlap, in the order of the passages."""
    found = []
    for place, item in enumerate(judged):
        kept: list[Candidate] = []
        for span in best_spans(item.windows, SPANS):
            answer = item.rendered.locate(span.start, span.end)
            trimmed = _trimmed(item.evidence.document, answer) if answer else None
            if trimmed is None or any(trimmed.overlaps(other.reading.answer) for other in kept):
                continue
            document, passage = item.evidence.document, item.evidence.passage
            quote = _quote(trimmed, passage.units)
            said = document.quote(quote) if item.rendered.prose else item.rendered.text
            reading = Reading(document, passage.section, quote, trimmed, said)
            kept.append(Candidate(reading, item, place, span.margin))
            if len(kept) == KEPT:
                break
        found += kept
    return found


def _trimmed(document: Document, span: Span) -> Span | None:
    start, end = span.start, span.end
    while start < end and document.text[start] in _EDGES:
        start += 1
    while end > start and document.text[end - 1] in _EDGES:
        end -= 1
    return _whole_words(document.text, start, end) if start < end else None


def _whole_words(text: str, start: int, end: int) -> Span:
    """Widen a stretch to whole words: the model's tokens are pieces of words, and an answer is not."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return Span(start, end)


def _quote(answer: Span, units: Sequence[Span]) -> Span:
    """Return the sentences, row or line around the answer; the answer itself where it stands in none."""
    held = [unit for unit in units if unit.overlaps(answer)]
    if not held:
        return answer
    return Span(min(answer.start, held[0].start), max(answer.end, held[-1].end))
