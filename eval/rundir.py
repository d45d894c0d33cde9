"""Run directories and the accepted baseline on disk, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.report import markdown
from eval.results import ItemResult, Provenance, Run
from eval.summary import Summary, summarise
from index.errors import InputError
from service.lines import read_lines

BASELINE = Path(__file__).parent / "baseline"
_DIGITS = 6
_ITEM = TypeAdapter(ItemResult)
_PROVENANCE = TypeAdapter(Provenance)


def write_run(run: Run, folder: Path) -> None:
    """Write run.json, items.jsonl and report.md into a new `folder`; raises InputError when it is there already."""
    summary = summarise(run.items)
    files = {
        "run.json": _PROVENANCE.dump_json(run.provenance, indent=2).decode() + "\n",
        "items.jsonl": "".join(_ITEM.dump_json(item).decode() + "\n" for item in run.items),
        "report.md": markdown(summary, run.provenance),
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
    except (OSError, ValidationError) as error:
        raise InputError(
            f"{folder} is not an evaluation run; name a folder `eval run` wrote.", code="not_a_run"
        ) from error
    return Run(provenance, items)


def write_baseline(run: Run, folder: Path = BASELINE) -> None:
    """Make a run the accepted baseline: figures and per-item scores without latencies, machine or moment.

    Raises InputError for a run that broke an invariant: a baseline must not make that look normal.
    """
    summary = summarise(run.items)
    if summary.broken:
        raise InputError("This run has errors or false quotes; mend them and run again.", code="broken_run")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"metrics.json": _metrics_json(run, summary), "report.md": markdown(summary, None)}.items():
        partial = folder / f".{name}.partial"
        _write_durably(partial, text)
        partial.replace(folder / name)


def _metrics_json(run: Run, summary: Summary) -> str:
    """Return the baseline's numbers, one item a line so that a change shows as the items it touched."""
    figures = {
        name: {"value": None if figure.value is None else round(figure.value, _DIGITS), "items": figure.count}
        for name, figure in summary.overall.figures.items()
    }
    items = ",\n".join(f"    {json.dumps(item.id)}: {json.dumps(_rounded(item))}" for item in run.items)
    head = json.dumps({"gold": run.provenance.gold, "metrics": figures}, indent=2)
    return f'{head[:-2]},\n  "items": {{\n{items}\n  }}\n}}\n'


def _rounded(item: ItemResult) -> dict[str, float]:
    return {name: round(score, _DIGITS) for name, score in item.scores.items()}


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
