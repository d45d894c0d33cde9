"""Metrics against values computed by hand, and the retrieval ones against the ir-measures library."""

from __future__ import annotations

import math
from collections.abc import Callable

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import metrics
from eval.goldset import Evidence, GoldItem
from eval.scoring import (
    answer_scores,
    citation_accuracy,
    citation_shares,
    evidence_ranks,
    refusal_scores,
    retrieval_scores,
)
from index.documents import Document, Span, content_sha256
from service.quotes import Citation, make_citation

TEXT = "Gao fell on 31 March. Kidal fell on 30 March."


def quote(identity: str, start: int, end: int) -> Citation:
    document = Document(identity, identity, TEXT, content_sha256(TEXT), "")
    return make_citation(document, Span(start, end), section=())


def gold_item(*, answerable: bool = True) -> GoldItem:
    evidence = (Evidence("towns", Span(22, 45), TEXT[22:45]), Evidence("towns", Span(0, 21), TEXT[0:21]))
    answers = ("30 March", "30 March 2012")
    return GoldItem(
        "q1", "When?", "date", "plain", "dev", answerable, answers if answerable else (), evidence if answerable else ()
    )


def test_rank_metrics_by_hand() -> None:
    ranks = (3, None, 7)
    assert [metrics.hit_at_k(ranks, k) for k in (1, 2, 3, 10)] == [0, 0, 1, 1]
    assert [metrics.recall_at_k(ranks, k) for k in (2, 3, 6, 7)] == [0, 1 / 3, 1 / 3, 2 / 3]
    assert metrics.reciprocal_rank(ranks, 10) == 1 / 3
    assert metrics.reciprocal_rank(ranks, 2) == 0
    assert metrics.reciprocal_rank((None, None), 10) == 0


def test_ndcg_by_hand() -> None:
    dcg = 3 / 1 + 0 / math.log2(3) + 2 / 2
    ideal = 3 / 1 + 2 / math.log2(3) + 1 / 2
    assert metrics.ndcg_at_k([3, 0, 2], [1, 2, 3, 0], 3) == pytest.approx(dcg / ideal)
    assert metrics.ndcg_at_k([0, 1], [1], 1) == 0


@pytest.mark.parametrize("metric", [metrics.hit_at_k, metrics.recall_at_k, metrics.reciprocal_rank])
def test_rank_metrics_are_undefined_without_anything_relevant(metric: object) -> None:
    with pytest.raises(ValueError, match="undefined"):
        metric((), 5)  # type: ignore[operator]


def test_the_others_are_undefined_without_items() -> None:
    undefined: Callable[[], float]
    for undefined in (
        lambda: metrics.ndcg_at_k([1], [0, 0], 5),
        lambda: metrics.exact_match("x", ()),
        lambda: metrics.token_f1("x", ()),
        lambda: metrics.contains_answer("x", ()),
        lambda: metrics.mean(()),
        lambda: metrics.percentile((), 50),
        lambda: metrics.risk_coverage((), ())[0][1],
    ):
        with pytest.raises(ValueError, match="undefined"):
            undefined()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_retrieval_metrics_agree_with_ir_measures(data: st.DataObject) -> None:
    names = [f"d{number}" for number in range(14)]
    judged = data.draw(st.dictionaries(st.sampled_from(names), st.integers(0, 3), min_size=1))
    judged[data.draw(st.sampled_from(names))] = data.draw(st.integers(1, 3))
    ranking = data.draw(st.permutations(names))[: data.draw(st.integers(1, 14))]
    k = data.draw(st.integers(1, 12))
    qrels = [ir_measures.Qrel("q", name, grade) for name, grade in judged.items()]
    scored = [ir_measures.ScoredDoc("q", name, float(len(ranking) - place)) for place, name in enumerate(ranking)]
    wanted = [ir_measures.Success @ k, ir_measures.R @ k, ir_measures.RR @ k, ir_measures.nDCG @ k]
    truth = ir_measures.calc_aggregate(wanted, qrels, scored)

    relevant = [name for name, grade in judged.items() if grade > 0]
    ranks = [ranking.index(name) + 1 if name in ranking else None for name in relevant]
    gains = [judged.get(name, 0) for name in ranking]
    ours = (
        metrics.hit_at_k(ranks, k),
        metrics.recall_at_k(ranks, k),
        metrics.reciprocal_rank(ranks, k),
        metrics.ndcg_at_k(gains, list(judged.values()), k),
    )
    assert ours == pytest.approx([truth[measure] for measure in wanted])


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Battle of\u00a0Gao!", "battle of gao"),
        ("an A-10, the end.", "a10 end"),
        ("Theatre", "theatre"),
        ("1,000–1,600", "1000–1600"),
        ("a the an", ""),
    ],
)
def test_answers_are_normalised_as_squad_does(text: str, normal: str) -> None:
    assert metrics.normalize_answer(text) == normal


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1", "contains"),
    [
        ("the 30 March", ("30 march.",), 1, 1, 1),
        ("Kidal fell on 30 March.", ("30 March",), 0, 4 / 7, 1),
        ("30", ("31 March", "30 March"), 0, 2 / 3, 0),
        ("130 Marches", ("30 March",), 0, 0, 0),
        ("the", ("an",), 1, 1, 0),
        ("", ("30 March",), 0, 0, 0),
        ("gao gao", ("gao",), 0, 2 / 3, 1),
        ("cities—Kidal, Gao", ("Kidal",), 0, 0, 1),
        ("MENAKA fell", ("the Ménaka",), 0, 0, 1),
    ],
)
def test_answers_by_hand(answer: str, gold: tuple[str, ...], exact: float, f1: float, contains: float) -> None:
    assert metrics.exact_match(answer, gold) == exact
    assert metrics.token_f1(answer, gold) == pytest.approx(f1)
    assert metrics.contains_answer(answer, gold) == contains


def test_percentiles_and_means_by_hand() -> None:
    assert metrics.percentile([4, 1, 3, 2], 50) == 2.5
    assert metrics.percentile([0, 10], 95) == pytest.approx(9.5)
    assert metrics.mean([0.1] * 10) == 0.1


def test_risk_and_coverage_by_hand() -> None:
    curve = metrics.risk_coverage([0.2, 0.9, 0.5, 0.5], [0, 1, 0.5, 0])
    assert curve == [(0.25, 0), (0.75, 0.5), (1, 0.625)]
    assert metrics.risk_coverage([0.2, 0.5, 0.9, 0.5], [0, 0, 1, 0.5]) == curve
    assert metrics.risk_coverage([1, 1], [1, 0]) == [(1, 0.5)]


def test_evidence_ranks_need_the_same_document_and_a_shared_character() -> None:
    item = gold_item()
    passages = [quote("rivers", 22, 45), quote("towns", 21, 22), quote("towns", 20, 23), quote("towns", 0, 45)]
    assert evidence_ranks(item.evidence, passages) == (3, 3)
    assert evidence_ranks(item.evidence, passages[:2]) == (None, None)
    assert evidence_ranks((), passages) == ()


def test_one_good_citation_is_enough_for_citation_accuracy() -> None:
    evidence = gold_item().evidence[:1]
    assert citation_accuracy(evidence, [quote("towns", 0, 5), quote("towns", 40, 45)]) == 1
    assert citation_accuracy(evidence, [quote("towns", 0, 22), quote("rivers", 40, 45)]) == 0


def test_an_answerable_item_counts_where_it_should() -> None:
    item = gold_item()
    assert retrieval_scores(item, (2, None), (9, 5)) == {
        "hit@1": 0,
        "hit@5": 1,
        "recall@5": 0.5,
        "mrr@10": 0.5,
        "retrieved@5": 0.5,
    }
    assert answer_scores(item, None, ()) == {"answer_rate": 0, "exact_match": 0, "f1": 0, "contains": 0}
    assert answer_scores(item, "30 March", [quote("towns", 30, 45)]) == {
        "answer_rate": 1,
        "exact_match": 1,
        "f1": 1,
        "contains": 1,
        "citation_accuracy": 1,
        "top_citation": 1,
        "citation_precision": 1,
        "citation_recall": 0.5,
    }


def test_an_unanswerable_item_counts_only_for_refusal() -> None:
    item = gold_item(answerable=False)
    assert retrieval_scores(item, (), ()) == {}
    assert answer_scores(item, "30 March", [quote("towns", 30, 45)]) == {}
    assert answer_scores(item, None, ()) == {}


def test_refusal_is_scored_as_a_classifier_of_unanswerable_items() -> None:
    assert refusal_scores(answerable=False, declined=True) == {"refusal_precision": 1, "refusal_recall": 1}
    assert refusal_scores(answerable=False, declined=False) == {"refusal_recall": 0}
    assert refusal_scores(answerable=True, declined=True) == {"refusal_precision": 0}
    assert refusal_scores(answerable=True, declined=False) == {}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=6))
def test_citation_precision_and_recall_are_those_of_shared_characters(places: list[tuple[int, int]]) -> None:
    evidence = gold_item().evidence
    citations = [quote("towns", start, start + length) for start, length in places]
    shown = [set(range(one.start, one.end)) for one in citations]
    wanted = [set(range(part.span.start, part.span.end)) for part in evidence]
    shares = citation_shares(evidence, citations)
    assert shares["citation_recall"] == sum(any(one & part for one in shown) for part in wanted) / 2
    if citations:
        right = sum(any(one & part for part in wanted) for one in shown)
        assert shares["citation_precision"] == right / len(citations)
    else:
        assert "citation_precision" not in shares
