"""People chatting at once with a real server over the seeds, and one person alone: python -m benchmarks.chatting.

The crowd runs in a process of its own (locust, benchmarks/chatting_people.py); each person holds conversations of gold
questions and follow-ups and thinks 3 to 8 seconds between turns. One more asks for /health every half second.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.progress import track

from benchmarks.comparison import Table, render
from benchmarks.serving import CITECHECK, ROOT, seconds, start_server, stop
from benchmarks.streaming import Heard, conversation, listen
from eval.goldset import GOLD_FILE
from eval.metrics import percentile

_PEOPLE_FILE = Path(__file__).with_name("chatting_people.py")
_ARRIVING_PER_SECOND = 4
_LEAVING_SECONDS = 60
_STATUSES = ("answered", "conflicting", "declined")


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the people and the prober met; turns and probes as benchmarks.chatting_people writes them."""

    turns: Sequence[Mapping[str, Any]]
    probes: Sequence[Mapping[str, Any]]


def main() -> int:
    """Measure and print Markdown tables; returns the exit code, 1 when nobody got a turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=120, help="how long they chat")
    parser.add_argument("--quiet-turns", type=int, default=40, help="turns of the person alone")
    options = parser.parse_args()
    # What else the machine does decides the times as much as the service does.
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        seconds([*CITECHECK, "index", str(ROOT / "seeds"), "--data", str(data)])
        process, address, _ = start_server(data)
        try:
            watched = psutil.Process(process.pid)
            ready = watched.memory_info().rss
            alone = quiet(address, options.quiet_turns)
            crowd = gather(address, options.people, options.seconds, Path(folder) / "crowd.jsonl")
            after = watched.memory_info().rss
        finally:
            stop(process)
    asked = {"people": str(options.people), "seconds": str(options.seconds), "load before": f"{load:.1f}"}
    memory = {"memory when ready, MB": f"{ready / 1e6:.0f}", "memory at the end, MB": f"{after / 1e6:.0f}"}
    counts = Table("", ("what", "measured"), (False, True), tuple((asked | counted(crowd, alone) | memory).items()))
    times = Table("", ("ms", "p50", "p95", "max"), (False, True, True, True), tuple(timed(crowd, alone)))
    print(render(["### What happened", "", counts, "", "### Times, ms", "", times]))
    return int(not crowd.turns)


def quiet(address: str, turns: int) -> list[Heard]:
    """Hold conversations alone, one message after the other, `turns` in all."""
    openings = [json.loads(line)["question"] for line in GOLD_FILE.read_text(encoding="utf-8").splitlines()]
    chance, heard = random.Random(0), []
    messages: list[str] = []
    with httpx.Client(base_url=address, timeout=60) as client:
        for _ in track(range(turns), "one person alone", console=Console(stderr=True)):
            if not messages:
                messages, held = conversation(openings, chance), None
            body = {"message": messages.pop(0), "stream": True, **({"conversation_id": held} if held else {})}
            started = time.perf_counter()
            with client.stream("POST", "/v1/chat", json=body) as response:
                response.raise_for_status()
                heard.append(listen(response.iter_bytes(), started))
            held = heard[-1].conversation_id
    return heard


def gather(address: str, people: int, duration: int, out: Path) -> Crowd:
    """Let `people` chat for `duration` seconds, in a process of their own, and return what they met."""
    command = [sys.executable, "-m", "locust", "--headless", "--only-summary", "--locustfile", str(_PEOPLE_FILE)]
    # The prober is one more.
    command += ["--host", address, "--users", str(people + 1), "--spawn-rate", str(_ARRIVING_PER_SECOND)]
    command += ["--run-time", f"{duration}s", "--stop-timeout", str(_LEAVING_SECONDS), "--out", str(out)]
    # Its exit code tells of failed requests, which are counted here.
    subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr)
    if not out.exists():
        sys.exit("locust did not run to its end; its messages stand above")
    met = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return Crowd([one for one in met if "health" not in one], [one for one in met if "health" in one])


def counted(crowd: Crowd, alone: Sequence[Heard]) -> dict[str, str]:
    """Return how many turns there were, how they ended, and every kind of error by its name."""
    problems = Counter(str(one["problem"]) for one in (*crowd.turns, *crowd.probes) if one["problem"] is not None)
    problems.update(f"{heard.problem} (alone)" for heard in alone if heard.problem is not None)
    statuses = Counter(one["status"] for one in crowd.turns)
    kinds = {f"error: {kind}": str(count) for kind, count in sorted(problems.items())}
    return {
        "turns": str(len(crowd.turns)),
        **{name: str(statuses[name]) for name in _STATUSES},
        "errors": str(problems.total()),
        **kinds,
    }


def timed(crowd: Crowd, alone: Sequence[Heard]) -> Iterator[tuple[str, ...]]:
    """Yield rows of milliseconds: first event and full answer of the crowd and alone, and the health beside them."""
    people = {
        "first event": [one["first"] for one in crowd.turns],
        "full answer": [one["full"] for one in crowd.turns],
        "health beside them": [one["health"] for one in crowd.probes],
        "alone: first event": [one.first for one in alone],
        "alone: full answer": [one.full for one in alone],
    }
    for name, found in people.items():
        times = [1000 * one for one in found if one is not None]
        shown = (percentile(times, 50), percentile(times, 95), max(times)) if times else ()
        yield (name, *(f"{value:.0f}" for value in shown), *("–" for _ in range(3 - len(shown))))


if __name__ == "__main__":
    sys.exit(main())
