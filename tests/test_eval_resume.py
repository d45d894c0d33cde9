"""A run that was interrupted is gone on with: by a real kill, and whatever the kill left of its last line."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_items import scored
from typer.testing import CliRunner

from eval import journal
from eval.cli import eval_app
from eval.goldfiles import BUILT_IN, FILES
from eval.holding import held
from eval.journal import Begun, Done
from eval.request import NOTHING_SAID
from eval.results import Provenance
from eval.rundir import read_run, read_scored
from index.errors import InputError

ORIGIN = Provenance({"top_k": 8}, {"reader": "r1"}, "i1", "g1", "c1", {}, "2026-01-01T00:00:00+00:00")
BEGUN = Begun(NOTHING_SAID, ORIGIN)
ITEMS = {"questions": 7, "claims": 3, "conversations": 1, "lookups": 2}


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gold")
    for name, file in FILES.items():
        lines = (BUILT_IN / file).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file).write_text("".join(lines[: ITEMS[name]]), encoding="utf-8")
    return folder


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "eval.cli", "eval", "run", *options]


def interrupted(gold: Path, data: Path, out: Path, how: signal.Signals) -> subprocess.Popen[str]:
    """A run that got the signal when a few items were done."""
    options = ("--gold", str(gold), "--data", str(data), "--out", str(out))
    process = subprocess.Popen(command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (out / "done.jsonl").exists() or (out / "done.jsonl").read_bytes().count(b"\n") < 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(how)
    return process


def untimed(path: Path) -> str:
    text = re.sub(r'"(latency_ms|started|latency)": ?("[^"]*"|[0-9.e+-]+)', "", path.read_text(encoding="utf-8"))
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:+]+", "", text)
    text = re.sub(r"## Latency of ask, ms\n\n.*\n.*\n.*\n", "", text)
    return re.sub(r"<figure><h3>Latency</h3>.*?</figure>", "", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def killed(gold: Path, seeded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What kill -9 left of a run."""
    out = tmp_path_factory.mktemp("killed") / "run"
    process = interrupted(gold, seeded_folder, out, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return out


def test_a_killed_run_is_gone_on_with_and_comes_out_as_if_nothing_had_been(
    killed: Path, gold: Path, seeded_folder: Path, tmp_path: Path
) -> None:
    for read in (read_run, read_scored):
        with pytest.raises(InputError, match="is not finished; finish it with eval run --resume"):
            read(killed)
    with (killed / "done.jsonl").open("ab") as stream:
        stream.write(b'{"name": "question q')
    lines = (killed / "done.jsonl").read_text(encoding="utf-8").splitlines()[:-1]
    before = {done["name"]: done for done in map(json.loads, lines)}
    resumed = CliRunner().invoke(eval_app, ["run", "--resume", str(killed), "--json"])
    assert resumed.exit_code == 0, resumed.output
    whole = tmp_path / "whole"
    done = subprocess.run(
        command("--gold", str(gold), "--data", str(seeded_folder), "--out", str(whole)), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    names = {"items.jsonl", "qrels.trec", "report.html", "report.md", "run.json", "run.trec", "scored.jsonl"}
    assert {path.name for path in killed.iterdir()} == names == {path.name for path in whole.iterdir()}
    for name in names:
        assert untimed(killed / name) == untimed(whole / name), name
    for item in read_run(killed).items:
        known = before.get(f"question {item.id}")
        assert known is None or known["question"]["latency_ms"] == item.latency_ms, "it was asked again"
    assert len(before) >= 3
    again = CliRunner().invoke(eval_app, ["run", "--resume", str(killed)])
    assert "is finished" in str(again.exception)


def test_control_c_says_how_to_go_on(gold: Path, seeded_folder: Path, tmp_path: Path) -> None:
    for attempt in range(5):
        out = tmp_path / f"run{attempt}"
        process = interrupted(gold, seeded_folder, out, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        if process.returncode or journal.is_unfinished(out):
            break  # else it was done before the signal came
    assert process.returncode == 130
    assert said.endswith(f"citecheck: Interrupted; go on with: citecheck eval run --resume {out}\n")
    assert journal.is_unfinished(out)


def test_a_run_is_not_gone_on_with_in_another_product_or_gold(
    gold: Path, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(gold, tmp_path / "gold"))
    out = tmp_path / "run"
    process = interrupted(own, data_folder, out, signal.SIGKILL)
    process.wait()
    kept = (out / "done.jsonl").read_bytes()

    def refusal() -> str:
        return str(CliRunner().invoke(eval_app, ["run", "--resume", str(out)]).exception)

    monkeypatch.setenv("CITECHECK_MIN_CONFIDENCE", "0.75")
    assert re.search(r"begun with other settings: settings min_confidence 0\.\d+ and now 0\.75; restore", refusal())
    monkeypatch.delenv("CITECHECK_MIN_CONFIDENCE")
    claims = own / FILES["claims"]
    claims.write_text("".join(claims.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    assert "begun with other gold" in refusal()
    assert (out / "done.jsonl").read_bytes() == kept


def test_what_else_cannot_be_gone_on_with(tmp_path: Path) -> None:
    def refusal(*options: str) -> str:
        return str(CliRunner().invoke(eval_app, ["run", "--resume", str(tmp_path), *options]).exception)

    assert "is no run that was begun" in refusal()
    assert "leave other options away" in refusal("--limit", "3")
    with journal.begin(tmp_path / "run", BEGUN), pytest.raises(InputError, match="worked on by another process"):
        held(tmp_path / "run", wait=False).__enter__()
    for changes in ({"index": "i2"}, {"models": {"reader": "r2"}}, {"code": "c2"}):
        now = Provenance(**{**{name: getattr(ORIGIN, name) for name in ORIGIN.__slots__}, **changes})
        with pytest.raises(InputError, match=f"begun with other {next(iter(changes))}"):
            journal.go_on(tmp_path / "run", BEGUN, now).__enter__()
    used = CliRunner().invoke(eval_app, ["run", "--out", str(tmp_path / "run")])
    assert "exists already; go on with it by --resume" in str(used.exception)


def piece(number: int) -> Done:
    return Done(f"claim {number}", None, None, (scored(f"c{number}", said="a\nb “c” \u2028"),))


@given(count=st.integers(0, 6), cut=st.integers(0, 4000), left=st.binary(max_size=20))
def test_whatever_was_left_of_the_last_line_the_whole_ones_are_known(
    tmp_path_factory: pytest.TempPathFactory, count: int, cut: int, left: bytes
) -> None:
    folder = tmp_path_factory.mktemp("run") / "run"
    with journal.begin(folder, BEGUN) as begun:
        for number in range(count):
            begun.keep(piece(number))
    path = folder / "done.jsonl"
    written = path.read_bytes()
    path.write_bytes(written[:cut] + left)
    with journal.go_on(folder, journal.read_begun(folder), ORIGIN) as resumed:
        whole = written[:cut].count(b"\n")
        assert list(resumed.known.values())[:whole] == [piece(number) for number in range(whole)]
        for number in range(count):
            if f"claim {number}" not in resumed.known:
                resumed.keep(piece(number))
    with journal.go_on(folder, journal.read_begun(folder), ORIGIN) as last:
        assert last.known == {f"claim {number}": piece(number) for number in range(count)}
