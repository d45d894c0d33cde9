"""compare and gate as commands: exit codes, files written, and what is kept back of test items."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from scored_items import rights, scored
from typer.testing import CliRunner

from eval import rundir
from eval.cli import eval_app
from eval.results import Provenance, Run
from eval.scored import Scored

ORIGIN = Provenance({}, {}, "", "", "", {}, "2026-01-01T00:00:00+00:00")


def written(folder: Path, items: Sequence[Scored]) -> str:
    rundir.write_run(Run(ORIGIN, (), tuple(items)), folder)
    return str(folder)


@pytest.fixture
def baseline(tmp_path: Path) -> str:
    rundir.write_baseline(Run(ORIGIN, (), tuple(rights("1" * 120))), tmp_path / "baseline")
    return str(tmp_path / "baseline")


def test_the_gate_ends_with_the_code_of_its_decision(baseline: str, tmp_path: Path) -> None:
    runs = {
        0: rights("1" * 120),
        1: rights("0" * 9 + "1" * 111),
        3: rights("1" * 12),
    }
    for code, items in runs.items():
        folder = written(tmp_path / f"run{code}", items)
        assert CliRunner().invoke(eval_app, ["gate", folder, "--baseline", baseline]).exit_code == code


def test_bad_input_is_code_two_and_one_sentence(baseline: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eval.cli", "eval", "gate", str(tmp_path / "none"), "--baseline", baseline]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("citecheck: ")
    assert "neither a run nor a baseline" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_broken_invariant_is_code_one_whatever_the_average(baseline: str, tmp_path: Path) -> None:
    items = [*rights("1" * 119), scored("q119", violations=("quote not verbatim",))]
    ran = CliRunner().invoke(eval_app, ["gate", written(tmp_path / "run", items), "--baseline", baseline])
    assert ran.exit_code == 1
    assert "q119 breaks an invariant: quote not verbatim" in ran.stdout


def test_strict_and_detect_move_the_bar(baseline: str, tmp_path: Path) -> None:
    one_lost = written(tmp_path / "one", rights("0" + "1" * 119))
    gate = ["gate", one_lost, "--baseline", baseline]
    assert CliRunner().invoke(eval_app, gate).exit_code == 0
    assert CliRunner().invoke(eval_app, [*gate, "--strict"]).exit_code == 1
    assert CliRunner().invoke(eval_app, [*gate, "--detect", "0.02"]).exit_code == 3


def test_the_files_say_what_the_terminal_says(baseline: str, tmp_path: Path) -> None:
    run = written(tmp_path / "run", rights("0" * 9 + "1" * 111))
    markdown, junit = tmp_path / "gate.md", tmp_path / "gate.xml"
    options = ["--markdown", str(markdown), "--junit", str(junit), "--json"]
    ran = CliRunner().invoke(eval_app, ["gate", run, "--baseline", baseline, *options])
    printed = json.loads(ran.stdout)
    assert printed["decision"]["outcome"] == "failed"
    assert [one["metric"] for one in printed["decision"]["losses"]] == ["right"]
    text = markdown.read_text(encoding="utf-8")
    assert "questions: right fell from 1.000 to 0.925" in text
    assert "| questions | q0 | When was q0? | 1911 | 1921 | 1911 |" in text
    assert ElementTree.parse(junit).getroot().get("failures") == "2"


def test_a_file_that_cannot_be_written_is_refused(baseline: str, tmp_path: Path) -> None:
    run = written(tmp_path / "run", rights("1" * 120))
    options = ["--junit", str(tmp_path / "no" / "gate.xml")]
    ran = CliRunner().invoke(eval_app, ["gate", run, "--baseline", baseline, *options])
    assert "cannot be written" in str(ran.exception)


@pytest.mark.parametrize("show_test", [False, True])
@pytest.mark.parametrize("as_json", [False, True])
def test_words_of_test_items_are_kept_back_everywhere(tmp_path: Path, show_test: bool, as_json: bool) -> None:
    secret = scored("t1", split="test", asked="When did Orvik burn?", said="in 1911", wanted="in 1911")
    wrong = scored("t1", 0, split="test", asked="When did Orvik burn?", said="in 1921", violations=("it failed",))
    folders = [written(tmp_path / "a", [secret]), written(tmp_path / "b", [wrong])]
    markdown, junit = tmp_path / "x.md", tmp_path / "x.xml"
    options = ["--show-test"] * show_test + ["--json"] * as_json + ["--markdown", str(markdown)]
    compared = CliRunner().invoke(eval_app, ["compare", *folders, *options])
    gate = ["gate", folders[1], "--baseline", folders[0], "--junit", str(junit), *options]
    gated = CliRunner().invoke(eval_app, gate)
    assert (compared.exit_code, gated.exit_code) == (0, 1)
    for text in (compared.stdout, gated.stdout, markdown.read_text(), junit.read_text()):
        assert "t1" in text
    for words in ("Orvik", "in 1921"):
        assert (words in compared.stdout.replace("\n", " ")) == show_test
        assert (words in markdown.read_text()) == show_test
        assert words not in junit.read_text()


def test_two_runs_are_compared_in_order(tmp_path: Path) -> None:
    folders = [written(tmp_path / "a", rights("10")), written(tmp_path / "b", rights("01"))]
    printed = json.loads(CliRunner().invoke(eval_app, ["compare", *folders, "--json"]).stdout)
    changed = {one["after"]["id"]: (one["worse"], one["better"]) for one in printed["changed"]}
    assert changed == {"q0": (["right"], []), "q1": ([], ["right"])}
