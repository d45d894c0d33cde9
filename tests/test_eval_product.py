"""The evaluation over the real product: the built-in gold, the console script, and what it may import."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from dev_run import asked, dev_run, documents_of

from eval import provenance, rundir
from eval.claim_scoring import check_gold
from eval.conversing import converse
from eval.flatten import scored_claim, scored_lookup, scored_turn
from eval.goldfiles import BUILT_IN, FILES, load_sets
from eval.goldset import GOLD_FILE
from eval.lookup_scoring import look_up_gold
from eval.opening import seeds
from eval.request import Request
from eval.session import evaluate
from eval.summary import set_figures, summarise
from eval.working import run_sets
from index.errors import InputError
from service.conversation.followups import FollowUps
from service.pipeline import Pipeline


def citecheck(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eval.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=600)


def test_the_product_keeps_its_promises_and_repeats_itself(pipeline: Pipeline, tmp_path: Path) -> None:
    first = dev_run(pipeline)
    figures = summarise(first.items).overall.figures
    assert not summarise(first.items).broken
    assert figures["verbatim"].value == 1
    # Floors a little under what the development half reached when this was written; the baseline has the figures.
    assert (figures["hit@5"].value or 0) > 0.9
    assert (figures["contains"].value or 0) > 0.55
    assert (figures["citation_accuracy"].value or 0) > 0.7
    assert (figures["refusal_recall"].value or 0) > 0.3
    # Every third question; of most the model remembers nothing any more.
    some = replace(first, items=first.items[::3], scored=first.scored[::3])
    rundir.write_baseline(some, tmp_path / "first")
    rundir.write_baseline(asked(pipeline, pipeline, every=3), tmp_path / "second")
    for name in ("metrics.json", "report.md", "scored.jsonl"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_provenance_names_models_index_and_code(pipeline: Pipeline) -> None:
    origin = provenance.describe(pipeline, [GOLD_FILE])
    assert origin.models["encoder"] == pipeline.library.encoder.fingerprint
    assert origin.models["reader"] == pipeline.reader.fingerprint
    assert origin.settings["min_confidence"] == pipeline.min_confidence
    assert "data" not in origin.settings
    assert len(origin.index) == 12
    assert origin.code.endswith(provenance.code_fingerprint())
    assert provenance.describe(pipeline, [GOLD_FILE]).index == origin.index


def test_the_console_script_evaluates_a_data_folder(data_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    gold = tmp_path / "gold"
    gold.mkdir()
    for name in FILES.values():
        lines = (BUILT_IN / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (gold / name).write_text("".join(lines[:2]), encoding="utf-8")
    options = ("--gold", str(gold), "--data", str(data_folder), "--out", str(out), "--json")
    done = citecheck("eval", "run", *options)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    kept = rundir.read_run(out)
    assert printed["run"] == str(out)
    assert printed["items"] == len(kept.scored) > len(kept.items)
    assert {item.gold_set for item in kept.scored} == set(FILES)
    assert printed["metrics"]["questions"]["hit@1"]["value"] == summarise(kept.items).overall.figures["hit@1"].value
    accepted = citecheck("eval", "accept", str(out), "--baseline", str(tmp_path / "baseline"))
    assert accepted.returncode == 0, accepted.stderr
    assert sorted(path.name for path in (tmp_path / "baseline").iterdir()) == [
        "metrics.json",
        "report.md",
        "scored.jsonl",
    ]


def test_bad_input_is_refused_with_one_sentence(data_folder: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "q1"}\n')
    done = citecheck("eval", "run", "--gold", str(gold), "--data", str(data_folder), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr == "citecheck: gold.jsonl, line 1: question: this key is missing; add it.\n"
    assert not (tmp_path / "out").exists()


def test_users_documents_are_indexed_into_a_folder_that_is_gone_afterwards(tmp_path: Path) -> None:
    documents, gold = tmp_path / "documents", tmp_path / "gold.jsonl"
    documents.mkdir()
    text = "The lighthouse at Kerrin was built in 1871 by Anna Moor."
    (documents / "kerrin.txt").write_text(text)
    item = {"id": "a", "question": "When was the lighthouse at Kerrin built?", "type": "date", "style": "plain"}
    known = {"split": "test", "answerable": True, "answers": ["1871"]}
    gold.write_text(json.dumps({**item, **known, "evidence": [{"document_id": "kerrin", "quote": text}]}))
    request = Request("all", frozenset(), gold, documents, None, tmp_path / "out")
    figures = set_figures(evaluate(request).run.scored)
    assert list(figures) == ["questions"]
    assert figures["questions"]["hit@1"].value == 1
    with pytest.raises(InputError, match="not both"):
        evaluate(replace(request, data=tmp_path, out=tmp_path / "other"))
    with pytest.raises(InputError, match="choose another split"):
        evaluate(replace(request, split="dev", out=tmp_path / "other"))


def test_the_seeds_are_found() -> None:
    assert len(list(seeds().glob("*.txt"))) == 5


def test_starting_the_console_script_loads_nothing_heavy() -> None:
    heavy = ("numpy", "pydantic", "rich.progress", "sqlalchemy", "onnxruntime", "fastapi", "service.pipeline")
    code = f"import sys, eval.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_items_worked_on_at_once_come_out_as_one_after_the_other(pipeline: Pipeline) -> None:
    find_document = documents_of(pipeline)
    whole = load_sets(None, frozenset({"claims", "conversations", "lookups"}), "dev", find_document)
    gold = replace(whole, claims=whole.claims[:6], conversations=whole.conversations[:2], lookups=whole.lookups[:6])
    told: list[None] = []
    origin = provenance.describe(pipeline, gold.files)
    made = run_sets(pipeline, find_document, gold, origin, lambda: told.append(None), None)
    assert len(told) == gold.items == len(made.scored)
    assert made.scored == (
        *map(scored_claim, check_gold(pipeline, find_document, gold.claims)),
        *map(scored_turn, converse(pipeline, FollowUps(pipeline), find_document, gold.conversations)),
        *map(scored_lookup, look_up_gold(pipeline, find_document, gold.lookups)),
    )
