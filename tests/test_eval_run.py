"""An evaluation run end to end: a scripted pipeline with known outcomes, run directories, reports."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval import rundir
from eval.goldset import GoldItem, load_gold
from eval.report import markdown, terminal
from eval.results import Provenance, Run
from eval.run import run
from eval.scoring import METRICS
from eval.summary import Summary, summarise
from index.documents import Document, Span, content_sha256
from index.errors import InputError, NotFound, SpanError
from index.passages import Passage
from index.retriever import Hit, Leg
from service.answers import Answer, answered, declined
from service.quotes import Citation, make_citation
from service.searched import SearchHit, SearchResult

TEXT = "Kidal fell on 30 March. Gao fell on 31 March. Timbuktu fell on 1 April. Rebels | held it."
TOWNS = Document("towns", "Towns", TEXT, content_sha256(TEXT), "towns.txt")
KIDAL, GAO, TIMBUKTU = Span(0, 23), Span(24, 45), Span(46, 71)
PROVENANCE = Provenance(
    settings={"top_k": 8},
    models={"encoder": "tiny"},
    index="0123",
    gold="gold.jsonl 4567",
    code="citecheck 0 89ab",
    machine={"cores": 2},
    started="2026-01-01T00:00:00+00:00",
)


def quote(span: Span) -> Citation:
    return make_citation(TOWNS, span, section=())


@dataclass(frozen=True)
class Scripted:
    """Answers each question as the script says; the hits are the spans in the script's order."""

    answers: dict[str, Answer | Exception]
    hits: dict[str, Sequence[Span]]

    def ask(self, question: str, top_k: int | None = None, documents: Sequence[str] | None = None) -> Answer:
        outcome = self.answers[question]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def search(self, query: str, top_k: int | None = None, documents: Sequence[str] | None = None) -> SearchResult:
        spans = self.hits.get(query, (GAO,))
        legs = {"lexical": Leg(None, 0.5), "dense": Leg(1, 0.25)}
        return SearchResult(tuple(SearchHit(quote(span), 1.0, legs) for span in spans), None)

    @property
    def retriever(self) -> Backwards:
        return Backwards(self.hits)


@dataclass(frozen=True)
class Backwards:
    """The search legs: they find what the model ranks, the other way round."""

    hits: dict[str, Sequence[Span]]

    def search(self, query: str, top_k: int, documents: Sequence[str] | None) -> tuple[Hit, ...]:
        found = [passage(span) for span in reversed(self.hits.get(query, (GAO,)))]
        return tuple(Hit(one, 1.0, {}, ()) for one in found[:top_k])


def passage(span: Span) -> Passage:
    return Passage(TOWNS.id, TOWNS.version, span, "paragraph", (), (span,), (), TOWNS.quote(span))


def find_document(document_id: str) -> Document:
    if document_id != TOWNS.id:
        raise NotFound("no such document", code="document_not_found")
    return TOWNS


def gold_line(identity: str, question: str, answers: list[str], spans: list[Span], split: str) -> dict[str, Any]:
    return {
        "id": identity,
        "question": question,
        "type": "date" if spans else "unanswerable",
        "style": "plain",
        "split": split,
        "answerable": bool(spans),
        "answers": answers,
        "evidence": [{"document_id": "towns", "quote": TOWNS.quote(span)} for span in spans],
    }


LINES = [
    gold_line("right", "Kidal?", ["30 March"], [KIDAL], "dev"),
    gold_line("wrong place", "Gao?", ["31 March"], [GAO], "test"),
    gold_line("refused", "Timbuktu?", ["1 April"], [TIMBUKTU], "dev"),
    gold_line("well refused", "Paris?", [], [], "dev"),
    gold_line("badly answered", "Rome?", [], [], "dev"),
]
PIPELINE = Scripted(
    answers={
        "Kidal?": answered("30 March", 0.9, (quote(KIDAL),)),
        "Gao?": answered("1 April", 0.8, (quote(TIMBUKTU),)),
        "Timbuktu?": declined("not_in_documents", 0.2, (quote(GAO),)),
        "Paris?": declined("nothing_retrieved", 0.0, ()),
        "Rome?": answered("Rebels | held", 0.7, (quote(Span(72, 89)),)),
    },
    hits={"Kidal?": (KIDAL,), "Gao?": (KIDAL, TIMBUKTU, GAO), "Timbuktu?": (KIDAL, GAO)},
)


@pytest.fixture
def gold(tmp_path: Path) -> tuple[GoldItem, ...]:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
    return load_gold(path, find_document)


def evaluate(gold: Sequence[GoldItem], pipeline: Scripted = PIPELINE) -> Run:
    ticks = itertools.count()
    return run(pipeline, find_document, gold, PROVENANCE, clock=lambda: next(ticks) / 100)


def values(summary: Summary) -> dict[str, tuple[float | None, int]]:
    return {name: (figure.value, figure.count) for name, figure in summary.overall.figures.items()}


def test_figures_of_a_scripted_run_by_hand(gold: tuple[GoldItem, ...]) -> None:
    summary = summarise(evaluate(gold).items)
    assert values(summary) == {
        "right": (2 / 5, 5),
        "hit@1": (1 / 3, 3),
        "hit@5": (2 / 3, 3),
        "recall@5": (2 / 3, 3),
        "mrr@10": (pytest.approx((1 + 1 / 3 + 0) / 3), 3),
        "retrieved@5": (2 / 3, 3),
        "answer_rate": (2 / 3, 3),
        "exact_match": (1 / 3, 3),
        "f1": (pytest.approx(1 / 3), 3),
        "contains": (1 / 3, 3),
        "citation_accuracy": (1 / 2, 2),
        "top_citation": (1 / 2, 2),
        "citation_precision": (1 / 2, 2),
        "citation_recall": (1 / 2, 2),
        "verbatim": (1, 4),
        "refusal_precision": (1 / 2, 2),
        "refusal_recall": (1 / 2, 2),
    }
    assert summary.latency_ms == {"p50": 10, "p95": 10, "p99": 10}
    assert not summary.broken


def test_breakdowns_cover_every_item_once(gold: tuple[GoldItem, ...]) -> None:
    breakdowns = summarise(evaluate(gold).items).breakdowns
    assert list(breakdowns) == ["type", "style", "split"]
    assert [(group.name, group.items) for group in breakdowns["type"]] == [("date", 3), ("unanswerable", 2)]
    assert [(group.name, group.items) for group in breakdowns["split"]] == [("dev", 4), ("test", 1)]
    assert breakdowns["type"][1].figures["hit@1"].value is None


def test_every_item_is_kept_with_what_replays_it(gold: tuple[GoldItem, ...]) -> None:
    seen: list[str] = []
    made = run(PIPELINE, find_document, gold, PROVENANCE, on_item=lambda item: seen.append(item.id))
    assert seen == [item.id for item in gold] == [item.id for item in made.items]
    wrong = made.items[1]
    assert wrong.citations == (quote(TIMBUKTU).id,)
    assert wrong.evidence_ranks == (3,)
    assert [hit.id for hit in wrong.hits] == [quote(span).id for span in (KIDAL, TIMBUKTU, GAO)]
    assert (wrong.hits[0].legs["lexical"].rank, wrong.hits[0].legs["dense"].score) == (None, 0.25)
    assert made.items[2].nearest == (quote(GAO).id,)
    assert made.items[2].reason == "not_in_documents"


def test_a_quote_that_is_not_verbatim_breaks_the_run(gold: tuple[GoldItem, ...], tmp_path: Path) -> None:
    false = replace(quote(KIDAL), text="Kidal fell on 31 March.")
    broken = replace(PIPELINE, answers={**PIPELINE.answers, "Kidal?": answered("31 March", 0.9, (false, quote(KIDAL)))})
    summary = summarise(evaluate(gold, broken).items)
    assert values(summary)["verbatim"] == (3 / 4, 4)
    assert summary.broken
    assert summary.failures[0].kind == "broke an invariant"
    with pytest.raises(InputError, match="errors or false quotes"):
        rundir.write_baseline(evaluate(gold, broken), tmp_path / "baseline")


def test_a_quote_of_an_unknown_document_is_not_verbatim(gold: tuple[GoldItem, ...]) -> None:
    foreign = make_citation(replace(TOWNS, id="rivers"), KIDAL, section=())
    broken = replace(PIPELINE, answers={**PIPELINE.answers, "Kidal?": answered("30 March", 0.9, (foreign,))})
    summary = summarise(evaluate(gold, broken).items)
    assert values(summary)["verbatim"] == (3 / 4, 4)


def test_an_error_is_kept_and_counts_as_wrong(gold: tuple[GoldItem, ...]) -> None:
    failing = SpanError("The quote is not verbatim; it was withheld.", code="quote_not_verbatim")
    broken = replace(PIPELINE, answers={**PIPELINE.answers, "Kidal?": failing, "Paris?": failing})
    made = evaluate(gold, broken)
    summary = summarise(made.items)
    assert made.items[0].status == "error"
    assert made.items[0].violations == ("it failed", "quote not verbatim")
    assert made.items[0].scores == {
        "right": 0,
        "hit@1": 0,
        "hit@5": 0,
        "recall@5": 0,
        "mrr@10": 0,
        "retrieved@5": 0,
        "answer_rate": 0,
        "exact_match": 0,
        "f1": 0,
        "contains": 0,
        "verbatim": 0,
    }
    assert values(summary)["refusal_recall"] == (0, 2)
    assert values(summary)["refusal_precision"] == (0, 1)
    assert summary.broken
    assert [failure.kind for failure in summary.failures[:1]] == ["error"]


def test_an_answer_that_its_quotes_do_not_hold_breaks_the_run(gold: tuple[GoldItem, ...]) -> None:
    swapped = {**PIPELINE.answers, "Kidal?": answered("31 March", 0.9, (quote(KIDAL),))}
    made = evaluate(gold, replace(PIPELINE, answers=swapped))
    assert made.items[0].violations == ("answer not in its quotes",)
    listed = answered("30 March; 31 March", 0.9, (quote(KIDAL), quote(GAO)))
    made = evaluate(gold, replace(PIPELINE, answers={**PIPELINE.answers, "Kidal?": listed}))
    assert made.items[0].violations == ()


def test_a_run_without_questions_shows_its_other_sets(gold: tuple[GoldItem, ...]) -> None:
    made = run(PIPELINE, find_document, (), PROVENANCE)
    assert (made.items, made.scored) == ((), ())
    claim = replace(evaluate(gold).scored[0], gold_set="claims", scores={"right": 0.25})
    only_claims = replace(made, scored=(claim,))
    screen = io.StringIO()
    Console(width=300, file=screen).print(terminal(only_claims))
    assert "0.250" in screen.getvalue()
    written = markdown(only_claims, None)
    assert written.startswith(
        "# Evaluation\n\n## Every gold set\n\n| set | metric | value | items |\n| --- | --- | ---: | ---: |\n"
        "| claims | right | 0.250 | 1 |\n"
    )
    assert written.count("##") == 1


def test_the_report_is_the_same_in_both_forms(gold: tuple[GoldItem, ...]) -> None:
    made = evaluate(gold)
    screen = io.StringIO()
    Console(width=300, file=screen).print(terminal(made))
    shown, written = screen.getvalue(), markdown(made, PROVENANCE)
    for metric in METRICS:
        assert metric.definition in shown
        assert metric.name.replace("_", "\\_") in written
    for cell in ("0.333", "answered, should decline"):
        assert cell in shown
        assert cell in written
    assert "| badly answered | answered, should decline | Rome? | Rebels \\| held |" in written


def test_no_number_is_cut_on_a_terminal_of_eighty_columns(gold: tuple[GoldItem, ...]) -> None:
    screen = io.StringIO()
    made = evaluate(gold)
    items = tuple(replace(item, type="organisation", style="paraphrased") for item in made.items)
    Console(width=80, file=screen).print(terminal(replace(made, items=items)))
    (row,) = [line.split() for line in screen.getvalue().splitlines() if line.split()[:1] == ["paraphrased"]]
    assert row == ["paraphrased", "5", "0.333", "0.667", "0.667", "0.333", "0.333", "0.500", "0.500"]


def test_failures_of_the_test_split_are_counted_but_not_shown(gold: tuple[GoldItem, ...]) -> None:
    written = markdown(evaluate(gold), None)
    assert "| quotes the wrong place | 0 | 1 |" in written
    assert "Gao?" not in written


def test_a_run_directory_reads_back_as_the_run(gold: tuple[GoldItem, ...], tmp_path: Path) -> None:
    made = evaluate(gold)
    folder = tmp_path / "runs" / "first"
    rundir.write_run(made, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "items.jsonl",
        "qrels.trec",
        "report.html",
        "report.md",
        "run.json",
        "run.trec",
        "scored.jsonl",
    ]
    assert [path.name for path in folder.parent.iterdir()] == ["first"]
    assert rundir.read_run(folder) == made
    with pytest.raises(InputError, match="exists already; name a new folder"):
        rundir.refuse_used(folder)


def test_a_failed_write_leaves_nothing(gold: tuple[GoldItem, ...], tmp_path: Path, monkeypatch: Any) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(InputError, match="cannot be written"):
        rundir.write_run(evaluate(gold), tmp_path / "runs" / "first")
    assert list((tmp_path / "runs" / "first").iterdir()) == []


def test_what_is_not_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an evaluation run"):
        rundir.read_run(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(InputError, match="not an evaluation run"):
        rundir.read_run(tmp_path)


def test_the_baseline_does_not_depend_on_machine_moment_or_speed(gold: tuple[GoldItem, ...], tmp_path: Path) -> None:
    made = evaluate(gold)
    later = Run(
        replace(made.provenance, started="2027", machine={}, index="x"),
        tuple(replace(item, latency_ms=1e6) for item in made.items),
        tuple(replace(item, latency_ms=1e6) for item in made.scored),
    )
    rundir.write_baseline(made, tmp_path / "a")
    rundir.write_baseline(later, tmp_path / "b")
    for name in ("metrics.json", "report.md", "scored.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    kept = json.loads((tmp_path / "a" / "metrics.json").read_text())
    assert kept["metrics"]["questions"]["hit@1"] == {"value": 0.333333, "items": 3}
    (refused,) = [item for item in rundir.read_scored(tmp_path / "a") if item.id == "well refused"]
    assert refused.scores == {"right": 1, "refusal_precision": 1, "refusal_recall": 1}
    assert (refused.asked, refused.wanted, refused.latency_ms) == ("", "", None)


def test_what_is_neither_run_nor_baseline_is_not_compared(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a run nor a baseline"):
        rundir.read_scored(tmp_path)
    (tmp_path / "scored.jsonl").write_text('{"id": "q1"}\n')
    with pytest.raises(InputError, match="neither a run nor a baseline"):
        rundir.read_scored(tmp_path)
