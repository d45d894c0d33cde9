"""A text to verdicts: its claims are found, made to stand alone, held against the documents, and decided."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from cachetools import LRUCache

from index.documents import Span
from index.errors import TooLarge
from index.library import Library
from index.retriever import Retriever
from service.checking.quoted import find_quotations
from service.checking.standalone import standalone
from service.checking.statements import Statement, find_statements
from service.checking.weighing import Weighed, at_odds, decisive_span, quotables_of, weigh
from service.checking.weights import (
    AT_ODDS,
    Bars,
    Fitted,
    best_for,
    load_weights,
    speaking_against,
    surest,
    verdict_for,
)
from service.copies import gathered
from service.evidence.judging import Judged
from service.evidence.reader import EvidenceReader
from service.evidence.reading import evidence_for
from service.lookup import LookupResult, identifies
from service.quotes import Citation, make_citation
from service.verdicts import CheckedQuotation, CheckResult, PassedOver, SilenceReason, Verdict, VerdictLabel, summarize

# So many of the best passages by fusion are put to the evidence model, and of so many the sentences are weighed.
RETRIEVED = 24
WEIGHED = 6
# So many quotes are shown on a side, each at least this sure, measured against the surest.
MAX_QUOTES = 6
SHOWN_SHARE = 0.6
MAX_NEAREST = 3
# More than any chance.
_NEVER = 2.0
MAX_STATEMENTS = 1_000
MAX_QUOTATIONS = 200
_REMEMBERED = 2_000

LookUp = Callable[[str, Sequence[str] | None], LookupResult]
_Key = tuple[int, str, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Outline:
    """What a text holds before anything is checked: its claims as they will be checked, and the rest."""

    claims: tuple[Claim, ...]
    passed_over: tuple[PassedOver, ...]
    quotations: tuple[CheckedQuotation, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it stands in the text, and as it is checked where it leans on its neighbours."""

    text: str
    span: Span
    standalone: str | None

    @property
    def checked(self) -> str:
        """The words that are held against the documents."""
        return self.standalone or self.text


class Checker:
    """Checks claims against a library with the evidence model. Thread-safe and deterministic."""

    def __init__(self, library: Library, retriever: Retriever, reader: EvidenceReader, look_up: LookUp) -> None:
        """Load nothing yet."""
        self._library = library
        self._retriever = retriever
        self._reader = reader
        self._look_up = look_up
        self._known: LRUCache[_Key, Verdict] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()

    @cached_property
    def weights(self) -> Fitted:
        """The fitted numbers that turn chances into verdicts."""
        return load_weights()

    def outline(self, text: str, documents: Sequence[str] | None) -> Outline:
        """Find what there is to check in a text; its quotations are looked up here.

        Raises TooLarge for a text of more statements than anyone would wait for.
        """
        statements = find_statements(text)
        if len(statements) > MAX_STATEMENTS:
            raise TooLarge(
                f"The text has {len(statements)} statements and the limit is {MAX_STATEMENTS}; check it in parts.",
                code="too_many_statements",
            )
        alone = standalone(text, statements)
        claims = tuple(
            Claim(_slice(text, one.span), one.span, said)
            for one, said in zip(statements, alone, strict=True)
            if one.kind == "claim"
        )
        passed = tuple(found for one in statements if (found := _passed_over(text, one)) is not None)
        return Outline(claims, passed, tuple(self._quotations(text, documents)))

    def check(self, outline: Outline, documents: Sequence[str] | None) -> Iterator[Verdict]:
        """Yield a verdict for each claim, in order."""
        for claim in outline.claims:
            verdict = self._remembered(claim.checked, documents)
            yield replace(verdict, claim=claim.text, span=claim.span, standalone=claim.standalone)

    def retrieve(self, claim: str, documents: Sequence[str] | None) -> tuple[Judged, ...]:
        """Return the passages that bear on a claim, best first."""
        hits = self._retriever.search(claim, RETRIEVED, documents)
        return self._reader.rank(claim, evidence_for(self._library, hits))

    def decide(self, claim: str, documents: Sequence[str] | None) -> Verdict:
        """Return the verdict on one claim that stands alone."""
        judged = self.retrieve(claim, documents)
        decided = self._decided(claim, judged)
        sure = self.weights.confidence.of(decided.verdict, decided.confidence)
        return replace(decided, confidence=round(sure, 4))

    def _decided(self, claim: str, judged: Sequence[Judged]) -> Verdict:
        """Return the verdict with the chance that decided it as its confidence."""
        if not self._reader.verifier.reads_whole(claim):
            # Its end would not be read, and nothing may be called supported by its beginning.
            return decide(claim, judged, (), self.weights.bars)
        weighed = weigh(self._reader.verifier, claim, quotables_of(judged[:WEIGHED]))
        return decide(claim, judged, self._without_false_rivals(weighed), self.weights.bars)

    def _without_false_rivals(self, weighed: Sequence[Weighed]) -> Sequence[Weighed]:
        """Drop what speaks against the claim and yet is not at odds with the surest quote for it.

        Where a quote says the claim outright, documents disagree only if another contradicts that quote as well: "They
        took it again in May" is at odds with the claim's date alone, not with "They took it on 1 April".
        """
        chances = np.array([(item.supports, item.refutes) for item in weighed])
        best = best_for(chances, self.weights.bars)
        if best is None:
            return weighed
        rivals = np.flatnonzero(speaking_against(chances, self.weights.bars)).tolist()
        odds = at_odds(self._reader.verifier, weighed[best], [weighed[place] for place in rivals])
        false = {place for place, chance in zip(rivals, odds, strict=True) if chance < AT_ODDS}
        return [item for place, item in enumerate(weighed) if place not in false]

    def _remembered(self, claim: str, documents: Sequence[str] | None) -> Verdict:
        """Return the verdict on a claim, from memory where the documents are still the same."""
        generation = self._library.arrays().generation
        key = (generation, claim, None if documents is None else tuple(documents))
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = self.decide(claim, documents)
            # While others write, a search may still see the documents of before: that is not worth remembering.
            if generation == self._library.arrays().generation == self._library.store.generation():
                with self._lock:
                    self._known[key] = known
        return known

    def _quotations(self, text: str, documents: Sequence[str] | None) -> Iterator[CheckedQuotation]:
        spans = find_quotations(text)
        if len(spans) > MAX_QUOTATIONS:
            raise TooLarge(
                f"The text has {len(spans)} quotations and the limit is {MAX_QUOTATIONS}; check it in parts.",
                code="too_many_quotations",
            )
        for span in spans:
            quote = _slice(text, span)
            if identifies(quote):
                yield CheckedQuotation(quote, span, self._look_up(quote, documents))


def finish(outline: Outline, claims: Sequence[Verdict]) -> CheckResult:
    """Join the verdicts with what was passed over."""
    return CheckResult(tuple(claims), summarize(claims), outline.passed_over, outline.quotations)


def decide(claim: str, judged: Sequence[Judged], weighed: Sequence[Weighed], bars: Bars) -> Verdict:
    """Return the verdict on a claim with the quotes on its sides, surest first; its confidence is what decided it."""
    best = surest(np.array([(item.supports, item.refutes) for item in weighed]))
    verdict = verdict_for(*best, bars)
    evidence = [item.evidence for item in judged]
    span = Span(0, len(claim))
    if verdict != "not_enough_info":
        decided_by = {"supported": best[0], "refuted": best[1], "conflicting": min(best)}[verdict]
        least_for, least_against = _needed(verdict, bars)
        supporting = gathered(_side(weighed, lambda item: (item.supports, item.refutes), least_for), evidence)
        refuting = gathered(_side(weighed, lambda item: (item.refutes, item.supports), least_against), evidence)
        return Verdict(claim, span, None, verdict, round(decided_by, 4), supporting, refuting, None, ())
    reason: SilenceReason = "silent" if judged else "nothing_retrieved"
    nearest = gathered(
        [
            make_citation(item.evidence.document, item.evidence.passage.span, section=item.evidence.passage.section)
            for item in judged[:MAX_NEAREST]
        ],
        evidence,
    )
    return Verdict(claim, span, None, verdict, round(1 - max(best), 4), (), (), reason, nearest)


def _needed(verdict: VerdictLabel, bars: Bars) -> tuple[float, float]:
    """Return the chances that a quote for a claim and one against it need to be shown under a verdict."""
    return {"supported": (bars.supported, _NEVER), "refuted": (_NEVER, bars.refuted)}.get(
        verdict, (bars.conflicting, bars.conflicting)
    )


def _side(
    weighed: Sequence[Weighed], chances: Callable[[Weighed], tuple[float, float]], bar: float
) -> tuple[Citation, ...]:
    """Quote what likelier speaks for one side than for the other and reaches the bar, surest first.

    `chances` gives those of this side and of the other.
    """
    speaking = [item for item in weighed if chances(item)[0] > chances(item)[1]]
    ranked = sorted(speaking, key=lambda item: -chances(item)[0])
    least = max(bar, SHOWN_SHARE * chances(ranked[0])[0]) if ranked else bar
    return _cited([item for item in ranked if chances(item)[0] >= least][:MAX_QUOTES])


def _cited(side: Sequence[Weighed]) -> tuple[Citation, ...]:
    return tuple(
        make_citation(
            item.reading.document, item.reading.quote, section=item.reading.section, highlight=decisive_span(item)
        )
        for item in side
    )


def _passed_over(text: str, statement: Statement) -> PassedOver | None:
    if statement.kind == "claim":
        return None
    return PassedOver(_slice(text, statement.span), statement.span, statement.kind)


def _slice(text: str, span: Span) -> str:
    return text[span.start : span.end]
