"""Run directories and the accepted baseline on disk, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.html.page import report_page
from eval.report import markdown
from eval.results import ItemResult, Provenance, Run
from eval.scored import Scored
from eval.summary import set_figures
from index.errors import InputError
from service.lines import read_lines

BASELINE = Path(__file__).parent / "baseline"
_DIGITS = 6
_ITEM = TypeAdapter(ItemResult)
_SCORED = TypeAdapter(Scored)
_PROVENANCE = TypeAdapter(Provenance)


def write_run(run: Run, folder: Path) -> None:
    """Write a run into a new `folder`; raises InputError when it is there already.

    run.json says where it came from, items.jsonl holds the questions with all that replays them, scored.jsonl the
    items of every gold set as they are compared, report.md the figures, report.html the figures and the items.
    """
    files = {
        "run.json": _PROVENANCE.dump_json(run.provenance, indent=2).decode() + "\n",
        "items.jsonl": _lines(_ITEM, run.items),
        "scored.jsonl": _lines(_SCORED, run.scored),
        "report.md": markdown(run, run.provenance),
        "report.html": report_page(run, None, show_test=False),
    }
    folder = folder.resolve()
    refuse_used(folder)
    partial = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    try:
        partial.mkdir(parents=True)
        for name, text in files.items():
            _write_durably(partial / name, text)
        partial.replace(folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); name another.", code="bad_out") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_used(folder: Path) -> None:
    """Raise InputError when `folder` holds anything: results are never overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} exists already; name a new folder for this run.", code="run_exists")


def read_run(folder: Path) -> Run:
    """Read what `write_run` wrote; raises InputError when it is not a run."""
    try:
        provenance = _PROVENANCE.validate_json((folder / "run.json").read_bytes())
        items = tuple(_ITEM.validate_json(line.text) for line in read_lines(folder / "items.jsonl"))
        scored = tuple(_SCORED.validate_json(line.text) for line in read_lines(folder / "scored.jsonl"))
    except (OSError, InputError, ValidationError) as error:
        raise InputError(
            f"{folder} is not an evaluation run; name a folder `eval run` wrote.", code="not_a_run"
        ) from error
    return Run(provenance, items, scored)


def read_scored(folder: Path) -> tuple[Scored, ...]:
    """Read the items to compare, of a run or of a baseline; raises InputError when it is neither."""
    try:
        return tuple(_SCORED.validate_json(line.text) for line in read_lines(folder / "scored.jsonl"))
    except (InputError, ValidationError) as error:
        raise InputError(
            f"{folder} is neither a run nor a baseline; name a folder that `eval run` or `eval accept` wrote.",
            code="not_a_run",
        ) from error


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
