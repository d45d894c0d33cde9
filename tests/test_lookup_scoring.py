"""Scores of looked-up quotations: figures computed by hand, what a false blessing is, and the real product."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import make_document
from eval.anchoring import Evidence
from eval.invariants import FAILED, FALSE_EXACT, FALSE_QUOTE
from eval.lookup_scoring import LOOKUP_METRICS, look_up_gold, score_lookup, summarise_lookups
from eval.lookupset import LOOKUPS_FILE, Changed, GoldLookup, load_lookups
from index.documents import Document, Span
from index.errors import NotFound, SpanError
from service.differences import Difference
from service.lookup import Found, LookupResult, Match, look_up
from service.pipeline import Pipeline
from service.quotes import Citation, make_citation

REGISTER = make_document("The mill of Orvik burned in 1911. Nobody rebuilt the mill of Orvik.", "register")
LEAFLET = make_document("They say the mill of Orvik burned in 1911. Bread was dear.", "leaflet")
DOCUMENTS = {one.id: one for one in (REGISTER, LEAFLET)}
SENTENCE = "mill of Orvik burned in 1911"
MISQUOTE = "The mill of Orvik burned in 1921."


def find(identity: str) -> Document:
    if identity not in DOCUMENTS:
        raise NotFound(f"no {identity}", code="unknown_document")
    return DOCUMENTS[identity]


def span(document: Document, quote: str) -> Span:
    start = document.text.index(quote)
    return Span(start, start + len(quote))


def cite(document: Document, quote: str) -> Citation:
    return make_citation(document, span(document, quote), section=())


def evidence(document: Document, quote: str = SENTENCE) -> Evidence:
    return Evidence(document.id, span(document, quote), quote)


BOTH = (evidence(REGISTER), evidence(LEAFLET))


def gold(
    match: Match, quote: str, places: tuple[Evidence, ...] = (), differences: tuple[Changed, ...] = (), kind: str = "x"
) -> GoldLookup:
    return GoldLookup("l1", "dev", kind, quote, match, places, differences)


def exact(*documents: Document, quote: str = SENTENCE) -> LookupResult:
    return LookupResult("exact", tuple(Found(cite(one, quote), 1.0, ()) for one in documents))


def altered(document: Document, *changes: tuple[str, str], similarity: float = 0.9) -> LookupResult:
    place = span(document, SENTENCE)
    differences = tuple(Difference("replaced", ours, theirs, place.start, place.end) for ours, theirs in changes)
    return LookupResult("altered", (Found(cite(document, SENTENCE), similarity, differences),))


ABSENT = LookupResult("absent", ())


def test_an_exact_quotation_needs_all_its_places() -> None:
    wanted = gold("exact", SENTENCE, BOTH)
    whole = score_lookup(wanted, exact(REGISTER, LEAFLET), find)
    assert whole.scores == {"right": 1, "match": 1, "place": 1, "verbatim": 1}
    assert (whole.similarity, whole.violations, len(whole.citations)) == (1.0, (), 2)
    half = score_lookup(wanted, exact(REGISTER), find)
    assert half.scores == {"right": 0, "match": 1, "place": 0, "verbatim": 1}
    assert half.violations == ()


def test_two_places_in_one_document_are_both_needed_unless_the_quotation_is_altered() -> None:
    places = (evidence(REGISTER, "The mill of Orvik"), evidence(REGISTER, "Nobody rebuilt the mill of Orvik."))
    one = exact(REGISTER, quote="The mill of Orvik")
    assert score_lookup(gold("exact", "The mill of Orvik", places), one, find).scores["place"] == 0
    change = (Changed("1921", "1911"),)
    found = score_lookup(gold("altered", MISQUOTE, places, change), altered(REGISTER, ("1921", "1911")), find)
    assert found.scores["place"] == 1


def test_a_place_elsewhere_is_no_place() -> None:
    found = score_lookup(gold("exact", "Bread was dear.", BOTH), exact(LEAFLET, quote="Bread was dear."), find)
    assert found.scores["place"] == 0


@pytest.mark.parametrize(
    ("wanted", "reported", "share"),
    [
        ([("1921", "1911")], [("1921", "1911")], 1),
        ([("1921", "1911")], [("in 1921.", "in 1911.")], 1),
        ([("1921", "1911")], [("of Orvik burned in 1921", "of Orvik burned in 1911")], 0),
        ([("1921", "1911")], [("1921", "1912")], 0),
        ([("1921", "1911")], [("1921", "")], 0),
        ([("1921", "1911")], [], 0),
        ([("", "burned")], [("", "Burned")], 1),
        ([("", "burned")], [("has not been", "burned")], 0),
        ([("1921", "1911"), ("of", "in")], [("1921", "1911"), ("mill", "house")], 0.5),
    ],
)
def test_differences_are_told_or_not(
    wanted: list[tuple[str, str]], reported: list[tuple[str, str]], share: float
) -> None:
    item = gold("altered", MISQUOTE, (evidence(REGISTER),), tuple(Changed(*pair) for pair in wanted))
    result = score_lookup(item, altered(REGISTER, *reported), find)
    assert result.scores["differences"] == share
    assert result.scores["right"] == float(share == 1)
    assert result.differences == tuple(Changed(*pair) for pair in reported)
    assert result.similarity == 0.9


def test_differences_told_of_another_place_do_not_count() -> None:
    item = gold("altered", MISQUOTE, (evidence(REGISTER),), (Changed("1921", "1911"),))
    result = score_lookup(item, altered(LEAFLET, ("1921", "1911")), find)
    assert result.scores == {"right": 0, "match": 1, "place": 0, "differences": 0, "verbatim": 1}


@pytest.mark.parametrize("match", ["altered", "absent"])
@pytest.mark.parametrize("said", ["exact", "normalized"])
def test_confirming_what_no_document_holds_is_a_violation(match: Match, said: Match) -> None:
    places = (evidence(REGISTER),) if match == "altered" else ()
    changes = (Changed("1921", "1911"),) if match == "altered" else ()
    found = LookupResult(said, exact(REGISTER).results)
    result = score_lookup(gold(match, MISQUOTE, places, changes), found, find)
    assert result.violations == (FALSE_EXACT,)
    assert (result.scores["match"], result.scores["right"]) == (0, 0)


def test_a_confirmed_place_must_hold_the_words_that_were_given() -> None:
    elsewhere = score_lookup(gold("exact", SENTENCE, BOTH), exact(LEAFLET, quote="Bread was dear."), find)
    assert elsewhere.violations == (FALSE_EXACT,)
    shouted = gold("normalized", f"“{SENTENCE.upper()}”", BOTH)
    held = LookupResult("normalized", exact(REGISTER, LEAFLET).results)
    assert score_lookup(shouted, held, find).violations == ()
    cut = LookupResult("normalized", exact(REGISTER, LEAFLET, quote="mill of Orvik burned").results)
    assert score_lookup(shouted, cut, find).violations == (FALSE_EXACT,)
    assert score_lookup(shouted, LookupResult("exact", held.results), find).violations == (FALSE_EXACT,)


@pytest.mark.parametrize("found", [altered(REGISTER, ("1921", "1911")), ABSENT])
def test_doubting_a_true_quotation_is_wrong_but_no_violation(found: LookupResult) -> None:
    result = score_lookup(gold("exact", SENTENCE, BOTH), found, find)
    assert result.violations == ()
    assert (result.scores["right"], result.scores["match"]) == (0, 0)


def test_absent_items_have_no_place_and_no_differences() -> None:
    wanted = gold("absent", "Orvik had seven mills.")
    assert score_lookup(wanted, ABSENT, find).scores == {"right": 1, "match": 1}
    nearly = score_lookup(wanted, altered(REGISTER, ("seven", "the")), find)
    assert nearly.scores == {"right": 0, "match": 0, "verbatim": 1}
    assert nearly.violations == ()


@pytest.mark.parametrize("change", [{"text": "mill of Orvik burned in 1912"}, {"document_id": "gone"}])
def test_a_quote_that_is_not_in_the_stored_document_is_a_violation(change: dict[str, Any]) -> None:
    (found,) = altered(REGISTER, ("1921", "1911")).results
    bent = LookupResult("altered", (replace(found, citation=replace(found.citation, **change)),))
    item = gold("altered", MISQUOTE, (evidence(REGISTER),), (Changed("1921", "1911"),))
    result = score_lookup(item, bent, find)
    assert result.violations == (FALSE_QUOTE,)
    assert (result.scores["verbatim"], result.scores["right"]) == (0, 0)


class Failing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def look_up(self, quote: str) -> LookupResult:
        raise self._error


def test_a_failure_scores_as_wrong_and_a_withheld_quote_as_false() -> None:
    item = gold("altered", MISQUOTE, (evidence(REGISTER),), (Changed("1921", "1911"),))
    (failed,) = look_up_gold(Failing(NotFound("gone", code="unknown_document")), find, [item])
    assert (failed.match, failed.violations, failed.citations) == ("error", (FAILED,), ())
    assert failed.scores == {"right": 0, "match": 0, "place": 0, "differences": 0}
    (withheld,) = look_up_gold(Failing(SpanError("withheld", code="quote_not_verbatim")), find, [item])
    assert withheld.violations == (FAILED, FALSE_QUOTE)
    assert withheld.scores["verbatim"] == 0


def test_figures_by_hand() -> None:
    change = (Changed("1921", "1911"),)
    results = [
        score_lookup(gold("exact", SENTENCE, BOTH, kind="exact"), exact(REGISTER, LEAFLET), find),
        score_lookup(gold("exact", SENTENCE, BOTH, kind="exact"), exact(REGISTER), find),
        score_lookup(gold("altered", MISQUOTE, BOTH[:1], change, kind="date"), exact(REGISTER), find),
        score_lookup(gold("altered", MISQUOTE, BOTH[:1], change, kind="date"), ABSENT, find),
        score_lookup(gold("absent", "Orvik had seven mills.", kind="absent"), ABSENT, find),
    ]
    figures = summarise_lookups(results)
    assert (figures.lookups, figures.false_exact) == (5, 1)
    # place: both, one of two, the altered one's, none; verbatim: the three that show a quote
    assert figures.scores == {"right": 0.4, "match": 0.6, "place": 0.5, "differences": 0, "verbatim": 1}
    assert list(figures.scores) == [metric.name for metric in LOOKUP_METRICS]
    assert figures.confusion["exact"] == {"exact": 2, "normalized": 0, "altered": 0, "absent": 0, "error": 0}
    assert figures.confusion["altered"] == {"exact": 1, "normalized": 0, "altered": 0, "absent": 1, "error": 0}
    assert figures.by_kind == {"absent": 1, "date": 0, "exact": 0.5}


def test_a_metric_no_item_counts_in_is_left_out() -> None:
    assert summarise_lookups([score_lookup(gold("absent", "Seven mills."), ABSENT, find)]).scores == {
        "right": 1,
        "match": 1,
    }


def test_the_product_over_the_seeds_and_the_order_of_items(
    pipeline: Pipeline, seed_documents: dict[str, Document]
) -> None:
    lookups = [one for one in load_lookups(LOOKUPS_FILE, seed_documents.__getitem__) if one.split == "dev"]
    seen: list[str] = []
    results = look_up_gold(pipeline, seed_documents.__getitem__, lookups, lambda result: seen.append(result.id))
    assert seen == [one.id for one in lookups] == [result.id for result in results]
    assert [result.id for result in results if result.violations] == []
    figures = summarise_lookups(results)
    assert figures.false_exact == 0
    assert figures.scores["match"] == figures.scores["place"] == figures.scores["verbatim"] == 1
    for result, wanted in zip(results, lookups, strict=True):
        assert (result.kind, result.quote, result.gold) == (wanted.kind, wanted.quote, wanted.match)
        assert (result.similarity is None) == (result.match == "absent") == (not result.citations)


class Blessing:
    """A product that forgot to compare: whatever document comes nearest is said to hold the quotation."""

    def __init__(self, documents: list[Document]) -> None:
        self._documents = documents

    def look_up(self, quote: str) -> LookupResult:
        found = look_up(quote, self._documents)
        return LookupResult("exact", found.results) if found.match == "altered" else found


def test_a_product_that_confirms_nearly_true_quotations_is_caught(seed_documents: dict[str, Document]) -> None:
    find_seed = seed_documents.__getitem__
    lookups = load_lookups(LOOKUPS_FILE, find_seed)
    results = look_up_gold(Blessing(list(seed_documents.values())), find_seed, lookups)
    caught = {result.id for result in results if FALSE_EXACT in result.violations}
    assert caught == {one.id for one in lookups if one.match == "altered"}


@pytest.fixture(scope="module")
def seed_documents() -> dict[str, Document]:
    paths = sorted((Path(__file__).parent.parent / "seeds").glob("0*.txt"))
    return {path.stem: make_document(path.read_bytes().decode("utf-8"), path.stem, path.stem) for path in paths}
