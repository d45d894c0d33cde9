"""kill -9 during mixed writes, full disks and clocks that go backwards: nothing acknowledged is lost or half done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.kills import Trial, look, matches
from benchmarks.kills_world import World
from benchmarks.kills_writer import write
from index.encoder import Encoder
from index.library import Library

KILLS = 10
LIMITED = """
import resource, sys
from pathlib import Path
from benchmarks.kills_writer import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), large=False)
"""


def test_nothing_acknowledged_is_lost_and_nothing_half_done_is_served(tmp_path: Path, encoder: Encoder) -> None:
    trial = Trial(tmp_path / "data", int(os.environ.get("TEST_SEED", "7")), encoder)
    kills = [trial.kill() for _ in range(KILLS)]
    assert sum(kill.acknowledged for kill in kills) > KILLS


def test_a_disk_that_takes_no_more_loses_nothing(tmp_path: Path, encoder: Encoder) -> None:
    """No file may grow beyond a limit, as on a full disk; with each limit the folder is used on."""
    done = 0
    for limit in (200_000, 300_000):
        command = [sys.executable, "-c", LIMITED.format(limit=limit), str(tmp_path / "data"), "5", str(done)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        acknowledged = int(ended.stdout.split()[-1])
        assert acknowledged > done
        assert ended.returncode == 1
        assert "index.errors.Store" in ended.stderr.splitlines()[-1]
        library, world = Library(tmp_path / "data", encoder), World(5).advance(acknowledged)
        assert matches(tmp_path / "data", library, world)
        look(library, world)
        library.close()
        done = acknowledged


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path, encoder: Encoder, monkeypatch) -> None:
    now = time.time()
    clock = iter([now, now - 86_400 * 365, now + 86_400 * 365, 0.0, now] * 1000)
    monkeypatch.setattr(time, "time", lambda: next(clock))
    library, world = Library(tmp_path, encoder), World(3)
    for _ in range(25):
        write(library, world.next())
        world.advance(1)
        assert matches(tmp_path, library, world)
    look(library, world)
    library.close()
    again = Library(tmp_path, encoder)
    look(again, world)
    again.close()
