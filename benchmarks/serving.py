"""The service as its user meets it: first start, later starts, a cold question, served questions, memory."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
CITECHECK = [sys.executable, "-m", "eval.cli"]
QUESTION = "When did the rebels take Timbuktu?"


def seconds(command: list[str]) -> float:
    """Run a command to its end and return how long it took."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def start_server(data: Path) -> tuple[subprocess.Popen[bytes], str, float]:
    """Start a server and return it with its address and the seconds from process start to ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    command = [*CITECHECK, "serve", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1) as answer:
                if answer.status == 200:
                    return process, f"http://127.0.0.1:{port}", time.perf_counter() - started
        except OSError:
            if process.poll() is not None or time.perf_counter() - started > 60:
                sys.exit("the server did not start")
        time.sleep(0.01)


def served_milliseconds(address: str, questions: list[str]) -> list[float]:
    """Ask each question over one connection and return the times."""
    import httpx

    times = []
    with httpx.Client(base_url=address, timeout=60) as client:
        for question in questions:
            started = time.perf_counter()
            client.post("/v1/ask", json={"question": question}).raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
    return times


def stage_milliseconds(data: Path, questions: list[str]) -> dict[str, float]:
    """Return the median milliseconds of each stage of a question, in this process."""
    from service.evidence.reading import evidence_for
    from service.pipeline import RERANKED, open_pipeline
    from service.settings import Settings

    pipeline = open_pipeline(Settings(data=data))
    pipeline.warm_up()
    spent: dict[str, list[float]] = {}
    for question in questions:
        marks = [time.perf_counter()]
        hits = pipeline.retriever.search(pipeline.speller.correct(question), RERANKED, None)
        marks.append(time.perf_counter())
        judged = pipeline.reader.rank(question, evidence_for(pipeline.library, hits))
        marks.append(time.perf_counter())
        pipeline.reader.read(question, judged[: pipeline.settings.top_k])
        marks.append(time.perf_counter())
        for name, before, after in zip(("retrieve", "judge", "read"), marks, marks[1:], strict=False):
            spent.setdefault(name, []).append((after - before) * 1000)
    pipeline.library.close()
    return {name: statistics.median(times) for name, times in spent.items()}


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    gold = (ROOT / "eval" / "gold" / "questions.jsonl").read_text(encoding="utf-8")
    questions = [json.loads(line)["question"] for line in gold.splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        started = time.perf_counter()
        indexing = seconds([*CITECHECK, "index", str(ROOT / "seeds"), "--data", str(data)])
        process, address, _ = start_server(data)
        served_milliseconds(address, [QUESTION])
        first = time.perf_counter() - started
        times = served_milliseconds(address, questions)
        memory = psutil.Process(process.pid).memory_info().rss / 1e6
        stop(process)
        later = []
        for _ in range(runs):
            process, _, ready = start_server(data)
            later.append(ready)
            stop(process)
        cold = [seconds([*CITECHECK, "ask", QUESTION, "--data", str(data)]) for _ in range(runs)]
        unchanged = [seconds([*CITECHECK, "index", str(ROOT / "seeds"), "--data", str(data)]) for _ in range(runs)]
        stages = stage_milliseconds(data, questions)
    ordered = sorted(times)
    print("| what | measured |")
    print("| --- | --- |")
    print(f"| first start: index the seeds, serve, answer | {first:.1f} s |")
    print(f"| of which indexing | {indexing:.1f} s |")
    print(f"| later starts, process start to ready, median | {statistics.median(later):.2f} s |")
    print(f"| `citecheck ask`, cold, median | {statistics.median(cold):.2f} s |")
    print(f"| `citecheck index` of unchanged files, median | {statistics.median(unchanged):.2f} s |")
    print(f"| served ask, gold questions | {len(questions)} |")
    print(f"| served ask, p50 | {statistics.median(times):.1f} ms |")
    print(f"| served ask, p95 | {ordered[int(0.95 * len(ordered))]:.1f} ms |")
    for name, spent in stages.items():
        print(f"| in process, p50: {name} | {spent:.1f} ms |")
    print(f"| memory of the service after them | {memory:.0f} MB |")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server as Ctrl-C would."""
    os.kill(process.pid, signal.SIGINT)
    process.wait(timeout=30)


if __name__ == "__main__":
    main()
