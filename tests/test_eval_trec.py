"""TREC files of a run, read by ir-measures, give the figures that the run gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from conftest import make_document
from eval import rundir, trec
from eval.flatten import scored_query
from eval.public.beir import original_ids, safe_id
from eval.query_scoring import DEPTH, GoldQuery, query_scores, search_gold
from eval.results import Provenance, QueryResult, Run
from index.errors import SpanError
from index.library import Library
from service.pipeline import Pipeline, open_pipeline
from service.settings import Settings

ORIGIN = Provenance({}, {}, "", "", "", {}, "2026-01-01T00:00:00+00:00")
ORACLE = {
    "right": Success @ DEPTH,
    "hit@1": Success @ 1,
    "ndcg@10": nDCG @ DEPTH,
    "recall@10": R @ DEPTH,
    "recall@100": R @ 100,
    "mrr@10": RR @ DEPTH,
}
NAMES = st.text(st.sampled_from("ab %\u2028\té"), min_size=1, max_size=4)


def result(identity: str, documents: tuple[str, ...], relevance: dict[str, int]) -> QueryResult:
    scores = query_scores(relevance, documents, documents)
    return QueryResult(identity, "what?", documents, relevance, (), (), None, scores, (), 1.0)


@st.composite
def results(draw: st.DrawFn) -> list[QueryResult]:
    found = []
    for identity in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        documents = draw(st.lists(NAMES, max_size=15, unique=True))
        relevance = draw(st.dictionaries(NAMES, st.integers(0, 3), min_size=1, max_size=6))
        found.append(result(identity, tuple(documents), {**relevance, "a": draw(st.integers(1, 3))}))
    return found


@given(results())
def test_another_tool_finds_the_same_figures(tmp_path_factory: pytest.TempPathFactory, made: list[QueryResult]) -> None:
    folder = tmp_path_factory.mktemp("run")
    rundir.write_run(Run(ORIGIN, (), tuple(map(scored_query, made)), tuple(made)), folder)
    assert rundir.read_run(folder).queries == tuple(made)
    qrels = list(ir_measures.read_trec_qrels(str(folder / trec.QRELS_FILE)))
    ranked = list(ir_measures.read_trec_run(str(folder / trec.RUN_FILE)))
    for name, measure in ORACLE.items():
        told = {one.query_id: one.value for one in ir_measures.iter_calc([measure], qrels, ranked)}
        ours = {trec._name(one.id): one.scores[name] for one in made}
        assert told == pytest.approx(ours), name


def test_documents_have_the_names_of_their_collection() -> None:
    made = replace(result("50%", ("a-1", "b", "c d"), {"a-1": 2, "z-1": 0}), names={"a-1": "<a%20/1>", "z-1": "é:1"})
    ranked = trec.rankings(Run(ORIGIN, (), (), (made,)))
    assert trec.run_text(ranked).splitlines() == [
        "50% Q0 <a%20/1> 1 3 citecheck",
        "50% Q0 b 2 2 citecheck",
        "50% Q0 c%20d 3 1 citecheck",
    ]
    assert trec.qrels_text(ranked).splitlines() == ["50% 0 <a%20/1> 2", "50% 0 é:1 0"]
    assert original_ids(["<a%20/1>", "a b", "\u2028", "", "plain"]) == {safe_id("<a%20/1>"): "<a%20/1>"}


TEXTS = {"mill": "The mill of Orvik burned in 1911.", "port": "The port of Selje was dug in 1921.", "ship": "A ship."}


@pytest.fixture
def small(encoder, tmp_path: Path):
    library = Library(tmp_path / "data", encoder)
    for name, text in TEXTS.items():
        library.add(make_document(text, name, name.title()))
    library.refresh()
    library.close()
    pipeline = open_pipeline(Settings(data=tmp_path / "data"))
    yield pipeline
    pipeline.library.close()


def test_a_query_is_searched_as_users_search(small: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(identity: str):
        return make_document(TEXTS[identity], identity, identity.title())

    query = GoldQuery("q1", "When did the mill of Orvik burn?", {"mill": 2, "gone": 1}, {"ship": "<s>", "far": "<f>"})
    found = search_gold(small, find, query, clock=iter((1.0, 1.25)).__next__)
    assert (found.documents[0], sorted(found.documents)) == ("mill", sorted(TEXTS))
    assert (found.scores["hit@1"], found.scores["recall@10"], found.scores["verbatim"]) == (1, 0.5, 1)
    assert (found.latency_ms, found.violations, found.quotes[0].text) == (250, (), TEXTS["mill"])
    assert found.names == {"ship": "<s>"}
    altered = search_gold(small, lambda identity: make_document("Other words.", identity), query)
    assert (altered.violations, altered.scores["verbatim"]) == (("quote not verbatim",), 0)

    def refuse(*_: object) -> None:
        raise SpanError("The quote is not verbatim; it was withheld.", code="quote_not_verbatim")

    monkeypatch.setattr(small, "search", refuse)
    failed = search_gold(small, find, query)
    assert (failed.reason, failed.scores["right"]) == ("The quote is not verbatim; it was withheld.", 0)
    assert scored_query(failed).said == "(The quote is not verbatim; it was withheld.)"
    assert failed.violations == ("it failed", "quote not verbatim")
