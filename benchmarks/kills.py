"""kill -9 at random moments of mixed writes, then a look at everything: python -m benchmarks.kills --kills 200.

Documents are added, updated, described anew, removed and purged through the library in a process of its own, which
says when each write is done. After each kill the folder must hold what was said to be done, with at most the one write
under way besides, wholly or not at all; searches must find that and nothing else, and the doctor nothing wrong. Half
of the processes treat the index as a large one, which changes by segments.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.comparison import Table, render
from benchmarks.kills_world import World
from index.doctor.examination import examine
from index.encoder import PACKAGED, Encoder, load_encoder
from index.library import Library
from index.passages import Passage
from index.retriever import HybridRetriever
from index.store import FILE

_WRITER = [sys.executable, "-m", "benchmarks.kills_writer"]
_ROOT = Path(__file__).parent.parent
_START_SHARE = 0.15
_FEW = 4


class Broken(Exception):
    """The folder does not hold what it must."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: how many writes were acknowledged before it, which was under way, and whether that one is there."""

    acknowledged: int
    under_way: str
    happened: bool


def main() -> int:
    """Kill and look, print a table; returns 1 at the first thing lost or half done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    started = time.perf_counter()
    encoder = load_encoder(PACKAGED)
    kills: list[Kill] = []
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder) / "data", options.seed, encoder)
        try:
            rounds = track(range(options.kills), "kills", console=Console(stderr=True), transient=True)
            kills.extend(trial.kill() for _ in rounds)
        except Broken as error:
            print(f"After {len(kills)} kills: {error}")
            return 1
    print(render([Table("", ("what", "measured"), (False, True), tuple(told(kills, started)))]))
    return 0


class Trial:
    """A data folder that is written to by processes that are killed, one after the other."""

    def __init__(self, data: Path, seed: int, encoder: Encoder) -> None:
        """Begin with no folder."""
        self._data = data
        self._seed = seed
        self._encoder = encoder
        self._chance = random.Random(seed)
        self._done = 0

    def kill(self) -> Kill:
        """Let a process write, kill it at a random moment, look at everything; raises Broken."""
        before = self._done
        acknowledged = self._write_and_kill()
        world = World(self._seed).advance(acknowledged)
        under_way = world.next().kind
        happened = self._happened(world, acknowledged)
        self._done = acknowledged + happened
        return Kill(acknowledged - before, under_way, happened)

    def _write_and_kill(self) -> int:
        command = [*_WRITER, str(self._data), str(self._seed), str(self._done)]
        acknowledged = self._done
        command += ["large"] if self._chance.random() < 0.5 else []
        early = self._chance.random() < _START_SHARE
        delay = self._chance.uniform(0, 0.3 if early else 2.0)
        with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, encoding="utf-8") as process:
            if process.stdout is None:
                raise Broken("the writer has no output")
            process.stdout.readline()
            # Early is before the first write is done: while the folder is opened, or the search files are read.
            killer = threading.Timer(delay, process.send_signal, [signal.SIGKILL])
            killer.start()
            for line in process.stdout:
                acknowledged = int(line) if line.endswith("\n") else acknowledged
            killer.join()
        if process.returncode != -signal.SIGKILL:
            raise Broken(f"the writer ended with {process.returncode}")
        return acknowledged

    def _happened(self, world: World, acknowledged: int) -> bool:
        """Compare the folder with what was acknowledged, and with one write more; tell which of the two it holds."""
        library = Library(self._data, self._encoder)
        try:
            for happened in (False, True):
                if happened:
                    world.advance(1)
                if matches(self._data, library, world):
                    look(library, world)
                    self._examine(library)
                    return happened
        finally:
            library.close()
        raise Broken(f"neither {acknowledged} nor {acknowledged + 1} writes are what is there")

    def _examine(self, library: Library) -> None:
        found = [
            finding
            for finding in examine(self._data, library, repair=False, on_progress=lambda *_: None)
            if finding.kind in ("lost", "derived")
        ]
        if found:
            raise Broken(f"the doctor says: {found[0]}")


def matches(data: Path, library: Library, world: World) -> bool:
    """Tell whether the store holds exactly the world's documents, metadata and kept texts."""
    records = library.store.records(limit=1000, offset=0)
    stored = {record.document_id: (record.version, record.title, record.metadata) for record in records}
    expected = {name: (one.version, one.title, one.metadata) for name, one in world.current.items()}
    with closing(sqlite3.connect(data / FILE)) as connection:
        kept = set(connection.execute("SELECT document_id, version FROM versions"))
    return stored == expected and kept == world.kept.keys()


def look(library: Library, world: World) -> None:
    """Read every text, search for what is there and for what is not; raises Broken."""
    for (name, version), text in world.kept.items():
        if library.document(name, version).text != text:
            raise Broken(f"{name}@{version} is not the text that was put in")
    retriever = HybridRetriever(library)
    for name, mark in world.marks().items():
        found = [hit for hit in retriever.search(mark, 100, None) if mark in hit.passage.index_text]
        # Among very few passages no word is rare, and it counts for nothing.
        first = len(world.current) <= _FEW or any(hit.legs["lexical"].rank == 1 for hit in found)
        if not first or {hit.passage.document_id for hit in found} != {name}:
            raise Broken(f"{mark} is not found in {name}")
    for query in (*world.gone[-5:], "the river and the bridge"):
        for hit in retriever.search(query, 20, None):
            _check_current(hit.passage, world)


def _check_current(passage: Passage, world: World) -> None:
    current = world.current.get(passage.document_id)
    if current is None or current.version != passage.version:
        raise Broken(f"{passage.document_id}@{passage.version} is found, though it is not current")
    if current.quote(passage.span) not in current.text:
        raise Broken(f"a passage of {passage.document_id} leaves its text")


def told(kills: list[Kill], started: float) -> list[tuple[str, str]]:
    """Return what the table says."""
    under_way = Counter(kill.under_way for kill in kills)
    rows = [
        ("kills", str(len(kills))),
        ("writes acknowledged", str(sum(kill.acknowledged for kill in kills))),
        ("acknowledged writes lost", "0"),
        ("half-done writes served", "0"),
        ("under way when killed, then there", str(sum(kill.happened for kill in kills))),
        ("under way when killed, then not there", str(sum(not kill.happened for kill in kills))),
    ]
    rows += [(f"killed before or during: {kind}", str(count)) for kind, count in sorted(under_way.items())]
    return [*rows, ("minutes", f"{(time.perf_counter() - started) / 60:.1f}")]


if __name__ == "__main__":
    sys.exit(main())
