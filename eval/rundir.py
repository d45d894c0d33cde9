"""Run folders and the accepted baseline on disk; a run is there once all of it is written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.html.page import report_page
from eval.journal import is_unfinished
from eval.report import markdown
from eval.results import ItemResult, Provenance, QueryResult, Run
from eval.scored import Scored
from eval.summary import set_figures
from eval.trec import QRELS_FILE, RUN_FILE, qrels_text, rankings, run_text
from index.errors import InputError
from service.lines import read_lines

BASELINE = Path(__file__).parent / "baseline"
QUERIES_FILE = "queries.jsonl"
_DIGITS = 6
_ITEM = TypeAdapter(ItemResult)
_QUERY = TypeAdapter(QueryResult)
_SCORED = TypeAdapter(Scored)
_PROVENANCE = TypeAdapter(Provenance)


def write_run(run: Run, folder: Path) -> None:
    """Write a run into its folder, run.json last; raises InputError where that fails.

    run.json says where it came from, items.jsonl holds the questions with all that replays them, queries.jsonl the
    queries, scored.jsonl the items of every gold set as they are compared, report.md the figures, report.html the
    figures and the items, run.trec and qrels.trec the rankings of documents and what was judged.
    """
    found = rankings(run)
    files = {
        "items.jsonl": _lines(_ITEM, run.items),
        **({QUERIES_FILE: _lines(_QUERY, run.queries)} if run.queries else {}),
        "scored.jsonl": _lines(_SCORED, run.scored),
        **({RUN_FILE: run_text(found), QRELS_FILE: qrels_text(found)} if found else {}),
        "report.md": markdown(run, run.provenance),
        "report.html": report_page(run, None, show_test=False),
        "run.json": _PROVENANCE.dump_json(run.provenance, indent=2).decode() + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            _write_durably(folder / f".{name}", text)
        for name in files:
            (folder / f".{name}").replace(folder / name)
    except OSError as error:
        for name in files:
            (folder / f".{name}").unlink(missing_ok=True)
        raise InputError(f"{folder} cannot be written ({error.strerror}); name another.", code="bad_out") from error


def refuse_used(folder: Path) -> None:
    """Raise InputError when `folder` holds anything: results are never overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        remedy = "go on with it by --resume" if is_unfinished(folder) else "name a new folder for this run"
        raise InputError(f"{folder} exists already; {remedy}.", code="run_exists")


def read_run(folder: Path) -> Run:
    """Read what `write_run` wrote; raises InputError when it is not a run."""
    _refuse_unfinished(folder)
    try:
        provenance = _PROVENANCE.validate_json((folder / "run.json").read_bytes())
        items = tuple(_ITEM.validate_json(line.text) for line in read_lines(folder / "items.jsonl"))
        scored = tuple(_SCORED.validate_json(line.text) for line in read_lines(folder / "scored.jsonl"))
        queries = folder / QUERIES_FILE
        found = (_QUERY.validate_json(line.text) for line in (read_lines(queries) if queries.exists() else ()))
        run = Run(provenance, items, scored, tuple(found))
    except (OSError, InputError, ValidationError) as error:
        raise InputError(
            f"{folder} is not an evaluation run; name a folder `eval run` wrote.", code="not_a_run"
        ) from error
    return run


def read_scored(folder: Path) -> tuple[Scored, ...]:
    """Read the items to compare, of a run or of a baseline; raises InputError when it is neither."""
    _refuse_unfinished(folder)
    try:
        return tuple(_SCORED.validate_json(line.text) for line in read_lines(folder / "scored.jsonl"))
    except (InputError, ValidationError) as error:
        raise InputError(
            f"{folder} is neither a run nor a baseline; name a folder that `eval run` or `eval accept` wrote.",
            code="not_a_run",
        ) from error


def _refuse_unfinished(folder: Path) -> None:
    if is_unfinished(folder):
        raise InputError(
            f"The run in {folder} is not finished; finish it with eval run --resume {folder}.", code="unfinished_run"
        )


def write_baseline(run: Run, folder: Path = BASELINE) -> None:
    """Make a run the accepted baseline: figures and items without latencies, machine or moment.

    Raises InputError for a run that broke an invariant: a baseline must not make that look normal.
    """
    if any(item.violations for item in run.scored):
        raise InputError("This run has errors or false quotes; mend them and run again.", code="broken_run")
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "metrics.json": json.dumps({"gold": run.provenance.gold, "metrics": _figures(run)}, indent=2) + "\n",
        "scored.jsonl": _lines(_SCORED, [_kept(item) for item in run.scored]),
        "report.md": markdown(run, None),
    }
    for name, text in files.items():
        partial = folder / f".{name}.partial"
        _write_durably(partial, text)
        partial.replace(folder / name)


def _figures(run: Run) -> dict[str, dict[str, dict[str, float | int | None]]]:
    return {
        gold_set: {
            name: {"value": None if figure.value is None else round(figure.value, _DIGITS), "items": figure.count}
            for name, figure in figures.items()
        }
        for gold_set, figures in set_figures(run.scored).items()
    }


def _kept(item: Scored) -> Scored:
    """Return what a baseline keeps of an item: one line each, so that a change shows as the items it touched.

    What was asked and wanted stands in the gold, and is taken from the newer run; quotes are named by their ids.
    """
    scores = {name: round(score, _DIGITS) for name, score in item.scores.items()}
    confidence = None if item.confidence is None else round(item.confidence, _DIGITS)
    return replace(
        item, asked="", wanted="", quotes=(), evidence=(), scores=scores, confidence=confidence, latency_ms=None
    )


def _lines(form: TypeAdapter[Any], items: Iterable[object]) -> str:
    return "".join(form.dump_json(item).decode() + "\n" for item in items)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
