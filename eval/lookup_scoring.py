"""Scores of looked-up quotations: whether the match, its places and what was changed are right, and false blessings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from eval.anchoring import Evidence, FindDocument, Split, quoted
from eval.invariants import FAILED, FALSE_EXACT, FALSE_QUOTE, is_verbatim
from eval.lookupset import Changed, GoldLookup, holds_words, same_typography_apart, words_of
from eval.metrics import mean
from eval.scored import Quoted
from eval.scoring import RIGHT, Metric
from index.errors import CitecheckError, SpanError
from service import lookup
from service.quotes import Citation

LOOKUP_METRICS = (
    Metric(RIGHT, "every score below that the item has is 1"),
    Metric("match", "the match is the gold one; all items"),
    Metric(
        "place",
        "every gold place overlaps a quote that came back, for an altered quotation one place in every document that "
        "has any; items with evidence; further places cost nothing",
    ),
    Metric(
        "differences",
        "share of the gold differences that are reported at a gold place, with at most two words more on either side; "
        "altered items",
    ),
    Metric("verbatim", "every quote that came back is a slice of the stored document; items with a quote; must be 1"),
)
_SLACK = 2
Outcome = lookup.Match | Literal["error"]


class Looking(Protocol):
    """What looks quotations up: service.pipeline.Pipeline, or a scripted stand-in."""

    def look_up(self, quote: str) -> lookup.LookupResult:
        """Tell where a quotation stands, word for word or nearly."""


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What came back for one gold lookup.

    `similarity` is that of the first place, None without one; `citations` are the ids of all places and `differences`
    what was reported at the first. `scores` has a value for exactly the metrics the item counts in; `violations` names
    the invariants that broke. The match is "error" where the product failed, which scores as wrong.
    """

    id: str
    split: Split
    kind: str
    quote: str
    gold: lookup.Match
    match: Outcome
    similarity: float | None
    citations: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    evidence: tuple[Quoted, ...]
    differences: tuple[Changed, ...]
    scores: dict[str, float]
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookupFigures:
    """The figures of a set of lookups.

    `scores` holds for each metric that any item counts in the mean over those items. `confusion[gold][match]` counts,
    `false_exact` counts quotations that were confirmed although no document holds them: it must be 0. `by_kind` is the
    share of each kind that is right.
    """

    lookups: int
    scores: dict[str, float]
    false_exact: int
    confusion: dict[lookup.Match, dict[Outcome, int]]
    by_kind: dict[str, float]


def look_up_gold(
    pipeline: Looking,
    find_document: FindDocument,
    gold: Sequence[GoldLookup],
    on_item: Callable[[LookupResult], None] | None = None,
) -> list[LookupResult]:
    """Look every quotation up.

    `find_document` gives the stored documents that every quote is held against, independently of the pipeline.
    """
    results = []
    for item in gold:
        results.append(_looked_up(pipeline, find_document, item))
        if on_item is not None:
            on_item(results[-1])
    return results


def score_lookup(gold: GoldLookup, found: lookup.LookupResult, find_document: FindDocument) -> LookupResult:
    """Hold what was found against the gold, and its quotes against the stored documents."""
    citations = [place.citation for place in found.results]
    is_true = all(is_verbatim(citation, find_document) for citation in citations)
    scores = {"match": float(found.match == gold.match)}
    if gold.evidence:
        scores["place"] = _place(gold, citations)
    if gold.differences:
        scores["differences"] = _differences(gold, found.results)
    if citations:
        scores["verbatim"] = float(is_true)
    broken = {FALSE_QUOTE: not is_true, FALSE_EXACT: _confirmed_falsely(gold, found)}
    first = found.results[0] if found.results else None
    return LookupResult(
        id=gold.id,
        split=gold.split,
        kind=gold.kind,
        quote=gold.quote,
        gold=gold.match,
        match=found.match,
        similarity=first.similarity if first else None,
        citations=tuple(citation.id for citation in citations),
        quotes=quoted(citations),
        evidence=quoted(gold.evidence),
        differences=tuple(Changed(one.quote, one.source) for one in first.differences) if first else (),
        scores={RIGHT: float(all(score == 1 for score in scores.values())), **scores},
        violations=tuple(name for name, is_so in broken.items() if is_so),
    )


def summarise_lookups(results: Sequence[LookupResult]) -> LookupFigures:
    """Reduce results (at least one) to figures."""
    kinds: dict[str, list[float]] = {}
    for result in results:
        kinds.setdefault(result.kind, []).append(result.scores[RIGHT])
    held = {
        metric.name: [one.scores[metric.name] for one in results if metric.name in one.scores]
        for metric in LOOKUP_METRICS
    }
    return LookupFigures(
        lookups=len(results),
        scores={name: round(mean(values), 4) for name, values in held.items() if values},
        false_exact=sum(FALSE_EXACT in result.violations for result in results),
        confusion={match: _counts(results, match) for match in get_args(lookup.Match)},
        by_kind={kind: round(mean(values), 4) for kind, values in sorted(kinds.items())},
    )


def _counts(results: Sequence[LookupResult], gold: lookup.Match) -> dict[Outcome, int]:
    counted = Counter(result.match for result in results if result.gold == gold)
    return {match: counted[match] for match in (*get_args(lookup.Match), "error")}


def _looked_up(pipeline: Looking, find_document: FindDocument, gold: GoldLookup) -> LookupResult:
    try:
        found = pipeline.look_up(gold.quote)
    except CitecheckError as error:
        # A quote the pipeline itself withheld as false is the invariant breaking, not just a missing result.
        return _failed(gold, withheld=isinstance(error, SpanError))
    return score_lookup(gold, found, find_document)


def _failed(gold: GoldLookup, *, withheld: bool) -> LookupResult:
    counted = {
        RIGHT: True,
        "match": True,
        "place": gold.evidence,
        "differences": gold.differences,
        "verbatim": withheld,
    }
    return LookupResult(
        id=gold.id,
        split=gold.split,
        kind=gold.kind,
        quote=gold.quote,
        gold=gold.match,
        match="error",
        similarity=None,
        citations=(),
        quotes=(),
        evidence=quoted(gold.evidence),
        differences=(),
        scores={name: 0.0 for name, counts in counted.items() if counts},
        violations=(FAILED, FALSE_QUOTE) if withheld else (FAILED,),
    )


def _place(gold: GoldLookup, citations: Sequence[Citation]) -> float:
    shown = [part for part in gold.evidence if _shown(part, citations)]
    if gold.match == "altered":
        return float({part.document_id for part in shown} == {part.document_id for part in gold.evidence})
    return float(len(shown) == len(gold.evidence))


def _shown(part: Evidence, citations: Sequence[Citation]) -> bool:
    return any(part.shown_by(citation) for citation in citations)


def _differences(gold: GoldLookup, places: Sequence[lookup.Found]) -> float:
    reported = [
        difference
        for place in places
        if any(part.shown_by(place.citation) for part in gold.evidence)
        for difference in place.differences
    ]
    return mean([float(any(_tells(one, wanted) for one in reported)) for wanted in gold.differences])


def _tells(reported: lookup.Difference, wanted: Changed) -> bool:
    sides = ((reported.quote, wanted.quote), (reported.source, wanted.source))
    return all(_holds_little_more(words_of(said), words_of(asked)) for said, asked in sides)


def _holds_little_more(said: list[str], asked: list[str]) -> bool:
    """Whether `said` has the words asked for; a report of half the sentence would tell nobody what was changed."""
    return len(said) <= len(asked) + _SLACK and holds_words(said, asked)


def _confirmed_falsely(gold: GoldLookup, found: lookup.LookupResult) -> bool:
    """Whether the product vouches for a quotation that is altered or absent, or names a place without its words."""
    texts = [place.citation.text for place in found.results]
    if found.match == "exact":
        return gold.match in ("altered", "absent") or any(text != gold.quote.strip() for text in texts)
    if found.match == "normalized":
        held = all(same_typography_apart(gold.quote, text) for text in texts)
        return gold.match in ("altered", "absent") or not held
    return False
