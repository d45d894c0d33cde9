"""Run the benchmarks that the data at hand allows and print every figure beside the recorded one.

    python -m benchmarks --shared FOLDER
    python -m benchmarks --only questions --only evidence --limit 200
    python -m benchmarks --record

`--record` makes what was measured the recorded state (benchmarks/recorded.json); sections that did not run stay in it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import record
from benchmarks.comparison import parse, render
from benchmarks.sections import Section, sections
from index.errors import CitecheckError


def main() -> int:
    """Run the command; returns its exit code."""
    options, chosen = _options()
    print("# Benchmarks\n\nA figure that differs from the recorded one is followed by it: new (was old).")
    try:
        recorded, present = record.read(options.recorded), record.settings()
        for section in chosen:
            print(f"\n## {section.title}\n", flush=True)
            text, failed = run(section.command(options.limit))
            parts = parse(text.strip("\n"))
            print(render(record.beside(parts, recorded.get(section.name), present)), flush=True)
            if failed:
                return failed
            if options.record:
                # After each section: a failure hours later must not cost the ones before it.
                made = record.record(parts, f"{datetime.now(UTC):%Y-%m-%d}", present)
                record.write({section.name: made}, options.recorded)
    except CitecheckError as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


def run(command: list[str]) -> tuple[str, int]:
    """Run one benchmark in a process of its own; returns what it printed and its exit code. Progress is not held."""
    result = subprocess.run([sys.executable, "-m", *command], check=False, stdout=subprocess.PIPE, encoding="utf-8")
    return result.stdout, result.returncode


def _options() -> tuple[argparse.Namespace, list[Section]]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="folder with bench/ and train/")
    parser.add_argument("--cache", type=Path, default=Path(".citecheck-bench"), help="keeps embeddings between runs")
    parser.add_argument("--only", action="append", metavar="NAME", help="a section, or several; --list names them")
    parser.add_argument("--limit", type=int, help="at most so many rows, where a benchmark can: a quick look")
    parser.add_argument("--record", action="store_true", help="make what is measured the recorded state")
    parser.add_argument(
        "--recorded", type=Path, default=record.FILE, help="the recorded state (default: the committed)"
    )
    parser.add_argument("--list", action="store_true", help="name the sections and end")
    options = parser.parse_args()
    known = {section.name: section for section in sections(options.shared, options.cache)}
    if options.list:
        parser.exit(message="".join(f"{section.name:18} {section.title}\n" for section in known.values()))
    if options.limit is not None and options.limit < 1:
        parser.error("--limit must be 1 or more")
    if options.limit is not None and options.record:
        parser.error("a run with --limit is a quick look and is not recorded")
    if unknown := [name for name in options.only or [] if name not in known]:
        parser.error(f"there is no section {unknown[0]}; choose from {', '.join(known)}")
    return options, _at_hand(parser, options.only, known)


def _at_hand(parser: argparse.ArgumentParser, only: list[str] | None, known: dict[str, Section]) -> list[Section]:
    """Return the sections to run; one that was asked for by name must have its data, the others are left out."""
    chosen = [section for section in known.values() if only is None or section.name in only]
    missing = [section for section in chosen if not section.at_hand]
    if missing and only:
        parser.error(f"{missing[0].needs} does not exist, which {missing[0].name} needs; name its folder with --shared")
    for section in missing:
        print(f"{section.needs} does not exist: {section.name} is left out.", file=sys.stderr)
    return [section for section in chosen if section.at_hand]


if __name__ == "__main__":
    sys.exit(main())
