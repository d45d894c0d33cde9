"""Claims made from questions: true with the right answer, false with another, undecided by other sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.analysis import query_terms, terms
from index.documents import Span
from index.lexical import build_lexical
from index.ranking import best
from index.sentences import split
from service.evidence.formats import Label, SquadRow
from service.evidence.leaning import leans
from service.evidence.training.examples import Example, entailing
from service.evidence.training.perturb import MONTHS, another
from service.evidence.training.verifying.declaring import Asked, fill, pattern
from service.evidence.training.verifying.headings import headed

Rng = random.Random
Progress = Callable[[str, int, int], None]
# A sentence that leaves at least this share of a claim's words unsaid does not settle it.
_UNSAID = 0.34
# "It was taken by them" says too little to be checked.
_LEAST_TERMS = 3
_NEAREST = 14
_WHOLE_PARAGRAPH = 0.12
_FALSE_AND_UNDECIDED = 0.35
_LAST_DAY = 28
_DIGITS = re.compile(r"\d[\d,.]*\d|\d")


@dataclass(frozen=True, slots=True)
class Source:
    """A statement with a gap, the answer that fills it, and the paragraph's sentences; `at` is the one that says so."""

    asked: Asked
    answer: str
    answers: tuple[str, ...]
    title: str
    group: str
    sentences: tuple[str, ...]
    at: int


def find_sources(rows: Sequence[SquadRow], untitled: frozenset[str]) -> list[Source]:
    """Return what statements the rows' questions make; but for those of `untitled` sources they have titles."""
    found = []
    cut: dict[str, tuple[Span, ...]] = {}
    for row in rows:
        if row.is_impossible or not row.answers:
            continue
        answer, start = min(row.answers, key=lambda one: len(one[0]))
        asked = pattern(row.question, answer, row.context[max(0, start - 40) : start])
        if asked is None or len(query_terms(fill(asked, answer))) < _LEAST_TERMS:
            continue
        if row.context not in cut:
            cut[row.context] = split(row.context, Span(0, len(row.context)))
        spans = cut[row.context]
        places = [at for at, span in enumerate(spans) if span.overlaps(Span(start, start + len(answer)))]
        if len(places) != 1:
            continue
        sentences = tuple(row.context[span.start : span.end] for span in spans)
        known = row.source not in untitled
        found.append(
            Source(
                asked,
                answer.strip(" .,;"),
                tuple(text for text, _ in row.answers),
                row.title.replace("_", " ") if known else "",
                row.title if known else row.source,
                sentences,
                places[0],
            )
        )
    return found


def claims_from(sources: Sequence[Source], rng: Rng, on_progress: Progress) -> Iterator[Example]:
    """Yield for each statement one example of every label, where it can be made."""
    pools = _pools(sources)
    nearby = _Nearby(sources)
    names = sorted({source.title for source in sources if source.title})
    for number, source in enumerate(sources):
        evidence = _evidence(source, rng)
        true = fill(source.asked, source.answer)
        wrong = _wrong_answer(source, pools[source.group], rng)
        false = None if wrong is None else fill(source.asked, wrong)

        def made(claim: str, text: str, label: Label, kind: str, source: Source = source) -> Example:
            example = entailing(claim, text, label, kind=kind)
            return headed(example, source.title, names, rng) if source.title else example

        yield made(true, evidence, "entailment", "question answered")
        if false is not None:
            yield made(false, evidence, "contradiction", "question answered wrongly")
        claim = false if false is not None and rng.random() < _FALSE_AND_UNDECIDED else true
        silent = nearby.silent(claim, source, rng)
        if silent is not None:
            yield made(claim, silent, "neutral", "question left open")
        if number % 5000 == 0:
            on_progress("claims from questions", number, len(sources))


def _evidence(source: Source, rng: Rng) -> str:
    """Return the sentence that says so, after the one it leans on, or at times the whole paragraph."""
    if rng.random() < _WHOLE_PARAGRAPH:
        return " ".join(source.sentences)
    sentence = source.sentences[source.at]
    if source.at and (leans(sentence) or rng.random() < 0.1):
        return f"{source.sentences[source.at - 1]} {sentence}"
    return sentence


def _wrong_answer(source: Source, pool: Sequence[Source], rng: Rng) -> str | None:
    """Return an answer of the same kind that the paragraph's answers rule out."""
    answer = source.answer
    if _DIGITS.search(answer) or any(month in answer for month in MONTHS):
        return _other_value(answer, " ".join(source.answers), rng)
    wanted = _kind(source)
    sentence = source.sentences[source.at].casefold()
    taken = {word for text in source.answers for word in terms(text)}
    fitting = [
        other.answer
        for other in rng.sample(pool, min(len(pool), 60))
        if _kind(other) == wanted
        and other.answer.casefold() not in sentence
        and not taken.intersection(terms(other.answer))
        and abs(len(other.answer.split()) - len(answer.split())) <= 2
    ]
    return rng.choice(fitting) if fitting else None


def _other_value(answer: str, taken: str, rng: Rng) -> str | None:
    """Return the date or number with one part of it changed."""
    parts = [match[0] for match in _DIGITS.finditer(answer)] + [month for month in MONTHS if month in answer]
    old = rng.choice(parts)
    is_day = old.isdecimal() and int(old) <= _LAST_DAY and any(month in answer for month in MONTHS)
    new = str(rng.randint(1, _LAST_DAY)) if is_day else another(old, (), (taken,), rng)
    return None if new is None or new == old else answer.replace(old, new, 1)


def _kind(source: Source) -> tuple[str, bool, bool]:
    """Answers to the same question word, both names or both not, may stand in for one another."""
    return source.asked.asks.split(" ")[0], source.answer[:1].isupper(), bool(_DIGITS.search(source.answer))


def _pools(sources: Sequence[Source]) -> dict[str, list[Source]]:
    pools: dict[str, list[Source]] = {}
    for source in sources:
        pools.setdefault(source.group, []).append(source)
    return pools


class _Nearby:
    """Sentences near a claim in words that leave it open: of its own paragraph, or such as a search brings up."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sentences = list(dict.fromkeys(text for source in sources for text in source.sentences))
        self._held = [frozenset(terms(text)) for text in self._sentences]
        self._places = {text: place for place, text in enumerate(self._sentences)}
        self._lexical = build_lexical(terms(text) for text in self._sentences)

    def silent(self, claim: str, source: Source, rng: Rng) -> str | None:
        wanted = frozenset(query_terms(claim))
        near = best(self._lexical.scores(sorted(wanted)), _NEAREST).tolist()
        own = [self._places[text] for at, text in enumerate(source.sentences) if at != source.at]
        said = source.sentences[source.at]

        def fits(place: int) -> bool:
            text = self._sentences[place]
            unsaid = len(wanted - self._held[place])
            return (
                text != said
                and unsaid >= max(2, _UNSAID * len(wanted))
                and not any(answer.casefold() in text.casefold() for answer in source.answers)
            )

        found = [place for place in near if fits(place)][:5]
        beside = [place for place in own if fits(place)]
        chosen = beside if beside and (not found or rng.random() < 0.4) else found
        return self._sentences[rng.choice(chosen)] if chosen else None
