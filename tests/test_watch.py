"""Watching a folder: changes are followed soon, bad files and lost folders do not end it, Ctrl-C does, cleanly."""

from __future__ import annotations

import json
import logging
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("watchfiles")
from service.ingest import IngestReport
from service.watching import _follow, _is_ours

PATIENCE = 60


class Watcher:
    """A real `citecheck index --watch --json`, its reports line by line."""

    def __init__(self, folder: Path, data: Path) -> None:
        command = [sys.executable, "-m", "eval.cli", "index", str(folder), "--watch", "--json", "--data", str(data)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._reports: queue.Queue[dict[str, Any]] = queue.Queue()
        self.errors: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._reports.put(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.put(line)

    def until(self, document_id: str, status: str) -> dict[str, Any]:
        """Return the next report in which a document has a status."""
        while True:
            report = self._reports.get(timeout=PATIENCE)
            if {"document_id": document_id, "status": status}.items() <= _changes(report).get(document_id, {}).items():
                return report


def _changes(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {change["document_id"]: change for change in report["documents"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    (made / "one.txt").write_text("The zebra crossed the river at dawn.")
    (made / "stays.txt").write_text("The lion slept.")
    return made


@pytest.fixture
def watcher(folder: Path) -> Iterator[Watcher]:
    # The data folder lies in the folder that is watched: what is written there must not wake the watch.
    started = Watcher(folder, folder / "data")
    yield started
    started.process.kill()
    started.process.wait()


def test_changes_are_followed_until_the_watch_is_interrupted(watcher: Watcher, folder: Path) -> None:
    watcher.until("one", "added")
    (folder / "two.txt").write_text("The giraffe stayed at home.")
    watcher.until("two", "added")
    (folder / "one.txt").write_text("The zebra crossed the river at dusk.")
    watcher.until("one", "updated")
    (folder / "two.txt.meta.json").write_text('{"tags": ["herds"]}')
    watcher.until("two", "updated")
    (folder / "broken.txt").write_bytes(b"\x00\x01\x02")
    (folder / "itself.txt").symlink_to(folder / "itself.txt")
    (folder / "sub").mkdir()
    (folder / "sub" / "three.txt").write_text("The quagga was seen in the valley.")
    report = watcher.until("three", "added")
    assert {Path(item["path"]).name for item in report["skipped"]} == {"broken.txt", "itself.txt"}
    (folder / "two.txt").unlink()
    watcher.until("two", "removed")
    watcher.process.send_signal(signal.SIGINT)
    assert watcher.process.wait(timeout=PATIENCE) == 0
    assert watcher.errors.empty() or "Traceback" not in "".join(watcher.errors.queue)


def test_a_folder_that_goes_away_and_comes_back_is_followed_again(folder: Path, tmp_path: Path) -> None:
    watcher = Watcher(folder, tmp_path / "data")
    try:
        watcher.until("one", "added")
        folder.rename(tmp_path / "away")
        assert "There is no file or folder" in watcher.errors.get(timeout=PATIENCE)
        folder.mkdir()
        # As when a disk is not mounted: refused and told, not removed.
        assert "holds no file that can be read" in watcher.errors.get(timeout=PATIENCE)
        folder.rmdir()
        (tmp_path / "away" / "one.txt").unlink()
        (tmp_path / "away").rename(folder)
        watcher.until("one", "removed")
        (folder / "two.txt").write_text("The giraffe stayed at home.")
        watcher.until("two", "added")
    finally:
        watcher.process.kill()
        watcher.process.wait()


def test_what_the_system_refuses_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    done = IngestReport((), (), {"unchanged": 0})
    outcomes = iter([OSError(5, "Input/output error", "one.txt"), OSError(5, "Input/output error", "one.txt"), done])
    tried = []

    def run() -> IngestReport:
        outcome = next(outcomes)
        tried.append(outcome)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    with caplog.at_level(logging.ERROR):
        _follow(run, iter([True, False, False, False]), lambda _: None)
    assert len(tried) == 3
    assert ["Input/output error: 'one.txt'" in message for message in caplog.messages] == [True]


def test_hidden_files_and_the_data_folder_are_nobodys_business(tmp_path: Path) -> None:
    watched, data = [tmp_path / "a"], tmp_path / "a" / "data"
    assert _is_ours(tmp_path / "a" / "b.txt", watched, data)
    assert _is_ours(tmp_path / "a", watched, data)
    for name in ("data", "data/x.sqlite", ".git/x", "b/.c.txt.swp", "../other/x.txt"):
        assert not _is_ours((tmp_path / "a" / name).resolve(), watched, data)
    # A folder may itself lie below a hidden one.
    assert _is_ours(tmp_path / ".h" / "b.txt", [tmp_path / ".h"], data)
