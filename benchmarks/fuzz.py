"""Mutated files of every format, read as uploads are: python -m benchmarks.fuzz --count 1000 --files FOLDER.

The files are the seeds, also as Word documents, PDFs, pages, books and mails; those that the tests make with each
format's own libraries; those of these formats that installed packages bring along; and what is in `--files`. Each must
end in text or in one sentence, in 30 seconds and 1 GB; a reader that a signal ended is told, though the user is only
told that the file is broken.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.comparison import Table, render
from benchmarks.fuzz_sources import real_files
from benchmarks.mutations import mutated
from index.errors import InputError
from index.formats.registry import FORMAT_SUFFIXES, format_of
from index.loading import load_bytes

_SUFFIXES = (
    *(suffix for suffix in FORMAT_SUFFIXES if suffix not in (".htm", ".xhtml", ".tsv", ".ndjson")),
    ".txt",
    ".md",
)
_MAX_BYTES = 20_000_000
_MOST_SECONDS = 30.0
_MOST_BYTES = 1_000_000_000


def main() -> int:
    """Fuzz each format in a process of its own, print a table; returns 1 for a crash or a limit exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="mutated files, over all formats together")
    parser.add_argument("--files", type=Path, help="a folder with real files of these formats")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(fuzz(options.only, options.count, options.seed, options.files)))
        return 0
    results = {
        suffix: _apart(suffix, len(range(place, options.count, len(_SUFFIXES))), options)
        for place, suffix in enumerate(_SUFFIXES)
    }
    print(render([table(results)]))
    bad = [
        suffix
        for suffix, one in results.items()
        if one["crashes"] or one["slowest"] > _MOST_SECONDS or one["memory"] > _MOST_BYTES
    ]
    print("\n" + (f"Not as it must be: {', '.join(bad)}." if bad else "No crash, no hang, no limit exceeded."))
    for one in results.values():
        print("\n".join(one["crashes"]), end="\n" if one["crashes"] else "")
    return int(bool(bad))


def _apart(suffix: str, count: int, options: argparse.Namespace) -> dict[str, Any]:
    """Fuzz one format in a process of its own, whose memory, with that of its readers, is what is measured."""
    command = [sys.executable, "-m", "benchmarks.fuzz", "--only", suffix, "--count", str(count)]
    command += ["--seed", str(options.seed), *(["--files", str(options.files)] if options.files else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read() if process.stdout is not None else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"fuzzing {suffix} ended with {process.returncode}")
    return {**json.loads(output), "memory": usage.ru_maxrss * 1024}


def fuzz(suffix: str, count: int, seed: int, folder: Path | None) -> dict[str, Any]:
    """Read `count` mutated files of a format and tell what became of them."""
    ended = _Ended()
    chance = random.Random(f"{seed}/{suffix}")
    originals = sorted(set(real_files(suffix, folder)))
    outcomes: Counter[str] = Counter()
    crashes: list[str] = []
    slowest = 0.0
    for number in range(count):
        data = mutated(chance.choice(originals), chance)
        started = time.perf_counter()
        try:
            outcomes[_outcome(data, f"file{suffix}")] += 1
        except Exception as error:  # noqa: BLE001 - this is what a fuzzer is looking for
            crashes.append(f"{suffix} {number}: {type(error).__name__}: {error}"[:300])
        slowest = max(slowest, time.perf_counter() - started)
    return {
        "originals": len(originals),
        "outcomes": outcomes,
        "crashes": crashes,
        "slowest": slowest,
        "signals": ended.signals,
    }


def _outcome(data: bytes, name: str) -> str:
    try:
        document = load_bytes(data, name=name, max_bytes=_MAX_BYTES)
    except InputError as error:
        if not error.message.endswith(".") or "\n" in error.message:
            raise ValueError(f"not one sentence: {error.message!r}") from error
        return error.code
    # Text is kept character for character, lone carriage returns too.
    if not document.text.strip() or ("\r" in document.text and format_of(name) is not None):
        raise ValueError("a text that is empty or has carriage returns")
    if any(not 0 <= start <= len(document.text) for start in document.pages):
        raise ValueError("a page that begins outside the text")
    return "read"


class _Ended(logging.Handler):
    """Hears how readers ended that did not answer: by which signal, a crash within a library."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.signals: list[int] = []
        logger = logging.getLogger("index.formats.isolation")
        logger.setLevel(logging.INFO)
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the number of the signal, if it was one."""
        status = record.args[1] if isinstance(record.args, tuple) and len(record.args) > 1 else 0
        if isinstance(status, int) and status < 0:
            self.signals.append(-status)


def table(results: dict[str, dict[str, Any]]) -> Table:
    """Return a row for each format."""
    rows = []
    for suffix, one in results.items():
        refused = {code: count for code, count in one["outcomes"].items() if code != "read"}
        why = ", ".join(f"{count} {code}" for code, count in sorted(refused.items(), key=lambda item: -item[1]))
        rows.append(
            (
                suffix,
                str(one["originals"]),
                str(sum(one["outcomes"].values()) + len(one["crashes"])),
                str(one["outcomes"].get("read", 0)),
                why or "-",
                str(len(one["crashes"])),
                str(len(one["signals"])),
                f"{one['slowest']:.2f}",
                f"{one['memory'] / 1e6:.0f}",
            )
        )
    columns = (
        "format",
        "real files",
        "mutated",
        "read",
        "refused",
        "crashes",
        "readers ended by a signal",
        "slowest, s",
        "most memory, MB",
    )
    return Table("", columns, (False, True, True, True, False, True, True, True, True), tuple(rows))


if __name__ == "__main__":
    sys.exit(main())
